"""Authentication-Results: read with certainty or not at all, and believed only where our front relay wrote them."""

import time

import pytest

from mailhub.mail.authenticity.results import Result, of_relay, read, said_by
from mailhub.mail.wire import split

RELAY = "mx.lists.test"
PASS = b"Authentication-Results: mx.lists.test; dkim=pass header.d=example.org\r\n"
HOP = b"Received: from a by mx.lists.test; Mon, 9 Mar 2026 09:00:00 +0100\r\n"


@pytest.mark.parametrize(
    ("value", "server", "results"),
    [
        (b"mx.a; none", "mx.a", []),
        (b"mx.a 1; none", "mx.a", []),
        (b"mx.a; spf=pass smtp.mailfrom=x@a.org", "mx.a", [("spf", "pass", {"smtp.mailfrom": "x@a.org"})]),
        (
            b'mx.a (the; (nested) one); dkim=fail (bad = "key") reason="no; pass" header.d=a.org header.b="x/y="',
            "mx.a",
            [("dkim", "fail", {"header.d": "a.org", "header.b": "x/y="})],
        ),
        (b"mx.a; DKIM / 1 = pass", None, []),
        (b"mx.a; DKIM/1 = pass header.D = a.org", "mx.a", [("dkim", "pass", {"header.d": "a.org"})]),
        (b'mx.a; spf=pass smtp.mailfrom="a b; dkim=pass"@a.org', "mx.a",
         [("spf", "pass", {"smtp.mailfrom": "a b; dkim=pass@a.org"})]),
        (b"mx.a; dmarc=pass header.from=a.org; spf=none", "mx.a",
         [("dmarc", "pass", {"header.from": "a.org"}), ("spf", "none", {})]),
        (b'"mx a"; none', "mx a", []),
        (b"mx.a 2; dkim=pass", None, []),
        (b"mx.a; dkim=", None, []),
        (b"mx.a; =pass", None, []),
        (b"mx.a; dkim==pass", None, []),
        (b"mx.a; dkim=pass dkim=fail header.d=a", None, [("dkim", "pass", {"dkim": "fail", "header.d": "a"})]),
        (b"mx.a; dkim=pass header.d=a header.d=b", None, []),
        (b"mx.a; dkim pass", None, []),
        (b'mx.a; dkim=pass header.d="a', None, []),
        (b"mx.a; dkim=pass (header.d=a", None, []),
        (b"mx.a; dkim=pass) header.d=a", None, []),
        (b"dkim=pass; x", None, []),
        (b";;;", None, []),
        (b"", None, []),
    ],
)  # fmt: skip
def test_a_field_is_read_with_certainty_or_not_at_all(
    value: bytes, server: str | None, results: list[tuple[str, str, dict[str, str]]]
) -> None:
    expected = (server, tuple(Result(*one) for one in results)) if server else None
    assert read(value) == expected


@pytest.mark.parametrize(
    ("head", "is_believed"),
    [
        (PASS + HOP, True),
        (PASS.replace(b"mx.lists", b"MX.Lists") + HOP, True),
        (b"Return-Path: <a@example.org>\r\nX-Spam: no\r\n" + PASS + HOP, True),
        (HOP + PASS, False),
        (HOP + PASS + HOP, False),
        (PASS, False),
        (PASS.replace(b"mx.lists.test", b"mx.example") + HOP, False),
        (PASS.replace(b"mx.lists.test", b"mx.lists.test.example") + HOP, False),
        (b"X-" + PASS + HOP, False),
        (b"ARC-" + PASS.replace(b": ", b": i=1; ") + HOP, False),
        (b"X: 1\r\n" * 30 + PASS + HOP, False),
    ],
)
def test_only_what_stands_above_the_relays_own_received_is_believed(head: bytes, is_believed: bool) -> None:
    fields, _ = split(b"Return-Path: <a@example.org>\r\n" + head + b"From: ana@example.org\r\n\r\nx\r\n")
    assert bool(of_relay(fields, RELAY)) is is_believed


@pytest.mark.parametrize("hostile", [b"(", b"((\\", b";", b'"', b'""', b"a=b ", b"=", b"\\", b"a\t", b"\xff"])
def test_hostile_fields_cost_little(hostile: bytes) -> None:
    before = time.process_time()
    read(b"mx.a; " + hostile * (1_000_000 // len(hostile)))
    read(b"mx.a; " + hostile * (8_000 // len(hostile)))
    assert time.process_time() - before <= 0.2


@pytest.mark.parametrize(
    ("header", "name"),
    [
        (PASS + HOP, "mx.lists.test"),
        (HOP + PASS, None),  # anybody may have written it
        (b"Authentication-Results: mx a b c\r\n" + PASS + HOP, "mx.lists.test"),
        (b"Subject: x\r\n" + HOP, None),
        (b"", None),
    ],
)
def test_a_provider_names_itself_above_its_own_hop(header: bytes, name: str | None) -> None:
    assert said_by(split(header + b"\r\nHello\r\n")[0]) == name
