"""The page of the sandbox as one Flask application: what every page shares, and which modules hold the others."""

from pathlib import Path

from flask import Flask, Response, abort, current_app, redirect, request, url_for
from werkzeug.exceptions import HTTPException
from werkzeug.wrappers import Response as AnyResponse

import mailhub.web
from mailhub.language import say
from mailhub.sandbox import acting, looking
from mailhub.sandbox.cast import VISITOR
from mailhub.sandbox.desk import DEMO, Demo, language, pages
from mailhub.sandbox.showing import show

# No script, nothing from elsewhere, and frames of our own alone, which hold the HTML of a mail.
POLICY = (
    "default-src 'none'; style-src 'self'; img-src 'self'; frame-src 'self'; form-action 'self'; "
    "frame-ancestors 'none'; base-uri 'none'"
)
LONGEST_FORM = 2**20
HERE = frozenset({"127.0.0.1", "localhost"})
TOLD = (404, 405, 413)  # the errors that have words of their own
MODULES = (acting, looking)  # imported for the pages they declare


def make_app(demo: Demo) -> Flask:
    """The application of the sandbox's page."""
    web = Path(str(mailhub.web.__file__)).parent
    app = Flask("mailhub.sandbox", template_folder="pages", static_folder=str(web / "static"))
    app.config.update({DEMO: demo, "MAX_CONTENT_LENGTH": LONGEST_FORM, "MAX_FORM_MEMORY_SIZE": LONGEST_FORM})
    app.add_url_rule("/", "home", _home)
    app.add_url_rule("/style.css", "style", _style)
    app.register_blueprint(pages)
    app.before_request(_only_from_here)
    app.after_request(_harden)
    app.register_error_handler(HTTPException, _wrong)
    return app


def _home() -> AnyResponse:
    return redirect(url_for("demo.mailbox", who=VISITOR.key))


def _style() -> Response:
    here, web = Path(__file__).parent, Path(current_app.static_folder or "")
    sheets = (web / "mailhub.css", here / "static" / "sandbox.css")
    return Response("\n".join(sheet.read_text(encoding="utf-8") for sheet in sheets), mimetype="text/css")


def _only_from_here() -> None:
    """Another site, open in the same browser, may neither read this page nor press its buttons (S-21)."""
    host = request.host.rpartition(":")[0] or request.host
    origin = request.headers.get("Origin")
    if host not in HERE or (request.method == "POST" and origin not in (None, f"http://{request.host}")):
        abort(403)


def _harden(response: Response) -> Response:
    response.headers.setdefault("Content-Security-Policy", POLICY)
    response.headers["X-Content-Type-Options"] = "nosniff"
    response.headers["Referrer-Policy"] = "same-origin"
    if request.endpoint != "static":
        response.headers["Cache-Control"] = "no-store"
    return response


def _wrong(error: HTTPException) -> tuple[str, int]:
    code = error.code or 500
    words = say(language(), f"web.error-{code if code in TOLD else 400}")
    return show("message.html", VISITOR, words=words), code
