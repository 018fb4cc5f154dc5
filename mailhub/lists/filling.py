"""Compares a mail that organisers send with its template: it is there, and every variable is filled for everybody."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Protocol

from mailhub.content import Document, Problem, one_of
from mailhub.facts import Facts
from mailhub.lists import variables
from mailhub.templates.definition import Head, Var, VarType
from mailhub.templates.values import taken

Templates = Mapping[str, Mapping[str, Head]]  # by name, then by language
Path = tuple[str | int, ...]


class Letter(Protocol):
    """A mail: which template, what fills its variables by name, and what stands there where that is not known."""

    @property
    def template(self) -> str: ...
    @property
    def vars(self) -> Mapping[str, str]: ...
    @property
    def fallback(self) -> Mapping[str, object]: ...


@dataclass(frozen=True, slots=True)
class Readers:
    """Who reads it: what is known of them, in which languages, and whether they are the members of a group."""

    facts: Facts
    languages: Sequence[str]
    of_group: bool


def check(
    readers: Readers, document: Document, templates: Templates, letter: Letter, path: Path, first: Letter | None = None
) -> Iterator[Problem]:
    """What is wrong with one mail; `first`: the mail this one reminds of, whose variables it has as well."""
    there = templates.get(letter.template)
    at = path if document.get(*path) == letter.template else (*path, "template")  # `send: hello` has no more keys
    if there is None:
        what = f'there is no template "{letter.template}"'
        yield document.problem(what, one_of(letter.template, templates), *at)
        return
    for language in readers.languages:
        if language not in there:
            cure = f"write templates/{letter.template}/{letter.template}.{language}.md"
            yield document.problem(f'"{letter.template}" is not there in "{language}"', cure, *at)
    declared = {var.name: var for head in there.values() for var in head.vars}
    for key, names in (("vars", set(letter.vars)), ("fallback", letter.fallback.keys() - letter.vars.keys())):
        for name in sorted(names - declared.keys()):
            if first is None or document.get(*path, key, name) is not None:
                what = f'"{letter.template}" has no variable "{name}"'
                yield document.problem(what, one_of(name, declared), *path, key, name)
    for var in declared.values():
        yield from _variable(readers, document, letter, var, path)
        yield from _fallback(document, letter, var, path)


def _variable(readers: Readers, document: Document, letter: Letter, var: Var, path: Path) -> Iterator[Problem]:
    """What fills one variable: it is there, of its type, and never missing where nothing may be."""
    name = letter.vars.get(var.name)
    has_fallback = var.optional or letter.fallback.get(var.name) is not None
    if name is None:
        if not has_fallback:
            what = f'"{letter.template}" needs "{var.name}"'
            yield document.problem(what, f"add vars: {{{var.name}: person.name}}, or what fills it", *path, "vars")
        return
    found = variables.find(readers.facts, name, of_group=readers.of_group)
    if found is None:
        cure = one_of(name, variables.all_names(readers.facts))
        yield document.problem(f'nothing is known as "{name}"', cure, *path, "vars", var.name)
    elif var.type not in found.fills:
        what = f'"{var.name}" is a {var.type}, which {name} is not'
        fits = " or ".join(sorted(found.fills))
        yield document.problem(what, f"declare it as {fits}, or name another fact", *path, "vars", var.name)
    elif found.nullable and not has_fallback:
        what = f"{name} may be missing for somebody"
        yield document.problem(what, f"add fallback: {{{var.name}: …}}", *path, "vars", var.name)


def _fallback(document: Document, letter: Letter, var: Var, path: Path) -> Iterator[Problem]:
    """What stands in for it is of its type too."""
    value = letter.fallback.get(var.name)
    try:
        if value is not None and var.type is not VarType.LIST:
            taken(var.type, value)
    except ValueError as fault:
        cure = f"it stands for a {var.type}"
        yield document.problem(f'the fallback of "{var.name}" {fault}', cure, *path, "fallback", var.name)
