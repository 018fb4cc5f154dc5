"""The rows of received mail: kept before the 250, claimed once, ended under the epoch they were claimed under."""

from datetime import timedelta
from pathlib import Path

import pytest
import sqlalchemy as sa

from mailhub.archive import raw as raws
from mailhub.db.session import Database
from mailhub.faults import Injected, Point, arm
from mailhub.inbound import claims, intake
from mailhub.inbound.intake import Envelope, Keeper
from mailhub.inbound.tables import InboundMail, InboundState
from mailhub.site import Site
from mailhub.tokens import Keys
from tests.stories.town import START

COVER = Envelope("ana@example.org", ("garden@lists.test", "choir@lists.test"), "127.0.0.1", "smtp")
RAW = b"From: ana@example.org\r\n\r\nHello\r\n"


@pytest.fixture
def site(tmp_path: Path) -> Site:
    return Site("Pietrafiore", "lists.test", Keys(b"k" * 32), data_dir=tmp_path)


def keep(database: Database, site: Site, count: int = 1) -> list[int]:
    with database.transaction() as session:
        return [intake.keep(session, site, COVER, RAW, now=START).id for _ in range(count)]


def test_bytes_and_envelope_are_kept_as_they_came_and_the_bell_rings(database: Database, site: Site) -> None:
    rung: list[str] = []
    database.on_commit = rung.append
    [mail_id] = keep(database, site)
    assert rung == [intake.BELL]
    with database.reading() as session:
        mail = session.get_one(InboundMail, mail_id)
        assert raws.read(session, site, mail.raw_id) == RAW
        assert (mail.envelope_from, tuple(mail.recipients)) == (COVER.sender, COVER.recipients)
        assert (mail.state, mail.tries, intake.in_work(session)) == (InboundState.KEPT, 0, 1)


def test_what_is_offered_together_is_kept_and_numbered_in_order(database: Database, site: Site) -> None:
    keeper = Keeper(database, site, lambda: START)
    mails = [RAW + str(number).encode() for number in range(20)]
    futures = [keeper.offer(COVER, raw) for raw in mails]
    ids = [future.result(10) for future in futures]
    keeper.close()
    assert ids == sorted(ids)
    with database.reading() as session:
        assert [raws.read(session, site, session.get_one(InboundMail, i).raw_id) for i in ids] == mails


def test_closing_keeps_what_was_offered(database: Database, site: Site) -> None:
    keeper = Keeper(database, site, lambda: START)
    futures = [keeper.offer(COVER, RAW) for _ in range(5)]
    keeper.close()
    assert all(future.done() and future.exception() is None for future in futures)


def test_no_250_is_earned_before_the_commit(database: Database, site: Site) -> None:
    keeper = Keeper(database, site, lambda: START)
    arm(f"{Point.INTAKE_BEFORE_COMMIT}=raise")
    try:
        with pytest.raises(Injected):
            keeper.offer(COVER, RAW).result(10)
    finally:
        arm("")
    assert keeper.offer(COVER, RAW).result(10) > 0  # its sender's second try
    keeper.close()
    with database.reading() as session:
        assert intake.in_work(session) == 1


def test_mails_are_claimed_oldest_first_and_by_one_worker_only(database: Database, site: Site) -> None:
    ids = keep(database, site, 5)
    with database.transaction() as session:
        first = claims.claim(session, START, at_most=3)
    with database.transaction() as session:
        second = claims.claim(session, START, at_most=3)
        assert claims.claim(session, START) == []
    assert [mail.id for mail in first] == ids[:3]
    assert [mail.id for mail in second] == ids[3:]
    assert {(mail.epoch, mail.tries) for mail in (*first, *second)} == {(1, 1)}


def test_a_lease_that_ended_is_taken_over_and_the_slow_worker_writes_nothing(database: Database, site: Site) -> None:
    keep(database, site)
    with database.transaction() as session:
        [slow] = claims.claim(session, START)
    late = START + claims.LEASE + timedelta(seconds=1)
    with database.transaction() as session:
        assert claims.claim(session, START + claims.LEASE) == []
    with database.transaction() as session:
        [quick] = claims.claim(session, late)
    assert (quick.id, quick.epoch, quick.tries) == (slow.id, 2, 2)
    with database.transaction() as session:
        assert not claims.finish(session, slow, InboundState.DONE, kind="post")
    with database.transaction() as session:
        assert claims.finish(session, quick, InboundState.DONE, kind="post")
    with database.transaction() as session:
        assert not claims.finish(session, quick, InboundState.DONE, kind="again")
        assert session.scalars(sa.select(InboundMail.kind)).one() == "post"
        assert not claims.waits(session)


def test_a_process_that_is_alone_takes_over_at_once(database: Database, site: Site) -> None:
    keep(database, site, 3)
    with database.transaction() as session:
        claims.claim(session, START, at_most=2)
    with database.transaction() as session:
        assert claims.take_over(session) == 2
        assert len(claims.claim(session, START)) == 3
