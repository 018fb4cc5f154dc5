"""«Annulla» after a publication by mail: what ran before runs again, as a version of its own.

Only while nothing newer was published, and where nobody would be stranded: what has had its effect stays.
"""

from collections.abc import Callable, Mapping, Sequence
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from mailhub.content import BadContent, Kind
from mailhub.db import versions
from mailhub.db.versions import DefinitionVersion
from mailhub.hub.publishing import reading, release
from mailhub.hub.publishing.changes import Terms
from mailhub.hub.publishing.mailed import Mailed
from mailhub.hub.publishing.release import Key
from mailhub.journeys import loading, releasing
from mailhub.journeys import publishing as journeys
from mailhub.lists import publishing as lists
from mailhub.lists import reading as groups
from mailhub.site import Site
from mailhub.templates import publishing as templates
from mailhub.templates.slugs import name_of
from mailhub.verbs import Act, Outcome, Verbs

_NO = Outcome(False)  # answered by «annulla» itself: it is late


def noted(session: Session, keys: Sequence[Key]) -> list[dict[str, Any]]:
    """What runs of these before they are published: its number, and whether it is open."""
    return [
        {"kind": kind, "slug": slug, "number": _number(session, kind, slug), "ran": _runs(session, kind, slug)}
        for kind, slug in keys
    ]


def take_back(verbs: Verbs) -> Callable[[Act, Mapping[str, Any]], Outcome]:
    """The undo of «pubblica»; what ran is read once more beside the words of all."""

    def undo(act: Act, kept: Mapping[str, Any]) -> Outcome:
        session, before = act.session, kept["before"]
        if any(_number(session, one["kind"], one["slug"]) != one["number"] + 1 for one in before):
            return _NO
        if any(_has_members(session, one) for one in before) or _are_used(session, act.site, before):
            return _NO
        former = [_former(session, one) for one in before if one["ran"]]
        try:
            files = reading.read(session, act.site, verbs, former)
        except BadContent:  # it names what is gone by now
            return _NO
        if any(releasing.faults(session, act.site, one) for one in files.journeys.values()):
            return _NO
        by = f"person {act.person_id}, taking it back"
        keys = [(one.kind.value, one.slug) for one in former]
        release.publish(session, act.site, files, keys, Terms(), by=by, origin=versions.MAIL, now=act.now)
        for one in before:
            if not one["ran"]:
                _close(act, one["kind"], one["slug"])
        return Outcome(True)

    return undo


def _close(act: Act, kind: str, slug: str) -> None:
    if kind == templates.KIND:
        templates.take_back(act.session, slug, now=act.now)
    elif kind == journeys.KIND:
        journeys.close(act.session, slug, now=act.now)
    elif (group := groups.by_slug(act.session, slug)) is not None:
        lists.close(act.session, group.id, now=act.now)


def _has_members(session: Session, one: Mapping[str, Any]) -> bool:
    """Whether people have come into a group that would be closed by this."""
    group = groups.by_slug(session, one["slug"]) if one["kind"] == lists.KIND and not one["ran"] else None
    return group is not None and groups.members(session, group.id) > 0


def _are_used(session: Session, site: Site, before: Sequence[Mapping[str, Any]]) -> bool:
    """Whether a journey that goes on writes by a mail that would be taken back by this."""
    gone = {(one["kind"], one["slug"]) for one in before if not one["ran"]}
    names = {name_of(slug) for kind, slug in gone if kind == templates.KIND}
    going_on = [slug for slug in journeys.running(session) if (journeys.KIND, slug) not in gone] if names else []
    known = loading.facts(session, site)
    read = (journeys.published(session, slug, known) for slug in going_on)
    return any(names & reading.templates_of(one.journey) for one in read if one is not None)


def _number(session: Session, kind: str, slug: str) -> int:
    runs = versions.latest(session, kind).get(slug)
    return runs.number if runs is not None else 0


def _runs(session: Session, kind: str, slug: str) -> bool:
    if kind == templates.KIND:
        return slug in templates.running(session)
    if kind == journeys.KIND:
        return slug in journeys.running(session)
    group = groups.by_slug(session, slug)
    return group is not None and group.closed_at is None


def _former(session: Session, one: Mapping[str, Any]) -> Mailed:
    """The text that ran."""
    kind, slug = Kind(one["kind"]), str(one["slug"])
    c = DefinitionVersion
    wanted = sa.select(c.body).where(c.kind == kind.value, c.slug == slug, c.number == one["number"])
    body = session.scalars(wanted).one()
    file = templates.file_of(slug, body) if kind is Kind.TEMPLATE else f"{kind.folder}/{slug}.yaml"
    return Mailed(kind, slug, file, body)
