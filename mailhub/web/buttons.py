"""`/a/<token>?v=<verb>`: a verb as a button. GET shows what it would do; only POST does it (promise 5)."""

from dataclasses import dataclass

from flask import Blueprint, Response, request
from sqlalchemy.orm import Session

from mailhub import language
from mailhub.authority import Allowed, Evidence, Ruling, allows
from mailhub.hub import acting
from mailhub.lists import things
from mailhub.people import deeds
from mailhub.people.tables import Person, Question
from mailhub.tokens import MAIL
from mailhub.verbs import Act, Answer, Call, Thing, Verb
from mailhub.web.shared import chosen_language, hub, page, read_token

pages = Blueprint("buttons", __name__)

VIA = "button"
ASKS = {"confirm": "web.ask-confirm", "decline": "web.ask-decline"}


@dataclass(frozen=True, slots=True)
class Pressed:
    """Who would do what to which thing."""

    person: Person
    thing: Thing
    verb: Verb
    group: str  # what it is about
    question: Question | None

    @property
    def word(self) -> str:
        return self.verb.words[chosen_language()][0]

    @property
    def is_done(self) -> bool:
        """By this person, with this word: a second look says the same as the first."""
        ended = self.question
        return ended is not None and (ended.outcome, ended.settled_by) == (self.verb.name, self.person.id)

    @property
    def is_over(self) -> bool:
        return self.question is not None and self.question.settled_at is not None


@pages.get("/a/<token>")
def ask(token: str) -> Response:
    """The question and its button, or what to do instead; asking changes nothing."""
    with hub().database.reading() as session:
        pressed = _pressed(session, token)
        if pressed is None or _is_settled(session, pressed):
            return _settled(pressed)
        ruling = _ruling(pressed.verb, _evidence(session, pressed))
    if not isinstance(ruling, Allowed):
        return page("reply-instead.html", word=pressed.word)
    return page("button.html", title=_question(pressed), word=pressed.word)


@pages.post("/a/<token>")
def press(token: str) -> Response:
    """Do it; pressing again says the same and does nothing."""
    with hub().database.transaction() as session:
        pressed = _pressed(session, token)
        if pressed is None or _is_settled(session, pressed):
            return _settled(pressed)
        act = _act(session, pressed)
        carried = acting.carry_out(Call(pressed.verb, ""), act, on_record=True)
        acting.tell_once(act, carried)
    if not isinstance(carried.ruling, Allowed):
        return page("reply-instead.html", word=pressed.word)
    if carried.outcome is not None and not carried.outcome.done:
        return _nothing_done(carried.outcome.answer)
    return _done(pressed)


def _pressed(session: Session, text: str) -> Pressed | None:
    """What this button is, if the token is genuine, not expired, and the verb has a word and fits the thing."""
    found = read_token(session, text)
    verb = hub().verbs.find(request.args.get("v", ""))
    if found is None or verb is None or not verb.words:  # what hears people's own words has none to press
        return None
    if found[0].kind.lasting or not verb.fits(found[0].kind.name):
        return None
    token, person = found
    thing = Thing(token.kind.name, token.thing)
    group = things.title(session, thing, chosen_language()) or hub().site.name
    is_question = thing.kind in (*things.QUESTIONS, MAIL.name)
    return Pressed(person, thing, verb, group, session.get(Question, thing.id) if is_question else None)


def _is_settled(session: Session, pressed: Pressed) -> bool:
    """Nothing is left to press: the question is answered, or this very button was pressed within a day."""
    if pressed.question is not None:
        return pressed.is_over
    last = deeds.latest(session, pressed.person.id, now=hub().clock.now(), thing=pressed.thing)
    return last is not None and (last.verb, last.via, last.undone_at) == (pressed.verb.name, VIA, None)


def _settled(pressed: Pressed | None) -> Response:
    if pressed is None or (pressed.is_over and not pressed.is_done):
        return page("message.html", title_key="web.button-unknown")
    return _done(pressed)


def _done(pressed: Pressed) -> Response:
    return page("pressed.html", group=pressed.group, word=pressed.word)


def _question(pressed: Pressed) -> str:
    """What the button answers; a word without a sentence of its own is its own question."""
    if (key := ASKS.get(pressed.verb.name)) is not None:
        return language.say(chosen_language(), key, group=pressed.group)
    return language.say(chosen_language(), "web.ask", group=pressed.group, word=pressed.word)


def _nothing_done(answer: Answer | None) -> Response:
    """Why nothing happened, in the words a reply would have brought."""
    if answer is None:
        return page("message.html", title_key="web.button-unknown")
    words = language.mail(chosen_language(), answer.key, **answer.values)
    return page("told.html", title=words.subject, text=words.text)


def _ruling(verb: Verb, evidence: Evidence) -> Ruling:
    return allows(verb.level, evidence, on_record=True, one_tap=verb.one_tap, mailbox_suffices=verb.mailbox_suffices)


def _address_asked(session: Session, pressed: Pressed) -> int | None:
    """The one mailbox the open question was sent to."""
    asking = acting.open_asking(session, pressed.thing, pressed.person.id)
    return asking.address_id if asking else None


def _evidence(session: Session, pressed: Pressed) -> Evidence:
    """A pressed button brings T, and M when its question went to one mailbox only."""
    return Evidence(token=True, mailbox=_address_asked(session, pressed) is not None)


def _act(session: Session, pressed: Pressed) -> Act:
    return Act(
        session=session,
        site=hub().site,
        person_id=pressed.person.id,
        thing=pressed.thing,
        argument="",
        evidence=_evidence(session, pressed),
        via=VIA,
        now=hub().clock.now(),
        language=chosen_language(),
        address_id=_address_asked(session, pressed),
    )
