"""What the provider tells over HTTP counts when it proves itself, and only for copies that are ours."""

import base64
import hashlib
import hmac
import json
from dataclasses import dataclass
from email import message_from_bytes, policy
from pathlib import Path
from typing import Any

import pytest
from flask.testing import FlaskClient

from mailhub.db.session import Database
from mailhub.delivery.tables import Bounce
from mailhub.web.app import make_app
from tests.stories.town import Town

ANA, BEA = "ana@example.org", "bea@example.org"
SECRET = "a-secret-of-two-dozen-characters"


@dataclass
class Told:
    """A town that a provider carries mail for."""

    town: Town
    client: FlaskClient

    def copy(self, field: str) -> str:
        """What stands in this field of the newest copy for Bea."""
        copy = [one for one in self.town.transport.copies if one.envelope_to == BEA][-1]
        return str(message_from_bytes(copy.data, policy=policy.SMTP)[field])

    def posts(self, path: str, body: Any, **headers: str) -> tuple[int, Any]:
        answer = self.client.post(path, data=json.dumps(body), headers=headers, content_type="application/json")
        return answer.status_code, answer.get_json(silent=True)

    def bounced(self) -> list[str]:
        with self.town.hub.database.reading() as session:
            return [bounce.origin for bounce in session.query(Bounce)]


@pytest.fixture
def told(request: pytest.FixtureRequest, tmp_path: Path, database: Database) -> Told:
    provider = getattr(request, "param", "generic")
    environment = {
        "MAILHUB_OUTBOUND__PROVIDER": provider,
        "MAILHUB_OUTBOUND__WEBHOOK_SECRET": SECRET,
        "MAILHUB_SITE__BASE_URL": "https://pages.test",
    }
    town = Town(tmp_path, database, environment)
    town.opens_list("garden", members=[ANA, BEA])
    town.writes(ANA, "garden@lists.test", "Saturday", "Shall we meet?")
    return Told(town, make_app(town.hub).test_client())


def signed(told: Told, body: Any, secret: str = SECRET, age: int = 0) -> dict[str, str]:
    told_at = str(now(told) - age)
    text = f"msg_1.{told_at}.{json.dumps(body)}".encode()
    value = base64.b64encode(hmac.new(secret.encode(), text, hashlib.sha256).digest()).decode()
    return {"webhook-id": "msg_1", "webhook-timestamp": told_at, "webhook-signature": f"v1,{value}"}


def now(told: Told) -> int:
    return int(told.town.hub.clock.real().timestamp())


def basic(password: str = SECRET) -> dict[str, str]:
    return {"Authorization": "Basic " + base64.b64encode(f"mailhub:{password}".encode()).decode()}


def bounce_of(mark: str) -> dict[str, Any]:
    return {"events": [{"type": "bounce", "delivery": mark, "recipient": BEA, "status": "5.1.1"}]}


def test_a_signed_bounce_counts_once(told: Told) -> None:
    body = bounce_of(told.copy("X-Mailhub-Delivery"))
    assert told.posts("/hooks/generic", body, **signed(told, body)) == (200, {"bounce-hard": 1})
    assert told.posts("/hooks/generic", body, **signed(told, body)) == (200, {"bounce-known": 1})
    assert told.bounced() == ["webhook"]


@pytest.mark.parametrize("age", [-3600, 3600])
def test_an_old_signature_and_a_wrong_one_have_no_effect(told: Told, age: int) -> None:
    body = bounce_of(told.copy("X-Mailhub-Delivery"))
    for headers in (signed(told, body, age=age), signed(told, body, "another secret"), {}, basic()):
        assert told.posts("/hooks/generic", body, **headers)[0] == 401
    assert told.bounced() == []


def test_a_copy_that_is_not_ours_and_another_provider_have_no_effect(told: Told) -> None:
    body = bounce_of("abcdefghijklmnopqrstuvwxyz234567")
    assert told.posts("/hooks/generic", body, **signed(told, body)) == (200, {"unknown": 1})
    assert told.posts("/hooks/ses", body, **basic())[0] == 404
    nonsense = {"events": "none"}
    assert told.posts("/hooks/generic", nonsense, **signed(told, nonsense))[0] == 400
    assert told.bounced() == []


@pytest.mark.parametrize("told", ["postmark"], indirect=True)
def test_a_complaint_stops_the_mail_of_who_complained(told: Told) -> None:
    mark = told.copy("X-PM-Metadata-mailhub")
    assert mark == told.copy("X-Mailhub-Delivery")
    body = {"RecordType": "SpamComplaint", "Email": BEA, "Metadata": {"mailhub": mark}}
    assert told.posts("/hooks/postmark", body, **basic("wrong"))[0] == 401
    assert told.posts("/hooks/postmark", body, **basic()) == (200, {"complaint": 1})
    told.town.inbox(BEA)
    told.town.writes(ANA, "garden@lists.test", "Sunday", "And on Sunday?")
    assert "Sunday" not in told.town.subjects(BEA)


@pytest.mark.parametrize("told", ["mailgun"], indirect=True)
def test_mailgun_signs_with_its_own_key(told: Told) -> None:
    variables = json.loads(told.copy("X-Mailgun-Variables"))
    told_at = str(now(told))
    right = hmac.new(SECRET.encode(), f"{told_at}tok".encode(), hashlib.sha256).hexdigest()
    body = {
        "signature": {"timestamp": told_at, "token": "tok", "signature": right},
        "event-data": {
            "event": "failed",
            "severity": "permanent",
            "reason": "bounce",
            "recipient": BEA,
            "user-variables": variables,
        },
    }
    assert told.posts("/hooks/mailgun", {**body, "signature": {}})[0] == 401
    assert told.posts("/hooks/mailgun", body) == (200, {"bounce-hard": 1})


@pytest.mark.parametrize("told", ["ses"], indirect=True)
def test_sns_is_confirmed_by_a_person_and_only_amazons_link_is_named(
    told: Told, caplog: pytest.LogCaptureFixture
) -> None:
    link = "https://sns.eu-west-1.amazonaws.com/?Action=ConfirmSubscription&Token=x"
    asked = {"Type": "SubscriptionConfirmation", "SubscribeURL": link}
    assert told.posts("/hooks/ses", asked, **basic()) == (200, {"confirm": 1})
    assert link in caplog.text
    asked["SubscribeURL"] = "https://amazonaws.com.evil.test/"
    assert told.posts("/hooks/ses", asked, **basic())[0] == 400
    assert told.copy("X-SES-MESSAGE-TAGS") == f"mailhub={told.copy('X-Mailhub-Delivery')}"
