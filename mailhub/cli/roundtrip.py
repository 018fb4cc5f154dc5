"""The round trip of `doctor --wait`: begun and looked after by the running site, told as rows."""

import json
from collections.abc import Iterator, Mapping
from dataclasses import asdict, dataclass
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from mailhub.archive import raw as raws
from mailhub.cli.believing import learnt, named
from mailhub.cli.examining import Row, Verdict
from mailhub.delivery.outcomes import Kind, Outcome
from mailhub.hub import roundtrip
from mailhub.hub.build import Hub
from mailhub.hub.roundtrip import Envelope
from mailhub.inbound.tables import Disposition, InboundMail
from mailhub.jobs import assembly
from mailhub.jobs.control import Terminal
from mailhub.mail import message
from mailhub.mail.authenticity import results
from mailhub.settings import Settings

HAND_OVER_WITHIN = 60.0  # seconds
_LATEST = 50  # dispositions that are looked through


@dataclass(frozen=True, slots=True)
class Returned:
    """The mail to ourselves, as it came in."""

    protocol: str
    message_id: str
    sender: str
    author: str
    has_link: bool
    signature: str | None  # what became of ours: "pass", "fail", …; None where nobody looked
    authserv_id: str | None  # what the server that took it in calls itself


def begin(hub: Hub, args: Mapping[str, Any], terminal: Terminal) -> int:
    """Send both mails; says what became of the first at the next hop, and whom the second goes to."""
    del args
    real = hub.clock.real()
    number = int(real.timestamp())
    ours = roundtrip.to_ourselves(hub.site, number, hub.signing, hub.clock.now(), real)
    outcome = _hand_over(hub, ours)
    with hub.database.transaction() as session:
        organiser = roundtrip.ask(session, hub.site, number, now=hub.clock.now())
    said = f"{outcome.code or ''} {outcome.enhanced} {outcome.text}".strip()
    told = {"number": number, "is_taken": outcome.kind is Kind.SENT, "said": said, "name": outcome.queue_id}
    terminal.out.write(json.dumps({**told, "organiser": organiser}) + "\n")
    return 0


def look(hub: Hub, args: Mapping[str, Any], terminal: Terminal) -> int:
    """Say what has come back so far."""
    number, name = int(args["number"]), args["name"]
    ours = roundtrip.to_ourselves(hub.site, number, None, hub.clock.now(), hub.clock.real())
    with hub.database.reading() as session:
        returned = _returned(session, hub, ours)
        heard = roundtrip.heard(session, hub.site, number)
        is_named = heard is not None and roundtrip.names_ours(session, hub.site, heard[1])
    told: dict[str, Any] = {"returned": None, "answer": None}
    if returned is not None:
        told["returned"] = asdict(returned) | {"altered": list(_altered(ours, returned, name))}
    if heard is not None:
        told["answer"] = {"is_proven": heard[0], "names_ours": is_named}
    terminal.out.write(json.dumps(told) + "\n")
    return 0


def _hand_over(hub: Hub, ours: Envelope) -> Outcome:
    """Give it to the next hop, on a connection of its own."""
    relay = assembly.relay(hub.settings.outbound, hub.site.domain, hub.clock)
    until = hub.clock.monotonic() + HAND_OVER_WITHIN
    try:
        while hub.clock.monotonic() < until:
            if lanes := relay.free(1):
                relay.offer(lanes[0], ours.copy)
                if settled := relay.wait(until - hub.clock.monotonic()):
                    return settled[0][1]
            elif relay.trouble is not None:
                return Outcome(Kind.DEFERRED, relay.trouble.code, "", relay.trouble.text)
            relay.wait(1.0)
        return Outcome(Kind.DEFERRED, text="no answer in time")
    finally:
        relay.close()


def _returned(session: Session, hub: Hub, ours: Envelope) -> Returned | None:
    latest = sa.select(Disposition).order_by(Disposition.mail_id.desc()).limit(_LATEST)
    came = next((one for one in session.scalars(latest) if one.recipient.lower() == ours.to.lower()), None)
    if came is None:
        return None
    receipt = session.get_one(InboundMail, came.mail_id)
    mail = message.parse(raws.read(session, hub.site, receipt.raw_id))
    checks = [one for one in (receipt.auth or {}).get("dkim", []) if one["domain"] == hub.site.domain]
    return Returned(
        receipt.protocol,
        mail.message_id or "",
        receipt.envelope_from,
        mail.author.email if mail.author else "",
        ours.link in mail.text,
        None if not (receipt.auth or {}).get("policy") else checks[0]["result"] if checks else "none",
        results.said_by(mail.headers),
    )


def _altered(ours: Envelope, returned: Returned, name: str | None) -> Iterator[str]:
    if returned.message_id != ours.message_id:
        is_said = name is not None and name in returned.message_id
        known = (
            "answers are known by the name it gave"
            if is_said
            else "it did not say so: write keeps_ids = false into [outbound]"
        )
        yield f"Message-ID, now {returned.message_id} ({known})"
    if returned.sender.lower() != ours.copy.envelope_from.lower():
        yield f"the envelope sender, now {returned.sender or '<>'}: bounces reach it, and are known by our mark in them"
    if not returned.has_link:
        yield "links: take link tracking off there, else others see our members' personal links"
    if returned.signature not in (None, "pass"):
        yield f"what we signed: our signature reads «{returned.signature}» here"


def rows(begun: Mapping[str, Any], seen: Mapping[str, Any], settings: Settings) -> Iterator[Row]:
    """What the trip has shown."""
    yield _out(begun)
    if begun["is_taken"]:
        yield from _in(seen["returned"], settings)
    yield _answer(begun["organiser"], seen["answer"])


def _out(begun: Mapping[str, Any]) -> Row:
    if begun["is_taken"]:
        return Row("mail out", Verdict.OK, f"taken: {begun['said']}")
    return Row("mail out", Verdict.ERROR, f"not taken: {begun['said']}", "look at [outbound]")


def _in(returned: Mapping[str, Any] | None, settings: Settings) -> Iterator[Row]:
    if returned is None:
        cure = "look at the DNS (MX), the firewall and the log of the server in between; then run this again"
        yield Row("mail in", Verdict.ERROR, "the mail to ourselves has not come back", cure)
        return
    yield Row("mail in", Verdict.OK, f"came back by {returned['protocol']}")
    for what in returned["altered"]:
        yield Row("on the way", Verdict.WARNING, f"altered: {what}")
    if returned["signature"] == "pass":
        yield Row("signature", Verdict.OK, "ours holds")
    name = named(returned, settings.inbound)
    if name is not None and learnt(settings, returned) is None:
        yield Row("judged by", Verdict.OK, name)


def _answer(organiser: str | None, answer: Mapping[str, Any] | None) -> Row:
    if organiser is None:
        return Row("answer", Verdict.WARNING, "nobody was asked", "name somebody as organisers in [site]")
    if answer is None:
        return Row(
            "answer", Verdict.UNKNOWN, f"{organiser} has not answered yet", "answer that mail, and run this again"
        )
    if not answer["is_proven"]:
        cure = "see «Whose mail is believed» in docs/sysadmins.md"
        return Row("answer", Verdict.WARNING, f"{organiser} answered, and nothing proves it", cure)
    if not answer["names_ours"]:
        cure = "answers are known by their address alone"
        return Row("answer", Verdict.WARNING, f"{organiser} answered; it names no mail of ours", cure)
    return Row("answer", Verdict.OK, f"{organiser} answered; proven, and in its conversation")
