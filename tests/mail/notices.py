"""Notifications as Amazon SNS sends them, signed with a certificate of our own."""

import base64
import json
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from functools import cache
from typing import Any
from urllib.parse import urlencode

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import padding, rsa
from cryptography.x509.oid import NameOID

REGION = "eu-south-1"
TOPIC = f"arn:aws:sns:{REGION}:123456789012:mailhub-bounces"
HOST = f"sns.{REGION}.amazonaws.com"
CERTIFICATE_URL = f"https://{HOST}/SimpleNotificationService-{'0a' * 16}.pem"
CONFIRMING_URL = (
    f"https://{HOST}/?{urlencode({'Action': 'ConfirmSubscription', 'TopicArn': TOPIC, 'Token': '5e' * 20})}"
)
SENT = datetime(2026, 3, 9, 8, 0, tzinfo=UTC)
_HASHES: Mapping[str, hashes.HashAlgorithm] = {"1": hashes.SHA1(), "2": hashes.SHA256()}


@cache
def key(bits: int = 2048) -> rsa.RSAPrivateKey:
    return rsa.generate_private_key(public_exponent=65537, key_size=bits)


@cache
def certificate(days: int = 30, bits: int = 2048) -> bytes:
    """SNS's, which ends so many days after the mail of these tests was sent."""
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "sns.amazonaws.com")])
    end = SENT + timedelta(days=days)
    built = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key(bits).public_key())
        .serial_number(1)
        .not_valid_before(end - timedelta(days=60))
        .not_valid_after(end)
        .sign(key(bits), hashes.SHA256())
    )
    return built.public_bytes(serialization.Encoding.PEM)


def notice(event: Any, *, version: str = "2", sent: datetime = SENT, bits: int = 2048, **more: str) -> dict[str, Any]:
    """A notification with this message, signed."""
    body = {"Type": "Notification", "Message": event if isinstance(event, str) else json.dumps(event), **more}
    return signed(body, version=version, sent=sent, bits=bits)


def question(**more: str) -> dict[str, Any]:
    """SNS asks whether we want to be called."""
    return signed(
        {
            "Type": "SubscriptionConfirmation",
            "Message": "You have chosen to subscribe.",
            "Token": "5e" * 20,
            "SubscribeURL": CONFIRMING_URL,
            **more,
        }
    )


def signed(body: Mapping[str, str], *, version: str = "2", sent: datetime = SENT, bits: int = 2048) -> dict[str, Any]:
    whole = {
        "MessageId": "165545c9-2a5c-472c-8df2-7ff2be2b3b1b",
        "TopicArn": TOPIC,
        "Timestamp": sent.strftime("%Y-%m-%dT%H:%M:%S.123Z"),
        **body,
    }
    text = "".join(f"{name}\n{whole[name]}\n" for name in sorted(whole))  # all that is in it so far is signed
    value = key(bits).sign(text.encode(), padding.PKCS1v15(), _HASHES[version])
    proof = {
        "SignatureVersion": version,
        "SigningCertURL": CERTIFICATE_URL,
        "Signature": base64.b64encode(value).decode(),
    }
    return {**whole, **proof, "UnsubscribeURL": f"https://{HOST}/?Action=Unsubscribe"}
