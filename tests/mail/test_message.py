"""A mail is read whole, whatever its state; what it states is found, and what is wrong with it is named."""

from datetime import UTC, datetime

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mailhub.mail.address import Mailbox
from mailhub.mail.dates import read_date
from mailhub.mail.message import parse
from mailhub.mail.problems import Problem
from mailhub.mail.wire import Unreadable

PLAIN = b"""\
Return-Path: <ada@example.org>\r
Delivered-To: orto@lists.test\r
Received: from mx.example.org by mail.lists.test; Sun, 22 Nov 2026 10:00:01 +0100\r
Received: from home by mx.example.org; Sun, 22 Nov 2026 10:00:00 +0100\r
From: Ada Rossi <ada@example.org>\r
To: Orto urbano <orto@lists.test>, bo@example.net\r
Cc: "Bianchi, Carla" <carla@example.net>\r
Reply-To: ada.rossi@example.com\r
Subject: =?utf-8?q?Perch=C3=A9_no?=\r
 domenica\r
Date: Sun, 22 Nov 2026 09:59:58 +0100\r
Message-ID: <one@mail.example.org>\r
In-Reply-To: <two@lists.test>\r
References: <three@lists.test>\r
\t<two@lists.test>\r
List-Id: Orto <orto.lists.test>\r
X-Loop: other@lists.test\r
Content-Language: it-IT\r
Content-Type: text/plain; charset=utf-8\r
Content-Transfer-Encoding: 8bit\r
\r
Ci vediamo all'orto.\r
"""


def test_every_field_of_a_mail_is_read() -> None:
    mail = parse(PLAIN)
    assert mail.size == len(PLAIN)
    assert mail.author == Mailbox("Ada Rossi", "ada@example.org")
    assert mail.authors == (mail.author,)
    assert mail.to == (Mailbox("Orto urbano", "orto@lists.test"), Mailbox("", "bo@example.net"))
    assert mail.cc == (Mailbox("Bianchi, Carla", "carla@example.net"),)
    assert mail.reply_to == (Mailbox("", "ada.rossi@example.com"),)
    assert mail.sender is None
    assert mail.subject == "Perché no domenica"
    assert mail.date == datetime(2026, 11, 22, 8, 59, 58, tzinfo=UTC)
    assert mail.message_id == "one@mail.example.org"
    assert mail.in_reply_to == ("two@lists.test",)
    assert mail.references == ("three@lists.test", "two@lists.test")
    assert mail.text == "Ci vediamo all'orto."
    assert mail.html is None
    assert mail.attachments == ()
    assert mail.received == 2
    assert mail.list_ids == ("orto.lists.test",)
    assert mail.loops == ("other@lists.test",)
    assert mail.content_language == "it-it"
    assert mail.header("x-loop") == "other@lists.test"
    assert mail.has_header("X-LOOP")
    assert not mail.has_header("X-Other")
    assert mail.problems == ()


def with_header(line: bytes) -> bytes:
    return line + b"\nFrom: ada@example.org\nDate: Sun, 22 Nov 2026 09:00:00 +0000\nMessage-ID: <a@b>\n\nCiao\n"


@pytest.mark.parametrize(
    ("raw", "problems"),
    [
        (with_header(b"X-A: b"), set()),
        (b"\nCiao\n", {Problem.NO_FROM, Problem.NO_DATE, Problem.NO_MESSAGE_ID}),
        (with_header(b"From: bo@example.org"), {Problem.TWO_FROM}),
        (with_header(b"X-A: b").replace(b"ada@example.org", b"ada, bo"), {Problem.UNCLEAR_FROM}),
        (with_header(b"Subject: a\nSubject: b"), {Problem.REPEATED_FIELD}),
        (with_header(b"Date: nonsense").replace(b"\nDate: Sun", b"\nX-Date: Sun"), {Problem.BAD_DATE}),
        (with_header(b"Message-ID: <>").replace(b"\nMessage-ID", b"\nX-ID"), {Problem.BAD_MESSAGE_ID}),
        (with_header(b"Subject: caff\xe8"), {Problem.EIGHT_BIT_HEADER}),
        (with_header(b"X-A: b\nstray"), {Problem.STRAY_HEADER_LINE}),
        (with_header(b"Content-Type: nonsense"), {Problem.BAD_CONTENT_TYPE}),
        (with_header(b"Content-Transfer-Encoding: rot13"), {Problem.UNKNOWN_ENCODING}),
        (with_header(b"Content-Type: text/plain; charset=nosuch"), {Problem.UNKNOWN_CHARSET}),
        (
            with_header(b"Content-Type: text/plain; charset=utf-8").replace(b"Ciao", b"Citt\xe0"),
            {Problem.WRONG_CHARSET},
        ),
        (with_header(b"Content-Type: multipart/mixed"), {Problem.NO_BOUNDARY}),
        (with_header(b"X-A: b").replace(b"Ciao", b"Ci\rao\0"), {Problem.BARE_CR, Problem.NUL}),
        (with_header(b"X-A: b").replace(b"\n\nCiao", b"\nCiao, ciao"), {Problem.NO_BLANK_LINE}),
    ],
)
def test_a_defect_is_named_and_nothing_more(raw: bytes, problems: set[Problem]) -> None:
    assert set(parse(raw).problems) == problems


