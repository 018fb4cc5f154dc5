"""`/u/<token>`: leaving by one click. GET shows, POST acts, without cookies and without a redirect (RFC 8058)."""

from datetime import datetime

from flask import Blueprint, Response, g, request
from sqlalchemy.orm import Session

from mailhub import tokens
from mailhub.authority import Evidence
from mailhub.hub import acting
from mailhub.lists import reading
from mailhub.people import persons
from mailhub.people.tables import Person
from mailhub.tokens import Token
from mailhub.verbs import Act, Call, Thing
from mailhub.web.shared import chosen_language, hub, page

pages = Blueprint("leaving", __name__)


@pages.get("/u/<token>")
def ask(token: str) -> Response:
    """What pressing the button would do; asking changes nothing."""
    with hub().database.reading() as session:
        group = _group(session, _read(token))
    if group is None:
        return page("message.html", title_key="web.leave-unknown")
    return page("leave.html", group=group)


@pages.post("/u/<token>")
def leave(token: str) -> Response:
    """Leave; the second time says the same as the first. A token that is not ours gets the same neutral page."""
    now = hub().clock.now()
    with hub().database.transaction() as session:
        found = _read(token)
        group = _group(session, found)
        if group is None or found is None:
            return page("message.html", title_key="web.leave-unknown")
        _leave(session, found, now)
    return page("left.html", group=group, one_click=request.form.get("List-Unsubscribe") == "One-Click")


def _read(text: str) -> Token | None:
    token = hub().site.keys.read_link(text, today=hub().clock.now().date())
    return token if isinstance(token, Token) and token.kind is tokens.LEAVE else None


def _group(session: Session, token: Token | None) -> str | None:
    """The title of the group, in the member's language; None when there is nothing to leave."""
    person = session.get(Person, token.person) if token else None
    if token is None or person is None:
        return None
    g.language = persons.language_of(person, hub().site)
    return reading.title(session, token.thing, chosen_language())


def _leave(session: Session, token: Token, now: datetime) -> None:
    call = Call(hub().verbs.get("leave"), "")
    act = Act(
        session=session,
        site=hub().site,
        person_id=token.person,
        thing=Thing("list", token.thing),
        argument="",
        evidence=Evidence(token=True),
        via="button",
        now=now,
        language=chosen_language(),
    )
    carried = acting.carry_out(call, act, on_record=True)
    acting.tell_once(act, carried)
