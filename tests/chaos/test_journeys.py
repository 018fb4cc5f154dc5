"""Two workers on one database, killed at random: nobody's way forks, and no mail is sent twice (I1, I2, I3, I14)."""

import multiprocessing
import os
import random
import time
from collections import Counter
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from multiprocessing.process import BaseProcess
from pathlib import Path

import pytest
import sqlalchemy as sa

from mailhub.db.session import Database
from mailhub.delivery import recovery
from mailhub.delivery.rows import DELIVERY
from mailhub.delivery.tables import DeliveryState
from mailhub.journeys import calling, mailing
from mailhub.journeys.rows import ENROLMENT, enrolment_of
from mailhub.journeys.state import End
from mailhub.journeys.tables import TransitionRow
from tests.chaos.journeying import OnPaper, work
from tests.databases import empty
from tests.stories.journeys import publishes
from tests.stories.town import START, Town, _environ

SECONDS = float(os.environ.get("MAILHUB_TEST_CHAOS_SECONDS", "20"))
AT_A_TIME = 12  # people who come in between two looks
LIMITS = {"MAILHUB_LIMITS__MAILS_A_DAY": "0", "MAILHUB_LIMITS__MAILS_A_WEEK": "0"}
MAILS = {"one": "One | The first.", "two": "Two | The second.", "three": "Three | The third."}
JOURNEY = """title: Welcome
list: garden
trigger: {activity: subscription.confirmed, list: garden}
steps:
  - {id: one, send: one}
  - {id: says, emit: {activity: journey.begun}}
  - {id: two, send: two}
  - {id: again, emit: {activity: journey.halfway}}
  - {id: three, send: three}
"""
STEPS = ("one", "says", "two", "again", "three")


@pytest.fixture
def town(tmp_path: Path, postgres_url: str) -> Iterator[Town]:
    database = Database(postgres_url)
    empty(database)
    town = Town(tmp_path, database, LIMITS, transport=OnPaper(tmp_path / "paper"))
    town.clock.turn(datetime.now(UTC) - START)  # the workers tell the time themselves
    town.opens_list("garden")
    publishes(town, JOURNEY, MAILS)
    town.settles()
    yield town
    database.close()


def kills(town: Town, url: str, folder: Path) -> int:
    """Let two work while people come in, and kill either every two seconds at most; how many came in."""
    context = multiprocessing.get_context("forkserver")
    context.set_forkserver_preload(["tests.chaos.journeying"])
    given = (url, _environ(folder, LIMITS), folder / "paper")
    luck, people = random.Random(14), 0
    workers = [_started(context, given), _started(context, given)]
    until = time.monotonic() + SECONDS
    while time.monotonic() < until:
        town.joins("garden", *(f"member{number}@example.org" for number in range(people, people + AT_A_TIME)))
        people += AT_A_TIME
        time.sleep(luck.uniform(0.1, 1.0))
        place = luck.randrange(2)
        _kill(workers[place])
        workers[place] = _started(context, given)
    for worker in workers:
        _kill(worker)
    return people


def _started(context: multiprocessing.context.ForkServerContext, given: tuple[object, ...]) -> BaseProcess:
    process = context.Process(target=work, args=given, daemon=True)
    process.start()
    return process


def _kill(process: BaseProcess) -> None:
    process.kill()
    process.join()


def works_off(town: Town) -> None:
    """What the dead have left is taken over, and worked off to the end."""
    with town.database.transaction() as session:
        recovery.take_over(session)
        calling.take_over(session)
    town.clock.turn(datetime.now(UTC) - town.clock.now() + timedelta(minutes=1))
    town.worker.settle()


def test_no_way_forks_and_no_mail_is_sent_twice(town: Town, postgres_url: str, tmp_path: Path) -> None:
    people = kills(town, postgres_url, tmp_path)
    works_off(town)
    with town.database.reading() as session:
        ended = session.execute(sa.select(ENROLMENT.c.id, ENROLMENT.c.ended)).all()
        steps = session.execute(sa.select(TransitionRow.enrolment_id, TransitionRow.visit, TransitionRow.step)).all()
        owed = session.execute(sa.select(DELIVERY.c.occurrence, DELIVERY.c.state)).all()
    assert [end for _, end in ended] == [End.COMPLETED] * people
    assert Counter(way for way, _, _ in steps) == {way: len(STEPS) for way, _ in ended}
    # No mail without its transition, no transition without its mail.
    sent = {(way, visit) for way, visit, step in steps if step in MAILS}
    planned = [enrolment_of(occurrence // mailing.REMINDERS) for occurrence, _ in owed]
    assert len(planned) == len(set(planned))
    assert set(planned) == sent
    # Every mail has left, or its process died with it in its hands: then somebody looks at it.
    states = Counter(state for _, state in owed)
    assert set(states) <= {DeliveryState.SENT, DeliveryState.UNCERTAIN}
    received = Counter((tmp_path / "paper").read_text().split())
    assert max(received.values()) == 1
    assert states[DeliveryState.SENT] <= received.total() <= states.total()
