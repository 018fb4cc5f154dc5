"""`/f/<token>`: a file that came with a post, for those whose copy named it."""

import logging
import re
from urllib.parse import quote

from flask import Blueprint, Response

from mailhub import tokens
from mailhub.archive import attachments
from mailhub.archive.blobs import Damaged
from mailhub.tokens import Token
from mailhub.web.shared import hub, page

log = logging.getLogger("mailhub.web")

pages = Blueprint("files", __name__)

# Shown as they are nowhere: a browser saves them, whatever they pretend to be (S-25).
SAFE_TYPES = frozenset({"image/jpeg", "image/png", "image/gif", "image/webp", "application/pdf", "text/plain"})
UNKNOWN_TYPE = "application/octet-stream"
LONGEST_NAME = 150
_NOT_IN_NAMES = re.compile(r"[/\\:*?\"<>|%]+")  # what some system takes for more than a letter


@pages.get("/f/<token>")
def fetch(token: str) -> Response:
    """The file, to be saved. The token names no person: it is for everybody in the group."""
    read = hub().site.keys.read_link(token, today=hub().clock.now().date())
    if not isinstance(read, Token) or read.kind is not tokens.FILE:
        return page("message.html", title_key="web.file-unknown", status=404)
    try:
        with hub().database.reading() as session:
            found = attachments.read(session, hub().site, read.thing)
    except Damaged as fault:
        log.error("file lost attachment=%d %s", read.thing, fault)
        return page("message.html", title_key="web.file-lost", status=500)
    if found is None:
        return page("message.html", title_key="web.file-unknown", status=404)
    kind = found.type if found.type in SAFE_TYPES else UNKNOWN_TYPE
    response = Response(found.content, headers={"Content-Type": kind})
    response.headers["Content-Disposition"] = f"attachment; filename*=UTF-8''{quote(shown_name(found.name), safe='')}"
    response.headers["Content-Security-Policy"] = "default-src 'none'; sandbox"
    return response


def shown_name(name: str) -> str:
    """A name a file may be saved under: nothing invisible, no path, nothing that hides its ending (S-12)."""
    plain = "".join(char if char.isprintable() else " " for char in name)
    plain = " ".join(_NOT_IN_NAMES.sub("_", plain).split()).strip(". ")
    stem, dot, ending = plain.rpartition(".")
    short = f"{stem[: LONGEST_NAME - len(ending)]}{dot}{ending}" if len(ending) <= 10 else plain[:LONGEST_NAME]
    return short or "file"
