"""The catalogues: complete, strict, in the right tone; and how days, hours and numbers read."""

import ast
import re
from collections.abc import Iterator
from datetime import UTC, date, datetime, time
from decimal import Decimal
from pathlib import Path

import pytest

import mailhub
from mailhub import formats, language, wording
from mailhub.language import LANGUAGES, NoWords, Words, mail, say, wrap

PACKAGE = Path(mailhub.__file__).parent
TODAY = date(2026, 3, 13)  # a Friday
# What the verbs of the first rooms are called; each word in quotation marks in our mails must be one of them.
VERBS = {
    "it": {
        *("iscriviti", "esci", "pausa", "riprendi", "lettera", "ogni", "aiuto", "chi", "perché", "ritira", "pubblica"),
        *("rifiuta", "annulla", "sì", "no", "silenzia", "segui", "iscrivi", "continua", "stato", "dati", "dimenticami"),
        *(
            "mio",
            "solo",
            "non",
            "gruppi",
            "nome",
            "lingua",
            "tralasciati",
            "tutti",
            "privata",
            "nessuno",
            "invita",
            "correggi",
        ),
        *("mio", "solo", "non", "gruppi", "nome", "lingua", "tralasciati"),
        *("riformula", "modifica", "cambia", "fidati", "escludi", "riammetti"),
        *("ricorso", "riapri", "manda", "ritmo", "solo", "chiudi", "due", "mediazione", "conferma", "togli"),
        *("segnala", "aspetta", "visto", "finito", "sono", "garantisco", "segmenti"),
    },
    "en": {
        *(
            "join",
            "leave",
            "pause",
            "resume",
            "everyone",
            "privately",
            "nobody",
            "digest",
            "each",
            "help",
            "owner",
            "why",
            "withdraw",
            "publish",
            "refuse",
        ),
        *("undo", "yes", "no", "mute", "follow", "enrol", "continue", "status", "data", "forget"),
        *("mine", "only", "not", "groups", "name", "language", "left", "decisions", "invite", "correct"),
        *("mine", "only", "not", "groups", "name", "language", "left", "decisions"),
        *("rephrase", "edit", "change", "trust", "ban", "readmit"),
        *("appeal", "reopen", "send", "slow", "letter", "close", "two", "mediation", "uphold", "lift"),
        *("report", "wait", "handled", "end", "it's", "vouch", "discard", "segments"),
    },
}
OURS = ("calm", "delivery", "footer", "inbound", "lists", "lost", "publishing")


