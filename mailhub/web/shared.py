"""What all pages use: the hub, the reader's language, drawing."""

from typing import cast

from flask import Response, current_app, g, make_response, render_template, request

from mailhub.hub.build import Hub
from mailhub.site import LANGUAGES

HUB = "MAILHUB_HUB"


def hub() -> Hub:
    return cast(Hub, current_app.config[HUB])


def chosen_language() -> str:
    """The person's language where the page knows them, else what the browser asks for, else the site's."""
    known: str | None = g.get("language")
    return known or request.accept_languages.best_match(LANGUAGES) or hub().site.language


def page(template: str, *, status: int = 200, **values: object) -> Response:
    """One page of HTML in the reader's language."""
    return make_response(render_template(template, language=chosen_language(), **values), status)
