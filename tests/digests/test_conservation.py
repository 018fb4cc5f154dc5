"""Promise 3: for every reader of letters, by mail of its own or in a letter, every post once; pauses included."""

import os
import random
import shutil
from collections import Counter
from datetime import date, timedelta
from pathlib import Path

import pytest
import sqlalchemy as sa

from mailhub.archive.tables import Post, PostState
from mailhub.clock import local
from mailhub.db.session import Database
from mailhub.delivery.tables import Delivery, DeliveryState, Mailing
from mailhub.digests import readers
from mailhub.digests.mailing import LetterSource
from mailhub.digests.tables import Letter, LetterItem, LetterReader
from mailhub.lists import mutes
from mailhub.lists.tables import Subscription
from mailhub.people.tables import Address, Person
from tests.stories.town import Town

ZONES = ("Europe/Rome", "Pacific/Auckland", "America/St_Johns")
GROUPS = ("garden", "square", "choir")
LOUD = "ada@example.org"
# The story passes both: clocks change in Rome on 29 March, in Auckland on 5 April.
BEFORE_THE_CHANGE = timedelta(days=19)
CHANGES = (date(2026, 3, 29), date(2026, 4, 5))
SEEDS = int(os.environ.get("MAILHUB_TEST_SEEDS", "1"))  # more of them to look longer


@pytest.mark.parametrize("seed", range(SEEDS))
def test_every_post_reaches_every_reader_once_whatever_they_choose(
    tmp_path: Path, sqlite_template: Path, seed: int
) -> None:
    town = _town(tmp_path, sqlite_template)
    lot = random.Random(seed)
    readers_of = _opens(town, lot)
    town.passes(seconds=BEFORE_THE_CHANGE.total_seconds())
    joined = _numbers(town)
    for _ in range(45):
        _something_happens(town, lot, readers_of)
    for email in readers_of:
        for slug in GROUPS:
            _acts(town, email, slug, "resume")  # who is still away is told when they are back
    town.passes(days=8)
    for email in readers_of:
        town.writes(email, to="hub@lists.test", text="left out")  # who wants one kind alone asks for the rest
    assert town.faults == []
    assert town.clock.now().date() > CHANGES[-1]
    with town.database.reading() as session:
        for email in readers_of:
            for slug in GROUPS:
                assert _told(session, email, slug) == _posted(session, email, slug, joined), (email, slug)
        _once_a_slot(session)
    _same_bytes(town)


def _town(folder: Path, template: Path) -> Town:
    path = folder / "mailhub.db"
    shutil.copyfile(template, path)
    return Town(folder, Database(f"sqlite:///{path}"))


def _opens(town: Town, lot: random.Random) -> list[str]:
    people = [LOUD, *(f"reader{n}@example.org" for n in range(5))]
    for slug in GROUPS:
        town.opens_list(slug, default_delivery="digest", grace=lot.choice(["0 min", "2 min", "45 min"]), fold_after=2)
        town.joins(slug, *people)
    with town.database.transaction() as session:
        for person in session.scalars(sa.select(Person)):
            person.time_zone = lot.choice(ZONES)
            if lot.random() < 0.5:
                hour = (town.clock.now() + timedelta(minutes=lot.randrange(1440))).time().replace(second=0)
                readers.choose(session, person.id, hour, lot.randrange(1, 128), now=town.clock.now())
    return people


def _something_happens(town: Town, lot: random.Random, people: list[str]) -> None:
    slug, email = lot.choice(GROUPS), lot.choice([LOUD, LOUD, *people])
    what = lot.choices(("post", "pass", "act", "mute", "withdraw", "undo"), (8, 6, 6, 2, 1, 2))[0]
    if what == "post":
        for _ in range(lot.choice([1, 1, 4]) if email == LOUD else 1):
            town.writes(email, to=f"{slug}@lists.test", subject=f"Matter {lot.randrange(9)}", text="Words. " * 9)
    elif what == "pass":
        town.passes(minutes=lot.choice([1, 30, 300, 1500]))
    elif what == "act":
        _acts(town, email, slug, lot.choice(["pause", "resume", "each", "digest", "decisions only"]))
    elif what == "mute":
        _mutes(town, lot, email)
    elif what == "withdraw":
        town.writes(email, to=f"{slug}@lists.test", text="withdraw")
    else:
        town.writes(email, to="hub@lists.test", text="undo")


