"""What is judged without rows: refusals at the door, and what a mail proves."""

from datetime import UTC, datetime

import pytest

from mailhub.authority import Evidence
from mailhub.inbound.evidence import weigh
from mailhub.inbound.refusals import MOST_HOPS, hops, refuse_data, refuse_recipient
from mailhub.inbound.routing import Nobody, ToDesk, ToList
from mailhub.inbound.tables import InboundMail
from mailhub.mail.authenticity.weighing import NOTHING as NOT_JUDGED
from mailhub.mail.message import parse

NOW = datetime(2026, 3, 9, 8, 0, tzinfo=UTC)


def proves(raw: bytes, peer: str, protocol: str, trust: str, *, counts: bool = False) -> Evidence:
    """What a mail nobody has judged proves; `counts`: its token and its mailbox do."""
    receipt = InboundMail(peer=peer, protocol=protocol, recipients=[], envelope_from="", received_at=NOW)
    return weigh(parse(raw), receipt, NOT_JUDGED, trust, "orto@lists.test", token=counts, mailbox=counts)


PLAIN = b"From: ana@example.org\r\nSubject: x\r\n\r\nHello\r\n"
HOP = b"Received: from a by b; Mon, 9 Mar 2026 09:00:00 +0100\r\n"
TRUST = "unsigned-loopback"
A, NOTHING = Evidence(aligned=True), Evidence()


def test_an_unknown_recipient_is_refused_in_both_languages_in_ascii() -> None:
    refusal = str(refuse_recipient(Nobody("hub@lists.test")))
    assert refusal.startswith("550 5.1.1 There is no group of this name here; write to hub@lists.test")
    assert "Qui non c'e' nessun gruppo" in refusal
    assert refusal.isascii()
    assert len(refusal) < 500  # RFC 5321 section 4.5.3.1.5
    assert refuse_recipient(ToList(1)) is refuse_recipient(ToDesk()) is None
    assert str(refuse_recipient(Nobody("hub@lists.test", foreign=True))).startswith("550 5.7.1 ")


def test_bytes_that_smuggle_and_mail_in_a_loop_are_refused() -> None:
    assert refuse_data(PLAIN, bare=False) is None
    assert str(refuse_data(PLAIN, bare=True)).startswith("550 5.6.0 ")
    assert refuse_data(HOP * (MOST_HOPS - 1) + PLAIN, bare=False) is None
    assert str(refuse_data(HOP * MOST_HOPS + PLAIN, bare=False)).startswith("554 5.4.6 ")


def test_only_fields_of_the_header_count_as_hops() -> None:
    assert hops(HOP + PLAIN + HOP * 5) == 1
    assert hops(HOP.upper() * 2 + b"X-Received: no\r\n" + PLAIN) == 2
    assert hops(b"") == 0


@pytest.mark.parametrize(
    ("raw", "peer", "protocol", "proven"),
    [
        (PLAIN, "127.0.0.1", "smtp", A),
        (PLAIN, "127.8.8.8", "lmtp", A),
        (PLAIN, "::1", "smtp", A),
        (PLAIN, "local", "lmtp", A),
        (PLAIN, "127.0.0.1", "imap", NOTHING),
        (HOP + PLAIN, "127.0.0.1", "smtp", NOTHING),
        (b"received: x\r\n" + PLAIN, "127.0.0.1", "smtp", NOTHING),
        (PLAIN, "192.0.2.1", "smtp", NOTHING),
        (PLAIN, "", "smtp", NOTHING),
        (PLAIN, "127.0.0.1.example.org", "smtp", NOTHING),
        (PLAIN, "127.0.0.1", "import", NOTHING),
        (b"From: bruno@example.org\r\n" + PLAIN, "127.0.0.1", "smtp", NOTHING),
        (b"From: ana@example.org, bruno@example.org\r\n\r\nx\r\n", "127.0.0.1", "smtp", NOTHING),
        (b"From: alice@example.org <bob@evil.example>, x\r\n\r\nx\r\n", "127.0.0.1", "smtp", NOTHING),
        (b"From: alice@example.org)bob@evil.example\r\n\r\nx\r\n", "127.0.0.1", "smtp", NOTHING),
        (b"Subject: nobody wrote this\r\n\r\nx\r\n", "127.0.0.1", "smtp", NOTHING),
    ],
)
def test_only_untouched_mail_of_this_machine_with_one_author_proves_its_author(
    raw: bytes, peer: str, protocol: str, proven: Evidence
) -> None:
    assert proves(raw, peer, protocol, TRUST) == proven


def test_under_another_trust_nothing_is_taken_on_faith() -> None:
    assert proves(PLAIN, "127.0.0.1", "smtp", "own") == NOTHING
    assert proves(PLAIN, "127.0.0.1", "smtp", "relay") == NOTHING


def test_token_and_mailbox_count_beside_but_not_for_a_mail_without_an_author() -> None:
    found = proves(HOP + PLAIN, "127.0.0.1", "smtp", TRUST, counts=True)
    assert found == Evidence(token=True, mailbox=True)
    assert proves(b"Subject: x\r\n\r\nx\r\n", "127.0.0.1", "smtp", TRUST, counts=True) == NOTHING
