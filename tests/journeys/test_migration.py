"""What becomes of somebody who is moved depends on what they wait for, and on nothing else."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from mailhub import content
from mailhub.facts import Facts
from mailhub.journeys import comparing, migration, written
from mailhub.journeys.comparing import What
from mailhub.journeys.definition import Journey
from mailhub.journeys.migration import Migration
from mailhub.journeys.state import Close, End, Phase, Way
from mailhub.people.facts import FACTS

NOW = datetime(2026, 3, 29, 9, tzinfo=UTC)  # clocks have gone forward this night in Rome
DAY = timedelta(days=1)
ROME = "Europe/Rome"
KNOWN = Facts(FACTS)
ASK = "{id: ask, ask: {template: where, question: Where?, answer: text, store: answer.town}}"


def journey(steps: str) -> Journey:
    text = f"title: Welcome\nclass: service\nsteps: [{steps}]\n"
    return written.read(content.load_text(text, "journeys/welcome.yaml"), KNOWN)


def way(step: str, phase: Phase, *, since: datetime = NOW - DAY, due: datetime | None = NOW + 5 * DAY) -> Way:
    return Way(7, step, phase, due, since, visit=3, tries=1, unclear=1)


@pytest.mark.parametrize("kept", [("{id: a, wait: 10 d}", "a", Phase.WAITING), (ASK, "ask", Phase.ASKED)])
def test_a_step_that_both_have_goes_on_as_it_was(kept: tuple[str, str, Phase]) -> None:
    text, step, phase = kept
    old, new = journey(text), journey(f"{text}, {{send: hello}}")
    before = way(step, phase)
    move = migration.moved(before, old.find(step), new, Migration(map={step: step}), now=NOW, zone=ROME)
    assert (move.way, move.effects, move.end) == (replace(before, visit=4), (), None)
    assert [(each.outcome, each.to) for each in move.transitions] == [("moved", step)]


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("{id: a, wait: 10 d}", "{id: a, wait: {when: person.name is known, timeout: 9 d}}"),
        ("{id: a, wait: {when: person.name is known, timeout: 9 d}}", "{id: a, wait: 10 d}"),
        ("{id: a, wait: 10 d}", "{id: a, send: hello}"),
    ],
)
def test_a_step_that_waits_for_something_else_begins_anew(old: str, new: str) -> None:
    before = way("a", Phase.WAITING)
    move = migration.moved(before, journey(old).find("a"), journey(new), Migration(map={"a": "a"}), now=NOW, zone=ROME)
    assert (move.way.phase, move.way.due_at, move.way.since, move.way.tries) == (Phase.READY, NOW, NOW, 0)


@pytest.mark.parametrize(("days", "left"), [("3 d", 2), ("1 d", 0), ("30 min", 0)])
def test_a_wait_is_counted_anew_in_days_of_the_person(days: str, left: int) -> None:
    old, new = journey("{id: a, wait: 10 d}"), journey(f"{{id: a, wait: {days}}}")
    wanted = Migration(recount=frozenset({"a"}))
    came = datetime(2026, 3, 28, 9, tzinfo=UTC)  # ten in the morning; a day later that is eight, UTC
    move = migration.moved(way("a", Phase.WAITING, since=came), old.find("a"), new, wanted, now=NOW, zone=ROME)
    due = datetime(2026, 3, 29 + left, 8, tzinfo=UTC)
    assert move.way.due_at == max(due, NOW)
    assert move.way.since == came


def test_what_was_asked_at_a_step_that_is_left_is_closed() -> None:
    move = migration.moved(
        way("ask", Phase.ASKED), None, journey("{send: hello}"), Migration(map={"ask": "hello"}), now=NOW, zone=ROME
    )
    assert move.effects == (Close(3, "moved"),)
    left = migration.moved(
        way("ask", Phase.ASKED), None, journey("{send: hello}"), Migration(leave={"ask": "over"}), now=NOW, zone=ROME
    )
    assert (left.effects, left.end, left.reason) == ((Close(3, "over"),), End.STOPPED, "over")


def test_who_has_waited_longest_comes_first_when_many_are_due() -> None:
    old, new = journey("{id: a, wait: 10 d}"), journey("{id: a, wait: 1 d}")
    wanted = Migration(recount=frozenset({"a"}), spread=3)
    ways = [way("a", Phase.WAITING, since=NOW - days * DAY) for days in (2, 5, 3, 4, 0, 6)]
    moves = [migration.moved(each, old.find("a"), new, wanted, now=NOW, zone=ROME) for each in ways]
    due = [move.way.due_at for move in migration.spread(moves, wanted, now=NOW)]
    later = [(at - NOW).days if at is not None else None for at in due]
    assert later == [2, 0, 1, 1, 1, 0]
    assert due[4] is not None
    assert due[4] > NOW  # its day is not here yet, so that it keeps its date


def test_what_is_kept_of_a_migration_gives_it_back() -> None:
    wanted = Migration(map={"a": "b"}, leave={"c": "over"}, stay=frozenset({"d"}), recount=frozenset({"e"}), spread=4)
    assert Migration.from_dict(wanted.to_dict()) == wanted
    assert wanted.told() == "a → b, c ends: over, e counted anew"


@pytest.mark.parametrize(
    ("new", "found"),
    [
        ("{send: hello}, {id: a, wait: 10 d}, {id: b, wait: 1 d}", []),
        ("{send: hello}, {id: b, wait: 1 d}", [("a", What.GONE)]),
        ("{send: hello}, {id: a, wait: 9 d}, {id: b, wait: 25 h}", [("a", What.SHORTER), ("b", What.LONGER)]),
        ("{send: hello}, {send: bye}, {id: a, wait: 10 d}, {id: b, wait: 1 d}", [("bye", What.NEW)]),
        ("{id: a, wait: 10 d}, {send: hello}, {id: b, wait: 1 d}", [("a", What.MOVED), ("hello", What.MOVED)]),
        ("{send: hello}, {id: a, wait: 10 d, goto: end}, {id: b, wait: 1 d}", [("a", What.CHANGED)]),
        ("{send: hello}, {id: a, send: bye}, {id: b, wait: 1 d}", [("a", What.OTHER_KIND)]),
    ],
)
def test_steps_are_compared_as_they_are_written(new: str, found: list[tuple[str, What]]) -> None:
    texts = [
        content.load_text(f"title: Welcome\nclass: service\nsteps: [{steps}]\n", "journeys/welcome.yaml")
        for steps in ("{send: hello}, {id: a, wait: 10 d}, {id: b, wait: 1 d}", new)
    ]
    old, other = (written.read(text, KNOWN) for text in texts)
    differences = comparing.compare(old, texts[0].values, other, texts[1].values)
    assert [(step.id, step.what) for step in differences.steps] == found