@pytest.fixture
def words(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """An empty catalogue to write in: `words / "it" / "room.toml"`."""
    monkeypatch.setattr(language, "WORDS", tmp_path)
    language.entries.cache_clear()
    for name in LANGUAGES:
        (tmp_path / name).mkdir()
    yield tmp_path
    language.entries.cache_clear()


def write(words: Path, it: str, en: str | None = None) -> None:
    (words / "it" / "room.toml").write_text(it, encoding="utf-8")
    if en is not None:
        (words / "en" / "room.toml").write_text(en, encoding="utf-8")
    language.entries.cache_clear()


def test_nothing_is_wrong_with_our_words() -> None:
    assert wording.problems() == []


def test_every_key_the_code_names_has_its_words() -> None:
    known = {key for room in language.rooms("it") for key in language.entries("it", room)}
    asked = [
        (f"{path.relative_to(PACKAGE)}:{node.lineno}", key.value)
        for path in sorted(PACKAGE.rglob("*.py"))
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if isinstance(node, ast.Call) and _called(node.func) in ("say", "mail", "Answer")
        for key in node.args
        if isinstance(key, ast.Constant) and isinstance(key.value, str) and "." in key.value
    ]
    assert [place for place, key in asked if key not in known and f"{key}.subject" not in known] == []
    assert asked


def _called(function: ast.expr) -> str:
    match function:
        case ast.Name(id=name) | ast.Attribute(attr=name):
            return name
    return ""


@pytest.mark.parametrize("tongue", LANGUAGES)
def test_every_word_we_tell_people_to_write_is_a_verb(tongue: str) -> None:
    quotation = {"it": re.compile(r"«([^»]+)»"), "en": re.compile(r'"([^"]+)"')}[tongue]
    for room in OURS:
        for key, entry in language.entries(tongue, room).items():
            for text in [entry] if isinstance(entry, str) else entry.values():
                named = {found.split()[0].rstrip(":") for found in quotation.findall(text) if "{" not in found}
                assert named <= VERBS[tongue], key


@pytest.mark.parametrize("tongue", LANGUAGES)
def test_every_mail_of_ours_can_be_written(tongue: str) -> None:
    written = 0
    for room in OURS:
        for key in wording.mails(tongue, room):
            known = language.entries(tongue, room)
            names = wording.placeholders(known[f"{key}.subject"]) | wording.placeholders(known[f"{key}.text"])
            letter = mail(tongue, key, **wording.sample(names))
            assert letter.subject
            assert max(map(len, letter.text.splitlines())) <= 72
            assert "{" not in letter.subject + letter.text
            written += 1
    assert written > 40


def test_the_confirmation_reads_as_it_was_written_for_people() -> None:
    assert mail("it", "lists.confirm", group="Orto di Pietrafiore", rhythm="", privacy="", page="") == Words(
        "Confermi? Gruppo Orto di Pietrafiore",
        "Qualcuno, speriamo tu, ha chiesto di iscrivere questo indirizzo al\ngruppo Orto di Pietrafiore.\n\n"
        "Se vuoi entrare, rispondi a questa mail e scrivi «sì»; se la richiesta\n"
        "non è tua, non fare nulla e non ti scriveremo più.\n\nPer uscire basterà una parola.",
    )


def test_a_sentence_takes_exactly_its_values(words: Path) -> None:
    write(words, 'greet = "Per {group}, da {name}"\n')
    assert say("it", "room.greet", group="Orto", name="{group}") == "Per Orto, da {group}"
    for values in ({"group": "x"}, {"group": "x", "name": "x", "more": "x"}, {}):
        with pytest.raises(NoWords, match=r"room\.greet"):
            say("it", "room.greet", **values)


def test_a_missing_entry_room_or_language_is_named(words: Path) -> None:
    write(words, "")
    for tongue, key in (("it", "room.none"), ("it", "none.x"), ("en", "room.x"), ("de", "room.x"), ("..", "room.x")):
        with pytest.raises(NoWords, match=key.partition(".")[0]):
            say(tongue, key)
        with pytest.raises(NoWords):
            mail(tongue, key)


def test_one_and_many_are_told_apart_by_the_count(words: Path) -> None:
    write(words, '[people]\none = "una persona"\nother = "{count} persone"\n')
    assert [say("it", "room.people", count=n) for n in (0, 1, 2)] == ["0 persone", "una persona", "2 persone"]
    with pytest.raises(NoWords):
        say("it", "room.people")


def test_a_value_cannot_break_a_line_or_a_header(words: Path) -> None:
    write(words, '[note]\nsubject = "Da {name}"\ntext = "Da {name}\\n\\n{rows}"\n')
    letter = mail("it", "room.note", name="Zoe\r\nBcc: evil@x\u2028\u202e!", rows=["one", "two\n3"])
    assert letter.subject == "Da Zoe Bcc: evil@x !"
    assert letter.text == "Da Zoe Bcc: evil@x !\n\none\ntwo 3"


def test_subject_and_text_share_values_and_refuse_surplus(words: Path) -> None:
    write(words, '[note]\nsubject = "{a}"\ntext = "{b}"\n[half]\nsubject = "x"\n')
    assert mail("it", "room.note", a=1, b=2) == Words("1", "2")
    for values in ({"a": 1}, {"a": 1, "b": 2, "c": 3}):
        with pytest.raises(NoWords):
            mail("it", "room.note", **values)
    with pytest.raises(NoWords, match="no mail"):
        mail("it", "room.half")


def test_an_empty_value_leaves_no_gap(words: Path) -> None:
    write(words, '[note]\nsubject = "x"\ntext = """\nPrima. {extra} Dopo.\n\n{more}\n\nFine.\n"""\n')
    assert mail("it", "room.note", extra="", more="").text == "Prima. Dopo.\n\nFine."


def test_lines_are_short_and_links_stand_alone_and_whole() -> None:
    link = "https://lists.example.org/u/" + "a" * 80
    text = wrap(
        f"Una frase che porta a {link}. E poi un'altra, abbastanza lunga da dover andare a capo almeno una volta."
    )
    assert link in text.splitlines()
    assert all(len(line) <= 72 for line in text.splitlines() if line != link)
    assert wrap(f"Vai qui: {link}.").splitlines() == ["Vai qui:", link]
    assert wrap("uno\n\n\n\ndue\ntre") == "uno\n\ndue\ntre"
    assert wrap("") == ""


def test_the_text_of_others_comes_back_whole_below() -> None:
    words = language.with_text_below(Words("s", "Sopra."), "\nprima riga\n\n  " + "x " * 60 + "\n> citata\n\n")
    assert words.text == "Sopra.\n\n> prima riga\n>\n>   " + ("x " * 60).rstrip() + "\n> > citata"
    assert language.with_text_below(Words("s", "Sopra."), "\n").text == "Sopra."


@pytest.mark.parametrize("tongue", LANGUAGES)
def test_the_footer_is_two_lines(tongue: str) -> None:
    because = say(tongue, "footer.member", group="Orto", since=formats.since(tongue, date(2026, 3, 8), today=TODAY))
    for member in (True, False):
        lines = language.footer(tongue, because, "bruno@p.example", member=member).splitlines()
        assert len(lines) == 2
        assert "bruno@p.example" in lines[1]
    assert (
        because
        == {
            "it": "Ricevi questa mail perché fai parte di Orto dall'8 marzo.",
            "en": "You get this because you have belonged to Orto since 8 March.",
        }[tongue]
    )


def test_a_preference_is_taken_in_order_and_in_any_spelling() -> None:
    assert language.pick_language(None, "de", "en_GB", "it") == "en"
    assert language.pick_language("", "IT-it") == "it"
    assert language.pick_language() == "it"


@pytest.mark.parametrize(
    ("text", "guess"),
    [
        ("Vorrei entrare nel gruppo, come si fa? Grazie", "it"),
        ("I would like to join the group, how do I do that?", "en"),
        ("sono io", "it"),
        ("thank you", "en"),
        ("ok", None),
        ("", None),
        ("12345 !!", None),
        ("il the", None),
    ],
)
def test_small_words_tell_the_language(text: str, guess: str | None) -> None:
    assert language.guess_language(text) == guess


# --- the checker finds what it is for -------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("tongue", "text", "fault"),
    [
        ("it", "Evviva!", "exclamation"),
        ("it", "Ciao 🌱", "emoji"),
        ("it", "Clicca qui", "Clicca"),
        ("it", "Sei iscritto al gruppo", "iscritto"),
        ("it", "care/i amiche/i", "care/i"),
        ("it", "benvenuta", "benvenuta"),
        ("it", "tuttə", "ə"),
        ("it", "la lista dei messaggi", "lista"),
        ("it", "il tuo post", "post"),
        ("it", "un messaggio moderato", "moderato"),
        ("it", 'scrivi "sì"', "quotes"),
        ("en", "write «yes»", "quotes"),
        ("en", "the mailing list", "list"),
        ("en", "your digest", "digest"),
        ("en", "your subscription", "subscription"),
        ("en", "Click here", "Click"),
        ("en", "the token has expired", "token"),
        ("en", "your message is on hold", "hold"),
        ("it", "messaggio in hold", "hold"),
    ],
)
def test_what_breaks_the_tone_is_found(tongue: str, text: str, fault: str) -> None:
    assert any(fault in found for found in wording.faults(tongue, text))


