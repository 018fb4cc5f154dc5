"""Notices of sending services that come as mail with JSON in it, as Amazon's do: bounced, complained of, delivered."""

import json
from collections.abc import Iterator
from typing import Any

from mailhub.mail.reports.address import addresses_in
from mailhub.mail.reports.status import Told

_KINDS = {"bounce": "failed", "complaint": "failed", "delivery": "delivered"}
_PEOPLE = ("bouncedRecipients", "complainedRecipients", "recipients")
_AT_MOST = 200


def find(text: str) -> tuple[Told, ...]:
    """Whom a notice tells of; nothing where the text holds none."""
    found = _notice(text)
    kind = str(found.get("notificationType") or found.get("eventType") or "").lower()
    told = found.get(kind)
    if kind not in _KINDS or not isinstance(told, dict):
        return ()
    return tuple(_told(told, _KINDS[kind]))


def _notice(text: str) -> dict[str, Any]:
    start = text.find("{")
    if start < 0 or '"mail"' not in text:
        return {}
    try:
        found, _ = json.JSONDecoder().raw_decode(text, start)
        if isinstance(found, dict) and isinstance(found.get("Message"), str):  # wrapped once more by its postman
            found = json.loads(found["Message"])
    except (ValueError, RecursionError):
        return {}
    return found if isinstance(found, dict) else {}


def _told(told: dict[str, Any], action: str) -> Iterator[Told]:
    people: list[Any] = next((told[name] for name in _PEOPLE if isinstance(told.get(name), list)), [])
    for one in people[:_AT_MOST]:
        fields = one if isinstance(one, dict) else {"emailAddress": one}
        said = str(fields.get("diagnosticCode") or told.get("smtpResponse") or "").partition(";")
        words = (said[2] or said[0]).strip()[:2_000]
        for address in addresses_in(str(fields.get("emailAddress", "")))[:1]:
            status = str(fields.get("status") or "")
            yield Told(address, str(fields.get("action") or action), status, words or _kind(told))


def _kind(told: dict[str, Any]) -> str:
    """Where a service only says what sort of bounce it was."""
    return f"{told.get('bounceType', '')} {told.get('bounceSubType', '')}".strip()
