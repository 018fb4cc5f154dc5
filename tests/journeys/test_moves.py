"""What a journey does next: each kind of step, each of its outcomes."""

from collections import Counter
from dataclasses import replace
from datetime import date, timedelta

import pytest

from mailhub.delivery.budget import Budget
from mailhub.journeys import carrying, moves
from mailhub.journeys.definition import Split
from mailhub.journeys.state import (
    AskAgain,
    AskOrganiser,
    Call,
    Called,
    Changed,
    Close,
    Decided,
    Done,
    End,
    Errand,
    Heard,
    Mail,
    Perform,
    Phase,
    Signal,
    Store,
    Tick,
    Unclear,
    Way,
)
from mailhub.journeys.walk import MOST_VISITS
from tests.journeys.walking import START, Walker
from tests.journeys.writing import journey, steps

QUESTION = "template: dove, question: Where?, answer: text, store: person.field.town"
QUIET = 'timing: {quiet: {from: "21:30", to: "8:00"}, days: [mon, tue, wed, thu, fri, sat]}\n'
EVENING = START + timedelta(hours=12, minutes=30)  # 21:30 in Rome


def test_a_mail_is_sent_and_the_way_is_over() -> None:
    walker = Walker(steps("send: ciao")).runs()
    assert (walker.templates, walker.left, walker.end) == (["ciao"], [("ciao", "sent")], End.COMPLETED)
    assert walker.way.due_at is None


def test_what_waits_for_nothing_is_done_in_one_move() -> None:
    walker = Walker(steps("send: ciao", "{id: a, set: {answer.x: y}}", "send: fine", "{id: z, end: {}}")).runs()
    assert walker.moves == 1
    assert walker.left == [("ciao", "sent"), ("a", "next"), ("fine", "sent"), ("z", "z")]


@pytest.mark.parametrize(
    ("step", "outcome"),
    [
        ("send: ciao", "next"),
        (f"ask: {{{QUESTION}}}", "answered"),
        ("wait: 3 d", "next"),
        ("wait: {when: person.moderator, timeout: 3 d}", "met"),
        ("branch: [{when: person.moderator, goto: other}]", "else"),
        ("split: {fine: 1, other: 1}", "next"),
        ("task: {text: Look}", "done"),
        ("webhook: {url: https://x.example}", "done"),
        ("join: garden", "next"),
    ],
)
def test_a_step_that_is_passed_over_leads_where_it_would_have(step: str, outcome: str) -> None:
    rest = ["{id: fine, set: {answer.way: fine}, goto: end}"]
    rest += ["{id: other, set: {answer.way: other}}"] if "other" in step else []
    read = steps(f"{{id: a, skip_if: person.confirmed, {step}}}", *rest)
    walker = Walker(read, {"person.confirmed": True}).runs()
    assert walker.left == [("a", "skipped"), ("fine", "next")]
    assert outcome in read.steps[0].ways
    assert walker.templates == []


def test_a_skipped_mail_is_sent_to_whom_the_condition_does_not_fit() -> None:
    read = steps("{send: ciao, skip_if: person.field.town is known}")
    assert Walker(read, {"person.field.town": "Bra"}).runs().templates == []
    assert Walker(read, {"person.field.town": None}).runs().templates == ["ciao"]


# asking


def asking(more: str = "", then: str = "") -> Walker:
    ask = f"{{id: a, ask: {{{QUESTION}{more}, then: {{{then}}}}}}}" if then else f"{{id: a, ask: {{{QUESTION}{more}}}}}"
    rest = ["{id: ok, set: {answer.way: ok}, goto: end}"]
    rest += ["{id: silent, set: {answer.way: silent}, goto: end}"] if "silent" in then else []
    rest += ["{id: help, set: {answer.way: help}, goto: end}"] if "help" in then else []
    return Walker(steps(ask, *rest)).runs()


