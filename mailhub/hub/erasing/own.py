"""What one person wrote: posts stay under another name or go with their words; the bytes of their mails go.

The other name is drawn by lot for each group, so that nobody can tell that two of them are one person (P-08).
"""

import secrets

import sqlalchemy as sa
from sqlalchemy.orm import Session

from mailhub.archive import erasing
from mailhub.archive.tables import Post
from mailhub.db.base import Base
from mailhub.delivery import mailings
from mailhub.delivery.tables import MailingState
from mailhub.hub.erasing.asked import REASON, WITHIN
from mailhub.language import say
from mailhub.lists import publication
from mailhub.mail.traces import Traces
from mailhub.people.tables import Erasure
from mailhub.site import Site

FILES, NAMES = "files", "names"  # places that outlive a stage
KEPT = frozenset({FILES, NAMES})
ENDED = frozenset({MailingState.DONE, MailingState.CANCELLED})

_POSTS = 10  # of one page
_MAILS = 100
_AFTER = "after"


def traces_of(erasure: Erasure) -> Traces:
    """What to look for."""
    kept = erasure.traces or {}
    name = " ".join(str(kept.get("name", "")).split())
    return Traces(tuple(kept.get("emails", ())), (name,) if name else ())


def let_go(erasure: Erasure, files: list[str]) -> None:
    """Remember files that go at the end, when no transaction can bring back a row that names them."""
    if files:
        erasure.place = {**erasure.place, FILES: [*erasure.place.get(FILES, []), *files]}


def posts(session: Session, site: Site, erasure: Erasure) -> bool:
    """A few of their messages."""
    own = sa.select(Post).where(Post.person_id == erasure.person_id).order_by(Post.id).limit(_POSTS)
    found = session.scalars(own).all()
    now = erasure.next_at or erasure.asked_at
    for post in found:
        mailing = publication.mailing_of(session, post)
        if mailing is not None and mailing.state not in ENDED and erasure.with_posts:
            mailings.cancel(session, mailing, now=now, reason=REASON)
        if mailing is not None and mailing.state in ENDED:
            mailings.forget_frames(session, mailing.id)
        if erasure.with_posts:
            let_go(erasure, erasing.take_out(session, site, post))
        else:
            name = _name(erasure, site, post.list_id)
            let_go(erasure, erasing.rename(session, site, post, name, traces_of(erasure), now=now))
    return not found


def mails(session: Session, site: Site, erasure: Erasure) -> bool:
    """Everything that came from their addresses until they were told goodbye."""
    inbound = Base.metadata.tables["inbound_mail"].c  # its room stands right of this one
    after = erasure.place.get(_AFTER, 0)
    page = sa.select(inbound.id, inbound.raw_id, inbound.author, inbound.envelope_from, inbound.received_at)
    found = session.execute(page.where(inbound.id > after).order_by(inbound.id).limit(_MAILS)).all()
    emails = {email.lower() for email in traces_of(erasure).emails}
    until = erasure.asked_at + WITHIN
    theirs = [
        row
        for row in found
        if row.received_at <= until and emails & {(row.author or "").lower(), row.envelope_from.lower()}
    ]
    bare = {"author": None, "envelope_from": "", "peer": "", "auth": sa.null(), "fault": None}
    session.execute(sa.update(inbound.id.table).where(inbound.id.in_([row.id for row in theirs])).values(bare))
    let_go(erasure, erasing.empty(session, site, [row.raw_id for row in theirs]))
    if found:
        erasure.place = {**erasure.place, _AFTER: found[-1].id}
    return not found


def _name(erasure: Erasure, site: Site, list_id: int) -> str:
    """What they are called in this group from now on."""
    names = erasure.place.get(NAMES, {})
    if str(list_id) not in names:
        number = 1000 + secrets.randbelow(9000)
        names = {**names, str(list_id): say(site.language, "people.pseudonym", number=number)}
        erasure.place = {**erasure.place, NAMES: names}
    return str(names[str(list_id)])
