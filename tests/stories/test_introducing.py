"""A newcomer answers the welcome in their own words: an introduction, which whoever organises reads first."""

from email.message import EmailMessage

import pytest

from mailhub.lists import publishing
from mailhub.people import persons
from tests.stories.town import FORGED, Town, body, prose

ANA, BRUNO, MO, NIVES = "ana@example.org", "bruno@example.org", "mo@example.org", "nives@example.org"
ABOUT = {
    "it": "Abito a Pietrafiore alta, ho la schiena a pezzi ma so potare.",
    "en": "I live in upper Pietrafiore; my back is poor but I can prune.",
}


def opens(town: Town, **rules: object) -> None:
    """A garden that Bruno organises, with Ana in it."""
    town.opens_list("garden", members=[f"Ana Bini <{ANA}>"], organiser=BRUNO, **rules)  # type: ignore[arg-type]
    town.joins("garden", BRUNO)
    names(town, BRUNO, "Bruno Valli")


def names(town: Town, email: str, name: str) -> None:
    """Somebody's name becomes known."""
    with town.database.transaction() as session:
        person = persons.find(session, email)
        assert person is not None
        person.name = name


def joins(town: Town, yes: str = "yes", name: str = "Nives Rossi") -> EmailMessage:
    """Nives asks and confirms; gives the welcome."""
    author = f"{name} <{NIVES}>" if name else NIVES
    town.writes(author, to=f"garden-{'join' if yes == 'yes' else 'iscriviti'}@lists.test")
    [question] = town.inbox(NIVES)
    town.replies(author, question, yes)
    [welcome] = town.inbox(NIVES)
    return welcome


def test_prose_to_the_welcome_waits_to_be_read_and_then_reaches_everybody(paese: Town) -> None:
    opens(paese)
    welcome = joins(paese, "sì")
    assert (
        "Se ti va, presentati: rispondi qui con due righe, chi sei e che cosa ti piacerebbe fare. Bruno Valli, che "
        "organizza il gruppo, le legge prima di tutti."
    ) in prose(welcome)
    paese.replies(NIVES, welcome, f"Buongiorno a tutti,\n\n{ABOUT['it']}\n\nNives")
    assert paese.last() == ("held", "newcomer")
    [notice] = paese.inbox(NIVES)
    assert prose(notice).startswith("Il tuo messaggio «Si presenta: Nives Rossi» è arrivato e non è perso")
    [to_read] = paese.inbox(BRUNO)
    assert "È la risposta di questa persona al nostro saluto." in prose(to_read)
    paese.replies(BRUNO, to_read, "pubblica")
    [copy] = paese.inbox(ANA)
    assert copy["Subject"] == "Si presenta: Nives Rossi"
    assert str(copy["From"]).startswith("Nives Rossi")
    assert copy["In-Reply-To"] is None
    assert body(copy).replace("\r", "").startswith(f"Buongiorno a tutti,\n\n{ABOUT['it']}\n\nNives\n")
    assert "Da adesso ne fai parte" not in copy.as_string()


def test_the_same_in_english_with_a_picture(town: Town) -> None:
    opens(town)
    welcome = joins(town)
    assert (
        "If you like, introduce yourself: reply here with two lines, who you are and what you would enjoy doing. Bruno "
        "Valli, who organises the group, reads them first."
    ) in prose(welcome)
    to = str(welcome["Reply-To"])
    town.writes(NIVES, to=to, subject="Re: You are in", text=ABOUT["en"], files={"my-garden.pdf": b"%PDF"})
    [to_read] = town.inbox(BRUNO)
    assert "With these files: my-garden.pdf." in prose(to_read)
    town.replies(BRUNO, to_read, "publish")
    [copy] = town.inbox(ANA)
    assert copy["Subject"] == "Introducing Nives Rossi"
    assert [part.get_filename() for part in copy.iter_attachments()] == ["my-garden.pdf"]


def test_who_gave_no_name_introduces_themselves_all_the_same(paese: Town) -> None:
    opens(paese)
    paese.replies(NIVES, joins(paese, "sì", name=""), ABOUT["it"])
    assert "«Una presentazione»" in prose(paese.inbox(NIVES)[0])


def test_the_sentence_names_who_really_reads_first(town: Town) -> None:
    opens(town, moderators=[MO, ANA])
    assert "The moderators of the group read them first." in prose(joins(town))  # nobody knows Mo's name
    names(town, MO, "Mo Neri")
    names(town, ANA, "Ana Bini")
    town.writes(NIVES, to="garden-leave@lists.test")
    town.inbox(NIVES)
    said = prose(joins(town))
    assert "Mo Neri and Ana Bini, who moderate the group, read them first." in said


@pytest.mark.parametrize("rules", [{"moderate": "nobody"}, {"kind": "announce", "post": "moderators"}])
def test_where_nobody_reads_first_the_welcome_does_not_ask_and_prose_goes_nowhere(
    town: Town, rules: dict[str, object]
) -> None:
    opens(town, **rules)
    welcome = joins(town)
    assert "introduce yourself" not in prose(welcome)
    town.replies(NIVES, welcome, ABOUT["en"])
    assert town.last() == ("answered", "not-understood")
    [asked] = town.inbox(NIVES)
    assert ABOUT["en"] in " ".join(body(asked).replace("> ", "").split())
    assert town.inbox(ANA) == []


