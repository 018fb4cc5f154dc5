"""Seals (RFC 8617) on copies of posts, judged by dkimpy and by our own reader."""

import base64
import hashlib
import re
from dataclasses import replace
from datetime import UTC, datetime

import dkim as dkimpy  # the other implementation
import pytest

from mailhub.delivery.copies import Copy, Recipient, make_many
from mailhub.mail import message
from mailhub.mail.authenticity import keys, marks
from mailhub.mail.authenticity.verdicts import Checked, Verdict
from mailhub.mail.authenticity.weighing import Authenticity
from mailhub.mail.compose import Changes, post_frame
from mailhub.mail.dkim import SigningKey, generate_key, holds, record, verify
from mailhub.mail.frame import Frame
from mailhub.mail.relaxed import relaxed_field
from mailhub.mail.sealing import Sealing
from mailhub.mail.shown import Shown
from mailhub.mail.wire import split
from tests.mail.keys import DOMAIN, find_txt, signing_key
from tests.mail.test_compose import (
    FOOTER,
    HIDDEN,
    PLAIN,
    POST,
    TRANSPARENT,
    UNCHANGED,
    VALUES,
    VISIBLE,
    signed_by_author,
    signed_post,
)
from tests.mail.zones import Zone

NOW = datetime.now(UTC)
FIRST = SigningKey("first.example", "f", generate_key())
FOUND = Authenticity(
    spf=Checked(Verdict.SOFTFAIL, "mail.example.net"),
    dkim=(Checked(Verdict.PASS, "example.net"), Checked(Verdict.FAIL, "x (y) z; dkim=pass")),
    dmarc=Verdict.PASS,
    why="dkim example.net",
)
ZONE = Zone.of_texts(
    {
        f"s1._domainkey.{DOMAIN}": "".join(record(signing_key().pem)),
        "f._domainkey.first.example": "".join(record(FIRST.pem)),
    }
)


def find(name: bytes, timeout: float = 5) -> bytes | None:
    rows = ZONE.txt(name.decode())
    return rows[0] if rows else None


def frame(raw: bytes, shown: Shown = VISIBLE, chain: Verdict = Verdict.NONE, domain: str = DOMAIN) -> Frame:
    sealing = Sealing(domain, replace(FOUND, arc=chain), "example.net")
    return post_frame(
        raw, replace(POST, shown=shown, sealing=sealing), Changes(FOOTER), transparent=shown is TRANSPARENT
    )


def copies(made: Frame, key: SigningKey | None, *links: str) -> list[bytes]:
    values = [VALUES | {"leave_url": link} for link in links or (VALUES["leave_url"],)]
    people = [Recipient(f"b.1@{DOMAIN}", "bea@example.com", one) for one in values]
    made_of = make_many(made.to_bytes(), people, key, NOW)
    assert all(isinstance(one, Copy) for one in made_of)
    return [one.data for one in made_of if isinstance(one, Copy)]


def sealed(raw: bytes, shown: Shown = VISIBLE, chain: Verdict = Verdict.NONE) -> bytes:
    [copy] = copies(frame(raw, shown, chain), signing_key())
    return copy


def through_first(raw: bytes = PLAIN) -> bytes:
    """The mail as another list has sent it on, sealed."""
    [copy] = copies(frame(raw, UNCHANGED, domain="first.example"), FIRST)
    return copy


def judged(raw: bytes) -> tuple[bytes | None, Verdict]:
    """What dkimpy and we say of the chain."""
    theirs, _, _ = dkimpy.arc_verify(raw, dnsfunc=find)
    found = marks.read(raw, message.parse(raw))
    return theirs, keys.judge_chain(found.chain, ZONE, NOW).verdict


def seals(raw: bytes) -> list[bytes]:
    """Number and verdict of each seal, the newest first."""
    fields = [one.value for one in split(raw)[0] if one.name == "ARC-Seal"]
    return sorted((b" ".join(re.findall(rb"(?:i|cv)=[a-z0-9]+", one)) for one in fields), reverse=True)


