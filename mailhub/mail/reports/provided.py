"""What providers tell of our copies by HTTP: bounces and complaints, read from their JSON (as documented by each).

A provider's class decides only where its words and numbers say nothing; a rule of the receiver's never blames a person.
"""

import json
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from mailhub.mail.carrier import KEPT
from mailhub.mail.reports import verdicts
from mailhub.mail.reports.verdicts import Verdict

_MOST = 1_000  # copies that one call may tell of
_LONGEST = 2_000  # characters of the words of one
_POSTMARK = {
    "HardBounce": Verdict.HARD,
    "BadEmailAddress": Verdict.HARD,
    "SoftBounce": Verdict.SOFT,
    "DnsError": Verdict.SOFT,
    "Undeliverable": Verdict.SOFT,
    "SpamNotification": Verdict.POLICY,
    "Blocked": Verdict.POLICY,
    "DMARCPolicy": Verdict.POLICY,
    "VirusNotification": Verdict.POLICY,
}
_BREVO = {
    "hard_bounce": Verdict.HARD,
    "invalid_email": Verdict.HARD,
    "soft_bounce": Verdict.SOFT,
    "blocked": Verdict.SOFT,  # by Brevo itself, since earlier mail came back
}
_SES = {"Permanent": Verdict.HARD, "Transient": Verdict.SOFT}


class NotUnderstood(ValueError):
    """This is not what the provider documents."""


@dataclass(frozen=True, slots=True)
class Told:
    """What is told of one copy."""

    kind: str  # "bounce" or "complaint"
    mark: str | None  # our name of the delivery, unverified
    name: str | None  # the provider's own, which it gave when it took the copy
    recipients: tuple[str, ...]
    verdict: Verdict = Verdict.UNKNOWN
    status: str = ""
    words: str = ""
    type: str = "abuse"  # of a complaint, as in RFC 5965


def read(provider: str, body: Any) -> list[Told]:
    """All that one call tells; empty for what concerns us not. Raises NotUnderstood."""
    try:
        return list(_READERS[provider](_mapping(body)))[:_MOST]
    except (KeyError, TypeError, AttributeError, ValueError) as fault:
        raise NotUnderstood(f"this is not what {provider} sends: {fault!r}") from fault


def _generic(body: Mapping[str, Any]) -> Iterator[Told]:
    """Ours, for whoever has another provider: `{"events": [{"type", "delivery" | "name", "recipient", …}]}`."""
    for event in _several(body["events"]):
        kind = event["type"]
        if kind not in ("bounce", "complaint"):
            raise ValueError(kind)
        yield _told(
            kind,
            event.get("delivery"),
            event.get("name"),
            [event.get("recipient")],
            _text(event.get("status")),
            _text(event.get("diagnostic")),
        )


def _ses(body: Mapping[str, Any]) -> Iterator[Told]:
    """A notification of SNS around an event or a notification of SES."""
    inner = _mapping(json.loads(body["Message"]))
    mail = _mapping(inner.get("mail", {}))
    mark, name = _ses_mark(mail), mail.get("messageId")
    match inner.get("eventType", inner.get("notificationType")):
        case "Bounce":
            bounce = _mapping(inner["bounce"])
            usual = _SES.get(_text(bounce.get("bounceType")), Verdict.UNKNOWN)
            for one in _several(bounce["bouncedRecipients"]):
                words, status = _text(one.get("diagnosticCode")), _text(one.get("status"))
                yield _told("bounce", mark, name, [one.get("emailAddress")], status, words, usual)
        case "Complaint":
            complaint = _mapping(inner["complaint"])
            to = [one.get("emailAddress") for one in _several(complaint["complainedRecipients"])]
            yield _told("complaint", mark, name, to, type=_text(complaint.get("complaintFeedbackType")) or "abuse")


def _ses_mark(mail: Mapping[str, Any]) -> Any:
    """Among its tags where events are published, among the header fields where notifications hold them."""
    tagged = _mapping(mail.get("tags", {})).get(KEPT)
    if isinstance(tagged, list) and tagged:
        return tagged[0]
    fields = {_text(one.get("name")).lower(): one.get("value") for one in _several(mail.get("headers", []))}
    return fields.get("x-mailhub-delivery")


def _postmark(body: Mapping[str, Any]) -> Iterator[Told]:
    mark = _mapping(body.get("Metadata") or {}).get(KEPT)
    to, name = [body.get("Email")], body.get("MessageID")
    kind = _text(body.get("Type"))
    if body.get("RecordType") == "SpamComplaint":
        yield _told("complaint", mark, name, to)
    elif body.get("RecordType") == "Bounce" and (kind in _POSTMARK):
        words = " ".join(filter(None, (_text(body.get("Details")), _text(body.get("Description")))))
        yield _told("bounce", mark, name, to, "", words, _POSTMARK[kind])


def _brevo(body: Mapping[str, Any]) -> Iterator[Told]:
    mark, name, to = body.get("X-Mailin-custom"), body.get("message-id"), [body.get("email")]
    event = _text(body["event"])
    if event in ("spam", "complaint"):
        yield _told("complaint", mark, name, to)
    elif event in _BREVO:
        yield _told("bounce", mark, name, to, "", _text(body.get("reason")), _BREVO[event])


def _mailgun(body: Mapping[str, Any]) -> Iterator[Told]:
    event = _mapping(body["event-data"])
    mark = _mapping(event.get("user-variables") or {}).get(KEPT)
    name = _mapping(_mapping(event.get("message") or {}).get("headers") or {}).get("message-id")
    to = [event.get("recipient")]
    if event["event"] == "complained":
        yield _told("complaint", mark, name, to)
    elif event["event"] == "failed" and event.get("severity") == "permanent":  # it tries again by itself
        said = _mapping(event.get("delivery-status") or {})
        parts = [said.get("code"), said.get("enhanced-code"), said.get("message"), said.get("description")]
        words = " ".join(_text(one) for one in parts if one)
        usual = Verdict.HARD if event.get("reason") == "bounce" else Verdict.UNKNOWN
        yield _told("bounce", mark, name, to, _text(said.get("enhanced-code")), words, usual)


_READERS: Mapping[str, Callable[[Mapping[str, Any]], Iterable[Told]]] = {
    "generic": _generic,
    "ses": _ses,
    "postmark": _postmark,
    "brevo": _brevo,
    "mailgun": _mailgun,
}


def _told(
    kind: str,
    mark: Any,
    name: Any,
    recipients: Iterable[Any],
    status: str = "",
    words: str = "",
    usual: Verdict = Verdict.UNKNOWN,
    type: str = "abuse",
) -> Told:
    """`usual`: the provider's own class."""
    addresses = tuple(one for one in recipients if isinstance(one, str))
    verdict = verdicts.judge(status, words) if words or status else Verdict.UNKNOWN
    if verdict is Verdict.UNKNOWN:
        verdict = usual
    number = verdicts.number(status, words)
    return Told(kind, _known(mark), _known(name), addresses, verdict, number, words[:_LONGEST], type.lower())


def _known(value: Any) -> str | None:
    return value if isinstance(value, str) and value else None


def _text(value: Any) -> str:
    return str(value) if isinstance(value, str | int | float) else ""


def _mapping(value: Any) -> Mapping[str, Any]:
    if not isinstance(value, dict):
        raise TypeError(f"{type(value).__name__} where an object was expected")
    return value


def _several(value: Any) -> list[Mapping[str, Any]]:
    if not isinstance(value, list):
        raise TypeError(f"{type(value).__name__} where a list was expected")
    return [_mapping(one) for one in value]