def test_an_answer_is_kept_and_leads_on() -> None:
    walker = asking()
    assert (walker.place, walker.templates) == (("a", "asked"), ["dove"])
    walker.sleeps(hours=2).happens(Heard("Bra"))
    assert Store("person.field.town", "Bra") in walker.effects
    assert (walker.left, walker.end) == ([("a", "answered"), ("ok", "next")], End.COMPLETED)


@pytest.mark.parametrize(
    ("kept", "value"), [("yes", True), ("no", False), ("2026-03-14", date(2026, 3, 14)), (None, "")]
)
def test_what_is_kept_of_a_person_is_text(kept: str | None, value: object) -> None:
    walker = asking()
    walker.happens(Heard(value))
    assert walker.effects[0] == Store("person.field.town", kept)


def test_silence_is_an_outcome_after_its_time() -> None:
    walker = asking(", timeout: 5 d", "timeout: silent").runs(days=4, hours=23)
    assert walker.place == ("a", "asked")
    walker.runs(hours=1)
    assert walker.left == [("a", "timeout"), ("silent", "next")]
    assert Close(1, "timeout") in walker.effects


def test_reminders_are_sent_as_often_as_they_are_wanted() -> None:
    walker = asking(", timeout: 5 d, retry: {times: 2, every: 3 d, template: dove-2}").runs(days=10, hours=23)
    assert walker.mails == [("Mon 09 09:00", "dove"), ("Thu 12 09:00", "dove-2"), ("Sun 15 09:00", "dove-2")]
    assert walker.runs(hours=1).left[0] == ("a", "timeout")


def test_a_reminder_waits_for_its_hour_too() -> None:
    read = steps(f"{{id: a, ask: {{{QUESTION}, timeout: 5 d, retry: {{every: 6 d}}}}}}", before=QUIET)
    walker = Walker(read).runs(days=20)
    assert walker.mails == [("Mon 09 09:00", "dove"), ("Mon 16 08:00", "dove")]  # not on Sunday


def test_a_second_answer_nobody_can_read_goes_to_a_person() -> None:
    walker = asking("", "unclear: help")
    walker.happens(Unclear("boh"))
    assert walker.effects == [AskAgain("a", 1)]
    assert walker.place == ("a", "asked")
    walker.happens(Unclear("mah"))
    assert walker.effects[:2] == [Store("answer.last_reply", "mah"), Close(1, "unclear")]
    assert walker.left == [("a", "unclear"), ("help", "next")]


def test_without_a_way_for_it_an_unclear_answer_is_asked_again_for_ever() -> None:
    walker = asking()
    for _ in range(5):
        walker.happens(Unclear("boh"))
        assert walker.effects == [AskAgain("a", 1)]


def test_what_answers_an_act_of_the_person_may_leave_at_night_within_a_quarter_of_an_hour() -> None:
    ask, thanks = f"{{id: a, ask: {{{QUESTION}, quiet: ignore}}}}", "send: {template: ciao, quiet: ignore}"
    late = Walker(steps(ask, thanks, before=QUIET), now=EVENING, own_act=True).runs()
    assert late.templates == ["dove"]
    late.sleeps(hours=3).happens(Heard("Bra"))
    assert late.templates == ["dove", "ciao"]


@pytest.mark.parametrize(("minutes", "expected"), [(0, "Mon 09 21:30"), (14, "Mon 09 21:44"), (15, "Tue 10 08:00")])
def test_a_quarter_of_an_hour_after_it_no_mail_answers_an_act(minutes: int, expected: str) -> None:
    read = steps("send: {template: ciao, quiet: ignore}", before=QUIET)
    walker = Walker(read, now=EVENING, own_act=True).sleeps(minutes=minutes).runs(days=1)
    assert walker.mails == [(expected, "ciao")]


def test_quiet_is_kept_where_nobody_did_anything() -> None:
    read = steps("send: {template: ciao, quiet: ignore}", before=QUIET)
    assert Walker(read, now=EVENING).runs(days=1).mails == [("Tue 10 08:00", "ciao")]


