"""A site that faces the world: what is proven is posted, the rest waits for its author, a replay does nothing."""

import smtplib
from collections.abc import Iterator
from datetime import timedelta
from email import message_from_bytes
from email.policy import SMTP
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa

from mailhub.db.session import Database
from mailhub.inbound.door import open_doors
from mailhub.inbound.tables import InboundMail
from mailhub.inbound.tracing import wording
from mailhub.inbound.tracing.finding import trace
from mailhub.mail import dkim
from tests.mail.keys import signing_key
from tests.mail.signing import published, record, signed
from tests.mail.zones import Zone
from tests.stories.conftest import _town
from tests.stories.town import Town, body, read

ANA, BRUNO, MO = "ana@example.org", "bruno@example.net", "mo@example.net"
OURS, ELSEWHERE = "198.51.100.7", "203.0.113.9"  # the server of example.org, and somebody's
RELAY = "192.0.2.25"
TRANSPARENT: dict[str, Any] = {
    "addresses": "members",
    "footer": False,
    "transparent": True,
    "reply_to": "author",
    "attachments": {"beyond": "inline"},
}
HOP = b"Received: from x.example by y.example; Mon, 9 Mar 2026 09:00:00 +0100\r\n"


def world() -> Zone:
    """example.org signs, names its server, and asks receivers to be strict."""
    zone = published("example.org")
    zone.put("example.org", "TXT", f"v=spf1 ip4:{OURS} -all".encode())
    zone.put("_dmarc.example.org", "TXT", b"v=DMARC1; p=reject")
    return zone


class Worldly(Town):
    """A town, and the DNS round it."""

    def __init__(self, folder: Path, database: Database, **more: str) -> None:
        self.zone = world()
        settings = {"MAILHUB_INBOUND__TRUST": "own", "MAILHUB_INBOUND__SMTP": "127.0.0.1:0", **more}
        super().__init__(folder, database, settings, self.zone)
        self.peer = ELSEWHERE


@pytest.fixture
def site(tmp_path: Path, database: Database) -> Iterator[Town]:
    """A town with a port 25 of its own."""
    yield from _town(Worldly(tmp_path, database))


@pytest.fixture
def sealing(tmp_path: Path, database: Database) -> Iterator[Town]:
    """The same, whose copies are sealed."""
    yield from _town(Worldly(tmp_path, database, MAILHUB_OUTBOUND__ARC="true"))


@pytest.fixture
def behind(tmp_path: Path, database: Database) -> Iterator[Town]:
    """A town behind a mail server of its own."""
    settings = {
        "MAILHUB_INBOUND__TRUST": "relay",
        "MAILHUB_INBOUND__AUTHSERV_ID": "mx.lists.test",
        "MAILHUB_INBOUND__TRUSTED_RELAYS": RELAY,
    }
    town = Town(tmp_path, database, settings, Zone())
    town.peer = RELAY
    yield from _town(town)


def letter(town: Town, to: str, subject: str = "", text: str = "", author: str = ANA) -> bytes:
    return town.letter(author, to, subject, text).as_bytes(policy=SMTP)


def test_a_signed_mail_is_posted_and_a_forged_one_waits_while_its_owner_is_asked_once(site: Town) -> None:
    site.opens_list("orto", members=[ANA, BRUNO], moderate="nobody")
    doors = open_doors(site.hub)
    try:
        host, port = doors.bound["smtp"][:2]
        with smtplib.SMTP(host, port, "mx.example.org") as door:
            door.sendmail(ANA, ["orto@lists.test"], signed(letter(site, "orto@lists.test", "Semi", "Ne ho molti")))
            for subject in ("Compra", "Vendi"):
                door.sendmail(ANA, ["orto@lists.test"], letter(site, "orto@lists.test", subject, "questo"))
    finally:
        doors.close()
    site.settles()
    assert [noted.outcome for noted in site.dispositions()] == ["posted", "held", "held"]
    assert site.subjects(BRUNO) == ["Semi"]
    assert sorted(site.subjects(ANA)) == ["Did you write to us?", "Semi"]
    with site.database.reading() as session:
        first, second, _ = session.scalars(sa.select(InboundMail).order_by(InboundMail.id))
    assert first.auth is not None
    assert (first.evidence, first.level, first.auth["why"]) == ("A", 2, "dkim example.org")
    assert second.auth is not None
    assert (second.evidence, second.level, second.auth["dmarc"]) == ("", 0, "fail")


def test_where_the_dns_does_not_answer_a_mail_is_judged_again_a_little_later(site: Worldly) -> None:
    site.opens_list("orto", members=[ANA, BRUNO], moderate="nobody")
    site.zone.silent.add("s2._domainkey.example.org")
    lost = signed(letter(site, "orto@lists.test", "Semi", "Ne ho"), selector="s2")
    site.receives(lost, ANA, ["orto@lists.test"])
    assert site.dispositions() == []
    site.clock.pass_by(timedelta(minutes=2))
    site.zone.silent.clear()
    site.zone.put("s2._domainkey.example.org", "TXT", record().encode())
    site.settles()
    assert site.last() == ("posted", "accepted")


