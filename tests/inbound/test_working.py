"""The worker for received mail: one mail's fault is its own, and nothing ends without a disposition."""

from pathlib import Path

import pytest
import sqlalchemy as sa

from mailhub.db.session import Database
from mailhub.faults import Point, arm
from mailhub.inbound import claims, working
from mailhub.inbound.dispatch import dispose
from mailhub.inbound.result import Result
from mailhub.inbound.tables import Disposition, InboundMail, InboundState
from mailhub.inbound.visit import Visit
from tests.stories.town import Town

ANA = "ana@example.org"


@pytest.fixture
def town(tmp_path: Path, database: Database) -> Town:
    found = Town(tmp_path, database)
    found.opens_list("garden", members=[ANA], moderate="nobody")
    return found


def breaks_on(monkeypatch: pytest.MonkeyPatch, subject: str) -> None:
    """A fault of ours that one mail brings to light."""

    def fragile(visit: Visit, recipient: str, position: int) -> Result:
        if visit.mail.subject == subject:
            raise ZeroDivisionError("a fault of ours")
        return dispose(visit, recipient, position)

    monkeypatch.setattr(working, "dispose", fragile)


def test_a_mail_we_cannot_work_on_is_parked_after_three_tries_and_holds_up_nobody(
    town: Town, monkeypatch: pytest.MonkeyPatch
) -> None:
    breaks_on(monkeypatch, "Bad")
    for subject in ("Good", "Bad", "Better"):
        mail = town.letter(ANA, "garden@lists.test", subject, "Hello").as_bytes()
        town.keeps(mail, ANA, ["garden@lists.test", "garden-help@lists.test"])
    town.settles()
    assert [subject for subject in town.subjects(ANA) if "works" not in subject] == ["Good", "Better"]
    with town.database.reading() as session:
        bad = session.scalars(sa.select(InboundMail).where(InboundMail.state == InboundState.PARKED)).one()
        noted = session.scalars(sa.select(Disposition).where(Disposition.mail_id == bad.id)).all()
    assert bad.tries == claims.TRIES
    assert "ZeroDivisionError: a fault of ours" in (bad.fault or "")
    assert [(one.outcome, one.reason) for one in noted] == [("parked", "fault")] * 2


def test_a_fault_that_passes_costs_a_mail_nothing(town: Town) -> None:
    arm(f"{Point.INBOUND_BEFORE_COMMIT}=raise@1")
    try:
        town.writes(ANA, to="garden@lists.test", subject="Hello", text="Hello")
    finally:
        arm("")
    assert town.subjects(ANA) == ["Hello"]
    assert town.last() == ("posted", "accepted")


def test_a_mail_beyond_the_limits_is_unreadable_and_kept_whole(town: Town) -> None:
    raw = f"From: {ANA}\r\n".encode() + b"X-Long: y\r\n" * 1_001 + b"\r\nHello\r\n"
    town.receives(raw, ANA, ["garden@lists.test"])
    assert town.last() == ("unreadable", "too-many-header-lines")
    assert town.inbox(ANA) == []


def test_dispositions_say_who_where_and_what(town: Town) -> None:
    town.writes(ANA, to="garden@lists.test", subject="Hello", text="Hello")
    [noted] = town.dispositions()
    person = town.person(ANA)
    assert person is not None
    assert (noted.person_id, noted.list_id, noted.thing) == (person.id, 1, "post")
    with town.database.reading() as session:
        mail = session.scalars(sa.select(InboundMail)).one()
    assert (mail.author, mail.evidence, mail.level, mail.kind) == (ANA, "A", 2, "post")
