"""What holds of every journey and every person: invariants I4, I6, I7 and I9, on journeys made up at random."""

from collections import Counter
from datetime import UTC, datetime, timedelta
from typing import Any

from hypothesis import HealthCheck, event, given, settings
from hypothesis import strategies as st

from mailhub.clock import local
from mailhub.delivery.budget import Budget
from mailhub.delivery.tables import MailClass
from mailhub.journeys import checks, moves, written
from mailhub.journeys.checks import most_steps
from mailhub.journeys.definition import END, Journey, Late
from mailhub.journeys.state import Called, Changed, Decided, Done, End, Heard, Mail, Seen, Signal, Tick, Unclear
from tests.journeys.walking import START, Walker
from tests.journeys.writing import FACTS, WORLD, document, steps

ZONES = ("Europe/Rome", "America/Santiago", "Asia/Kathmandu", "Pacific/Apia")
LENGTHS = ("0 d", "30 min", "6 h", "1 d", "3 d", "2 w")
CONDITIONS = (
    "person.confirmed",
    "not person.confirmed",
    "posts.count >= 2",
    "posts.last_at < now - 5 days",
    "person.field.town is known",
    "answer.town is known and posts.count < 9",
    "person.created within 30 days",
)
HEADS = (
    "",
    'timing: {quiet: {from: "21:30", to: "8:00"}, days: [mon, tue, thu], overdue: {grace: 2 d, then: skip}}\n',
    'timing: {quiet: {from: "2:00", to: "2:30"}, overdue: {grace: 1 d, then: send}}\n',
    "timing: {overdue: {then: ask}}\nexits: [{id: out, when: posts.count >= 8}]\n",
)
VALUES = st.fixed_dictionaries(
    {
        "person.confirmed": st.booleans(),
        "posts.count": st.integers(0, 9),
        "posts.last_at": st.none() | st.datetimes(datetime(2026, 2, 1), datetime(2026, 12, 1), timezones=st.just(UTC)),  # noqa: DTZ001
        "person.created": st.datetimes(datetime(2026, 1, 1), datetime(2026, 12, 1), timezones=st.just(UTC)),  # noqa: DTZ001
        "person.field.town": st.none() | st.just("Bra"),
    }
)
LATE_IN_THE_YEAR = datetime(2026, 10, 20, 6, 0, tzinfo=UTC)
STARTS = st.sampled_from((START, START.replace(day=27), LATE_IN_THE_YEAR)).flatmap(
    lambda day: st.timedeltas(timedelta(), timedelta(days=9)).map(lambda more: day + more)
)


@st.composite
def journeys(draw: st.DrawFn) -> Journey:
    """Up to nine steps of every kind, which lead on, to the end, or back as often as that is allowed."""
    size = draw(st.integers(1, 9))
    visits = [draw(st.sampled_from((1, 1, 2, 3))) for _ in range(size)]
    lines = []
    for place in range(size):
        targets = [f"s{other}" for other in range(size) if other > place or visits[other] > 1] + [END]
        lines.append(f"  - {{id: s{place}, max_visits: {visits[place]}, {_step(draw, targets)}}}\n")
    text = draw(st.sampled_from(HEADS)) + "steps:\n  - {id: z, set: {answer.town: x}}\n" + "".join(lines)
    found = document(text)
    journey = written.read(found, FACTS)
    problems = [str(each) for each in checks.check(journey, found, WORLD)]
    assert all("no way leads to" in each for each in problems), problems
    return journey