def test_in_the_end_a_mail_is_not_kept_waiting_for_the_dns(site: Worldly) -> None:
    site.opens_list("orto", members=[ANA, BRUNO], moderate="nobody")
    site.zone.silent.add("s2._domainkey.example.org")
    lost = signed(letter(site, "orto@lists.test", "Semi", "Ne ho"), selector="s2")
    site.receives(lost, ANA, ["orto@lists.test"])
    for _ in range(2):
        assert site.dispositions() == []
        site.clock.pass_by(timedelta(minutes=5))
        site.settles()
    assert site.last() == ("held", "unproven")
    assert site.subjects(ANA) == ["Did you write to us?"]


def test_trace_says_what_proved_it(site: Town) -> None:
    site.opens_list("orto", members=[ANA, BRUNO], moderate="nobody")
    told = letter(site, "orto@lists.test", "Semi", "Ne ho")
    site.receives(signed(told), ANA, ["orto@lists.test"])
    with site.database.reading() as session:
        found = trace(session, site.hub, message_from_bytes(told)["Message-ID"])
        lines = wording.tell(found, site.hub.verbs, "en", "Europe/Rome", site.clock.now())
        assert any("example.org, whose mail server has signed it" in line.text for line in lines)


def test_the_server_of_a_domain_speaks_for_it_without_a_signature(site: Town) -> None:
    site.opens_list("orto", members=[ANA, BRUNO], moderate="nobody")
    site.peer = OURS
    site.receives(letter(site, "orto@lists.test", "Semi", "Ne ho"), ANA, ["orto@lists.test"])
    assert site.last() == ("posted", "accepted")


def test_moderators_read_what_shows_who_wrote(site: Town) -> None:
    site.opens_list("orto", members=[ANA], moderator=MO, moderate="everyone", addresses="members", footer=False)
    site.receives(signed(letter(site, "orto@lists.test", "Semi", "Ne ho")), ANA, ["orto@lists.test"])
    [asked] = site.inbox(MO)
    assert "It really comes from example.org, whose mail server has signed it." in " ".join(body(asked).split())
    site.receives(letter(site, "orto@lists.test", "Altri", "Ne ho"), ANA, ["orto@lists.test"])
    [_, was_it_you] = site.inbox(ANA)
    site.replies(ANA, was_it_you, "yes")
    [asked] = site.inbox(MO)
    assert "Its author has confirmed by mail that they wrote it." in " ".join(body(asked).split())


@pytest.mark.parametrize(
    ("author", "policy", "footer", "is_relayed"),
    [
        (ANA, b"v=DMARC1; p=reject", False, True),
        (ANA, b"v=DMARC1; p=none", False, False),
        (ANA, b"v=DMARC1; p=none", True, True),
        (ANA, b"", False, False),
        (ANA, None, False, True),
        ("ana@gmail.com", b"v=DMARC1; p=none", False, True),
    ],
    ids=["strict", "none", "changed", "no-record", "no-answer", "gmail"],
)
def test_what_the_authors_domain_asks_decides_the_name_on_copies(
    tmp_path: Path, database: Database, author: str, policy: bytes | None, footer: bool, is_relayed: bool
) -> None:
    domain = author.partition("@")[2]
    zone = published(domain)
    if policy is None:
        zone.silent.add(f"_dmarc.{domain}")
    else:
        zone.put(f"_dmarc.{domain}", "TXT", policy)
    town = Town(tmp_path, database, {"MAILHUB_INBOUND__TRUST": "own"}, zone)
    town.peer = ELSEWHERE
    town.opens_list("orto", members=[author, BRUNO], moderate="nobody", addresses="members", footer=footer)
    raw = letter(town, "orto@lists.test", "Semi", "Ne ho", author)
    town.receives(signed(raw, domain), author, ["orto@lists.test"])
    [copy] = town.inbox(BRUNO)
    assert (author not in str(copy["From"])) is is_relayed
    assert town.faults == []


def test_a_signature_that_holds_is_kept_in_a_transparent_group(site: Town) -> None:
    site.opens_list("orto", members=[ANA, BRUNO], moderate="nobody", **TRANSPARENT)
    site.receives(signed(letter(site, "orto@lists.test", "Semi", "Ne ho")), ANA, ["orto@lists.test"])
    [copy] = site.inbox(BRUNO)
    assert ANA in str(copy["From"])