# waiting


def test_days_are_waited_on_the_persons_clock_and_hours_by_the_clock() -> None:
    start = START.replace(day=28)  # the night after, clocks change in Rome
    for wait, expected in (("1 d", "Sun 29 09:00"), ("24 h", "Sun 29 10:00")):
        assert Walker(steps(f"{{id: a, wait: {wait}}}", "send: ciao"), now=start).runs(days=2).mails[0][0] == expected


def test_it_waits_until_an_hour_of_a_day() -> None:
    walker = Walker(steps('{id: a, wait: {until: "fri 9:00"}}', "send: ciao"), zone="America/Santiago").runs(days=7)
    assert walker.mails == [("Fri 13 09:00", "ciao")]


@pytest.mark.parametrize(
    ("value", "left", "mails"),
    [
        (START + timedelta(days=3), ("a", "next"), [("Wed 11 10:00", "ciao")]),
        (START + timedelta(hours=10), ("a", "past"), [("Mon 09 09:00", "fine")]),
        (None, ("a", "unknown"), [("Mon 09 09:00", "dove")]),
    ],
)
def test_it_waits_for_a_day_of_the_persons(value: object, left: tuple[str, str], mails: list[object]) -> None:
    read = steps(
        '{id: a, wait: {date: person.created, offset: -1 d, until: "10:00", then: {past: fine, unknown: dove}}}',
        "{send: ciao, goto: end}",
        "{send: fine, goto: end}",
        "{send: dove, goto: end}",
    )
    walker = Walker(read, {"person.created": value}).runs(days=5)
    assert (walker.left[0], walker.mails) == (left, mails)


def day_wait() -> Walker:
    read = steps(
        "{id: a, wait: {date: person.created, then: {unknown: fine}}}", "{send: ciao, goto: end}", "{send: fine}"
    )
    return Walker(read, {"person.created": START + timedelta(days=3)}).runs()


def test_a_day_that_is_put_off_is_waited_for_anew() -> None:
    walker = day_wait()
    walker.values["person.created"] = START + timedelta(days=5)
    assert walker.runs(days=4).templates == []
    assert walker.runs(days=1).mails == [("Sat 14 09:00", "ciao")]


def test_a_day_that_comes_earlier_is_heard_of() -> None:
    walker = day_wait()
    walker.values["person.created"] = START + timedelta(days=1)
    walker.happens(Changed())
    assert walker.runs(days=1).mails == [("Tue 10 09:00", "ciao")]


def test_a_day_that_is_called_off_is_not_known() -> None:
    walker = day_wait()
    walker.values["person.created"] = None
    walker.happens(Changed())
    assert (walker.left, walker.templates) == ([("a", "unknown"), ("fine", "sent")], ["fine"])


def test_whoever_moves_waits_on_their_new_clock_and_once() -> None:
    walker = Walker(steps('{id: a, wait: {until: "10:00"}}', "send: ciao")).runs()
    walker.zone = "America/Santiago"
    walker.happens(Changed())
    assert walker.runs(days=3).mails == [("Mon 09 10:00", "ciao")]


WATCH = "{id: a, wait: {when: posts.count >= 1, timeout: 30 d, then: {met: ciao, timeout: fine}}}"


def watching(values: dict[str, object], condition: str = "posts.count >= 1") -> Walker:
    read = steps(WATCH.replace("posts.count >= 1", condition), "{send: ciao, goto: end}", "send: fine")
    return Walker(read, values).runs()


def test_it_waits_until_something_is_so() -> None:
    walker = watching({"posts.count": 0})
    assert walker.place == ("a", "watching")
    walker.happens(Changed())
    assert walker.place == ("a", "watching")
    walker.values["posts.count"] = 1
    walker.happens(Changed())
    assert walker.left == [("a", "met"), ("ciao", "sent")]


