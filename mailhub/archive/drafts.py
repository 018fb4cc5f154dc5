"""What a mail becomes as a post: read once, outside any transaction, and nothing in it depends on other posts."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from mailhub.archive import attachments, blobs
from mailhub.archive.threading import Named, chain_of, known_as
from mailhub.language import guess_language
from mailhub.mail.dates import read_date
from mailhub.mail.message import Mail
from mailhub.mail.quoting import Folded
from mailhub.mail.structure import fold_mail
from mailhub.site import Site

UNREAD = ""  # the language of a post whose HTML a job will read
_AHEAD = timedelta(days=1)  # that an author's clock may be
_LONGEST_NAME = 200
_LONGEST_SUBJECT = 1_000


@dataclass(frozen=True, slots=True)
class Draft:
    """A post without its place."""

    sha256: str  # of the mail's bytes
    message_id: str
    names: Named
    subject: str
    author_name: str
    author_email: str
    sent_at: datetime
    has_date: bool
    size: int
    words: str
    quoted: str
    signature: str
    language: str
    files: tuple[attachments.Ready, ...]


def draft(
    site: Site,
    raw: bytes,
    mail: Mail,
    *,
    now: datetime,
    sha256: str = "",
    file_above: int = attachments.LARGE,
    said: Folded | None = None,
    instead: Mapping[int, attachments.Ready] | None = None,
) -> Draft:
    """Read a mail as a post; large attachments are on disk afterwards. `instead`: files that are ready already."""
    sha256 = sha256 or blobs.sha256_of(raw)
    said_id = known_as(mail.message_id or "")
    own = said_id if said_id.isascii() and said_id else made_id(site, sha256)  # ours must fit into a header
    author = mail.author or next(iter(mail.authors), None) or mail.sender
    sent_at = _sent_at(mail, now)
    said = said or fold_mail(mail)
    return Draft(
        sha256=sha256,
        message_id=own,
        names=Named(_chain(own, mail)),
        subject=plain(mail.subject)[:_LONGEST_SUBJECT],
        author_name=plain(author.name)[:_LONGEST_NAME] if author else "",
        author_email=plain(author.email) if author else "",
        sent_at=sent_at or now,
        has_date=sent_at is not None,
        size=len(raw),
        words=plain(said.new),
        quoted=plain(said.quoted),
        signature=plain(said.signature),
        language=UNREAD if mail.unread_html else language_of(said.new, mail.content_language, site),
        files=attachments.prepare(site, mail.attachments, file_above=file_above, instead=instead),
    )


def made_id(site: Site, sha256: str) -> str:
    """The Message-ID of a mail that came with none, or with another's; the same bytes always get the same."""
    return f"{sha256[:32]}.mailhub@{site.domain}"


def renamed(site: Site, read: Draft) -> Draft:
    """The same post where its Message-ID is taken by another mail: under an id of ours, as an answer to the other."""
    return replace(read, message_id=made_id(site, read.sha256), names=Named((read.message_id,)))


def language_of(words: str, stated: str | None, site: Site) -> str:
    """The language to search these words in."""
    tag = (stated or "").partition("-")[0]
    return guess_language(words) or (tag if tag in site.languages else site.language)


def plain(text: str) -> str:
    """The text without what a database cannot hold."""
    text = text.replace("\0", "") if "\0" in text else text
    return text if text.isascii() else text.encode("utf-8", "replace").decode("utf-8")


def _chain(own: str, mail: Mail) -> tuple[str, ...]:
    references = _ids(mail, "references", mail.references)
    return chain_of(own, references, _ids(mail, "in-reply-to", mail.in_reply_to))


def _ids(mail: Mail, name: str, ids: tuple[str, ...]) -> tuple[str, ...]:
    """Those of these ids that are not bare words: «your message of Monday» would bind strangers' mails together."""
    values = [field.value for field in mail.headers if field.name.lower() == name]
    if not values or any(b"<" in value for value in values):
        return ids
    bare = {word for value in values for word in value.decode("utf-8", "replace").split()}
    return tuple(message_id for message_id in ids if message_id not in bare)


def _sent_at(mail: Mail, now: datetime) -> datetime | None:
    """The author's Date, or when the first server that wrote it down had the mail; a date to come is not believed."""
    received = mail.header("received").rpartition(";")[2] if mail.date is None or mail.date > now + _AHEAD else ""
    dates = (mail.date, read_date(received))
    return next((date for date in dates if date is not None and date <= now + _AHEAD), None)
