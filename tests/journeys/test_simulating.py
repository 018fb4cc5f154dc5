"""An imagined course: what is told of it, what verbs change, what replies do."""

from collections.abc import Mapping
from datetime import timedelta
from types import MappingProxyType

import pytest

from mailhub.delivery.budget import Budget
from mailhub.journeys import simulating
from mailhub.journeys.definition import Journey
from mailhub.journeys.simulating import Course, Reply, What
from mailhub.journeys.state import End, Heard, Perform, Seen, Unclear
from mailhub.journeys.totals import Totals
from mailhub.times import Span
from tests.journeys.walking import START
from tests.journeys.writing import steps

ROME = "Europe/Rome"
ASK = "ask: {template: dove, question: Where?, answer: text, store: answer.town, timeout: 5 d, then: {unclear: end}}"


def course(
    journey: Journey,
    *replies: Reply,
    calls: bool | None = True,
    person: int = 1,
    values: Mapping[str, object] = MappingProxyType({}),
) -> Course:
    found = Course(
        journey,
        person,
        Seen({"list.comunita.member": True, **values}, ROME, ROME),
        START,
        Budget(0, 0),
        hears=lambda _step, words, _at: None if words == "off" else Unclear(words) if words == "?" else Heard(words),
        replies=replies,
        calls_work=calls,
    )
    found.runs(START + timedelta(days=400))
    return found


def told(found: Course) -> list[tuple[str, str, str, str]]:
    return [(f"{each.at:%d %H:%M}", each.step, each.what, each.detail) for each in found.events]


def test_everything_that_follows_is_an_event() -> None:
    journey = steps(
        f"{{id: a, {ASK}}}",
        "{id: keeps, set: {person.field.town: answer.town}}",
        "{id: in, join: {list: garden, delivery: digest}}",
        "{id: do, task: {text: Look, timeout: 4 d}}",
        "{id: call, webhook: {url: https://x.example}}",
    )
    assert told(course(journey, Reply("a", "Bra", Span(0, 7_200)))) == [
        ("09 08:00", "a", "mail", "dove"),
        ("09 10:00", "a", "answer", "Bra"),
        ("09 10:00", "a", "stored", "answer.town = Bra"),
        ("09 10:00", "keeps", "stored", "person.field.town = Bra"),
        ("09 10:00", "in", "verb", "join list=garden delivery=digest"),
        ("09 10:00", "do", "task", "asked"),
        ("13 10:00", "call", "call", ""),
        ("13 10:00", "call", "end", "completed"),
    ]


def test_replies_come_in_their_order_and_too_late_ones_count_for_nothing() -> None:
    journey = steps(f"{{id: a, {ASK}}}", "send: ciao")
    replies = [Reply("a", "?", Span(0, 60)), Reply("a", "off", Span(0, 120)), Reply("a", "Bra", Span(1))]
    found = course(journey, *replies, Reply("a", "Alba", Span(2)))
    assert [(each.what, each.detail) for each in found.events[1:5]] == [
        (What.ANSWER, "?"),
        (What.UNCLEAR, "asked again"),
        (What.ANSWER, "off"),
        (What.ANSWER, "Bra"),
    ]
    assert found.way.answers == {"town": "Bra"}
    assert [each.outcome for each in course(journey, Reply("a", "Bra", Span(6))).left] == ["timeout", "sent"]


@pytest.mark.parametrize(("calls", "outcome", "day"), [(True, "done", 9), (False, "failed", 9), (None, "failed", 10)])
def test_other_systems_answer_as_is_imagined(calls: bool | None, outcome: str, day: int) -> None:
    found = course(steps("{id: call, webhook: {url: https://x.example}}"), calls=calls)
    assert (found.left[0].outcome, found.left[0].at.day) == (outcome, day)


def test_what_a_verb_changes_is_known_to_the_next_step() -> None:
    journey = steps(
        "{id: in, join: {list: garden, after: true, delivery: digest}}",
        "{id: there, branch: [{when: [list.garden.member, lists.count = 2], goto: out}]}",
        "{id: no, end: {}}",
        "{id: out, leave: garden}",
        "{id: gone, branch: [{when: not list.garden.member and lists.count = 1, goto: send}, {else: true, goto: end}]}",
        "{id: send, send: ciao}",
    )
    found = course(journey, values={"lists.count": 1, "list.garden.member": False})
    assert [each.step for each in found.left] == ["in", "there", "out", "gone", "send"]


def test_whoever_is_asked_first_is_not_in_yet() -> None:
    join = Perform("in", "join", {"list": "garden"})
    assert simulating.overlay(join, {"list.garden.member": False}, START) == {}
    assert simulating.overlay(Perform("in", "join", {"list": None, "after": True}), {}, START) == {}
    assert simulating.overlay(Perform("in", "leave", {"list": "garden"}), {}, START) == {}


def test_a_rule_of_exit_is_looked_at_after_every_verb() -> None:
    journey = steps("{id: out, leave: comunita}", "send: ciao")
    found = course(journey)
    assert (found.end, found.reason, simulating.mails_of(found.events)) == (End.LEFT, "left-group", [])


def test_who_comes_in_is_whom_the_trigger_fits_and_no_exit() -> None:
    before = "trigger: {activity: post.published, where: posts.count < 2}\nexits: [{id: x, when: person.moderator}]\n"
    journey = steps("send: ciao", before=before)

    def comes(**values: object) -> bool:
        return simulating.comes_in(journey, Seen(values, ROME, ROME), START)

    assert comes(**{"posts.count": 1, "person.moderator": False})
    assert not comes(**{"posts.count": 2, "person.moderator": False})
    assert not comes(**{"posts.count": 1, "person.moderator": True})
    assert not comes()
    assert {fact.name for fact in simulating.facts_to_come_in(journey)} == {"posts.count"}


def test_many_courses_are_added_up() -> None:
    journey = steps(
        f"{{id: a, {ASK.replace('timeout: 5 d', 'timeout: 5 d, retry: {every: 2 d}')}}}",
        "{id: s, split: {ciao: 1, fine: 1}}",
        "{send: ciao, goto: end}",
        "send: fine",
    )
    totals = Totals(journey, ROME)
    for person in range(40):
        totals.add(course(journey, *([Reply("a", "Bra", Span(1))] if person % 4 == 0 else []), person=person))
    a, ciao, fine = totals.steps["a"], totals.steps["ciao"], totals.steps["fine"]
    assert (a.came, a.mails, a.reminders, a.standing) == (40, 40, 30, 0)
    assert a.outcomes == {"answered": 10, "timeout": 30}
    assert ciao.mails + fine.mails == 40
    assert min(ciao.mails, fine.mails) > 8
    assert (totals.people, totals.mails, totals.most) == (40, 110, 3)
    assert [(day.day, counts["dove"]) for day, counts in totals.calendar()] == [(9, 40), (10, 0), (11, 30), (16, 0)]
    assert totals.ends == {"completed": 40}
