"""DKIM signatures of incoming mail: which hold, which of them may speak for an author, and what hostile ones cost."""

import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta

import dkim as dkimpy
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mailhub.mail.authenticity import keys, marks
from mailhub.mail.authenticity.canonical import body_in, without_signature
from mailhub.mail.authenticity.signed import MOST_JUDGED
from mailhub.mail.authenticity.verdicts import Checked, Verdict
from mailhub.mail.message import parse
from tests.mail.signing import ED25519, NAMES, RSA, key, published, record, short_record, signed
from tests.mail.zones import Zone

NOW = datetime(2026, 3, 9, 8, 0, tzinfo=UTC)
LETTER = (
    b"From: Ana <ana@example.org>\r\nTo: orto@lists.test\r\nSubject:  Semi \t di\r\n  zucca\r\n"
    b"Date: Mon, 09 Mar 2026 09:00:00 +0100\r\nMessage-ID: <m1@example.org>\r\n\r\nNe ho  molti. \r\n\r\n"
)


def judged(raw: bytes, zone: Zone, now: datetime = NOW) -> Checked:
    """What we say of the topmost signature."""
    return keys.judge(marks.read(raw, parse(raw)).signatures[0], zone, now)


@pytest.mark.parametrize("kind", [RSA, ED25519])
def test_a_good_signature_holds_and_may_speak(kind: str) -> None:
    found = judged(signed(LETTER, kind=kind, at=NOW), published("example.org", kind=kind))
    assert found == Checked(Verdict.PASS, "example.org", "", "s1")


@settings(deadline=None, max_examples=40)
@pytest.mark.parametrize("form", ["simple/simple", "simple/relaxed", "relaxed/simple", "relaxed/relaxed"])
@given(st.lists(st.binary(max_size=20).map(lambda line: line.translate(None, b"\r\n\0")), max_size=6))
def test_whatever_another_signer_signs_holds_in_every_form(form: str, lines: list[bytes]) -> None:
    raw = LETTER + b"".join(line + b"\r\n" for line in lines)
    pem = _pem()
    forms = tuple(part.encode() for part in form.split("/"))
    field = dkimpy.sign(raw, b"s1", b"example.org", pem, canonicalize=forms, include_headers=[b"from", b"subject"])
    found = judged(field + raw, published("example.org"), datetime.now(UTC))
    assert found.verdict is Verdict.PASS, found


def _pem() -> bytes:
    from cryptography.hazmat.primitives import serialization as out

    return key(RSA).private_bytes(out.Encoding.PEM, out.PrivateFormat.TraditionalOpenSSL, out.NoEncryption())


def _without(name: str) -> tuple[str, ...]:
    return tuple(one for one in NAMES if one != name)


BROKEN: dict[str, tuple[Callable[[], bytes], Verdict]] = {
    "the body is another": (lambda: signed(LETTER) + b"more\r\n", Verdict.FAIL),
    "the subject is another": (lambda: signed(LETTER).replace(b"zucca", b"melo"), Verdict.FAIL),
    "it has expired": (lambda: signed(LETTER, at=NOW - timedelta(9), x=_second(-1)), Verdict.FAIL),
    "it is from the future": (lambda: signed(LETTER, at=NOW + timedelta(hours=1)), Verdict.FAIL),
    "it ends before it begins": (lambda: signed(LETTER, at=NOW, x=_second(-99)), Verdict.PERMERROR),
    "From is not signed": (lambda: signed(LETTER, names=_without("from")), Verdict.PERMERROR),
    "no fields are named": (lambda: signed(LETTER).replace(b"\th=", b"\ty="), Verdict.PERMERROR),
    "another version": (lambda: signed(LETTER).replace(b"v=1", b"v=2"), Verdict.PERMERROR),
    "SHA-1": (lambda: signed(LETTER, a="rsa-sha1"), Verdict.PERMERROR),
    "no such algorithm": (lambda: signed(LETTER, a="rsa-md5"), Verdict.PERMERROR),
    "no such form": (lambda: signed(LETTER, c="nowsp/simple"), Verdict.PERMERROR),
    "i= of another domain": (lambda: signed(LETTER, i="@example.net"), Verdict.PERMERROR),
    "l= beyond the end": (lambda: signed(LETTER, l="999"), Verdict.PERMERROR),
    "t= is a word": (lambda: signed(LETTER, t="now"), Verdict.PERMERROR),
    "a tag twice": (lambda: signed(LETTER).replace(b"v=1;", b"v=1; v=1;"), Verdict.PERMERROR),
    "no signature in it": (lambda: signed(LETTER).partition(b"\tb=")[0] + b"\tb=\r\n" + LETTER, Verdict.PERMERROR),
    "no base64": (lambda: signed(LETTER).replace(b"bh=", b"bh=!"), Verdict.PERMERROR),
    "a domain that is none": (lambda: signed(LETTER, d="example..org"), Verdict.PERMERROR),
    "no key there": (lambda: signed(LETTER, selector="s2"), Verdict.PERMERROR),
    "another's key": (lambda: signed(LETTER, "example.net"), Verdict.PERMERROR),
}


