"""Imagines somebody's way: the one reducer under a clock of its own. Nothing is written, and nothing leaves.

What follows from a move becomes an event; what a verb would change is laid over what is known of the person. Attention
that other journeys would take meanwhile is not foreseen.
"""

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from enum import StrEnum
from typing import Any

from mailhub.conditions import Condition, facts_used, holds, resolved
from mailhub.delivery.budget import WEEK as LATELY
from mailhub.delivery.budget import Budget
from mailhub.delivery.tables import MailClass
from mailhub.facts import Fact
from mailhub.journeys import moves
from mailhub.journeys.definition import AT_ONCE, Ask, Do, Exit, Journey
from mailhub.journeys.state import (
    AskAgain,
    AskOrganiser,
    Call,
    Called,
    Changed,
    Done,
    Effect,
    End,
    Errand,
    Heard,
    Mail,
    Move,
    Perform,
    Phase,
    Seen,
    Signal,
    Store,
    Tick,
    Unclear,
)
from mailhub.times import Span

Hears = Callable[[Ask, str, datetime], Heard | Unclear | None]  # None: no answer at all, a person reads it


class What(StrEnum):
    """What happens in somebody's course."""

    MAIL = "mail"
    REMINDER = "reminder"
    ANSWER = "answer"
    UNCLEAR = "unclear"  # they are asked again
    STORED = "stored"
    VERB = "verb"
    TASK = "task"
    CALL = "call"
    LATE = "late"  # an organiser is asked
    END = "end"


@dataclass(frozen=True, slots=True)
class Event:
    """One thing that would happen; `detail`: a template, what was said or kept, which verb, how it ended."""

    at: datetime
    step: str
    what: What
    detail: str = ""


@dataclass(frozen=True, slots=True)
class Reply:
    """What somebody would write to the mail of a step, so long after it came."""

    step: str
    words: str
    after: Span = AT_ONCE


@dataclass(frozen=True, slots=True)
class Left:
    """A step that would be left: when, and by which outcome."""

    at: datetime
    step: str
    outcome: str


@dataclass(slots=True)
class _Waiting:
    """A reply that is on its way."""

    at: datetime
    words: str


