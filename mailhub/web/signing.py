"""`/login`: signing in by a link in one's mail (S-19). The link works once, within a quarter of an hour, on a press.

The answer is the same for every address: nobody learns here who belongs.
"""

from datetime import timedelta

import sqlalchemy as sa
from flask import Blueprint, Response, request
from sqlalchemy.orm import Session

from mailhub import language as words_of
from mailhub import tokens
from mailhub.delivery import service
from mailhub.people import persons, questions, roles
from mailhub.people.tables import Address, Asking, Person, Question
from mailhub.questions import QuestionKind
from mailhub.tokens import Token
from mailhub.verbs import Thing
from mailhub.web.shared import hub, page, read_token
from mailhub.web.visitor import form_key, is_own_form, sign_in, sign_out, signed_in

pages = Blueprint("signing", __name__)

KIND = tokens.kind("sign-in", 18)
LASTS = timedelta(minutes=15)
SIGN_IN = QuestionKind(KIND.name, ends_after=LASTS)
MOST_A_DAY = 5  # links to one person
LONGEST = 254  # characters of an address (RFC 5321 section 4.5.3.1.3)


@pages.get("/login")
def ask() -> Response:
    """Where the link should go."""
    return page("login.html")


@pages.post("/login")
def send() -> Response:
    """Send a link, if anybody has this address; the page says the same either way."""
    email = request.form.get("email", "").strip()[:LONGEST]
    with hub().database.transaction() as session:
        address = persons.address_of(session, email) if "@" in email else None
        if address is not None and address.confirmed_at is not None:
            _send(session, address)
    return page("login-sent.html")


@pages.get("/login/<token>")
def show(token: str) -> Response:
    """The button; opening the page signs nobody in, since scanners open links too."""
    with hub().database.reading() as session:
        is_good = _question(session, token) is not None
    return page("login-press.html") if is_good else page("message.html", title_key="web.login-over")


@pages.post("/login/<token>")
def enter(token: str) -> Response:
    """Sign in, once."""
    with hub().database.transaction() as session:
        found = _question(session, token)
        now = hub().clock.now()
        if found is None or not questions.settle(session, found[0], "sign-in", found[1].id, now=now):
            return page("message.html", title_key="web.login-over")
        return sign_in(page("signed-in.html", visitor=found[1], key=form_key(found[1])), found[1])


@pages.post("/logout")
def leave() -> Response:
    """Forget who looks at pages in this browser."""
    with hub().database.reading() as session:
        person = signed_in(session)
    if not is_own_form(person):
        return page("message.html", title_key="web.error-400", status=400)
    return sign_out(page("message.html", title_key="web.signed-out"))


def _question(session: Session, token: str) -> tuple[Question, Person] | None:
    found = read_token(session, token, KIND)
    question = session.get(Question, found[0].thing) if found is not None else None
    if found is None or question is None or question.kind != KIND.name or question.settled_at is not None:
        return None
    is_theirs = session.get(Asking, (question.id, found[1].id)) is not None
    is_fresh = question.asked_at > hub().clock.now() - LASTS
    return (question, found[1]) if is_theirs and is_fresh else None


def _send(session: Session, address: Address) -> None:
    site, now = hub().site, hub().clock.now()
    person = session.get_one(Person, address.person_id)
    if _sent_today(session, person.id) >= MOST_A_DAY:
        return
    before = questions.standing_question(session, KIND.name, person.id)
    if before is not None:  # a newer link ends the older one
        questions.settle(session, before, questions.EXPIRED, None, now=now)
    question = questions.ask(session, SIGN_IN, person.id, [(person.id, address.id)], now=now)
    sealed = site.keys.issue_link(
        Token(KIND, person.id, question.id, (now + timedelta(days=1)).date()), epoch=person.token_epoch
    )
    spoken = persons.language_of(person, site)
    words = words_of.mail(spoken, "web.login-mail", site=site.name, link=site.link(f"login/{sealed}") or "")
    because = words_of.say(spoken, "footer.named")
    service.tell(
        session,
        site,
        person_id=person.id,
        words=words,
        language=spoken,
        source=service.SOURCE,
        kind="web.login-mail.page",
        occurrence=question.id,
        now=now,
        address_id=address.id,
        about=Thing(tokens.LIST.name, 0),
        footer=words_of.footer(spoken, because, roles.contact(session, site), member=False),
    )


def _sent_today(session: Session, person_id: int) -> int:
    day = hub().clock.now() - timedelta(days=1)
    asked = (
        sa.select(sa.func.count())
        .select_from(Asking)
        .join(Question, Question.id == Asking.question_id)
        .where(Question.kind == KIND.name, Asking.person_id == person_id, Asking.asked_at > day)
    )
    return session.scalar(asked) or 0
