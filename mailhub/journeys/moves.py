"""What a journey does next: the one reducer, for production and simulation alike (design promise 7). Pure.

It goes on until there is something to wait for. After a verb it stops as well, since what is known may be another then.
"""

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime, timedelta

from mailhub.conditions import Condition, flips, holds, resolved
from mailhub.delivery.budget import Budget
from mailhub.journeys import carrying
from mailhub.journeys.definition import END, LAST_REPLY, NEXT, Ask, Exit, Journey, Late, Step, Task, Wait
from mailhub.journeys.state import (
    AskAgain,
    Called,
    Changed,
    Close,
    Decided,
    Done,
    Effect,
    End,
    Errand,
    Heard,
    Move,
    Phase,
    Seen,
    Signal,
    Store,
    Tick,
    Transition,
    Unclear,
    Way,
    at_rest,
)
from mailhub.journeys.walk import Walk, passed
from mailhub.times import whole_minute

MOST_UNCLEAR = 2  # answers that could not be read, until somebody looks at it


def begin(journey: Journey, person_id: int, *, now: datetime, acted_at: datetime | None = None) -> Way:
    """The way of somebody who has just come in; `acted_at`: when they did what brought them in."""
    visits = {} if journey.steps[0].most_visits == 1 else {journey.first: 1}
    return Way(person_id, journey.first, Phase.READY, now, now, acted_at=acted_at, visits=visits)


def exit_of(exits: Sequence[Exit], seen: Seen, now: datetime) -> Exit | None:
    """The first rule by which somebody of whom this is known leaves."""
    return next((rule for rule in exits if holds(resolved(rule.when, now, seen.site_zone), seen.values)), None)


def leave(way: Way, rule: Exit) -> Move:
    """The way ends by a rule, wherever it stands."""
    end = End.GOAL if rule.goal else End.LEFT
    return Move(at_rest(way), _closing(way, rule.id), (Transition(way.step, rule.id, END),), end, rule.id)


def stop(way: Way, end: End, reason: str) -> Move:
    """The way ends from outside."""
    return Move(at_rest(way), _closing(way, reason), (Transition(way.step, end.value, END),), end, reason)


def fail(way: Way, move: Move, reason: str) -> Move:
    """A move that cannot be carried out ends the way; what the person has told us is kept all the same."""
    stopped = stop(replace(way, answers=move.way.answers), End.FAILED, reason)
    told = tuple(effect for effect in move.effects if isinstance(effect, Store))
    return replace(stopped, effects=(*told, *stopped.effects))


def advance(
    journey: Journey, way: Way, signal: Signal, seen: Seen, *, now: datetime, budget: Budget, exits: Sequence[Exit]
) -> Move:
    """What becomes of a way when this happens. `exits` are those of the newest version: they are never pinned.

    They are looked at before each step. An answer is kept first, since its person was told that it is.
    """
    if answers := {f"answer.{name}": value for name, value in way.answers.items()}:
        seen = replace(seen, values={**seen.values, **answers})
    if not isinstance(signal, Heard) and (rule := exit_of(exits, seen, now)) is not None:
        return leave(way, rule)
    step = journey.find(way.step)
    if step is None:
        return stop(way, End.FAILED, f"there is no step {way.step}")
    walk = Walk(journey, way, seen, now, budget)
    _hear(walk, step, signal)
    while walk.goes_on:
        if walk.has_stored and (rule := exit_of(exits, walk.seen, now)) is not None:
            walk.leave_by(rule)
        else:
            carrying.carry_out(walk)
    _look_ahead(walk, exits)
    return walk.moved()


def _look_ahead(walk: Walk, exits: Sequence[Exit]) -> None:
    """A rule that time alone lets fit is looked at when it does, if that is before anything else happens."""
    timed = [rule.when for rule in exits if rule.is_timed]
    if walk.end is not None or not timed:
        return
    turns = (flips(when, walk.seen.values, walk.now, walk.seen.site_zone) for when in timed)
    soonest = min((whole_minute(turn) for turn in turns if turn is not None), default=None)
    is_sooner = soonest is not None and (walk.way.due_at is None or soonest < walk.way.due_at)
    walk.way = replace(walk.way, look_at=soonest if is_sooner else None)


def _closing(way: Way, why: str) -> tuple[Effect, ...]:
    return (Close(way.visit, why),) if way.phase in (Phase.ASKED, Phase.TASKED, Phase.LATE) else ()


