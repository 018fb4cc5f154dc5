"""`/me` and `/me/<token>`: one's own page: what each group sends, when the letter comes, name and language.

GET shows, POST acts, by the same verbs as mail. The token of a letter proves little, since letters are forwarded: with
it one may leave, pause and resume; for the rest one signs in, by a link in one's mail, or replies with a word.
"""

from datetime import time

from flask import Blueprint, Response, request
from sqlalchemy.orm import Session

from mailhub import language, tokens
from mailhub.authority import Allowed, Evidence, Level, allows
from mailhub.digests.stopping import LETTER
from mailhub.hub import acting
from mailhub.lists import reading
from mailhub.lists.tables import MailList
from mailhub.people.tables import Person
from mailhub.verbs import Act, Call, Thing, Verb
from mailhub.web import own
from mailhub.web.shared import chosen_language, hub, page, read_token
from mailhub.web.visitor import form_key, is_fresh, is_own_form, signed_in

pages = Blueprint("preferences", __name__)

VIA = "button"
OF_A_GROUP = frozenset({"each", "digest", "pause", "resume", "leave"})
OF_THE_PERSON = {
    "letter-time": LETTER,
    **{name: Thing(tokens.ME.name, 0) for name in ("address-by", "data", "forget", "forget-all")},
}
NEVER_UNDONE = frozenset({"forget", "forget-all"})


@pages.get("/me")
def mine() -> Response:
    """The page of whoever has signed in; others are asked to."""
    with hub().database.reading() as session:
        person = signed_in(session)
        return _shown(session, person) if person is not None else page("login.html")


@pages.get("/me/<token>")
def by_token(token: str) -> Response:
    """The same by the link of a letter; a bad or old one leads to a neutral page."""
    with hub().database.reading() as session:
        found = read_token(session, token, tokens.ME)
        return _shown(session, found[1]) if found is not None else _unknown()


@pages.post("/me")
def act_mine() -> Response:
    """Do what was pressed."""
    with hub().database.transaction() as session:
        person = signed_in(session)
        return _pressed(session, person) if person is not None else page("login.html")


@pages.post("/me/<token>")
def act_by_token(token: str) -> Response:
    """The same by the link of a letter."""
    with hub().database.transaction() as session:
        found = read_token(session, token, tokens.ME)
        return _pressed(session, found[1]) if found is not None else _unknown()


def _unknown() -> Response:
    return page("message.html", title_key="web.me-unknown")


def _evidence(session: Session, person: Person) -> Evidence:
    """A link brings T; a browser where they signed in within the hour W, and one where they did long ago no more."""
    visitor = signed_in(session)
    return Evidence(token=True, fresh_login=visitor is not None and visitor.id == person.id and is_fresh())


def _shown(session: Session, person: Person) -> Response:
    evidence = _evidence(session, person)
    is_sure = isinstance(allows(Level.VOICE, evidence, on_record=True), Allowed)
    return page(
        "me.html",
        person=person,
        groups=own.groups(session, person),
        letter=own.letter(session, person),
        pauses=own.PAUSES,
        languages=own.LANGUAGES,
        spoken=chosen_language(),
        key=form_key(person),
        is_sure=is_sure,
        visitor=person if evidence.fresh_login else None,
    )


def _pressed(session: Session, person: Person) -> Response:
    if not is_own_form(person):
        return page("message.html", title_key="web.error-400", status=400)
    found = _asked(session)
    if found is None:
        return page("message.html", title_key="web.error-400", status=400)
    verb, thing, argument = found
    act = Act(
        session=session,
        site=hub().site,
        person_id=person.id,
        thing=thing,
        argument=argument,
        evidence=_evidence(session, person),
        via=VIA,
        now=hub().clock.now(),
        language=chosen_language(),
    )
    carried = acting.carry_out(Call(verb, argument), act, on_record=True)
    acting.tell_once(act, carried)
    if not isinstance(carried.ruling, Allowed):
        return page("sign-in-first.html")
    return _told(carried, verb)


def _told(carried: acting.Carried, verb: Verb) -> Response:
    """What the mail says too that is on its way; or why nothing has happened."""
    outcome = carried.outcome
    if outcome is None or outcome.answer is None:
        done = outcome is not None and outcome.done
        key = "nothing" if not done else "mailed" if verb.level is Level.CHARTER else "saved"
        return page("me-done.html", title=_said(f"web.me-{key}"), text="", done=done)
    words = language.mail(chosen_language(), outcome.answer.key, **outcome.answer.values)
    return page("me-done.html", title=words.subject, text=words.text, done=outcome.done)


def _said(key: str) -> str:
    return language.say(chosen_language(), key)


def _asked(session: Session) -> tuple[Verb, Thing, str] | None:
    """The verb that was pressed, about what, and with which words; None for a form that is none of ours."""
    name = request.form.get("do", "")
    if name in OF_A_GROUP:
        group = reading.by_slug(session, request.form.get("in", ""))
        thing = Thing(tokens.LIST.name, group.id) if isinstance(group, MailList) else None
    else:
        thing = OF_THE_PERSON.get(name)
    verb = hub().verbs.find(name)
    argument = _argument(name)
    return (verb, thing, argument) if verb is not None and thing is not None and argument is not None else None


def _argument(name: str) -> str | None:
    """What a reply would say after the word."""
    if name == "letter-time":
        return own.as_words(_hour(request.form.get("hour", "")), request.form.getlist("day"))
    if name in NEVER_UNDONE and request.form.get("sure") != "yes":
        return None
    if name == "pause":
        length = request.form.get("for", "")
        return language.say(chosen_language(), f"web.pause-{length}") if length in own.PAUSES[1:] else ""
    if name == "address-by":
        spoken = request.form.get("language", "")
        return f"{spoken} {request.form.get('name', '')}" if spoken in own.LANGUAGES else None
    return ""


def _hour(text: str) -> time | None:
    try:
        return time.fromisoformat(text) if len(text) == 5 else None
    except ValueError:
        return None
