"""Compares a journey with what it names: its own steps, templates, groups. Pure."""

import re
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass

from mailhub import conditions
from mailhub.content import Document, Problem, nearest, one_of
from mailhub.journeys import checks_doing
from mailhub.journeys.definition import Ask, Do, Journey, Letter, Send, Step, StepKind, Task
from mailhub.journeys.walk import MOST_VISITS
from mailhub.lists import filling
from mailhub.lists.filling import Readers
from mailhub.people.happenings import ABOUT_PEOPLE, FROM_JOURNEYS
from mailhub.templates.definition import Head

_FROM_A_JOURNEY = re.compile(rf"{re.escape(FROM_JOURNEYS)}[a-z]+(?:_[a-z]+)*", re.ASCII)


@dataclass(frozen=True, slots=True)
class World:
    """What there is on the site, by name."""

    templates: Mapping[str, Mapping[str, Head]]  # by name, then by language
    lists: Collection[str]


def check(journey: Journey, document: Document, world: World) -> Iterator[Problem]:
    """Everything wrong between a journey and the rest, with its line."""
    yield from _graph(journey, document)
    yield from _trigger(journey, document)
    yield from _lists(journey, document, world)
    readers = Readers(journey.facts, journey.languages, journey.list is not None)
    for place, step in enumerate(journey.steps):
        yield from checks_doing.check(journey, document, step, place)
        for key, letter in letters(step):
            first = step.letter if isinstance(step, Ask) and letter is step.retry_letter else None
            path = ("steps", place, key) if first is None else ("steps", place, key, "retry")
            yield from filling.check(readers, document, world.templates, letter, path, first)


def letters(step: Step) -> Iterator[tuple[str, Letter]]:
    """The mails a step may write, with the key they stand under."""
    if isinstance(step, Send | Ask):
        yield step.kind.value, step.letter
    if isinstance(step, Ask) and step.retry_letter is not None:
        yield step.kind.value, step.retry_letter


def leads_to(journey: Journey, step: Step) -> set[str]:
    """Every step that may follow this one, END among them; below a way back when it is used up."""
    if step.kind is StepKind.END:
        return set()
    to = set(step.ways.values())
    return to | {journey.below(step.id)} if any(journey.leads_back(step.id, each) for each in to) else to


def most_steps(journey: Journey) -> int:
    """How many steps a way can come to at most: it goes down, and up only as often as steps let it come back."""
    order = {step.id: place for place, step in enumerate(journey.steps)}
    up = dict[str, int]()
    for step in journey.steps:
        for to in step.ways.values():
            if journey.leads_back(step.id, to):
                up[to] = max(up.get(to, 0), order[step.id] - order[to] + 1)
    return len(order) + sum(length * journey.steps[order[to]].most_visits for to, length in up.items())


def _graph(journey: Journey, document: Document) -> Iterator[Problem]:
    """Every step is come to, and every way ends."""
    reached, waiting = set[str](), [journey.first]
    while waiting:
        name = waiting.pop()
        step = journey.find(name)
        if name not in reached and step is not None:
            reached.add(name)
            waiting += leads_to(journey, step)
    for place, step in enumerate(journey.steps):
        if step.id not in reached:
            yield document.problem(
                f'no way leads to the step "{step.id}"', "lead one there, or take it away", "steps", place
            )
        for target in () if step.kind is StepKind.END else dict.fromkeys(step.ways.values()):
            back = journey.find(target)
            if back is not None and journey.leads_back(step.id, target) and back.most_visits == 1:
                cure = f'add "max_visits: 3" to the step "{target}"'
                yield document.problem(f'"{step.id}" leads back to "{target}" without end', cure, "steps", place)
    if (most := most_steps(journey)) > MOST_VISITS:
        place = max(range(len(journey.steps)), key=lambda each: journey.steps[each].most_visits)
        what = f"somebody could come to {most} steps"
        yield document.problem(what, f"write less; {MOST_VISITS} at most", "steps", place, "max_visits")


def _trigger(journey: Journey, document: Document) -> Iterator[Problem]:
    """It begins with something that happens, and asks only what is known by then."""
    trigger = journey.trigger
    if (name := trigger.activity) is not None and not journey.is_draft and not _happens(name):
        meant = nearest(name, ABOUT_PEOPLE)
        cure = f'did you mean "{meant}"?' if meant is not None else "write such as subscription.confirmed"
        yield document.problem(f'nothing that happens is called "{name}"', cure, "trigger", "activity")
    asked = {key: conditions.facts_used(each) for key, each in _asked(journey).items()}
    if trigger.date is not None:
        asked["date"] = frozenset({trigger.date.name})
    for key, names in asked.items():
        if any(each.startswith("answer.") for each in names):
            what = "nobody has answered before they come in"
            yield document.problem(what, "ask a fact, or person.field.<name>", "trigger", key)


def _happens(name: str) -> bool:
    """Whether it is ever noted. A draft may wait for what only a later release notes."""
    return name in ABOUT_PEOPLE or _FROM_A_JOURNEY.fullmatch(name) is not None


def _asked(journey: Journey) -> Mapping[str, conditions.Condition]:
    each = {"where": journey.trigger.where, "segment": journey.trigger.segment}
    return {key: condition for key, condition in each.items() if condition is not None}


def _lists(journey: Journey, document: Document, world: World) -> Iterator[Problem]:
    """Every group it names is there."""
    named: list[tuple[object, tuple[str | int, ...]]] = [(journey.trigger.list, ("trigger", "list"))]
    if journey.list != journey.trigger.list:
        named.append((journey.list, ("list",)))
    for place, step in enumerate(journey.steps):
        if isinstance(step, Ask):
            named.append((step.post_to, ("steps", place, "ask", "publish_in")))
        elif isinstance(step, Task) and step.to != "organisers":
            named.append((step.to, ("steps", place, "task", "to")))
        elif isinstance(step, Do):
            named.append((step.args.get("list"), ("steps", place, step.verb, "list")))
    for name, path in named:
        if isinstance(name, str) and name not in world.lists and journey.facts.get(name) is None:
            yield document.problem(f'there is no group "{name}"', one_of(name, world.lists), *path)
