import hashlib
from datetime import UTC, datetime

import pytest
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ec
from hypothesis import given
from hypothesis import strategies as st

from mailhub.errors import BadInput
from mailhub.mail.dkim import SEALED, Signer, SigningKey, plan, record, signer_for, verify
from mailhub.mail.relaxed import relaxed_field
from tests.mail.keys import DOMAIN, canonical, find_txt, signing_key

NOW = datetime.now(UTC)  # dkimpy reads the real clock when it judges t= and x=
HEAD = (
    b"From: Ada <ada@lists.example.org>\r\nTo: orto@lists.example.org\r\nSubject:  Potatura \t di\r\n  sabato \r\n"
    b"Date: Sun, 22 Nov 2026 10:00:00 +0000\r\nMessage-ID: <a@lists.example.org>\r\nX-Other: 1\r\n"
)


def sign(head: bytes, body: bytes, now: datetime = NOW) -> bytes:
    raw = head.replace(b"\r\n ", b"\0 ").replace(b"\r\n\t", b"\0\t").split(b"\r\n")[:-1]
    fields = [one.replace(b"\0", b"\r\n") + b"\r\n" for one in raw]
    chosen = plan([one.partition(b":")[0].lower() for one in fields])
    signed = b"".join(relaxed_field(fields[place]) for place in chosen.order)
    digest = hashlib.sha256(canonical(body)).digest()
    return signer_for(signing_key()).field(chosen.names, signed, digest, now) + head + b"\r\n" + body


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"\r\n",
        b"\r\n\r\n \t\r\n",
        b"one line\r\n",
        b"no end",
        b"ends in spaces  \t\r\n\r\n\r\n",
        b" leads \t with\r\n\r\n  spaces\r\n",
        b"caff\xc3\xa8\r\n.\r\n..dots\r\n",
        b"x" * 998 + b"\r\n",
    ],
)
def test_dkimpy_accepts_a_signature_over_any_body(body: bytes) -> None:
    assert verify(sign(HEAD, body), find_txt)


@given(st.lists(st.binary(max_size=30).map(lambda line: line.replace(b"\r", b"").replace(b"\n", b"")), max_size=8))
def test_dkimpy_accepts_a_signature_over_any_lines(lines: list[bytes]) -> None:
    assert verify(sign(HEAD, b"".join(line + b"\r\n" for line in lines)), find_txt)


@pytest.mark.parametrize(
    "change",
    [
        lambda raw: raw + b"more\r\n",
        lambda raw: b"Subject: another\r\n" + raw,
        lambda raw: b"Reply-To: eve@example.net\r\n" + raw,
        lambda raw: b"List-Unsubscribe-Post: List-Unsubscribe=One-Click\r\n" + raw,
        lambda raw: raw.replace(b"Ada", b"Eve"),
        lambda raw: raw.replace(b"body", b"boby"),
    ],
)
def test_nothing_can_be_added_or_changed_under_the_signature(change: object) -> None:
    raw = sign(HEAD, b"the body\r\n")
    assert verify(raw, find_txt)
    assert callable(change)
    assert not verify(change(raw), find_txt)


def test_an_unsigned_field_may_be_added() -> None:
    assert verify(b"X-Spam: no\r\n" + sign(HEAD, b"the body\r\n"), find_txt)


def test_several_fields_of_one_name_are_signed_from_the_bottom() -> None:
    assert verify(sign(HEAD + b"Sender: a@example.org\r\nSender: b@example.org\r\n", b"x\r\n"), find_txt)


def test_the_signature_says_when_it_was_made_and_ends_after_two_weeks() -> None:
    raw = sign(HEAD, b"x\r\n", datetime(2026, 11, 22, 10, tzinfo=UTC))
    assert b"t=1795341600; x=1796551200;" in raw
    assert b" l=" not in raw
    assert b"c=relaxed/relaxed" in raw


def test_every_line_of_the_signature_stays_within_78_columns() -> None:
    field = sign(HEAD, b"x\r\n").partition(b"From:")[0]
    assert max(map(len, field.split(b"\r\n"))) <= 78


def test_every_sealed_field_is_named_once_more_than_it_occurs() -> None:
    names = plan([b"from", b"subject"]).names.replace(b"\r\n\t", b"").split(b":")
    assert names.count(b"from") == names.count(b"subject") == 2
    assert all(names.count(name) == 1 for name in SEALED if name not in (b"from", b"subject"))


def test_the_record_is_split_into_strings_that_the_dns_takes() -> None:
    strings = record(signing_key().pem)
    assert len(strings) > 1
    assert all(len(one) <= 255 for one in strings)
    assert strings[0].startswith("v=DKIM1; k=rsa; p=")


def test_a_key_that_is_no_rsa_key_is_refused_with_its_cure() -> None:
    other = ec.generate_private_key(ec.SECP256R1()).private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    for pem in (b"nothing", other):
        with pytest.raises(BadInput, match="RSA"):
            Signer(SigningKey(DOMAIN, "s1", pem))


def test_the_private_key_is_never_printed() -> None:
    assert "PRIVATE" not in repr(signing_key())


@pytest.mark.parametrize("raw", [b"", b"nothing", b"DKIM-Signature: v=1; b=;\r\n\r\n", sign(HEAD, b"x\r\n")[:-400]])
def test_what_carries_no_good_signature_is_not_verified(raw: bytes) -> None:
    assert not verify(raw, find_txt)


def test_a_key_the_dns_does_not_know_verifies_nothing() -> None:
    assert not verify(sign(HEAD, b"x\r\n"), lambda name, timeout=5: None)
