"""What a trace says: a tree of values, from the mail that came in to the copies that left because of it. Pure.

Nothing in it is a token. Addresses stand in it where the question is about them: of who wrote, and of whom a mail was
asked for; others are shortened, so that a domain can be recognised and nobody written to.
"""

import re
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from datetime import datetime
from enum import Enum
from typing import Any

from mailhub.journeys.tracing import OnTheWay

_TOKEN = re.compile(r"\b([rubp])\.[a-z2-7]{30,50}(?=@|%40)|(/(?:u|a|me|f)/)[a-z2-7]{30,50}", re.IGNORECASE)
_ADDRESS = re.compile(r"[^\s<>@\"',;:]+@[^\s<>@\"',;:]+")


@dataclass(frozen=True, slots=True)
class Group:
    """A group, by its slug and its title in each language."""

    slug: str
    title: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Brief:
    """A mail that came in, in a line."""

    message_id: str | None
    at: datetime
    author: str | None
    subject: str | None


@dataclass(frozen=True, slots=True)
class Decided:
    """What a moderator decided about a conversation, or about its author, that kept a message or slowed it."""

    tool: str
    hours: int | None  # of a slow pace
    begun_at: datetime
    begun_by: str | None  # a name
    until: datetime | None  # none: for good
    ended_at: datetime | None
    ended_by: str | None  # a name; none: by itself


@dataclass(frozen=True, slots=True)
class Published:
    """A message of a group."""

    group: Group
    number: int
    message_id: str
    subject: str
    conversation: str  # its subject
    conversation_posts: int
    at: datetime
    state: str
    decided: tuple[Decided, ...]  # what let it come by letter only


@dataclass(frozen=True, slots=True)
class Waited:
    """A message that waited to be read, and who decided."""

    group: Group
    subject: str
    reasons: tuple[str, ...]
    state: str
    waits_for: str  # author, joining, moderators; nobody, where a stranger wrote to one member
    at: datetime
    settled_at: datetime | None
    settled_by: str | None  # a name
    note: str | None
    published: Published | None
    decided: tuple[Decided, ...]  # what kept it


@dataclass(frozen=True, slots=True)
class Done:
    """A verb that was carried out, and until when it can be taken back."""

    verb: str
    at: datetime
    evidence: str
    undo_until: datetime | None  # none: it cannot be taken back
    undone_at: datetime | None


@dataclass(frozen=True, slots=True)
class Asked:
    """A question, how many were asked, and how it ended."""

    kind: str
    at: datetime
    people: int
    settled_at: datetime | None
    settled_by: str | None  # a name
    outcome: str | None


@dataclass(frozen=True, slots=True)
class Piece:
    """Some words of an answer to a letter, and what became of them."""

    number: int | None  # of the letter's item; none: it was asked which one was meant
    outcome: str
    reason: str
    became: Published | Waited | None


@dataclass(frozen=True, slots=True)
class Fate:
    """What became of a mail for one of its recipients."""

    recipient: str
    outcome: str
    reason: str
    at: datetime
    group: Group | None
    about: str | None  # the kind of thing it answered or became
    became: Published | Waited | None
    pieces: tuple[Piece, ...]
    done: tuple[Done, ...]
    answered: Asked | None  # the question this mail answered
    returned: "Outgoing | None"  # the mail of ours that came back
    decided: tuple[Decided, ...]  # what kept its author from writing


@dataclass(frozen=True, slots=True)
class Happened:
    """An activity row this mail caused."""

    what: str
    at: datetime
    group: Group | None


@dataclass(frozen=True, slots=True)
class Incoming:
    """A mail that came in, what it was taken for, and all that followed."""

    message_id: str | None
    at: datetime
    author: str | None
    subject: str | None
    size: int
    protocol: str
    state: str
    kind: str | None
    evidence: str | None
    why: str | None  # what proves its author, or what was missing; none where mail is not judged
    level: int | None
    tries: int
    fault: str | None  # the last line of it
    fates: tuple[Fate, ...]
    asked: tuple[Asked, ...]
    happened: tuple[Happened, ...]
    left: tuple["Outgoing", ...]


@dataclass(frozen=True, slots=True)
class Delivered:
    """One copy of a mail of ours, and how far it is."""

    to: str
    message_id: str
    state: str
    due_at: datetime
    finished_at: datetime | None
    attempts: int
    reply: str | None  # the next hop's last words, or why it was cancelled
    because: Mapping[str, str]  # why, in each language


@dataclass(frozen=True, slots=True)
class Outgoing:
    """A mail of ours: what it is, how many copies are in which state, and each of them where they are few."""

    source: str
    kind: str  # the entry of the catalogue, or the source again
    mail_class: str
    subject: str | None
    group: Group | None
    state: str  # of the mailing
    at: datetime
    counts: Mapping[str, int]
    copies: tuple[Delivered, ...]
    cause: Brief | None  # what came in and made it leave; only where this mail was asked for
    tells: tuple[Published, ...]  # the messages a letter tells of; only where this letter was asked for


@dataclass(frozen=True, slots=True)
class Place:
    """Somebody in one group."""

    group: Group
    state: str
    delivery: str
    joined_at: datetime | None


@dataclass(frozen=True, slots=True)
class Suppressed:
    """Why nothing is written to an address."""

    reason: str
    hard: bool
    at: datetime


@dataclass(frozen=True, slots=True)
class Somebody:
    """The person behind an address that was asked for."""

    person_id: int
    email: str
    name: str
    language: str | None
    confirmed_at: datetime | None
    places: tuple[Place, ...]
    ways: tuple[OnTheWay, ...]  # through journeys
    bounces: int  # reports that our mail did not arrive


@dataclass(frozen=True, slots=True)
class Trace:
    """All that is known of one Message-ID or one address; nothing in any part of it: it is not known here."""

    asked: str
    somebody: Somebody | None = None
    suppressed: Suppressed | None = None  # where an address was asked for
    came: tuple[Incoming, ...] = ()
    left: tuple[Outgoing, ...] = ()

    @property
    def is_empty(self) -> bool:
        return not (self.somebody or self.suppressed or self.came or self.left)


def plain(trace: Trace) -> dict[str, Any]:
    """The same, ready for JSON."""
    told: dict[str, Any] = _json(asdict(trace))
    return told


def without_tokens(text: str) -> str:
    """An address or a line without what would speak for somebody."""
    return _TOKEN.sub(lambda found: f"{found[1]}.…" if found[1] else f"{found[2]}…", text)


def shortened(email: str) -> str:
    """«a…@example.org»: enough to recognise the domain."""
    local, _, domain = email.rpartition("@")
    return f"{local[:1]}…@{domain}"


def without_addresses(text: str, but: str | None = None) -> str:
    """A line of somebody else's, in which addresses are shortened, but for this one."""
    kept = (but or "").lower()
    return _ADDRESS.sub(lambda found: found[0] if found[0].lower() == kept else shortened(found[0]), text)


def _json(value: Any) -> Any:
    match value:
        case datetime():
            return value.isoformat()
        case Enum():
            return value.value
        case dict():
            return {str(key): _json(inner) for key, inner in value.items()}
        case list() | tuple():
            return [_json(inner) for inner in value]
    return value
