"""What is different between two texts of a journey, told by its steps. Pure.

Steps are compared as they are written: where one leads because another was put behind it, it has not changed itself.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from enum import StrEnum

from mailhub.content import canonical
from mailhub.content.yamlfile import Value
from mailhub.journeys.definition import Journey, Step, Wait
from mailhub.times import Span

Text = Mapping[str, Value]
_OWN = ("steps", "exits", "trigger", "tests")  # keys that are told apart below, and what runs nothing


class What(StrEnum):
    """How a step differs."""

    NEW = "new"
    GONE = "gone"
    OTHER_KIND = "other-kind"
    SHORTER = "shorter"  # a wait
    LONGER = "longer"
    MOVED = "moved"  # it stands elsewhere among those that are in both
    CHANGED = "changed"


@dataclass(frozen=True, slots=True)
class StepChange:
    """One step that differs; `old` and `new` as far as there is one."""

    id: str
    what: What
    old: Step | None = None
    new: Step | None = None


@dataclass(frozen=True, slots=True)
class Differences:
    """Everything publishing would change in a journey."""

    steps: tuple[StepChange, ...] = ()
    exits_new: tuple[str, ...] = ()
    exits_gone: tuple[str, ...] = ()
    exits_changed: tuple[str, ...] = ()
    trigger: bool = False
    settings: tuple[str, ...] = ()  # further keys of the file

    @property
    def of_exits(self) -> bool:
        return bool(self.exits_new or self.exits_gone or self.exits_changed)

    def of(self, *kinds: What) -> tuple[StepChange, ...]:
        return tuple(step for step in self.steps if step.what in kinds)


def compare(old: Journey, old_text: Text, new: Journey, new_text: Text) -> Differences:
    """What leads from one text to the other."""
    before, after = _by_id(old_text, "exits"), _by_id(new_text, "exits")
    both = before.keys() & after.keys()
    return Differences(
        steps=tuple(_steps(old, old_text, new, new_text)),
        exits_new=tuple(name for name in after if name not in before),
        exits_gone=tuple(name for name in before if name not in after),
        exits_changed=tuple(name for name in after if name in both and before[name] != after[name]),
        trigger=canonical(old_text.get("trigger")) != canonical(new_text.get("trigger")),
        settings=tuple(
            key
            for key in sorted({*old_text, *new_text} - {*_OWN})
            if canonical(old_text.get(key)) != canonical(new_text.get(key))
        ),
    )


def seconds(span: Span | None) -> int:
    """A length for comparing; None counts as none."""
    return 0 if span is None else span.days * 86_400 + span.seconds


def length_of(step: Step | None) -> Span | None:
    """How long a wait lasts, at most where it waits for something to be so."""
    return step.length or step.timeout if isinstance(step, Wait) else None


def _steps(old: Journey, old_text: Text, new: Journey, new_text: Text) -> Iterator[StepChange]:
    before, after = _written(old, old_text), _written(new, new_text)
    stayed = [step.id for step in old.steps if step.id in after]
    for step in old.steps:
        if step.id not in after:
            yield StepChange(step.id, What.GONE, step)
    place = 0
    for step in new.steps:
        if step.id not in before:
            yield StepChange(step.id, What.NEW, None, step)
            continue
        was = old.find(step.id)
        assert was is not None
        if before[step.id] != after[step.id]:
            yield StepChange(step.id, _how(was, step), was, step)
        elif stayed[place] != step.id:
            yield StepChange(step.id, What.MOVED, was, step)
        place += 1


def _how(old: Step, new: Step) -> What:
    if old.kind is not new.kind:
        return What.OTHER_KIND
    was, will = seconds(length_of(old)), seconds(length_of(new))
    if was and will and was != will:
        return What.SHORTER if will < was else What.LONGER
    return What.CHANGED


def _written(journey: Journey, text: Text) -> dict[str, str]:
    """The words of each step, by its id."""
    steps = text.get("steps")
    assert isinstance(steps, list)
    return {step.id: canonical(words) for step, words in zip(journey.steps, steps, strict=True)}


def _by_id(text: Text, key: str) -> dict[str, str]:
    each = text.get(key)
    found = [rule for rule in each if isinstance(rule, dict)] if isinstance(each, list) else []
    return {str(rule.get("id")): canonical(rule) for rule in found}
