"""What the town's people say, and when: the same in both languages, and always before the next letter."""

from datetime import UTC, date, datetime, timedelta

import pytest

from mailhub.clock import local
from mailhub.sandbox import story
from mailhub.sandbox.agenda import Agenda, spread
from mailhub.sandbox.cast import ALDO, GARDEN, SQUARE

ROME = "Europe/Rome"
NINE = datetime(2026, 3, 9, 8, 0, tzinfo=UTC)  # 9:00 in Rome


def test_both_languages_tell_the_same_story() -> None:
    italian, english = story.told("it"), story.told("en")
    for one, other in ((italian.past, english.past), (italian.later, english.later)):
        assert [(dated.day, dated.at) for dated in one] == [(dated.day, dated.at) for dated in other]
    shapes = [
        [(said.who, said.group, bool(said.answers), bool(said.reply)) for said in told] for told in (italian, english)
    ]
    assert shapes[0] == shapes[1]
    assert all(said.subject != other.subject for said, other in zip(italian, english, strict=True))


@pytest.mark.parametrize("language", ["it", "en"])
def test_every_answer_answers_something_and_no_subject_comes_twice(language: str) -> None:
    told = list(story.told(language))
    subjects = [said.subject for said in told]
    assert len(set(subjects)) == len(subjects)
    assert all(said.answers in subjects for said in told if said.answers)


@pytest.mark.parametrize("language", ["it", "en"])
def test_the_first_day_has_two_groups_things_to_answer_and_one_voice_too_many(language: str) -> None:
    first = story.told(language).first
    assert {said.group for said in first} == {GARDEN, SQUARE}
    assert sum(said.who is ALDO and said.group == GARDEN for said in first) == 4  # a letter prints three whole
    assert sum(bool(said.reply) for said in first) >= 3
    assert story.reply_to(first[0].subject) == first[0].reply


@pytest.mark.parametrize(
    ("hour", "begins", "ends"),
    [
        (9, "09:20", "22:30"),  # the hour at which a visitor comes
        (20, "20:20", "22:30"),
        (22, "22:20", "00:20"),  # late: within two hours, and still before the letter
    ],
)
def test_the_first_day_is_spread_over_what_is_left_of_it(hour: int, begins: str, ends: str) -> None:
    instants = spread(NINE + timedelta(hours=hour - 9), 7, ROME)
    assert instants == sorted(set(instants))
    assert [f"{local(one, ROME):%H:%M}" for one in (instants[0], instants[-1])] == [begins, ends]


def test_a_newcomer_is_greeted_once_and_each_later_day_is_told_once() -> None:
    agenda = Agenda(ROME, date(2026, 3, 9))
    agenda.greet(NINE)
    agenda.greet(NINE + timedelta(hours=1))
    agenda.plan(NINE + timedelta(days=2))
    agenda.plan(NINE + timedelta(days=2))
    lines = []
    while (line := agenda.soonest) is not None:
        lines.append(line)
        agenda.done(line)
    assert lines == sorted(lines)
    later = [dated for dated in story.told("it").later if dated.day < 2]
    assert len(lines) == len(story.told("it").first) + len(later)
    assert {local(line.at, ROME).day for line in lines if not line.is_first} == {10, 11}


def test_a_story_that_is_told_ends() -> None:
    agenda = Agenda(ROME, date(2026, 3, 9))
    agenda.plan(NINE + timedelta(days=60))
    days = set()
    while (line := agenda.soonest) is not None:
        days.add(local(line.at, ROME).date())
        agenda.done(line)
    assert len(days) == len({dated.day for dated in story.told("it").later})
