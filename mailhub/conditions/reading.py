"""Conditions in YAML: one text, or texts put together with the words all, any and not.

when: person.language = it
when: {any: [person.city is unknown, {not: person.away}]}
when:                            # a plain list: all of them
  - person.language = it
  - person.age >= 18
"""

from mailhub.conditions.parser import DEEPEST, MOST_TESTS, parse
from mailhub.conditions.tree import And, Condition, Not, Or, tests
from mailhub.content import BadContent, Document, Problem, Reader, Value
from mailhub.facts import Facts


def read(reader: Reader, key: str, facts: Facts) -> Condition | None:
    """The condition under this key; None where there is none or (the reader notes why) it cannot be used."""
    value = reader.raw(key)
    if value is None:
        return None
    try:
        condition = _condition(reader.document, (*reader.path, key), value, facts)
    except BadContent as bad:
        reader.note(*bad.problems)
        return None
    if len(list(tests(condition))) > MOST_TESTS:  # SQLite nests every "and" one deeper, a thousand at most
        reader.problem("too many tests", f"write {MOST_TESTS} at most", key)
        return None
    return condition


def _condition(document: Document, path: tuple[str | int, ...], value: Value, facts: Facts) -> Condition:
    if len(path) > DEEPEST:
        raise BadContent([document.problem("too much inside one another", f"nest {DEEPEST} levels at most", *path)])
    if isinstance(value, str):
        return parse(value, facts, file=document.file, line=document.line(*path))
    if isinstance(value, list) and value:
        return And(_parts(document, path, value, facts))
    if isinstance(value, dict) and len(value) == 1:
        [(word, inner)] = value.items()
        if word == "not":
            return Not(_condition(document, (*path, word), inner, facts))
        if word in ("all", "any") and isinstance(inner, list) and inner:
            parts = _parts(document, (*path, word), inner, facts)
            return And(parts) if word == "all" else Or(parts)
    cure = "write one text, or all: […], any: […] or not: …"
    raise BadContent([document.problem("this is no condition", cure, *path)])


def _parts(document: Document, path: tuple[str | int, ...], values: list[Value], facts: Facts) -> tuple[Condition, ...]:
    """Every part; a problem in one does not hide those of the others."""
    parts: list[Condition] = []
    problems: list[Problem] = []
    for place, value in enumerate(values):
        try:
            parts.append(_condition(document, (*path, place), value, facts))
        except BadContent as bad:
            problems += bad.problems
    if problems:
        raise BadContent(problems)
    return tuple(parts)
