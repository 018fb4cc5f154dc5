"""Mayors and schools write by certified mail (PEC): it waits for its author's word, and then goes out as theirs."""

from email.policy import SMTP
from email.utils import parseaddr
from pathlib import Path

import pytest

from mailhub.db.session import Database
from tests.mail.envelopes import PROVIDER, envelope, letter, receipt
from tests.mail.signing import published, signed
from tests.stories.town import Town, body

MAYOR, BRUNO, GROUP = f"sindaca@{PROVIDER}", "bruno@example.org", "garden@lists.test"


def sends(town: Town, mail: bytes, to: str) -> None:
    """By the provider, in an envelope, also where it looks as if this machine had written it."""
    town.receives(envelope(mail, MAYOR, to), f"posta-certificata@{PROVIDER}", [to])


def test_a_certified_post_waits_for_its_author_and_goes_out_without_its_envelope(town: Town) -> None:
    town.opens_list("garden", members=[MAYOR, BRUNO])
    sends(town, letter(MAYOR, GROUP), GROUP)
    assert town.last()[0] == "held"
    assert town.inbox(BRUNO) == []
    [question] = town.inbox(MAYOR)
    answer = letter(MAYOR, str(question["Reply-To"]), "yes", "pec2@comune.example")
    sends(town, answer.replace(b"Subject: Semi", b"Subject: Re: x"), str(question["Reply-To"]))
    [post] = town.inbox(BRUNO)
    assert post["Subject"] == "Semi"
    assert body(post).startswith("Ne ho venti.")
    assert "daticert" not in post.as_string()


def test_no_receipt_of_certified_mail_is_answered_or_counted(town: Town) -> None:
    town.opens_list("garden", members=[MAYOR, BRUNO])
    town.writes(BRUNO, to=GROUP, subject="Seeds", text="Who has some?")
    [copy], _ = town.inbox(MAYOR), town.inbox(BRUNO)
    returned = copy.as_bytes(policy=SMTP)
    for kind in ("accettazione", "avvenuta-consegna"):
        for to in (parseaddr(str(copy["Reply-To"] or GROUP))[1], "hub@lists.test", GROUP):
            assert town.receives(receipt(kind, to, returned), "", [to]) == []
            assert town.last()[0] == "dropped"
    assert town.inbox(BRUNO) == town.inbox(MAYOR) == []


@pytest.mark.parametrize("trust", ["own", "unsigned-loopback"])
def test_a_forged_envelope_is_asked_about_at_the_address_it_borrows_and_joins_nobody(
    tmp_path: Path, database: Database, trust: str
) -> None:
    settings = {"MAILHUB_INBOUND__TRUST": trust, "MAILHUB_INBOUND__SMTP": "127.0.0.1:0"}
    town = Town(tmp_path, database, settings, published(PROVIDER))
    town.opens_list("garden", members=[MAYOR, BRUNO], moderate="nobody")
    for author, to in (
        (MAYOR, GROUP),
        (BRUNO, "garden-leave@lists.test"),
        ("zoe@example.net", "garden-join@lists.test"),
    ):
        forged = signed(envelope(letter(author, to), author, to), PROVIDER)
        town.receives(forged, f"posta-certificata@{PROVIDER}", [to])
        assert town.last()[0] == "held"
    assert [len(town.inbox(one)) for one in (MAYOR, BRUNO, "zoe@example.net")] == [1, 1, 0]
    assert town.place("garden", BRUNO) is not None
    assert town.person("zoe@example.net") is None


def test_what_came_in_an_envelope_goes_out_unsealed(tmp_path: Path, database: Database) -> None:
    settings = {"MAILHUB_INBOUND__TRUST": "own", "MAILHUB_OUTBOUND__ARC": "true"}
    town = Town(tmp_path, database, settings, published(PROVIDER))
    town.opens_list("garden", members=[MAYOR, BRUNO], moderate="nobody", addresses="members")
    sends(town, letter(MAYOR, GROUP), GROUP)
    [question] = town.inbox(MAYOR)
    sends(town, letter(MAYOR, str(question["Reply-To"]), "yes", "pec2@comune.example"), str(question["Reply-To"]))
    [post] = town.inbox(BRUNO)
    assert (post["Subject"], post["ARC-Seal"]) == ("Semi", None)
