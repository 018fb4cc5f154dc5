"""SPF beyond the suites: what hostile records and odd hosts come to."""

import pytest

from mailhub.mail.authenticity import spf
from mailhub.mail.authenticity.verdicts import Verdict
from tests.mail.zones import Zone

HOST = "198.51.100.7"


def check(record: bytes, sender: str = "ana@example.org", **rows: object) -> Verdict:
    zone = Zone({("example.org", "TXT"): [record]})
    return spf.check(HOST, "mx.example.net", sender, zone).verdict


@pytest.mark.parametrize(
    ("record", "verdict"),
    [
        (b"v=spf1 ip4:198.51.100.0/24 -all", Verdict.PASS),
        (b"v=spf1 -all", Verdict.FAIL),
        (b"", Verdict.NONE),
        (b"v=spf1 " + b"include:example.org " * 300 + b"-all", Verdict.PERMERROR),
        (b"v=spf1 include:example.org", Verdict.PERMERROR),
        (b"v=spf1 redirect=example.org", Verdict.PERMERROR),
        (b"v=spf1 a:x1.example a:x2.example a:x3.example +all", Verdict.PERMERROR),
        (b"v=spf1 ip4:1.2.3.4/99 +all", Verdict.PERMERROR),
        (b"v=spf1 exists:%{d99999}.%{z} +all", Verdict.PERMERROR),
        (b"v=spf1 +all " + b"x" * 9_000, Verdict.NONE),
        ("v=spf1 +all è".encode(), Verdict.PERMERROR),
    ],
)
def test_a_record_is_understood_or_proves_nothing(record: bytes, verdict: Verdict) -> None:
    assert check(record) is verdict


def test_an_answer_without_any_text_proves_nothing() -> None:
    assert spf.check(HOST, "", "ana@example.org", Zone({("example.org", "TXT"): [b"", b""]})).verdict is Verdict.NONE


def test_a_null_sender_is_judged_by_the_greeting() -> None:
    zone = Zone({("mx.example.net", "TXT"): [b"v=spf1 ip4:198.51.100.7 -all"]})
    found = spf.check(HOST, "mx.example.net", "", zone)
    assert (found.verdict, found.domain) == (Verdict.PASS, "mx.example.net")
    assert spf.check(HOST, "", "", zone).verdict is Verdict.NONE


def test_a_dns_that_does_not_answer_is_no_verdict() -> None:
    assert spf.check(HOST, "", "ana@example.org", Zone(silent={"example.org"})).verdict is Verdict.TEMPERROR


@pytest.mark.parametrize(
    ("peer", "is_outside"),
    [
        (HOST, True), ("2001:db8::1", True), ("::ffff:198.51.100.7", True), ("127.0.0.1", False), ("::1", False),
        ("10.1.2.3", False), ("172.31.0.1", False), ("192.168.1.1", False), ("::ffff:127.0.0.1", False),
        ("fe80::1", False), ("fd00::1", False), ("0.0.0.0", False), ("local", False), ("", False),
    ],
)  # fmt: skip
def test_a_host_of_this_machine_or_network_has_no_domain_to_speak_for(peer: str, is_outside: bool) -> None:
    assert spf.is_outside(peer) is is_outside
