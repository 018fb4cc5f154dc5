"""The header of a post's copies: the author's own fields that may travel, and ours."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from email.utils import format_datetime

from mailhub.mail import sealing
from mailhub.mail.address import Mailbox
from mailhub.mail.carried import answered, carry, signatures, signed_names, whole_field
from mailhub.mail.dates import read_date
from mailhub.mail.frame import Heading, Slot
from mailhub.mail.heading import BadValue, fold, mailbox, phrase, token, words
from mailhub.mail.listheaders import ListFacts, list_headings
from mailhub.mail.sealing import Sealing
from mailhub.mail.shown import Reply, Shown
from mailhub.mail.wire import Field
from mailhub.mail.words import header_text, one_line

_LONGEST_TITLE = 60
_ID = re.compile(rb"<[!-;=?-~]{1,900}>")
# What of the author's header goes on beside what is handled one by one; all else may tell where and who they are.
_CARRIED = ("in-reply-to", "references", "thread-topic", "thread-index")
# What a transparent copy leaves out of the author's header, unless the author has signed it.
_OURS = re.compile(
    r"list-.*|received|return-path|delivered-to|x-original-to|bcc|precedence|x-loop|x-beenthere|x-mailhub-.*|"
    r"feedback-id|archived-at|x-auto-response-suppress|errors-to|sender"
)


@dataclass(frozen=True, slots=True)
class PostFacts:
    """What the header of a post's copies tells, beside the author's own words."""

    list: ListFacts
    shown: Shown
    author: Mailbox  # named only where `shown` lets it be
    relay: Mailbox  # "Ada Rossi via Orto" <p.TOKEN@D>
    message_id: str  # without <>; for a post that came without one
    date: datetime  # the same
    archived_at: str = ""
    tag: str = ""  # put before the subject: "[Orto] "
    reply_to: Slot | None = None  # each recipient's own address for answers to the list; None: the list itself
    authserv_id: str = ""  # results that claim our name come from outside, and go
    renamed: Mapping[str, str] = field(default_factory=dict)  # ids it answers, and how everybody else knows those mails
    sealing: Sealing | None = None  # what we found when it came, where copies are sealed


def post_headings(
    fields: Sequence[Field], facts: PostFacts, content: Sequence[Heading], *, is_changed: bool
) -> tuple[Heading, ...]:
    """The header of a copy around these content fields; `is_changed` says that the body is not as it came."""
    first = _first_of_each(fields)
    title, address = facts.list.title, facts.list.address
    headings = (
        *_from(first, facts),
        *_recipients(first, facts),
        *_subject(first.get("subject"), facts.tag),
        _date(first.get("date"), facts.date),
        _message_id(first.get("message-id"), facts.message_id),
        *(copied for name in _CARRIED if (copied := answered(first.get(name), facts.renamed))),
        *_reply_to(first.get("reply-to"), Mailbox(title, address), facts),
        _mime_version(first.get("mime-version")),
        *content,
        *_list_fields(facts),
    )
    return (*headings, *signatures(fields, headings, facts.shown, is_changed), *_sealed(fields, facts))


def _sealed(fields: Sequence[Field], facts: PostFacts) -> list[Heading]:
    """The chain of seals that came, where the author is named, and ours that is begun."""
    if facts.sealing is None:
        return []
    is_named = facts.shown.names_author or not facts.shown.by_relay
    chain = [carry(one) for one in fields if one.name.lower() in sealing.CHAIN] if is_named else []
    kept = [one for one in chain if one is not None]
    if len(kept) < len(chain):
        return []  # what cannot leave as it came holds no longer
    return [*kept, *sealing.begun(fields, facts.sealing, is_named=is_named)]


def transparent_headings(fields: Sequence[Field], facts: PostFacts) -> tuple[Heading, ...]:
    """The author's header as it came, and ours beside it as far as the author's signatures leave room."""
    signed = signed_names(fields)
    kept = [one for one in fields if one.name and (one.name.lower() in signed or not _goes(one, facts.authserv_id))]
    there = {one.name.lower() for one in kept}
    ours = [Heading("Sender", (mailbox("", facts.list.address),)), *_list_fields(facts)]
    if "message-id" not in there:
        ours.append(_message_id(None, facts.message_id))
    if "date" not in there:
        ours.append(_date(None, facts.date))
    added = [one for one in ours if one.name.lower() not in signed | there]
    begun = sealing.begun(kept, facts.sealing, is_named=True) if facts.sealing else []
    return (*(Heading(one.name, (whole_field(one),), came=True) for one in kept), *added, *begun)


def _goes(field: Field, authserv_id: str) -> bool:
    name = field.name.lower()
    if name in ("authentication-results", "arc-authentication-results"):
        said = field.value.partition(b";")[0 if name.startswith("auth") else 2].strip().lower()
        return bool(authserv_id) and said.startswith(authserv_id.lower().encode())
    return _OURS.fullmatch(name) is not None


def _first_of_each(fields: Sequence[Field]) -> dict[str, Field]:
    first: dict[str, Field] = {}
    for one in fields:
        first.setdefault(one.name.lower(), one)
    return first


def _from(first: dict[str, Field], facts: PostFacts) -> list[Heading]:
    if facts.shown.by_relay:
        named = ("Author", "X-Original-From") if facts.shown.names_author and _can_be_named(facts.author) else ()
        return [_mailbox("From", facts.relay), *(_mailbox(name, facts.author) for name in named)]
    sender = Heading("Sender", (mailbox("", facts.list.address),))
    return [carry(first.get("from")) or _mailbox("From", facts.author), sender]


def _recipients(first: dict[str, Field], facts: PostFacts) -> list[Heading]:
    to_list = _mailbox("To", Mailbox(facts.list.title, facts.list.address))
    if not facts.shown.names_author and facts.shown.by_relay:
        return [to_list]  # addresses are hidden, those of others too
    headings = [carry(first.get("to")) or to_list]
    copies = carry(first.get("cc"))
    if facts.shown.author_in_cc and _can_be_named(facts.author):
        earlier = b"" if copies is None else first["cc"].value
        headings.append(_with_mailbox("Cc", earlier, facts.author))
    elif copies is not None:
        headings.append(copies)
    return headings


def _reply_to(theirs: Field | None, ours: Mailbox, facts: PostFacts) -> list[Heading]:
    match facts.shown.reply:
        case Reply.NOBODY:
            return []
        case Reply.LIST if facts.reply_to is not None:
            named = phrase(one_line(ours.name)[:_LONGEST_TITLE], len("Reply-To: "))
            return [Heading("Reply-To", (b"%s\r\n <" % named, facts.reply_to, b">"))]
        case Reply.LIST:
            return [_mailbox("Reply-To", ours)]
        case Reply.AUTHOR if not _can_be_named(facts.author):
            return []
        case Reply.AUTHOR:
            earlier = b"" if carry(theirs) is None or theirs is None else theirs.value
            return [_with_mailbox("Reply-To", earlier, facts.author)]


def _subject(theirs: Field | None, tag: str) -> list[Heading]:
    """The author's subject octet for octet; the tag before it, once."""
    used = len("Subject: ")
    if theirs is None:
        return [Heading("Subject", (words(tag, used),))] if tag else []
    text = header_text(theirs.value, set())
    copied = carry(theirs)
    is_tagged = not tag or tag.strip().lower() in text.lower()
    if copied is not None and is_tagged:
        return [copied]
    if copied is None or not tag.isascii():
        return [Heading("Subject", (words(one_line(text if is_tagged else tag + text), used),))]
    return [Heading("Subject", (fold(tag.encode("ascii") + theirs.value, used),))]


