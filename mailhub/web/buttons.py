"""`/a/<token>?v=<verb>`: a verb as a button. GET shows what it would do; only POST does it (promise 5)."""

from dataclasses import dataclass

from flask import Blueprint, Response, g, request
from sqlalchemy.orm import Session

from mailhub import tokens
from mailhub.authority import Allowed, Evidence
from mailhub.hub import acting
from mailhub.lists import things
from mailhub.people import persons
from mailhub.people.tables import Person
from mailhub.tokens import Expired, Token
from mailhub.verbs import Act, Call, Thing, Verb
from mailhub.web.shared import chosen_language, hub, page

pages = Blueprint("buttons", __name__)


@dataclass(frozen=True, slots=True)
class Pressed:
    """Who would do what to which thing."""

    person: Person
    thing: Thing
    verb: Verb
    title: str  # the group it is about


@pages.get("/a/<token>")
def ask(token: str) -> Response:
    with hub().database.reading() as session:
        pressed = _pressed(session, token)
        if pressed is None:
            return page("message.html", title_key="web.button-unknown")
        word = pressed.verb.words[chosen_language()][0]
        return page("button.html", word=word, group=pressed.title)


@pages.post("/a/<token>")
def press(token: str) -> Response:
    with hub().database.transaction() as session:
        pressed = _pressed(session, token)
        if pressed is None:
            return page("message.html", title_key="web.button-unknown")
        word = pressed.verb.words[chosen_language()][0]
        act = _act(session, pressed)
        carried = acting.carry_out(Call(pressed.verb, ""), act, on_record=True)
        if not isinstance(carried.ruling, Allowed):
            return page("reply-instead.html", word=word, group=pressed.title)
        acting.tell_once(act, carried)
    return page("pressed.html", word=word, group=pressed.title)


def _pressed(session: Session, text: str) -> Pressed | None:
    """What this button is, if the token is genuine, not expired, and the verb fits the thing."""
    claimed = tokens.peek(text)
    person = session.get(Person, claimed.person) if claimed else None
    if person is None:
        return None
    today = hub().clock.now().date()
    token = hub().site.keys.read_link(text, epoch=person.token_epoch, today=today)
    verb = hub().verbs.find(request.args.get("v", ""))
    if not isinstance(token, Token) or isinstance(token, Expired) or verb is None or not verb.fits(token.kind.name):
        return None
    g.language = persons.language_of(person, hub().site)
    thing = Thing(token.kind.name, token.thing)
    return Pressed(person, thing, verb, things.title(session, thing, chosen_language()))


def _act(session: Session, pressed: Pressed) -> Act:
    """A pressed button brings T, and M when its question went to one mailbox only."""
    asking = acting.open_asking(session, pressed.thing, pressed.person.id)
    address_id = asking.address_id if asking else None
    return Act(
        session=session,
        site=hub().site,
        person_id=pressed.person.id,
        thing=pressed.thing,
        argument="",
        evidence=Evidence(token=True, mailbox=address_id is not None),
        via="button",
        now=hub().clock.now(),
        language=chosen_language(),
        address_id=address_id,
    )