def test_two_from_fields_name_no_author_but_are_shown() -> None:
    mail = parse(with_header(b"From: Bo <bo@example.org>"))
    assert mail.author is None
    assert mail.authors == (Mailbox("Bo", "bo@example.org"),)


@pytest.mark.parametrize(
    ("said", "ids"),
    [
        (b"<a@b>", ("a@b",)),
        (b"<a@b><c@d>\n <e@f>", ("a@b", "c@d", "e@f")),
        (b"<a@b> <c@d> <a@b>", ("c@d", "a@b")),
        (b"<a\n b@c>", ("ab@c",)),
        (b"a@b c@d", ("a@b", "c@d")),
        (b"nothing-else", ("nothing-else",)),
        (b'Your message of "Sun, 22 Nov 2026" <a@b>', ("a@b",)),
        (b"<>", ()),
        (b"< >", ()),
        (b"<a\x01b@c>", ()),
        (b"<" + b"x" * 2000 + b"@c>", ()),
        (b"", ()),
    ],
)
def test_message_ids_are_found_in_every_form(said: bytes, ids: tuple[str, ...]) -> None:
    assert parse(with_header(b"References: " + said)).references == ids


@pytest.mark.parametrize(
    ("said", "expected"),
    [
        ("Sun, 22 Nov 2026 10:30:00 +0100", "2026-11-22 09:30"),
        ("22 Nov 2026 10:30 +0100 (CET)", "2026-11-22 09:30"),
        ("Sun, 22 November 2026 10:30:00 GMT", "2026-11-22 10:30"),
        ("Sun, 22 Nov 26 10:30:00 UT", "2026-11-22 10:30"),
        ("22 Nov 96 10:30:00 EST", "1996-11-22 15:30"),
        ("22 Nov 126 10:30:00 Z", "2026-11-22 10:30"),
        ("Sun Nov 22 10:30:00 2026", "2026-11-22 10:30"),
        ("Sun Nov 22 10:30:00 CET 2026", "2026-11-22 09:30"),
        ("2026-11-22T10:30:00+01:00", "2026-11-22 09:30"),
        ("2026-11-22 10:30", "2026-11-22 10:30"),
        ("22-Nov-2026 10.30.00 -0500", "2026-11-22 15:30"),
        ("Nov 22, 2026 10:30 PM", "2026-11-22 22:30"),
        ("Sun, 22 Nov 2026 10:30:00 GMT+0100", "2026-11-22 09:30"),
        ("Sun, 22 Nov 2026 10:30:60 +0000", "2026-11-22 10:30"),
        ("Sun, 22 Nov 2026 10:30:00 +9999", "2026-11-22 10:30"),
        ("Sun, 22 Nov 2026 10:30:00 K", "2026-11-22 10:30"),
        ("Sun, 22 Nov 2026", "2026-11-22 00:00"),
        ("Sun, 22 Nov 1926 10:30:00 +0000", None),
        ("Sun, 22 Nov 2996 10:30:00 +0000", None),
        ("Sun, 32 Nov 2026 10:30:00 +0000", None),
        ("Sun, 22 Nov 2026 25:30:00 +0000", None),
        ("yesterday", None),
        ("", None),
    ],
)
def test_dates_are_read_in_old_forms_too(said: str, expected: str | None) -> None:
    date = read_date(said)
    assert (date and f"{date:%Y-%m-%d %H:%M}") == expected


@given(st.text(max_size=80))
def test_no_text_is_too_strange_for_a_date(said: str) -> None:
    read_date(said)


FRAGMENTS = st.lists(
    st.sampled_from(
        [
            b"From: a@b.it\n",
            b"Content-Type: multipart/mixed; boundary=b\n",
            b"Content-Type: text/html\n",
            b"Content-Type: ",
            b"Content-Transfer-Encoding: base64\n",
            b"Content-Transfer-Encoding: x-uue\n",
            b"Subject: =?utf-7?b?+2AA",
            b"\n",
            b"\r\n",
            b"--b\n",
            b"--b--\n",
            b"<p>",
            b"begin 644 x\n!A\nend\n",
            b"=C3",
            b"\xff",
            b"\0",
            b"; charset=utf-16\n",
            b"format=flowed",
            b" x",
            b"From a\n",
            b"message/rfc822\n",
            b"Date: 1 Jan\n",
            b"References: <",
            b"QUJD==\n",
        ]
    )
).map(b"".join)


@settings(max_examples=300)
@given(FRAGMENTS | st.binary())
def test_no_bytes_stop_the_reading(raw: bytes) -> None:
    try:
        mail = parse(raw)
    except Unreadable:
        return
    for text in (mail.subject, mail.text, mail.html or "", mail.message_id or "", *mail.references):
        assert "\0" not in text
        text.encode()
    assert len(mail.subject.splitlines()) <= 1
