"""What a journey is, as its organisers wrote it. Pure.

`written` makes one of a file, `checks` compares it with what it names, `moves` carries it out.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any

from mailhub.conditions import Condition, is_timed
from mailhub.content import Localised
from mailhub.delivery.tables import MailClass
from mailhub.facts import Fact, Facts
from mailhub.journeys.hearing.values import Wanted
from mailhub.times import Hour, Span, Window

END = "end"  # where every way leads; also the id of a step that ends
NEXT = "next"  # the outcome of a step that has only one
LAST_REPLY = "answer.last_reply"  # what somebody wrote that could not be read as an answer
AT_ONCE = Span()
ALWAYS = Window()
GRACE = Span(days=3)  # after which a mail is late, where the file says nothing


class StepKind(StrEnum):
    SEND = "send"
    ASK = "ask"
    WAIT = "wait"
    BRANCH = "branch"
    SPLIT = "split"
    TASK = "task"
    WEBHOOK = "webhook"
    DO = "do"
    END = "end"


class Reentry(StrEnum):
    """Who may come in again."""

    NEVER = "never"
    AFTER_EXIT = "after exit"
    EVERY_KEY = "every key"  # once for each cause: two pledges, two ways


class Backfill(StrEnum):
    """What publishing does about people who would have come in before."""

    ASK = "ask"
    NONE = "none"
    ALL = "all"


class Check(StrEnum):
    """When an exit is looked at."""

    IMMEDIATE = "immediate"
    BEFORE_STEP = "before step"


class Late(StrEnum):
    """What becomes of a mail that is later than its grace: after a pause, an outage."""

    SKIP = "skip"
    SEND = "send"
    ASK = "ask"


@dataclass(frozen=True, slots=True, kw_only=True)
class Trigger:
    """What brings people in: an activity, a day of their own, a schedule, a condition that comes true, or a hand."""

    activity: str | None = None
    list: str | None = None  # only where the activity is of this list
    date: Fact | None = None  # a day or an instant of the person's
    offset: Span = AT_ONCE
    hour: Hour | None = None  # with `date`, at that time; alone: a schedule
    segment: Condition | None = None  # whoever begins to fit
    where: Condition | None = None
    key: str = "person"  # what makes a second cause another way: person, or thing

    @property
    def is_by_hand(self) -> bool:
        return not (self.activity or self.date or self.hour or self.segment)


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    reentry: Reentry = Reentry.AFTER_EXIT
    gap: Span = AT_ONCE  # since they last came in
    backfill: Backfill = Backfill.NONE


@dataclass(frozen=True, slots=True, kw_only=True)
class Exit:
    """A rule that ends the way of whoever it fits; a goal counts as success."""

    id: str
    when: Condition
    check: Check = Check.IMMEDIATE
    goal: bool = False
    keep_service: bool = False  # mail of the class service that is owed already still leaves
    line: int = 0
    is_timed: bool = field(init=False, compare=False)  # it may begin to fit while nothing changes but the time

    def __post_init__(self) -> None:
        object.__setattr__(self, "is_timed", self.check is Check.IMMEDIATE and is_timed(self.when))


@dataclass(frozen=True, slots=True, kw_only=True)
class Timing:
    window: Window = ALWAYS
    grace: Span = GRACE
    late: Late = Late.SKIP


@dataclass(frozen=True, slots=True, kw_only=True)
class Letter:
    """A mail of a step: which template, and what stands in it."""

    template: str
    vars: Mapping[str, str] = field(default_factory=dict)  # a variable of the template, and the name that fills it
    fallback: Mapping[str, object] = field(default_factory=dict)
    mail_class: MailClass | None = None  # None: the journey's
    ignores_quiet: bool = False  # where it answers what the person did a moment ago


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """One step. `ways` says where each of its outcomes leads; END is the end."""

    id: str
    kind: StepKind
    ways: Mapping[str, str] = field(default_factory=dict)
    skip_if: Condition | None = None
    most_visits: int = 1
    line: int = 0

    def conditions(self) -> Iterator[Condition]:
        """Every condition it judges, its own included."""
        if self.skip_if is not None:
            yield self.skip_if


@dataclass(frozen=True, slots=True, kw_only=True)
class Send(Step):
    letter: Letter


@dataclass(frozen=True, slots=True, kw_only=True)
class Ask(Step):
    """A question by mail; the plain reply becomes a value of `store`."""

    letter: Letter
    question: Localised
    wanted: Wanted
    store: str  # person.field.town, or answer.town for this way alone
    timeout: Span | None = None
    retries: int = 0
    retry_every: Span | None = None
    retry_letter: Letter | None = None
    post_to: str | None = None  # a list in which the answer may be published, after the person's yes


@dataclass(frozen=True, slots=True, kw_only=True)
class Wait(Step):
    """For a length of time, until an hour, until a day of the person's, or until something is so."""

    length: Span | None = None
    hour: Hour | None = None
    date: Fact | None = None
    offset: Span = AT_ONCE
    when: Condition | None = None
    timeout: Span | None = None

    def conditions(self) -> Iterator[Condition]:
        yield from Step.conditions(self)
        if self.when is not None:
            yield self.when


