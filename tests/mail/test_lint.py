import pytest

from tests.mail.lint import lint

GOOD = b"""\
DKIM-Signature: v=1; a=rsa-sha256; c=relaxed/relaxed; d=lists.example.org;
\ts=s1; t=1795341600; x=1796551200;
\th=from:to:subject:date:message-id:list-id:sender:mime-version:content-type:
\tx-mailhub-delivery:list-unsubscribe:list-unsubscribe-post:from:to:cc:
\tsubject:date:message-id:reply-to:list-unsubscribe:list-unsubscribe-post;
\tbh=x; b=y
From: Orto <orto@lists.example.org>
Sender: orto@lists.example.org
To: ada@example.net
Subject: =?utf-8?q?Perch=C3=A9?=
Date: Sun, 22 Nov 2026 10:00:00 +0000
Message-ID: <abcdefghijklmnopqrstuvwxyz@lists.example.org>
MIME-Version: 1.0
Content-Type: multipart/alternative; boundary="b0"
Auto-Submitted: auto-generated
List-Id: Orto <orto.lists.example.org>
List-Post: <mailto:orto@lists.example.org>
List-Help: <mailto:orto-help@lists.example.org>
List-Unsubscribe: <https://lists.example.org/u/abc>,
 <mailto:u.abc@lists.example.org?subject=unsubscribe>
List-Unsubscribe-Post: List-Unsubscribe=One-Click
Precedence: bulk
Feedback-ID: a:b:c:mailhub
X-Mailhub-Delivery: d1

--b0
Content-Type: text/plain; charset=utf-8
Content-Transfer-Encoding: quoted-printable

Perch=C3=A9
--b0
Content-Type: text/html; charset=utf-8

<p>x</p>
--b0--
""".replace(b"\n", b"\r\n")


def faults(raw: bytes, **more: object) -> list[str]:
    return lint(raw, kind="letter", domain="lists.example.org", signed=True, **more)  # type: ignore[arg-type]


def test_a_good_letter_has_no_fault() -> None:
    assert faults(GOOD) == []


