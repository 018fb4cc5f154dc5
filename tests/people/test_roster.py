"""Files of people as they come: encodings, separators, headings, broken lines."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mailhub.errors import BadInput
from mailhub.language import LANGUAGES, say
from mailhub.mail import address
from mailhub.people import roster
from mailhub.people.columns import Meaning
from mailhub.people.roster import Entry, Reason, Refused


def read(text: str | bytes) -> list[Entry | Refused]:
    return list(roster.read(text if isinstance(text, bytes) else text.encode()))


def entries(text: str | bytes) -> list[Entry]:
    return [line for line in read(text) if isinstance(line, Entry)]


def reasons(text: str | bytes) -> list[tuple[int, Reason]]:
    return [(line.line, line.reason) for line in read(text) if isinstance(line, Refused)]


TABLE = "Nome;E-mail;Città\r\nNiccolò D’Angiò;nico@example.org;Forlì\r\n"


@pytest.mark.parametrize(
    ("encoding", "told"),
    [
        ("utf-8", "utf-8"),
        ("utf-8-sig", "utf-8-sig"),
        ("utf-16", "utf-16"),
        ("utf-16-le", "utf-16-le"),
        ("utf-16-be", "utf-16-be"),
        ("cp1252", "cp1252"),
    ],
)
def test_every_usual_encoding_is_told(encoding: str, told: str) -> None:
    found = roster.read(TABLE.encode(encoding))
    assert found.sheet.encoding == told
    [line] = found
    assert isinstance(line, Entry)
    assert (line.name, line.fields) == ("Niccolò D’Angiò", {"citta": "Forlì"})


def test_a_file_put_together_from_two_encodings_is_read_line_by_line() -> None:
    raw = "email;nome\na@example.org;Niccolò\n".encode() + "b@example.org;Zoë\n".encode("cp1252")
    assert [line.name for line in entries(raw)] == ["Niccolò", "Zoë"]


@pytest.mark.parametrize("separator", [",", ";", "\t", "|"])
@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
def test_every_separator_and_line_end_is_told(separator: str, end: str) -> None:
    rows = [["email", "name", "town"], ["a@example.org", "Anna", "Pietrafiore"], ["b@example.org", "Bea", ""]]
    found = roster.read(end.join(separator.join(row) for row in rows).encode())
    assert found.sheet.separator == separator
    assert [(e.email, e.name, e.fields) for e in found if isinstance(e, Entry)] == [
        ("a@example.org", "Anna", {"town": "Pietrafiore"}),
        ("b@example.org", "Bea", {}),
    ]


@pytest.mark.parametrize(
    "text",
    [
        "email;note\na@example.org;uno, due, tre, quattro\nb@example.org;cinque, sei, sette, otto\n",
        "sep=;\nemail;note\na@example.org;x,y\n",
        "note;e-mail\n1,5;a@example.org\n",
    ],
)
def test_commas_inside_cells_do_not_win(text: str) -> None:
    assert roster.read(text.encode()).sheet.separator == ";"
    assert entries(text)[0].email == "a@example.org"


@pytest.mark.parametrize(
    ("headings", "meanings"),
    [
        ("email,name,language,time_zone,delivery", "email name language time-zone delivery"),
        ("Indirizzo e-mail,Nome,Cognome,Lingua,Fuso orario,Consegna", "email name surname language time-zone delivery"),
        ("POSTA ELETTRONICA;Nominativo;Lettera", "email name delivery"),
        ("E-mail 1 - Value\tFirst Name\tLast Name", "email name surname"),
        ("Cognome;Nome;E_Mail", "surname name email"),
        ("Email;Mail;email", "email field field"),
        ("nome;email;stato", "name email field"),
    ],
)
def test_headings_are_known_in_both_languages(headings: str, meanings: str) -> None:
    found = roster.read(f"{headings}\n".encode())
    assert " ".join(column.meaning for column in found.columns) == meanings


@pytest.mark.parametrize("heading", ["indirizzo", "Address", "contatto"])
def test_an_address_is_a_mailbox_only_where_it_holds_one(heading: str) -> None:
    assert entries(f"{heading};nome\na@example.org;Anna\n")[0].email == "a@example.org"
    with pytest.raises(BadInput, match="no column is called “email”"):
        roster.read(f"{heading};nome\nVia Roma 3;Anna\n".encode())


def test_every_other_column_is_a_field_with_a_name_that_conditions_can_use() -> None:
    headings = "email;Città di residenza;2024;;Anno;anno;Ш"
    found = roster.read(f"{headings}\na@example.org;Forlì;sì;x;1;2;3\n".encode())
    fields = [column.field for column in found.columns if column.meaning is Meaning.FIELD]
    assert fields == ["citta_di_residenza", "field_2024", "column_4", "anno", "anno_2", "column_7"]
    [line] = found
    assert isinstance(line, Entry)
    assert line.fields == dict(zip(fields, ["Forlì", "sì", "x", "1", "2", "3"], strict=True))


def test_one_column_of_addresses_needs_no_heading() -> None:
    found = roster.read(b"a@example.org\n\nAnna Verdi <b@example.org>\nc@example.org")
    assert not found.has_headings
    assert [(line.line, line.email, line.name) for line in found if isinstance(line, Entry)] == [
        (1, "a@example.org", ""),
        (3, "b@example.org", "Anna Verdi"),
        (4, "c@example.org", ""),
    ]


@pytest.mark.parametrize(
    ("raw", "cure"),
    [
        (b"", "empty"),
        (b" \r\n\t\n", "empty"),
        (b"sep=;\n", "empty"),
        (b"nome;citta\nAnna;Forli\n", "its headings are “nome”, “citta”"),
        (b"a@example.org;Anna\nb@example.org;Bea\n", "put a line such as email;name above it"),
        (b"PK\x03\x04rest", "save it as CSV"),
        (b"\xd0\xcf\x11\xe0rest", "save it as CSV"),
        (b"email\n" + b"x" * roster.MOST_BYTES, "larger than 10 MB"),
        (b",".join(b"%d" % n for n in range(200)), "at most 100"),
    ],
)
def test_a_file_that_cannot_be_used_is_refused_with_its_cure(raw: bytes, cure: str) -> None:
    with pytest.raises(BadInput, match=cure):
        roster.read(raw)


def test_a_file_of_too_many_lines_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(roster, "MOST_LINES", 3)
    assert len(read("email\n" + "a@example.org\n" * 3)) == 3
    with pytest.raises(BadInput, match="more than 3 lines"):
        read("email\n" + "a@example.org\n" * 4)


@pytest.mark.parametrize(
    ("line", "reason"),
    [
        ("", Reason.EMPTY),
        (";;;;;;", Reason.EMPTY),
        ("  ; ;", Reason.EMPTY),
        (";Anna", Reason.NO_ADDRESS),
        ("anna;Anna", Reason.BAD_ADDRESS),
        ("anna@;Anna", Reason.BAD_ADDRESS),
        ("an na@example.org", Reason.BAD_ADDRESS),
        ("anna@@example.org", Reason.BAD_ADDRESS),
        ("anna@example..org", Reason.BAD_ADDRESS),
        (".anna@example.org", Reason.BAD_ADDRESS),
        ("anna@example", Reason.BAD_ADDRESS),
        ("anna@-example.org", Reason.BAD_ADDRESS),
        ("anna@example.invalid", Reason.BAD_ADDRESS),
        ("a@example.org, b@example.org", Reason.BAD_ADDRESS),
        ("a" * 65 + "@example.org", Reason.BAD_ADDRESS),
        ("a@" + "b" * 64 + ".org", Reason.BAD_ADDRESS),
        ("First@example.org", Reason.TWICE),
        ("new@example.org;x;fr", Reason.UNKNOWN_LANGUAGE),
        ("new@example.org;x;it;Roma", Reason.UNKNOWN_TIME_ZONE),
        ("new@example.org;x;it;Europe", Reason.UNKNOWN_TIME_ZONE),
        ("new@example.org;x;it;Europe/Rome;forse", Reason.UNKNOWN_DELIVERY),
        ("new@example.org;" + "x" * 201, Reason.TOO_LONG),
        ("new@example.org;x;it;Europe/Rome;ogni;" + "x" * 2001, Reason.TOO_LONG),
        ("new@example.org;" + "x" * 20_001, Reason.TOO_LONG),
        ("a" * 500 + "@example.org", Reason.TOO_LONG),
        ("new@example.org;x;it;Europe/Rome;ogni;y;z", Reason.TOO_MANY_COLUMNS),
        ("new@example.org;a\x00b", Reason.UNREADABLE),
        ("new@example.org;a\x1bb", Reason.UNREADABLE),
    ],
)
def test_a_bad_line_is_refused_for_its_reason_and_the_others_are_not(line: str, reason: Reason) -> None:
    text = f"email;name;language;time zone;delivery;note\nfirst@example.org\n{line}\nlast@example.org\n"
    assert reasons(text) == [(3, reason)]
    assert [entry.email for entry in entries(text)] == ["first@example.org", "last@example.org"]


def test_what_cannot_be_read_in_cp1252_is_refused_and_not_guessed() -> None:
    assert reasons(b"email;nome\na@example.org;\xe0\x81\nb@example.org;Bea\n") == [(2, Reason.UNREADABLE)]


@pytest.mark.parametrize("reason", list(Reason))
def test_every_reason_has_words_in_both_languages(reason: Reason) -> None:
    for language in LANGUAGES:
        assert say(language, f"people.refused.{reason}")


@pytest.mark.parametrize("meaning", list(Meaning))
def test_every_meaning_of_a_column_has_words_in_both_languages(meaning: Meaning) -> None:
    for language in LANGUAGES:
        assert say(language, f"people.column.{meaning}", **({"name": "town"} if meaning is Meaning.FIELD else {}))


@pytest.mark.parametrize(
    ("cell", "language"),
    [("it", "it"), ("IT", "it"), ("it-IT", "it"), ("en_GB", "en"), ("Inglese", "en"), ("italiana", "it"), ("", None)],
)
def test_a_language_is_known_however_it_is_spelt(cell: str, language: str | None) -> None:
    assert entries(f"email;lingua\na@example.org;{cell}\n")[0].language == language


@pytest.mark.parametrize(
    ("cell", "delivery"),
    [("ogni", "each"), ("Lettera", "digest"), ("daily", "digest"), ("nessuna", "none"), ("EACH", "each"), ("", None)],
)
def test_a_delivery_is_known_in_both_languages(cell: str, delivery: str | None) -> None:
    assert entries(f"email;consegna\na@example.org;{cell}\n")[0].delivery == delivery


@pytest.mark.parametrize(
    ("text", "names"),
    [
        ('email,name\na@example.org,"Rossi, Anna"\n', ["Rossi, Anna"]),
        ('email,name\na@example.org,"Anna ""Nina"" Rossi"\n', ['Anna "Nina" Rossi']),
        ('email,name\na@example.org, "Rossi, Anna"\n', ["Rossi, Anna"]),
        ('email,name\na@example.org,Anna "Nina" Rossi\n', ['Anna "Nina" Rossi']),
        ('email,name\na@example.org,"Anna\r\nRossi"\nb@example.org,Bea\n', ["Anna Rossi", "Bea"]),
        ('email,name\na@example.org,"Anna "Nina" Rossi"\nb@example.org,Bea\n', ['Anna Nina" Rossi"', "Bea"]),
        ('email,name\na@example.org,"Anna\nb@example.org,Bea\nc@example.org,Carla\n', ['"Anna', "Bea", "Carla"]),
        ('email,name\na@example.org,"Anna\nb@example.org,"Bea\nc@example.org,Carla\n', ['"Anna', '"Bea', "Carla"]),
        ("email;cognome;nome\na@example.org; Rossi ;Anna\n", ["Anna Rossi"]),
        ("email;nome\na@example.org;\u200bAnna\u00a0 Rossi\n", ["Anna Rossi"]),
    ],
)
def test_quotes_are_understood_and_a_forgotten_one_costs_no_other_line(text: str, names: list[str]) -> None:
    assert [entry.name for entry in entries(text)] == names


def test_a_quoted_cell_over_several_lines_keeps_the_numbers_of_an_editor() -> None:
    text = 'email,note\na@example.org,"one\ntwo\nthree"\nbad,x\n'
    assert [entry.line for entry in entries(text)] == [2]
    assert reasons(text) == [(5, Reason.BAD_ADDRESS)]


def test_a_forgotten_quote_on_every_line_takes_no_time_to_speak_of() -> None:
    text = "email,name\n" + "".join(f'p{n}@example.org,"Anna\n' if n % 21 == 0 else "x,y\n" for n in range(30_000))
    assert len(entries(text)) == 30_000 // 21 + 1


def test_an_address_is_written_as_the_careful_way_writes_it() -> None:
    text = "email\nMÜLLER@bücher.example\nanna.rossi+x@Example.ORG\nanna@xn--bcher-kva.example\n"
    assert [(entry.email, entry.email_key) for entry in entries(text)] == [
        (address.valid(email).email, address.canonical(email)) for email in text.split()[1:]
    ]


usual = st.text("ab.-_+@A1 é'<>", max_size=20).map(lambda text: f"x{text}@ex{text[:3]}.org") | st.emails()


@settings(max_examples=150, deadline=None)
@given(usual)
def test_the_quick_way_takes_no_address_that_the_careful_way_refuses(email: str) -> None:
    found = roster._usual(email)
    if found is not None:
        assert found.email == address.valid(email).email
        assert found.key == address.canonical(email)


cells = st.text(st.sampled_from(list('ab@.;,|\t"\n\r <>é\u200b\x00')), max_size=12)


@settings(max_examples=150, deadline=None)
@given(st.lists(cells | st.emails() | st.sampled_from(["it", "ogni"])), st.sampled_from(["utf-8", "utf-16", "cp1252"]))
def test_no_text_stops_the_reading_and_every_line_is_an_entry_or_refused(lines: list[str], encoding: str) -> None:
    raw = "\n".join(["email;name;lingua", *lines]).encode(encoding, "replace")
    found = read(raw)
    assert len(found) <= raw.decode(encoding).count("\n") + raw.decode(encoding).count("\r")
    numbers = [line.line for line in found]
    assert numbers == sorted(set(numbers))
    keys = [line.email_key for line in found if isinstance(line, Entry)]
    assert len(keys) == len(set(keys))


@settings(max_examples=200, deadline=None)
@given(st.binary(max_size=300))
def test_no_bytes_break_the_reading(raw: bytes) -> None:
    try:
        for line in roster.read(raw):
            assert line.text.isprintable()
    except BadInput:
        pass
