"""People say when they want the letter, by a word, and take it back."""

from datetime import time

from mailhub.digests import readers
from tests.stories.town import Town, body, prose

ANA, BEA = "ana@example.org", "bea@example.org"


def rhythm(town: Town) -> tuple[time, int] | None:
    person = town.person(ANA)
    assert person is not None
    with town.hub.database.reading() as session:
        return readers.choice_of(session, person.id)


def test_the_letter_comes_at_the_hour_and_on_the_days_that_were_asked_for(town: Town) -> None:
    town.opens_list("garden", members=[ANA, BEA], default_delivery="digest")
    town.writes(ANA, to="garden@lists.test", text="Letter on Tuesday at 18, please")
    [told] = town.inbox(ANA)
    assert "reaches you at 18:00, Tuesday" in prose(told)
    assert "You read in it: Garden" in prose(told)
    town.writes(BEA, to="garden@lists.test", subject="Pears", text="They are ripe.")
    town.passes(hours=32)  # Tuesday, 17:00 in Rome
    assert town.inbox(ANA) == []
    town.passes(hours=1)
    [letter] = town.inbox(ANA)
    assert "They are ripe." in body(letter)


def test_what_is_not_said_stays_and_undoing_brings_the_last_choice_back(town: Town) -> None:
    town.opens_list("garden", members=[ANA])
    town.writes(ANA, to="garden@lists.test", text="lettera alle 18")
    town.replies(ANA, town.inbox(ANA)[-1], "undo")
    assert rhythm(town) is None
    town.writes(ANA, to="garden@lists.test", text="lettera alle 19")
    town.writes(ANA, to="hub@lists.test", text="letter on Monday and Thursday")
    assert rhythm(town) == (time(19), 0b0001001)
    town.replies(ANA, town.inbox(ANA)[-1], "undo")
    assert rhythm(town) == (time(19), 0b1111111)


def test_a_letter_to_the_mayor_is_for_the_group(town: Town) -> None:
    town.opens_list("garden", members=[ANA, BEA])
    town.writes(ANA, to="garden@lists.test", subject="Gate", text="Lettera alla sindaca")
    assert "Lettera alla sindaca" in body(town.inbox(BEA)[-1])
    assert rhythm(town) is None
