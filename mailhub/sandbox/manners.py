"""One client of the sink, and how the sink is told to treat it."""

import asyncio
import ssl
from collections import Counter
from collections.abc import Callable, Coroutine, Sequence
from dataclasses import dataclass, field

EXTENSIONS = ("PIPELINING", "SIZE 52428800", "8BITMIME", "SMTPUTF8", "ENHANCEDSTATUSCODES")
_END = b"\r\n.\r\n"
_USUAL = {
    "connect": b"220 sink ESMTP",
    "mail": b"250 2.1.0 Ok",
    "rcpt": b"250 2.1.5 Ok",
    "data": b"354 Go on",
    "dot": b"250 2.0.0 Ok: queued as ",
    "starttls": b"220 2.0.0 Ready",
    "auth": b"235 2.7.0 Welcome",
    "rset": b"250 2.0.0 Ok",
    "quit": b"221 2.0.0 Bye",
}


@dataclass(frozen=True, slots=True)
class Received:
    """One message as it was handed over, dots undoubled."""

    envelope_from: str
    recipients: tuple[str, ...]
    data: bytes
    name: str = field(default="", compare=False)  # what the sink called it in its 250


@dataclass(slots=True)
class Fault:
    """What to do instead of the usual answer, at one stage."""

    stage: str  # connect, ehlo, mail, rcpt, data, body (while the message comes), dot, auth, starttls, rset
    reply: bytes = b""  # sent as it is; empty and not closing: nothing is said any more
    closes: bool = False
    when: str = ""  # only where the command holds this
    times: int | None = 1  # None: always
    drip: float = 0.0  # seconds between single octets of the reply, the last that is said

    def fits(self, stage: str, said: bytes) -> bool:
        return stage == self.stage and self.times != 0 and self.when.encode() in said


def _queued(number: int) -> str:
    return f"{number:010X}"


@dataclass(slots=True)
class Manners:
    """How a sink behaves, and what it has seen."""

    on_message: Callable[[Received], None] | None = None
    keep_every: int = 1  # every n-th message is handed on; the others are counted
    name: Callable[[int], str] = _queued  # what it says it has called its n-th message
    faults: Sequence[Fault] = ()
    extensions: Sequence[str] = EXTENSIONS
    tls: ssl.SSLContext | None = None
    implicit_tls: bool = False
    lmtp: bool = False
    counts: Counter[str] = field(default_factory=Counter)
    commands: list[bytes] | None = None  # a list: every line a client says is put there
    in_clear: bytearray = field(default_factory=bytearray)  # the first octets said without TLS

    def fault(self, stage: str, said: bytes) -> Fault | None:
        found = next((fault for fault in self.faults if fault.fits(stage, said)), None)
        if found is not None and found.times is not None:
            found.times -= 1
        return found