@dataclass
class Course:
    """One person's imagined way. It stands still until somebody lets it run."""

    journey: Journey
    person_id: int
    seen: Seen  # when they come in
    now: datetime
    budget: Budget = field(default_factory=Budget)
    exits: Sequence[Exit] | None = None  # None: the journey's own
    hears: Hears = lambda _ask, words, _at: Heard(words)
    replies: Sequence[Reply] = ()
    calls_work: bool | None = True  # what other systems answer at once; None: nothing
    is_own_act: bool = True  # they come in by something they have just done
    events: list[Event] = field(default_factory=list)
    left: list[Left] = field(default_factory=list)
    end: End | None = None
    reason: str = ""

    def __post_init__(self) -> None:
        acted_at = self.now if self.is_own_act else None
        self.way = moves.begin(self.journey, self.person_id, now=self.now, acted_at=acted_at)
        self._coming: list[_Waiting] = []

    def runs(self, until: datetime) -> None:
        """Let time pass until then; whatever is due happens at its instant."""
        while self.end is None and (at := self.next_at()) is not None and at <= until:
            self.goes_on()
        self.now = max(self.now, until)

    def next_at(self) -> datetime | None:
        """When something happens next; None where nothing does by itself."""
        due = [one.at for one in self._coming]
        due += [at] if self.end is None and (at := self.way.next_at) is not None else []
        return max(min(due), self.now) if due else None

    def goes_on(self) -> None:
        """The next thing that happens by itself: a reply comes before what is due at the same instant."""
        at = self.next_at()
        assert at is not None
        self.now = at
        reply = min(self._coming, key=lambda one: one.at, default=None)
        if reply is not None and reply.at <= at:
            self._coming.remove(reply)
            self.says(reply.words)
        else:
            self.happens(Tick())

    def says(self, words: str) -> bool:
        """The person writes this now; whether anything waited for it."""
        step = self.journey.find(self.way.step)
        if self.end is not None or self.way.phase is not Phase.ASKED or not isinstance(step, Ask):
            self._event(What.ANSWER, f"{words} (nothing is asked)")
            return False
        self._event(What.ANSWER, words)
        signal = self.hears(step, words, self.now)
        if signal is not None:
            self.happens(signal)
        return True

    def changes(self, values: Mapping[str, Any]) -> None:
        """Something about the person is different from now on."""
        self.seen = replace(self.seen, values={**self.seen.values, **values})
        if self.end is None:
            self.happens(Changed())

    def moves_to(self, zone: str) -> None:
        """The person lives by another clock from now on; what waits by a clock is reckoned anew."""
        self.seen = replace(self.seen, zone=zone, values={**self.seen.values, "person.time_zone": zone})
        if self.end is None and self.way.phase in (Phase.READY, Phase.WAITING, Phase.WATCHING):
            self.happens(Changed())

    def is_done(self) -> bool:
        """Somebody has done what they were asked to; whether anything was."""
        if self.end is not None or self.way.phase is not Phase.TASKED:
            return False
        self.happens(Done())
        return True

    def happens(self, signal: Signal) -> Move:
        """This happens now."""
        lately = tuple(at for at in self.seen.mails if at > self.now - LATELY)
        is_away = self.seen.away_until is not None and self.seen.away_until > self.now
        self.seen = replace(self.seen, mails=lately, away_until=self.seen.away_until if is_away else None)
        exits = self.journey.exits if self.exits is None else self.exits
        move = moves.advance(self.journey, self.way, signal, self.seen, now=self.now, budget=self.budget, exits=exits)
        self.way = move.way
        self.left += [Left(self.now, each.step, each.outcome) for each in move.transitions]
        for effect in move.effects:
            self._follows(effect, move)
        if move.end is not None:
            self.end, self.reason = move.end, move.reason
            self._event(What.END, f"{move.end} {move.reason}".strip())
        elif self.way.phase is Phase.CALLING and self.calls_work is not None and not isinstance(signal, Called):
            self.happens(Called(self.calls_work))
        return move

    def _follows(self, effect: Effect, move: Move) -> None:
        match effect:
            case Mail():
                self._mailed(effect)
            case Store(name, value):
                self._event(What.STORED, f"{name} = {value}", self._keeper(name, move))
                self._know({name: value})
            case AskAgain(step):
                self._event(What.UNCLEAR, "asked again", step)
            case Errand(step, _, again):
                self._event(What.TASK, "asked of others" if again else "asked", step)
            case Call(step):
                self._event(What.CALL, "", step)
            case Perform():
                self._event(
                    What.VERB, " ".join([effect.verb, *(f"{k}={v}" for k, v in effect.args.items())]), effect.step
                )
                self._know(overlay(effect, self.seen.values, self.now))
            case AskOrganiser(step):
                self._event(What.LATE, "", step)

    def _keeper(self, name: str, move: Move) -> str | None:
        """Which of the steps that were left keeps this."""
        left = (self.journey.find(each.step) for each in move.transitions)
        for step in left:
            if (isinstance(step, Ask) and step.store == name) or (isinstance(step, Do) and name in step.args):
                return step.id
        return None

    def _mailed(self, mail: Mail) -> None:
        self._event(What.REMINDER if mail.reminds else What.MAIL, mail.letter.template, mail.step)
        if (mail.letter.mail_class or self.journey.mail_class) is not MailClass.SERVICE:
            self.seen = replace(self.seen, mails=(*self.seen.mails, self.now))
        if mail.asks and not mail.reminds:
            self._coming += [
                _Waiting(reply.after.after(self.now, self.seen.zone), reply.words)
                for reply in self.replies
                if reply.step == mail.step
            ]

    def _know(self, values: Mapping[str, Any]) -> None:
        known = {name: value for name, value in values.items() if not name.startswith("answer.")}
        self.seen = replace(self.seen, values={**self.seen.values, **known})

    def _event(self, what: What, detail: str, step: str | None = None) -> None:
        self.events.append(Event(self.now, step if step is not None else self.way.step, what, detail))


def overlay(effect: Perform, values: Mapping[str, Any], now: datetime) -> Mapping[str, Any]:
    """What a verb makes different about the person, as far as facts tell it; whoever is asked first is not in yet."""
    slug = effect.args.get("list")
    if not isinstance(slug, str):
        return {}
    place, count = f"list.{slug.replace('-', '_')}", values.get("lists.count") or 0
    was = bool(values.get(f"{place}.member"))
    match effect.verb:
        case "join" if effect.args.get("after") is True and not was:
            chosen = {f"{place}.delivery": effect.args["delivery"]} if "delivery" in effect.args else {}
            joined = {f"{place}.member": True, f"{place}.joined_at": now}
            return {**joined, **chosen, "lists.member": True, "lists.count": count + 1}
        case "leave" if was:
            gone = {f"{place}.member": False, f"{place}.joined_at": None, f"{place}.delivery": None}
            return {**gone, "lists.member": count > 1, "lists.count": count - 1}
        case ("digest" | "each") as choice if was:
            return {f"{place}.delivery": choice}
    return {}


def comes_in(journey: Journey, seen: Seen, now: datetime) -> bool:
    """Whether somebody of whom this is known would come in: the trigger's conditions fit, and no rule of exit."""

    def fits(condition: Condition | None) -> bool:
        return condition is None or holds(resolved(condition, now, seen.site_zone), seen.values)

    trigger = journey.trigger
    return fits(trigger.where) and fits(trigger.segment) and moves.exit_of(journey.exits, seen, now) is None


def facts_to_come_in(journey: Journey) -> frozenset[Fact]:
    """What is looked at to see who comes in."""
    asked = [each for each in (journey.trigger.where, journey.trigger.segment) if each is not None]
    found = (journey.facts.get(name) for condition in asked for name in facts_used(condition))
    return frozenset(fact for fact in found if fact is not None)


def mails_of(events: Collection[Event]) -> list[Event]:
    """What the person would be written."""
    return [event for event in events if event.what in (What.MAIL, What.REMINDER)]