def results(raw: bytes) -> list[str]:
    return [one.value.decode() for one in split(raw)[0] if one.name == "ARC-Authentication-Results"]


@pytest.mark.parametrize("shown", [HIDDEN, VISIBLE, UNCHANGED, TRANSPARENT])
def test_a_post_that_came_without_seals_has_ours_as_the_first(shown: Shown) -> None:
    copy = sealed(signed_post(), shown)
    assert judged(copy) == (dkimpy.CV_Pass, Verdict.PASS)
    assert seals(copy) == [b"i=1 cv=none"]
    assert verify(copy, find_txt)


def test_a_seal_covers_every_signature_that_the_author_brought() -> None:
    twice = signed_by_author(signed_post(), [b"from", b"subject"])
    copy = sealed(twice, TRANSPARENT)
    assert copy.count(b"\r\nDKIM-Signature: ") == 3
    assert judged(copy) == (dkimpy.CV_Pass, Verdict.PASS)
    start = copy.rindex(b"\r\nDKIM-Signature: ")
    assert judged(copy[:start] + copy[start:].replace(b"h=", b"z=1; h=", 1))[1] is Verdict.FAIL


def test_it_says_what_was_found_under_the_sites_name() -> None:
    [said] = results(sealed(PLAIN))
    assert said == (
        f"i=1; {DOMAIN}; dkim=pass header.d=example.net; dkim=fail; spf=softfail smtp.mailfrom=mail.example.net; "
        "dmarc=pass header.from=example.net; arc=none"
    )


def test_a_copy_that_hides_its_author_names_no_domain_of_theirs_and_takes_no_seal_along() -> None:
    copy = sealed(through_first(), HIDDEN, Verdict.PASS)
    assert results(copy) == [f"i=1; {DOMAIN}; dkim=pass; dkim=fail; spf=softfail; dmarc=pass; arc=pass"]
    assert seals(copy) == [b"i=1 cv=none"]
    assert b"example.net" not in re.sub(rb"<[vwx]\.1@example\.net>", b"", copy)  # but in ids
    assert judged(copy) == (dkimpy.CV_Pass, Verdict.PASS)


@pytest.mark.parametrize("shown", [VISIBLE, UNCHANGED, TRANSPARENT])
def test_a_chain_that_holds_is_continued(shown: Shown) -> None:
    came = through_first(signed_post())
    assert judged(came) == (dkimpy.CV_Pass, Verdict.PASS)
    copy = sealed(came, shown, Verdict.PASS)
    assert seals(copy) == [b"i=2 cv=pass", b"i=1 cv=none"]
    assert judged(copy) == (dkimpy.CV_Pass, Verdict.PASS)
    assert all(field in copy for field in (one.raw for one in split(came)[0] if one.name.startswith("ARC-")))


@pytest.mark.parametrize(
    ("old", "new"),
    [
        (b"i=1; first.example;", b"i=1; second.example;"),
        (b"ARC-Message-Signature: i=1; a=rsa-sha256; c=relaxed/relaxed;", b"ARC-Message-Signature: i=1; a=rsa-sha256;"),
        (b"ARC-Seal: i=1; a=rsa-sha256; cv=none;", b"ARC-Seal: i=1; a=rsa-sha256; cv=none; z=1;"),
        (b"Potatura", b"Potature"),
        (b"Ciao, perch", b"Miao, perch"),
        (b"\r\nDKIM-Signature: v=1;", b"\r\nDKIM-Signature: v=1; z=1;"),
    ],
)
def test_a_seal_covers_the_chain_before_it_and_the_copy_with_its_signature(old: bytes, new: bytes) -> None:
    copy = sealed(through_first(), VISIBLE, Verdict.PASS)
    assert copy.count(old) == 1
    assert judged(copy.replace(old, new)) == (dkimpy.CV_Fail, Verdict.FAIL)


def test_each_copy_has_a_seal_of_its_own() -> None:
    links = [f"https://{DOMAIN}/u/{number:026}" for number in range(3)]
    made = copies(frame(PLAIN), signing_key(), *links)
    assert [judged(copy) for copy in made] == [(dkimpy.CV_Pass, Verdict.PASS)] * 3
    assert (
        len({re.sub(rb"\s", b"", one.value) for copy in made for one in split(copy)[0] if one.name == "ARC-Seal"}) == 3
    )


