"""The pages as one Flask application: what every page shares, and which modules hold the others."""

from collections.abc import Callable, Mapping
from typing import Any
from urllib.parse import urlsplit

from flask import Flask, Response, abort, g, request
from werkzeug.exceptions import HTTPException, MethodNotAllowed

from mailhub.hub.build import Hub
from mailhub.language import say
from mailhub.web import (
    archive,
    buttons,
    files,
    health,
    hooks,
    joining,
    leaving,
    mbox,
    months,
    preferences,
    searching,
    signing,
    written,
)
from mailhub.web.shared import CHECKS, HUB, INDEXED, chosen_language, page

# No script at all, nothing from elsewhere, no frame around us (S-12, S-21, P-15).
POLICY = (
    "default-src 'none'; style-src 'self'; img-src 'self'; form-action 'self'; frame-ancestors 'none'; base-uri 'none'"
)
LONGEST_FORM = 64 * 1024
TOLD = (404, 405, 413)  # the errors that have words of their own


def make_app(hub: Hub, checks: Mapping[str, Callable[[], bool]] | None = None) -> Flask:
    """The application for this hub; pages read and write through it alone. `checks` are asked by `/readyz` too."""
    app = Flask("mailhub.web", template_folder="pages", static_folder="static")
    app.config.update(MAX_CONTENT_LENGTH=LONGEST_FORM, MAX_FORM_MEMORY_SIZE=LONGEST_FORM, MAX_FORM_PARTS=20)
    app.config[HUB] = hub
    app.config[CHECKS] = dict(checks or {})
    app.url_map.merge_slashes = False  # it answers with a redirect, and one-click has none (RFC 8058)
    app.jinja_env.globals.update(say=_say, site=hub.site, at=urlsplit(hub.site.base_url or "").path)
    if signing.SIGN_IN.name not in hub.questions:
        hub.questions.add(signing.SIGN_IN)
    for module in (
        leaving,
        buttons,
        files,
        health,
        hooks,
        joining,
        signing,
        searching,
        preferences,
        archive,
        months,
        mbox,
        written,
    ):
        app.register_blueprint(module.pages)
    app.before_request(_refuse_long_forms)
    app.after_request(_harden)
    app.register_error_handler(HTTPException, _wrong)
    app.register_error_handler(Exception, _fault(app))
    return app


def _say(key: str, **values: Any) -> str:
    return say(chosen_language(), key, **values)


def _refuse_long_forms() -> None:
    """Also where nothing reads the form."""
    if (request.content_length or 0) > LONGEST_FORM:
        abort(413)


def _harden(response: Response) -> Response:
    headers = response.headers
    headers.setdefault("Content-Security-Policy", POLICY)
    headers["X-Content-Type-Options"] = "nosniff"
    headers["Referrer-Policy"] = "no-referrer"  # a page's address holds a token
    if not g.get(INDEXED) or response.status_code != 200:
        headers["X-Robots-Tag"] = "noindex"
    if request.endpoint != "static":
        headers["Cache-Control"] = "no-store"
    return response


def _wrong(error: HTTPException) -> Response:
    code = error.code if error.code in TOLD else 400
    answer = page("message.html", title_key=f"web.error-{code}", status=code)
    if isinstance(error, MethodNotAllowed):
        answer.headers["Allow"] = ", ".join(sorted(error.valid_methods or ()))
    return answer


def _fault(app: Flask) -> Callable[[Exception], Response]:
    def answer(error: Exception) -> Response:
        # Not the address: it holds a token.
        app.logger.error("page failed method=%s page=%s", request.method, request.endpoint, exc_info=error)
        return page("message.html", title_key="web.error-500", status=500)

    return answer
