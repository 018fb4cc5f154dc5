"""What a bounce says is read from any form of it: whom it did not reach, and what that means."""

import time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mailhub.mail.reports import reading as reports
from mailhub.mail.reports.verdicts import Verdict, judge
from mailhub.mail.wire import Unreadable

HEAD = "Return-Path: <>\nFrom: Mail Delivery System <MAILER-DAEMON@mx.example.net>\nTo: hub@lists.test\n"
RETURNED = """Message-ID: <uno@lists.test>
From: Orto <orto@lists.test>
To: orto@lists.test
X-Mailhub-Delivery: abcdefghijklmnopqrstuvwxyz234567
Subject: Semi

ciao
"""
FIELDS = (
    "Reporting-MTA: dns; mx.example.net\n\nFinal-Recipient: rfc822; ada@example.net\nAction: failed\nStatus: 5.1.1\n"
)


def standard(fields: str, words: str = "Sorry.", boundary: str = "b") -> bytes:
    return (
        f"{HEAD}Content-Type: multipart/report; report-type=delivery-status; boundary={boundary}\n\n"
        f"--b\n\n{words}\n\n--b\nContent-Type: message/delivery-status\n\n{fields}\n"
        f"--b\nContent-Type: message/rfc822\n\n{RETURNED}\n--b--\n"
    ).encode()


def plain(words: str) -> bytes:
    return f"{HEAD}Subject: failure notice\n\n{words}\n".encode()


def said(raw: bytes) -> list[tuple[str, str]]:
    return [(one.address, one.verdict.value) for one in reports.read(raw).recipients]


@pytest.mark.parametrize("line_end", ["\n", "\r\n", "\r"])
def test_a_standard_report_is_read_with_any_line_end(line_end: str) -> None:
    report = reports.read(standard(FIELDS).replace(b"\n", line_end.encode()))
    assert [(one.address, one.status, one.action, one.verdict) for one in report.recipients] == [
        ("ada@example.net", "5.1.1", "failed", Verdict.HARD)
    ]
    assert report.returned_message_id == "uno@lists.test"
    assert report.mark == "abcdefghijklmnopqrstuvwxyz234567"
    assert report.is_final


def test_a_report_whose_boundary_is_wrong_is_read_as_text() -> None:
    assert said(standard(FIELDS, boundary="another")) == [("ada@example.net", "hard")]


def test_a_recipient_in_utf_8_is_read_from_its_escapes() -> None:
    assert said(standard(FIELDS.replace("rfc822; ada@", "utf-8; \\x{E8}lena@"))) == [("èlena@example.net", "hard")]


def test_of_two_forms_of_an_address_the_one_of_the_internet_is_told() -> None:
    fields = FIELDS.replace("ada@example.net", "ada@mailstore") + "Original-Recipient: rfc822; ada@example.net\n"
    assert said(standard(fields)) == [("ada@example.net", "hard")]


@pytest.mark.parametrize(
    ("action", "status", "expected", "is_final"),
    [
        ("delayed", "4.4.1", "soft", False),
        ("failed", "4.4.7", "soft", True),
        ("failed", "5.2.2", "soft", True),
        ("failed", "5.7.1", "policy", True),
        ("delivered", "2.0.0", "unknown", True),
    ],
)
def test_what_is_only_delayed_is_not_final(action: str, status: str, expected: str, is_final: bool) -> None:
    fields = FIELDS.replace("failed", action).replace("5.1.1", status)
    report = reports.read(standard(fields))
    assert [one.verdict.value for one in report.recipients] == [expected]
    assert report.is_final is is_final


def test_several_recipients_are_told_apart() -> None:
    second = "\nFinal-Recipient: rfc822; bea@example.net\nAction: failed\nStatus: 5.2.2\n"
    assert said(standard(FIELDS + second)) == [("ada@example.net", "hard"), ("bea@example.net", "soft")]


def test_fields_without_a_reason_take_it_from_the_words() -> None:
    words = "An error has occurred:\n\nada@example.net: 552 5.2.2 <ada@example.net>: Mailbox full\n"
    assert said(standard(FIELDS.replace("5.1.1", "5.0.0"), words)) == [("ada@example.net", "soft")]