@pytest.mark.parametrize(
    ("tongue", "text"),
    [
        ("it", "Sei in lista d'attesa. Rispondi «lista» o «digest»."),
        ("it", "Posta in arrivo; chi modera legge. Per chi gestisce il server: token e SMTP."),
        ("en", 'You are on the waiting list; it holds. Reply "digest".'),
        ("it", "«{subject}» di {post}"),
        ("en", "town is Pietrafiore does not hold"),
    ],
)
def test_what_keeps_the_tone_passes(tongue: str, text: str) -> None:
    assert list(wording.faults(tongue, text)) == []


def test_what_makes_a_mail_too_much_is_found() -> None:
    found = list(wording.mail_faults("it", "x" * 56, "parola " * 91 + "http://x «sì»"))
    assert len(found) == 4
    assert list(wording.mail_faults("it", "x" * 55, "Rispondi «sì». http://x")) == []


def test_entries_of_one_language_only_are_found(words: Path) -> None:
    write(words, 'a = "{x}"\nb = "b"\n[c]\none = "1"\nother = "2"\n[m]\nsubject = "s"\n', 'a = "{y}"\nc = "c"\n')
    (words / "it" / "alone.toml").write_text("")
    found = wording.problems()
    assert "words: alone.toml is not there in both languages" in found
    assert "words/en: room.b is missing" in found
    assert "words: room.a has ['x', 'y'] in one language only" in found
    assert "words: room.c has forms for one and other in one language only" in found
    assert "words/it: room.m: a subject without a text" in found


