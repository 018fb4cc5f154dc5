"""Programs that answer, and lists that write to each other: nothing happens, and it ends (D-67, S-07)."""

import pytest
import sqlalchemy as sa

from mailhub.delivery.tables import Bounce
from mailhub.people.tables import Question
from tests.stories.town import Town

ANA, BRUNO, ZOE = "ana@example.org", "bruno@example.org", "zoe@example.net"

ABSENT = {
    "en": ("Out of office: {}", "Yes, I am away until Monday. For urgent matters write to my colleague."),
    "it": ("Risposta automatica: {}", "Sì\n\nSono in ferie fino al 30 agosto."),
    "de": ("Automatische Antwort: {}", "Ja, ich bin bis Montag nicht im Büro."),
    "fr": ("Réponse automatique : {}", "Oui, je suis absente du bureau jusqu'à lundi."),
    "es": ("Respuesta automática: {}", "Sí, estoy fuera de la oficina hasta el lunes."),
    "pt": ("Resposta automática: {}", "Sim, estou ausente até segunda-feira."),
    "nl": ("Automatisch antwoord: {}", "Ja, ik ben tot maandag afwezig."),
    "sv": ("Autosvar: {}", "Ja, jag är inte på kontoret."),
    "pl": ("Automatyczna odpowiedź: {}", "Tak, jestem poza biurem."),
    "ja": ("自動応答: {}", "yes"),
}
MANNERS = {"Auto-Submitted": "auto-replied"}


def unanswered(town: Town) -> int:
    with town.database.reading() as session:
        standing = sa.select(sa.func.count()).select_from(Question).where(Question.settled_at.is_(None))
        return session.scalar(standing) or 0


def test_no_absence_note_in_any_language_confirms_decides_or_is_answered(town: Town) -> None:
    town.opens_list("garden", members=[BRUNO], moderate="everyone", moderator=ANA)
    town.writes(ZOE, to="garden-join@lists.test")
    town.writes(BRUNO, to="garden@lists.test", subject="Seeds", text="Who has some?")
    [confirmation], [held] = town.inbox(ZOE), town.inbox(ANA)
    asked, _ = unanswered(town), town.inbox(BRUNO)
    for subject, text in ABSENT.values():
        for author, message in ((ZOE, confirmation), (ANA, held)):
            headers = {"Subject": subject.format(message["Subject"])}
            town.replies(author, message, text, headers={**headers, **MANNERS}, envelope_from="")
            town.replies(author, message, text, headers=headers)  # one without manners
    assert unanswered(town) == asked
    assert town.place("garden", ZOE) is None or town.place("garden", ZOE).joined_at is None  # type: ignore[union-attr]
    assert town.subjects(BRUNO) == []
    assert town.inbox(ZOE) == []
    assert town.inbox(ANA) == []


def test_absence_notes_to_a_letter_a_post_and_their_return_path_do_nothing(town: Town) -> None:
    town.opens_list("garden", members=[ANA, BRUNO], moderate="nobody", default_delivery="digest")
    town.opens_list("choir", members=[ANA, BRUNO], moderate="nobody")
    for slug in ("garden", "choir"):
        town.writes(BRUNO, to=f"{slug}@lists.test", subject="Seeds", text="Who has some?")
    town.passes(days=1)
    before = len(town.transport.copies)
    for message in town.inbox(ANA):
        copy = next(
            c for c in town.transport.copies if c.envelope_to == ANA and str(message["Message-ID"]).encode() in c.data
        )
        for subject, text in ABSENT.values():
            headers = {"Subject": subject.format(message["Subject"]), **MANNERS}
            town.replies(ANA, message, text, headers=headers, envelope_from="")
            town.writes(ANA, copy.envelope_from, headers["Subject"], text, headers=MANNERS, envelope_from="")
            assert town.last()[0] in ("recorded", "dropped")
    town.passes(days=1)
    assert len(town.transport.copies) == before
    with town.database.reading() as session:
        assert session.scalar(sa.select(sa.func.count()).select_from(Bounce)) == 0


@pytest.mark.parametrize("manners", [MANNERS, {}], ids=["with manners", "without"])
def test_a_responder_that_answers_everything_ends_after_two(town: Town, manners: dict[str, str]) -> None:
    town.opens_list("garden", members=[ANA, BRUNO], moderate="nobody")
    town.writes(ZOE, to="hub@lists.test", text="What is this?", headers=manners)
    sent = 0
    for _ in range(12):
        answers = town.inbox(ZOE)
        sent += len(answers)
        for answer in answers:
            town.replies(ZOE, answer, "Thank you for your message. We will come back to you.", headers=manners)
    assert sent <= 3


def test_two_lists_that_belong_to_each_other_do_not_write_for_ever(town: Town) -> None:
    town.opens_list("garden", members=[ANA, BRUNO, "choir@lists.test"], moderate="nobody", addresses="members")
    town.opens_list("choir", members=[ANA, "garden@lists.test"], moderate="nobody", addresses="members")
    town.writes(BRUNO, to="garden@lists.test", subject="Seeds", text="Who has some?")
    returned: set[bytes] = set()
    for _ in range(10):
        fresh = [
            copy
            for copy in town.transport.copies
            if copy.envelope_to.endswith("@lists.test") and copy.data not in returned
        ]
        for copy in fresh:
            returned.add(copy.data)
            town.receives(copy.data, copy.envelope_from, [copy.envelope_to])
    assert len(town.mailbox(ANA)) <= 3
    assert town.last()[0] in ("dropped", "held", "recorded")
