"""What all pages use: the hub, the reader's language, drawing."""

from collections.abc import Callable, Mapping
from typing import cast

from flask import Response, current_app, g, make_response, render_template, request
from sqlalchemy.orm import Session

from mailhub.hub.build import Hub
from mailhub.people import persons
from mailhub.people.tables import Person
from mailhub.site import LANGUAGES
from mailhub.tokens import Kind, Token, peek

HUB = "MAILHUB_HUB"
CHECKS = "MAILHUB_CHECKS"
INDEXED = "indexed"  # in `g`: search engines may name this page


def hub() -> Hub:
    return cast(Hub, current_app.config[HUB])


def checks() -> Mapping[str, Callable[[], bool]]:
    return cast(Mapping[str, Callable[[], bool]], current_app.config[CHECKS])


def chosen_language() -> str:
    """The person's language where the page knows them, else what the browser asks for, else the site's."""
    known: str | None = g.get("language")
    return known or request.accept_languages.best_match(LANGUAGES) or hub().site.language


def page(template: str, *, status: int = 200, indexed: bool = False, **values: object) -> Response:
    """One page of HTML in the reader's language; `indexed` lets search engines name it."""
    g.setdefault(INDEXED, indexed)
    return make_response(render_template(template, language=chosen_language(), indexed=indexed, **values), status)


def read_token(session: Session, text: str, kind: Kind | None = None) -> tuple[Token, Person] | None:
    """A genuine token that has not expired, and its person, whose language the page then speaks.

    Of a person there is not, of a `kind` or of another's epoch: None, by the same steps and in the same time (S-18).
    """
    claimed = peek(text)
    person = session.get(Person, claimed.person if claimed else 0)
    lasts = claimed is not None and claimed.kind.lasting
    epoch = person.token_epoch if person is not None and not lasts else 0
    read = hub().site.keys.read_link(text, epoch=epoch, today=hub().clock.now().date())
    if not isinstance(read, Token) or person is None or person.erased_at or (kind and read.kind is not kind):
        return None
    g.language = persons.language_of(person, hub().site)
    return read, person
