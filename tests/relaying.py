"""A provider's relay that takes our mail on and makes other mail of it: its own Message-ID, sender, links.

It says its name for each mail in the 250, as most do. `rewritten` is the mail as its recipient gets it; `relay` is one
that listens; `stories.deployments.Rewriting` is one for the stories.
"""

import re
from collections.abc import Callable
from dataclasses import replace
from email import message_from_bytes
from email.message import EmailMessage
from email.policy import SMTP
from urllib.parse import quote

from mailhub.sandbox.manners import Manners, Received
from mailhub.sandbox.sink import Sink

DOMAIN = "eu-south-1.relay.example"
CLICKS = f"https://clicks.{DOMAIN}/L0/"
_LINK = re.compile(r"https?://[^\s<>\"']+")
_MESSAGE_ID = re.compile(rb"^Message-ID:[ \t]*(?:\r\n[ \t])*[^\r\n]*\r\n", re.IGNORECASE | re.MULTILINE)


def name(number: int) -> str:
    """What it calls its n-th mail: long, and nothing of ours in it."""
    return f"0102018f{number:08x}-7c1d-4f7e-9b3a-5f0d8c2e6a41-000000"


def rewritten(received: Received) -> Received:
    """The mail as it goes on."""
    head, _, body = received.data.partition(b"\r\n\r\n")
    ours = f"Message-ID: <{received.name}@{DOMAIN}>\r\n".encode()
    whole = _MESSAGE_ID.sub(b"", head + b"\r\n") + ours + b"\r\n" + body
    return replace(received, envelope_from=f"{received.name}@{DOMAIN}", data=_with_its_links(whole, received.name))


def _with_its_links(data: bytes, name: str) -> bytes:
    message = message_from_bytes(data, policy=SMTP.clone(refold_source="none"))
    assert isinstance(message, EmailMessage)
    for part in message.walk():
        if part.get_content_type() in ("text/plain", "text/html") and not part.get_filename():
            text = part.get_content()
            counted = _LINK.sub(lambda link: f"{CLICKS}{quote(link[0], safe=':')}/1/{name}", text)
            if counted != text:
                part.set_content(counted, subtype=part.get_content_subtype(), charset="utf-8", cte="quoted-printable")
    return message.as_bytes()


def relay(on_message: Callable[[Received], None]) -> Sink:
    """One that listens: whatever it is handed goes on as it makes it."""
    return Sink(Manners(on_message=lambda received: on_message(rewritten(received)), name=name))
