"""Attacks on a town by mail; each succeeded once."""

import re
from concurrent.futures import Future
from email import policy
from email.message import EmailMessage
from email.utils import parseaddr
from pathlib import Path

import pytest
import sqlalchemy as sa

from mailhub import tokens
from mailhub.db.session import Database
from mailhub.inbound import intake, refusals
from mailhub.inbound.tables import InboundMail, InboundState
from mailhub.lists import reading
from mailhub.lists.tables import SubscriptionState
from mailhub.people import persons
from mailhub.tokens import Token
from mailhub.web.app import make_app
from tests.stories.town import Town, body

FORGED = {"Received": "from elsewhere.example by mx.example; Mon, 9 Mar 2026 09:00:00 +0100"}  # proves nothing
ADA, BOB, MARA, OLGA = "ada@example.org", "bob@example.org", "mara@example.org", "olga@example.org"
EVE = "eve@example.net"
NAMED = {ADA: f"Ada <{ADA}>", BOB: f"Bob <{BOB}>", MARA: f"Mara <{MARA}>", EVE: f"Eve <{EVE}>"}


@pytest.fixture
def town(tmp_path: Path, database: Database) -> Town:
    return Town(tmp_path, database)


def _state(town: Town, list_id: int, email: str) -> SubscriptionState | None:
    with town.hub.database.reading() as session:
        person = persons.find(session, email)
        place = reading.subscription(session, list_id, person.id) if person else None
        return place.state if place else None


def _newcomer(town: Town, email: str, name: str) -> None:
    town.writes(f"{name} <{email}>", to="garden-join@lists.test")
    town.replies(f"{name} <{email}>", town.inbox(email)[-1], "yes")
    town.inbox(email)


def _raw(author: str, text: bytes = b"hello", message_id: str = "<one@example.org>", header: bytes = b"") -> bytes:
    fields = f"From: {author}\r\nTo: garden@lists.test\r\nSubject: Hello\r\nMessage-ID: {message_id}\r\n"
    return header + fields.encode() + b"\r\n" + text + b"\r\n"


# (e) private words in public


def test_a_reply_to_a_notice_of_the_group_is_not_published(town: Town) -> None:
    town.opens_list("garden", [BOB, MARA], moderators=[MARA, "nino@example.org"])
    _newcomer(town, EVE, "Eve")
    town.writes(NAMED[EVE], "garden@lists.test", "Offer", "Buy this")
    town.inbox(MARA)
    town.replies("Nino <nino@example.org>", town.inbox("nino@example.org")[-1], "refuse")
    [notice] = town.inbox(MARA)
    town.replies(NAMED[MARA], notice, "Right. She has cheated people elsewhere too.")
    assert town.inbox(BOB) == []


def test_an_organisers_answer_to_an_unproven_letter_is_not_published(town: Town) -> None:
    town.opens_list("garden", [ADA, BOB])
    town.writes("Zoe <zoe@example.net>", "organiser.garden@lists.test", "Bob", "Bob shouted at me", headers=FORGED)
    [letter] = town.inbox(OLGA)
    town.replies(f"Olga <{OLGA}>", letter, "I am sorry. I will speak with him.")
    assert town.inbox(BOB) == []


@pytest.mark.parametrize(
    ("subject", "text"),
    [
        ("Re: Hello", "Please unsubscribe me from this list"),
        ("Re: Hello", "please remove me from this mailing list"),
        ("Re: Hello", "Cancellatemi dalla mailing list"),
        ("Re: Hello", "Vorrei cancellarmi"),
        ("Re: Hello", "Voglio uscire dal gruppo"),
        ("Re: Hello", "CANCELLATEMI SUBITO!!!"),
        ("CANCELLATEMI", "grazie"),
        ("unsubscribe", "."),
    ],
)
def test_a_wish_to_leave_is_never_published(town: Town, subject: str, text: str) -> None:
    town.opens_list("garden", [ADA, BOB])
    town.writes(NAMED[ADA], "garden@lists.test", subject, text)
    assert town.inbox(BOB) == []


def test_withdrawing_takes_back_what_its_author_wrote(town: Town) -> None:
    town.opens_list("garden", moderator=MARA)
    _newcomer(town, ADA, "Ada")
    town.writes(NAMED[ADA], "garden@lists.test", "Mine", "words that I regret")
    town.writes(NAMED[ADA], "garden@lists.test", "Forged", "words of somebody else", headers=FORGED)
    town.inbox(ADA)
    town.writes(NAMED[ADA], "garden@lists.test", "", "withdraw")
    assert "words that I regret" in body(town.inbox(ADA)[-1])


# (f) one mail that stops others, or has no disposition


