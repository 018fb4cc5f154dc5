"""What is left of a post whose author is erased: the same message under another name, or its place in the thread.

The bytes it came in go. Those that stand for it afterwards are made from its words, so that nothing is in them that is
not read on the page.
"""

from collections.abc import Collection, Sequence
from datetime import datetime
from email.utils import format_datetime
from pathlib import PurePath

import sqlalchemy as sa
from sqlalchemy.orm import Session

from mailhub.archive import drafts, search
from mailhub.archive import raw as raws
from mailhub.archive.tables import Attachment, Blob, Picture, Post, PostReference, PostState, PostText, Raw
from mailhub.mail.heading import field, fold, mailbox, words
from mailhub.mail.parts import text_part
from mailhub.mail.traces import NOBODY, Traces
from mailhub.site import Site

_MOST_REFERENCES = 20  # ids in the field of the mail we make; the first and the last say where it belongs


def rename(session: Session, site: Site, post: Post, name: str, traces: Traces, *, now: datetime) -> list[str]:
    """Let it be somebody else's of this name; gives the files that may go."""
    text = session.get_one(PostText, post.id)
    if text.language == drafts.UNREAD:
        search.read_html(session, site, post, text)
    text.words, text.quoted, text.signature = traces.everywhere(text.words), traces.everywhere(text.quoted), ""
    post.subject = traces.everywhere(post.subject)
    post.author_name, post.author_email, post.person_id, post.indexed_at = name, "", None, None
    for file in session.scalars(sa.select(Attachment).where(Attachment.post_id == post.id)):
        file.name = f"file-{file.position + 1}{PurePath(file.name).suffix[:10]}"  # people call files by their own names
    former = post.raw_id
    made = _mail(post, text, _chain(session, post))
    post.raw_id, post.size = raws.keep(session, site, made, now=now).id, len(made)
    session.flush()
    return empty(session, site, [former])


def take_out(session: Session, site: Site, post: Post) -> list[str]:
    """Nothing of it stays but its place in the thread; gives the files that may go."""
    text = session.get_one(PostText, post.id)
    text.words, text.quoted, text.signature, text.language = "", "", "", site.language
    post.subject, post.author_name, post.author_email, post.person_id = "", "", "", None
    post.state, post.indexed_at = PostState.WITHDRAWN, None
    contents = session.scalars(sa.select(Attachment.sha256).where(Attachment.post_id == post.id)).all()
    session.execute(sa.delete(Attachment).where(Attachment.post_id == post.id))
    former = post.raw_id
    post.raw_id = raws.keep_nothing(session).id
    session.flush()
    files = empty(session, site, [former])
    return [*files, *_drop(session, contents)]


def empty(session: Session, site: Site, raw_ids: Sequence[int]) -> list[str]:
    """Keep nothing of these mails, unless a post still needs one; gives the files that may go."""
    needed = set(session.scalars(sa.select(Post.raw_id).where(Post.raw_id.in_(raw_ids))))
    files = []
    for row in session.scalars(sa.select(Raw).where(Raw.id.in_(set(raw_ids) - needed), Raw.size > 0)).all():
        files += raws.replace(site, row, b"")
    session.flush()
    return [*files, *_forget_pictures(session, set(raw_ids) - needed)]


def _forget_pictures(session: Session, raw_ids: Collection[int]) -> list[str]:
    """What was made of the pictures of these mails goes with them."""
    made = sa.select(Picture.sha256, Picture.mailed_sha256).where(Picture.raw_id.in_(raw_ids))
    contents = [sha256 for row in session.execute(made) for sha256 in row]
    session.execute(sa.delete(Picture).where(Picture.raw_id.in_(raw_ids)))
    return _drop(session, contents)


def _drop(session: Session, contents: Collection[str]) -> list[str]:
    """Keep none of these contents that nothing names any more; gives the files that may go."""
    kept = set[str]()
    for column in (Attachment.sha256, Picture.sha256, Picture.mailed_sha256):
        kept |= set(session.scalars(sa.select(column).where(column.in_(set(contents) - kept))))
    gone = sorted(set(contents) - kept)
    session.execute(sa.delete(Blob).where(Blob.sha256.in_(gone)))
    return gone


def _chain(session: Session, post: Post) -> list[str]:
    """The ids it answers, the oldest first."""
    chain = sa.select(PostReference.message_id).where(PostReference.post_id == post.id, PostReference.position > 0)
    return list(session.scalars(chain.order_by(PostReference.position.desc()).limit(_MOST_REFERENCES)))


def _mail(post: Post, text: PostText, chain: Sequence[str]) -> bytes:
    """A mail that says what the post says."""
    part = text_part(["\n\n".join(said for said in (text.words, text.quoted) if said)])
    fields = [
        field("From", mailbox(post.author_name, NOBODY, len("From: "))),
        field("Subject", words(post.subject, len("Subject: "))),
        field("Date", format_datetime(post.sent_at).encode()),
        field("Message-ID", f"<{post.message_id}>".encode("ascii", "replace")),
    ]
    if chain:
        named = " ".join(f"<{one}>" for one in chain).encode("ascii", "replace")
        fields.append(field("References", fold(named, len("References: "))))
    content = [one + b"\r\n" for one in (b"MIME-Version: 1.0", *part.fields)]
    body = (piece for piece in part.body if isinstance(piece, bytes))
    return b"".join((*fields, *content, b"\r\n", *body))
