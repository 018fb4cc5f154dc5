"""What providers tell, in the shapes they document."""

import json
from contextlib import suppress
from typing import Any

import pytest

from mailhub.mail import carrier
from mailhub.mail.reports.provided import NotUnderstood, read
from mailhub.mail.reports.verdicts import Verdict

MARK = "abcdefghij234567"
ADA = "ada@example.org"


def ses(kind: str, **more: Any) -> dict[str, Any]:
    mail = {"messageId": "0100-ses", "headers": [{"name": "X-Mailhub-Delivery", "value": MARK}]}
    return {"Type": "Notification", "Message": json.dumps({"notificationType": kind, "mail": mail, **more})}


def mailgun(**event: Any) -> dict[str, Any]:
    kept = {"user-variables": {"mailhub": MARK}, "message": {"headers": {"message-id": "1@mg.test"}}}
    return {"signature": {}, "event-data": {"recipient": ADA, **kept, **event}}


BOUNCES = [
    (
        "generic",
        {"events": [{"type": "bounce", "delivery": MARK, "recipient": ADA, "status": "5.1.1", "diagnostic": "nobody"}]},
        Verdict.HARD,
    ),
    (
        "ses",
        ses(
            "Bounce",
            bounce={
                "bounceType": "Permanent",
                "bouncedRecipients": [
                    {"emailAddress": ADA, "status": "5.1.1", "diagnosticCode": "smtp; 550 5.1.1 user unknown"}
                ],
            },
        ),
        Verdict.HARD,
    ),
    (
        "ses",
        ses("Bounce", bounce={"bounceType": "Transient", "bouncedRecipients": [{"emailAddress": ADA}]}),
        Verdict.SOFT,
    ),
    (
        "postmark",
        {"RecordType": "Bounce", "Type": "HardBounce", "Email": ADA, "Metadata": {"mailhub": MARK}, "Details": "gone"},
        Verdict.HARD,
    ),
    (
        "postmark",
        {
            "RecordType": "Bounce",
            "Type": "HardBounce",
            "Email": ADA,
            "Metadata": {"mailhub": MARK},
            "Details": "smtp;550 5.7.1 message rejected as spam",
        },
        Verdict.POLICY,
    ),
    ("brevo", {"event": "soft_bounce", "email": ADA, "X-Mailin-custom": MARK, "reason": "mailbox full"}, Verdict.SOFT),
    (
        "mailgun",
        mailgun(
            event="failed",
            severity="permanent",
            reason="bounce",
            **{"delivery-status": {"code": 550, "enhanced-code": "5.1.1", "message": "user unknown"}},
        ),
        Verdict.HARD,
    ),
]


@pytest.mark.parametrize(("provider", "body", "verdict"), BOUNCES, ids=[case[0] for case in BOUNCES])
def test_a_bounce_is_read_with_its_class(provider: str, body: object, verdict: Verdict) -> None:
    [told] = read(provider, body)
    assert (told.kind, told.mark, told.recipients, told.verdict) == ("bounce", MARK, (ADA,), verdict)


COMPLAINTS = [
    ("generic", {"events": [{"type": "complaint", "delivery": MARK, "recipient": ADA}]}),
    ("ses", ses("Complaint", complaint={"complainedRecipients": [{"emailAddress": ADA}]})),
    ("postmark", {"RecordType": "SpamComplaint", "Email": ADA, "Metadata": {"mailhub": MARK}}),
    ("brevo", {"event": "spam", "email": ADA, "X-Mailin-custom": MARK}),
    ("mailgun", mailgun(event="complained")),
]


@pytest.mark.parametrize(("provider", "body"), COMPLAINTS, ids=[case[0] for case in COMPLAINTS])
def test_a_complaint_is_read(provider: str, body: object) -> None:
    [told] = read(provider, body)
    assert (told.kind, told.mark, told.recipients, told.type) == ("complaint", MARK, (ADA,), "abuse")


@pytest.mark.parametrize(
    ("provider", "body"),
    [
        ("ses", ses("Delivery")),
        ("ses", ses("DeliveryDelay")),
        ("postmark", {"RecordType": "Open"}),
        ("postmark", {"RecordType": "Bounce", "Type": "AutoResponder"}),
        ("brevo", {"event": "delivered"}),
        ("mailgun", mailgun(event="failed", severity="temporary")),
        ("mailgun", mailgun(event="opened")),
    ],
)
def test_what_is_no_bounce_and_no_complaint_has_no_effect(provider: str, body: object) -> None:
    assert read(provider, body) == []


@pytest.mark.parametrize("provider", carrier.PROVIDERS)
@pytest.mark.parametrize("body", [None, [], "text", {"event-data": 1, "events": 1, "Message": "{", "RecordType": []}])
def test_what_no_provider_sends_is_refused_or_nothing(provider: str, body: object) -> None:
    with suppress(NotUnderstood):
        assert read(provider, body) == []


def test_ses_is_known_by_its_tags_where_events_are_published() -> None:
    inner = {
        "eventType": "Complaint",
        "mail": {"tags": {"mailhub": [MARK]}},
        "complaint": {"complainedRecipients": [{"emailAddress": ADA}], "complaintFeedbackType": "not-spam"},
    }
    [told] = read("ses", {"Message": json.dumps(inner)})
    assert (told.mark, told.type) == (MARK, "not-spam")
