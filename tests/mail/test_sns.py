"""What SNS has signed is told from what it has not, and only its own addresses are named."""

from datetime import timedelta
from typing import Any

import pytest

from mailhub.mail.reports.sns import certificate_url, confirming_url, is_signed, sent_at
from tests.mail.notices import CERTIFICATE_URL, CONFIRMING_URL, HOST, SENT, TOPIC, certificate, notice, question, signed

END = signed({"Type": "UnsubscribeConfirmation", "Message": "x", "Token": "t", "SubscribeURL": CONFIRMING_URL})


@pytest.mark.parametrize(
    "body",
    [
        notice("x"),
        notice("x", version="1"),
        notice("perché\nno?", Subject="Amazon SES Email Event Notification"),
        notice({"eventType": "Bounce"}),
        question(),
        END,
    ],
)
def test_what_sns_signed_holds(body: dict[str, Any]) -> None:
    assert is_signed(body, certificate(), SENT)
    assert certificate_url(body) == CERTIFICATE_URL


@pytest.mark.parametrize("version", ["1", "2"])
@pytest.mark.parametrize("name", ["Message", "MessageId", "Timestamp", "TopicArn", "Type", "Signature", "Subject"])
def test_what_was_changed_does_not(version: str, name: str) -> None:
    body = notice("x", version=version, Subject="y")
    for value in ("z", body[name] + "\n", "", 1, ["x"], None):
        assert not is_signed({**body, name: value}, certificate(), SENT)
    assert not is_signed({key: value for key, value in body.items() if key != name}, certificate(), SENT)


def test_words_cannot_move_from_one_field_to_the_next() -> None:
    body = notice("x\nMessageId\ny", MessageId="z")
    assert is_signed(body, certificate(), SENT)
    assert not is_signed({**body, "Message": "x", "MessageId": "y\nMessageId\nz"}, certificate(), SENT)


@pytest.mark.parametrize("name", ["SubscribeURL", "Token"])
def test_the_link_of_a_question_is_signed_too(name: str) -> None:
    assert not is_signed({**question(), name: CONFIRMING_URL + "x"}, certificate(), SENT)


@pytest.mark.parametrize("version", ["", "0", "3", "1 "])
def test_no_other_kind_of_signature_counts(version: str) -> None:
    assert not is_signed({**notice("x"), "SignatureVersion": version}, certificate(), SENT)
    assert not is_signed({**notice("x", version="1"), "SignatureVersion": "2"}, certificate(), SENT)


def test_a_certificate_must_be_one_and_valid_and_strong() -> None:
    body = notice("x")
    assert not is_signed(body, certificate(days=-1), SENT)
    assert not is_signed(body, certificate(days=100), SENT)
    assert not is_signed(body, b"<html>", SENT)
    assert not is_signed(body, b"", SENT)
    assert not is_signed(notice("x", bits=1024), certificate(bits=1024), SENT)
    assert not is_signed(body, certificate(bits=3072), SENT)


@pytest.mark.parametrize(
    "url",
    [
        CERTIFICATE_URL.replace("https", "http"),
        CERTIFICATE_URL.replace(HOST, "sns.eu-west-1.amazonaws.com"),  # not of the topic's region
        CERTIFICATE_URL.replace(HOST, f"{HOST}.evil.example"),
        CERTIFICATE_URL.replace(HOST, f"evil.example/{HOST}"),
        CERTIFICATE_URL.replace(HOST, f"evil.example#{HOST}"),
        CERTIFICATE_URL.replace(HOST, f"user@{HOST}"),
        CERTIFICATE_URL.replace(HOST, f"{HOST}:8443"),
        CERTIFICATE_URL.replace(HOST, "s3.eu-south-1.amazonaws.com"),
        CERTIFICATE_URL.replace(HOST, "sns.eu-south-1.amazonaws.com.evil"),
        CERTIFICATE_URL.replace("SimpleNotificationService-", "bucket/"),
        CERTIFICATE_URL + "?x",
        CERTIFICATE_URL + "\n",
        "",
    ],
)
def test_a_certificate_is_fetched_from_sns_alone(url: str) -> None:
    assert certificate_url({**notice("x"), "SigningCertURL": url}) is None


@pytest.mark.parametrize("topic", ["", "arn:aws:s3:::x", TOPIC + "\n", TOPIC.replace(":123456789012", ":1"), 7])
def test_and_for_a_topic_that_is_one(topic: object) -> None:
    assert certificate_url({**notice("x"), "TopicArn": topic}) is None
    assert confirming_url({**question(), "TopicArn": topic}) is None


def test_china_has_addresses_of_its_own() -> None:
    body = {"TopicArn": TOPIC.replace("arn:aws", "arn:aws-cn").replace("eu-south-1", "cn-north-1")}
    url = CERTIFICATE_URL.replace(HOST, "sns.cn-north-1.amazonaws.com.cn")
    assert certificate_url({**body, "SigningCertURL": url}) == url


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("https", "http"),
        (HOST, "evil.example"),
        (HOST, f"{HOST}:443"),
        (HOST, f"x@{HOST}"),
        (HOST + "/", f"{HOST}/x"),
        (HOST, "sns.eu-west-1.amazonaws.com"),
        ("ConfirmSubscription", "DeleteTopic"),
        ("mailhub-bounces", "other"),
        ("Action=", "Action=DeleteTopic&Action="),
    ],
)
def test_no_other_link_is_followed_than_the_one_that_confirms_this_topic(old: str, new: str) -> None:
    assert confirming_url(question()) == CONFIRMING_URL
    changed = CONFIRMING_URL.replace(old, new)
    assert changed != CONFIRMING_URL
    assert confirming_url(question(SubscribeURL=changed)) is None


def test_it_says_when_it_was_sent() -> None:
    assert sent_at(notice("x")) == SENT + timedelta(milliseconds=123)
    assert sent_at({"Timestamp": "yesterday"}) is None
    assert sent_at({}) is None
