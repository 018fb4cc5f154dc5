"""What the provider tells over HTTP counts when it proves itself, and only for copies that are ours."""

import base64
import hashlib
import hmac
import json
from dataclasses import dataclass, replace
from datetime import timedelta
from email import message_from_bytes, policy
from pathlib import Path
from typing import Any

import pytest
from flask.testing import FlaskClient

from mailhub.db.session import Database
from mailhub.delivery.tables import Bounce
from mailhub.fetching import Fetcher, NotFetched, Reply
from mailhub.web.app import make_app
from tests.mail import notices
from tests.stories.opening import opening
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
    has_a_post(town)
    return Told(town, make_app(town.hub).test_client())


@opening
def has_a_post(town: Town) -> None:
    town.opens_list("garden", members=[ANA, BEA])
    town.writes(ANA, "garden@lists.test", "Saturday", "Shall we meet?")


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


class Amazon(Fetcher):
    """The web, as far as Amazon is in it; it notes what was asked."""

    def __init__(self) -> None:
        super().__init__(lambda _name: [], lambda: 0.0)
        self.pages = {
            notices.CERTIFICATE_URL: Reply(200, notices.certificate()),
            notices.CONFIRMING_URL: Reply(200, b""),
        }
        self.asked: list[str] = []

    def get(self, url: str) -> Reply:
        self.asked.append(url)
        if url not in self.pages:
            raise NotFetched("nobody answers")
        return self.pages[url]


@pytest.fixture
def sns(tmp_path: Path, database: Database) -> tuple[Told, Amazon]:
    """A town whose mail SES carries, and what it finds at Amazon."""
    environment = {
        "MAILHUB_OUTBOUND__PROVIDER": "ses",
        "MAILHUB_OUTBOUND__WEBHOOK_SECRET": SECRET,
        "MAILHUB_SITE__BASE_URL": "https://pages.test",
    }
    town, amazon = Town(tmp_path, database, environment), Amazon()
    has_a_post(town)
    return Told(town, make_app(replace(town.hub, fetcher=amazon)).test_client()), amazon


def of_ses(told: Told) -> dict[str, Any]:
    mail = {"tags": {"mailhub": [told.copy("X-Mailhub-Delivery")]}}
    bounced = [{"emailAddress": BEA, "status": "5.1.1"}]
    return {"eventType": "Bounce", "mail": mail, "bounce": {"bounceType": "Permanent", "bouncedRecipients": bounced}}


@pytest.mark.parametrize("version", ["1", "2"])
def test_what_sns_signed_counts_and_its_certificate_is_fetched_once(sns: tuple[Told, Amazon], version: str) -> None:
    told, amazon = sns
    assert told.copy("X-SES-MESSAGE-TAGS") == f"mailhub={told.copy('X-Mailhub-Delivery')}"
    call = notices.notice(of_ses(told), version=version, sent=told.town.clock.real())
    assert told.posts("/hooks/ses", call, **basic()) == (200, {"bounce-hard": 1})
    assert told.posts("/hooks/ses", call, **basic()) == (200, {"bounce-known": 1})
    assert amazon.asked == [notices.CERTIFICATE_URL]
    assert told.bounced() == ["webhook"]


def test_neither_the_password_alone_nor_the_signature_alone_proves_anything(sns: tuple[Told, Amazon]) -> None:
    told, amazon = sns
    now = told.town.clock.real()
    event, call = of_ses(told), notices.notice(of_ses(told), sent=now)
    forged = {**call, "Message": json.dumps({**event, "x": 1})}
    elsewhere = {**call, "SigningCertURL": "https://evil.example/SimpleNotificationService-0a0a0a0a0a0a0a0a.pem"}
    unsigned = {"Type": "Notification", "Message": json.dumps(event)}
    bodies: list[Any] = [event, unsigned, forged, elsewhere, [], None, "x"]
    for body in bodies:
        assert told.posts("/hooks/ses", body, **basic())[0] == 401
    old = notices.notice(event, sent=now - timedelta(days=2))
    early = notices.notice(event, sent=now + timedelta(days=2))
    assert [told.posts("/hooks/ses", body, **basic())[0] for body in (old, early)] == [401, 401]
    before = len(amazon.asked)
    for headers in ({}, basic("wrong")):
        assert told.posts("/hooks/ses", call, **headers)[0] == 401
    assert len(amazon.asked) == before  # who does not know the password makes us ask nobody
    assert told.bounced() == []
    assert set(amazon.asked) == {notices.CERTIFICATE_URL}


def test_a_caller_without_the_password_is_asked_for_it(sns: tuple[Told, Amazon]) -> None:
    answer = sns[0].client.post("/hooks/ses", json={})
    assert answer.headers["WWW-Authenticate"].startswith("Basic ")


def test_where_amazon_does_not_answer_sns_is_asked_to_try_again(sns: tuple[Told, Amazon]) -> None:
    told, amazon = sns
    call = notices.notice(of_ses(told), sent=told.town.clock.real())
    right = amazon.pages.pop(notices.CERTIFICATE_URL)
    assert told.posts("/hooks/ses", call, **basic())[0] == 503
    amazon.pages[notices.CERTIFICATE_URL] = Reply(500, b"")
    assert told.posts("/hooks/ses", call, **basic())[0] == 503
    assert told.bounced() == []
    amazon.pages[notices.CERTIFICATE_URL] = right
    assert told.posts("/hooks/ses", call, **basic()) == (200, {"bounce-hard": 1})


def test_the_question_of_sns_is_answered_by_us_and_only_there(sns: tuple[Told, Amazon]) -> None:
    told, amazon = sns
    question = notices.question(Timestamp=told.town.clock.real().strftime("%Y-%m-%dT%H:%M:%S.000Z"))
    assert told.posts("/hooks/ses", question, **basic()) == (200, {"confirmed": 1})
    assert amazon.asked == [notices.CERTIFICATE_URL, notices.CONFIRMING_URL]
    assert told.posts("/hooks/ses", question)[0] == 401
    forged = {**question, "SubscribeURL": "https://amazonaws.com.evil.test/"}
    assert told.posts("/hooks/ses", forged, **basic())[0] == 401
    elsewhere = notices.question(Timestamp=question["Timestamp"], SubscribeURL="https://amazonaws.com.evil.test/")
    assert told.posts("/hooks/ses", elsewhere, **basic())[0] == 400
    amazon.pages[notices.CONFIRMING_URL] = Reply(403, b"")
    assert told.posts("/hooks/ses", question, **basic())[0] == 503
    assert set(amazon.asked) == {notices.CERTIFICATE_URL, notices.CONFIRMING_URL}


def test_the_end_of_a_subscription_is_told_in_the_log(
    sns: tuple[Told, Amazon], caplog: pytest.LogCaptureFixture
) -> None:
    told, amazon = sns
    stamp = told.town.clock.real().strftime("%Y-%m-%dT%H:%M:%S.000Z")
    ended = notices.question(Type="UnsubscribeConfirmation", Timestamp=stamp)
    assert told.posts("/hooks/ses", ended, **basic()) == (200, {"ended": 1})
    assert f"sns subscription ended topic={notices.TOPIC}" in caplog.text
    assert amazon.asked == [notices.CERTIFICATE_URL]
