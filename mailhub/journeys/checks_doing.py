"""Compares what a journey does and keeps with what can be done and kept: verbs, their words, names, types. Pure."""

import re
from collections.abc import Iterator, Mapping

from mailhub.content import Document, Problem, one_of
from mailhub.facts import Fact, FactType
from mailhub.journeys.definition import Ask, Do, Journey, Step, Webhook
from mailhub.journeys.hearing.values import Kind
from mailhub.lists.tables import DeliveryChoice

WORDS: Mapping[str, frozenset[str]] = {  # what may be said beside a verb
    "join": frozenset({"list", "after", "delivery"}),
    "leave": frozenset({"list"}),
    "pause": frozenset({"list", "argument"}),
    "resume": frozenset({"list"}),
    "digest": frozenset({"list"}),
    "each": frozenset({"list"}),
    "emit": frozenset({"activity"}),
}
VERBS = (*WORDS, "set")
_A_NAME = re.compile(r"[a-z]+(?:\.[a-z0-9_]+)+", re.ASCII)
_AN_ACTIVITY = re.compile(r"(?:[a-z_]+\.)?[a-z_]+", re.ASCII)
_HOLDS = {Kind.YES_NO: FactType.FLAG, Kind.NUMBER: FactType.NUMBER, Kind.DATE: FactType.DATE}


def check(journey: Journey, document: Document, step: Step, place: int) -> Iterator[Problem]:
    """What is wrong with one step that does or keeps something, or tells it elsewhere."""
    path = ("steps", place)
    match step:
        case Do(verb="set"):
            for name, said in step.args.items():
                yield from _kept(journey, document, name, said, (*path, "set", name))
        case Do():
            yield from _verb(journey, document, step, path)
        case Ask():
            yield from _answer(journey, document, step, (*path, "ask", "store"))
        case Webhook():
            for key, name in step.values.items():
                if journey.facts.get(name) is None:
                    yield _unknown(journey, document, name, *path, "webhook", "values", key)


def _verb(journey: Journey, document: Document, step: Do, path: tuple[str | int, ...]) -> Iterator[Problem]:
    if step.verb not in VERBS:
        yield document.problem(f'"{step.verb}" cannot be done here', one_of(step.verb, VERBS), *path, "do", "verb")
        return
    under = (*path, step.verb if document.get(*path, step.verb) is not None else "do")
    known = WORDS.get(step.verb, frozenset())
    for key in step.args:
        if key not in known:
            yield document.problem(f'"{key}" is not known here', one_of(key, sorted(known)), *under, key)
    if step.verb == "emit":
        word = step.args.get("activity")
        if not isinstance(word, str) or not _AN_ACTIVITY.fullmatch(word):
            yield document.problem(f'"{word}" is no activity', "write such as journey.finished", *under, "activity")
    elif not isinstance(step.args.get("list"), str):
        yield document.problem(f'"{step.verb}" names no group', "add list: <group>", *under)
    yield from _joining(journey, document, step, under)


def _joining(journey: Journey, document: Document, step: Do, under: tuple[str | int, ...]) -> Iterator[Problem]:
    after, choice = step.args.get("after"), step.args.get("delivery")
    if after is not None and not isinstance(after, bool):
        fact = journey.facts.get(str(after))
        if fact is None:
            yield _unknown(journey, document, str(after), *under, "after")
        elif fact.type is not FactType.FLAG:
            cure = "name an answer of the type yes_no"
            yield document.problem(f'"{after}" is a {fact.type}, which is no yes', cure, *under, "after")
    if choice is not None and choice not in list(DeliveryChoice):
        cure = one_of(str(choice), list(DeliveryChoice))
        yield document.problem(f'nobody receives as "{choice}"', cure, *under, "delivery")


def _kept(
    journey: Journey, document: Document, name: str, said: object, path: tuple[str | int, ...]
) -> Iterator[Problem]:
    """`set` keeps texts: what a name holds, or the words themselves."""
    fact = journey.facts.get(name)
    if fact is not None and fact.type is not FactType.TEXT:
        yield document.problem(f'"{name}" is a {fact.type}, and "set" keeps texts', "write to another name", *path)
    if isinstance(said, Mapping):
        near = str(said.get("nearest"))
        if journey.facts.get(near) is None:
            yield _unknown(journey, document, near, *path, "nearest")
    elif isinstance(said, str) and journey.facts.get(said) is None and _is_a_slip(journey, said):
        yield _unknown(journey, document, said, *path)


def _is_a_slip(journey: Journey, said: str) -> bool:
    """Whether these words look like a name, and are none."""
    rooms = {fact.name.partition(".")[0] for fact in journey.facts}
    return _A_NAME.fullmatch(said) is not None and said.partition(".")[0] in rooms


def _answer(journey: Journey, document: Document, step: Ask, path: tuple[str | int, ...]) -> Iterator[Problem]:
    """What is kept under one name is of one type, whoever writes it."""
    fact = journey.facts.get(step.store)
    if fact is None or step.store.startswith("person.field."):
        return
    keys = tuple(option.key for option in step.wanted.options)
    if fact.type is not _type_of(step.wanted.kind) or (fact.choices and fact.choices != keys):
        what = f'"{step.store}" is a {fact.type} above'
        yield document.problem(what, "keep this answer under another name", *path)


def _type_of(kind: Kind) -> FactType:
    return FactType.CHOICE if kind is Kind.CHOICE else _HOLDS.get(kind, FactType.TEXT)


def _unknown(journey: Journey, document: Document, name: str, *path: str | int) -> Problem:
    facts: list[Fact] = list(journey.facts)
    return document.problem(f'nothing is known as "{name}"', one_of(name, [fact.name for fact in facts]), *path)
