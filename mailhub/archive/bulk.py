"""Brings old mail into a list's archive: page by page, each in one short transaction, and only what is not there yet.

An import that was cut short is repeated with the same file: what it did is known again by its bytes, without reading
it, and it goes on where it stopped. Imported posts have numbers and are never owed to anybody.
"""

import zlib
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from enum import StrEnum
from typing import BinaryIO

import sqlalchemy as sa
from sqlalchemy.orm import Session

from mailhub.archive import attachments, blobs, drafts, mbox, packing, pictures, posts, zstd
from mailhub.archive import raw as raws
from mailhub.archive.drafts import Draft
from mailhub.archive.mbox import Found
from mailhub.archive.tables import Post, Raw
from mailhub.db.session import Database
from mailhub.errors import BadInput
from mailhub.faults import Point, point
from mailhub.language import say
from mailhub.mail.address import canonical
from mailhub.mail.message import Mail
from mailhub.mail.message import parse as parse_mail
from mailhub.mail.pictures import Picture
from mailhub.mail.pictures import kind as picture_kind
from mailhub.mail.pictures import make as make_picture
from mailhub.mail.problems import Problem
from mailhub.mail.wire import LIMITS, Unreadable, crlf
from mailhub.people.tables import Address
from mailhub.site import Site

PAGE = 24  # mails, and
PAGE_BYTES = 1024 * 1024  # of them: together a transaction of less than 50 ms
_LEAST = 32 * 1024  # bytes of a header that is read where the whole mail cannot be
_BROKEN = (EOFError, OSError, zlib.error, zstd.Broken)


class Damage(StrEnum):
    """What is wrong with a mail of the file. Each is kept and becomes a post, but for the first two."""

    TOO_LARGE = "too-large"
    EMPTY = "empty"
    NO_HEADER = "no-header"
    UNREADABLE = "unreadable"  # it passes a limit: only its header is read
    NO_FROM = "no-from"
    NO_BLANK_LINE = "no-blank-line"
    NUL = "nul"
    CUT_SHORT = "cut-short"
    BAD_ENCODING = "bad-encoding"


_GRAVE = {
    Problem.NO_BLANK_LINE: Damage.NO_BLANK_LINE,
    Problem.UNCLOSED_MULTIPART: Damage.CUT_SHORT,
    Problem.BAD_ENCODING: Damage.BAD_ENCODING,
    Problem.NO_FROM: Damage.NO_FROM,
}
_LEFT_OUT = {Damage.TOO_LARGE, Damage.EMPTY}
_TELLING = ("from", "date", "subject", "message-id")  # without any of these it is no header


@dataclass(frozen=True, slots=True)
class Damaged:
    """One damaged mail and where the file has it."""

    number: int  # of the mail in the file, from 1
    line: int
    offset: int
    damage: Damage
    kept: bool


def described(language: str, file_name: str, damaged: Damaged) -> str:
    """One line for whoever runs the import: which mail, where it begins, what is wrong with it."""
    what = say(language, f"archive.damage.{damaged.damage}")
    place = {"file": file_name, "number": damaged.number, "line": damaged.line, "offset": damaged.offset}
    return say(language, "archive.damage.line", what=what, **place)


@dataclass(frozen=True, slots=True)
class Report:
    """How many mails were read, became posts, were there already, are damaged, could not be taken."""

    read: int = 0
    added: int = 0
    again: int = 0
    damaged: int = 0
    left_out: int = 0


def _ignore(_told: object) -> None:
    """Whoever does not ask is told nothing."""


def parse_for_import(raw: bytes) -> Mail:
    """Read a mail of an old archive; a job reads its HTML later."""
    return parse_mail(raw, html=False, limits=replace(LIMITS, size=2 * mbox.LARGEST))


