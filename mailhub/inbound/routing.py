"""Which address of ours means what: pure, and asked twice, at RCPT and again when the mail is worked on."""

from collections.abc import Callable, Container
from dataclasses import dataclass
from datetime import date

from mailhub import tokens
from mailhub.lists.naming import Found, Names
from mailhub.tokens import DeliveryKey, Expired, Keys, Token

DESK = "hub"
_OF_TOKENS = frozenset({"b", "p", "r", "u"})
ORGANISER_ADDRESSES = frozenset({"postmaster", "abuse"})  # RFC 2142 section 5


@dataclass(frozen=True, slots=True)
class ToList:
    """A post. `forgiven`: the name was not quite right, so only members of that group are meant."""

    list_id: int
    forgiven: bool = False


@dataclass(frozen=True, slots=True)
class ToVerb:
    """A verb by address: `garden-join@D`."""

    list_id: int
    verb: str
    forgiven: bool = False


@dataclass(frozen=True, slots=True)
class ToDesk:
    """`hub@D`: commands in the body."""


@dataclass(frozen=True, slots=True)
class ToThing:
    """A reply to one thing. A stale token still says where the words belong, but proves nothing."""

    token: Token
    stale: bool


@dataclass(frozen=True, slots=True)
class ToRelay:
    """A member's lasting address in one group."""

    person_id: int
    list_id: int


@dataclass(frozen=True, slots=True)
class ToLeave:
    """List-Unsubscribe by mail."""

    person_id: int
    list_id: int


@dataclass(frozen=True, slots=True)
class ToBounce:
    """The return path of one delivery."""

    delivery: DeliveryKey


@dataclass(frozen=True, slots=True)
class ToRole:
    """Whoever holds this role now."""

    role: str
    list_id: int


@dataclass(frozen=True, slots=True)
class ToOrganisers:
    """postmaster@D and abuse@D."""

    local: str


@dataclass(frozen=True, slots=True)
class Nobody:
    """No address of ours; `front_desk` is where to write instead."""

    front_desk: str
    foreign: bool = False
    broken: bool = False  # a damaged token, or no text: nothing of ours could ever be called so


Route = ToList | ToVerb | ToDesk | ToThing | ToRelay | ToLeave | ToBounce | ToRole | ToOrganisers | Nobody


@dataclass(frozen=True, slots=True)
class Ways:
    """What routing needs to know of the site."""

    names: Names
    keys: Keys
    today: date
    front_desk: str  # the whole address of the desk
    epoch: Callable[[int], int | None]  # a person's token epoch; None: nobody of that number, or nobody any more


def route(local: str | None, ways: Ways, member_of: Container[int] | None = None) -> Route:
    """Where mail for this local part goes; None means the address is not of our domain.

    `member_of`: the lists of the writer, once known; a forgiven name takes posts from its members only.
    """
    if local is None:
        return Nobody(ways.front_desk, foreign=True)
    if not local.isprintable():  # controls, and bytes that are no text
        return Nobody(ways.front_desk, broken=True)
    local = local.lower()
    if local == DESK:
        return ToDesk()
    if local in ORGANISER_ADDRESSES:
        return ToOrganisers(local)
    head, dot, rest = local.partition(".")
    by_token = _by_token(head, rest, ways) if dot else None
    if by_token is not None:
        return by_token
    found = ways.names.resolve(local, member_of)
    if isinstance(found, Found):
        return _by_name(found)
    return Nobody(ways.front_desk, broken=bool(dot) and head in _OF_TOKENS)


def _by_name(found: Found) -> Route:
    if found.verb is not None:
        return ToVerb(found.list_id, found.verb, found.forgiven)
    if found.role is not None:
        return ToRole(found.role, found.list_id)
    return ToList(found.list_id, found.forgiven)


def _by_token(head: str, text: str, ways: Ways) -> Route | None:
    if head == "b":
        delivery = ways.keys.read_bounce(text)
        return ToBounce(delivery) if delivery else None
    if head in ("u", "p"):
        token = ways.keys.read(text, today=ways.today)
        wanted = tokens.LEAVE if head == "u" else tokens.RELAY
        if not isinstance(token, Token) or token.kind is not wanted:
            return None
        make = ToLeave if head == "u" else ToRelay
        return make(token.person, token.thing)
    return _thing(text, ways) if head == "r" else None


def _thing(text: str, ways: Ways) -> ToThing | None:
    """A reply token of this epoch, or of an older one: that one routes, and proves nothing any more.

    Lasting tokens stand in every copy a group gets (`u.`, `p.`), so as `r.` they would let anybody speak for anybody.
    """
    claimed = tokens.peek(text)
    if claimed is None or claimed.kind.lasting:
        return None
    current = ways.epoch(claimed.person)
    for epoch in range(current or 0, -1, -1):
        token = ways.keys.read(text, epoch=epoch, today=ways.today)
        if isinstance(token, Expired):
            return ToThing(token.token, stale=True)
        if token is not None:
            return ToThing(token, stale=epoch != current)
    return None
