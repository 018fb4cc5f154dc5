"""A town whose mail lies in one mailbox, as its provider puts it there: in memory, or at a real server."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import date
from email import message_from_bytes
from email.utils import parseaddr
from pathlib import Path
from typing import Protocol

from mailhub.db.session import Database
from mailhub.inbound import mailbox
from mailhub.inbound.collecting import Collector
from mailhub.inbound.mailbox import INBOX, Account, Fetched, Mailbox, Unreachable
from mailhub.mail.wire import crlf
from mailhub.measures import HostPort
from tests.inbound.dovecot import PASSWORD, SPAM, client
from tests.mail.zones import Zone
from tests.stories.town import DOMAIN, Inboxes, Town

USER, PROVIDER = f"hub@{DOMAIN}", "mx.provider.example"


class Provider(Protocol):
    """Where mail comes to."""

    port: int
    user: str

    def puts(self, raw: bytes, folder: str = INBOX) -> None: ...

    def connect(self, account: Account) -> Mailbox: ...


@dataclass
class Remembered:
    """A mailbox in memory, which can be cut off, and number its mails anew."""

    port: int = 1143
    user: str = USER
    validity: int = 7
    is_down: bool = False
    mails: dict[str, dict[int, bytes]] = field(default_factory=lambda: {INBOX: {}, SPAM: {}})
    opened: str = INBOX
    since: date = date.min  # the day that was last asked for

    def puts(self, raw: bytes, folder: str = INBOX) -> None:
        self.mails[folder][max(self.mails[folder], default=0) + 1] = crlf(raw)

    def numbers_anew(self) -> None:
        """As after a repair at the provider."""
        self.validity += 1
        for folder, mails in self.mails.items():
            self.mails[folder] = dict(enumerate(mails.values(), 101))

    def connect(self, account: Account) -> Mailbox:
        if self.is_down:
            raise Unreachable("down")
        return self

    def folders(self) -> list[str]:
        return list(self.mails)

    def open(self, folder: str) -> int:
        if self.is_down:
            raise Unreachable("down")
        self.opened = folder
        return self.validity

    def after(self, uid: int, since: date) -> list[int]:
        self.since = since
        return [number for number in self.mails[self.opened] if number > uid]

    def fetch(self, uid: int) -> Fetched | None:
        return Fetched(self.mails[self.opened][uid], None)

    def close(self) -> None:
        self.is_down = False  # whoever comes next calls anew


@dataclass
class Served:
    """A mailbox at a real server, which makes one for whoever comes."""

    port: int
    user: str

    def puts(self, raw: bytes, folder: str = INBOX) -> None:
        with client(self.port, self.user) as owner:
            assert owner.append(f'"{folder}"', "", "", crlf(raw))[0] == "OK"

    def flags(self) -> list[bytes]:
        """What its owner sees of each mail in the inbox."""
        with client(self.port, self.user) as owner:
            owner.select(INBOX)
            return [one for one in owner.fetch("1:*", "(FLAGS)")[1] if isinstance(one, bytes)]

    connect = staticmethod(mailbox.connect)


class ByMailbox(Town):
    """A town that reads its mail by IMAP, every address of it being `hub+…`."""

    def __init__(self, folder: Path, database: Database, provider: Provider, transport: Inboxes | None = None) -> None:
        (folder / "imap").write_text(PASSWORD + "\n")
        self.provider = provider
        settings = {
            "MAILHUB_SITE__ADDRESS_STYLE": "plus",
            "MAILHUB_INBOUND__SMTP": "",
            "MAILHUB_INBOUND__IMAP": f"127.0.0.1:{provider.port}",
            "MAILHUB_INBOUND__IMAP_USER": provider.user,
            "MAILHUB_INBOUND__IMAP_PASSWORD_FILE": str(folder / "imap"),
            "MAILHUB_INBOUND__IMAP_SECURITY": "none",
            "MAILHUB_INBOUND__TRUST": "relay",
            "MAILHUB_INBOUND__AUTHSERV_ID": PROVIDER,
        }
        super().__init__(folder, database, settings, Zone(), transport)

    def _start(self) -> None:
        super()._start()
        account = mailbox.account(self.hub.settings.inbound)
        assert account is not None
        connect: Callable[[Account], Mailbox] = self.provider.connect
        self.collector = Collector(self.hub, account, connect)

    def receives(self, raw: bytes, sender: str, recipients: Sequence[str], folder: str = INBOX) -> list[str]:
        """The provider takes mail for all `hub+…` and puts it into one mailbox; a minute later it is read."""
        for recipient in recipients:
            self.provider.puts(delivered(raw, sender, recipient), folder)
        self.collector.look()
        self.settles()
        return []


def delivered(raw: bytes, sender: str, recipient: str) -> bytes:
    """A mail with what the provider writes on top of it; it finds that the author's domain sent it."""
    author = parseaddr(str(message_from_bytes(raw)["From"]))[1].rpartition("@")[2]
    head = (
        f"Return-Path: <{sender}>\r\nDelivered-To: {USER}\r\nX-Original-To: {recipient}\r\n"
        f"Authentication-Results: {PROVIDER}; dmarc=pass header.from={author}\r\n"
        f"Received: from mail.{author} by {PROVIDER}; Mon, 9 Mar 2026 09:00:00 +0100\r\n"
    )
    return head.encode() + crlf(raw)


def where(port: int) -> HostPort:
    return HostPort("127.0.0.1", port)
