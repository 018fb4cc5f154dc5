"""Sixty ways to write as somebody else, each a whole mail as it would come in (S-01)."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from tests.mail import envelopes as pec
from tests.mail.signing import NAMES, published, short_record, signed
from tests.mail.zones import Zone

NOW = datetime(2026, 3, 9, 8, 0, tzinfo=UTC)
ANA = "ana@example.org"
OURS, EVIL_HOST, RELAY = "198.51.100.7", "203.0.113.9", "192.0.2.25"
SERVER = "mx.lists.test"
HOP = b"Received: from x.evil.example by mx.lists.test; Mon, 9 Mar 2026 09:00:00 +0100\r\n"
REST = (
    b"To: orto@lists.test\r\nSubject: Semi\r\nDate: Mon, 09 Mar 2026 09:00:00 +0100\r\n"
    b"Message-ID: <m1@example.org>\r\n\r\nNe ho molti.\r\n"
)


@dataclass(frozen=True)
class Forgery:
    """A mail, who hands it in under which envelope, and what the site trusts."""

    name: str
    raw: bytes
    peer: str = EVIL_HOST
    sender: str = "eve@evil.example"
    trust: str = "own"


def mail(author: bytes = ANA.encode(), rest: bytes = REST) -> bytes:
    return b"From: " + author + b"\r\n" + rest


def world() -> Zone:
    """example.org is strict and careful, example.com is not; evil.example has everything in order, for itself."""
    zone = published("example.org", "evil.example", "mail.example.org", "example.com", "examp1e.org", "co.example")
    zone.put("t._domainkey.example.org", "TXT", short_record().encode())
    zone.put("old._domainkey.example.org", "TXT", b"v=DKIM1; p=")
    for domain, host in (("example.org", OURS), ("evil.example", EVIL_HOST), ("list.example.org", EVIL_HOST)):
        zone.put(domain, "TXT", f"v=spf1 ip4:{host} -all".encode())
    zone.put("soft.example.org", "TXT", f"v=spf1 ip4:{OURS} ~all".encode())
    zone.put("open.example.org", "TXT", b"v=spf1 ?all")
    zone.put("_dmarc.example.org", "TXT", b"v=DMARC1; p=reject; adkim=s; aspf=s")
    zone.put("_dmarc.co.example", "TXT", b"v=DMARC1; p=none; psd=y")
    zone.put("_dmarc.shop.co.example", "TXT", b"v=DMARC1; p=none")
    zone.put("_dmarc.evil.example", "TXT", b"v=DMARC1; p=reject")
    zone.silent.add("lost._domainkey.example.org")
    return zone


def evil(author: bytes) -> bytes:
    """Signed by the forger's own domain, as it should be."""
    return signed(mail(author), "evil.example")


AUTHORS = {  # what a From may say to look like Ana's to one reader and like Eve's to another
    "her name": b"Ana <eve@evil.example>",
    "her address as a name": b'"ana@example.org" <eve@evil.example>',
    "her address as a bare name": b"ana@example.org <eve@evil.example>",
    "her address after a bracket": b"ana@example.org)eve@evil.example",
    "her address and another": b"ana@example.org, eve@evil.example",
    "another and hers": b"eve@evil.example, ana@example.org",
    "a group": b"Friends: ana@example.org;",
    "an empty group": b"Undisclosed: ;",
    "an address in a comment": b"(ana@example.org) eve@evil.example",
    "an address before a comment": b"ana@example.org (<eve@evil.example>)",
    "nested comments": b"ana@example.org (a (b <eve@evil.example>) c)",
    "two in brackets": b"<ana@example.org> <eve@evil.example>",
    "a route": b"<@evil.example:ana@example.org>",
    "a quoted local part": b'"ana@example.org"@evil.example',
    "an escaped one": b'"ana\\"@example.org"@evil.example',
    "a bracket in a name": b'"x" <ana@example.org>, <eve@evil.example>',
    "a null in it": b"ana@example.org\0<eve@evil.example>",
    "an encoded address": b"=?utf-8?q?ana=40example=2Eorg?=",
    "an encoded address and a domain": b"=?utf-8?q?ana=40example.org=3E?= <eve@evil.example>",
    "an encoded line end": b"=?utf-8?q?x=0D=0AFrom:_ana=40example.org?= <eve@evil.example>",
    "a folded one": b"ana@example.org\r\n <eve@evil.example>",
    "a look-alike": b"ana@examp1e.org.evil.example",
    "a Cyrillic letter": "ana@exаmple.org".encode(),
    "a fullwidth letter": "ana@ｅxample.org".encode(),
    "a Kelvin sign": "\u212aana@example.org".encode(),
    "a semicolon": b"ana@example.org; eve@evil.example",
    "no brackets closed": b"Ana <ana@example.org",
    "an address literal": b"ana@[203.0.113.9]",
    "a domain above": b"ana@org",
    "nothing": b"",
}


