"""`/<list>/m/<id>/as-written`: a message as its author's program laid it out, made safe by the one sanitiser (S-12).

The reading view shows words; this shows bold, tables and the mail's own pictures, quotations where they stood.
"""

import html as entities
import logging
import re
from collections.abc import Mapping
from urllib.parse import urlsplit

from flask import Blueprint, Response
from markupsafe import Markup
from sqlalchemy.orm import Session

from mailhub.archive import raw as raws
from mailhub.archive import reading as archive
from mailhub.archive.blobs import Damaged
from mailhub.archive.reading import Shown
from mailhub.mail import body, tree
from mailhub.mail.message import Mail, parse
from mailhub.mail.sanitising import sanitise
from mailhub.mail.wire import Unreadable
from mailhub.people.tables import Person
from mailhub.web import faces, showing
from mailhub.web.files import SAFE_TYPES
from mailhub.web.shared import hub, page
from mailhub.web.visitor import blunt, signed_in

log = logging.getLogger("mailhub.web")

pages = Blueprint("written", __name__)

# Colours and the like stand in the mail's own elements; the sanitiser has let no more than that through.
POLICY = (
    "default-src 'none'; style-src 'self'; style-src-attr 'unsafe-inline'; img-src 'self'; form-action 'self'; "
    "frame-ancestors 'none'; base-uri 'none'"
)
PICTURES = frozenset(kind for kind in SAFE_TYPES if kind.startswith("image/"))
_PIECE = re.compile(r"(<[^>]*>)")


@pages.get("/<slug>/m/<path:message_id>/as-written")
def as_written(slug: str, message_id: str) -> Response:
    """One message's HTML; the neutral page where there is none, or nothing this visitor may see."""
    with hub().database.reading() as session:
        visitor = signed_in(session)
        face = faces.of_slug(session, slug, visitor)
        one = archive.one(session, face.group.id, message_id) if face is not None and face.is_open else None
        shown = showing.messages(session, face.group, [one], visitor) if face is not None and one is not None else []
        if face is None or one is None or not shown:
            return faces.nothing()
        made = _html(session, one, visitor)
        if made is None:
            return faces.nothing()
        answer = page("as-written.html", face=face, one=shown[0], html=made, visitor=visitor)
    answer.headers["Content-Security-Policy"] = POLICY
    return answer


def has_html(session: Session, one: Shown) -> bool:
    """Whether there is such a page of a message; only the shape of the mail is read."""
    try:
        raw = raws.read(session, hub().site, one.post.raw_id)
        return bool(body.choose(tree.read(raw, set())).html)
    except (Damaged, Unreadable) as fault:
        log.error("message not shown as written post=%d %s", one.post.id, fault)
        return False


def _html(session: Session, one: Shown, visitor: Person | None) -> Markup | None:
    try:
        mail = parse(raws.read(session, hub().site, one.post.raw_id), html=False)
    except (Damaged, Unreadable) as fault:
        log.error("message not shown as written post=%d %s", one.post.id, fault)
        return None
    if not mail.html:
        return None
    made = sanitise(mail.html, pictures=_pictures(one, mail), words=showing.words_for(visitor))
    return Markup(made if visitor is not None else _without_split_addresses(made))  # noqa: S704 - the sanitiser's


def _pictures(one: Shown, mail: Mail) -> Mapping[str, str]:
    """Where the mail's own pictures are, by Content-ID: its files are the post's, in their order."""
    found = {}
    for came, kept in zip(mail.attachments, one.files, strict=False):
        content_id = (came.content_id or "").strip().strip("<>")
        if content_id and kept.type in PICTURES:
            found[content_id] = urlsplit(showing.file_link(kept.id)).path
    return {content_id: path for content_id, path in found.items() if path}


def _without_split_addresses(made: str) -> str:
    """An address written in two colours is one all the same: then no «@» stays."""
    pieces = _PIECE.split(made)
    plain = entities.unescape("".join(pieces[::2]))
    if blunt(plain) != plain:
        pieces[::2] = [piece.replace("@", "…") for piece in pieces[::2]]
    return "".join(pieces)
