"""What a group is, as its organisers wrote it: every key of `lists/*.yaml`, with its default.

Pure. `written` makes one of a file, `checks` compares it with its neighbours, `publishing` makes it run.
"""

from collections.abc import Mapping
from dataclasses import dataclass, fields
from datetime import timedelta
from enum import Enum, StrEnum
from typing import Any, Self

from mailhub.content import Localised
from mailhub.lists.policy import Rules, WhoIsRead, WhoPosts
from mailhub.lists.tables import DeliveryChoice

LONGEST_SLUG = 40
NO_TEXT = Localised()
PEOPLE = frozenset({"organisers", "moderators"})  # roles, once the definition is applied
GOALS = tuple(f"sdg-{number}" for number in range(1, 18))  # topics everywhere; `topics.<goal>` of the catalogue


class ListKind(StrEnum):
    DISCUSSION = "discussion"
    ANNOUNCE = "announce"


class Join(StrEnum):
    OPEN = "open"
    APPROVAL = "approval"
    INVITATION = "invitation"


class Archive(StrEnum):
    PUBLIC = "public"
    MEMBERS = "members"
    NONE = "none"


class Addresses(StrEnum):
    HIDDEN = "hidden"
    MEMBERS = "members"


class ReplyTo(StrEnum):
    LIST = "list"
    AUTHOR = "author"


class Beyond(StrEnum):
    """What becomes of an attachment larger than `inline_up_to`."""

    LINK = "link"
    INLINE = "inline"


@dataclass(frozen=True, slots=True)
class ListDefinition:
    """One group as published. Its people are no part of it: they become roles when it is applied."""

    slug: str
    title: Localised
    description: Localised = NO_TEXT
    kind: ListKind = ListKind.DISCUSSION
    parent: str | None = None
    aliases: tuple[str, ...] = ()
    join: Join = Join.OPEN
    post: WhoPosts = WhoPosts.MEMBERS
    moderate: WhoIsRead = WhoIsRead.NEWCOMERS
    approvals: int = 1
    archive: Archive = Archive.MEMBERS
    index: bool = False
    addresses: Addresses = Addresses.HIDDEN
    reply_to: ReplyTo = ReplyTo.LIST
    default_delivery: DeliveryChoice = DeliveryChoice.DIGEST
    subject_tag: bool = False
    grace: timedelta = timedelta(minutes=2)
    fold_after: int = 3
    footer: bool = True
    transparent: bool = False
    inline_up_to: int = 1_000_000
    beyond: Beyond = Beyond.LINK
    largest: int = 20_000_000
    organisers: tuple[str, ...] = ()
    moderators: tuple[str, ...] = ()
    topics: tuple[str, ...] = ()
    place: str = ""
    rules: Localised = NO_TEXT
    licence: Localised = NO_TEXT
    welcome: Localised = NO_TEXT

    @property
    def posting(self) -> Rules:
        """What decides about posts; in a group of announcements only who moderates writes to all."""
        announces = self.kind is ListKind.ANNOUNCE
        return Rules(
            post=WhoPosts.MODERATORS if announces else self.post,
            moderate=self.moderate,
            largest=self.largest,
            transparent=self.transparent,
        )

    @property
    def names(self) -> tuple[str, ...]:
        """Every local part it answers to."""
        return (self.slug, *self.aliases)

    def titled(self, language: str) -> str:
        """Its name in this language, else in whichever it has."""
        return self.title.into(language) or self.slug

    def to_dict(self) -> dict[str, Any]:
        """As kept in the list's row: JSON, without people."""
        return {f.name: _plain(getattr(self, f.name)) for f in fields(self) if f.name not in PEOPLE}

    @classmethod
    def from_dict(cls, kept: Mapping[str, Any]) -> Self:
        """What `to_dict` kept; keys that are not there yet have their default."""
        known = {f.name for f in fields(cls)}
        return cls(**{name: _READERS.get(name, _same)(value) for name, value in kept.items() if name in known})


def _plain(value: Any) -> Any:
    match value:
        case Enum():
            return value.value
        case timedelta():
            return value.total_seconds()
        case tuple():
            return list(value)
        case Localised():
            return value.as_dict()
    return value


def _same(value: Any) -> Any:
    return value


_READERS: Mapping[str, Any] = {
    "kind": ListKind,
    "join": Join,
    "post": WhoPosts,
    "moderate": WhoIsRead,
    "archive": Archive,
    "addresses": Addresses,
    "reply_to": ReplyTo,
    "default_delivery": DeliveryChoice,
    "beyond": Beyond,
    "grace": lambda seconds: timedelta(seconds=seconds),
    "aliases": tuple,
    "topics": tuple,
    **dict.fromkeys(("title", "description", "rules", "licence", "welcome"), Localised.of),
}
