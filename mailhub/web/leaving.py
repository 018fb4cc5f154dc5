"""`/u/<token>`: leaving by one click. GET shows, POST acts, without cookies and without a redirect (RFC 8058).

The token names a group, or none: then it is the letter that one leaves.
"""

from flask import Blueprint, Response
from sqlalchemy.orm import Session

from mailhub import tokens
from mailhub.authority import Evidence
from mailhub.digests.stopping import LETTER, NO_LETTER
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
        group = _what(session, found[0]) if found else None
        gone = found is not None and _has_left(session, found[0])
    if group is None or found is None:
        return _unknown()
    return page("left.html" if gone else "leave.html", group=group, key=_key(found[0]))


@pages.post("/u/<token>")
def leave(token: str) -> Response:
    """Leave; the second time says the same as the first. A token that is not ours gets the same neutral page."""
    with hub().database.transaction() as session:
        found = read_token(session, token, tokens.LEAVE)
        group = _what(session, found[0]) if found else None
        if found is None or group is None:
            return _unknown()
        _leave(session, found[0])
    return page("left.html", group=group, key=_key(found[0]))


def _unknown() -> Response:
    return page("message.html", title_key="web.leave-unknown")


def _what(session: Session, token: Token) -> str | None:
    """The name of what one leaves."""
    return reading.title(session, token.thing, chosen_language()) if token.thing else hub().site.name


def _key(token: Token) -> str:
    return "leave" if token.thing else "letter"


def _has_left(session: Session, token: Token) -> bool:
    """Who is reached only through a group below has no place here yet, and may leave all the same."""
    if not token.thing:
        return not reading.reads_by_letter(session, token.person)
    place = reading.subscription(session, token.thing, token.person)
    return place is not None and place.state is SubscriptionState.LEFT


def _leave(session: Session, token: Token) -> None:
    act = Act(
        session=session,
        site=hub().site,
        person_id=token.person,
        thing=Thing("list", token.thing) if token.thing else LETTER,
        argument="",
        evidence=Evidence(token=True),
        via="button",
        now=hub().clock.now(),
        language=chosen_language(),
    )
    verb = hub().verbs.get("leave" if token.thing else NO_LETTER)
    carried = acting.carry_out(Call(verb, ""), act, on_record=True)
    acting.tell_once(act, carried)