def _step(draw: st.DrawFn, targets: list[str]) -> str:
    def target() -> str:
        return draw(st.sampled_from(targets))

    def pick(among: tuple[str, ...]) -> str:
        return draw(st.sampled_from(among))

    skip = f", skip_if: '{pick(CONDITIONS)}'" if draw(st.integers(0, 4)) == 0 else ""
    match draw(st.integers(0, 9)):
        case 0:
            quiet = pick((", quiet: ignore", "", ", class: service"))
            return f"send: {{template: ciao{quiet}}}{skip}, goto: {target()}"
        case 1:
            retry = pick(("", f", retry: {{times: 2, every: {pick(LENGTHS[1:])}}}", ", retry: {template: dove-2}"))
            then = f"then: {{answered: {target()}, timeout: {target()}, unclear: {target()}}}"
            ask = f"template: dove, question: W, answer: text, store: answer.town, timeout: {pick(LENGTHS)}{retry}"
            return f"ask: {{{ask}, {then}}}{skip}"
        case 2:
            return f"wait: {pick(LENGTHS)}{skip}, goto: {target()}"
        case 3:
            then = f"then: {{met: {target()}, timeout: {target()}}}"
            return f"wait: {{when: '{pick(CONDITIONS)}', timeout: {pick(LENGTHS)}, {then}}}{skip}"
        case 4:
            until = pick(('"2:30"', '"0:00"', "mon 9:00", '"23:59"'))
            return f"wait: {{until: {until}}}{skip}, goto: {target()}"
        case 5:
            then = f"then: {{past: {target()}, unknown: {target()}}}"
            fact = pick(("person.created", "posts.last_at"))
            return f'wait: {{date: {fact}, offset: {pick(("-1 d", "20 h"))}, until: "2:30", {then}}}{skip}'
        case 6:
            cases = f"[{{when: '{pick(CONDITIONS)}', goto: {target()}}}, {{else: true, goto: {target()}}}]"
            return f"branch: {cases}{skip}"
        case 7:
            two = sorted({target(), target()})
            return f"split: {{{', '.join(f'{each}: 1' for each in two)}}}" if len(two) == 2 else f"wait: 1 d{skip}"
        case 8:
            then = f"then: {{done: {target()}, timeout: {target()}}}"
            return f"task: {{text: Look, timeout: {pick(LENGTHS)}, escalate: {pick(('true', 'false'))}, {then}}}{skip}"
        case _:
            return f"webhook: {{url: https://x.example, then: {{done: {target()}, failed: {target()}}}}}{skip}"


SIGNALS: tuple[Signal, ...] = (
    Tick(), Tick(), Tick(), Changed(), Heard("Bra"), Unclear("?"), Done(), Called(True), Decided(False)
)  # fmt: skip
MADE_UP = settings(max_examples=100, suppress_health_check=[HealthCheck.too_slow, HealthCheck.filter_too_much])


@MADE_UP
@given(journeys(), VALUES, st.sampled_from(ZONES), STARTS, st.sampled_from((Budget(), Budget(0, 0), Budget(2, 3))))
def test_every_journey_ends_though_nobody_says_a_word(
    journey: Journey, values: dict[str, Any], zone: str, start: datetime, budget: Budget
) -> None:
    """I9: in as many steps as the file allows, in a few moves for each, whatever the budget and the hours."""
    walker = Walker(journey, values, start, zone, budget)
    walker.runs(days=3_000)
    assert walker.end in (End.COMPLETED, End.LEFT), (walker.place, walker.reason)
    assert len(walker.left) <= most_steps(journey)
    assert walker.moves <= 12 * most_steps(journey)
    assert walker.way.due_at is None
    event(f"{walker.end}, {min(len(walker.left), 10)} steps")