def _second(days: float) -> str:
    return str(int((NOW + timedelta(days=days)).timestamp()))


@pytest.mark.parametrize("name", BROKEN)
def test_what_is_wrong_with_a_signature_is_found(name: str) -> None:
    make, verdict = BROKEN[name]
    found = judged(make(), published("example.org"))
    assert (found.verdict, bool(found.why)) == (verdict, True)


@pytest.mark.parametrize(
    ("published_as", "verdict"),
    [
        ({"p": ""}, Verdict.PERMERROR),
        ({"p": "!"}, Verdict.PERMERROR),
        ({"p": "MAA="}, Verdict.PERMERROR),
        ({"k": "ed25519"}, Verdict.PERMERROR),
        ({"v": "DKIM2"}, Verdict.PERMERROR),
        ({"s": "tlsrpt"}, Verdict.PERMERROR),
        ({"s": "email:tlsrpt", "h": "sha1:sha256"}, Verdict.PASS),
        ({"h": "sha1"}, Verdict.PERMERROR),
        ({"n": "a note", "g": "*"}, Verdict.PASS),
    ],
)
def test_a_key_is_taken_for_what_it_says(published_as: dict[str, str], verdict: Verdict) -> None:
    assert judged(signed(LETTER), published("example.org", **published_as)).verdict is verdict


def test_a_short_key_proves_nothing() -> None:
    zone = Zone.of_texts({"s1._domainkey.example.org": short_record()})
    found = judged(signed(LETTER), zone)
    assert (found.verdict, found.why) == (Verdict.PERMERROR, "the key is too short")


def test_two_keys_under_one_name_are_none() -> None:
    zone = published("example.org")
    zone.put("s1._domainkey.example.org", "TXT", record().encode())
    assert judged(signed(LETTER), zone).verdict is Verdict.PERMERROR


def test_a_dns_that_does_not_answer_is_no_verdict() -> None:
    zone = Zone(silent={"s1._domainkey.example.org"})
    assert judged(signed(LETTER), zone).verdict is Verdict.TEMPERROR


def test_a_key_for_exactly_one_domain_signs_for_no_part_of_it() -> None:
    zone = published("example.org", t="s")
    assert judged(signed(LETTER, i="@example.org"), zone).verdict is Verdict.PASS
    assert judged(signed(LETTER, i="@mail.example.org"), zone).verdict is Verdict.PERMERROR


@pytest.mark.parametrize(
    ("raw", "zone", "why"),
    [
        (signed(LETTER, length=5), published("example.org"), "partial-body"),
        (signed(LETTER, length=5) + b"and what nobody signed\r\n", published("example.org"), "partial-body"),
        (b"Subject: esci\r\n" + signed(LETTER), published("example.org"), "repeated-field"),
        (signed(LETTER) .replace(b"To:", b"To: x@example.net\r\nTo:"), published("example.org"), "repeated-field"),
        (signed(LETTER, names=_without("subject")), published("example.org"), "unsigned-subject"),
        (signed(LETTER), published("example.org", t="y"), "testing"),
    ],
)  # fmt: skip
def test_what_holds_and_yet_may_not_speak_for_its_author(raw: bytes, zone: Zone, why: str) -> None:
    found = judged(raw, zone)
    assert (found.verdict, found.proves, found.why) == (Verdict.PASS, False, why)


