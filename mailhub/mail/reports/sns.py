"""What Amazon SNS signs: whether it did, where its certificate is, which link confirms a subscription. Pure.

A signature shows that SNS sent it, for whoever has a topic there; that the topic is ours, something else must show.
"""

import base64
import binascii
import re
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any
from urllib.parse import parse_qs, urlsplit

from cryptography import x509
from cryptography.exceptions import InvalidSignature, UnsupportedAlgorithm
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import padding, rsa

NOTIFICATION, CONFIRMATION, END = "Notification", "SubscriptionConfirmation", "UnsubscribeConfirmation"
_CONFIRMS = ("Message", "MessageId", "SubscribeURL", "Timestamp", "Token", "TopicArn", "Type")
_SIGNED = {
    NOTIFICATION: ("Message", "MessageId", "Subject", "Timestamp", "TopicArn", "Type"),
    CONFIRMATION: _CONFIRMS,
    END: _CONFIRMS,
}
_MESSAGE, _MAY_LACK = "Message", "Subject"
_HASHES: Mapping[str, hashes.HashAlgorithm] = {"1": hashes.SHA1(), "2": hashes.SHA256()}  # noqa: S303 - theirs
_CERTIFICATE = re.compile(
    r"https://sns\.([a-z0-9-]{3,30})\.amazonaws\.com(?:\.cn)?/SimpleNotificationService-[0-9a-f]{16,64}\.pem"
)
_HOST = re.compile(r"sns\.([a-z0-9-]{3,30})\.amazonaws\.com(?:\.cn)?")
_TOPIC = re.compile(r"arn:aws[a-z-]{0,20}:sns:([a-z0-9-]{3,30}):[0-9]{12}:[A-Za-z0-9_.-]{1,256}")
_FEWEST_BITS = 2048


def certificate_url(body: Mapping[str, Any]) -> str | None:
    """Where the certificate is that must have signed it: at SNS, in the region of the topic; else None."""
    url, topic = str(body.get("SigningCertURL", "")), _TOPIC.fullmatch(str(body.get("TopicArn", "")))
    match = _CERTIFICATE.fullmatch(url)
    return url if match and topic and match[1] == topic[1] else None


def confirming_url(body: Mapping[str, Any]) -> str | None:
    """The link that confirms the subscription to the topic it names, at SNS in that region; else None."""
    url, named = str(body.get("SubscribeURL", "")), str(body.get("TopicArn", ""))
    topic = _TOPIC.fullmatch(named)
    try:
        parts = urlsplit(url)
        asked = parse_qs(parts.query, max_num_fields=10)
    except ValueError:
        return None
    match = _HOST.fullmatch(parts.netloc)
    is_right = asked.get("Action") == ["ConfirmSubscription"] and asked.get("TopicArn") == [named]
    at_root = parts.scheme == "https" and parts.path == "/"
    return url if match and topic and match[1] == topic[1] and is_right and at_root else None


def is_signed(body: Mapping[str, Any], certificate: bytes, real: datetime) -> bool:
    """Whether the holder of this certificate (PEM), valid now, signed all that counts of it."""
    text, chosen = _text(body), _HASHES.get(str(body.get("SignatureVersion", "")))
    if text is None or chosen is None:
        return False
    try:
        loaded = x509.load_pem_x509_certificate(certificate)
        key = loaded.public_key()
        if not isinstance(key, rsa.RSAPublicKey) or key.key_size < _FEWEST_BITS:
            return False
        signature = base64.b64decode(str(body.get("Signature", "")), validate=True)
        key.verify(signature, text, padding.PKCS1v15(), chosen)
    except (ValueError, binascii.Error, InvalidSignature, UnsupportedAlgorithm):
        return False
    return loaded.not_valid_before_utc <= real <= loaded.not_valid_after_utc


def sent_at(body: Mapping[str, Any]) -> datetime | None:
    """When it was published; a retry says the same."""
    try:
        return datetime.strptime(str(body.get("Timestamp", "")), "%Y-%m-%dT%H:%M:%S.%fZ").replace(tzinfo=UTC)
    except ValueError:
        return None


def _text(body: Mapping[str, Any]) -> bytes | None:
    """The names and values that are signed, a line each, in the order of the alphabet."""
    names = _SIGNED.get(str(body.get("Type", "")))
    if names is None:
        return None
    said = [(name, body.get(name)) for name in names if name != _MAY_LACK or body.get(name) is not None]
    # A line end but in the message would let words move from one field into the next.
    if not all(isinstance(value, str) and (name == _MESSAGE or "\n" not in value) for name, value in said):
        return None
    return "".join(f"{name}\n{value}\n" for name, value in said).encode("utf-8", "surrogatepass")
