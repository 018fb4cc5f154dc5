"""`/f/<token>`: a file that came with a post, for those whose copy named it."""

from urllib.parse import quote

from flask import Blueprint, Response

from mailhub import tokens
from mailhub.archive import attachments
from mailhub.tokens import Token
from mailhub.web.shared import hub, page

pages = Blueprint("files", __name__)

# Shown as they are nowhere: a browser saves them, whatever they pretend to be (S-25).
SAFE_TYPES = frozenset({"image/jpeg", "image/png", "image/gif", "image/webp", "application/pdf", "text/plain"})


@pages.get("/f/<token>")
def fetch(token: str) -> Response:
    read = hub().site.keys.read_link(token, today=hub().clock.now().date())
    if not isinstance(read, Token) or read.kind is not tokens.FILE:
        return page("message.html", title_key="web.file-unknown", status=404)
    with hub().database.reading() as session:
        found = attachments.read(session, hub().site, read.thing)
    if found is None:
        return page("message.html", title_key="web.file-unknown", status=404)
    kind = found.type if found.type in SAFE_TYPES else "application/octet-stream"
    response = Response(found.content, mimetype=kind)
    response.headers["Content-Disposition"] = f"attachment; filename*=UTF-8''{quote(found.name)}"
    response.headers["Content-Security-Policy"] = "default-src 'none'; sandbox"
    return response
