"""What one does on the page: write and send, turn the clock, choose a language, begin a step of the tour again."""

import re
from datetime import timedelta

from flask import abort, redirect, request, url_for
from werkzeug.wrappers import Response as AnyResponse

from mailhub.errors import BadInput
from mailhub.language import say
from mailhub.mail import address
from mailhub.mail.address import BadAddress
from mailhub.sandbox import writing
from mailhub.sandbox.cast import Somebody, lives_here
from mailhub.sandbox.desk import back, demo, fields, language, owner, pages
from mailhub.sandbox.postoffice import Letter
from mailhub.sandbox.showing import show
from mailhub.sandbox.tour import STEPS
from mailhub.site import LANGUAGES

TURNS = {"hour": timedelta(hours=1), "day": timedelta(days=1), "week": timedelta(weeks=1)}
NEXT = "next"  # to the instant at which something is due


@pages.get("/mail/<who>/write")
def write(who: str) -> str:
    """An empty form, or what a link in a letter begins."""
    return show("write.html", owner(who), **fields(request.args))


@pages.post("/mail/<who>/send")
def send(who: str) -> AnyResponse | tuple[str, int]:
    """Hand it in at the real door; a refusal is shown beside what was written, which is not lost."""
    mine, given = owner(who), fields(request.form)
    number = int(given["answering"]) if re.fullmatch(r"[0-9]{1,9}", given["answering"]) else 0
    answering = demo().post.letter(mine.mailbox.email, number)
    try:
        _hand_in(mine, given["to"], given["subject"], given["text"], answering)
    except (BadInput, OSError) as refused:
        return show("write.html", mine, problem=str(refused), **given), 422
    return back(mine, "sent" if demo().life.settle() else "unfinished")


@pages.post("/turn/<who>")
def turn(who: str) -> AnyResponse:
    """Turn the clock, and come back when all of that time has happened."""
    mine, asked = owner(who), request.form.get("by", "")
    by = _until_next() if asked == NEXT else TURNS.get(asked)
    if by is None:
        abort(400)
    return back(mine, demo().life.turn(by, language()))


@pages.post("/language/<who>")
def speak(who: str) -> AnyResponse:
    """From now on the page and the mails are in this language."""
    mine, chosen = owner(who), request.form.get("language", "")
    if chosen not in LANGUAGES:
        abort(400)
    demo().life.speak(chosen)
    return redirect(url_for("demo.mailbox", who=mine.key, lang=chosen), 303)


@pages.post("/tour/<who>/<int:step>")
def begin(who: str, step: int) -> AnyResponse:
    """A step counts only from now on."""
    mine = owner(who)
    if step not in STEPS:
        abort(404)
    demo().begun[step] = demo().hub.clock.now()
    return redirect(url_for("demo.mailbox", who=mine.key, tour=step), 303)


def _hand_in(mine: Somebody, to: str, subject: str, text: str, answering: Letter | None) -> None:
    hub, post = demo().hub, demo().post
    try:
        recipient = address.valid(to).email
    except BadAddress as fault:
        raise BadInput(say(language(), "sandbox.no-address")) from fault
    raw = writing.compose(
        mine.mailbox,
        recipient,
        subject,
        text,
        now=hub.clock.now(),
        language=language(),
        zone=hub.site.time_zone,
        answering=answering.mail if answering else None,
    )
    if hub.site.local_part(recipient) is not None:
        writing.hand_in(*demo().life.door, mine.mailbox, recipient, raw)
    elif lives_here(recipient):  # from neighbour to neighbour: the town's own post office carries it
        post.deliver([recipient], raw)
    else:
        raise BadInput(say(language(), "sandbox.nobody"))
    post.remember_sent(mine.mailbox.email, raw, by_visitor=True)


def _until_next() -> timedelta:
    """No way back: what is due already is a turn by nothing."""
    soonest = demo().life.next_due()
    now = demo().hub.clock.now()
    return max(soonest - now, timedelta()) if soonest else timedelta()
