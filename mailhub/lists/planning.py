"""What publishing a definition would mean, and for how many people: said before anything happens (`mailhub plan`)."""

from collections.abc import Iterator
from dataclasses import dataclass, field

import sqlalchemy as sa
from sqlalchemy.orm import Session

from mailhub.archive.tables import Post, PostState
from mailhub.language import say
from mailhub.lists import publishing, reading
from mailhub.lists.definition import Addresses, Archive, ListDefinition
from mailhub.lists.policy import WhoIsRead, WhoPosts
from mailhub.lists.tables import MailList


@dataclass(frozen=True, slots=True)
class Effect:
    """One thing that would change for people; its words are `lists.plan-<what>`."""

    what: str
    values: dict[str, int | str] = field(default_factory=dict)

    def told(self, language: str) -> str:
        return say(language, f"lists.plan-{self.what}", **self.values)


def effects(session: Session, definition: ListDefinition) -> list[Effect]:
    """What publishing this would mean."""
    group = reading.by_slug(session, definition.slug)
    if group is None:
        return [Effect("opens"), *_appointed(definition, {})]
    now, people = reading.definition_of(group), reading.members(session, group.id)
    found = [Effect("opens-again", {"members": people})] if group.closed_at is not None else []
    if people:
        found += [Effect(what, {"members": people}) for what in _changes(now, definition)]
    if definition.archive is Archive.PUBLIC and now.archive is not Archive.PUBLIC:
        found += [Effect("public-archive", {"posts": _posts(session, group)})]
    if gone := sorted(set(now.names) - set(definition.names)):
        found.append(Effect("gives-up", {"names": ", ".join(gone)}))
    return [*found, *_appointed(definition, publishing.people_of(session, group.id))]


def closing(session: Session, slug: str) -> list[Effect]:
    """What closing a list would mean whose file is gone."""
    group = reading.by_slug(session, slug)
    if group is None or group.closed_at is not None:
        return []
    return [Effect("closes", {"members": reading.members(session, group.id)})]


def _changes(old: ListDefinition, new: ListDefinition) -> Iterator[str]:
    """What members would notice."""
    if old.addresses is not new.addresses:
        yield "shows-addresses" if new.addresses is Addresses.MEMBERS else "hides-addresses"
    if new.posting.post is WhoPosts.MODERATORS and old.posting.post is not WhoPosts.MODERATORS:
        yield "announces" if new.kind is not old.kind else "only-moderators"
    if new.moderate is WhoIsRead.EVERYONE and old.moderate is not WhoIsRead.EVERYONE:
        yield "reads-all"


def _appointed(definition: ListDefinition, there: dict[str, tuple[str, ...]]) -> list[Effect]:
    known = {email.lower() for emails in there.values() for email in emails}
    new = [email for email in (*definition.organisers, *definition.moderators) if email.lower() not in known]
    return [Effect("appoints", {"names": ", ".join(dict.fromkeys(new))})] if new else []


def _posts(session: Session, group: MailList) -> int:
    shown = sa.select(sa.func.count()).select_from(Post)
    return session.scalar(shown.where(Post.list_id == group.id, Post.state == PostState.PUBLISHED)) or 0
