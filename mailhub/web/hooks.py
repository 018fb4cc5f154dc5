"""`POST /hooks/<provider>`: what the provider that carries our mail tells of it. Without its proof nothing is read.

Mailgun signs with its own key, others by Standard Webhooks. Postmark and Brevo sign nothing, and are known by the
password in the address they call; SES calls through SNS, which knows the password and signs as well.
"""

import base64
import binascii
import hashlib
import hmac
import logging
from collections.abc import Mapping
from contextlib import suppress
from typing import Any

from flask import Blueprint, Response, abort, jsonify, request

from mailhub.delivery import provided
from mailhub.fetching import NotFetched
from mailhub.mail.reports.provided import NotUnderstood, read
from mailhub.mail.reports.sns import END, NOTIFICATION
from mailhub.web import sns
from mailhub.web.shared import hub

log = logging.getLogger("mailhub.web")
pages = Blueprint("hooks", __name__)

_NEAR = 5 * 60  # seconds that a signed call may be old (S-29)
_RETRIED = 24 * 60 * 60  # Mailgun asks again for eight hours, under the signature of the first time
_LONGEST_NUMBER = 12  # digits of a time


@pages.post("/hooks/<provider>")
def told(provider: str) -> Response:
    """200 with what came of it; 401 without proof, 404 for a provider that is not ours, 400 for what is no report.

    503 where the proof cannot be had now.
    """
    settings = hub().settings.outbound
    if settings.provider is None or settings.webhook_secret is None or provider != settings.provider:
        abort(404)
    body = request.get_json(force=True, silent=True)
    try:
        if not _is_proven(provider, settings.webhook_secret.get_secret_value(), body):
            return _unproven()
        if provider == "ses" and isinstance(body, dict) and body["Type"] != NOTIFICATION:
            return _asked(body)
    except NotFetched as fault:
        log.warning("sns cannot be asked: %s", fault)
        return _answer(503, error=f"Amazon could not be asked: {fault}")  # SNS tries again
    try:
        events = read(provider, body)
    except NotUnderstood as fault:
        return _answer(400, error=str(fault))
    with hub().database.transaction() as session:
        came = provided.receive(session, hub().site, hub().sources, events, now=hub().clock.now())
    return _answer(200, **came)


def _asked(body: Mapping[str, Any]) -> Response:
    """SNS asks once whether we want its notifications, and says when somebody has ended them."""
    if body["Type"] == END:
        log.warning("sns subscription ended topic=%s", body["TopicArn"])
        return _answer(200, ended=1)
    if sns.confirm(body):
        return _answer(200, confirmed=1)
    return _answer(400, error="no link of SNS that confirms this topic")


def _unproven() -> Response:
    """Also how a caller learns that there is a password: SNS sends it only when it is asked for."""
    answer = _answer(401, error="the signature or the password is missing, wrong or too old")
    answer.headers["WWW-Authenticate"] = 'Basic realm="hooks", charset="UTF-8"'
    return answer


def _answer(status: int, **values: Any) -> Response:
    answer = jsonify(**values)
    answer.status_code = status
    return answer


def _is_proven(provider: str, secret: str, body: Any) -> bool:
    match provider:
        case "generic":
            return _is_standard(secret)
        case "mailgun":
            signed = body.get("signature") if isinstance(body, dict) else None
            return isinstance(signed, dict) and _is_mailguns(secret, signed)
        case "ses":
            return _has_password(secret) and sns.is_genuine(body)
    return _has_password(secret)


def _is_standard(secret: str) -> bool:
    """As the Standard Webhooks specification has it: HMAC-SHA256 over id, time and body."""
    told_at, name = request.headers.get("webhook-timestamp", ""), request.headers.get("webhook-id", "")
    if not name or not _is_near(told_at, _NEAR):
        return False
    signed = f"{name}.{told_at}.".encode() + request.get_data()
    right = base64.b64encode(hmac.new(_key(secret), signed, hashlib.sha256).digest())
    given = (one.partition(",") for one in request.headers.get("webhook-signature", "").split())
    return any(version == "v1" and hmac.compare_digest(one.encode(), right) for version, _, one in given)


def _key(secret: str) -> bytes:
    """The bytes that a secret with `whsec_` before it stands for, else those of the text itself."""
    if not secret.startswith("whsec_"):
        return secret.encode()
    with suppress(binascii.Error):
        return base64.b64decode(secret.removeprefix("whsec_"), validate=True)
    return secret.encode()


def _is_mailguns(secret: str, signed: Mapping[str, Any]) -> bool:
    told_at, token = str(signed.get("timestamp", "")), str(signed.get("token", ""))
    right = hmac.new(secret.encode(), f"{told_at}{token}".encode(), hashlib.sha256).hexdigest()
    is_right = hmac.compare_digest(str(signed.get("signature", "")).encode(), right.encode())
    return is_right and _is_near(told_at, _RETRIED)


def _is_near(told_at: str, seconds: int) -> bool:
    if not told_at.isascii() or not told_at.isdigit() or len(told_at) > _LONGEST_NUMBER:
        return False
    return abs(hub().clock.real().timestamp() - int(told_at)) <= seconds


def _has_password(secret: str) -> bool:
    """In the address it calls (`https://mailhub:<secret>@…`), or as a bearer token."""
    asked = request.authorization
    given = (asked.token if asked.type == "bearer" else asked.password) if asked else None
    return hmac.compare_digest((given or "").encode(), secret.encode()) and bool(given)