def test_what_is_so_already_is_not_waited_for() -> None:
    assert watching({"posts.count": 3}).left[0] == ("a", "met")


def test_it_does_not_wait_for_ever() -> None:
    walker = watching({"posts.count": 0}).runs(days=29)
    assert walker.place == ("a", "watching")
    assert walker.runs(days=1).mails == [("Wed 08 09:00", "fine")]


def test_time_alone_may_make_it_so() -> None:
    walker = watching({"posts.last_at": START}, "posts.last_at < now - 10 days").runs(days=29)
    assert walker.mails == [("Thu 19 09:01", "ciao")]


def test_something_new_changes_when_time_makes_it_so() -> None:
    walker = watching({"posts.last_at": None}, "posts.last_at < now - 10 days").sleeps(days=2)
    walker.values["posts.last_at"] = walker.now
    walker.happens(Changed())
    assert walker.runs(days=15).mails == [("Sat 21 09:01", "ciao")]


# going one way or another


def test_the_first_case_that_fits_is_taken() -> None:
    branch = "{id: a, branch: [{when: posts.count >= 5, goto: ciao}, {when: posts.count >= 1, goto: fine}]}"
    read = steps(branch, "{send: dove, goto: end}", "{send: ciao, goto: end}", "send: fine")
    for count, outcome, template in ((9, "1", "ciao"), (2, "2", "fine"), (0, "else", "dove")):
        walker = Walker(read, {"posts.count": count}).runs()
        assert (walker.left[0], walker.templates) == (("a", outcome), [template])


def test_a_split_keeps_its_weights_over_people_and_its_word_to_one() -> None:
    read = steps("{id: a, split: {ciao: 70, fine: 20, end: 10}}", "{send: ciao, goto: end}", "send: fine")
    split = read.steps[0]
    assert isinstance(split, Split)
    arms = [carrying.arm_of("benvenuto", split, person) for person in range(20_000)]
    assert arms == [carrying.arm_of("benvenuto", split, person) for person in range(20_000)]
    counts = Counter(arms)
    for arm, share in (("ciao", 0.7), ("fine", 0.2), ("end", 0.1)):
        assert abs(counts[arm] / 20_000 - share) < 0.015
    elsewhere = [carrying.arm_of("another", split, person) for person in range(20_000)]
    assert sum(a == b for a, b in zip(arms, elsewhere, strict=True)) < 12_000  # one split tells nothing of another


def test_a_new_text_of_the_file_leaves_people_on_their_arm() -> None:
    old = steps("{id: a, split: {ciao: 1, fine: 1}}", "{send: ciao, goto: end}", "send: fine").steps[0]
    new = steps("send: dove", "{id: a, split: {ciao: 1, fine: 1}}", "{send: ciao, goto: end}", "send: fine").steps[1]
    assert isinstance(old, Split)
    assert isinstance(new, Split)
    assert all(carrying.arm_of("x", old, one) == carrying.arm_of("x", new, one) for one in range(500))


# asking others


TASK = "{id: a, task: {text: Look, timeout: 4 d%s, then: {done: ciao, timeout: fine}}}"


def tasked(more: str = "") -> Walker:
    return Walker(steps(TASK % more, "{send: ciao, goto: end}", "send: fine")).runs()


def test_something_done_leads_on() -> None:
    walker = tasked()
    assert walker.effects == [Errand("a", 1)]
    walker.happens(Done())
    assert walker.left == [("a", "done"), ("ciao", "sent")]


def test_something_nobody_does_is_over_after_its_time() -> None:
    walker = tasked().runs(days=4)
    assert walker.left == [("a", "timeout"), ("fine", "sent")]
    assert Close(1, "timeout") in walker.effects


def test_something_nobody_does_is_asked_of_others_once() -> None:
    walker = tasked(", escalate: true").runs(days=4)
    assert walker.effects == [Errand("a", 1, again=True)]
    assert walker.place == ("a", "tasked")
    assert walker.runs(days=4).left[0] == ("a", "timeout")


