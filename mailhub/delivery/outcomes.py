"""What became of one copy at the next hop: reading SMTP replies, and what each means for the rest of the work."""

import re
from dataclasses import dataclass
from enum import StrEnum

TEXT_LIMIT = 500
_ENHANCED = re.compile(r"([245])\.(\d{1,3})\.(\d{1,3})(?:\s+|$)")
_QUEUE_ID = re.compile(r"(?:queued as|\bid=|\bOk:?(?: queued)?(?: as)?|\baccepted)\s*<?([\w.@+=-]{6,200})", re.I)
_REPLY_LINE = re.compile(rb"[2-5]\d\d(?:[ -]|$)")
# 421 says goodbye; by the others the next hop wants a login or TLS of us, or has lost the thread. No recipient is to
# blame, and somebody may put it right.
_CLOSES_OR_OURS = frozenset({421, 454, 503, 530, 534, 535, 538})
_NOT_UNDERSTOOD = frozenset({500, 502})
# A next hop that no longer lets us relay says so for each recipient; taken for a no it would end them all.
_NO_RELAY = re.compile(
    r"(?:<[^>]*>:? )?(?:relay(?:ing)?\b.{0,20}\b(?:denied|prohibited|not)|(?:unable|not \w+) to relay)", re.I
)


class Kind(StrEnum):
    SENT = "sent"
    DEFERRED = "deferred"
    FAILED = "failed"
    UNCERTAIN = "uncertain"  # the last octet left and no answer came (RFC 1047)


class Scope(StrEnum):
    """How far a refusal reaches: this recipient, every copy of this mailing, or whatever the connection carries."""

    RECIPIENT = "recipient"
    MESSAGE = "message"
    CONNECTION = "connection"


class Stage(StrEnum):
    """What the next hop answered, or was to answer."""

    OPEN = "open"
    RESET = "reset"
    MAIL = "mail"
    RCPT = "rcpt"
    DATA = "data"
    BODY = "body"
    DOT = "dot"


@dataclass(frozen=True, slots=True)
class Reply:
    """One whole SMTP reply, its lines as they came."""

    code: int
    lines: tuple[bytes, ...]

    def words(self) -> tuple[str, str]:
        """The enhanced code, empty when there is none, and the rest as one clean line."""
        texts = [clean(line[4:]) for line in self.lines]
        enhanced = ""
        if found := _ENHANCED.match(texts[0]):
            # RFC 3463 section 2: its class agrees with the reply's first digit; where it does not it is noise.
            enhanced = found[0].strip() if found[1] == str(self.code)[0] else ""
            texts = [_ENHANCED.sub("", text, count=1) for text in texts]
        return enhanced, " ".join(filter(None, texts))[:TEXT_LIMIT]


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of one copy."""

    kind: Kind
    code: int = 0  # 0: nobody answered
    enhanced: str = ""
    text: str = ""
    queue_id: str | None = None
    stage: Stage = Stage.DOT
    scope: Scope = Scope.RECIPIENT


def read_reply(lines: list[bytes]) -> Reply | None:
    """The lines of one reply, without CRLF; None when they are not one."""
    if not all(_REPLY_LINE.match(line) for line in lines):
        return None
    return Reply(int(lines[-1][:3]), tuple(lines))


def clean(octets: bytes) -> str:
    """A stranger's words, fit for a row, a log line and a page."""
    text = octets[: 4 * TEXT_LIMIT].decode("utf-8", "replace")
    return " ".join("".join(each if each.isprintable() else " " for each in text).split())[:TEXT_LIMIT]


def judge(reply: Reply, stage: Stage) -> Outcome:
    """What this reply, at this stage, means for the copy."""
    enhanced, text = reply.words()
    if stage is Stage.DOT and reply.code // 100 == 2:
        found = _QUEUE_ID.search(text)
        return Outcome(Kind.SENT, reply.code, enhanced, text, found[1] if found else None)
    scope = _scope(reply.code, enhanced, stage)
    is_final = reply.code // 100 == 5 and scope is not Scope.CONNECTION and not _NO_RELAY.match(text)
    kind = Kind.FAILED if is_final else Kind.DEFERRED
    return Outcome(kind, reply.code, enhanced, text, None, stage, scope)


def lost(stage: Stage, why: str) -> Outcome:
    """The connection ended: nothing was taken unless the final dot had left."""
    kind = Kind.UNCERTAIN if stage is Stage.DOT else Kind.DEFERRED
    return Outcome(kind, 0, "", why[:TEXT_LIMIT], None, stage, Scope.CONNECTION)


def _scope(code: int, enhanced: str, stage: Stage) -> Scope:
    if code in _CLOSES_OR_OURS or (code in _NOT_UNDERSTOOD and stage is not Stage.RCPT):
        return Scope.CONNECTION
    subject = enhanced.split(".")[1] if enhanced else ""
    if stage is Stage.RCPT or subject in ("1", "2"):
        return Scope.RECIPIENT
    # RFC 3463: x.3 is the next hop's own system, x.4 its network and routes; x.3.4 is too big a message.
    is_trouble_there = subject in ("3", "4") and enhanced[2:] != "3.4"
    if code // 100 == 4 and (is_trouble_there or stage is Stage.MAIL):
        return Scope.CONNECTION
    return Scope.MESSAGE
