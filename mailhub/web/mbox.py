"""`/<list>/mbox`: a group's archive as a file to keep (`?month=2026-03`: one month), for those who may read it.

It goes out page by page; between two pages no transaction is open, however slow the line.
"""

import io
import threading
from collections.abc import Iterator

from flask import Blueprint, Response, current_app, request

from mailhub.archive import exporting, mbox
from mailhub.archive.months import Span
from mailhub.db.session import Database
from mailhub.lists.archived import Reader
from mailhub.web import faces, months, showing
from mailhub.web.months import Month
from mailhub.web.shared import chosen_language, hub, page
from mailhub.web.visitor import signed_in

pages = Blueprint("mbox", __name__)

AT_ONCE = 3  # each may hold a thread of the server's eight for as long as its line is slow
WAIT = "60"  # seconds
_RUNNING = "mailhub mbox"


@pages.get("/<slug>/mbox")
def download(slug: str) -> Response:
    """The file; the neutral page for a group or a month there is not."""
    with hub().database.reading() as session:
        visitor = signed_in(session)
        face = faces.of_slug(session, slug, visitor)
    month = _month(request.args.get("month", ""))
    if face is None or not face.is_open or month is None:
        return faces.nothing()
    running: threading.Semaphore = current_app.extensions.setdefault(_RUNNING, threading.Semaphore(AT_ONCE))
    is_whole = request.method != "HEAD"
    if is_whole and not running.acquire(blocking=False):
        busy = page("message.html", title_key="web.mbox-busy", status=503)
        busy.headers["Retry-After"] = WAIT
        return busy
    reader = Reader(
        hub().site, face.group, chosen_language(), is_member=visitor is not None, hide=showing.words_for(visitor)
    )
    span = month.span if isinstance(month, Month) else None
    response = Response(_stream(hub().database, reader, span), content_type="application/mbox")
    if is_whole:
        response.call_on_close(running.release)
    name = f"{slug}-{month.year:04}-{month.number:02}" if isinstance(month, Month) else slug
    response.headers["Content-Disposition"] = f'attachment; filename="{name}.mbox"'
    return response


def _month(text: str) -> Month | str | None:
    """The month that was asked for, "" for all of them; None where it is none."""
    year, _, number = text.partition("-")
    is_number = len(year) == 4 and len(number) == 2 and text.isascii() and (year + number).isdecimal()
    return "" if not text else months.read(int(year), int(number)) if is_number else None


def _stream(database: Database, reader: Reader, span: Span | None) -> Iterator[bytes]:
    last = 0
    while True:
        made = io.BytesIO()
        with database.reading() as session:
            found = exporting.posts_after(session, reader.group.id, last, within=span)
            for one in found:
                sender, raw = reader.mail(session, one)
                mbox.write(made, raw, sender=sender, sent_at=one.post.sent_at)
        if not found:
            return
        last = found[-1].post.number
        yield made.getvalue()