@dataclass(frozen=True, slots=True, kw_only=True)
class Branch(Step):
    """The first case that fits; each outcome is its number from 1 on, or `else`."""

    cases: tuple[Condition, ...]

    def conditions(self) -> Iterator[Condition]:
        yield from Step.conditions(self)
        yield from self.cases


@dataclass(frozen=True, slots=True, kw_only=True)
class Split(Step):
    """By weight, the same for a person however often they come by."""

    arms: tuple[tuple[str, int], ...]  # outcome and weight


@dataclass(frozen=True, slots=True, kw_only=True)
class Task(Step):
    """Somebody is asked by mail to do something, and says when it is done."""

    to: str  # organisers, or organisers of a list: a slug or a name that holds one
    text: Localised
    timeout: Span | None = None
    escalate: bool = False  # to the organisers of the site, when the time is over


@dataclass(frozen=True, slots=True, kw_only=True)
class Webhook(Step):
    url: str
    values: Mapping[str, str] = field(default_factory=dict)
    secret: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Do(Step):
    """A verb; `join`, `leave`, `set` and `emit` are spellings of it."""

    verb: str
    args: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class Journey:
    """One version of one journey."""

    slug: str
    title: Localised
    list: str | None  # the group whose members it writes to; what they agreed to there is the consent it needs
    mail_class: MailClass
    languages: tuple[str, ...]
    trigger: Trigger
    entry: Entry
    exits: tuple[Exit, ...]
    timing: Timing
    priority: int
    steps: tuple[Step, ...]
    is_draft: bool  # read and checked, and published only when the word is gone
    facts: Facts  # those of the site, and what its own answers are
    tests: tuple[Mapping[str, Any], ...] = ()

    def __post_init__(self) -> None:
        object.__setattr__(self, "_by_id", {step.id: step for step in self.steps})
        object.__setattr__(self, "_places", {step.id: place for place, step in enumerate(self.steps)})

    _by_id: Mapping[str, Step] = field(init=False, repr=False, compare=False)
    _places: Mapping[str, int] = field(init=False, repr=False, compare=False)

    def find(self, step_id: str) -> Step | None:
        return self._by_id.get(step_id)

    def leads_back(self, step_id: str, to: str) -> bool:
        """Whether this way goes to a step above, or to the same once more."""
        return to in self._places and self._places[to] <= self._places[step_id]

    def below(self, step_id: str) -> str:
        """The step written below this one; END below the last."""
        place = self._places[step_id] + 1
        return self.steps[place].id if place < len(self.steps) else END

    @property
    def first(self) -> str:
        return self.steps[0].id

    def titled(self, language: str) -> str:
        return self.title.into(language) or self.slug
