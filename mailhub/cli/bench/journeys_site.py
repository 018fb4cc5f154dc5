"""The site of the bench of journeys: a group, two journeys, a great many people who wait in one of them."""

from collections.abc import Mapping
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any, cast

import sqlalchemy as sa

from mailhub.db.session import Database
from mailhub.journeys import loading
from mailhub.journeys import publishing as journeys
from mailhub.journeys.rows import ENROLMENT
from mailhub.journeys.state import Phase
from mailhub.journeys.tables import JourneyRow
from mailhub.lists import publishing
from mailhub.lists.tables import DeliveryChoice, MailList, Subscription, SubscriptionState
from mailhub.people.tables import Activity, Person
from mailhub.site import Site
from mailhub.templates import publishing as templates
from mailhub.verbs import Verbs

GROUP = "garden"
FIRST = "first"
STEPS = 4  # that each of them goes through: two waits, a mail, a branch
_YEAR = timedelta(days=365)
_PAGE = 100_000
_PATIENCE = """title: Patience
list: garden
steps: [{id: long, wait: 1000 d}]
"""
_WELCOME = """title: Welcome
list: garden
trigger: {activity: subscription.confirmed, list: garden, where: person.language = it}
exits: [{id: left, when: not list.garden.member, check: immediate}]
steps:
  - {id: first, wait: 1 d}
  - {id: hello, send: {template: hello, vars: {name: person.first_name}, fallback: {name: friend}}}
  - {id: second, wait: 1 d}
  - id: fork
    branch:
      - {when: person.language = en and list.garden.member and posts.count >= 3, goto: far}
      - {else: true, goto: near}
  - {id: far, wait: 900 d}
  - {id: near, wait: 900 d}
"""
_HELLO = """---
subject: Benvenuta, {{ name }}
purpose: membership
vars:
  name: {type: text, fallback: friend}
---
Ciao {{ name }}, che bello che ci sei.

Il gruppo si trova il sabato mattina all'orto, con le cesoie pulite e due scale buone. Chi porta il pane lo dica prima.
"""


class Filled:
    """Rows of a site, put there in statements that read no row."""

    def __init__(self, database: Database, site: Site, folder: Path, verbs: Verbs, now: datetime) -> None:
        self._database, self._now = database, now
        self._before = now - timedelta(days=1)
        self._last = 0
        for path, said in (
            ("journeys/patience.yaml", _PATIENCE),
            ("journeys/welcome.yaml", _WELCOME),
            ("templates/hello/hello.it.md", _HELLO),
            ("templates/hello/hello.en.md", _HELLO),
        ):
            (folder / path).parent.mkdir(parents=True, exist_ok=True)
            (folder / path).write_text(said)
        with database.transaction() as session:
            rules = {"title": "Garden", "moderate": "nobody"}
            publishing.publish_values(session, GROUP, rules, verbs=verbs, now=self._before)
        with database.transaction() as session:
            mails = templates.read_folder(folder).templates
            templates.apply_files(session, mails, now=self._before)
            read = journeys.read_folder(folder, loading.facts(session, site), journeys.world([GROUP], mails))
            journeys.apply_files(session, read, now=self._before)
            session.execute(sa.update(Activity).values(reacted_at=self._before))
            self._group = cast(int, session.scalar(sa.select(MailList.id)))
            ids = dict(session.execute(sa.select(JourneyRow.slug, JourneyRow.id)).all())
            self._patience, self._welcome = ids["patience"], ids["welcome"]

    def wait(self, count: int) -> None:
        """So many wait for something that is a year away and more."""
        people = self._people(count)
        waiting = {
            "journey_id": self._patience, "version": 1, "key": "", "began_at": self._before, "step": "long",
            "phase": Phase.WAITING, "since": self._before, "visit": 1, "tries": 0, "unclear": 0, "kept": {},
        }  # fmt: skip
        for ids in people:
            self._insert(ENROLMENT, ids, waiting | {"due_at": self._now + _YEAR}, person_id=True)
        self._analyse()

    def confirm(self, count: int) -> None:
        """So many confirm that they belong to the group, all in this minute."""
        belongs = {
            "list_id": self._group, "state": SubscriptionState.ACTIVE, "delivery": DeliveryChoice.EACH,
            "changed_at": self._now, "joined_at": self._now, "joined_number": 0, "published": 0,
        }  # fmt: skip
        confirmed = {"what": "subscription.confirmed", "at": self._now, "list_id": self._group, "detail": {}}
        for ids in self._people(count, "it"):
            self._insert(cast(sa.Table, Subscription.__table__), ids, belongs, person_id=True)
            self._insert(cast(sa.Table, Activity.__table__), ids, confirmed, person_id=True)
        self._analyse()

    def only(self, count: int) -> None:
        """Of those who came in, so many go on; the others come to wait."""
        first = sa.select(ENROLMENT.c.id).where(ENROLMENT.c.journey_id == self._welcome).order_by(ENROLMENT.c.id)
        with self._database.transaction() as session:
            last = session.scalar(first.offset(count - 1).limit(1))
            others = sa.update(ENROLMENT).where(ENROLMENT.c.journey_id == self._welcome, ENROLMENT.c.id > last)
            session.connection().execute(others.values(due_at=self._now + _YEAR))

    def _people(self, count: int, language: str | None = None) -> list[range]:
        """New people, a page of their ids at a time."""
        pages = []
        for start in range(0, count, _PAGE):
            ids = range(self._last + 1, self._last + 1 + min(_PAGE, count - start))
            self._last = ids[-1]
            person = {"name": "Nives Rossi", "language": language, "created_at": self._before, "token_epoch": 0}
            self._insert(cast(sa.Table, Person.__table__), ids, person)
            pages.append(ids)
        return pages

    def _insert(self, table: sa.Table, ids: range, values: Mapping[str, Any], *, person_id: bool = False) -> None:
        """A row for each of these numbers, made by the database itself."""
        number = sa.select(sa.literal(ids[0], sa.BigInteger()).label("n")).cte("number", recursive=True)
        number = number.union_all(sa.select(number.c.n + 1).where(number.c.n < ids[-1]))
        columns = [sa.literal(value, table.c[name].type).label(name) for name, value in values.items()]
        names = ["person_id" if person_id else "id", *values]
        with self._database.transaction() as session:
            session.connection().execute(table.insert().from_select(names, sa.select(number.c.n, *columns)))

    def _analyse(self) -> None:
        """What a database that has run for a while knows of its rows."""
        with self._database.transaction() as session:
            session.connection().exec_driver_sql("ANALYZE")