def _acts(town: Town, email: str, slug: str, verb: str) -> None:
    town.writes(email, to="hub@lists.test", text=f"{verb} {slug}")


def _mutes(town: Town, lot: random.Random, email: str) -> None:
    with town.database.transaction() as session:
        threads = session.scalars(sa.select(Post.thread_id).distinct()).all()
        person = session.scalars(sa.select(Address.person_id).where(Address.email == email)).one()
        if threads:
            mutes.mute(session, person, lot.choice(threads), now=town.clock.now())


def _numbers(town: Town) -> dict[tuple[int, int], int]:
    with town.database.reading() as session:
        rows = session.execute(sa.select(Subscription.list_id, Subscription.person_id, Subscription.joined_number))
        return {(list_id, person_id): number for list_id, person_id, number in rows}


def _posted(session: sa.orm.Session, email: str, slug: str, joined: dict[tuple[int, int], int]) -> Counter[int]:
    list_id, person_id = _ids(session, email, slug)
    posts = sa.select(Post.id).where(
        Post.list_id == list_id, Post.state == PostState.PUBLISHED, Post.number > joined[list_id, person_id]
    )
    return Counter(session.scalars(posts))


def _told(session: sa.orm.Session, email: str, slug: str) -> Counter[int]:
    """Posts by mail of their own, those silenced included, and posts in letters."""
    list_id, person_id = _ids(session, email, slug)
    is_told = (Delivery.state == DeliveryState.SENT) | (Delivery.reply == "has silenced this conversation")
    mails = (
        sa.select(Post.id)
        .join(Mailing, (Mailing.thing_id == Post.id) & (Mailing.source == "lists.post"))
        .join(Delivery, Delivery.mailing_id == Mailing.id)
        .where(Delivery.person_id == person_id, Post.list_id == list_id, is_told, Post.state == PostState.PUBLISHED)
    )
    items = (
        sa.select(LetterItem.thing_id)
        .join(Letter, Letter.id == LetterItem.letter_id)
        .join(Post, Post.id == LetterItem.thing_id)
        .where(Letter.person_id == person_id, LetterItem.list_id == list_id, Post.state == PostState.PUBLISHED)
    )
    return Counter(session.scalars(mails)) + Counter(session.scalars(items))


def _ids(session: sa.orm.Session, email: str, slug: str) -> tuple[int, int]:
    list_id = session.execute(sa.text("SELECT id FROM list WHERE slug = :slug"), {"slug": slug}).scalar_one()
    return list_id, session.scalars(sa.select(Address.person_id).where(Address.email == email)).one()


def _once_a_slot(session: sa.orm.Session) -> None:
    """A letter a day at most, at its reader's hour."""
    for letter in session.scalars(sa.select(Letter).where(Letter.query.is_(None), Letter.week.is_(None))):
        chosen = session.get(LetterReader, letter.person_id)
        there = local(letter.slot, letter.time_zone)
        is_moved = there.date() in CHANGES and there.hour < 4  # the hour may not exist that night
        assert is_moved or (there.hour * 60 + there.minute) == (chosen.at if chosen else 450)


def _same_bytes(town: Town) -> None:
    """A letter made again from its rows is the one that left."""
    source = town.hub.sources.get(LetterSource.name)
    checked = 0
    with town.database.reading() as session:
        sent = sa.select(Delivery).join(Mailing, Mailing.id == Delivery.mailing_id)
        for delivery in session.scalars(sent.where(Mailing.source == LetterSource.name).limit(20)):
            mailing = session.get_one(Mailing, delivery.mailing_id)
            first, second = (
                source.slots(session, town.hub.site, mailing, [delivery], town.clock.now())[0] for _ in range(2)
            )
            copies = [mail for mail in town.sent if mail.key.person == delivery.person_id and mail.kind == "letter"]
            assert first == second
            assert any(first["reply_to"] in str(mail.message["Reply-To"]) for mail in copies)
            checked += 1
    assert checked > 5