WORDS = {
    "qmail": (
        "Hi. This is the qmail-send program at mx.example.net.\n\n<ada@example.net>:\n"
        "Sorry, no mailbox here by that name. (#5.1.1)\n\n--- Below this line is a copy of the message.\n\n" + RETURNED,
        "hard",
    ),
    "exim": (
        "A message that you sent could not be delivered. The following address(es) failed:\n\n  ada@example.net\n"
        "    SMTP error from remote mail server after RCPT TO:<ada@example.net>:\n    host mx.example.net [192.0.2.1]: "
        "550 Unknown user\n\n------ This is a copy of the message, including all the headers. ------\n\n" + RETURNED,
        "hard",
    ),
    "sendmail": (
        "   ----- The following addresses had permanent fatal errors -----\n<ada@example.net>\n\n"
        "   ----- Transcript of session follows -----\n... while talking to mx.example.net.:\n"
        ">>> RCPT To:<ada@example.net>\n"
        "<<< 552 mailbox full\n"
        "554 <ada@example.net>... Service unavailable\n",
        "soft",
    ),
    "postfix": (
        "I'm sorry to have to inform you that your message could not be delivered.\n\n<ada@example.net>: host "
        "mx.example.net[192.0.2.1] said: 554 5.7.1 Service unavailable; Client host\n    [192.0.2.9] blocked using "
        "zen.spamhaus.org (in reply to RCPT TO command)\n",
        "policy",
    ),
    "exchange": (
        "Your message\n\n  To:      orto@lists.test\n  Subject: Semi\n  Sent:    Mon, 9 Mar 2026 09:00:00 +0100\n\n"
        "did not reach the following recipient(s):\n\nada@example.net on Mon, 9 Mar 2026 09:00:02 +0100\n"
        "    The recipient name is not recognized\n",
        "hard",
    ),
    "domino": (
        "Your message\n\n  Subject: Semi\n\nwas not delivered to:\n\n  ada@example.net\n\nbecause:\n\n"
        "  User ada (ada@example.net) not listed in Domino Directory\n",
        "hard",
    ),
    "an italian provider": (
        "Spiacenti, il messaggio non è stato recapitato.\n\nDestinatario: ada@example.net\n"
        "Motivo: la casella del destinatario è piena\n",
        "soft",
    ),
    "in a sentence": (
        "We could not deliver your mail to the mailbox of ada@example.net since that user does not exist.\n\n"
        "----- Original message -----\n" + RETURNED.replace("To: orto@lists.test", "To: ada@example.net"),
        "hard",
    ),
    "a notice of a service": (
        '{"notificationType":"Bounce","bounce":{"bounceType":"Permanent","bouncedRecipients":[{"emailAddress":'
        '"ada@example.net","action":"failed","status":"5.1.1","diagnosticCode":"smtp; 550 5.1.1 user unknown"}]},'
        '"mail":{"source":"b@lists.test"}}',
        "hard",
    ),
}


@pytest.mark.parametrize("form", WORDS)
def test_bounces_in_words_alone_are_read(form: str) -> None:
    words, expected = WORDS[form]
    assert said(plain(words)) == [("ada@example.net", expected)]


def test_a_warning_in_words_is_not_final() -> None:
    words = "  ada@example.net\n    retry time not reached for any host\n\nYou do not need to resend your message.\n"
    assert not reports.read(plain(words)).is_final
    assert reports.read(plain(WORDS["exim"][0])).is_final


def test_a_failed_recipient_of_the_header_is_believed_where_the_words_name_nobody() -> None:
    raw = plain("Your mail was not delivered: user unknown.").replace(
        b"To:", b"X-Failed-Recipients: ada@example.net\nTo:"
    )
    assert said(raw) == [("ada@example.net", "hard")]


@pytest.mark.parametrize(
    ("status", "words", "expected"),
    [
        ("5.1.1", "", "hard"),
        ("5.1.2", "", "hard"),
        ("5.1.3", "", "hard"),
        ("5.1.6", "", "hard"),
        ("5.1.10", "", "hard"),
        ("5.2.1", "", "hard"),
        ("5.2.2", "", "soft"),
        ("4.2.2", "", "soft"),
        ("4.1.1", "user unknown", "soft"),
        ("5.3.4", "", "policy"),
        ("5.6.1", "", "policy"),
        ("5.7.1", "", "policy"),
        ("5.7.26", "This mail has been blocked because the sender is unauthenticated", "policy"),
        ("4.7.1", "Greylisted, try again", "soft"),
        ("5.1.1", "550 5.1.1 mailbox full", "soft"),
        ("5.1.1", "550 5.7.1 IP address blacklisted by recipient", "policy"),
        ("5.7.1", "550 5.1.1 user unknown", "hard"),
        ("5.4.1", "550 5.4.1 Recipient address rejected: Access denied", "hard"),
        ("", "550 Requested action not taken: mailbox unavailable", "hard"),
        ("", "550 5.1.8 <orto@lists.test>: Sender address rejected: Domain not found", "policy"),
        (
            "5.0.0",
            "Host or domain name not found. Name service error for name=example.invalid type=A: Host not found",
            "hard",
        ),
        ("", "retry timeout exceeded", "soft"),
        ("", "casella piena", "soft"),
        ("", "utente sconosciuto", "hard"),
        ("", "das Postfach ist voll", "soft"),
        ("", "SMTP error from remote mail server after end of data: 550 no such user", "soft"),
        ("", "<spam-user-unknown@example.net>", "unknown"),
    ],
)
def test_the_class_follows_the_last_servers_words_and_number(status: str, words: str, expected: str) -> None:
    assert judge(status, words).value == expected


HOSTILE = (
    "\n",
    " \n\t",
    "a on \n",
    "x@",
    "<a@b.it>: 550 user unknown\n",
    "Received: x\n",
    "user account ",
    '{"mail":',
    "= \n",
)


@pytest.mark.parametrize("piece", HOSTILE)
def test_a_megabyte_of_hostile_text_costs_little(piece: str) -> None:
    raw = plain((piece * (1_000_000 // len(piece) + 1))[:1_000_000])
    before = time.process_time()
    reports.read(raw)
    assert time.process_time() - before <= 0.2


@settings(max_examples=60, deadline=None)
@given(
    st.lists(
        st.sampled_from([*FIELDS.splitlines(), *WORDS["exim"][0].splitlines(), "--b", "", "@", "\0<é@", "{"]),
        max_size=30,
    )
)
def test_nothing_a_stranger_writes_stops_it(lines: list[str]) -> None:
    raw = (HEAD + "\n".join(lines)).encode()
    try:
        reports.read(raw)
    except Unreadable:
        pytest.fail("nothing of this passes a limit")
