"""Compares a journey with what it names: its own steps, templates, groups. Pure."""

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass

from mailhub.content import Document, Problem, one_of
from mailhub.journeys import naming
from mailhub.journeys.definition import Ask, Do, Journey, Letter, Send, Step, StepKind, Task
from mailhub.templates.definition import Head, Var

VERBS = ("join", "leave", "set", "emit", "pause", "resume", "digest", "each")


@dataclass(frozen=True, slots=True)
class World:
    """What there is on the site, by name."""

    templates: Mapping[str, Mapping[str, Head]]  # by name, then by language
    lists: Collection[str]
    activities: Collection[str] = ()  # that facts say they are changed by, and those journeys begin with


def check(journey: Journey, document: Document, world: World) -> Iterator[Problem]:
    """Everything wrong between a journey and the rest, with its line."""
    yield from _graph(journey, document)
    yield from _lists(journey, document, world)
    for place, step in enumerate(journey.steps):
        for key, letter in letters(step):
            yield from _letter(journey, document, world, letter, ("steps", place, key))


def letters(step: Step) -> Iterator[tuple[str, Letter]]:
    """The mails a step may write, with the key they stand under."""
    if isinstance(step, Send | Ask):
        yield step.kind.value, step.letter
    if isinstance(step, Ask) and step.retry_letter is not None:
        yield step.kind.value, step.retry_letter


def _graph(journey: Journey, document: Document) -> Iterator[Problem]:
    """Every step is come to, and every way ends."""
    order = {step.id: place for place, step in enumerate(journey.steps)}
    reached, waiting = set[str](), [journey.first]
    while waiting:
        name = waiting.pop()
        step = journey.find(name)
        if name not in reached and step is not None:
            reached.add(name)
            waiting += [] if step.kind is StepKind.END else step.ways.values()
    for place, step in enumerate(journey.steps):
        if step.id not in reached:
            yield document.problem(
                f'no way leads to the step "{step.id}"', "lead one there, or take it away", "steps", place
            )
        for target in step.ways.values():
            back = journey.find(target)
            if back is not None and order[target] <= place and back.most_visits == 1 and step.kind is not StepKind.END:
                cure = f'add "max_visits: 3" to the step "{target}"'
                yield document.problem(f'"{step.id}" leads back to "{target}" without end', cure, "steps", place)


def _lists(journey: Journey, document: Document, world: World) -> Iterator[Problem]:
    """Every group it names is there."""
    named: list[tuple[str | None, tuple[str | int, ...]]] = [
        (journey.list, ("list",)),
        (journey.trigger.list, ("trigger", "list")),
    ]
    for place, step in enumerate(journey.steps):
        if isinstance(step, Ask):
            named.append((step.post_to, ("steps", place, "ask", "publish_in")))
        elif isinstance(step, Task) and step.to != "organisers":
            named.append((step.to, ("steps", place, "task", "to")))
        elif isinstance(step, Do):
            yield from _verb(document, step, place)
            named.append((step.args.get("list"), ("steps", place, step.verb, "list")))
    for name, path in named:
        if name is not None and name not in world.lists and journey.facts.get(str(name)) is None:
            yield document.problem(f'there is no group "{name}"', one_of(str(name), world.lists), *path)


def _verb(document: Document, step: Do, place: int) -> Iterator[Problem]:
    if step.verb not in VERBS:
        yield document.problem(f'"{step.verb}" cannot be done here', one_of(step.verb, VERBS), "steps", place, "do")
    elif step.verb != "set" and step.verb != "emit" and not step.args.get("list"):
        yield document.problem(f'"{step.verb}" names no group', "add list: <group>", "steps", place, step.verb)


def _letter(
    journey: Journey, document: Document, world: World, letter: Letter, path: tuple[str | int, ...]
) -> Iterator[Problem]:
    there = world.templates.get(letter.template)
    if there is None:
        what = f'there is no template "{letter.template}"'
        yield document.problem(what, one_of(letter.template, world.templates), *path, "template")
        return
    for language in journey.languages:
        if language not in there:
            cure = f"write templates/{letter.template}/{letter.template}.{language}.md"
            yield document.problem(f'"{letter.template}" is not there in "{language}"', cure, *path, "template")
    declared = {var.name: var for head in there.values() for var in head.vars}
    for name in letter.vars:
        if name not in declared:
            what = f'"{letter.template}" has no variable "{name}"'
            yield document.problem(what, one_of(name, declared), *path, "vars", name)
    for var in declared.values():
        yield from _variable(journey, document, letter, var, path)


def _variable(
    journey: Journey, document: Document, letter: Letter, var: Var, path: tuple[str | int, ...]
) -> Iterator[Problem]:
    """What fills one variable: it is there, of its type, and never missing where nothing may be."""
    name = letter.vars.get(var.name)
    has_fallback = var.optional or letter.fallback.get(var.name) is not None
    if name is None:
        if not has_fallback:
            what = f'"{letter.template}" needs "{var.name}"'
            yield document.problem(what, f"add vars: {{{var.name}: person.name}}, or what fills it", *path, "vars")
        return
    found = naming.find(journey, name)
    if found is None:
        cure = one_of(name, naming.all_names(journey))
        yield document.problem(f'nothing is known as "{name}"', cure, *path, "vars", var.name)
    elif var.type not in found.fills:
        what = f'"{var.name}" is a {var.type}, which {name} is not'
        fits = " or ".join(sorted(found.fills))
        yield document.problem(what, f"declare it as {fits}, or name another fact", *path, "vars", var.name)
    elif found.nullable and not has_fallback:
        what = f"{name} may be missing for somebody"
        yield document.problem(what, f"add fallback: {{{var.name}: …}}", *path, "vars", var.name)