def _from_evil() -> Iterator[Forgery]:
    for name, author in AUTHORS.items():
        yield Forgery(f"From holds {name}", evil(author))


def _signatures() -> Iterator[Forgery]:
    good = signed(mail())
    later = NOW - timedelta(days=9)
    cut = signed(mail(), length=2)
    made: dict[str, bytes] = {
        "none at all": mail(),
        "of the forger": evil(ANA.encode()),
        "of a look-alike": signed(mail(), "examp1e.org"),
        "of a domain below, against strict alignment": signed(mail(), "mail.example.org"),
        "of the public suffix": signed(mail(b"ana@shop.co.example"), "co.example"),
        "of a domain whose key is another's": signed(mail(), "example.org", selector="s2"),
        "with words after what it covers": cut + b"and pay here\r\n",
        "of nothing but the beginning": signed(mail(), length=0),
        "with l= for all there was": signed(mail(), length=len(b"Ne ho molti.\r\n")),
        "under another subject": b"Subject: Pagate\r\n" + good,
        "under another date": b"Date: Mon, 09 Mar 2026 10:00:00 +0100\r\n" + good,
        "under another author": b"From: eve@evil.example\r\n" + good,
        "under the same author twice": b"From: ana@example.org\r\n" + good,
        "with the subject unsigned": signed(mail(), names=tuple(n for n in NAMES if n != "subject")),
        "without From": signed(mail(), names=("to", "subject", "date")),
        "of another body": good.replace(b"molti", b"pochi"),
        "of another subject": good.replace(b"Subject: Semi", b"Subject: Soldi"),
        "that has expired": signed(mail(), at=later, x=str(int(later.timestamp()) + 60)),
        "from the future": signed(mail(), at=NOW + timedelta(days=1)),
        "of an old hash": signed(mail(), a="rsa-sha1"),
        "of a short key": signed(mail(), selector="t"),
        "of a revoked key": signed(mail(), selector="old"),
        "whose key nobody gives": signed(mail(), selector="lost"),
        "with its tags twice": good.replace(b"v=1;", b"v=1; d=example.org;"),
        "in ARC alone": b"ARC-" + good.replace(b"DKIM-Signature", b"Message-Signature").replace(b"v=1", b"i=1", 1),
        "said to be good in ARC": b"ARC-Authentication-Results: i=1; mx.lists.test; dkim=pass header.d=example.org\r\n"
        + mail(),
    }
    for name, raw in made.items():
        yield Forgery(f"a signature {name}", raw)


def _replayed() -> Iterator[Forgery]:
    """Genuine once, and sent on by somebody else, elsewhere or long after."""
    elsewhere = REST.replace(b"orto@lists.test", b"friends@example.net")
    same_name = REST.replace(b"orto@lists.test", b"orto@example.net")
    long_ago = REST.replace(b"09 Mar 2026", b"09 Jan 2026")
    yield Forgery("words to others", signed(mail(rest=elsewhere)))
    yield Forgery("words to a group of the same name elsewhere", signed(mail(rest=same_name)))
    yield Forgery("words to such a name at a whole suffix", signed(mail(rest=REST.replace(b"@lists.test", b"@test"))))
    yield Forgery("words of two months ago", signed(mail(rest=long_ago)))
    yield Forgery("words of no day", signed(mail(rest=REST.replace(b"Date: ", b"X-Date: "))))


