"""The page of the sandbox: mailboxes as a mail program shows them, a form to write, a clock to turn."""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from flask import Blueprint, Flask, Response, abort, current_app, redirect, request, url_for
from werkzeug.exceptions import HTTPException
from werkzeug.wrappers import Response as AnyResponse

import mailhub.web
from mailhub.errors import BadInput
from mailhub.hub.build import Hub
from mailhub.language import say
from mailhub.mail import address
from mailhub.mail.address import BadAddress
from mailhub.sandbox import showing, writing
from mailhub.sandbox.cast import CAST, Somebody, lives_here, somebody
from mailhub.sandbox.postoffice import Letter, PostOffice
from mailhub.site import LANGUAGES

pages = Blueprint("demo", __name__)

TURNS = {"hour": timedelta(hours=1), "day": timedelta(days=1), "week": timedelta(weeks=1)}
NEXT = "next"  # to the instant at which something is due
SAYS = ("sent", "unfinished")  # what a mailbox may begin with
DEMO = "MAILHUB_DEMO"
POLICY = "default-src 'none'; style-src 'self'; img-src 'self'; form-action 'self'; frame-ancestors 'none'"
LONGEST_FORM = 2**20
HERE = frozenset({"127.0.0.1", "localhost"})


@dataclass(frozen=True, slots=True)
class Demo:
    """What the page works with."""

    hub: Hub
    post: PostOffice
    door: tuple[str, int]  # the real SMTP door
    next_due: Callable[[], datetime | None]
    turn: Callable[[timedelta], bool]  # everything that falls due is done, or False
    settle: Callable[[], bool]  # what was handed in is worked off, or False


def make_app(demo: Demo) -> Flask:
    """The application of the sandbox's page."""
    web = Path(str(mailhub.web.__file__)).parent
    app = Flask("mailhub.sandbox", template_folder="pages", static_folder=str(web / "static"))
    app.config.update({DEMO: demo, "MAX_CONTENT_LENGTH": LONGEST_FORM, "MAX_FORM_MEMORY_SIZE": LONGEST_FORM})
    app.register_blueprint(pages)
    app.before_request(_only_from_here)
    app.after_request(_harden)
    app.register_error_handler(HTTPException, _wrong)
    return app


@pages.url_defaults
def _keep_language(_endpoint: str, values: dict[str, Any]) -> None:
    values.setdefault("lang", _language())


@pages.get("/")
def home() -> AnyResponse:
    return redirect(url_for("demo.mailbox", who=CAST[0].key))


@pages.get("/style.css")
def style() -> Response:
    here, web = Path(__file__).parent, Path(current_app.static_folder or "")
    sheets = (web / "mailhub.css", here / "static" / "sandbox.css")
    return Response("\n".join(sheet.read_text(encoding="utf-8") for sheet in sheets), mimetype="text/css")


@pages.get("/mail/<who>")
def mailbox(who: str) -> str:
    """A mailbox, newest first."""
    owner = _owner(who)
    unread = _demo().post.unread(owner.mailbox.email)
    said = [say(_language(), f"sandbox.{word}") for word in SAYS if word == request.args.get("said")]
    return _show("mailbox.html", owner, letters=_demo().post.letters(owner.mailbox.email), unread=unread, said=said)


@pages.get("/mail/<who>/<int:number>")
def letter(who: str, number: int) -> str:
    """One letter, with a form to answer it."""
    owner = _owner(who)
    found = _demo().post.letter(owner.mailbox.email, number) or abort(404)
    _demo().post.open(found)
    to, subject = found.answer_to, writing.again(found.mail.subject)
    return _show("letter.html", owner, letter=found, answering=found.id, to=to, subject=subject, text="")


@pages.get("/mail/<who>/write")
def write(who: str) -> str:
    """An empty form, or what a link in a letter begins."""
    return _show("write.html", _owner(who), **_fields(request.args))


