"""«Stato»: what one is told of one's own mail is what the rows say."""

import pytest

from mailhub.delivery.outcomes import Kind, Outcome
from tests.stories.reports import bounce
from tests.stories.town import FORGED, Town, prose

ANA, BRUNO = "ana@example.org", "bruno@example.org"


def asks(town: Town, word: str = "status", author: str = ANA) -> str:
    town.inbox(author)
    town.writes(author, to="hub@lists.test", text=word)
    [answer] = town.inbox(author)
    return prose(answer)


def test_a_member_hears_what_left_what_came_back_and_what_waits(town: Town) -> None:
    town.opens_list("garden", members=[ANA, BRUNO], moderate="nobody")
    for number in range(3):
        town.writes(BRUNO, to="garden@lists.test", subject=f"Seeds {number}", text="Who has some?")
    copies = [copy for copy in town.transport.copies if copy.envelope_to == ANA]
    bounce(town, copies[0])
    town.transport.answers = [Outcome(Kind.DEFERRED, 450, "4.2.2", "mailbox full")] * 2
    town.writes(BRUNO, to="garden@lists.test", subject="Seeds 3", text="Who has some?")
    said = asks(town)
    assert "Our mail reaches your mailbox ana@example.org." in said
    assert "Garden: Every message reaches you at once." in said
    assert "In thirty days 2 mails of ours have left for you." in said
    assert "1 waits, because your mail service asks us to try again later." in said
    assert "1 has come back." in said
    town.passes(days=1)


def test_who_reads_by_letter_hears_when_the_next_one_leaves(paese: Town) -> None:
    paese.opens_list("orto", members=[ANA, BRUNO], default_delivery="digest")
    said = asks(paese, "stato")
    assert "Orto: I messaggi ti arrivano in una lettera al giorno" in said
    assert "La prossima lettera parte domani, martedì 10, ore 7:30, se c'è qualcosa da leggere." in said


def test_a_message_of_theirs_that_is_held_and_a_pause_are_told(town: Town) -> None:
    town.opens_list("garden", members=[ANA, BRUNO], moderate="everyone", moderator="mo@example.org")
    town.writes(ANA, to="garden@lists.test", subject="Seeds", text="Who has some?")
    town.writes(ANA, to="garden-pause@lists.test")
    said = asks(town, "Status, please")
    assert "1 message of yours waits to be read first." in said
    assert 'Garden: a pause, until you write "resume".' in said


@pytest.mark.parametrize(
    ("language", "word", "expected"), [("en", "status", "not taken our mail"), ("it", "stato", "non accetta")]
)
def test_a_mailbox_that_is_set_aside_is_told_with_the_way_back(
    town: Town, language: str, word: str, expected: str
) -> None:
    town.opens_list("garden", members=[ANA, BRUNO], moderate="nobody", language=language)
    for day in range(5):
        town.writes(BRUNO, to="garden@lists.test", subject=f"Day {day}", text="Who waters?")
        bounce(town, [copy for copy in town.transport.copies if copy.envelope_to == ANA][-1])
        town.passes(days=1)
    assert ("trying with one more" in asks(town)) == (language == "en")
    bounce(
        town, next(copy for copy in town.transport.copies if b"Questa mail" in copy.data or b"Does this" in copy.data)
    )
    assert expected in asks(town, word)


def test_nobody_hears_it_of_somebody_else(town: Town) -> None:
    town.opens_list("garden", members=[ANA, BRUNO])
    town.writes(ANA, to="hub@lists.test", text="status", headers=FORGED)
    assert town.last()[0] == "held"


@pytest.mark.parametrize(
    ("language", "word", "silent", "refused"),
    [
        (
            "en",
            "status",
            "Garden: zoe@example.net has not confirmed yet (asked: Monday 9 March).",
            "Garden: our mail to zita@example.net, who asked to join, came back: address not found (asked",
        ),
        (
            "it",
            "stato",
            "Garden: zoe@example.net non ha ancora confermato (richiesta: lunedì 9 marzo).",
            "Garden: la nostra mail a zita@example.net, che ha chiesto di entrare, è tornata indietro",
        ),
    ],
)
def test_who_organises_hears_of_newcomers_who_have_not_confirmed(
    town: Town, language: str, word: str, silent: str, refused: str
) -> None:
    town.opens_list("garden", members=[ANA, "olga@example.org"], language=language)
    for stranger in ("zoe@example.net", "zita@example.net"):
        town.writes(stranger, to="garden-join@lists.test")
    bounce(town, town.transport.copies[-1])
    town.passes(days=1)
    said = asks(town, word, "olga@example.org")
    assert silent in said
    assert refused in said
    assert "zoe@" not in asks(town, word, ANA)