@pytest.mark.parametrize(
    ("old", "new", "fault"),
    [
        (b"<p>x</p>\r\n", b"<p>x</p>\n", "bare"),
        (b"<p>x</p>\r\n", b"<p>x\r</p>\r\n", "bare"),
        (b"<p>x</p>", b"<p>\0</p>", "NUL"),
        (b"--b0--\r\n", b"--b0--", "no end"),
        (b"<p>x</p>", b"x" * 999, "longer than 998"),
        (b"Date: Sun", b"Date: Sun\r\nDate: Sun", "2 date"),
        (b"Date: Sun, 22 Nov 2026 10:00:00 +0000\r\n", b"", "0 date"),
        (b"Subject:", b"Subject: a\r\nSubject:", "2 subject"),
        (b"MIME-Version: 1.0", b"MIME-Version: 1.0\r\nMIME-Version: 1.0", "2 mime-version"),
        (b"From: Orto", b"From: Bea <bea@example.net>, Orto", "one mailbox"),
        (b"From: Orto", b'From: "ada@example.net"', "holds an @"),
        (b"From: Orto", b"From: =?utf-8?q?=E2=80=AEOrto?=", "unseen"),
        (b"Subject: =", b"Subject: " + "è".encode() + b" =", "not ASCII"),
        (b"Perch=C3=A9?=", b"Perch=C3=A9" + b"x" * 60 + b"?=", "longer than 75"),
        (b"Perch=C3=A9?=", b"hi=0D=0ABcc:?=", "control"),
        (b"Perch=C3=A9?=", b"Perch=C3?=", "cuts a character"),
        (b"From: Orto", b'From: "=?utf-8?q?Orto?="', "inside quotes"),
        (b"<https://lists.example.org/u/abc>", b"=?utf-8?q?x?=", "encoded word"),
        (b"Subject: =", b"Subject: " + b"word " * 20 + b"=", "folded within 78"),
        (b"Subject: =", b"Subject: x\r\n \r\n =", "blank folded"),
        (b"Subject: =?utf-8?q?Perch=C3=A9?=", b"Subject:\r\n " + b"word \r\n " * 40, "150"),
        (b"<abcdefghijklmnopqrstuvwxyz@lists", b"<1@lists", "guessed"),
        (b"<abcdefghijklmnopqrstuvwxyz@lists.example.org>", b"abc", "no form"),
        (b"Auto-Submitted: auto-generated\r\n", b"", "Auto-Submitted"),
        (b"X-Mailhub-Delivery: d1\r\n", b"", "X-Mailhub-Delivery"),
        (b"Precedence:", b"Return-Path: <a@b>\r\nPrecedence:", "return-path"),
        (b"Precedence:", b"List-Foo: x\r\nPrecedence:", "not ours"),
        (b"Precedence: bulk", b"Precedence: junk", "Precedence"),
        (b"List-Id: Orto <orto.lists.example.org>", b"List-Id: Orto", "List-Id"),
        (b"List-Post: <mailto:orto@lists.example.org>", b"List-Post: orto", "List-Post"),
        (b"List-Help: <mailto:orto-help@lists", b"List-Help: <mailto:orto-help@else", "names else"),
        (b"https://lists", b"http://lists", "more than one https"),
        (b"<mailto:u.abc@lists.example.org?subject=unsubscribe>", b"<mailto:a@b.c>, <mailto:d@e.f>", "one mailto"),
        (b"List-Unsubscribe-Post: List-Unsubscribe=One-Click\r\n", b"", "without List-Unsubscribe-Post"),
        (b"<https://lists.example.org/u/abc>,\r\n <mailto", b"<mailto", "without an https"),
        (b"a:b:c:mailhub", b"a:b:c:d:mailhub", "Feedback-ID"),
        (b"c=relaxed/relaxed", b"c=simple/simple", "another kind"),
        (b"x=1796551200;", b"x=1796551201;", "14 days"),
        (b"bh=x;", b"bh=x; l=10;", "l="),
        (b"list-unsubscribe:list-unsubscribe-post;", b"list-unsubscribe;", "not sealed"),
        (b"list-id:", b"", "list-id is not signed"),
        (b'boundary="b0"', b'boundary="' + b"b" * 71 + b'"', "70"),
        (b'boundary="b0"', b'boundary="b0"\r\nContent-Transfer-Encoding: base64', "encoded as base64"),
        (b"--b0--\r\n", b"", "Defect"),
        (b"Content-Type: text/plain", b"Content-Type: text/enriched", "first"),
        (b"Perch=C3=A9\r\n", b"\r\n", "empty"),
        (b"Perch=C3=A9\r\n", b"x" * 77 + b"\r\n", "longer than 76"),
        (b"<p>x</p>", "<p>è</p>".encode(), "8-bit text"),
        (b"charset=utf-8\r\n\r\n<p>", b"charset=latin1\r\n\r\n<p>", "latin1"),
        (b"<p>x</p>", b"<p>x</p>\r\n" * 10_100, "100 kB"),
    ],
)
def test_each_fault_is_found(old: bytes, new: bytes, fault: str) -> None:
    assert old in GOOD
    found = faults(GOOD.replace(old, new, 1))
    assert any(fault in each for each in found), found


def test_a_copy_without_our_signature_is_a_fault_only_where_one_is_due() -> None:
    bare = GOOD[GOOD.index(b"From:") :]
    assert faults(bare) == ["no signature of ours at the top"]
    assert lint(bare, kind="letter", domain="lists.example.org") == []


def test_a_members_post_says_nothing_of_automatic_sending() -> None:
    post = GOOD.replace(b"Auto-Submitted: auto-generated\r\n", b"")
    assert lint(post, kind="post") == []
    assert lint(GOOD, kind="post") != []


def test_a_service_mail_has_no_list_fields() -> None:
    assert "a service mail has List-* fields" in lint(GOOD, kind="service")
