"""The door: SMTP and LMTP by aiosmtpd. It refuses only what needs no DNS and no body, and says 250 when mail is safe.

RFC 5321 (SMTP), RFC 2033 (LMTP: one reply for each recipient), RFC 6152 and 6531 (8BITMIME, SMTPUTF8).
"""

import asyncio
import logging
import shutil
import socket
import threading
from collections.abc import Callable
from concurrent.futures import Future
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from aiosmtpd.lmtp import LMTP
from aiosmtpd.smtp import SMTP, Envelope, Session

from mailhub.errors import BadInput
from mailhub.inbound import intake
from mailhub.inbound.refusals import REPLIES, AtDoor, Refusal, in_both, refuse_data
from mailhub.mail.wire import bare_bytes
from mailhub.measures import HostPort

log = logging.getLogger("mailhub.inbound")

MOST_CONNECTIONS = 200
MOST_RECIPIENTS = 1000
IDLE_SECONDS = 300  # RFC 5321 section 4.5.3.2.7
FREE_DISK = 0.05
NULL_SENDER = "<>"

# aiosmtpd's own words lack the enhanced code (RFC 3463) or say it less clearly.
BETTER = {
    "552 Error: Too much mail data": str(Refusal(AtDoor.TOO_BIG, in_both("inbound.too-big"))),
    "500 Line too long (see RFC5321 4.5.3.1.6)": str(Refusal(AtDoor.LONG_LINE)),
}


@dataclass(frozen=True, slots=True)
class DoorRules:
    """What the door must know to answer without a body."""

    hostname: str
    max_bytes: int
    data_dir: Path
    most_in_work: int
    refuse: Callable[[str], Refusal | None]  # judges one recipient
    in_work: Callable[[], int]
    keep: Callable[[intake.Envelope, bytes], Future[int]]  # done, with the mail's id, when it is safe
    after: Callable[[], None]  # when the doors have closed
    knows: Callable[[str, str], bool] = lambda _sender, _peer: False  # whether somebody we know sends; may ask the DNS


class _Handler:
    """aiosmtpd calls these; each gives the reply line."""

    def __init__(self, rules: DoorRules, protocol: str) -> None:
        self._rules = rules
        self._protocol = protocol
        self._asked: tuple[str, bool] = ("", False)  # the last sender whose mail went to a name that is nobody's

    async def handle_MAIL(
        self, _server: SMTP, _session: Session, envelope: Envelope, address: str, mail_options: list[str]
    ) -> str:
        if not address.isprintable():  # controls, and octets that are no UTF-8: no row could hold them
            return REPLIES[AtDoor.BAD_SENDER]
        usage = shutil.disk_usage(self._rules.data_dir)
        if usage.free < usage.total * FREE_DISK and usage.free < 20 * self._rules.max_bytes:
            return REPLIES[AtDoor.DISK_FULL]
        if self._rules.in_work() >= self._rules.most_in_work:
            return REPLIES[AtDoor.BUSY]
        envelope.mail_from = address or NULL_SENDER  # aiosmtpd takes "" for no MAIL at all
        envelope.mail_options.extend(mail_options)
        return "250 2.1.0 Sender OK"

    async def handle_RCPT(
        self, _server: SMTP, session: Session, envelope: Envelope, address: str, rcpt_options: list[str]
    ) -> str:
        if not address.isprintable():
            return REPLIES[AtDoor.BAD_RECIPIENT]
        if len(envelope.rcpt_tos) >= MOST_RECIPIENTS:
            return REPLIES[AtDoor.TOO_MANY_RECIPIENTS]
        refusal = self._rules.refuse(address)
        if refusal is not None and not (refusal.why is AtDoor.UNKNOWN_NAME and await self._is_known(session, envelope)):
            return str(refusal)
        envelope.rcpt_tos.append(address)
        envelope.rcpt_options.extend(rcpt_options)
        return "250 2.1.5 Recipient OK"

    async def _is_known(self, session: Session, envelope: Envelope) -> bool:
        """Asked once for each sender, in a thread: the others go on meanwhile."""
        sender = _sender(envelope)
        if self._asked[0] != sender:
            self._asked = sender, await asyncio.to_thread(self._rules.knows, sender, _peer(session))
        return self._asked[1]

    async def handle_DATA(self, _server: SMTP, session: Session, envelope: Envelope) -> str:
        raw = bytes(envelope.original_content or b"")
        reply = await self._judge_and_keep(session, envelope, raw)
        return "\r\n".join([reply] * len(envelope.rcpt_tos)) if self._protocol == "lmtp" else reply

    async def _judge_and_keep(self, session: Session, envelope: Envelope, raw: bytes) -> str:
        refusal = refuse_data(raw, bool(bare_bytes(raw)))
        if refusal is not None:
            return str(refusal)
        peer = _peer(session)
        cover = intake.Envelope(_sender(envelope), tuple(envelope.rcpt_tos), peer, self._protocol)
        try:
            mail_id = await asyncio.wrap_future(self._rules.keep(cover, raw))
        except Exception:
            log.exception("mail not kept from=%s size=%d", envelope.mail_from, len(raw))
            return REPLIES[AtDoor.NOT_STORED]
        log.info("mail kept mail=%d peer=%s size=%d recipients=%d", mail_id, peer, len(raw), len(cover.recipients))
        return f"250 2.0.0 Kept as {mail_id}"