@pytest.mark.parametrize(("signal", "outcome"), [(Called(True), "done"), (Called(False), "failed"), (Tick(), "failed")])
def test_another_system_answers_or_does_not(signal: Signal, outcome: str) -> None:
    call = "{id: a, webhook: {url: https://x.example, then: {done: ciao, failed: fine}}}"
    walker = Walker(steps(call, "{send: ciao, goto: end}", "send: fine")).runs()
    assert (walker.effects, walker.place) == ([Call("a", 1)], ("a", "calling"))
    assert walker.way.due_at == START + timedelta(days=1)
    walker.sleeps(days=1).happens(signal)
    assert walker.left[0] == ("a", outcome)


# doing


def test_after_a_verb_it_looks_again() -> None:
    read = steps("{id: a, join: {list: garden, delivery: digest}}", "send: ciao")
    walker = Walker(read)
    walker.happens(Tick())
    assert walker.effects == [Perform("a", "join", {"list": "garden", "delivery": "digest"})]
    assert (walker.place, walker.way.due_at) == (("ciao", "ready"), START)
    walker.happens(Tick())
    assert walker.end is End.COMPLETED


def test_a_verb_takes_what_a_name_holds() -> None:
    read = steps(
        "{id: a, set: {answer.group: {nearest: person.field.town, within: 25 km}}}",
        "{id: b, join: {list: answer.group}}",
    )
    walker = Walker(read, {"person.field.town": "Bra"}, near={"Bra": "garden"})
    walker.happens(Tick())
    assert walker.effects == [Store("answer.group", "garden"), Perform("b", "join", {"list": "garden"})]
    nowhere = Walker(read, {"person.field.town": None})
    nowhere.happens(Tick())
    assert nowhere.effects == [Store("answer.group", None), Perform("b", "join", {"list": None})]


def test_what_is_set_is_known_to_the_next_step_and_is_text() -> None:
    read = steps(
        "{id: a, set: {answer.count: posts.count, answer.word: hello}}",
        '{id: b, branch: [{when: answer.count = "3" and answer.word = hello, goto: ciao}, {else: true, goto: end}]}',
        "send: ciao",
    )
    assert Walker(read, {"posts.count": 3}).runs().templates == ["ciao"]


def test_a_bell_that_rings_too_early_moves_nobody() -> None:
    walker = Walker(steps("{id: a, wait: 1 d}", "send: ciao")).runs().sleeps(hours=23)
    walker.happens(Tick())
    assert (walker.place, walker.left) == (("a", "waiting"), [])


# leaving


EXITS = "exits:\n  - {id: left, when: not list.comunita.member}\n  - {id: writes, when: posts.count >= 1, goal: true}\n"
MEMBER = {"list.comunita.member": True, "posts.count": 0}


def test_a_rule_ends_the_way_wherever_it_stands() -> None:
    walker = Walker(steps("{id: a, wait: 3 d}", "send: ciao", before=EXITS), dict(MEMBER)).runs()
    walker.values["list.comunita.member"] = False
    walker.happens(Changed())
    assert (walker.end, walker.reason, walker.left) == (End.LEFT, "left", [("a", "left")])
    assert walker.way.due_at is None


def test_a_goal_is_a_success() -> None:
    walker = Walker(steps(f"{{id: a, ask: {{{QUESTION}}}}}", "send: ciao", before=EXITS), dict(MEMBER)).runs()
    walker.values["posts.count"] = 1
    walker.happens(Changed())
    assert (walker.end, walker.reason) == (End.GOAL, "writes")
    assert walker.effects == [Close(1, "writes")]


def test_whoever_has_left_gets_no_mail_that_was_due() -> None:
    walker = Walker(steps("{id: a, wait: 3 d}", "send: ciao", before=EXITS), dict(MEMBER)).runs()
    walker.values["list.comunita.member"] = False
    assert walker.runs(days=3).templates == []


