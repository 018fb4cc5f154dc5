"""Everything found out about a mail as one value: what aligns, what was missing, and that no bytes stop it."""

from datetime import UTC, datetime

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mailhub.mail.authenticity import marks, results, weighing
from mailhub.mail.authenticity.results import Result
from mailhub.mail.authenticity.verdicts import Verdict
from mailhub.mail.authenticity.weighing import NOTHING, Authenticity, Sent, from_row
from mailhub.mail.message import parse
from mailhub.mail.shown import Policy
from tests.mail.signing import published, signed
from tests.mail.zones import Zone

NOW = datetime(2026, 3, 9, 8, 0, tzinfo=UTC)
HOST = "198.51.100.7"


def letter(domain: str) -> bytes:
    return f"From: ana@{domain}\r\nTo: x@y.test\r\nSubject: Semi\r\n\r\nNe ho\r\n".encode()


def zone(dmarc: str = "", at: str = "example.org") -> Zone:
    """example.org and what is below it sign, and name one sending host."""
    found = published("example.org", "mail.example.org", "news.example.org", "example.com")
    for domain in ("example.org", "mail.example.org", "example.com"):
        found.put(domain, "TXT", f"v=spf1 ip4:{HOST} -all".encode())
    if dmarc:
        found.put(f"_dmarc.{at}", "TXT", dmarc.encode())
    return found


def weigh(raw: bytes, dns: Zone, sender: str = "", peer: str = "203.0.113.9") -> Authenticity:
    return weighing.weigh(marks.read(raw, parse(raw)), Sent(peer, sender), dns, NOW)


# The author's domain, who signed it, who is in the envelope, what the domain asks; what vouches, if anything.
@pytest.mark.parametrize(
    ("author", "signer", "sender", "asks", "why"),
    [
        ("example.org", "example.org", "", "", "dkim example.org"),
        ("example.org", "mail.example.org", "", "v=DMARC1; p=none", "dkim mail.example.org"),
        ("mail.example.org", "example.org", "", "v=DMARC1; p=none", "dkim example.org"),
        ("mail.example.org", "news.example.org", "", "v=DMARC1; p=none", "dkim news.example.org"),
        ("mail.example.org", "example.org", "", "v=DMARC1; p=none; adkim=s", ""),
        ("mail.example.org", "mail.example.org", "", "v=DMARC1; p=none; adkim=s", "dkim mail.example.org"),
        ("mail.example.org", "example.org", "", "v=DMARC1; p=none; psd=y", ""),
        ("mail.example.org", "example.org", "", "", ""),  # without any record nobody says that they are one
        ("example.org", "example.com", "", "v=DMARC1; p=none", ""),
        ("example.org", None, "b@example.org", "", "spf example.org"),
        ("example.org", None, "b@mail.example.org", "v=DMARC1; p=none", "spf mail.example.org"),
        ("example.org", None, "b@mail.example.org", "v=DMARC1; p=none; aspf=s", ""),
        ("example.org", None, "b@example.com", "v=DMARC1; p=none", ""),
        ("example.org", "example.org", "b@example.org", "", "dkim example.org"),
        ("EXAMPLE.org", "example.org", "", "", "dkim example.org"),
    ],
)
def test_who_speaks_for_whom(author: str, signer: str | None, sender: str, asks: str, why: str) -> None:
    raw = letter(author)
    raw = signed(raw, signer) if signer else raw
    found = weigh(raw, zone(asks), sender, HOST)
    assert (found.aligned, found.why if found.aligned else "") == (bool(why), why)
    assert found.is_direct is (bool(why) and sender != "")
    assert found.dmarc is (Verdict.NONE if not asks else Verdict.PASS if why else Verdict.FAIL)


