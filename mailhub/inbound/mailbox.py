"""The door to a mailbox by IMAP (RFC 3501, RFC 9051): which folders are read, which mails are new, their bytes.

Nothing there is changed: folders are opened read-only and what is fetched stays unread.
"""

import imaplib
import re
import ssl
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from typing import Any, Literal, Protocol

from mailhub.errors import MailhubError
from mailhub.mail.wire import LIMITS, Field, Unreadable, split
from mailhub.measures import HostPort
from mailhub.settings import InboundSection

INBOX = "INBOX"
SECONDS = 30.0  # to wait for each answer
_LARGEST = LIMITS.size + 1  # bytes: of a larger mail enough is fetched to list it as too large
_MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")
_LISTED = re.compile(rb'\(([^)]*)\) (?:"(?:[^"\\]|\\.)*"|NIL) (.+)', re.DOTALL)
_JUNK = rb"\junk"  # RFC 6154


class Unreachable(MailhubError):
    """The mailbox cannot be read now: it is tried again."""


@dataclass(frozen=True, slots=True)
class Account:
    """Whose mailbox, and where."""

    at: HostPort
    user: str
    password: str = field(repr=False)
    security: Literal["tls", "starttls", "none"] = "tls"
    spam: str | None = None  # the folder, where the server does not mark one


@dataclass(frozen=True, slots=True)
class Fetched:
    """One mail as it lies there."""

    raw: bytes
    arrived_at: datetime | None


class Mailbox(Protocol):
    """What is asked of a mailbox. Every call raises Unreachable when it cannot be answered."""

    def folders(self) -> list[str]:
        """Those to read: the inbox and, since mail for us may be taken for it, spam."""

    def open(self, folder: str) -> int:
        """Look into a folder; its UIDVALIDITY: mails keep their numbers as long as that stays the same."""

    def after(self, uid: int, since: date) -> list[int]:
        """The mails with a greater number that have come since that day, in order."""

    def fetch(self, uid: int) -> Fetched | None:
        """One of them; None when it is gone."""

    def close(self) -> None:
        """Hang up, also while another thread waits for an answer."""


def account(settings: InboundSection) -> Account | None:
    """Whose mailbox the site reads, if any."""
    if settings.imap is None:
        return None
    password = settings.imap_password.get_secret_value() if settings.imap_password else ""
    return Account(settings.imap, settings.imap_user or "", password, settings.imap_security, settings.imap_spam)


def connect(wanted: Account) -> Mailbox:
    """Log in. Raises Unreachable with the reason."""
    with _asking(wanted):
        return _Imap(wanted, _greeted(wanted))


@dataclass(frozen=True, slots=True)
class Seen:
    """What a mailbox shows to whoever sets it up."""

    has_spam: bool  # whether a spam folder is known
    newest: tuple[Field, ...] | None  # the header of its last mail, if there is one


def peek(wanted: Account) -> Seen:
    """Log in, look, and hang up. Raises Unreachable with the reason."""
    mailbox = connect(wanted)
    try:
        folders = mailbox.folders()
        mailbox.open(INBOX)
        numbers = mailbox.after(0, date(1970, 1, 1))
        last = mailbox.fetch(numbers[-1]) if numbers else None
        return Seen(len(folders) > 1, split(last.raw)[0] if last else None)
    except Unreadable:
        return Seen(True, None)  # a header without end says nothing
    finally:
        mailbox.close()


def _greeted(wanted: Account) -> imaplib.IMAP4:
    host, port = wanted.at.host, wanted.at.port
    if wanted.security == "tls":
        return imaplib.IMAP4_SSL(host, port, ssl_context=ssl.create_default_context(), timeout=SECONDS)
    client = imaplib.IMAP4(host, port, timeout=SECONDS)
    try:
        if wanted.security == "starttls":
            client.starttls(ssl.create_default_context())
    except BaseException:
        client.shutdown()
        raise
    return client


@contextmanager
def _asking(wanted: Account) -> Iterator[None]:
    try:
        yield
    except (imaplib.IMAP4.error, OSError, UnicodeError) as fault:
        raise Unreachable(f"{wanted.at}: {str(fault) or type(fault).__name__:.300}") from fault