def test_what_the_welcome_promised_is_kept_when_the_rules_change(town: Town) -> None:
    opens(town)
    welcome = joins(town)
    rules = {"title": "Garden", "grace": "0 min", "default_delivery": "each", "moderate": "nobody"}
    with town.database.transaction() as session:
        publishing.publish_values(
            session,
            "garden",
            {**rules, "organisers": [BRUNO], "moderators": []},
            verbs=town.hub.verbs,
            now=town.clock.now(),
        )
    town.replies(NIVES, welcome, ABOUT["en"])
    assert town.last() == ("held", "introduction")
    [notice] = town.inbox(NIVES)
    assert "as happens to every introduction" in prose(notice)
    assert town.inbox(ANA) == []
    town.writes(NIVES, to="garden@lists.test", subject="Shears", text="I have a pair.")
    assert town.subjects(ANA) == ["Shears"]


def test_where_everyone_is_read_first_it_is_said_too(town: Town) -> None:
    opens(town, moderate="everyone")
    town.replies(NIVES, joins(town), ABOUT["en"])
    assert town.last() == ("held", "everyone")


@pytest.mark.parametrize(
    ("said", "verb"), [("aiuto", "help"), ("pausa", "pause"), ("Esci, grazie.", "leave"), ("perché", "why")]
)
def test_words_said_to_the_welcome_still_work(paese: Town, said: str, verb: str) -> None:
    opens(paese)
    paese.replies(NIVES, joins(paese, "sì"), said)
    assert paese.last()[1] == verb
    assert paese.inbox(BRUNO) == []
    [answer] = paese.inbox(NIVES)
    if verb in ("pause", "leave"):
        paese.replies(NIVES, answer, "annulla")
        assert paese.last() == ("done", "undo")


@pytest.mark.parametrize(("text", "reason"), [("", "empty"), ("> Da adesso ne fai parte", "empty")])
def test_an_answer_without_words_of_its_own_hears_what_to_do(paese: Town, text: str, reason: str) -> None:
    opens(paese)
    welcome = joins(paese, "sì")
    answers = {"In-Reply-To": str(welcome["Message-ID"])}
    paese.writes(NIVES, to=str(welcome["Reply-To"]), subject="Re: Iscrizione", text=text, headers=answers)
    assert paese.last() == ("answered", reason)
    [told] = paese.inbox(NIVES)
    assert "Rispondi di nuovo, e scrivi sopra il testo citato." in prose(told)
    paese.replies(NIVES, told, ABOUT["it"], to=str(welcome["Reply-To"]))
    assert paese.last() == ("held", "newcomer")


def test_thanks_alone_are_no_introduction(town: Town) -> None:
    opens(town)
    town.replies(NIVES, joins(town), "Thanks!")
    assert town.last() == ("answered", "not-understood")
    assert town.inbox(BRUNO) == []


def test_nobody_introduces_themselves_by_another_persons_welcome(town: Town) -> None:
    opens(town)
    welcome = joins(town)
    for author in (ANA, "zoe@x.test"):
        town.replies(author, welcome, ABOUT["en"])
        assert town.last() == ("held", "not-theirs")
    assert town.inbox(BRUNO) == []


def test_a_forged_introduction_waits_for_its_author(town: Town) -> None:
    opens(town)
    town.replies(NIVES, joins(town), ABOUT["en"], headers=FORGED)
    assert town.last() == ("held", "unproven")
    assert town.inbox(BRUNO) == []
    [question] = town.inbox(NIVES)
    town.replies(NIVES, question, "yes")
    assert len(town.inbox(BRUNO)) == 1
    assert town.subjects(NIVES) == ["Your message is waiting to be read"]


@pytest.mark.parametrize(
    "headers", [{"Auto-Submitted": "auto-replied"}, {"Subject": "Out of the office"}, {"Precedence": "auto_reply"}]
)
def test_a_program_introduces_nobody(town: Town, headers: dict[str, str]) -> None:
    opens(town)
    town.replies(NIVES, joins(town), "I am away until Monday 16 March.", headers=headers)
    assert town.last()[0] == "dropped"
    assert town.inbox(BRUNO) == []


def test_the_same_mail_twice_introduces_once(town: Town) -> None:
    opens(town)
    welcome = joins(town)
    mail = town.letter(NIVES, str(welcome["Reply-To"]), "Re: You are in", ABOUT["en"]).as_bytes()
    for _ in range(2):
        town.receives(mail, NIVES, [str(welcome["Reply-To"])])
    assert town.last() == ("dropped", "duplicate")
    assert len(town.inbox(BRUNO)) == 1


def test_who_has_left_since_introduces_nobody(town: Town) -> None:
    opens(town)
    welcome = joins(town)
    town.writes(NIVES, to="garden-leave@lists.test")
    town.replies(NIVES, welcome, ABOUT["en"])
    assert town.last() == ("answered", "not-understood")
    assert town.inbox(BRUNO) == []


def test_it_can_be_taken_back_and_refused(town: Town) -> None:
    opens(town)
    welcome = joins(town)
    town.replies(NIVES, welcome, ABOUT["en"])
    [notice] = town.inbox(NIVES)
    town.replies(NIVES, notice, "withdraw")
    assert town.last() == ("done", "withdraw")
    [withdrawn] = town.inbox(NIVES)
    assert ABOUT["en"] in " ".join(body(withdrawn).replace("> ", "").split())
    town.replies(NIVES, welcome, "I keep bees behind the school.")
    [*_, to_read] = town.inbox(BRUNO)
    town.replies(BRUNO, to_read, "refuse this is about hens")
    *_, refused = town.inbox(NIVES)
    assert "I keep bees behind the school." in body(refused)
