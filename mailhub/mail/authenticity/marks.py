"""What the bytes of a mail say for its authenticity, read before anything is asked."""

from collections.abc import Sequence
from dataclasses import dataclass

from mailhub.mail.address import canonical
from mailhub.mail.authenticity import arc, signed
from mailhub.mail.authenticity.arc import NO_CHAIN, Chain
from mailhub.mail.authenticity.signed import Message, Signature
from mailhub.mail.message import Mail
from mailhub.mail.wire import Field, crlf, split


@dataclass(frozen=True, slots=True)
class Marks:
    """The author's domain, and what is signed."""

    author_domain: str | None  # an A-label; none where From names not exactly one mailbox
    signatures: tuple[Signature, ...] = ()
    chain: Chain = NO_CHAIN
    is_enveloped: bool = False  # they are on the certified envelope round it, whose provider speaks for no author


def read(raw: bytes, mail: Mail, *, is_enveloped: bool = False) -> Marks:
    """Read what is to be judged, of a mail or of the envelope round it; for the process that reads hostile bytes."""
    domain = canonical(mail.author.email).rpartition("@")[2] if mail.author else None
    if not is_enveloped and not _is_marked(mail.headers):
        return Marks(domain)
    fields, body = split(crlf(raw))
    message = Message(fields, body)
    return Marks(domain, signed.read(message, domain), arc.read(message), is_enveloped)


def _is_marked(fields: Sequence[Field]) -> bool:
    return any(field.name.lower().startswith(("dkim-signature", "arc-")) for field in fields)
