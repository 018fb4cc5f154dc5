"""The pages one looks at: a mailbox, a letter as text or as HTML, its files, what happened to it."""

from flask import Response, abort, redirect, request, url_for
from werkzeug.wrappers import Response as AnyResponse

from mailhub.journeys import drawing, publishing, rivers
from mailhub.language import say
from mailhub.sandbox import htmlview, telling, writing
from mailhub.sandbox.cast import Somebody
from mailhub.sandbox.desk import demo, language, owner, pages
from mailhub.sandbox.htmlview import Sheet
from mailhub.sandbox.links import Draft, pressed
from mailhub.sandbox.postoffice import Letter
from mailhub.sandbox.showing import is_ours, show
from mailhub.sandbox.staging import JOURNEY

SAYS = ("sent", "unfinished", "busy")  # what a mailbox may begin with
TEXT, HTML = "text", "html"
NARROW = 640  # pixels of a screen below which a mail's lines are short
BETWEEN = 1000  # below which the panel takes some of their width
SLACK = 1.15


@pages.get("/mail/<who>")
def mailbox(who: str) -> str:
    """A mailbox, newest first."""
    mine = owner(who)
    post, email = demo().post, mine.mailbox.email
    said = [say(language(), f"sandbox.{word}") for word in SAYS if word == request.args.get("said")]
    return show("mailbox.html", mine, letters=post.letters(email), unread=post.unread(email), said=said)


@pages.get("/mail/<who>/<int:number>")
def letter(who: str, number: int) -> str:
    """One letter, with a form to answer it, which may be begun by a link."""
    mine = owner(who)
    found = _letter(mine, number)
    demo().post.open(found)
    ways = [TEXT] if found.mail.html is None else [HTML, TEXT]
    asked = request.args.get("as", "")
    return show(
        "letter.html",
        mine,
        letter=found,
        ways=ways,
        way=asked if asked in ways else ways[0],
        answering=found.id,
        to=found.answer_to,
        subject=writing.again(found.mail.subject),
        text=request.args.get("text", ""),
    )


@pages.get("/mail/<who>/<int:number>/html")
def as_html(who: str, number: int) -> Response:
    """The HTML of a letter, for the frame that shows it."""
    answer = Response(_sheet(owner(who), number).html, mimetype="text/html")
    answer.headers["Content-Security-Policy"] = htmlview.POLICY
    return answer


@pages.get("/mail/<who>/<int:number>/frame.css")
def frame(who: str, number: int) -> Response:
    """How high that frame is: without a script only we can say so."""
    sheet = _sheet(owner(who), number)
    between = int(sheet.wide * SLACK)
    rules = (
        f".paper{{height:{sheet.wide}px}}"
        f"@media(max-width:{BETWEEN}px){{.paper{{height:{between}px}}}}"
        f"@media(max-width:{NARROW}px){{.paper{{height:{sheet.narrow}px}}}}"
    )
    return Response(rules, mimetype="text/css")


@pages.get("/mail/<who>/<int:number>/happened")
def happened(who: str, number: int) -> str:
    """What happened to a mail: what came in, what was decided and why, what went out."""
    mine = owner(who)
    found = _letter(mine, number)
    with demo().hub.database.reading() as session:
        told = telling.story(session, demo().hub, found, language())
    return show("happened.html", mine, letter=found, told=told)


@pages.get("/mail/<who>/journey")
def journey(who: str) -> str:
    """The journey newcomers go on, drawn, with how many have come by."""
    return show("journey.html", owner(who))


@pages.get("/mail/<who>/journey.svg")
def drawn(who: str) -> Response:
    """The drawing itself."""
    owner(who)
    with demo().hub.database.reading() as session:
        row = publishing.find(session, JOURNEY) or abort(404)
        river = rivers.newest(session, demo().hub.site, row, language())
    note = say(language(), "sandbox.journey-note", came=river.came, there=river.there)
    answer = Response(drawing.svg(river.title, note, river.steps), mimetype="image/svg+xml")
    answer.headers["Content-Security-Policy"] = "default-src 'none'; style-src 'unsafe-inline'"
    return answer


@pages.get("/mail/<who>/<int:number>/file/<int:place>")
def file(who: str, number: int, place: int) -> Response:
    """One attachment, to be kept and never to be shown here."""
    files = _letter(owner(who), number).mail.attachments
    if place >= len(files):
        abort(404)
    answer = Response(files[place].content, mimetype="application/octet-stream")
    answer.headers.set("Content-Disposition", "attachment", filename=files[place].name or "file")
    return answer


@pages.get("/mail/<who>/send")
@pages.get("/turn/<who>")
@pages.get("/language/<who>")
def again(who: str) -> AnyResponse:
    """Going back to what only a button does, or loading it again: the mailbox."""
    return redirect(url_for("demo.mailbox", who=owner(who).key))


def _letter(mine: Somebody, number: int) -> Letter:
    return demo().post.letter(mine.mailbox.email, number) or abort(404)


def _sheet(mine: Somebody, number: int) -> Sheet:
    found, site = _letter(mine, number), demo().hub.site
    if found.mail.html is None:
        abort(404)

    def write(begun: Draft) -> str:
        return url_for("demo.write", who=mine.key, to=begun.to, subject=begun.subject, text=begun.text)

    return htmlview.sheet(
        found.mail.html,
        title=found.mail.subject,
        language=found.mail.content_language or language(),
        press=lambda link: pressed(link, site.base_url or "", is_ours(demo().hub)),
        write=write,
    )