def test_of_many_signatures_those_that_could_speak_for_the_author_are_judged() -> None:
    raw = signed(LETTER)
    for number in range(40):
        raw = signed(raw, f"bulk{number}.example")
    found = marks.read(raw, parse(raw)).signatures
    assert len(found) == MOST_JUDGED
    assert found[0].domain == "example.org"


@pytest.mark.parametrize(
    ("field", "expected"),
    [
        (b"DKIM-Signature: a=1; b=x\r\n y; c=2\r\n", b"DKIM-Signature: a=1; b=; c=2"),
        (b"DKIM-Signature: a=1; bh=z; b = x y\r\n", b"DKIM-Signature: a=1; bh=z; b ="),
        (b"DKIM-Signature: b=x;\r\n", b"DKIM-Signature: b=;"),
    ],
)
def test_a_signature_is_not_over_itself(field: bytes, expected: bytes) -> None:
    assert without_signature(field) == expected


@pytest.mark.parametrize("form", ["simple", "relaxed"])
def test_an_empty_body_has_its_own_form(form: str) -> None:
    assert body_in(form, b"") == body_in(form, b"\r\n\r\n") == (b"\r\n" if form == "simple" else b"")


MEGABYTE = 1_000_000
FORMS = ("simple/simple", "relaxed/simple", "simple/relaxed", "relaxed/relaxed", "relaxed")
HOSTILE_BODIES = {
    "spaces": b" " * 900 + b"\r\n",
    "pairs": b"a  \t" * 240 + b"\r\n",
    "empty lines": b"\r\n",
    "tabs at the end": b"a\t\t\t\t\r\n",
}
HOSTILE_FIELDS = {
    "names": b"DKIM-Signature: v=1; a=rsa-sha256; d=example.org; s=s; bh=aa==; b=aa==; h=from" + b":x" * 400 + b"\r\n",
    "semicolons": b"DKIM-Signature: " + b";" * 900 + b"\r\n",
    "tags": b"DKIM-Signature: " + b"".join(b"t%d=1;" % n for n in range(120)) + b"\r\n",
    "open": b"ARC-Seal: i=1; " + b"a" * 900 + b"\r\n",
    "results": b"ARC-Authentication-Results: i=1; " + b"(" * 900 + b"\r\n",
}


@pytest.mark.parametrize("name", HOSTILE_BODIES)
def test_a_megabyte_of_body_under_five_signatures_costs_a_fifth_of_a_second(name: str) -> None:
    line = HOSTILE_BODIES[name]
    body = line * (MEGABYTE // len(line))
    head = LETTER.partition(b"\r\n\r\n")[0] + b"\r\n"
    for form in FORMS:
        field = f"DKIM-Signature: v=1; a=rsa-sha256; d=example.org; s=s; bh=aa==; b=aa==; h=from; c={form}\r\n"
        head = field.encode() + head
    assert _seconds(head + b"\r\n" + body) <= 0.2


@pytest.mark.parametrize("name", HOSTILE_FIELDS)
def test_as_many_hostile_fields_as_a_header_may_hold_cost_a_fifth_of_a_second(name: str) -> None:
    field = HOSTILE_FIELDS[name]
    assert _seconds(field * (100_000 // len(field)) + LETTER) <= 0.2


def _seconds(raw: bytes) -> float:
    mail = parse(raw, html=False)
    return min(_once(raw, mail) for _ in range(2))


def _once(raw: bytes, mail: object) -> float:
    before = time.process_time()
    found = marks.read(raw, mail)  # type: ignore[arg-type]
    for signature in found.signatures:
        keys.judge(signature, Zone(), NOW)
    keys.judge_chain(found.chain, Zone(), NOW)
    return time.process_time() - before