@MADE_UP
@given(journeys(), VALUES, st.sampled_from(ZONES), STARTS, st.data())
def test_only_steps_of_the_version_are_come_to_and_never_before_their_time(
    journey: Journey, values: dict[str, Any], zone: str, start: datetime, data: st.DataObject
) -> None:
    """I4 and I6: whatever happens in whatever order, bells that ring too early and twice among it."""
    way, now = moves.begin(journey, 7, now=start), start
    for _ in range(data.draw(st.integers(1, 25))):
        signal = data.draw(st.sampled_from(SIGNALS))
        if way.due_at is not None and data.draw(st.booleans()):
            now = max(now, way.due_at)
        else:
            now += data.draw(st.sampled_from((timedelta(), timedelta(minutes=7), timedelta(days=1))))
        seen = Seen(values, zone, "Europe/Rome")
        move = moves.advance(journey, way, signal, seen, now=now, budget=Budget(0, 0), exits=journey.exits)
        if isinstance(signal, Tick) and (way.next_at is None or way.next_at > now):
            assert move.end in (None, End.LEFT)
            assert move.way == way or move.end is End.LEFT
        for transition in move.transitions:
            assert journey.find(transition.step) is not None
            assert transition.to == END or journey.find(transition.to) is not None
        assert move.way.visit - way.visit == sum(each.to != END for each in move.transitions)
        if move.end is not None:
            assert move.way.due_at is None
            return
        if move.way.due_at is not None:
            assert (
                move.way.due_at.second == move.way.due_at.microsecond == 0
                or move.way.due_at == now
                or (move.way.due_at == way.due_at)
            )
        way = move.way


@MADE_UP
@given(journeys(), VALUES, st.sampled_from(ZONES), STARTS, st.booleans())
def test_mail_that_is_no_service_keeps_to_hours_days_and_attention(
    journey: Journey, values: dict[str, Any], zone: str, start: datetime, own_act: bool
) -> None:
    """I5 and I7 as far as the reducer decides: at most one a day, four a week, none while it is quiet."""
    walker = Walker(journey, values, start, zone, Budget(), own_act=own_act)
    last = start + timedelta(days=3_000)
    free = []
    while walker.end is None and walker.way.due_at is not None and walker.way.due_at <= last:
        walker.now = max(walker.now, walker.way.due_at)
        walker.happens(Tick())
        for mail in (effect for effect in walker.effects if isinstance(effect, Mail)):
            answers = mail.letter.ignores_quiet and own_act and walker.now - start < timedelta(minutes=15)
            if mail.letter.mail_class is not MailClass.SERVICE and not answers:
                assert journey.timing.window.opening(walker.now, zone) == walker.now
                free.append(walker.now)
    days = Counter(local(at, zone).date() for at in free)
    assert all(count == 1 for count in days.values())
    assert all(later - first >= timedelta(days=7) for first, later in zip(free, free[4:], strict=False))


@MADE_UP
@given(journeys(), VALUES, st.sampled_from(ZONES), st.integers(0, 400), st.integers(0, 60))
def test_whoever_comes_back_from_a_pause_of_any_length_is_not_flooded(
    journey: Journey, values: dict[str, Any], zone: str, pause: int, before: int
) -> None:
    """I7: what is later than its grace leaves only where the file says so, and never two on a day."""
    walker = Walker(journey, values, START, zone, Budget()).runs(days=before)
    if walker.end is not None or walker.way.due_at is None:
        return
    due = walker.way.due_at
    sent = len(walker.spent)
    walker.sleeps(days=pause)
    is_late = journey.timing.grace.after(due, zone) < walker.now
    if walker.now < due:
        return
    walker.happens(Tick())
    fresh = len(walker.spent) - sent
    assert fresh <= 1
    if is_late and journey.timing.late is not Late.SEND:
        assert fresh == 0


@given(STARTS, st.sampled_from(ZONES), st.lists(st.timedeltas(timedelta(), timedelta(days=8)), max_size=12))
def test_a_budget_is_free_when_it_says_so(now: datetime, zone: str, ages: list[timedelta]) -> None:
    mails = tuple(sorted(now - age for age in ages))
    budget = Budget(1, 4)
    free = budget.free_at(mails, now, zone)
    assert free >= now
    for _ in range(10):
        if (later := budget.free_at(mails, free, zone)) == free:
            break
        free = later
    assert budget.free_at(mails, free, zone) == free
    assert all(local(mail, zone).date() != local(free, zone).date() for mail in mails)
    assert sum(mail > free - timedelta(days=7) for mail in mails) < 4


def test_a_way_that_waits_remembers_nothing_it_does_not_need() -> None:
    """A million of them wait."""
    way = moves.begin(steps("send: ciao"), 7, now=START)
    assert (way.answers, way.visits) == ({}, {})