def import_mbox(
    database: Database,
    site: Site,
    list_id: int,
    stream: BinaryIO,
    *,
    take_numbers: Callable[[Session, int], int],
    now: datetime,
    parse: Callable[[bytes], Mail] = parse_for_import,
    picture: Callable[[bytes], Picture | None] = make_picture,
    tell: Callable[[Damaged], None] = _ignore,
    progress: Callable[[Report], None] = _ignore,
    dry_run: bool = False,
) -> Report:
    """Make the mails of an mbox posts of a list, in its order. `tell` hears of every damaged one.

    `picture` makes of a picture what the archive keeps of it, or nothing, as it does for mail that arrives.
    `take_numbers` takes so many numbers of the list and says the first; asked for none it only locks the list.
    `progress` hears how far it is after each page and may raise to cancel. A dry run only reads and counts.
    Raises BadInput where the file is no mbox or breaks off; what came before is imported.
    """
    work = _Import(database, site, list_id, take_numbers, now, parse, picture, tell, dry_run)
    for page in _pages(stream):
        work.take(page)
        progress(work.report)
    return work.report


def _pages(stream: BinaryIO) -> Iterator[list[Found]]:
    """The mails of a file in pages."""
    page: list[Found] = []
    size = count = 0
    try:
        for found in mbox.read(mbox.opened(stream)):
            if found.number == 1 and not found.is_announced and not mbox.is_mail(found.raw or b""):
                raise BadInput("the file is no mbox: it begins neither with a line “From …” nor with a mail")
            page.append(found)
            size += len(found.raw or b"")
            count += 1
            if len(page) == PAGE or size > PAGE_BYTES:
                yield page
                page, size = [], 0
    except _BROKEN as fault:
        raise BadInput(
            f"the file breaks off after mail {count} ({fault}); unpack it by other means, and repeat"
        ) from None
    if page:
        yield page


@dataclass(frozen=True, slots=True)
class _Mail:
    """A mail of the file, in the bytes it is kept in."""

    found: Found
    raw: bytes
    sha256: str


