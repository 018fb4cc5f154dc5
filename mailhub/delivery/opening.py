"""Opening a connection to the next hop with stdlib smtplib: EHLO, TLS with a checked name, and only then AUTH."""

import smtplib
import socket
import ssl
import threading
from dataclasses import dataclass, field
from enum import StrEnum
from pathlib import Path
from queue import SimpleQueue

from mailhub.delivery.conversation import Extensions
from mailhub.delivery.outcomes import clean
from mailhub.errors import BadInput


class Security(StrEnum):
    NONE = "none"
    STARTTLS = "starttls"
    TLS = "tls"


class TroubleKind(StrEnum):
    """Why no connection could be opened."""

    NAME = "name"  # the host name is not known
    REFUSED = "refused"
    TIMEOUT = "timeout"
    TLS = "tls"
    LOGIN = "login"
    REPLY = "reply"  # the next hop answered, and did not let us in
    NETWORK = "network"


@dataclass(frozen=True, slots=True)
class Trouble:
    """The last try to open a connection came to nothing."""

    kind: TroubleKind
    code: int
    text: str


@dataclass(frozen=True, slots=True)
class Timeouts:
    """Seconds to wait for each answer (RFC 5321 section 4.5.3.2)."""

    open: float = 300
    mail: float = 300
    rcpt: float = 300
    data: float = 120
    block: float = 180
    dot: float = 600


@dataclass(frozen=True, slots=True)
class NextHop:
    """Where everything leaves to, and how we prove who we are."""

    host: str
    port: int
    security: Security = Security.STARTTLS
    user: str = ""
    password: str = field(default="", repr=False)
    helo_name: str = "localhost"
    ca_file: Path | None = None  # None: the authorities this machine trusts

    def __post_init__(self) -> None:
        if self.user and self.security is Security.NONE:
            raise BadInput('[outbound] user needs security = "starttls" or "tls": a password never travels in clear')


Opened = tuple[socket.socket, Extensions] | Trouble


class Opener:
    """Opens connections in threads, since a next hop may take minutes to greet; readable when one is done."""

    def __init__(self, hop: NextHop, timeout: float) -> None:
        self.pending: set[int] = set()
        self._hop = hop
        self._timeout = timeout
        self._done: SimpleQueue[tuple[int, Opened]] = SimpleQueue()
        self._lock = threading.Lock()
        self._is_closed = False
        self._bell, self._ear = socket.socketpair()

    def fileno(self) -> int:
        return self._ear.fileno()

    def open(self, number: int) -> None:
        """Begin to open a connection under this number."""
        self.pending.add(number)
        threading.Thread(target=self._run, args=(number,), name=f"open-{number}", daemon=True).start()

    def results(self) -> list[tuple[int, Opened]]:
        """What is done since the last call."""
        self._ear.recv(4096)
        done = [self._done.get() for _ in range(self._done.qsize())]
        self.pending -= {number for number, _ in done}
        return done

    def close(self) -> None:
        """Connections still being opened are let go as soon as they are."""
        with self._lock:
            self._is_closed = True
            while not self._done.empty():
                _let_go(self._done.get()[1])
            self._bell.close()
            self._ear.close()

    def _run(self, number: int) -> None:
        opened = connect(self._hop, self._timeout)
        with self._lock:
            if self._is_closed:
                _let_go(opened)
            else:
                self._done.put((number, opened))
                self._bell.send(b"\0")


def connect(hop: NextHop, timeout: float) -> Opened:
    """A connection ready for MAIL FROM, or why there is none."""
    try:
        return _connect(hop, timeout)
    except smtplib.SMTPAuthenticationError as error:
        return Trouble(TroubleKind.LOGIN, error.smtp_code, _text(error.smtp_error))
    except smtplib.SMTPResponseException as error:
        return Trouble(TroubleKind.REPLY, error.smtp_code, _text(error.smtp_error))
    except smtplib.SMTPNotSupportedError as error:
        return Trouble(TroubleKind.TLS if "STARTTLS" in str(error) else TroubleKind.LOGIN, 0, str(error))
    except ssl.SSLError as error:
        return Trouble(TroubleKind.TLS, 0, _text(str(error)))
    except (OSError, smtplib.SMTPException, UnicodeError) as error:
        return Trouble(_network_kind(error), 0, _text(str(error)))


def _network_kind(error: Exception) -> TroubleKind:
    causes = (error, error.__context__)  # smtplib reports a timeout while reading as a closed connection
    if any(isinstance(cause, TimeoutError) for cause in causes):
        return TroubleKind.TIMEOUT
    if isinstance(error, ConnectionRefusedError):
        return TroubleKind.REFUSED
    return TroubleKind.NAME if isinstance(error, socket.gaierror) else TroubleKind.NETWORK


def _connect(hop: NextHop, timeout: float) -> tuple[socket.socket, Extensions]:
    client = _greeted(hop, timeout)
    try:
        if hop.security is Security.STARTTLS:
            client.ehlo_or_helo_if_needed()
            client.starttls(context=_context(hop))
        client.ehlo_or_helo_if_needed()
        if hop.user:
            client.login(hop.user, hop.password)
    except BaseException:
        client.close()
        raise
    taken, client.sock, reader = client.sock, None, client.file
    if taken is None:
        raise smtplib.SMTPServerDisconnected("the connection closed while it was opened")
    if reader is not None:
        reader.close()
    return taken, _extensions(client)


def _greeted(hop: NextHop, timeout: float) -> smtplib.SMTP:
    if hop.security is Security.TLS:
        return smtplib.SMTP_SSL(hop.host, hop.port, hop.helo_name, timeout=timeout, context=_context(hop))
    return smtplib.SMTP(hop.host, hop.port, hop.helo_name, timeout=timeout)


def _context(hop: NextHop) -> ssl.SSLContext:
    # Checks the certificate and the host's name; both are the default of this context and stay so.
    return ssl.create_default_context(cafile=str(hop.ca_file) if hop.ca_file else None)


def _extensions(client: smtplib.SMTP) -> Extensions:
    size = client.esmtp_features.get("size")
    return Extensions(
        pipelining=client.has_extn("pipelining"),
        eight_bit=client.has_extn("8bitmime"),
        utf8=client.has_extn("smtputf8"),
        dsn=client.has_extn("dsn"),
        max_size=None if size is None else int(size) if size.isdecimal() else 0,
    )


def _let_go(opened: Opened) -> None:
    if not isinstance(opened, Trouble):
        opened[0].close()


def _text(said: bytes | str) -> str:
    return clean(said if isinstance(said, bytes) else said.encode("utf-8", "replace"))