def test_what_was_missing_is_told() -> None:
    assert weigh(letter("example.org"), zone()).why == "no signature and no sending host of its domain"
    assert (
        weigh(signed(letter("example.org"), "example.com"), zone()).why == "example.com does not speak for example.org"
    )
    assert weigh(signed(letter("example.org"), length=1), zone()).why == "partial-body"
    assert weigh(b"From: a@b.org, c@d.org\r\n\r\nx\r\n", zone()).why == "From does not name exactly one mailbox"


def test_where_the_dns_does_not_answer_only_the_very_domain_speaks() -> None:
    dns = zone()
    dns.silent.add("_dmarc.example.org")
    found = weigh(signed(letter("mail.example.org"), "example.org"), dns)
    assert (found.aligned, found.dmarc, found.policy) == (False, Verdict.TEMPERROR, Policy.UNKNOWN)
    assert weigh(signed(letter("example.org")), dns).aligned


SAID = {"header.d": "example.org"}


@pytest.mark.parametrize(
    ("raw", "said", "why"),
    [
        (letter("example.org"), Result("spf", "pass", {"smtp.mailfrom": "b@example.org"}), "spf example.org"),
        (letter("example.org"), Result("spf", "fail", {"smtp.mailfrom": "b@example.org"}), ""),
        (letter("example.org"), Result("dmarc", "pass", {"header.from": "example.org"}), "dmarc example.org"),
        (letter("example.org"), Result("dmarc", "pass", {"header.from": "example.com"}), ""),
        (letter("example.org"), Result("dkim", "pass", SAID), ""),  # the signature is not there
        (letter("example.org"), Result("dkim", "odd", SAID), ""),
        (signed(letter("example.org"), selector="gone"), Result("dkim", "pass", SAID), "dkim example.org"),
        (signed(letter("example.org"), selector="gone", length=1), Result("dkim", "pass", SAID), ""),
        (signed(letter("example.org"), length=1), Result("dmarc", "pass", {"header.from": "example.org"}), ""),
        (signed(letter("example.org")), Result("spf", "none", {}), "dkim example.org"),
    ],
)
def test_what_a_relay_says_counts_unless_the_mail_itself_speaks_against_it(raw: bytes, said: Result, why: str) -> None:
    found = weighing.weigh_relayed(marks.read(raw, parse(raw)), [said], zone(), NOW)
    assert (found.aligned, found.why if found.aligned else "") == (bool(why), why)


def test_what_is_kept_with_the_mail_decides_later_as_it_would_have_then() -> None:
    found = weigh(signed(letter("example.org")), zone("v=DMARC1; p=reject"))
    kept = from_row(weighing.as_row(found))
    assert kept.is_judged
    assert (kept.aligned, kept.policy, kept.why, kept.is_signed, kept.is_direct, kept.dmarc) == (
        (found.aligned, found.policy, found.why, found.is_signed, found.is_direct, found.dmarc)
    )
    assert from_row(None) is from_row({"body": "x"}) is NOTHING


PIECES = st.sampled_from(
    [
        *(b"DKIM-Signature:", b"ARC-Seal:", b"ARC-Message-Signature:", b"ARC-Authentication-Results:"),
        *(b"Authentication-Results:", b"From:", b" a@b.org", b"\r\n", b" ", b";", b"=", b"i=1;", b"v=1;", b"h=from;"),
        *(b"a=rsa-sha256;", b"d=b.org;", b"s=x;", b"b=YQ==;", b"bh=YQ==;", b"c=relaxed/", b"l=", b"t=", b"cv=none;"),
        *(b'"', b"(", b")", b"\\", b"\xff", b"99999999999999999999", b":", b"\t"),
    ]
)


@settings(deadline=None)
@given(st.lists(PIECES, max_size=60).map(b"".join))
def test_no_bytes_stop_it(head: bytes) -> None:
    raw = head + b"\r\nFrom: ana@example.org\r\n\r\nx\r\n"
    mail = parse(raw)
    results.of_relay(mail.headers, "b")
    weighing.weigh(marks.read(raw, mail), Sent(HOST, "ana@example.org"), zone(), NOW)
