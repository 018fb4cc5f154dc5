"""Service mail as it arrives: under whose name, answerable, in 72 columns, once for each cause."""

from email import message_from_bytes, policy
from email.message import EmailMessage

import pytest

from mailhub import tokens
from mailhub.db.session import Database
from mailhub.delivery import service
from mailhub.delivery.sources import Sources
from mailhub.delivery.tables import Mailing
from mailhub.errors import MailhubError
from mailhub.language import Words
from mailhub.mail.address import Mailbox
from mailhub.people.tables import Person
from mailhub.verbs import Thing
from tests.delivery.outside import NOW, SITE, Office
from tests.mail.htmllint import lint

LIST = Thing("list", 3)
WORDS = Words("Confermi? Gruppo Orto di Pietrafiore: è tutto pronto", "Se vuoi entrare, rispondi «sì».\n\n> quoted")


@pytest.fixture
def office(database: Database) -> Office:
    office = Office(database)
    office.sources = Sources([service.SiteSource()])
    office.sender = office.hire()
    return office


def tell(office: Office, person: int, occurrence: int = 1, words: Words = WORDS, **more: object) -> None:
    with office.database.transaction() as session:
        service.tell(
            session,
            SITE,
            person_id=person,
            words=words,
            language="it",
            source=service.SOURCE,
            kind="lists.confirm",
            occurrence=occurrence,
            now=NOW,
            **more,  # type: ignore[arg-type]
        )


def arrived(office: Office) -> list[EmailMessage]:
    office.works()
    messages = [message_from_bytes(copy.data, policy=policy.default) for copy in office.hop.taken]
    return [message for message in messages if isinstance(message, EmailMessage)]


def words(mail: EmailMessage) -> str:
    part = mail.get_body(("plain",))
    assert part is not None
    return str(part.get_content())


def test_it_says_the_same_as_html_in_the_look_of_its_kind(office: Office) -> None:
    [person] = office.people(1)
    tell(office, person, footer="Perché <b>così</b>\nRispondi «esci»")
    tell(office, person, occurrence=2, layout="question")
    first, _ = arrived(office)
    part = first.get_body(("html",))
    assert part is not None
    html = str(part.get_content())
    assert "<strong>Se vuoi entrare, rispondi «sì».</strong>" in html
    assert "<blockquote><p>quoted</p></blockquote>" in html
    assert "Perché &lt;b&gt;così&lt;/b&gt;<br>Rispondi «esci»" in html
    assert lint(html, "it") == []


def test_it_says_what_it_was_given(office: Office) -> None:
    [person] = office.people(1)
    tell(office, person)
    [mail] = arrived(office)
    assert mail["Subject"] == WORDS.subject
    assert mail["From"] == "Pietrafiore <hub@lists.test>"
    assert mail["To"] == "p1@example.org"
    assert mail["Date"] == "Mon, 09 Mar 2026 09:00:00 +0100"
    assert mail["Auto-Submitted"] == "auto-generated"
    assert mail["Reply-To"] is None
    assert words(mail).replace("\r\n", "\n") == WORDS.text + "\n"


def test_a_reply_to_it_answers_the_thing_it_is_about(office: Office) -> None:
    [person] = office.people(1)
    with office.database.transaction() as session:
        session.get_one(Person, person).token_epoch = 4
    tell(office, person, about=LIST)
    [mail] = arrived(office)
    local = SITE.local_part(str(mail["Reply-To"]))
    assert local is not None
    token = SITE.keys.read(local.removeprefix("r."), epoch=4, today=NOW.date())
    assert isinstance(token, tokens.Token)
    assert (token.kind, token.person, token.thing) == (tokens.LIST, person, 3)


def test_a_thing_nobody_could_answer_about_is_refused(office: Office) -> None:
    [person] = office.people(1)
    with pytest.raises(MailhubError, match="nonsense"):
        tell(office, person, about=Thing("nonsense", 1))


def test_an_answer_stands_below_the_mail_it_answers(office: Office) -> None:
    [person] = office.people(1)
    tell(office, person, in_reply_to="abc@example.org")
    [mail] = arrived(office)
    assert mail["In-Reply-To"] == mail["References"] == "<abc@example.org>"
    assert mail["Auto-Submitted"] == "auto-replied"


@pytest.mark.parametrize("hostile", ["a b@c", "a\r\nBcc: x@y", "<a>@<b>", "è@x", "x" * 400])
def test_a_hostile_message_id_is_left_out(office: Office, hostile: str) -> None:
    [person] = office.people(1)
    tell(office, person, in_reply_to=hostile)
    [mail] = arrived(office)
    assert mail["In-Reply-To"] is None
    assert mail["Bcc"] is None


def test_a_group_speaks_under_its_own_name(office: Office) -> None:
    people = office.people(1)
    tell(office, people[0], sender=Mailbox("Orto di Pietrafiore", "orto@lists.test"), list_id=3)
    tell(office, people[0], occurrence=2)
    mails = arrived(office)
    assert {str(m["From"]) for m in mails} == {
        "Orto di Pietrafiore <orto@lists.test>",
        "Pietrafiore <hub@lists.test>",
    }
    with office.database.reading() as session:
        assert {m.list_id for m in session.query(Mailing)} == {3, None}


def test_one_cause_is_told_once_and_each_mail_has_its_own_id(office: Office) -> None:
    people = office.people(2)
    for person in (*people, *people):
        tell(office, person, occurrence=5)
    tell(office, people[0], occurrence=6)
    mails = arrived(office)
    ids = {str(mail["Message-ID"]) for mail in mails}
    assert (len(mails), len(ids)) == (3, 3)
    found = {SITE.keys.read_message_id(one) for one in ids}
    assert {(key.person, key.occurrence) for key in found if key} == {(1, 5), (2, 5), (1, 6)}
    with office.database.reading() as session:
        assert session.query(Mailing).count() == 1


def test_long_lines_are_wrapped_and_quoted_ones_left(office: Office) -> None:
    [person] = office.people(1)
    quoted = "> " + "parola " * 20
    tell(office, person, words=Words("Lungo", "parola " * 30 + "\n\n" + quoted.rstrip()))
    [mail] = arrived(office)
    lines = words(mail).splitlines()
    assert max(len(line) for line in lines if not line.startswith(">")) <= 72
    assert quoted.rstrip() in lines


def test_the_footer_stands_below_the_signature_mark(office: Office) -> None:
    [person] = office.people(1)
    tell(office, person, footer="Ricevi questa mail perché ci hai scritto.\nRispondi «perché» o «aiuto»")
    [mail] = arrived(office)
    body, mark, below = words(mail).replace("\r\n", "\n").partition("\n-- \n")
    assert mark
    assert body.rstrip() == WORDS.text
    assert below.splitlines() == ["Ricevi questa mail perché ci hai scritto.", "Rispondi «perché» o «aiuto»"]


def test_the_site_can_say_why_in_both_languages(office: Office) -> None:
    with office.database.reading() as session:
        said = {
            service.SiteSource().because(session, SITE, Mailing(), None, language)  # type: ignore[arg-type]
            for language in ("it", "en")
        }
    assert len(said) == 2
