"""Certified mail is taken out of its envelope; what only looks like one stays as it came."""

import pytest

from mailhub.inbound.evidence import judge
from mailhub.inbound.reading import read
from mailhub.inbound.tables import InboundMail
from mailhub.mail.authenticity.verdicts import Verdict
from mailhub.mail.authenticity.weighing import ENVELOPED, Sent, weigh
from mailhub.mail.pec import unwrapped
from mailhub.settings import InboundSection
from tests.mail.envelopes import PROVIDER, envelope, letter, receipt
from tests.mail.signing import published, signed
from tests.mail.test_weighing import NOW
from tests.mail.zones import Zone

MAYOR, GROUP = f"sindaca@{PROVIDER}", "orto@lists.test"
INNER = letter(MAYOR, GROUP)
WHOLE = envelope(INNER, MAYOR, GROUP)
RECEIPTS = ("accettazione", "non-accettazione", "presa-in-carico", "avvenuta-consegna", "errore-consegna")


@pytest.mark.parametrize(
    ("raw", "is_envelope"),
    [
        (WHOLE, True),
        (WHOLE.replace(b"\r\n", b"\n"), True),
        (WHOLE.replace(b"X-Trasporto: posta", b"x-trasporto:  POSTA"), True),
        (INNER, False),
        (WHOLE.replace(b"X-Trasporto: posta-certificata", b"X-Other: x"), False),
        (WHOLE.replace(b"daticert.xml", b"altro.xml"), False),
        (WHOLE.replace(b"postacert.eml", b"altro.eml"), False),
        (WHOLE.replace(b"smime.p7s", b"postacert.eml"), False),  # two mails: no choice is made
        (WHOLE.replace(b"X-Trasporto", b"X-Ricevuta: avvenuta-consegna\r\nX-Trasporto"), False),
        (b"Subject: Fwd\r\n\r\n" + WHOLE, False),  # somebody shows one
        (WHOLE.replace(b"--outer", b"--other"), False),
    ],
)
def test_only_a_whole_envelope_is_opened(raw: bytes, is_envelope: bool) -> None:
    assert (unwrapped(raw) != raw) is is_envelope
    if is_envelope:
        assert unwrapped(raw).replace(b"\r\n", b"\n") == INNER.replace(b"\r\n", b"\n")


def test_the_mail_inside_is_the_one_that_is_read() -> None:
    said = read(WHOLE, "posta-certificata@" + PROVIDER)
    assert said.is_enveloped
    assert said.mail.author is not None
    assert (said.mail.author.email, said.mail.subject) == (MAYOR, "Semi")
    assert (said.folded.new, said.kind, said.nature.automatic) == ("Ne ho venti.", "post", False)
    assert said.body_sha256 == read(INNER, MAYOR).body_sha256


@pytest.mark.parametrize("kind", RECEIPTS)
@pytest.mark.parametrize("sender", ["", "posta-certificata@" + PROVIDER])
def test_a_receipt_is_automatic_and_never_a_bounce(kind: str, sender: str) -> None:
    said = read(receipt(kind, GROUP, INNER), sender)
    assert (said.kind, said.nature.automatic, said.nature.may_answer) == ("auto-reply", True, False)
    assert not said.nature.counts_as_answer
    assert not said.is_enveloped


def test_an_anomaly_is_automatic_too() -> None:
    said = read(envelope(INNER, MAYOR, GROUP, mark="X-Trasporto: errore"), MAYOR)
    assert (said.kind, said.nature.automatic, said.is_enveloped) == ("auto-reply", True, False)


def test_what_is_written_inside_under_our_relays_name_is_not_its_word() -> None:
    said = b"Authentication-Results: mx.lists.test; dmarc=pass header.from=pec-gestore.example; spf=pass; dkim=pass\r\n"
    hop = b"Received: from x.example by mx.lists.test; Mon, 9 Mar 2026 09:00:00 +0100\r\n"
    forged = read(hop + envelope(said + hop + INNER, MAYOR, GROUP), MAYOR)
    receipt = InboundMail(peer="local", protocol="lmtp", envelope_from=MAYOR, recipients=[GROUP], received_at=NOW)
    relay = InboundSection.model_validate({"trust": "relay", "authserv_id": "mx.lists.test"})
    assert forged.is_enveloped
    found = judge(forged.mail, forged.marks, receipt, relay, Zone(), NOW)
    assert (found.spf.verdict, found.dkim, found.why) == (Verdict.NONE, (), ENVELOPED)


def test_the_providers_signature_proves_nobody_inside() -> None:
    raw = signed(WHOLE, PROVIDER)
    found = weigh(read(raw, MAYOR).marks, Sent("203.0.113.9", MAYOR), published(PROVIDER), NOW)
    assert [(one.domain, one.verdict.value) for one in found.dkim] == [(PROVIDER, "pass")]
    assert (found.aligned, found.is_direct, found.is_signed, found.why) == (False, False, False, ENVELOPED)