def test_a_wish_that_is_sent_once_more_does_nothing(site: Town) -> None:
    site.opens_list("orto", members=[ANA, BRUNO], moderate="nobody")
    leaving = signed(letter(site, "orto-leave@lists.test"))
    site.receives(leaving, ANA, ["orto-leave@lists.test"])
    assert site.last() == ("done", "leave")
    site.joins("orto", ANA)
    for later in (timedelta(minutes=1), timedelta(hours=1), timedelta(days=100)):
        site.passes(seconds=later.total_seconds())
        site.receives(
            b"Received: from x by y; Mon, 9 Mar 2026 09:00:00 +0100\r\n" + leaving, ANA, ["orto-leave@lists.test"]
        )
        assert site.last() == ("dropped", "duplicate")
    place = site.place("orto", ANA)
    assert place is not None
    assert place.state == "active"


def test_signed_words_do_nothing_at_an_address_they_were_not_written_to_or_long_after(site: Town) -> None:
    site.opens_list("orto", members=[ANA, BRUNO], moderate="nobody")
    site.opens_list("prato", members=[ANA], moderate="nobody")
    told = signed(letter(site, "orto@lists.test", "Semi", "Ne ho"))
    site.receives(told, ANA, ["orto-leave@lists.test"])
    assert site.last() == ("held", "unproven")
    site.receives(told, ANA, ["prato@lists.test"])
    assert site.last() == ("held", "unproven")
    site.passes(days=4)
    site.receives(told, ANA, ["orto@lists.test"])
    assert site.last() == ("held", "unproven")
    site.peer = OURS
    fresh = signed(letter(site, "somebody@example.net", "Semi", "Ne ho"))
    site.receives(fresh, ANA, ["orto@lists.test"])  # in Bcc, by their own server
    assert site.last() == ("posted", "accepted")


def test_behind_a_mail_server_its_word_counts_and_nobody_elses(behind: Town) -> None:
    behind.opens_list("orto", members=[ANA, BRUNO], moderate="nobody")
    said = b"Authentication-Results: mx.lists.test; spf=pass smtp.mailfrom=ana@example.org\r\n"
    hop = b"Received: from mx.example.org by mx.lists.test; Mon, 9 Mar 2026 09:00:00 +0100\r\n"
    for peer, head, outcome in (
        (RELAY, said + hop, "posted"),
        (RELAY, hop + said, "held"),
        (RELAY, hop, "held"),
        (ELSEWHERE, said + hop, "held"),
    ):
        behind.peer = peer
        behind.receives(head + letter(behind, "orto@lists.test", "Semi", "Ne ho"), ANA, ["orto@lists.test"])
        assert behind.last()[0] == outcome
    assert len(behind.inbox(BRUNO)) == 1


def results_in_seals(town: Town, reader: str) -> list[str]:
    """What the seals of the copies in this mailbox say; each must hold."""
    key = "".join(dkim.record(signing_key().pem)).encode()
    sealed = [copy for copy in town.transport.copies if copy.envelope_to == reader and b"\r\nList-Id" in copy.data]
    assert all(dkim.is_sealed(copy.data, lambda *_a, **_k: key) for copy in sealed)
    return [" ".join(str(read(copy)["ARC-Authentication-Results"]).split()) for copy in sealed]


def test_copies_say_in_their_seals_what_was_found_when_the_post_came_also_if_it_waited(sealing: Town) -> None:
    sealing.opens_list("orto", members=[ANA, BRUNO], moderator=MO, moderate="nobody", addresses="members")
    sealing.receives(signed(letter(sealing, "orto@lists.test", "Semi", "Ne ho molti")), ANA, ["orto@lists.test"])
    sealing.receives(letter(sealing, "orto@lists.test", "Pali", "Anche"), ANA, ["orto@lists.test"])
    [question] = [mail for mail in sealing.inbox(ANA) if "write to us" in str(mail["Subject"])]
    yes = sealing.letter(ANA, str(question["Reply-To"]), "Re: x", "yes").as_bytes(policy=SMTP)
    sealing.receives(signed(yes), ANA, [str(question["Reply-To"])])
    assert sealing.subjects(BRUNO) == ["Semi", "Pali"]
    assert results_in_seals(sealing, BRUNO) == [
        "i=1; lists.test; dkim=pass header.d=example.org; spf=fail smtp.mailfrom=example.org; "
        "dmarc=pass header.from=example.org; arc=none",
        "i=1; lists.test; dkim=none; spf=fail smtp.mailfrom=example.org; dmarc=fail header.from=example.org; arc=none",
    ]


def test_copies_that_hide_their_author_have_seals_that_do_too(sealing: Town) -> None:
    sealing.opens_list("orto", members=[ANA, BRUNO], moderate="nobody")
    sealing.receives(signed(letter(sealing, "orto@lists.test", "Semi", "Ne ho molti")), ANA, ["orto@lists.test"])
    assert results_in_seals(sealing, BRUNO) == ["i=1; lists.test; dkim=pass; spf=fail; dmarc=pass; arc=none"]