def test_rules_are_those_of_the_newest_version() -> None:
    old, new = steps("{id: a, wait: 3 d}"), steps("{id: a, wait: 3 d}", before=EXITS)
    walker = Walker(old, {"list.comunita.member": False}, exits=new.exits).runs()
    assert walker.end is End.LEFT


def test_an_answer_is_kept_also_where_a_rule_fits_by_then() -> None:
    walker = Walker(steps(f"{{id: a, ask: {{{QUESTION}}}}}", "send: ciao", before=EXITS), dict(MEMBER)).runs()
    walker.values["posts.count"] = 1
    walker.happens(Heard("Bra"))
    assert walker.effects == [Store("person.field.town", "Bra")]
    assert (walker.end, walker.left, walker.templates) == (End.GOAL, [("a", "answered"), ("ciao", "writes")], ["dove"])


def test_an_answer_may_itself_be_the_reason_to_leave() -> None:
    exits = "exits: [{id: known, when: person.field.town = Bra, goal: true}]\n"
    walker = Walker(steps(f"{{id: a, ask: {{{QUESTION}}}}}", "send: ciao", before=exits)).runs()
    walker.happens(Heard("Bra"))
    assert (walker.end, walker.templates) == (End.GOAL, ["dove"])


def test_a_way_can_be_stopped() -> None:
    walker = Walker(steps(f"{{id: a, ask: {{{QUESTION}}}}}")).runs()
    move = moves.stop(walker.way, End.STOPPED, "by hand")
    assert (move.end, move.effects, move.way.due_at) == (End.STOPPED, (Close(1, "by hand"),), None)


def test_a_move_that_fails_keeps_what_was_answered() -> None:
    walker = Walker(steps(f"{{id: a, ask: {{{QUESTION}}}}}", "send: ciao")).runs()
    before = walker.way
    failed = moves.fail(before, walker.happens(Heard("Bra")), "ciao: it cannot be written")
    assert (failed.end, failed.reason) == (End.FAILED, "ciao: it cannot be written")
    assert failed.effects[0] == Store("person.field.town", "Bra")
    assert not any(isinstance(effect, Mail) for effect in failed.effects)
    assert failed.way.step == "a"


def test_a_step_that_is_gone_fails_the_way() -> None:
    walker = Walker(steps("send: ciao"))
    walker.way = replace(walker.way, step="gone")
    walker.happens(Tick())
    assert (walker.end, walker.reason) == (End.FAILED, "there is no step gone")


# being late


def late(then: str, days: float = 10) -> Walker:
    read = steps("{id: a, wait: 1 d}", "send: ciao", "send: fine", before=f"timing: {{overdue: {{then: {then}}}}}\n")
    walker = Walker(read).runs()
    return walker.sleeps(days=days)


def test_what_is_late_is_skipped() -> None:
    walker = late("skip").runs()
    assert walker.left == [("a", "next"), ("ciao", "too late"), ("fine", "too late")]


def test_what_is_late_is_sent_where_that_is_wanted() -> None:
    assert late("send").runs().templates == ["ciao", "fine"]


def test_within_the_grace_nothing_is_late() -> None:
    assert late("skip", 4).runs().templates == ["ciao", "fine"]
    assert late("skip", 4.01).runs().templates == []


@pytest.mark.parametrize(("sends", "templates"), [(True, ["ciao", "fine"]), (False, ["fine"])])
def test_an_organiser_decides_about_what_is_late(sends: bool, templates: list[str]) -> None:
    walker = late("ask").runs()
    assert (walker.effects, walker.place) == ([AskOrganiser("ciao", 2)], ("ciao", "late"))
    assert walker.way.due_at is None
    walker.sleeps(days=30).happens(Decided(sends))
    assert walker.templates == templates


def test_service_mail_is_never_late() -> None:
    read = steps("{id: a, wait: 1 d}", "send: {template: ciao, class: service}")
    assert Walker(read).runs().sleeps(days=100).runs().templates == ["ciao"]