def test_a_broken_chain_is_called_so_once_by_a_seal_over_its_own_set_alone() -> None:
    came = through_first().replace(b"Potatura", b"Potature")
    assert judged(came) == (dkimpy.CV_Fail, Verdict.FAIL)
    copy = sealed(came, VISIBLE, Verdict.FAIL)
    assert seals(copy) == [b"i=2 cv=fail", b"i=1 cv=none"]
    theirs, said, _ = dkimpy.arc_verify(copy, dnsfunc=find)
    assert theirs is None  # a chain that has ended
    assert said[0]["ams-valid"]
    assert judged(copy)[1] is Verdict.FAIL
    assert _is_over_itself_alone(copy)


def _is_over_itself_alone(copy: bytes) -> bool:
    """Whether the topmost seal is over the results and the signature next to it and nothing before them."""
    seal, signature, said = [one.raw for one in split(copy)[0] if one.name.startswith("ARC-") and b"i=2" in one.raw]
    unsigned, _, value = seal.rpartition(b"b=")
    over = relaxed_field(said) + relaxed_field(signature) + relaxed_field(unsigned + b"b=").removesuffix(b"\r\n")
    key = base64.b64decode("".join(record(signing_key().pem)).partition("p=")[2])
    return holds("rsa-sha256", key, hashlib.sha256(over).digest(), base64.b64decode(value))


@pytest.mark.parametrize("shown", [VISIBLE, TRANSPARENT])
def test_nothing_is_added_to_a_chain_that_has_ended(shown: Shown) -> None:
    ended = sealed(through_first().replace(b"Potatura", b"Potature"), VISIBLE, Verdict.FAIL)
    copy = sealed(ended, shown, Verdict.FAIL)
    assert seals(copy) == [b"i=2 cv=fail", b"i=1 cv=none"]


@pytest.mark.parametrize("verdict", [Verdict.NONE, Verdict.TEMPERROR])
def test_nothing_is_added_to_a_chain_that_nobody_could_judge(verdict: Verdict) -> None:
    assert seals(sealed(through_first(), VISIBLE, verdict)) == [b"i=1 cv=none"]


@pytest.mark.parametrize(
    "chain",
    [
        b"ARC-Seal: i=51; cv=pass; b=x\r\n",
        b"ARC-Seal: cv=none\r\n",
        b"ARC-Seal: i=50; cv=pass; b=x\r\n",
        b"ARC-Seal: i=1; i=2\r\n",
    ],
)
def test_nothing_is_added_where_the_sets_cannot_be_counted_or_are_too_many(chain: bytes) -> None:
    copy = sealed(chain + PLAIN, VISIBLE, Verdict.FAIL)
    assert copy.count(b"ARC-") == 1
    assert verify(copy, find_txt)


def test_a_chain_of_half_a_set_is_called_broken() -> None:
    copy = sealed(b"ARC-Seal: i=3; cv=pass; b=x\r\n" + PLAIN, VISIBLE, Verdict.FAIL)
    assert seals(copy) == [b"i=4 cv=fail", b"i=3 cv=pass"]


def test_a_chain_that_cannot_travel_as_it_came_is_left_out_and_not_continued() -> None:
    odd = through_first().replace(b"i=1; first.example;", b"i=1; first.example; x=\xe8;")
    copy = sealed(odd, VISIBLE, Verdict.FAIL)
    assert b"ARC-" not in copy


def test_without_a_key_there_is_no_half_of_a_seal() -> None:
    [copy] = copies(frame(PLAIN), None)
    assert b"ARC-" not in copy


def test_where_nothing_is_sealed_copies_are_as_ever() -> None:
    made = post_frame(through_first(), replace(POST, shown=VISIBLE), Changes(FOOTER))
    [copy] = copies(made, signing_key())
    assert b"ARC-" not in copy
