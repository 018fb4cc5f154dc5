"""One frame and its recipients become signed copies, ready to leave. Pure, and fit for a helper process."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache

from mailhub.mail.dkim import Signer, SigningKey, signer_for
from mailhub.mail.frame import Frame
from mailhub.mail.heading import BadValue
from mailhub.mail.mould import Filled, Mould


@dataclass(frozen=True, slots=True)
class Recipient:
    """Whom one copy goes to, where its bounces go, and what its slots hold."""

    envelope_from: str
    envelope_to: str
    values: Mapping[str, str]
    envid: str = ""  # a name for this delivery that a DSN gives back (RFC 3461)


@dataclass(frozen=True, slots=True)
class Copy:
    """One message for one recipient, in pieces: the copies of a frame share its constants, here and in a pickle, so
    that two hundred of them with a large file weigh little more than one."""

    envelope_from: str
    envelope_to: str
    pieces: tuple[bytes, ...]
    eight_bit: bool = False  # needs 8BITMIME
    utf8: bool = False  # needs SMTPUTF8
    envid: str = ""

    @property
    def data(self) -> bytes:
        """The message itself: CRLF lines, dots not yet doubled."""
        return b"".join(self.pieces)


@dataclass(frozen=True, slots=True)
class Unfit:
    """No copy can be made for this recipient; the others are not touched by it."""

    envelope_to: str
    reason: str


def make(mould: Mould, recipient: Recipient, signer: Signer | None, now: datetime) -> Copy | Unfit:
    """One copy, signed and, where its frame asks for it, sealed, unless there is no signer."""
    try:
        filled = mould.fill(recipient.values)
    except BadValue as error:
        return Unfit(recipient.envelope_to, str(error))
    signature = _signature(mould, filled, signer, now) if signer else b""
    return Copy(
        recipient.envelope_from,
        recipient.envelope_to,
        (signature, filled.head, b"\r\n", *filled.body),
        mould.eight_bit,
        not (filled.head.isascii() and recipient.envelope_to.isascii() and recipient.envelope_from.isascii()),
        recipient.envid,
    )


def _signature(mould: Mould, filled: Filled, signer: Signer, now: datetime) -> bytes:
    """The fields above a copy that say whose it is."""
    signature = signer.field(filled.names, filled.signed, filled.body_hash, now)
    if mould.seal is None:
        return signature
    return mould.seal.fields(signer, signature, filled.names, filled.signed, filled.body_hash, now) + signature


def make_many(
    frame: bytes, recipients: Sequence[Recipient], key: SigningKey | None, now: datetime
) -> list[Copy | Unfit]:
    """A copy for each recipient, in their order; frames and keys stay ready in the process that runs it."""
    mould = _mould(frame)
    signer = signer_for(key) if key else None
    return [make(mould, recipient, signer, now) for recipient in recipients]


@lru_cache(maxsize=4)  # a frame may hold attachments of many megabytes
def _mould(frame: bytes) -> Mould:
    return Mould(Frame.from_bytes(frame))
