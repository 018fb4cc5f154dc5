"""A mail of ours that goes out into the world and comes back: what a relay made of it on the way, and who let it in.

Two are sent. The first goes to an address of our own, and shows what was altered; the second to an organiser, whose
answer shows that a person's mail comes in, is believed, and names what it answers.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from email.utils import format_datetime

from sqlalchemy.orm import Session

from mailhub import tokens
from mailhub.archive import raw as raws
from mailhub.authority import Evidence, Level
from mailhub.clock import local
from mailhub.db import state
from mailhub.delivery import aliases
from mailhub.delivery.copies import Copy, Recipient, Unfit, make_many
from mailhub.hub import acting
from mailhub.mail import message
from mailhub.mail.address import Mailbox
from mailhub.mail.compose import Letter, text_frame
from mailhub.mail.dkim import SigningKey
from mailhub.people import persons, roles
from mailhub.site import FRONT_DESK, Site
from mailhub.tokens import Token
from mailhub.verbs import Act, Answer, Outcome, Thing, Verb

KIND = tokens.kind("round-trip", 40)  # a mail that is to be answered; thing: the number of the trip
STATE = "round-trip"
NOBODY = 0
_HEARD = Answer("inbound.round-trip-heard")


@dataclass(frozen=True, slots=True)
class Envelope:
    """The mail to ourselves, as it leaves."""

    copy: Copy
    to: str
    message_id: str
    link: str


def to_ourselves(site: Site, number: int, key: SigningKey | None, now: datetime, real: datetime) -> Envelope:
    """A mail to an address of ours that no other trip has; nobody is meant to read it."""
    to, link = address(site, number), site.link(f"healthz?{number}") or f"https://{site.domain}/healthz?{number}"
    desk = Mailbox(site.name, site.address(FRONT_DESK))
    frame = text_frame(Letter(desk, f"Round trip {number}", "en"), (f"A mail of mailhub to itself.\n{link}\n",))
    message_id = site.keys.message_id(NOBODY, 0, number, site.domain)
    bounce = site.keys.issue_bounce(NOBODY, 0, number)
    values = {
        "to": to,
        "date": format_datetime(local(now, site.time_zone)),
        "message_id": message_id,
        "delivery": site.keys.delivery_mark(NOBODY, 0, number),
    }
    [copy] = make_many(frame.to_bytes(), [Recipient(site.address(f"b.{bounce}"), to, values)], key, real)
    assert not isinstance(copy, Unfit), "our own addresses and names are fit for a header"
    return Envelope(copy, to, message_id.strip("<>"), link)


def ask(session: Session, site: Site, number: int, *, now: datetime) -> str | None:
    """Owe an organiser of the site a mail to answer; their address, or None where nobody organises it."""
    people = roles.holders(session, roles.ORGANISER)
    reached = persons.write_to(session, [person.id for person in people])
    person = next((one for one in people if one.id in reached), None)
    if person is None:
        return None
    act = Act(
        session=session,
        site=site,
        person_id=person.id,
        thing=Thing(KIND.name, number),
        argument="",
        evidence=Evidence(),
        via="cli",
        now=now,
        language=persons.language_of(person, site),
        address_id=reached[person.id].id,
    )
    acting.tell(act, Answer("inbound.round-trip", {"site": site.name}, act.thing), occurrence=number)
    state.put(session, STATE, {"number": number})
    return reached[person.id].email


def _hear(act: Act) -> Outcome:
    """Note the answer for whoever waits for it."""
    noted = {"number": act.thing.id, "raw_id": act.raw_id, "is_proven": act.evidence.aligned}
    state.put(act.session, STATE, noted)
    return Outcome(True, _HEARD)


HEAR = Verb(
    "round-trip",
    {"it": ("sì", "ricevuto"), "en": ("yes", "received")},
    Level.LIGHT,
    frozenset({KIND.name}),
    _hear,
    listens=True,
    one_tap=True,
    only_tells=True,
)


def heard(session: Session, site: Site, number: int) -> tuple[bool, Sequence[str]] | None:
    """Whether the organiser's answer proved who wrote it, and the ids it names; None while there is none."""
    noted = state.get(session, STATE) or {}
    if noted.get("number") != number or noted.get("raw_id") is None:
        return None
    mail = message.parse(raws.read(session, site, noted["raw_id"]))
    return bool(noted["is_proven"]), (*mail.references, *mail.in_reply_to)


def names_ours(session: Session, site: Site, ids: Sequence[str]) -> bool:
    """Whether one of these ids is of a mail of ours, by its own name or by the relay's."""
    return any(site.keys.read_message_id(one) for one in ids) or bool(aliases.find(session, ids))


def address(site: Site, number: int) -> str:
    """Where the mail to ourselves of this trip goes."""
    return site.address(f"r.{site.keys.issue(Token(KIND, NOBODY, number))}")
