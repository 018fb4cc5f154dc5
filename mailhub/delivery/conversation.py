"""One SMTP conversation after its greeting, without a socket: octets in, octets and outcomes out.

A copy is one transaction with one recipient. With PIPELINING (RFC 2920) MAIL, RCPT and DATA leave together.
"""

import re
from collections import deque
from dataclasses import dataclass

from mailhub.delivery.copies import Copy
from mailhub.delivery.outcomes import Kind, Outcome, Reply, Scope, Stage, judge, lost, read_reply

_REPLY_LIMIT = 65_536
_ENVELOPE = re.compile(r"[^\x00-\x20\x7f<>]{1,320}")
_XTEXT = re.compile(rb"[^!-*,-<>-~]")


@dataclass(frozen=True, slots=True)
class Extensions:
    """What the next hop's EHLO announced."""

    pipelining: bool = False
    eight_bit: bool = False
    utf8: bool = False
    dsn: bool = False
    max_size: int | None = None  # None: SIZE was not announced; 0: no limit


class Conversation:
    """Speaks for one connection. `stage` is None between transactions; after `is_over` it must be closed."""

    def __init__(self, extensions: Extensions) -> None:
        self._can = extensions
        self._buffer = b""
        self._lines: list[bytes] = []
        self._awaited: deque[Stage] = deque()
        self._commands: deque[tuple[Stage, bytes]] = deque()
        self._refusal: Outcome | None = None
        self._needs_reset = False
        self._data = b""
        self.stage: Stage | None = None
        self.is_over = False

    def start(self, copy: Copy) -> bytes | Outcome:
        """The first octets of this copy's transaction, or why it cannot be begun here."""
        data = copy.data
        if refusal := self._unfit(copy, data):
            return refusal
        self._data = _stuffed(data)
        self._refusal = None
        reset = [(Stage.RESET, b"RSET\r\n")] if self._needs_reset else []
        self._commands.extend([*reset, *self._envelope(copy, len(data)), (Stage.DATA, b"DATA\r\n")])
        self._needs_reset = True
        return self._next_commands()

    def body_left(self) -> None:
        """The final dot has been handed to the network: from now on silence is doubt."""
        self.stage = Stage.DOT

    def receive(self, octets: bytes) -> tuple[bytes, Outcome | None]:
        """Take what came from the next hop; give what to send now, and the outcome once there is one."""
        self._buffer += octets
        out = b""
        while (reply := self._reply()) is not None and not self.is_over:
            more, outcome = self._react(reply)
            out += more
            if outcome is not None:
                # Whatever else it says was not asked for, and must not be taken for an answer to the next copy.
                self.is_over = self.is_over or bool(self._buffer)
                return out, outcome
        if self.is_over and self.stage is not None:
            return b"", self.abandon("the answer was no SMTP reply")
        return out, None

    def abandon(self, why: str) -> Outcome | None:
        """The connection is lost; the outcome of the copy that was on it, if one was."""
        self.is_over = True
        stage, self.stage = self.stage, None
        if stage is None:
            return None
        return self._refusal or lost(stage, why)

    def _unfit(self, copy: Copy, data: bytes) -> Outcome | None:
        for address in (copy.envelope_from, copy.envelope_to):
            if address and not _ENVELOPE.fullmatch(address):
                return _refused("5.1.3", "the address may not stand in an SMTP command", Scope.RECIPIENT)
        if copy.utf8 and not self._can.utf8:
            return _refused("5.6.7", "the next hop does not take addresses outside ASCII", Scope.RECIPIENT)
        if copy.eight_bit and not self._can.eight_bit:
            return _refused("5.6.3", "the next hop does not take 8-bit mail", Scope.MESSAGE)
        if self._can.max_size and len(data) > self._can.max_size:
            return _refused("5.3.4", f"the next hop takes at most {self._can.max_size} octets", Scope.MESSAGE)
        if _has_bare_ends(data):
            return _refused("5.6.0", "the message holds a bare CR or LF", Scope.MESSAGE)
        return None

    def _envelope(self, copy: Copy, size: int) -> list[tuple[Stage, bytes]]:
        mail = [b"MAIL FROM:<%s>" % copy.envelope_from.encode()]
        rcpt = [b"RCPT TO:<%s>" % copy.envelope_to.encode()]
        if self._can.max_size is not None:
            mail.append(b"SIZE=%d" % size)
        if copy.eight_bit:
            mail.append(b"BODY=8BITMIME")
        if copy.utf8:
            mail.append(b"SMTPUTF8")
        if self._can.dsn and copy.envid:
            mail += [b"RET=HDRS", b"ENVID=%s" % _xtext(copy.envid[:100])]
            if copy.envelope_to.isascii():
                rcpt.append(b"ORCPT=rfc822;%s" % _xtext(copy.envelope_to))
        return [(Stage.MAIL, b" ".join(mail) + b"\r\n"), (Stage.RCPT, b" ".join(rcpt) + b"\r\n")]

    def _next_commands(self) -> bytes:
        count = len(self._commands) if self._can.pipelining else 1
        leaving = [self._commands.popleft() for _ in range(min(count, len(self._commands)))]
        self._awaited.extend(stage for stage, _ in leaving)
        self.stage = self._awaited[0]
        return b"".join(command for _, command in leaving)

    def _reply(self) -> Reply | None:
        """The next whole reply in the buffer, if there is one."""
        while not self.is_over:
            line, end, rest = self._buffer.partition(b"\n")
            self.is_over = len(self._buffer) > _REPLY_LIMIT or len(self._lines) > 100
            if not end:
                return None
            self._buffer = rest
            self._lines.append(line.rstrip(b"\r"))
            if self._lines[-1][3:4] == b"-":
                continue
            reply = read_reply(self._lines)
            self._lines = []
            self.is_over = self.is_over or reply is None
            return reply
        return None

    def _react(self, reply: Reply) -> tuple[bytes, Outcome | None]:
        if self.stage is None or not self._awaited:
            # Nothing was asked: the next hop says goodbye (421), or is confused.
            self.is_over = True
            return b"", self.abandon(" ".join(reply.words()))
        stage = self._awaited[0]
        if stage is Stage.DOT and self.stage is Stage.BODY:
            return self._cut_short(reply)
        self._awaited.popleft()
        if reply.code == 421:
            self.is_over = True
            self.stage = None
            return b"", self._refusal or judge(reply, stage)
        if stage is Stage.DATA and reply.code == 354:
            return self._send_body()
        if stage is Stage.DOT:
            return b"", self._settle(judge(reply, stage))
        if reply.code // 100 != 2 and stage is not Stage.RESET:
            self._refusal = self._refusal or judge(reply, stage)
            self._commands.clear()
        return self._go_on(reply, stage)

    def _go_on(self, reply: Reply, stage: Stage) -> tuple[bytes, Outcome | None]:
        if self._awaited:
            self.stage = self._awaited[0]
            return b"", None
        if self._commands:
            return self._next_commands(), None
        return b"", self._settle(judge(reply, stage))

    def _send_body(self) -> tuple[bytes, Outcome | None]:
        """DATA was taken: the message follows, or nothing but the dot where its only recipient was refused."""
        self._awaited.append(Stage.DOT)
        self.stage = Stage.BODY
        # RFC 2920 section 3.1: a client must cope with 354 after every RCPT failed.
        return (b".\r\n" if self._refusal else self._data), None

    def _settle(self, outcome: Outcome) -> Outcome:
        self.stage = None
        self._data = b""
        self._needs_reset = outcome.stage is not Stage.DOT or self._refusal is not None
        return self._refusal or outcome

    def _cut_short(self, reply: Reply) -> tuple[bytes, Outcome | None]:
        """An answer before the message was out: what follows on this connection would be read as commands."""
        self.is_over = True
        self.stage = None
        if reply.code // 100 in (4, 5):
            return b"", self._refusal or judge(reply, Stage.BODY)
        return b"", self._refusal or lost(Stage.BODY, f"answered {reply.code} before the end")


def _refused(enhanced: str, why: str, scope: Scope) -> Outcome:
    return Outcome(Kind.FAILED, 0, enhanced, why, None, Stage.OPEN, scope)


def _stuffed(data: bytes) -> bytes:
    """The message with dots doubled at the start of a line (RFC 5321 section 4.5.2), and the final dot."""
    if b"\r\n." in data:
        data = data.replace(b"\r\n.", b"\r\n..")
    return b"".join(
        (b"." if data.startswith(b".") else b"", data, b".\r\n" if data.endswith(b"\r\n") else b"\r\n.\r\n")
    )


def _has_bare_ends(data: bytes) -> bool:
    ends = data.count(b"\r\n")
    return data.count(b"\n") != ends or data.count(b"\r") != ends


def _xtext(text: str) -> bytes:
    return _XTEXT.sub(lambda found: b"+%02X" % found[0][0], text.encode())
