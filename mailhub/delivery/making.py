"""Claimed rows become copies: here for a few, in a helper process for many, so that signing and sending overlap."""

import logging
from collections.abc import Mapping, Sequence
from concurrent.futures import Executor, Future
from dataclasses import dataclass
from datetime import datetime
from email.utils import format_datetime

from mailhub.clock import local
from mailhub.delivery.claims import Batch, Claimed
from mailhub.delivery.copies import Copy, Recipient, Unfit, make_many
from mailhub.delivery.tables import Mailing
from mailhub.mail.dkim import SigningKey
from mailhub.mail.frame import Frame
from mailhub.site import Site
from mailhub.tokens import LEAVE, Token

log = logging.getLogger("mailhub.delivery")

HELP_FROM = 50  # copies; for fewer the way to another process costs more than it saves


@dataclass(frozen=True, slots=True)
class Text:
    """The frame of a mailing in one language, as it is stored, and what it asks of each recipient."""

    frame: bytes
    slots: frozenset[str]

    @classmethod
    def of(cls, frame: bytes) -> "Text":
        return cls(frame, Frame.from_bytes(frame).slots)


@dataclass(frozen=True, slots=True)
class Item:
    """One claimed delivery and its copy, ready to leave."""

    mailing: Mailing
    claimed: Claimed
    copy: Copy


@dataclass(frozen=True, slots=True)
class Unmade:
    """One claimed delivery for which there is no copy: for good when its values cannot stand in the frame."""

    mailing: Mailing
    claimed: Claimed
    reason: str
    for_good: bool


@dataclass(frozen=True, slots=True)
class _Group:
    """Rows of one language, and their copies to come."""

    claimed: Sequence[Claimed]
    frame: bytes
    recipients: Sequence[Recipient]
    copies: Future[list[Copy | Unfit]]


class Making:
    """A batch on its way to becoming copies."""

    def __init__(self, mailing: Mailing, groups: Sequence[_Group], key: SigningKey | None, now: datetime) -> None:
        self._mailing = mailing
        self._groups = groups
        self._key = key
        self._now = now

    @property
    def is_done(self) -> bool:
        return all(group.copies.done() for group in self._groups)

    @property
    def futures(self) -> list[Future[list[Copy | Unfit]]]:
        return [group.copies for group in self._groups]

    @property
    def claimed(self) -> list[Claimed]:
        """What is being made, in order."""
        return [each for group in self._groups for each in group.claimed]

    def take(self) -> list[Item | Unmade]:
        """What became of each row; waits for it."""
        return [made for group in self._groups for made in self._finished(group)]

    def _finished(self, group: _Group) -> list[Item | Unmade]:
        try:
            made = group.copies.result()
        except Exception:  # a fault of ours in one copy, or a helper that died; the others must not wait for it
            log.exception("copies failed mailing=%d count=%d", self._mailing.id, len(group.claimed))
            return [self._alone(group.frame, *pair) for pair in zip(group.claimed, group.recipients, strict=True)]
        return [self._judged(*pair) for pair in zip(group.claimed, made, strict=True)]

    def _alone(self, frame: bytes, claimed: Claimed, recipient: Recipient) -> Item | Unmade:
        try:
            [made] = make_many(frame, [recipient], self._key, self._now)
        except Exception as error:  # tried again later; somebody may have mended it by then
            log.exception("copy failed mailing=%d person=%d", self._mailing.id, claimed.delivery.person_id)
            return Unmade(self._mailing, claimed, f"could not be written: {error}", for_good=False)
        return self._judged(claimed, made)

    def _judged(self, claimed: Claimed, made: Copy | Unfit) -> Item | Unmade:
        if isinstance(made, Unfit):
            return Unmade(self._mailing, claimed, made.reason, for_good=True)
        return Item(self._mailing, claimed, made)


class Maker:
    """Begins batches; with a helper the larger ones are made in its process."""

    def __init__(self, site: Site, key: SigningKey | None, helper: Executor | None = None) -> None:
        self._site = site
        self._key = key
        self._helper = helper

    def begin(self, batch: Batch, texts: Mapping[str, Text], now: datetime, real: datetime) -> Making:
        """Start making copies of a batch, of which `texts` has every language.

        They are dated by the site's time, and signed by the one that never turns.
        """
        date = format_datetime(local(now, self._site.time_zone))
        groups = []
        for language, text in texts.items():
            claimed = [each for each in batch.claimed if each.language == language]
            recipients = [recipient(self._site, batch.mailing, each, text.slots, date) for each in claimed]
            groups.append(_Group(claimed, text.frame, recipients, self._start(text.frame, recipients, real)))
        return Making(batch.mailing, groups, self._key, real)

    def _start(self, frame: bytes, recipients: Sequence[Recipient], now: datetime) -> Future[list[Copy | Unfit]]:
        if self._helper is not None and len(recipients) > HELP_FROM:
            return self._helper.submit(make_many, frame, recipients, self._key, now)
        made: Future[list[Copy | Unfit]] = Future()
        try:
            made.set_result(make_many(frame, recipients, self._key, now))
        except Exception as error:  # told where the result is asked for, as a helper's would be
            made.set_exception(error)
        return made


def recipient(site: Site, mailing: Mailing, claimed: Claimed, slots: frozenset[str], date: str) -> Recipient:
    """Whom the copy goes to and what it says to them; bounces come back to an address of this delivery alone.

    The slots of every frame are filled here, where their source has not done so.
    """
    person_id = claimed.delivery.person_id
    key = person_id, mailing.id, claimed.delivery.occurrence
    values = {"to": claimed.email, "to_name": claimed.name, "date": date, **claimed.slots}
    slots = slots - values.keys()
    if "delivery" in slots:
        values["delivery"] = site.keys.delivery_mark(*key)
    if "message_id" in slots:
        values["message_id"] = site.keys.message_id(*key, site.domain)
    if mailing.list_id is not None:
        leave = Token(LEAVE, person_id, mailing.list_id)
        if "leave_address" in slots:
            values["leave_address"] = site.address(f"u.{site.keys.issue(leave)}")
        if "leave_url" in slots:
            values["leave_url"] = site.link(f"u/{site.keys.issue_link(leave)}") or ""
    bounce = site.keys.issue_bounce(*key)
    return Recipient(site.address(f"b.{bounce}"), claimed.email, values, envid=bounce)