@pages.post("/mail/<who>/send")
def send(who: str) -> AnyResponse | tuple[str, int]:
    """Hand it in at the real door; a refusal is shown beside what was written, which is not lost."""
    owner, given = _owner(who), _fields(request.form)
    number = int(given["answering"]) if re.fullmatch(r"[0-9]{1,9}", given["answering"]) else 0
    answering = _demo().post.letter(owner.mailbox.email, number)
    try:
        _hand_in(owner, given["to"], given["subject"], given["text"], answering)
    except (BadInput, OSError) as refused:
        return _show("write.html", owner, problem=str(refused), **given), 422
    return _back(owner, "sent" if _demo().settle() else "unfinished")


@pages.post("/turn/<who>")
def turn(who: str) -> AnyResponse:
    """Turn the clock, and come back when all of that time has happened."""
    owner, asked = _owner(who), request.form.get("by", "")
    by = _until_next() if asked == NEXT else TURNS.get(asked)
    if by is None:
        abort(400)
    return _back(owner, "turned" if _demo().turn(by) else "unfinished")


def _hand_in(owner: Somebody, to: str, subject: str, text: str, answering: Letter | None) -> None:
    demo, site = _demo(), _demo().hub.site
    try:
        recipient = address.valid(to).email
    except BadAddress as fault:
        raise BadInput(say(_language(), "sandbox.no-address")) from fault
    raw = writing.compose(
        owner.mailbox,
        recipient,
        subject,
        text,
        now=demo.hub.clock.now(),
        language=_language(),
        zone=site.time_zone,
        answering=answering.mail if answering else None,
    )
    if site.local_part(recipient) is not None:
        writing.hand_in(*demo.door, owner.mailbox, recipient, raw)
    elif lives_here(recipient):  # from neighbour to neighbour: the town's own post office carries it
        demo.post.deliver([recipient], raw)
    else:
        raise BadInput(say(_language(), "sandbox.nobody"))
    demo.post.remember_sent(owner.mailbox.email, raw)


def _until_next() -> timedelta:
    """No way back: what is due already is a turn by nothing."""
    soonest = _demo().next_due()
    now = _demo().hub.clock.now()
    return max(soonest - now, timedelta()) if soonest else timedelta()


def _fields(given: Mapping[str, str]) -> dict[str, str]:
    """What a form of ours holds."""
    return {name: given.get(name, "") for name in ("to", "subject", "text", "answering")}


def _back(owner: Somebody, said: str) -> AnyResponse:
    return redirect(url_for("demo.mailbox", who=owner.key, said=said), 303)


def _show(template: str, who: Somebody, **values: Any) -> str:
    demo = _demo()
    return showing.draw(demo.hub, demo.post, demo.next_due(), template, who, _language(), values)


def _owner(key: str) -> Somebody:
    return somebody(key) or abort(404)


def _demo() -> Demo:
    demo: Demo = current_app.config[DEMO]
    return demo


def _language() -> str:
    asked = request.args.get("lang", "")
    return asked if asked in LANGUAGES else request.accept_languages.best_match(LANGUAGES) or _demo().hub.site.language


def _only_from_here() -> None:
    """Another site, open in the same browser, may neither read this page nor press its buttons (S-21)."""
    host = request.host.rpartition(":")[0] or request.host
    origin = request.headers.get("Origin")
    if host not in HERE or (request.method == "POST" and origin not in (None, f"http://{request.host}")):
        abort(403)


def _harden(response: Response) -> Response:
    response.headers["Content-Security-Policy"] = POLICY
    response.headers["X-Content-Type-Options"] = "nosniff"
    response.headers["Referrer-Policy"] = "same-origin"
    if request.endpoint != "static":
        response.headers["Cache-Control"] = "no-store"
    return response


def _wrong(error: HTTPException) -> tuple[str, int]:
    code = error.code or 500
    return _show(
        "message.html", CAST[0], words=say(_language(), f"web.error-{code if code in (404, 405, 413) else 400}")
    ), code
