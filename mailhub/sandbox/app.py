"""The page of the sandbox: mailboxes as a mail program shows them, a form to write, a clock to turn."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Any

from flask import Blueprint, Flask, Response, abort, current_app, redirect, render_template, request, url_for
from werkzeug.wrappers import Response as AnyResponse

import mailhub.web
from mailhub import formats
from mailhub.errors import BadInput
from mailhub.hub.build import Hub
from mailhub.language import say
from mailhub.lists import reading
from mailhub.sandbox import writing
from mailhub.sandbox.cast import CAST, TOWN, Somebody, somebody
from mailhub.sandbox.postoffice import Letter, PostOffice
from mailhub.site import LANGUAGES

pages = Blueprint("demo", __name__)

TURNS = {"hour": timedelta(hours=1), "day": timedelta(days=1), "week": timedelta(weeks=1)}
DEMO = "MAILHUB_DEMO"


@dataclass(frozen=True, slots=True)
class Demo:
    """What the page works with."""

    hub: Hub
    post: PostOffice
    door: tuple[str, int]  # the real SMTP door
    turn: Callable[[timedelta], None]  # returns when everything that fell due is done
    settle: Callable[[], None]  # returns when what was handed in is worked off


def make_app(demo: Demo) -> Flask:
    app = Flask("mailhub.sandbox", template_folder="pages", static_folder=str(_web_static()))
    app.config[DEMO] = demo
    app.config["MAX_CONTENT_LENGTH"] = 2**20
    app.register_blueprint(pages)
    return app


@pages.get("/")
def home() -> AnyResponse:
    return redirect(url_for("demo.mailbox", who=CAST[0].key, lang=_language()))


@pages.get("/style.css")
def style() -> Response:
    sheet = (Path(__file__).parent / "static" / "sandbox.css").read_text(encoding="utf-8")
    return Response(sheet, mimetype="text/css")


@pages.get("/mail/<who>")
def mailbox(who: str) -> str:
    return _show("mailbox.html", somebody(who), letters=_demo().post.letters(somebody(who).mailbox.email))


@pages.get("/mail/<who>/<int:number>")
def letter(who: str, number: int) -> str:
    found = _demo().post.letter(number) or abort(404)
    subject = found.mail.subject
    again = subject if subject.lower().startswith("re:") else f"Re: {subject}"
    return _show("letter.html", somebody(who), letter=found, answer_subject=again)


@pages.get("/mail/<who>/write")
def write(who: str) -> str:
    return _show("write.html", somebody(who), to=request.args.get("to", ""), subject="", text="")


@pages.post("/mail/<who>/send")
def send(who: str) -> AnyResponse | str:
    """Hand it in at the real door; a refusal is shown beside what was written, which is not lost."""
    author, form = somebody(who), request.form
    answering = _demo().post.letter(int(form["answering"])) if form.get("answering", "").isdigit() else None
    try:
        _hand_in(author, form["to"].strip(), form.get("subject", ""), form.get("text", ""), answering)
    except (BadInput, OSError) as refused:
        kept = {name: form.get(name, "") for name in ("to", "subject", "text")}
        return _show("write.html", author, said=say(_language(), "sandbox.refused", words=refused), **kept)
    return redirect(url_for("demo.mailbox", who=who, lang=_language(), sent="1"))


@pages.post("/turn/<who>")
def turn(who: str) -> AnyResponse:
    by = TURNS.get(request.form.get("by", ""))
    if by is not None:
        _demo().turn(by)
    return redirect(url_for("demo.mailbox", who=who, lang=_language()))


def _hand_in(author: Somebody, to: str, subject: str, text: str, answering: Letter | None) -> None:
    demo = _demo()
    raw = writing.compose(
        author.mailbox, to, subject, text, now=demo.hub.clock.now(), language=_language(), answering=answering
    )
    local = demo.hub.site.local_part(to)
    if local is None:  # from neighbour to neighbour: the town's own post office carries it
        demo.post.deliver(author.mailbox.email, [to], raw)
    else:
        host, port = demo.door
        writing.hand_in(host, port, author.mailbox.email, to, raw)
    demo.post.remember_sent(author.mailbox.email, raw)
    demo.settle()


def _show(template: str, who: Somebody, **values: Any) -> str:
    demo, language = _demo(), _language()
    zone = demo.hub.site.time_zone
    groups = _groups(language)
    said = values.pop("said", None) or (say(language, "sandbox.sent") if request.args.get("sent") else None)
    return render_template(
        template,
        who=who,
        cast=CAST,
        town=TOWN,
        language=language,
        said=said,
        groups=groups,
        first_address=groups[0]["address"] if groups else "",
        counts={one.key: demo.post.waiting(one.mailbox.email) for one in CAST},
        now=formats.day_hour(language, demo.hub.clock.now(), zone),
        shown=lambda at: formats.day_hour(language, at, zone),
        say=lambda key, **inserted: say(language, key, **inserted),
        **values,
    )


def _groups(language: str) -> list[dict[str, str]]:
    demo = _demo()
    with demo.hub.database.reading() as session:
        found = reading.open_lists(session)
        return [
            {"address": demo.hub.site.address(g.slug), "title": reading.definition_of(g).titled(language)}
            for g in found
        ]


def _demo() -> Demo:
    demo: Demo = current_app.config[DEMO]
    return demo


def _language() -> str:
    asked = request.args.get("lang", "")
    return asked if asked in LANGUAGES else request.accept_languages.best_match(LANGUAGES) or LANGUAGES[0]


def _web_static() -> Path:
    return Path(str(mailhub.web.__file__)).parent / "static"