def _date(theirs: Field | None, ours: datetime) -> Heading:
    copied = carry(theirs)
    if copied is not None and theirs is not None and read_date(theirs.value.decode("ascii")) is not None:
        return copied
    return Heading("Date", (token(format_datetime(ours)),))


def _message_id(theirs: Field | None, ours: str) -> Heading:
    copied = carry(theirs)
    if copied is not None and theirs is not None and _ID.fullmatch(theirs.value):
        return copied
    return Heading("Message-ID", (b"<%s>" % token(ours),))


def _list_fields(facts: PostFacts) -> list[Heading]:
    headings = [*list_headings(facts.list), Heading("X-Loop", (token(facts.list.address),))]
    if facts.archived_at:
        headings.append(Heading("Archived-At", (b"<%s>" % token(facts.archived_at),)))
    return headings


def _mime_version(theirs: Field | None) -> Heading:
    copied = carry(theirs)
    return copied if copied is not None and theirs and theirs.value == b"1.0" else Heading("MIME-Version", (b"1.0",))


def _mailbox(name: str, who: Mailbox) -> Heading:
    return Heading(name, (mailbox(one_line(who.name), who.email, len(name) + 2),))


def _can_be_named(who: Mailbox) -> bool:
    """Whether the address can stand in the header of every copy; one outside ASCII would ask SMTPUTF8 of them all."""
    try:
        return mailbox("", who.email).isascii()
    except BadValue:
        return False


def _with_mailbox(name: str, earlier: bytes, who: Mailbox) -> Heading:
    """A list of mailboxes with one more, unless it is there."""
    if not earlier or who.email.lower().encode() in earlier.lower():
        return _mailbox(name, who) if not earlier else Heading(name, (fold(earlier, len(name) + 2),))
    try:
        return Heading(
            name, (fold(earlier + b", " + mailbox(one_line(who.name), who.email, len(name) + 2), len(name) + 2),)
        )
    except BadValue:
        return _mailbox(name, who)