def test_a_mail_to_an_undecodable_address_has_a_disposition(town: Town) -> None:
    town.opens_list("garden", [ADA, BOB])
    evil = b"garde\xff@lists.test".decode("utf-8", "surrogateescape")  # as aiosmtpd hands it over
    if town.gate.refuse(evil) is not None:
        return
    with town.hub.database.transaction() as session:
        envelope = intake.Envelope(ADA, (evil,), "127.0.0.1", "smtp")
        intake.keep(session, town.hub.site, envelope, _raw(NAMED[ADA]), now=town.clock.now())
    for _ in range(4):
        town.worker.inbound()
    with town.hub.database.reading() as session:
        assert session.scalar(sa.select(InboundMail.state)) in (InboundState.DONE, InboundState.PARKED)


def test_one_envelope_that_cannot_be_stored_turns_nobody_else_away(town: Town) -> None:
    keeper = intake.Keeper(town.hub.database, town.hub.site, town.hub.clock.now)
    evil = b"\xff@example.net".decode("utf-8", "surrogateescape")
    kept: list[Future[int]] = []
    with town.hub.database.transaction():  # the keeper must wait, so that the three share a commit
        for sender in ("first@example.org", evil, ADA):
            envelope = intake.Envelope(sender, ("hub@lists.test",), "127.0.0.1", "smtp")
            kept.append(keeper.offer(envelope, _raw(NAMED[ADA])))
    keeper.close()
    assert kept[2].exception(10) is None


def test_a_post_whose_message_id_is_not_ascii_goes_out(town: Town) -> None:
    town.opens_list("garden", [ADA, BOB])
    town.receives(_raw(NAMED[ADA], message_id="<più@example.org>"), ADA, ["garden@lists.test"])
    assert len(town.inbox(BOB)) == 1


def test_a_loop_of_mails_without_a_body_is_stopped_at_the_door() -> None:
    header = b"Received: by a.example\r\n" * refusals.MOST_HOPS + b"From: ada@example.org\r\n"
    assert refusals.refuse_data(header, False) is not None


# (b) loops, floods and backscatter


def test_forged_mail_to_the_owner_is_passed_on_no_oftener_than_to_the_role(town: Town) -> None:
    town.opens_list("garden", [ADA])
    for number in range(60):
        town.writes(NAMED[ADA], "garden-owner@lists.test", f"Offer {number}", "Buy this", headers=FORGED)
    assert len(town.inbox(OLGA)) <= 50


@pytest.mark.parametrize(
    "header", ["List-Id: <other.example.net>", "Precedence: list", "X-Auto-Response-Suppress: All"]
)
def test_what_changes_nothing_is_not_answered_to_programs(town: Town, header: str) -> None:
    town.opens_list("garden")
    raw = _raw("Zoe <zoe@example.net>", header=header.encode() + b"\r\n")
    town.receives(raw, "zoe@example.net", ["garden-help@lists.test"])
    assert town.inbox("zoe@example.net") == []


# (a), (h), (i), (j), (m)


def test_who_left_gets_no_private_mail_by_the_group_any_more(town: Town) -> None:
    town.opens_list("garden", [ADA, BOB])
    town.writes(NAMED[ADA], "garden@lists.test", "Hello", "Good morning")
    relay = parseaddr(str(town.inbox(BOB)[0]["From"]))[1]
    town.writes(NAMED[ADA], "garden-leave@lists.test")
    town.inbox(ADA)
    town.writes(NAMED[BOB], relay, "You", "Why did you leave, coward?")
    assert town.inbox(ADA) == []


def test_a_private_mail_handed_in_twice_is_passed_on_once(town: Town) -> None:
    town.opens_list("garden", [ADA, BOB])
    town.writes(NAMED[ADA], "garden@lists.test", "Hello", "Good morning")
    relay = parseaddr(str(town.inbox(BOB)[0]["From"]))[1]
    town.inbox(ADA)
    for _ in range(2):
        town.receives(_raw(NAMED[BOB]), BOB, [relay])
    assert len(town.inbox(ADA)) == 1


def test_proven_mail_is_not_dropped_for_an_unproven_copy_of_it(town: Town) -> None:
    town.opens_list("garden", [ADA, BOB])
    received = f"Received: {FORGED['Received']}\r\n".encode()
    town.receives(_raw(NAMED[ADA], header=received), ADA, ["garden@lists.test"])
    town.receives(_raw(NAMED[ADA]), ADA, ["garden@lists.test"])
    assert len(town.inbox(BOB)) == 1


