"""A post as whoever takes the archive home gets it: the author's mail, its files with it, made as its copies are.

Of the header only what copies carry goes along, and no token of anybody's. The author's address is there where the
group shows it to members; else the lasting address that stands for it, and for strangers none at all. What cannot be
made so, because it is sealed or no longer whole, comes as the words we keep of it.
"""

from collections.abc import Callable
from dataclasses import dataclass, field, replace

from sqlalchemy.orm import Session

from mailhub.archive import attachments
from mailhub.archive import raw as raws
from mailhub.archive.blobs import Damaged
from mailhub.archive.reading import Shown
from mailhub.lists import authors, outgoing, reading
from mailhub.lists.definition import Addresses
from mailhub.lists.tables import MailList
from mailhub.mail import footers, tree
from mailhub.mail.address import Mailbox
from mailhub.mail.compose import Changes, NewFile, PostFacts, post_frame
from mailhub.mail.frame import BadFrame, Frame, Heading
from mailhub.mail.heading import BadValue, words
from mailhub.mail.mould import Mould
from mailhub.mail.parts import text_part
from mailhub.mail.pictures import JPEG, PNG
from mailhub.mail.posthead import post_headings
from mailhub.mail.shown import Case, Reply
from mailhub.mail.shown import Shown as Named
from mailhub.mail.wire import Unreadable, crlf
from mailhub.people.tables import Person
from mailhub.site import Site

_TEXT = (
    Heading("Content-Type", (b"text/plain; charset=utf-8",)),
    Heading("Content-Transfer-Encoding", (b"quoted-printable",)),
)
# Of one delivery, of no use in a file; what Outlook keeps beside a subject says it once more.
_NOT_KEPT = frozenset(
    "feedback-id list-unsubscribe list-unsubscribe-post precedence sender thread-index thread-topic "  # noqa: SIM905
    "x-auto-response-suppress x-loop x-mailhub-delivery x-original-dkim-signature dkim-signature".split()
)


@dataclass(frozen=True, slots=True)
class Reader:
    """For whom posts of a group are made, and how; `hide` changes every text they read."""

    site: Site
    group: MailList
    language: str
    is_member: bool
    hide: Callable[[str], str]
    names: dict[tuple[int | None, str], str] = field(default_factory=dict)  # by author: each is looked up once

    def mail(self, session: Session, one: Shown) -> tuple[str, bytes]:
        """The address it comes from, and the whole mail."""
        facts = self._facts(session, one)
        try:
            raw = raws.read(session, self.site, one.post.raw_id)
            frame = self._sealed(raw, facts, one) or post_frame(
                raw, facts, Changes(files=_pictures(session, self.site, one), redact=self.hide)
            )
            return _address(facts), _written(self._finished(frame, one))
        except (Damaged, Unreadable, BadFrame, BadValue):
            return _address(facts), _written(self._finished(self._as_words(b"", facts, one), one))

    def _facts(self, session: Session, one: Shown) -> PostFacts:
        post, rules = one.post, reading.definition_of(self.group)
        shows_address = self.is_member and rules.addresses is Addresses.MEMBERS
        address = f"nobody@{self.group.slug}.invalid"  # RFC 2606: it leads nowhere
        if self.is_member and post.person_id is not None:
            address = outgoing.relay_address(self.site, post.person_id, self.group.id)
        return PostFacts(
            list=outgoing.list_facts(self.site, self.group, self.language),
            shown=Named(Case.PLAIN if shows_address else Case.HIDDEN, by_relay=not shows_address, reply=Reply.NOBODY),
            author=Mailbox(post.author_name, post.author_email),
            relay=Mailbox(self._name(session, one), address),
            message_id=post.message_id,
            date=post.sent_at,
        )

    def _name(self, session: Session, one: Shown) -> str:
        post = one.post
        key = post.person_id, post.author_name
        if key not in self.names:
            author = session.get(Person, post.person_id) if post.person_id is not None else None
            written = Mailbox(post.author_name, post.author_email)
            self.names[key] = authors.name_in(session, self.group, author, written, self.language)
        return self.names[key]

    def _sealed(self, raw: bytes, facts: PostFacts, one: Shown) -> Frame | None:
        """A signed mail is passed on as it is, or not at all: nothing in it can be hidden from a stranger."""
        whole = crlf(raw)
        is_kept = self.is_member or not footers.is_sealed(whole, tree.read(whole, set()))
        return None if is_kept else self._as_words(whole, facts, one)

    def _as_words(self, raw: bytes, facts: PostFacts, one: Shown) -> Frame:
        fields = tree.read(raw, set()).fields if raw else ()
        said = "\n\n".join(part for part in (one.text.words, one.text.quoted, one.text.signature) if part)
        return Frame(post_headings(fields, facts, _TEXT, is_changed=True), text_part([f"{self.hide(said)}\n"]).body)

    def _finished(self, frame: Frame, one: Shown) -> Frame:
        """Without the fields of one delivery; the subject as this reader may read it."""
        subject = self.hide(one.post.subject)
        kept = [heading for heading in frame.headings if heading.name.lower() not in _NOT_KEPT]
        if subject != one.post.subject or not any(heading.name.lower() == "subject" for heading in kept):
            kept = [heading for heading in kept if heading.name.lower() != "subject"]
            kept.append(Heading("Subject", (words(" ".join(subject.split()), len("Subject: ")),)))
        return replace(frame, headings=tuple(kept))


def _pictures(session: Session, site: Site, one: Shown) -> dict[int, NewFile]:
    """Its pictures as the archive shows them: without what their cameras wrote into them."""
    return {
        file.position: NewFile(file.name, file.type, attachments.content(session, site, file.sha256))
        for file in one.files
        if file.type in (JPEG, PNG)
    }


def _address(facts: PostFacts) -> str:
    return (facts.relay if facts.shown.by_relay else facts.author).email


def _written(frame: Frame) -> bytes:
    filled = Mould(frame).fill(dict.fromkeys(frame.slots, ""))
    return b"".join((filled.head, b"\r\n", *filled.body))
