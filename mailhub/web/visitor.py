"""Who looks at a page: nobody we know, or somebody who has signed in by a link in their mail (S-19).

The cookie says a person and their token epoch, signed with a key of the site; another address or role ends it.
"""

import re

from flask import Request, Response, g, request
from itsdangerous import BadSignature, URLSafeTimedSerializer
from sqlalchemy.orm import Session

from mailhub.people import persons
from mailhub.people.tables import Person
from mailhub.web.shared import hub

COOKIE = "mailhub"
LASTS = 30 * 24 * 3600  # seconds
FRESH = 3600  # seconds for which signing in proves who presses a button (W of `authority`)
_EMAIL = re.compile(r"([\w.+-])[\w.+-]{0,63}(?:@|%40|&#64;|&#x40;)[\w-]{1,63}(?:\.[\w-]{1,63})+", re.IGNORECASE)


def signed_in(session: Session) -> Person | None:
    """The person of the cookie, whose language the page then speaks; None for a stranger."""
    person = _of_cookie(session, request)
    if person is not None:
        g.language = persons.language_of(person, hub().site)
        g.visitor = person
    return person


def is_fresh() -> bool:
    """Whether whoever looks has signed in a short while ago."""
    return _read(request, FRESH) is not None


def sign_in(response: Response, person: Person) -> Response:
    """Remember this person in their browser."""
    value = _seal().dumps([person.id, person.token_epoch])
    secure = hub().site.secure
    response.set_cookie(COOKIE, value, max_age=LASTS, httponly=True, secure=secure, samesite="Lax", path="/")
    return response


def sign_out(response: Response) -> Response:
    response.delete_cookie(COOKIE, path="/", httponly=True, samesite="Lax")
    return response


def form_key(person: Person | None) -> str:
    """What a form of ours carries so that another site cannot send it in this person's name."""
    return _seal("form").dumps(person.id if person else 0)


def is_own_form(person: Person | None) -> bool:
    """Whether the form that was sent is one of ours, made for this visitor."""
    try:
        return bool(_seal("form").loads(request.form.get("key", ""), max_age=LASTS) == (person.id if person else 0))
    except BadSignature:
        return False


def blunt(text: str) -> str:
    """A text as strangers read it: no address whole."""
    return _EMAIL.sub(r"\1…@…", text)


def _of_cookie(session: Session, asked: Request) -> Person | None:
    said = _read(asked, LASTS)
    if said is None:
        return None
    person_id, epoch = said
    person = session.get(Person, person_id)
    return person if person is not None and person.token_epoch == epoch and person.erased_at is None else None


def _read(asked: Request, lasts: int) -> tuple[int, int] | None:
    try:
        person_id, epoch = _seal().loads(asked.cookies.get(COOKIE, ""), max_age=lasts)
    except (BadSignature, ValueError, TypeError):
        return None
    return person_id, epoch


def _seal(purpose: str = "session") -> URLSafeTimedSerializer:
    return URLSafeTimedSerializer(hub().site.keys.derive(f"web {purpose}"), salt=purpose)