# --- formats --------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("when", "it", "en"),
    [
        (date(2026, 3, 13), "oggi, venerdì 13", "today, Friday 13"),
        (date(2026, 3, 14), "domani, sabato 14", "tomorrow, Saturday 14"),
        (date(2026, 3, 15), "domenica 15 marzo", "Sunday 15 March"),
        (date(2026, 5, 1), "venerdì 1º maggio", "Friday 1 May"),
        (date(2027, 1, 4), "lunedì 4 gennaio 2027", "Monday 4 January 2027"),
    ],
)
def test_days_have_names(when: date, it: str, en: str) -> None:
    assert (formats.day("it", when, today=TODAY), formats.day("en", when, today=TODAY)) == (it, en)


def test_a_day_without_a_today_is_only_itself() -> None:
    assert formats.day("it", TODAY) == "venerdì 13 marzo"


@pytest.mark.parametrize(
    ("when", "it", "en"),
    [
        (date(2026, 3, 10), "martedì 10 marzo", "Tuesday 10 March"),
        (date(2026, 3, 13), "oggi, venerdì 13", "today, Friday 13"),
        (date(2025, 12, 3), "3 dicembre", "3 December"),
        (date(2024, 5, 3), "3 maggio 2024", "3 May 2024"),
    ],
)
def test_past_days_are_told_by_how_far_they_are(when: date, it: str, en: str) -> None:
    assert (formats.past_day("it", when, today=TODAY), formats.past_day("en", when, today=TODAY)) == (it, en)


@pytest.mark.parametrize(
    ("when", "it"), [(1, "dal 1º marzo"), (3, "dal 3 marzo"), (8, "dall'8 marzo"), (11, "dall'11 marzo")]
)
def test_since_elides_before_eight_and_eleven(when: int, it: str) -> None:
    assert formats.since("it", date(2026, 3, when), today=TODAY) == it
    assert formats.since("en", date(2026, 3, when), today=TODAY) == f"since {when} March"


def test_evenings_are_named() -> None:
    days = [date(2026, 3, n) for n in (13, 14, 18)]
    assert [formats.evening("it", d, today=TODAY) for d in days] == [
        "questa sera, venerdì 13",
        "domani sera, sabato 14",
        "la sera di mercoledì 18 marzo",
    ]
    assert [formats.evening("en", d, today=TODAY) for d in days] == [
        "this evening, Friday 13",
        "tomorrow evening, Saturday 14",
        "the evening of Wednesday 18 March",
    ]


def test_hours_are_read_off_the_readers_wall() -> None:
    moment = datetime(2026, 3, 14, 8, 0, tzinfo=UTC)
    assert formats.day_hour("it", moment, "Europe/Rome") == "sabato 14 marzo, ore 9"
    assert formats.day_hour("en", moment, "Europe/Rome") == "Saturday 14 March, 9:00"
    assert formats.day_hour("en", moment, "Pacific/Auckland", today=TODAY) == "tomorrow, Saturday 14, 21:00"
    assert (formats.hour("it", time(7, 30)), formats.hour("en", time(20))) == ("7:30", "20:00")


@pytest.mark.parametrize(
    ("amount", "it", "en"),
    [
        ("30", "30 €", "€30"),
        ("1250", "1.250 €", "€1,250"),
        ("12.5", "12,50 €", "€12.50"),
        ("-3.05", "-3,05 €", "-€3.05"),
        ("0", "0 €", "€0"),
    ],
)
def test_money_reads_as_each_language_writes_it(amount: str, it: str, en: str) -> None:
    assert (formats.money("it", Decimal(amount)), formats.money("en", Decimal(amount))) == (it, en)


def test_rows_of_things_end_in_and_or_or() -> None:
    assert formats.listing("it", []) == ""
    assert formats.listing("it", ["a"]) == "a"
    assert formats.listing("it", ["a", "b", "c"]) == "a, b e c"
    assert formats.listing("it", ["Anna", "Elena"]) == "Anna ed Elena"
    assert formats.listing("it", ["«pausa»", "«esci»"], alternatives=True) == "«pausa» o «esci»"
    assert formats.listing("en", ["a", "b", "c"]) == "a, b and c"
    assert formats.listing("en", ["a", "b"], alternatives=True) == "a or b"


def test_sizes_and_quotations() -> None:
    assert [formats.size("it", n) for n in (999, 1500, 2_000_000)] == ["999 B", "1,5 kB", "2 MB"]
    assert formats.size("en", 1500) == "1.5 kB"
    assert (formats.quoted("it", "sì"), formats.quoted("en", "yes")) == ("«sì»", '"yes"')