class Session(asyncio.Protocol):
    """One client."""

    def __init__(self, manners: Manners) -> None:
        self._manners = manners
        self._buffer = bytearray()
        self._transport: asyncio.Transport | None = None
        self._in_data = False
        self._seen = 0
        self._is_secure = False
        self._sender: str | None = None
        self._recipients: list[str] = []
        self._is_silent = False  # for the rest of the session
        self._tasks: set[asyncio.Task[None]] = set()

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, asyncio.Transport)
        is_first = self._transport is None
        self._transport = transport
        self._is_secure = transport.get_extra_info("ssl_object") is not None
        if is_first:
            self._manners.counts["connections"] += 1
            self._answer("connect", b"")

    def data_received(self, data: bytes) -> None:
        if not self._is_secure and len(self._manners.in_clear) < 65_536:
            self._manners.in_clear += data
        self._buffer += data
        while self._transport is not None and not self._transport.is_closing() and self._step():
            pass

    def _step(self) -> bool:
        """Serve one command or one message of the buffer; False when more must come first."""
        if self._in_data:
            return self._take_message()
        end = self._buffer.find(b"\n")
        if end < 0:
            return False
        line = bytes(self._buffer[:end]).rstrip(b"\r")
        del self._buffer[: end + 1]
        if self._manners.commands is not None:
            self._manners.commands.append(line)
        self._command(line)
        return True

    def _command(self, line: bytes) -> None:
        verb = line[:4].upper().decode("latin-1").lower()
        match verb:
            case "ehlo" | "helo" | "lhlo":
                self._greet(line)
            case "mail":
                usual = b"503 5.5.1 One at a time" if self._sender is not None else None
                if self._answer("mail", line, usual):
                    self._sender, self._recipients = _address(line), []
            case "rcpt":
                if self._answer("rcpt", line, b"503 5.5.1 From whom?" if self._sender is None else None):
                    self._recipients.append(_address(line))
            case "data":
                is_empty = not self._recipients
                usual = b"554 5.5.1 No valid recipients" if is_empty else None
                self._in_data = self._answer("data", line, usual) and not is_empty
                self._seen = 0
            case "star" if self._manners.tls is not None and not self._is_secure:
                if self._answer("starttls", line):
                    self._keep(self._start_tls(self._manners.tls))
            case "auth" | "rset" | "quit":
                if self._answer(verb, line) and verb == "rset":
                    self._sender = None
                if verb == "quit" and self._transport is not None:
                    self._transport.close()
            case _:
                self._write(b"502 5.5.2 What?\r\n")

    def _greet(self, line: bytes) -> None:
        self._sender = None
        extensions = list(self._manners.extensions)
        if self._manners.tls is not None and not self._is_secure:
            extensions.append("STARTTLS")
        if self._is_secure:
            extensions.append("AUTH PLAIN")
        lines = ["sink", *extensions]
        text = "\r\n".join(f"250{' ' if each is lines[-1] else '-'}{each}" for each in lines)
        self._answer("ehlo", line, text.encode())

    def _take_message(self) -> bool:
        if (fault := self._manners.fault("body", b"")) is not None:
            self._commit(fault)
        # The CRLF before the dot may be the one that ended the DATA command.
        end = -2 if self._buffer.startswith(b".\r\n") else self._buffer.find(_END, max(0, self._seen - len(_END)))
        if end == -1:
            self._seen = len(self._buffer)
            return False
        message = bytes(self._buffer[: end + 2])
        del self._buffer[: end + len(_END)]
        self._in_data = False
        for _ in self._recipients if self._manners.lmtp else (1,):
            self._finish(message)
        self._sender = None
        return True

    def _finish(self, message: bytes) -> None:
        counts = self._manners.counts
        sender = self._sender or ""
        envelope = " ".join((sender, *self._recipients)).encode()
        name = self._manners.name(counts["messages"])
        if not self._answer("dot", envelope, _USUAL["dot"] + name.encode()):
            return
        if self._manners.on_message is not None and counts["messages"] % self._manners.keep_every == 0:
            undoubled = message.removeprefix(b".").replace(b"\r\n.", b"\r\n")
            self._manners.on_message(Received(sender, tuple(self._recipients), undoubled, name))
        counts["messages"] += 1
        counts["octets"] += len(message)

    def _answer(self, stage: str, said: bytes, usual: bytes | None = None) -> bool:
        """Say what the manners ask for; whether it was a yes."""
        fault = self._manners.fault(stage, said)
        if fault is None:
            words = usual or _USUAL[stage]
            self._write(words + b"\r\n")
            return words[:1] in (b"2", b"3")
        self._commit(fault)
        return fault.reply[:1] in (b"2", b"3")

    def _commit(self, fault: Fault) -> None:
        if fault.drip:
            self._keep(self._drip(fault.reply, fault.drip))
        elif fault.reply or fault.closes:
            self._write(fault.reply)
        else:
            self._is_silent = True
        if fault.closes and self._transport is not None:
            self._transport.close()

    async def _drip(self, octets: bytes, pause: float) -> None:
        self._is_silent = True
        for octet in octets:
            if self._transport is not None:
                self._transport.write(bytes([octet]))
            await asyncio.sleep(pause)

    async def _start_tls(self, context: ssl.SSLContext) -> None:
        plain, self._transport = self._transport, None
        assert plain is not None
        try:
            loop = asyncio.get_running_loop()
            secured = await loop.start_tls(plain, self, context, server_side=True)
        except OSError:  # the client did not like our certificate
            return
        if secured is not None:
            self._transport, self._is_secure = secured, True
            self._buffer.clear()

    def _keep(self, work: Coroutine[None, None, None]) -> None:
        task = asyncio.get_running_loop().create_task(work)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    def _write(self, octets: bytes) -> None:
        if self._transport is not None and octets and not self._is_silent:
            self._transport.write(octets)


def _address(line: bytes) -> str:
    return line.partition(b"<")[2].partition(b">")[0].decode("utf-8", "replace")
