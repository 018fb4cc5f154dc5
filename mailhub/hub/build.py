"""The hub: everything a process works with, put together once and handed on as an argument.

The rooms declare verbs, questions, sources and facts; here they become the registries of one site.
"""

from collections.abc import Callable, Sequence
from concurrent.futures import Executor
from dataclasses import dataclass
from datetime import timedelta
from typing import Any, TypeVar

import sqlalchemy as sa

from mailhub import tokens
from mailhub.archive import packing, search
from mailhub.archive.tables import Post
from mailhub.clock import Clock
from mailhub.db import state
from mailhub.db.session import Database
from mailhub.delivery import alarms, mailboxes
from mailhub.delivery import waiting as stopped
from mailhub.delivery.service import SiteSource
from mailhub.delivery.sources import Sources
from mailhub.digests import verbs as letters
from mailhub.digests.mailing import LetterSource
from mailhub.digests.monday import verbs as monday
from mailhub.digests.monday.writing import SOURCE as MONDAY
from mailhub.digests.monday.writing import Mondays
from mailhub.digests.offers import Offers
from mailhub.digests.posts import PostOffer
from mailhub.digests.which import WHICH
from mailhub.digests.writing import Writing
from mailhub.errors import BadInput
from mailhub.facts import Facts
from mailhub.fetching import Fetcher
from mailhub.hub import acting, own_data, roundtrip, surely, twice
from mailhub.hub.chores import Chore
from mailhub.hub.erasing import pages as erasing
from mailhub.hub.erasing.asked import FORGET, FORGET_ALL
from mailhub.hub.lost import claiming, moving, vouching
from mailhub.hub.lost.waiting import PART as CLAIMED
from mailhub.hub.publishing import drafts
from mailhub.hub.publishing import kinds as publishing
from mailhub.hub.publishing.waiting import PART as PLANNED
from mailhub.hub.resolver import Dns, System, fresh
from mailhub.journeys import firing, reacting, running
from mailhub.journeys import rows as on_the_way
from mailhub.journeys import telling as journeys
from mailhub.journeys import verbs as journey_verbs
from mailhub.journeys.source import StepSource
from mailhub.journeys.things import KINDS as JOURNEY_KINDS
from mailhub.journeys.waiting import PART as ON_THE_WAY
from mailhub.lists import aside, releasing, subscriptions, unasked
from mailhub.lists.asking import ANYWHERE
from mailhub.lists.questions import KINDS
from mailhub.lists.sources import SOURCES
from mailhub.lists.verbs import VERBS
from mailhub.lists.waiting import PART as IN_GROUPS
from mailhub.mail.authenticity.lookups import Resolver
from mailhub.mail.dkim import SigningKey, record
from mailhub.offload import Cell, pool
from mailhub.people import addressing, privacy, questions
from mailhub.people.verbs import undo_verb
from mailhub.questions import QuestionKinds
from mailhub.settings import Settings
from mailhub.site import Site
from mailhub.verbs import Verbs
from mailhub.waiting import Parts

T = TypeVar("T")

READ_SECONDS = 10.0  # one mail; then its process is killed and the mail is kept as unreadable
PAGE = 50  # rows of one chore in one transaction
LOST = (claiming.CLAIM, vouching.VOUCH, moving.MOVE)
_NOTICES = (
    SiteSource(mailboxes.SOURCE, "delivery.because-mailbox"),
    SiteSource(alarms.SOURCE),
    SiteSource(MONDAY, "monday.because"),
)
FACTS = ANYWHERE
CLOCK = "clock"  # the row of a sandbox's turned clock


@dataclass(frozen=True, slots=True)
class Hub:
    """What a process works with."""

    settings: Settings
    site: Site
    database: Database
    clock: Clock
    verbs: Verbs
    questions: QuestionKinds
    sources: Sources
    facts: Facts
    chores: Sequence[Chore]
    offers: Offers
    waiting: Parts  # what waits for who organises; rooms to the right add theirs
    signing: SigningKey | None
    reader: Cell | None  # a process of its own for reading what strangers sent
    helpers: Executor | None  # processes for signing
    resolver: Callable[[], Resolver]  # a new one for each mail
    fetcher: Fetcher  # what others name is fetched by it alone

    def isolate(self, function: Callable[..., T], *args: Any) -> T:
        """Call this where hostile bytes may hang it: in a process that can be killed, when there is one."""
        return self.reader.call(function, *args) if self.reader else function(*args)

    def close(self) -> None:
        if self.reader:
            self.reader.close()
        if self.helpers:
            self.helpers.shutdown(cancel_futures=True)
        self.database.close()