@pytest.mark.parametrize(("then", "templates"), [("skip", ["dove"]), ("ask", ["dove"]), ("send", ["dove", "dove"])])
def test_a_late_reminder_is_no_reason_to_bother_anybody(then: str, templates: list[str]) -> None:
    ask = f"{{id: a, ask: {{{QUESTION}, timeout: 5 d, retry: {{every: 2 d}}}}}}"
    walker = Walker(steps(ask, before=f"timing: {{overdue: {{then: {then}}}}}\n")).runs().sleeps(days=20).runs()
    assert (walker.templates, walker.place) == (templates, ("a", "asked"))
    assert walker.runs(days=5).left == [("a", "timeout")]


# attention


def test_a_person_gets_one_mail_a_day_and_four_a_week() -> None:
    read = steps(*(f"send: {name}" for name in ("ciao", "dove", "dove-2", "fine", "aiuto")), before=QUIET)
    walker = Walker(read, budget=Budget()).runs(days=20)
    assert [at for at, _ in walker.mails] == [
        "Mon 09 09:00",
        "Tue 10 08:00",
        "Wed 11 08:00",
        "Thu 12 08:00",
        "Mon 16 09:00",
    ]


def test_service_mail_spends_no_attention() -> None:
    read = steps("send: ciao", "send: {template: dove, class: service}", "send: fine")
    walker = Walker(read, budget=Budget()).runs(days=2)
    assert [at for at, _ in walker.mails] == ["Mon 09 09:00", "Mon 09 09:00", "Tue 10 00:00"]


def test_what_others_wrote_counts() -> None:
    walker = Walker(steps("send: ciao"), budget=Budget(), spent=[START - timedelta(hours=1)]).runs(days=2)
    assert walker.mails == [("Tue 10 00:00", "ciao")]


def test_whoever_is_in_a_pause_is_written_to_when_it_is_over() -> None:
    walker = Walker(steps("send: ciao", before=QUIET), away_until=START + timedelta(days=2, hours=13)).runs(days=2)
    assert walker.place == ("ciao", "ready")
    walker.away_until = None
    walker.happens(Changed())
    assert walker.mails == [("Wed 11 09:00", "ciao")]


def test_what_has_become_late_is_late_also_where_something_changes_first() -> None:
    walker = late("skip")
    walker.way = replace(walker.way, step="ciao", phase=Phase.READY)
    walker.happens(Changed())
    assert walker.templates == []


# coming by again


def test_a_step_is_come_to_as_often_as_it_may_be_and_then_it_goes_on_below() -> None:
    read = steps(
        "{send: ciao, max_visits: 3}",
        "{id: b, wait: 1 d}",
        "{id: c, branch: [{when: not person.confirmed, goto: ciao}, {else: true, goto: end}]}",
        "send: fine",
    )
    walker = Walker(read, {"person.confirmed": False}).runs(days=30)
    assert walker.templates == ["ciao", "ciao", "ciao", "fine"]
    assert Walker(read, {"person.confirmed": True}).runs(days=30).templates == ["ciao"]


def test_a_step_with_one_way_that_leads_back_goes_on_below_in_the_end() -> None:
    read = steps("{id: b, wait: 1 d}", "{send: ciao, max_visits: 2}", "{id: c, wait: 1 d, goto: ciao}", "send: fine")
    walker = Walker(read).runs(days=30)
    assert (walker.templates, walker.end) == (["ciao", "ciao", "fine"], End.COMPLETED)


def test_a_way_that_is_too_long_has_failed_and_is_not_done() -> None:
    walker = Walker(steps("{id: a, wait: 1 d}", "send: ciao"))
    walker.way = replace(walker.way, visit=MOST_VISITS)
    walker.runs(days=2)
    assert (walker.end, walker.reason) == (End.FAILED, f"it has come to {MOST_VISITS} steps and is not over")