def test_a_token_alone_brings_nobody_back_who_left(town: Town) -> None:
    list_id = town.opens_list("garden", [ADA])
    town.writes(NAMED[ADA], "garden-leave@lists.test")
    [goodbye] = town.inbox(ADA)
    town.writes(NAMED[ADA], str(goodbye["Reply-To"]), "Re: Done", "undo", headers=FORGED, envelope_from=EVE)
    assert _state(town, list_id, ADA) is SubscriptionState.LEFT


def test_a_link_to_leave_is_no_button_for_anything_else(town: Town) -> None:
    list_id = town.opens_list("garden", [ADA])
    with town.hub.database.reading() as session:
        ada = persons.find(session, ADA)
        assert ada is not None
        link = town.hub.site.keys.issue_link(Token(tokens.LEAVE, ada.id, list_id))
    make_app(town.hub).test_client().post(f"/a/{link}?v=pause")
    assert _state(town, list_id, ADA) is SubscriptionState.ACTIVE


def test_a_mail_attached_to_a_post_does_not_carry_its_owners_tokens(town: Town) -> None:
    town.opens_list("garden", [ADA, BOB])
    town.writes(NAMED[BOB], "garden@lists.test", "Hello", "Good morning")
    inner = next(copy.data for copy in town.transport.copies if copy.envelope_to == ADA)
    [leave] = set(re.findall(rb"u\.[a-z2-7]{30,50}@", inner))
    mark = b"--mark\r\nContent-Type: "
    parts = mark + b"text/plain\r\n\r\nSee below\r\n" + mark + b"message/rfc822\r\n\r\n" + inner + b"\r\n--mark--"
    header = b"MIME-Version: 1.0\r\nContent-Type: multipart/mixed; boundary=mark\r\n"
    town.receives(_raw(NAMED[ADA], parts, header=header), ADA, ["garden@lists.test"])
    last = [copy.data for copy in town.transport.copies if copy.envelope_to == BOB][-1]
    assert b"See below" in last
    assert leave not in last


def test_a_moderator_is_not_shown_the_authors_tokens(town: Town) -> None:
    town.opens_list("garden", [ADA], moderator=MARA, moderate="everyone")
    town.writes(NAMED[ADA], "garden-help@lists.test")
    token = str(town.inbox(ADA)[0]["Reply-To"])
    town.writes(NAMED[ADA], "garden@lists.test", "Look", f"This came today:\n\nReply-To: {token}\n\nWhat is it?")
    assert token not in body(town.inbox(MARA)[0])


def test_a_member_who_takes_the_name_of_an_organiser_is_marked(town: Town) -> None:
    town.opens_list("garden", [ADA, BOB], moderate="nobody", organiser=ADA)
    with town.hub.database.transaction() as session:
        organiser = persons.find(session, ADA)
        assert organiser is not None
        organiser.name = "Ada"
    _newcomer(town, EVE, "Ada")
    town.writes(f"Ada <{EVE}>", "garden@lists.test", "Money", "Please lend me some")
    town.writes(NAMED[ADA], "garden@lists.test", "Hello", "Good morning")
    names = {parseaddr(str(post["From"]))[0] for post in town.inbox(BOB)}
    assert len(names) == 2


def test_no_after_yes_does_not_say_that_nothing_happened(town: Town) -> None:
    town.opens_list("garden", [ADA, BOB])
    town.writes(NAMED[ADA], "garden@lists.test", "Hello", "Good morning", headers=FORGED)
    [asked] = town.inbox(ADA)
    town.replies(NAMED[ADA], asked, "yes")
    town.inbox(ADA)
    town.replies(NAMED[ADA], asked, "no")
    assert len(town.inbox(BOB)) == 1
    assert not any("no effect" in body(answer) for answer in town.inbox(ADA))


def test_a_forwarded_confirmation_joins_nobody(town: Town) -> None:
    list_id = town.opens_list("garden", [BOB])
    town.writes(NAMED[ADA], "garden-join@lists.test")
    [asked] = town.inbox(ADA)
    town.replies(NAMED[BOB], asked, "yes")
    town.replies(NAMED[EVE], asked, "yes")
    assert _state(town, list_id, ADA) is SubscriptionState.PENDING
    assert town.inbox(EVE) == []


def test_a_subject_that_hides_a_line_break_adds_no_header(town: Town) -> None:
    town.opens_list("garden", [ADA, BOB])
    message = EmailMessage()
    message["From"], message["To"], message["Message-ID"] = NAMED[ADA], "garden@lists.test", "<x@example.org>"
    message.set_content("hello")
    raw = b"Subject: =?utf-8?q?hi=0d=0aBcc:_evil@example.net?=\r\n" + message.as_bytes(policy=policy.SMTP)
    town.receives(raw, ADA, ["garden@lists.test"])
    [copy] = town.inbox(BOB)
    assert copy["Bcc"] is None
    assert "\n" not in str(copy["Subject"])