def _hear(walk: Walk, step: Step, signal: Signal) -> None:
    match signal:
        case Tick() if walk.way.due_at is not None and walk.way.due_at <= walk.now:  # a bell may ring too early
            walk.lateness = walk.now - walk.way.due_at
            _tick(walk, step)
        case Tick() if walk.is_looked_at and isinstance(step, Wait) and walk.way.phase is Phase.WATCHING:
            _changed(walk, step)
        case Changed() if walk.way.phase is Phase.READY:
            walk.lateness = walk.now - (walk.way.due_at or walk.now)
            walk.goes_on = True  # it waited for its hour, which a pause that has ended may have brought forward
        case Changed() if isinstance(step, Wait):
            _changed(walk, step)
        case Heard(value) if walk.way.phase is Phase.ASKED and isinstance(step, Ask):
            walk.store(step.store, value)
            walk.way = replace(walk.way, acted_at=walk.now)
            walk.leave("answered")
        case Unclear(words) if walk.way.phase is Phase.ASKED:
            _not_read(walk, words)
        case Done() if walk.way.phase is Phase.TASKED:
            walk.leave("done")
        case Called(worked) if walk.way.phase is Phase.CALLING:
            walk.leave("done" if worked else "failed")
        case Decided(sends) if walk.way.phase is Phase.LATE:
            walk.lateness = timedelta()
            walk.way = replace(walk.way, phase=Phase.READY)
            if sends:
                walk.goes_on = True
            else:
                walk.leave(passed(step), "too late")


def _tick(walk: Walk, step: Step) -> None:
    match walk.way.phase:
        case Phase.READY:
            walk.goes_on = True
        case Phase.WAITING if isinstance(step, Wait) and step.date is not None:
            _reckon(walk, step)  # the day may have been put off
        case Phase.WAITING:
            walk.leave(NEXT)
        case Phase.WATCHING if isinstance(step, Wait) and step.when is not None:
            _look_again(walk, step, step.when)
        case Phase.ASKED if isinstance(step, Ask):
            _no_answer(walk, step)
        case Phase.TASKED if isinstance(step, Task):
            _not_done(walk, step)
        case Phase.CALLING:
            walk.leave("failed")


def _changed(walk: Walk, step: Wait) -> None:
    """Something waited for may be so by now; the day waited for, or the person's clock, may be another."""
    if walk.way.phase is Phase.WATCHING and step.when is not None:
        _look_again(walk, step, step.when)
    elif walk.way.phase is Phase.WAITING:
        _reckon(walk, step)


def _reckon(walk: Walk, step: Wait) -> None:
    """When this wait is over, by what is known today."""
    due = walk.due(step)
    if due is None:
        walk.leave("unknown")
    elif due <= walk.now:
        walk.leave(NEXT)
    else:
        walk.wait(Phase.WAITING, due)


def _look_again(walk: Walk, step: Wait, when: Condition) -> None:
    """It is so by now, or the wait is over, or whatever was to change it has not, or will at another time."""
    ends = walk.ends(step)
    if walk.holds(when):
        walk.leave("met")
    elif ends is not None and ends <= walk.now:
        walk.leave("timeout")
    else:
        walk.watch(step, when)


def _no_answer(walk: Walk, step: Ask) -> None:
    if walk.way.tries >= step.retries:
        walk.effects.append(Close(walk.way.visit, "timeout"))
        walk.leave("timeout")
        return
    letter = step.retry_letter or step.letter
    if walk.is_late(letter) and walk.journey.timing.late is not Late.SEND:
        walk.way = replace(walk.way, tries=walk.way.tries + 1)  # nobody is asked about a reminder
        walk.wait(Phase.ASKED, walk.patience(step))
        return
    if (at := walk.gate(letter)) > walk.now:
        walk.wait(Phase.ASKED, at)
        return
    tries = walk.way.tries + 1
    walk.way = replace(walk.way, tries=tries)
    walk.mail(step, letter, reminds=tries, asks=True)
    walk.wait(Phase.ASKED, walk.patience(step))


def _not_read(walk: Walk, words: str) -> None:
    walk.way = replace(walk.way, unclear=walk.way.unclear + 1)
    step = walk.journey.find(walk.way.step)
    if step is not None and "unclear" in step.ways and walk.way.unclear >= MOST_UNCLEAR:
        walk.store(LAST_REPLY, words)
        walk.effects.append(Close(walk.way.visit, "unclear"))
        walk.leave("unclear")
    else:
        walk.effects.append(AskAgain(walk.way.step, walk.way.visit))


def _not_done(walk: Walk, step: Task) -> None:
    if step.escalate and not walk.way.tries:
        walk.way = replace(walk.way, tries=1)
        walk.effects.append(Errand(step.id, walk.way.visit, again=True))
        walk.wait(Phase.TASKED, walk.after(step.timeout))
    else:
        walk.effects.append(Close(walk.way.visit, "timeout"))
        walk.leave("timeout")