@pytest.mark.parametrize("signal", [Heard("x"), Unclear("x"), Done(), Called(True), Decided(True), Changed()])
@pytest.mark.parametrize("phase", list(Phase))
def test_what_nobody_waits_for_moves_nobody(signal: Signal, phase: Phase) -> None:
    """Each signal is heard in the phase that waits for it, and in no other."""
    heard = {
        Heard: Phase.ASKED,
        Unclear: Phase.ASKED,
        Done: Phase.TASKED,
        Called: Phase.CALLING,
        Decided: Phase.LATE,
        Changed: Phase.READY,
    }
    walker = Walker(steps(f"{{id: a, ask: {{{QUESTION}}}}}"))
    before: Way = replace(walker.way, phase=phase)
    walker.way = before
    move = walker.happens(signal)
    moved = move.way != before or bool(move.effects)
    assert moved == (heard.get(type(signal)) is phase)
    assert not any(isinstance(effect, Mail) for effect in move.effects) or phase in (Phase.LATE, Phase.READY)


def test_a_journey_reads_and_runs_as_written() -> None:
    read = journey("priority: 60\nsteps:\n  - send: ciao\n")
    assert (read.priority, read.title.into("it"), read.list) == (60, "Welcome", "comunita")


TIMED = "exits: [{id: old, when: person.created < now - 10 d}]\n"


@pytest.mark.parametrize(
    ("step", "phase"),
    [
        ("{id: a, wait: 30 d}", Phase.WAITING),
        ("{id: a, wait: {when: person.moderator, timeout: 30 d}}", Phase.WATCHING),
        (f"{{id: a, ask: {{{QUESTION}, timeout: 30 d}}}}", Phase.ASKED),
        (f"{{id: a, ask: {{{QUESTION}}}}}", Phase.ASKED),
        ("{id: a, task: {text: Look, timeout: 30 d}}", Phase.TASKED),
    ],
)
def test_a_rule_that_time_lets_fit_ends_the_way_when_it_does(step: str, phase: Phase) -> None:
    walker = Walker(steps(step, "send: ciao", before=TIMED), {"person.created": START}).runs()
    assert walker.place == ("a", phase.value)
    assert walker.runs(days=9, hours=23).left == []
    walker.runs(days=1)
    assert (walker.left, walker.end, walker.reason) == ([("a", "old")], End.LEFT, "old")
    assert "ciao" not in walker.templates
    assert bool(walker.effects) is (phase in (Phase.ASKED, Phase.TASKED))  # nobody is waited for any more


@pytest.mark.parametrize(
    ("step", "outcome"),
    [
        ("{id: a, wait: 30 d}", "next"),
        ("{id: a, wait: {when: person.moderator, timeout: 30 d}}", "timeout"),
        (f"{{id: a, ask: {{{QUESTION}, timeout: 30 d}}}}", "timeout"),
        ("{id: a, task: {text: Look, timeout: 30 d}}", "timeout"),
    ],
)
def test_where_it_does_not_fit_then_the_step_keeps_its_own_time(step: str, outcome: str) -> None:
    walker = Walker(steps(step, before=TIMED), {"person.created": START}).runs()
    own = walker.way.due_at
    walker.values["person.created"] = START + timedelta(days=60)  # and nobody is told
    walker.runs(days=20)
    assert (walker.place[0], walker.way.due_at, walker.left) == ("a", own, [])
    walker.runs(days=10, minutes=1)
    assert walker.left == [("a", outcome)]


def test_a_rule_that_is_looked_at_before_a_step_waits_for_the_step() -> None:
    before = TIMED.replace("}]", ", check: before step}]")
    walker = Walker(steps("{id: a, wait: 30 d}", "send: ciao", before=before), {"person.created": START}).runs(days=20)
    assert (walker.end, walker.way.look_at) == (None, None)
    walker.runs(days=11)
    assert (walker.left, walker.templates) == ([("a", "old")], [])
