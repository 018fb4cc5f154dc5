"""Where somebody stands in a journey, what can happen there, and what follows from it: values, nothing else."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from enum import StrEnum
from typing import Any

from mailhub.journeys.definition import Letter


class Phase(StrEnum):
    """What the way waits for at its step."""

    READY = "ready"  # for its time; then the step is carried out
    WAITING = "waiting"  # for its time; then it is over
    WATCHING = "watching"  # for something to be so
    ASKED = "asked"  # for an answer
    TASKED = "tasked"  # for somebody to have done something
    CALLING = "calling"  # for another system
    LATE = "late"  # for an organiser's word, since the mail is late


class End(StrEnum):
    """How a way ends."""

    COMPLETED = "completed"
    GOAL = "goal"
    LEFT = "left"  # a rule of exit
    FAILED = "failed"  # somebody must look at it
    STOPPED = "stopped"  # by hand, or since the person is forgotten


@dataclass(frozen=True, slots=True)
class Way:
    """One person's place in one version of a journey."""

    person_id: int
    step: str
    phase: Phase
    due_at: datetime | None
    since: datetime  # at this step
    visit: int = 1  # steps come to so far
    tries: int = 0  # reminders sent at this step
    unclear: int = 0  # answers at this step that nobody could read
    acted_at: datetime | None = None  # when the person last did something that this way answers
    answers: Mapping[str, Any] = field(default_factory=dict)  # by the name behind `answer.`
    visits: Mapping[str, int] = field(default_factory=dict)  # of steps that are come to again
    look_at: datetime | None = None  # before its time: a rule of exit fits by itself then

    @property
    def next_at(self) -> datetime | None:
        """When it is looked at next."""
        return min((at for at in (self.due_at, self.look_at) if at is not None), default=None)

    # Written out, since `replace` costs twice as much and this is done at every step of everybody.
    def come_to(self, step: str, now: datetime, visits: Mapping[str, int]) -> "Way":
        """The way at its next step, whose time has come."""
        acted_at, answers = self.acted_at, self.answers
        return Way(self.person_id, step, Phase.READY, now, now, self.visit + 1, 0, 0, acted_at, answers, visits)

    def waiting(self, phase: Phase, due_at: datetime | None) -> "Way":
        """The way, which waits at its step for this."""
        visit, tries, unclear = self.visit, self.tries, self.unclear
        kept = self.acted_at, self.answers, self.visits
        return Way(self.person_id, self.step, phase, due_at, self.since, visit, tries, unclear, *kept)


def at_rest(way: Way) -> Way:
    """The way, waiting for nothing more."""
    return replace(way, due_at=None, look_at=None)


@dataclass(frozen=True, slots=True)
class Seen:
    """What is known of a person when their way goes on."""

    values: Mapping[str, Any]  # facts, by name
    zone: str
    site_zone: str  # in which conditions say «today»
    away_until: datetime | None = None  # in a pause of the group whose members are written to
    mails: tuple[datetime, ...] = ()  # that spend attention, of the last week, the oldest first
    nearest: Callable[[str, int], str | None] = lambda _place, _within: None  # the group near a place, in km

    def written_to(self, *mails: datetime) -> "Seen":
        """The same person, after these mails."""
        spent = (*self.mails, *mails)
        return Seen(self.values, self.zone, self.site_zone, self.away_until, spent, self.nearest)


# What can happen to a way.


@dataclass(frozen=True, slots=True)
class Tick:
    """Its time has come."""


@dataclass(frozen=True, slots=True)
class Changed:
    """Something about the person is different now."""


@dataclass(frozen=True, slots=True)
class Heard:
    """The person answered."""

    value: Any


@dataclass(frozen=True, slots=True)
class Unclear:
    """The person wrote something that is meant as an answer and cannot be read as one."""

    words: str


@dataclass(frozen=True, slots=True)
class Done:
    """What was asked of somebody is done."""


@dataclass(frozen=True, slots=True)
class Called:
    """The other system has answered, or will not."""

    worked: bool


@dataclass(frozen=True, slots=True)
class Decided:
    """An organiser's word about a mail that is late."""

    sends: bool


Signal = Tick | Changed | Heard | Unclear | Done | Called | Decided


# What follows. Whoever carries these out does so in the transaction that keeps the way's new place.


@dataclass(frozen=True, slots=True)
class Mail:
    """A mail of this step is owed; of an `ask` it can be answered."""

    step: str
    visit: int
    letter: Letter
    reminds: int = 0  # the how-manieth reminder
    asks: bool = False


@dataclass(frozen=True, slots=True)
class Store:
    """Keep a value: of the person, or of this way alone."""

    name: str
    value: Any


@dataclass(frozen=True, slots=True)
class AskAgain:
    """Tell the person that their answer could not be read."""

    step: str
    visit: int


@dataclass(frozen=True, slots=True)
class Close:
    """Nobody waits for the answer of this visit any more."""

    visit: int
    why: str


@dataclass(frozen=True, slots=True)
class Errand:
    """Somebody is asked to do something; `again`: others, since nobody did."""

    step: str
    visit: int
    again: bool = False


@dataclass(frozen=True, slots=True)
class Call:
    """Tell another system."""

    step: str
    visit: int


@dataclass(frozen=True, slots=True)
class Perform:
    """Carry out a verb for the person."""

    step: str
    verb: str
    args: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class AskOrganiser:
    """A mail is later than its grace: send it or not?"""

    step: str
    visit: int


Effect = Mail | Store | AskAgain | Close | Errand | Call | Perform | AskOrganiser


@dataclass(frozen=True, slots=True)
class Transition:
    """One step left: by which outcome, and where it led; `end` where the way ended."""

    step: str
    outcome: str
    to: str


@dataclass(frozen=True, slots=True)
class Move:
    """What became of a way."""

    way: Way
    effects: tuple[Effect, ...] = ()
    transitions: tuple[Transition, ...] = ()
    end: End | None = None
    reason: str = ""  # of the end: which exit, or what failed
