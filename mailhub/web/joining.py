"""`/join`: asking to join by a form. The owner of the address is asked by mail, once; the page says the same whatever
became of it, so that nobody learns here who belongs (S-18)."""

from datetime import timedelta
from ipaddress import ip_address, ip_network

import sqlalchemy as sa
from flask import Blueprint, Response, request
from sqlalchemy.orm import Session

from mailhub.lists import joining, reading
from mailhub.lists.definition import Join
from mailhub.lists.tables import MailList
from mailhub.mail.address import BadAddress, valid
from mailhub.people import persons
from mailhub.people.tables import Consent, ConsentState
from mailhub.web.shared import chosen_language, hub, page
from mailhub.web.visitor import signed_in

pages = Blueprint("joining", __name__)

SOURCE = "page"
MOST_AN_HOUR = 60  # people asked by this form: it must not write to a whole town in a stranger's name


@pages.get("/join")
def ask() -> Response:
    """The form; `in` names the group one comes from."""
    with hub().database.reading() as session:
        visitor = signed_in(session)
        return _form(_joinable(session), request.args.get("in", ""), visitor=visitor)


@pages.post("/join")
def send() -> Response:
    """Ask the owner of the address; a slip in the form comes back with what was written."""
    slug, email = request.form.get("group", ""), request.form.get("email", "").strip()
    with hub().database.transaction() as session:
        groups = _joinable(session)
        group = next((one for one in groups if one.slug == slug), None)
        try:
            mailbox = valid(email)
        except BadAddress:
            return _form(groups, slug, email=email, problem="web.join-no-address", status=422)
        if group is None:
            return _form(groups, slug, email=email, problem="web.join-no-group", status=422)
        if _asked_lately(session) < MOST_AN_HOUR:
            _request(session, group, mailbox.email)
    return page("joined.html")


def _form(
    groups: list[MailList], slug: str, *, email: str = "", problem: str = "", status: int = 200, visitor: object = None
) -> Response:
    spoken = chosen_language()
    named = [(group.slug, reading.definition_of(group).titled(spoken)) for group in groups]
    return page("join.html", status=status, groups=named, slug=slug, email=email, problem=problem, visitor=visitor)


def _joinable(session: Session) -> list[MailList]:
    return [group for group in reading.open_lists(session) if reading.definition_of(group).join is not Join.INVITATION]


def _request(session: Session, group: MailList, email: str) -> None:
    now = hub().clock.now()
    person, address = persons.meet(session, email, language=chosen_language(), now=now)
    evidence = {"method": SOURCE, "ip": _network(request.remote_addr or "")}
    joining.request(session, hub().site, group, person.id, address, now=now, source=SOURCE, evidence=evidence)


def _asked_lately(session: Session) -> int:
    hour = hub().clock.now() - timedelta(hours=1)
    asked = Consent.source == SOURCE, Consent.state == ConsentState.ASKED, Consent.at > hour
    return session.scalar(sa.select(sa.func.count()).select_from(Consent).where(*asked)) or 0


def _network(address: str) -> str:
    """An address as evidence keeps it: its network, not the device (P-01)."""
    try:
        version = ip_address(address).version
    except ValueError:
        return ""
    return str(ip_network(f"{address}/{24 if version == 4 else 48}", strict=False))
