"""What a list's file cannot know by itself: its name, its neighbours, and settings that exclude each other. Pure."""

import re
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass

from mailhub.content import Document, Problem, fingerprint, one_of
from mailhub.lists.definition import GOALS, LONGEST_SLUG, Addresses, Beyond, ListDefinition, ReplyTo
from mailhub.lists.gazetteer import Places

SLUG = re.compile(r"[a-z0-9]+(-[a-z0-9]+)*", re.ASCII)
RESERVED = frozenset({"hub", "postmaster", "abuse", "mailer-daemon", "noreply", "root"})


@dataclass(frozen=True, slots=True)
class Written:
    """A definition and the file it stands in."""

    document: Document
    definition: ListDefinition

    @property
    def sha256(self) -> str:
        return fingerprint(self.document.values)


def check(
    lists: Sequence[Written], suffixes: Collection[str], taken: Mapping[str, str] | None = None
) -> tuple[Problem, ...]:
    """Everything wrong between these files, which are all the lists of the site.

    `suffixes` are the last parts that make an address a verb; `taken` holds names of others with whose they are, such
    as the codes of reward units.
    """
    found: list[Problem] = []
    for one in lists:
        found += _names(one, suffixes)
        found += _topics(one)
        found += _transparent(one)
    found += _clashes(lists, taken or {})
    found += _tree(lists)
    return tuple(sorted(found, key=lambda p: (p.file, p.line)))


def places(lists: Sequence[Written], known: Places) -> Iterator[Problem]:
    """Groups that say they are at a place nobody has written down."""
    for one in lists:
        if (name := one.definition.place) and known.get(name) is None:
            near = [place.name for place in known.similar(name)]
            cure = one_of(name, near) if near else "add a line for it to lists/places.csv"
            yield one.document.problem(f'"{name}" is no place of lists/places.csv', cure, "place")


def _names(one: Written, suffixes: Collection[str]) -> Iterator[Problem]:
    for place, name in enumerate(one.definition.names):
        path: tuple[str | int, ...] = ("aliases", place - 1) if place else ()
        what = f'the alias "{name}"' if place else f'the name of the file, "{name}",'
        if (fault := unfit(name, suffixes)) is not None:
            yield one.document.problem(f"{what} {fault[0]}", fault[1], *path)


def unfit(name: str, suffixes: Collection[str]) -> tuple[str, str] | None:
    """Why a name is none for a group, and the cure; None where it may be one."""
    if not SLUG.fullmatch(name) or len(name) > LONGEST_SLUG:
        return "cannot stand in an address", f"use a-z, 0-9 and single hyphens, at most {LONGEST_SLUG} characters"
    if name in RESERVED:
        return "is an address of the site itself", "choose another"
    if (last := name.rpartition("-")[2]) in suffixes:
        cure = f'choose one that does not end in "{last}", which makes an address a command'
        return "would be read as a command", cure
    return None


def _clashes(lists: Sequence[Written], taken: Mapping[str, str]) -> Iterator[Problem]:
    owners = dict(taken)
    for one in lists:
        owners.setdefault(one.definition.slug, one.document.file)
    for one in lists:
        for place, name in enumerate(one.definition.names):
            owner = owners.setdefault(name, one.document.file)
            path: tuple[str | int, ...] = ("aliases", place - 1) if place else ()
            twice = name in one.definition.names[:place]
            if twice or owner != one.document.file:
                where = "this file" if twice else owner
                yield one.document.problem(f'the name "{name}" belongs to {where}', "choose another", *path)


def _topics(one: Written) -> Iterator[Problem]:
    for place, topic in enumerate(one.definition.topics):
        if topic.startswith("sdg-") and topic not in GOALS:
            yield one.document.problem(f'there is no goal "{topic}"', "they go from sdg-1 to sdg-17", "topics", place)
        elif not SLUG.fullmatch(topic):
            cure = "use small letters, digits and hyphens"
            yield one.document.problem(f'"{topic}" cannot be a topic', cure, "topics", place)


def _transparent(one: Written) -> Iterator[Problem]:
    """A copy whose signature still holds is the author's mail, byte for byte."""
    group = one.definition
    if not group.transparent:
        return
    demands = (
        ("addresses", group.addresses is Addresses.MEMBERS, "addresses: members"),
        ("footer", not group.footer, "footer: false"),
        ("subject_tag", not group.subject_tag, "subject_tag: false"),
        ("reply_to", group.reply_to is ReplyTo.AUTHOR, "reply_to: author"),
        ("attachments", group.beyond is Beyond.INLINE, "attachments: {beyond: inline}"),
    )
    for key, is_met, cure in demands:
        if not is_met:
            what = f"a transparent list sends the author's mail unchanged, and {key} would change it"
            yield one.document.problem(what, f'write "{cure}", or take "transparent" away', key)


def _tree(lists: Sequence[Written]) -> Iterator[Problem]:
    parents = {one.definition.slug: one.definition.parent for one in lists}
    for one in lists:
        parent = one.definition.parent
        if parent is None:
            continue
        if parent not in parents:
            yield one.document.problem(f'there is no list "{parent}"', one_of(parent, sorted(parents)), "parent")
        elif _is_circle(one.definition.slug, parents):
            yield one.document.problem("this list stands above itself", "break the circle of parents", "parent")


def _is_circle(slug: str, parents: Mapping[str, str | None]) -> bool:
    seen = {slug}
    above = parents[slug]
    while above is not None and above not in seen:
        seen.add(above)
        above = parents.get(above)
    return above == slug