def build_hub(
    settings: Settings,
    *,
    clock: Clock | None = None,
    database: Database | None = None,
    ring: Callable[[str], None] | None = None,
    in_helpers: bool = False,
    resolver: Callable[[], Resolver] | None = None,
    fetcher: Fetcher | None = None,
) -> Hub:
    """Put the hub together; the database must be at this version, its tables are not made here."""
    settings.site.data_dir.mkdir(parents=True, exist_ok=True)
    site = Site.of(settings, tokens.load_keys(settings.site.secret_file))
    database = database or Database(settings.database.url, on_commit=ring)
    clock = clock or Clock(_offset(database))
    asked = [*KINDS, *JOURNEY_KINDS, WHICH, twice.TWICE, surely.SURE, *LOST, *publishing.KINDS]
    kinds, offers = QuestionKinds(asked), Offers.of([PostOffer()])
    verbs, sources = all_verbs(offers), _sources(site, offers)
    waiting = Parts.of([IN_GROUPS, ON_THE_WAY, stopped.part(sources), CLAIMED, PLANNED])
    return Hub(
        settings=settings,
        site=site,
        database=database,
        clock=clock,
        verbs=verbs,
        questions=kinds,
        sources=sources,
        facts=FACTS,
        chores=_chores(site, kinds, offers, verbs, waiting),
        offers=offers,
        waiting=waiting,
        signing=_signing(settings),
        reader=Cell(READ_SECONDS) if in_helpers else None,
        helpers=pool(settings.engine.helpers) if in_helpers and settings.engine.helpers else None,
        resolver=resolver or Dns(clock.monotonic).for_one_mail,
        fetcher=fetcher or Fetcher(fresh(System().ask), clock.monotonic),
    )


def all_verbs(offers: Offers | None = None) -> Verbs:
    """Everything a person can do on any site."""
    verbs = Verbs([*VERBS, *alarms.VERBS])
    letters.declare(verbs, offers or Offers())
    journey_verbs.declare(verbs)
    monday.declare(verbs, acting.carry_out, twice.ask)
    verbs.add(undo_verb(verbs))
    verbs.add(twice.confirm_verb(verbs))
    verbs.add(surely.verb(verbs))
    drafts.declare(verbs)
    lost = (*claiming.VERBS, *vouching.VERBS, *moving.VERBS)
    for verb in (*lost, *addressing.VERBS, own_data.DATA, FORGET, FORGET_ALL, roundtrip.HEAR):
        verbs.add(verb)
    return verbs


def _sources(site: Site, offers: Offers) -> Sources:
    """Every room that sends."""
    ours = SiteSource(), *_NOTICES, own_data.DataSource(), LetterSource(offers)
    return Sources([*ours, *SOURCES, StepSource(site), SiteSource(journeys.SOURCE, "journeys.because-organiser")])


def _chores(site: Site, kinds: QuestionKinds, offers: Offers, verbs: Verbs, waiting: Parts) -> tuple[Chore, ...]:
    """Work found by looking at rows; each page is one short transaction."""
    writing, mondays = Writing(site, offers), Mondays(site, waiting, kinds, verbs)
    return (
        Chore(
            "questions",
            lambda s, now: questions.work(s, site, kinds, now=now, limit=PAGE),
            instants=[questions.NEXT_DUE],
        ),
        Chore("mailboxes", lambda s, now: mailboxes.work(s, site, now=now), instants=[mailboxes.NEXT_DUE]),
        Chore("aside", lambda s, now: aside.work(s, now=now), waiting=[aside.WAITS]),
        Chore(
            "pauses",
            lambda s, now: subscriptions.work(s, site, now=now),
            instants=[subscriptions.NEXT_DUE],
            waiting=[unasked.WAITS],
        ),
        Chore(
            "unconfirmed",
            lambda s, now: privacy.prune(s, now=now, limit=PAGE, holds=[_wrote]),
            instants=[privacy.NEXT_DUE],
        ),
        Chore("calm", lambda s, now: releasing.work(s, site, now=now), instants=releasing.NEXT_DUE),
        Chore("index", lambda s, now: search.index(s, site, now=now, limit=PAGE), waiting=[search.WAITS]),
        Chore("packing", lambda s, now: packing.page(s, site, now=now), waiting=packing.WAITS),
        Chore("erasures", lambda s, now: erasing.page(s, site, now=now), instants=[erasing.NEXT_DUE]),
        Chore("letters", writing.page, writing.next_due),
        Chore("mondays", mondays.page, mondays.next_due),
        Chore(
            "triggers",
            lambda s, now: firing.page(s, site, verbs, now=now),
            instants=firing.NEXT_DUE,
            waiting=[firing.WAITS],
        ),
        Chore("happened", lambda s, now: reacting.page(s, site, verbs, now=now), waiting=[reacting.WAITS]),
        Chore("journeys", lambda s, now: running.page(s, site, verbs, now=now), instants=[on_the_way.NEXT_DUE]),
    )


def _signing(settings: Settings) -> SigningKey | None:
    dkim = settings.dkim
    if dkim.selector is None or dkim.key_file is None:
        return None
    pem = dkim.key_file.read_bytes()
    try:
        record(pem)  # a key that cannot sign is told at the start, not at the first mail
    except BadInput as fault:
        raise BadInput(f"{dkim.key_file}: {fault}") from fault
    return SigningKey(settings.site.domain, dkim.selector, pem)


def _offset(database: Database) -> timedelta:
    """How far a sandbox has turned this site's clock."""
    with database.reading() as session:
        kept = state.get(session, CLOCK)
    return timedelta(microseconds=kept["offset_microseconds"]) if kept else timedelta()


def _wrote(person_id: sa.ColumnElement[int]) -> sa.ColumnElement[bool]:
    """Whoever stands as an author in the archive is not forgotten by the way."""
    return sa.exists().where(Post.person_id == person_id)