def _envelopes() -> Iterator[Forgery]:
    yield Forgery("the envelope is hers, the host is not", mail(), sender=ANA)
    yield Forgery("the envelope is of a domain below hers", mail(), sender="eve@list.example.org")
    yield Forgery("her domain is soft on it", mail(b"ana@soft.example.org"), sender="ana@soft.example.org")
    yield Forgery("her domain does not say", mail(b"ana@open.example.org"), sender="ana@open.example.org")
    yield Forgery("her domain says nothing", mail(b"ana@example.com"), sender="ana@example.com")
    yield Forgery("the null sender", mail(), sender="")
    yield Forgery("a host of this machine", mail(), peer="127.0.0.1", sender=ANA)
    yield Forgery("no host", mail(), peer="local", sender=ANA)


def _results() -> Iterator[Forgery]:
    said = (
        b"Authentication-Results: mx.lists.test; dkim=pass header.d=example.org; dmarc=pass header.from=example.org\r\n"
    )
    spf = b"Authentication-Results: mx.lists.test; spf=pass smtp.mailfrom=ana@example.org\r\n"
    broken = signed(mail()).replace(b"molti", b"pochi")
    other = said.replace(b"mx.lists.test", b"mx.example")
    made: dict[str, tuple[bytes, str]] = {
        "from a stranger's host": (said + HOP + mail(), EVIL_HOST),
        "of a stranger's SPF": (spf + HOP + mail(), EVIL_HOST),
        "below the relay's Received": (HOP + said + mail(), RELAY),
        "below it, with another Received": (HOP + spf + HOP + mail(), RELAY),
        "of another server": (other + HOP + mail(), RELAY),
        "without any Received": (said + mail(), RELAY),
        "in a comment": (said.replace(b"dkim=", b"(dkim=").replace(b"\r\n", b")\r\n") + HOP + mail(), RELAY),
        "in a quoted value": (
            b'Authentication-Results: mx.lists.test; spf=fail smtp.mailfrom="x; dmarc=pass header.from=example.org"\r\n'
            + HOP + mail(), RELAY,
        ),
        "of the forger's own domain": (said.replace(b"example.org", b"evil.example") + HOP + evil(ANA.encode()), RELAY),
        "of a signature that is cut": (said + HOP + signed(mail(), length=2) + b"and pay\r\n", RELAY),
        "under two subjects": (said + HOP + b"Subject: Soldi\r\n" + signed(mail()), RELAY),
        "of a broken signature": (said.replace(b"pass", b"fail") + HOP + broken, RELAY),
        "for two authors": (said + HOP + b"From: eve@evil.example\r\n" + mail(), RELAY),
        "as ARC": (b"ARC-" + said.replace(b": ", b": i=1; ", 1) + HOP + mail(), RELAY),
    }  # fmt: skip
    for name, (raw, peer) in made.items():
        yield Forgery(f"results {name}", raw, peer, ANA, "relay")


def _certified() -> Iterator[Forgery]:
    """Envelopes of certified mail that anybody can write round anything, and that may prove Eve to be Eve."""
    to = "orto@lists.test"
    hers = {
        "her words": mail(),
        "a mail of hers with its signature": signed(mail()),
        "her words and the relay's name for what it found": SAID + HOP + mail(),
        "the relay's name alone": SAID + mail(),
    }
    for name, inner in hers.items():
        whole = pec.envelope(inner, ANA, to)
        yield Forgery(f"a certified envelope round {name}", whole)
        yield Forgery(f"the same, signed by the forger, round {name}", signed(whole, "evil.example"))
        yield Forgery(f"the same behind the relay, round {name}", HOP + whole, RELAY, trust="relay")
        yield Forgery(f"the same, found good by the relay, round {name}", SAID + HOP + whole, RELAY, trust="relay")
        named = whole.replace(f"posta-certificata@{pec.PROVIDER}".encode(), ANA.encode())
        yield Forgery(f"the same under her own name, round {name}", named)
        # Even what comes from her own server in such a dress waits for her word.
        yield Forgery(f"the same from her own server, round {name}", signed(named), OURS, ANA)


SAID = (
    b"Authentication-Results: mx.lists.test; dmarc=pass header.from=example.org; dkim=pass header.d=example.org;\r\n"
    b" spf=pass smtp.mailfrom=ana@example.org\r\n"
)
KINDS: tuple[Callable[[], Iterator[Forgery]], ...] = (
    _from_evil,
    _signatures,
    _replayed,
    _envelopes,
    _results,
    _certified,
)
FORGERIES = tuple(forgery for kind in KINDS for forgery in kind())
