"""Messages as pages show them: names and words, quotes folded, no address to a stranger, no token to anybody."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from urllib.parse import quote

from markupsafe import Markup
from sqlalchemy.orm import Session

from mailhub import formats, tokens
from mailhub.archive import corrections, subjects
from mailhub.archive.reading import Shown
from mailhub.archive.tables import PostState
from mailhub.clock import local
from mailhub.lists import outgoing, reading, redaction, voice
from mailhub.lists.authors import Names
from mailhub.lists.definition import Addresses, Join
from mailhub.lists.tables import MailList
from mailhub.mail.address import Mailbox
from mailhub.people import persons
from mailhub.people.tables import Person
from mailhub.templates import prose
from mailhub.tokens import Token
from mailhub.web.shared import chosen_language, hub
from mailhub.web.visitor import blunt

SHORT = 400  # characters of a message that stands among others


@dataclass(frozen=True, slots=True)
class Message:
    """One message, ready to be read."""

    number: int
    message_id: str
    author: str
    subject: str
    sent_at: datetime
    when: str
    words: Markup
    quoted: Markup
    quoted_lines: int
    files: tuple[tuple[str, str, str], ...]  # name, size, link
    reply: str  # a mailto with the conversation's ids; "" for strangers
    write_to: str  # the author's own address in the group
    corrected: str = ""  # when, where its author has corrected it: then `words` are the new ones
    earlier: Markup | str = ""


@dataclass(frozen=True, slots=True)
class Ways:
    """Addresses of a group that a page names."""

    write: str
    join: str
    contact: str
    is_joinable: bool


def ways(session: Session, group: MailList) -> Ways:  # noqa: ARG001 - every page asks alike
    """How to reach a group and come in."""
    language, site = chosen_language(), hub().site
    return Ways(
        write=voice.address(site, group),
        join=voice.verb_address(site, group, "join", language),
        contact=voice.contact(site, group, language),
        is_joinable=reading.definition_of(group).join is not Join.INVITATION and group.closed_at is None,
    )


def messages(
    session: Session, group: MailList, shown: Sequence[Shown], visitor: Person | None, *, short: bool = False
) -> list[Message]:
    """Those that are published, as this visitor may see them; of `short` ones only how they begin."""
    there = [one for one in shown if one.post.state is PostState.PUBLISHED and one.post.list_id == group.id]
    if not there:
        return []
    names = Names(session, group, chosen_language())
    names.expect(one.post.person_id for one in there if one.post.person_id is not None)
    right = corrections.latest(session, hub().site, [one.post.id for one in there])
    return [_message(session, group, one, visitor, names, short, right.get(one.post.id)) for one in there]


def day(moment: datetime) -> str:
    """A day as the page's reader says it."""
    zone = hub().site.time_zone
    return formats.past_day(chosen_language(), local(moment, zone).date(), today=local(hub().clock.now(), zone).date())


def _message(
    session: Session,
    group: MailList,
    one: Shown,
    visitor: Person | None,
    names: Names,
    short: bool,
    right: Shown | None,
) -> Message:
    site, post, language = hub().site, one.post, chosen_language()
    author = session.get(Person, post.person_id) if post.person_id is not None else None
    written = Mailbox(post.author_name, post.author_email)
    zone = persons.zone_of(visitor, site) if visitor is not None else site.time_zone
    words = words_for(visitor)
    said = right.text.words if right is not None else one.text.words
    return Message(
        number=post.number,
        message_id=post.message_id,
        author=names.of(author, written),
        subject=words(subjects.bare(post.subject)),
        sent_at=post.sent_at,
        when=formats.day_hour(language, post.sent_at, zone, today=local(hub().clock.now(), zone).date()),
        words=_html(_beginning(said) if short else said, words),
        quoted=_html("" if short else one.text.quoted, words),
        quoted_lines=len(one.text.quoted.splitlines()),
        files=tuple((file.name, formats.size(language, file.size), file_link(file.id)) for file in one.files),
        reply=_reply(group, one) if visitor is not None else "",
        write_to=_write_to(group, one) if visitor is not None else "",
        corrected=day(right.post.published_at) if right is not None else "",
        earlier=_html(one.text.words if right is not None and not short else "", words),
    )


def _beginning(text: str) -> str:
    return text if len(text) <= SHORT else f"{text[:SHORT].rpartition(' ')[0]}…"


def words_for(visitor: Person | None) -> Callable[[str], str]:
    """What anything written becomes before this visitor reads it: no token of ours, to a stranger no address whole."""
    redact = redaction.redactor(hub().site)
    return redact if visitor is not None else lambda text: blunt(redact(text))


def _html(text: str, words: Callable[[str], str]) -> Markup:
    made = prose.to_html(words(text))
    # What members wrote leads where they say; the page vouches for none of it.
    return Markup(made.replace("<a href=", '<a rel="noopener noreferrer nofollow ugc" href='))  # noqa: S704 - prose escapes


def _reply(group: MailList, one: Shown) -> str:
    """Begins an answer that finds its conversation in whatever mail program."""
    subject = quote(f"Re: {subjects.bare(one.post.subject)}")
    ids = quote(f"<{one.post.message_id}>")
    return f"mailto:{voice.address(hub().site, group)}?subject={subject}&In-Reply-To={ids}&References={ids}"


def _write_to(group: MailList, one: Shown) -> str:
    if reading.definition_of(group).addresses is Addresses.MEMBERS or one.post.person_id is None:
        return one.post.author_email if reading.definition_of(group).addresses is Addresses.MEMBERS else ""
    return outgoing.relay_address(hub().site, one.post.person_id, group.id)


def file_link(attachment_id: int) -> str:
    """Where a file of a message is fetched; "" on a site without an address of its own."""
    site = hub().site
    return site.link(f"f/{site.keys.issue_link(Token(tokens.FILE, 0, attachment_id))}") or ""