@dataclass(slots=True)
class _Import:
    database: Database
    site: Site
    list_id: int
    take_numbers: Callable[[Session, int], int]
    now: datetime
    parse: Callable[[bytes], Mail]
    picture: Callable[[bytes], Picture | None]
    tell: Callable[[Damaged], None]
    dry_run: bool
    report: Report = field(default_factory=Report)
    seen: set[str] = field(default_factory=set)  # Message-IDs, in a dry run

    def take(self, page: Sequence[Found]) -> None:
        """Read a page of mails and make posts of those that are none yet."""
        mails = [mail for found in page if (mail := self._mail(found)) is not None]
        known = self._known(mails)
        new = [mail for mail in mails if mail.sha256 not in known]
        read = [self._draft(mail) for mail in new]
        added = self._count(read) if self.dry_run else self._write(read, [self._raw(mail) for mail in new])
        report = self.report
        self.report = replace(
            report, read=report.read + len(page), added=report.added + added, again=report.again + len(mails) - added
        )

    def _mail(self, found: Found) -> _Mail | None:
        if found.raw is None or not found.raw.strip():
            self._note(found, Damage.TOO_LARGE if found.raw is None else Damage.EMPTY)
            return None
        raw = crlf(found.raw)
        return _Mail(found, raw, blobs.sha256_of(raw))

    def _note(self, found: Found, damage: Damage) -> None:
        kept = damage not in _LEFT_OUT
        report = self.report
        self.report = replace(report, damaged=report.damaged + 1, left_out=report.left_out + (not kept))
        self.tell(Damaged(found.number, found.line, found.offset, damage, kept))

    def _known(self, mails: Sequence[_Mail]) -> set[str]:
        """Which of these are posts of the list already, to the byte: nothing needs to be read of them.

        Asked by the bytes alone, in two steps: a database may take the list for the narrower way, and walk all of it.
        """
        there = sa.select(Raw.id, Raw.sha256).where(Raw.sha256.in_({mail.sha256 for mail in mails}))
        with self.database.reading() as session:
            kept = dict(session.execute(there).all())
            posted = session.execute(sa.select(Post.raw_id, Post.list_id).where(Post.raw_id.in_(kept)))
            return {kept[raw_id] for raw_id, list_id in posted if list_id == self.list_id}

    def _draft(self, mail: _Mail) -> Draft:
        try:
            read = self.parse(mail.raw)
            damage = Damage.NUL if b"\0" in (mail.found.raw or b"") else _damage(read)
        except Unreadable:
            read, damage = _least_of(mail.raw), Damage.UNREADABLE
        if damage is not None:
            self._note(mail.found, damage)
        above = len(mail.raw) if self.dry_run else attachments.LARGE
        instead = {} if self.dry_run else self._pictures(read)
        return drafts.draft(
            self.site, mail.raw, read, now=self.now, sha256=mail.sha256, file_above=above, instead=instead
        )

    def _pictures(self, read: Mail) -> dict[int, attachments.Ready]:
        """What is kept of its pictures, by their place among its files."""
        found = {}
        for at, file in enumerate(read.attachments):
            made = self.picture(file.content) if picture_kind(file.content) else None
            if made is not None:
                found[at] = pictures.ready(self.site, at, file, made.kept)
        return found

    def _raw(self, mail: _Mail) -> raws.Prepared:
        """A small mail packed for good; the larger wait in rows, since a file each would make us wait for the disk."""
        if len(mail.raw) > packing.FILE_ABOVE:
            return raws.prepare(self.site, mail.raw)
        return packing.prepare(self.site, mail.raw, mail.sha256)

    def _count(self, read: Sequence[Draft]) -> int:
        """How many of these would become posts."""
        with self.database.reading() as session:
            arrived = posts.sort_out(session, self.site, self.list_id, read)
        new = {draft.message_id for draft in arrived.new} - self.seen
        self.seen |= new
        return len(new)

    def _write(self, read: Sequence[Draft], kept: Sequence[raws.Prepared]) -> int:
        if not read:
            return 0
        by_sha256 = {raw.sha256: raw for raw in kept}
        with self.database.transaction() as session:
            self.take_numbers(session, 0)  # from here on nobody else adds to the list
            arrived = posts.sort_out(session, self.site, self.list_id, read)
            if arrived.new:
                first = self.take_numbers(session, len(arrived.new))
                ids = raws.keep_all(session, [by_sha256[draft.sha256] for draft in arrived.new], now=self.now)
                people = _people(session, arrived.new)
                items = [
                    posts.Item(draft, first + place, raw_id, people.get(canonical(draft.author_email)))
                    for place, (draft, raw_id) in enumerate(zip(arrived.new, ids, strict=True))
                ]
                posts.write(session, self.list_id, items, now=self.now, origin=posts.IMPORT)
            posts.name_more(session, self.list_id, arrived.more)
            point(Point.IMPORT_PAGE)
        return len(arrived.new)


def _damage(read: Mail) -> Damage | None:
    if not any(read.has_header(name) for name in _TELLING):
        return Damage.NO_HEADER
    return next((damage for problem, damage in _GRAVE.items() if problem in read.problems), None)


def _least_of(raw: bytes) -> Mail:
    """What the header says of a mail that cannot be read as a whole; its words stay in its bytes."""
    head = raw[: max(raw.find(b"\r\n\r\n"), 0) or _LEAST][:_LEAST]
    try:
        return parse_for_import(head + b"\r\n\r\n")
    except Unreadable:
        return parse_for_import(b"\r\n")


def _people(session: Session, read: Sequence[Draft]) -> Mapping[str, int]:
    """Whose these addresses are, where we know."""
    keys = {canonical(draft.author_email) for draft in read if draft.author_email}
    known = sa.select(Address.email_key, Address.person_id).where(Address.email_key.in_(keys))
    return dict(session.execute(known).all()) if keys else {}