class _Imap:
    """A mailbox on a server."""

    def __init__(self, wanted: Account, client: imaplib.IMAP4) -> None:
        self._account = wanted
        self._client = client
        try:
            client.login(wanted.user, wanted.password)
        except BaseException:
            client.shutdown()
            raise

    def folders(self) -> list[str]:
        with _asking(self._account):
            spam = [self._account.spam] if self._account.spam else self._marked()
        return [INBOX, *(one for one in spam if one.upper() != INBOX)]

    def open(self, folder: str) -> int:
        with _asking(self._account):
            self._said(self._client.select(_quoted(folder), readonly=True), f"the folder {folder} cannot be opened")
            _, [validity] = self._client.response("UIDVALIDITY")
            if not validity:
                raise imaplib.IMAP4.error(f"the folder {folder} has no UIDVALIDITY")
            return int(validity)

    def after(self, uid: int, since: date) -> list[int]:
        day = f"{since.day}-{_MONTHS[since.month - 1]}-{since.year}"
        with _asking(self._account):
            found = self._said(self._client.uid("SEARCH", f"UID {uid + 1}:* SINCE {day}"), "it cannot be searched")
        # «*» is the last mail there is, also when its number is below the range.
        numbers = [int(one) for line in found if line for one in line.split()]
        return sorted(number for number in numbers if number > uid)

    def fetch(self, uid: int) -> Fetched | None:
        wanted = f"(INTERNALDATE BODY.PEEK[]<0.{_LARGEST}>)"
        with _asking(self._account):
            answer = self._said(self._client.uid("FETCH", str(uid), wanted), "a mail cannot be read")
        whole = next((one for one in answer if isinstance(one, tuple)), None)
        if whole is None:
            return None
        beside = b" ".join(one[0] if isinstance(one, tuple) else one for one in answer if one)
        return Fetched(whole[1], _arrived(beside))

    def close(self) -> None:
        with suppress(OSError, imaplib.IMAP4.error):
            self._client.shutdown()

    def _marked(self) -> list[str]:
        """The folders that the server says hold spam; some say it only when asked (RFC 6154 section 2)."""
        found = _junk(self._said(self._client.list(), "its folders cannot be listed"))
        if not found and "SPECIAL-USE" in self._client.capabilities:
            found = _junk(self._said(self._client.list('(SPECIAL-USE) ""', "*"), "its folders cannot be listed"))
        return found

    def _said(self, answer: tuple[str, Sequence[Any]], otherwise: str) -> Sequence[Any]:
        status, said = answer
        if status != "OK":
            why = b" ".join(one for one in said if isinstance(one, bytes)).decode("utf-8", "replace")
            raise imaplib.IMAP4.error(f"{otherwise}: {why}")
        return said


def _junk(listed: Sequence[Any]) -> list[str]:
    names = []
    for one in listed:
        line, literal = one if isinstance(one, tuple) else (one, None)
        match = _LISTED.fullmatch(line) if isinstance(line, bytes) else None
        if match and _JUNK in match[1].lower().split():
            names.append(_unquoted(match[2] if literal is None else literal))
    return names


def _unquoted(name: bytes) -> str:
    text = name.decode("latin-1")
    return re.sub(r"\\(.)", r"\1", text[1:-1]) if text[:1] == text[-1:] == '"' else text


def _quoted(name: str) -> str:
    """As a string of the protocol; a name that is no ASCII is in its UTF-7 already (RFC 3501 section 5.1.3)."""
    if not name.isprintable():
        raise imaplib.IMAP4.error("the name of a folder holds controls")
    return '"{}"'.format(re.sub(r'(["\\])', r"\\\1", name))


def _arrived(said: bytes) -> datetime | None:
    """When the server took it (INTERNALDATE)."""
    try:
        local = imaplib.Internaldate2tuple(said)
        return datetime.fromtimestamp(time.mktime(local), UTC) if local else None
    except (ValueError, OverflowError, OSError):
        return None