def _sender(envelope: Envelope) -> str:
    return "" if envelope.mail_from in (None, NULL_SENDER) else str(envelope.mail_from)


def _peer(session: Session) -> str:
    return str(session.peer[0]) if isinstance(session.peer, tuple) else "local"


class _Crowd:
    """Counts the connections of one door."""

    def __init__(self) -> None:
        self.open = 0


class _Manners:
    """What both protocols share: a limit of connections, clearer words, no AUTH."""

    crowd: _Crowd

    def connection_made(self, transport: Any) -> None:
        self.crowd.open += 1
        if self.crowd.open > MOST_CONNECTIONS:
            transport.write(f"{REPLIES[AtDoor.TOO_MANY_CONNECTIONS]}\r\n".encode())
            transport.close()
            return
        super().connection_made(transport)  # type: ignore[misc]

    def connection_lost(self, error: Exception | None) -> None:
        self.crowd.open -= 1
        if getattr(self, "session", None) is not None:
            super().connection_lost(error)  # type: ignore[misc]

    async def push(self, status: Any) -> None:
        await super().push(BETTER.get(status, status))  # type: ignore[misc]


class _SmtpDoor(_Manners, SMTP):
    pass


class _LmtpDoor(_Manners, LMTP):
    pass


class Doors:
    """All doors of the site, in one thread of their own."""

    def __init__(self, rules: DoorRules, *, smtp: HostPort | Path | None, lmtp: HostPort | Path | None) -> None:
        self._rules = rules
        self._wanted = [(kind, where) for kind, where in (("smtp", smtp), ("lmtp", lmtp)) if where]
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._loop.run_forever, name="doors", daemon=True)
        self._servers: list[asyncio.AbstractServer] = []
        self.bound: dict[str, Any] = {}  # protocol -> (host, port) or path

    def open(self) -> None:
        """Bind and listen; raises BadInput with the cure when an address is taken."""
        self._thread.start()
        for kind, where in self._wanted:
            listening = bind(where)
            self.bound[kind] = listening.getsockname()
            asyncio.run_coroutine_threadsafe(self._listen(kind, listening), self._loop).result(10)

    def close(self) -> None:
        """Stop listening and drop open connections: their senders keep what had no 250 yet."""
        for server in self._servers:
            self._loop.call_soon_threadsafe(server.close)
        self._loop.call_soon_threadsafe(self._loop.stop)
        if self._thread.is_alive():
            self._thread.join(5)
        self._rules.after()

    async def _listen(self, kind: str, listening: socket.socket) -> None:
        crowd = _Crowd()
        server = await self._loop.create_server(lambda: self._door(kind, crowd), sock=listening)
        self._servers.append(server)

    def _door(self, kind: str, crowd: _Crowd) -> asyncio.Protocol:
        make = _LmtpDoor if kind == "lmtp" else _SmtpDoor
        door = make(
            _Handler(self._rules, kind),
            data_size_limit=self._rules.max_bytes,
            enable_SMTPUTF8=True,
            hostname=self._rules.hostname,
            ident="mailhub",
            timeout=IDLE_SECONDS,
            auth_exclude_mechanism=["LOGIN", "PLAIN"],  # members never authenticate here
            command_call_limit={"*": 5000},
            loop=self._loop,
        )
        door.crowd = crowd
        return door


def bind(where: HostPort | Path) -> socket.socket:
    """A listening socket; raises BadInput with the cure when the address is taken."""
    if isinstance(where, Path):
        return _bind_path(where)
    family = socket.AF_INET6 if ":" in where.host else socket.AF_INET
    listening = socket.socket(family, socket.SOCK_STREAM)
    listening.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        listening.bind((where.host, where.port))
        listening.listen(128)
    except OSError as fault:
        listening.close()
        raise BadInput(
            f"{where} cannot be used ({fault.strerror}): another program listens there, or the port is below 1024. "
            "Stop the other program, or choose another port in the configuration."
        ) from fault
    return listening


def _bind_path(path: Path) -> socket.socket:
    path.unlink(missing_ok=True)  # left by a process that was killed; the site's lock says that we are alone
    listening = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
    listening.bind(str(path))
    path.chmod(0o660)
    listening.listen(128)
    return listening
