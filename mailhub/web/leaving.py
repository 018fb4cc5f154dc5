"""`/u/<token>`: leaving by one click. GET shows, POST acts, without cookies and without a redirect (RFC 8058)."""

from flask import Blueprint, Response
from sqlalchemy.orm import Session

from mailhub import tokens
from mailhub.authority import Evidence
from mailhub.hub import acting
from mailhub.lists import reading
from mailhub.lists.tables import SubscriptionState
from mailhub.tokens import Token
from mailhub.verbs import Act, Call, Thing
from mailhub.web.shared import chosen_language, hub, page, read_token

pages = Blueprint("leaving", __name__)


@pages.get("/u/<token>")
def ask(token: str) -> Response:
    """What pressing the button would do; asking changes nothing."""
    with hub().database.reading() as session:
        found = read_token(session, token, tokens.LEAVE)
        group = reading.title(session, found[0].thing, chosen_language()) if found else None
        gone = found is not None and _has_left(session, found[0])
    if group is None:
        return _unknown()
    return page("left.html" if gone else "leave.html", group=group)


@pages.post("/u/<token>")
def leave(token: str) -> Response:
    """Leave; the second time says the same as the first. A token that is not ours gets the same neutral page."""
    with hub().database.transaction() as session:
        found = read_token(session, token, tokens.LEAVE)
        group = reading.title(session, found[0].thing, chosen_language()) if found else None
        if found is None or group is None:
            return _unknown()
        _leave(session, found[0])
    return page("left.html", group=group)


def _unknown() -> Response:
    return page("message.html", title_key="web.leave-unknown")


def _has_left(session: Session, token: Token) -> bool:
    """Who is reached only through a group below has no place here yet, and may leave all the same."""
    place = reading.subscription(session, token.thing, token.person)
    return place is not None and place.state is SubscriptionState.LEFT


def _leave(session: Session, token: Token) -> None:
    act = Act(
        session=session,
        site=hub().site,
        person_id=token.person,
        thing=Thing("list", token.thing),
        argument="",
        evidence=Evidence(token=True),
        via="button",
        now=hub().clock.now(),
        language=chosen_language(),
    )
    carried = acting.carry_out(Call(hub().verbs.get("leave"), ""), act, on_record=True)
    acting.tell_once(act, carried)
