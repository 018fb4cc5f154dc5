"""The pace of a conversation: what becomes of a message, by who wrote when and nothing else."""

from datetime import UTC, datetime, timedelta
from itertools import pairwise
from random import Random

import pytest

from mailhub.lists.pacing import Back, Goes, Rule, Ruling, Said, Waits, judge
from mailhub.lists.tables import Tool

NOON = datetime(2026, 3, 9, 12, tzinfo=UTC)
HOUR = timedelta(hours=1)
ANA, BRUNO, MO = 1, 2, 3
SLOW = Rule(Tool.SLOW, NOON + 48 * HOUR, every=6 * HOUR)
CLOSED = Rule(Tool.CLOSED, NOON + 24 * HOUR)
VOICES = Rule(Tool.VOICES, NOON + 24 * HOUR, people=frozenset({ANA, BRUNO}), since=NOON - HOUR)
MEDIATION = Rule(Tool.MEDIATION, NOON + 24 * HOUR, people=frozenset({ANA, BRUNO}))
LETTER = Rule(Tool.LETTER, NOON + 24 * HOUR)


@pytest.mark.parametrize(
    ("rules", "author", "said", "ruling"),
    [
        ((), ANA, [], Goes()),
        ((LETTER,), ANA, [Said(ANA, NOON)], Goes()),
        ((SLOW,), ANA, [], Goes()),
        ((SLOW,), ANA, [Said(BRUNO, NOON)], Goes()),
        ((SLOW,), ANA, [Said(ANA, NOON - 6 * HOUR)], Goes()),
        ((SLOW,), ANA, [Said(ANA, NOON - HOUR)], Waits(NOON + 5 * HOUR, SLOW)),
        ((SLOW,), ANA, [Said(ANA, NOON + 5 * HOUR), Said(ANA, NOON - HOUR)], Waits(NOON + 11 * HOUR, SLOW)),
        ((SLOW,), ANA, [Said(ANA, NOON + 45 * HOUR)], Waits(NOON + 48 * HOUR, SLOW)),
        ((CLOSED,), MO, [], Back(CLOSED)),
        ((SLOW, CLOSED), ANA, [], Back(CLOSED)),
        ((VOICES,), MO, [], Back(VOICES)),
        ((VOICES,), ANA, [], Goes()),
        ((VOICES,), ANA, [Said(ANA, NOON - 2 * HOUR)], Goes()),  # before they took turns
        ((VOICES,), ANA, [Said(ANA, NOON)], Waits(NOON + 24 * HOUR, VOICES)),
        ((VOICES,), ANA, [Said(ANA, NOON - HOUR), Said(BRUNO, NOON)], Goes()),
        ((VOICES, SLOW), ANA, [Said(ANA, NOON)], Waits(NOON + 24 * HOUR, VOICES)),
        ((MEDIATION,), ANA, [], Back(MEDIATION)),
        ((MEDIATION,), MO, [], Goes()),
        ((Rule(Tool.CLOSED, None),), ANA, [], Back(Rule(Tool.CLOSED, None))),
        ((Rule(Tool.CLOSED, NOON),), ANA, [], Goes()),
    ],
)
def test_each_rule_alone_and_together(rules: tuple[Rule, ...], author: int, said: list[Said], ruling: Ruling) -> None:
    assert judge(rules, author, said, NOON) == ruling


def some(random: Random) -> tuple[list[Rule], list[Said]]:
    """Rules and messages as they may come together."""
    people = frozenset(random.sample(range(1, 6), 2))
    rules = [
        Rule(
            random.choice([Tool.SLOW, Tool.LETTER, Tool.VOICES, Tool.MEDIATION, Tool.CLOSED]),
            random.choice([None, NOON + random.randint(-20, 60) * HOUR]),
            every=random.randint(1, 12) * HOUR,
            people=people,
        )
        for _ in range(random.randint(0, 3))
    ]
    said = [Said(random.randint(1, 5), NOON + random.randint(-30, 30) * HOUR) for _ in range(random.randint(0, 8))]
    return rules, said


def test_whatever_comes_together_a_message_goes_or_waits_for_a_rule_that_holds() -> None:
    random = Random(7)
    for _ in range(3_000):
        rules, said = some(random)
        author = random.randint(1, 5)
        ruling = judge(rules, author, said, NOON)
        random.shuffle(rules)
        random.shuffle(said)
        again = judge(rules, author, said, NOON)
        assert type(again) is type(ruling)  # neither order counts
        match ruling:
            case Goes():
                assert judge([rule for rule in rules if rule.holds(NOON)], author, said, NOON) == Goes()
            case Waits(until, rule):
                assert rule in rules
                assert until > NOON
                assert rule.until is None or until <= rule.until
            case Back(rule):
                assert rule in rules
                assert rule.holds(NOON)


def test_a_rule_that_is_over_decides_nothing() -> None:
    random = Random(8)
    for _ in range(1_000):
        rules, said = some(random)
        ended = [rule for rule in rules if rule.until is not None]
        assert judge(ended, random.randint(1, 5), said, NOON + 100 * HOUR) == Goes()


def test_at_a_slow_pace_no_two_messages_of_one_person_are_nearer_than_it_says() -> None:
    random = Random(9)
    for _ in range(300):
        every = random.randint(1, 12) * HOUR
        rule = Rule(Tool.SLOW, NOON + 72 * HOUR, every=every)
        now, said = NOON, list[Said]()
        for _ in range(12):
            now += timedelta(minutes=random.randint(0, 300))
            author = random.randint(1, 3)
            ruling = judge([rule], author, said, now)
            said.append(Said(author, ruling.until if isinstance(ruling, Waits) else now))
        for person in (1, 2, 3):
            times = sorted(one.at for one in said if one.by == person and one.at < NOON + 72 * HOUR)
            assert all(later - earlier >= every for earlier, later in pairwise(times))


def test_who_moderates_is_under_the_same_rule_as_everybody() -> None:
    for author in (ANA, BRUNO, MO):
        said = [Said(author, NOON - HOUR)]
        assert judge([SLOW], author, said, NOON) == Waits(NOON + 5 * HOUR, SLOW)
        assert judge([CLOSED], author, said, NOON) == Back(CLOSED)
