"""Reads `segments/<slug>.yaml`; the file's name is the slug. Also tells which keys there are, for the docs."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import PurePath

from mailhub import conditions
from mailhub.conditions import And, Comparison, Condition, Operator
from mailhub.conditions.parser import SEGMENT
from mailhub.content import Document, Localised, Reader, Value, one_of
from mailhub.facts import Facts
from mailhub.people.segments.definition import Segment

KEYS = {  # what may be written, and what it means
    "title": ("text, or one per language", "what organisers call these people"),
    "description": ("text, or one per language", "a sentence or two: who they are, and what for"),
    "when": ("a condition", "who they are"),
    "list": ("slug", "the group they are members of; without it, everybody who is known"),
}
LONGEST = 40  # letters of a slug
_SLUG = re.compile(r"[a-z0-9]+(?:-[a-z0-9]+)*", re.ASCII)
_NAMED = re.compile(rf"\b{re.escape(SEGMENT)}(\w+)", re.ASCII)
_MEMBER = re.compile(r"list\.([a-z0-9_]+)\.member", re.ASCII)


@dataclass(frozen=True, slots=True)
class Written:
    """One file, and the segment it holds."""

    document: Document
    segment: Segment

    @property
    def slug(self) -> str:
        return self.segment.slug


def read(document: Document, known: Facts) -> Segment:
    """The segment a file holds, which may ask these facts. Raises BadContent with all that is wrong in it."""
    reader = Reader(document)
    slug = slug_of(document)
    if not _SLUG.fullmatch(slug) or len(slug) > LONGEST:
        cure = f"use a-z, 0-9 and single hyphens, at most {LONGEST} characters"
        reader.problem(f'"{slug}" is no name of a segment', cure)
    title, description = reader.localised("title"), reader.localised("description", Localised())
    if reader.raw("when") is None:
        reader.problem('"when" is missing', 'add a line "when: …" with a condition', "when")
    when, group = conditions.read(reader, "when", known), reader.text("list", None)
    member = _member(reader, group, known) if group is not None else None
    reader.check()
    assert when is not None, "the reader would have said why"
    return Segment(
        slug=slug,
        title=title,
        description=description,
        when=when if member is None else And((member, when)),
        list=group,
        names=named_in(document.get("when")),
    )


def slug_of(document: Document) -> str:
    return PurePath(document.file).stem


def named_in(value: Value) -> frozenset[str]:
    """The segments that a condition, or a whole file, names: by slug."""
    return frozenset(name.replace("_", "-") for text in _texts(value) for name in _NAMED.findall(text))


def _texts(value: Value) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    elif isinstance(value, dict | list):
        for each in value.values() if isinstance(value, dict) else value:
            yield from _texts(each)


def _member(reader: Reader, group: str, known: Facts) -> Condition | None:
    fact = known.get(f"list.{group.replace('-', '_')}.member")
    if fact is None:
        groups = (found[1].replace("_", "-") for each in known if (found := _MEMBER.fullmatch(each.name)))
        reader.problem(f'there is no group "{group}"', one_of(group, groups), "list")
        return None
    return Comparison(fact, Operator.EQUAL, True)
