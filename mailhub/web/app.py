"""The pages as one Flask application: what every page shares, and which modules hold the others."""

from collections.abc import Callable
from typing import Any

from flask import Flask, Response, request
from werkzeug.exceptions import HTTPException

from mailhub.hub.build import Hub
from mailhub.language import say
from mailhub.web import buttons, files, health, leaving
from mailhub.web.shared import HUB, chosen_language, page

# No script at all here, nothing from elsewhere, no frame around us (S-12, S-21, P-15).
POLICY = (
    "default-src 'none'; style-src 'self'; img-src 'self'; form-action 'self'; frame-ancestors 'none'; base-uri 'none'"
)
LONGEST_FORM = 64 * 1024


def make_app(hub: Hub) -> Flask:
    """The application for this hub; pages read and write through it alone."""
    app = Flask("mailhub.web", template_folder="pages", static_folder="static")
    app.config.update(MAX_CONTENT_LENGTH=LONGEST_FORM, MAX_FORM_MEMORY_SIZE=LONGEST_FORM, MAX_FORM_PARTS=20)
    app.config[HUB] = hub
    app.jinja_env.globals["say"] = _say
    app.jinja_env.globals["site"] = hub.site
    for module in (leaving, buttons, files, health):
        app.register_blueprint(module.pages)
    app.after_request(_harden)
    app.register_error_handler(HTTPException, _wrong)
    app.register_error_handler(Exception, _fault(app))
    return app


def _say(key: str, **values: Any) -> str:
    return say(chosen_language(), key, **values)


def _harden(response: Response) -> Response:
    headers = response.headers
    headers.setdefault("Content-Security-Policy", POLICY)
    headers["X-Content-Type-Options"] = "nosniff"
    headers["Referrer-Policy"] = "no-referrer"  # a page's address holds a token
    headers["X-Robots-Tag"] = "noindex"
    if request.endpoint != "static":
        headers.setdefault("Cache-Control", "no-store")
    return response


def _wrong(error: HTTPException) -> Response:
    code = error.code or 500
    known = code if code in (404, 405, 413) else 400
    return page("message.html", title=say(chosen_language(), f"web.error-{known}"), status=code)


def _fault(app: Flask) -> Callable[[Exception], Response]:
    def answer(error: Exception) -> Response:
        app.logger.error("page failed path=%s", request.path, exc_info=error)
        return page("message.html", title=say(chosen_language(), "web.error-500"), status=500)

    return answer
