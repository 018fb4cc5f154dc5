"""Promise 7, invariant I10: what is imagined is what happens, for many people over a year.

MAILHUB_TEST_PEOPLE=1000 makes them a thousand, which takes some minutes.
"""

import os
import random
import shutil
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa
from sqlalchemy.orm import Session

from mailhub.clock import FakeClock
from mailhub.config import load
from mailhub.db.session import Database
from mailhub.delivery.budget import Budget
from mailhub.delivery.tables import Delivery, Mailing
from mailhub.hub.build import Hub, build_hub
from mailhub.journeys import entering, gazetteer, loading, mailing, publishing, reacting, rows, running, seeing
from mailhub.journeys.definition import Ask, Journey
from mailhub.journeys.entering import Cause
from mailhub.journeys.overhearing import ears
from mailhub.journeys.rows import Enrolled
from mailhub.journeys.running import Runner
from mailhub.journeys.seeing import Somebody
from mailhub.journeys.simulating import Course, What, mails_of
from mailhub.journeys.state import Done, Phase, Signal
from mailhub.journeys.tables import Enrolment, TransitionRow
from mailhub.lists import enrolling, reading, subscriptions
from mailhub.lists import publishing as lists
from mailhub.people import activity, persons
from mailhub.people.tables import Person
from mailhub.templates import publishing as templates
from tests.databases import waits_for_no_disk
from tests.stories.town import _environ

PEOPLE = int(os.environ.get("MAILHUB_TEST_PEOPLE", "60"))
DAYS, SEED = 365, 7
BEGINNING = datetime(2026, 3, 1, 8, 0, tzinfo=UTC)
ZONES = ("Europe/Rome", "America/Santiago", "Pacific/Apia", "Asia/Kathmandu")
TOWNS = ("Roccaspina", "Nowhere", "I do not want to say", "Chi siete?")
WORDS = (
    "Sì",
    "Yes",
    "no",
    "boh",
    "Roccaspina",
    "4",
    "due",
    "Grazie mille per tutto quello che fate",
    "la seconda",
    "12/5",
)
Lines = list[str]
HEAD = "list: comunita\ntitle: Journey\n"
ASKS = "template: quiet-mail, question: Well?"
JOURNEYS = {
    "welcome": """
exits: [{id: settled, when: person.field.settled = yes, goal: true}]
timing: {quiet: {from: "21:30", to: "8:00"}, days: [mon, tue, wed, thu, fri, sat]}
steps:
  - send: {template: quiet-mail, quiet: ignore}
  - {id: place, skip_if: person.field.town is known,
     ask: {ASKS, answer: text, store: person.field.town, timeout: 5 d, retry: {times: 2, every: 3 d},
           then: {timeout: later, unclear: helps}}}
  - {id: near, set: {answer.group: garden}}
  - {id: in, max_visits: 2, ask: {ASKS, answer: yes_no, store: answer.join, timeout: 7 d,
           then: {timeout: later, unclear: helps}}}
  - {id: which, branch: [{when: answer.join, goto: enters}, {else: true, goto: later}]}
  - {id: enters, join: {list: answer.group, after: answer.join, delivery: digest}}
  - {id: member, wait: {when: list.garden.member, timeout: 20 d, then: {timeout: later}}}
  - {id: hello, task: {to: answer.group, text: Hello, timeout: 4 d, escalate: true}}
  - {id: later, wait: {until: "mon 9:00"}}
  - {id: again, branch: [{when: answer.join is unknown and person.field.town is known, goto: in}]}
  - {id: last, send: quiet-mail}
  - {id: over, end: {}}
  - {id: helps, task: {text: Not understood, timeout: 7 d}}
""",
    "year": """
timing: {quiet: {from: "0:00", to: "9:30"}, overdue: {grace: 1 d, then: send}}
steps:
  - {id: arms, split: {one: 30, two: 70}}
  - {id: one, send: {template: quiet-mail, class: service}}
  - {id: two, wait: 3 d}
  - {id: number, ask: {ASKS, answer: {type: number, least: 1, most: 5}, store: answer.stars, timeout: 6 d,
           retry: {every: 2 d, template: named, vars: {name: person.name}, fallback: {name: you}}}}
  - {id: stars, branch: [{when: answer.stars >= 3, goto: loop}, {when: answer.stars is known, goto: asks}]}
  - {id: loop, max_visits: 5, wait: 2 w}
  - send: {template: named, vars: {name: person.name}, fallback: {name: you}}
  - {id: round, wait: {until: "2:30"}, goto: loop}
  - {id: month, wait: {date: person.created, offset: 200 d, until: "2:30", then: {past: call}}}
  - {id: call, webhook: {url: https://elsewhere.example/x, values: {town: person.field.town}}}
  - {id: asks, ask: {ASKS, answer: {choices: {a: {it: prima, en: first}, b: {it: seconda, en: second}}},
                    store: answer.choice, timeout: 30 d}}
  - {id: leaves, leave: garden}
  - {id: noted, emit: journey.finished}
""",
    "watch": """
exits: [{id: gone, when: person.field.settled = no},
        {id: old, when: person.created < now - 300 days, check: before step}]
timing: {days: [tue, thu], overdue: {then: ask}}
steps:
  - {id: settles, wait: {when: person.field.settled is known, timeout: 60 d, then: {met: good, timeout: asks}}}
  - {id: asks, ask: {ASKS, answer: date, store: answer.day, timeout: 9 d, then: {unclear: helps}}}
  - {id: good, send: {template: quiet-mail, class: promotional}}
  - {id: time, wait: {when: person.created < now - 40 days, timeout: 90 d}}
  - {id: ends, send: quiet-mail}
  - {id: really, wait: 24 h}
  - {id: helps, skip_if: answer.day is known, task: {text: Look, timeout: 5 d}}
""",
}
MAIL = '---\nsubject: "Hello"\npurpose: membership\n---\nHello.\n'
NAMED = (
    '---\nsubject: "Hello"\npurpose: membership\nvars: {name: {type: text, fallback: you}}\n---\nHello {{ name }}.\n'
)


@dataclass(frozen=True, slots=True)
class Deed:
    """Something that somebody does at an instant, or that is done about them."""

    kind: str  # comes, says, does, settles, moves, leaves
    words: str = ""


class Village:
    """A site with three journeys; people come and act by a plan, and nothing is sent."""

    def __init__(self, folder: Path, database: Database) -> None:
        self.clock = FakeClock(BEGINNING)
        self.hub: Hub = build_hub(load(None, _environ(folder, {})), clock=self.clock, database=database)
        self.database = database
        self.plan: dict[datetime, list[tuple[int, Deed]]] = defaultdict(list)
        self.journey_of: dict[int, str] = {}
        self._publish(folder / "content")

    def _publish(self, folder: Path) -> None:
        for name, text in (("quiet-mail", MAIL), ("named", NAMED)):
            for language in ("it", "en"):
                path = folder / "templates" / name / f"{name}.{language}.md"
                path.parent.mkdir(parents=True, exist_ok=True)
                path.write_text(text)
        (folder / "journeys").mkdir()
        for slug, text in JOURNEYS.items():
            (folder / "journeys" / f"{slug}.yaml").write_text(HEAD + text.replace("ASKS", ASKS))
        with self.database.transaction() as session:
            for slug in ("comunita", "garden"):
                values: Mapping[str, Any] = {"title": slug, "organisers": ["olga@example.org"], "join": "open"}
                lists.publish_values(session, slug, dict(values), verbs=self.hub.verbs, now=BEGINNING)
            olga, _ = persons.meet(session, "olga@example.org", now=BEGINNING)
            for name in ("town", "settled"):  # so that both may be asked
                persons.set_field(session, olga.id, name, "somewhere", now=BEGINNING)
            mails = templates.read_folder(folder).templates
            templates.apply_files(session, mails, now=BEGINNING)
            world = publishing.world(("comunita", "garden"), mails)
            written = publishing.read_folder(folder, loading.facts(session, self.hub.site), world)
            publishing.apply_files(session, written, now=BEGINNING)

    def people(self, chance: random.Random, count: int) -> None:
        """Make them up, with what each will do."""
        slugs = sorted(JOURNEYS)
        with self.database.transaction() as session:
            group = reading.by_slug(session, "comunita")
            assert group is not None
            for number in range(count):
                email = f"p{number}@example.org"
                language = chance.choice(("it", "en"))
                enrolling.add(
                    session, group.id, email, basis="made up", name=f"P {number}", language=language, now=BEGINNING
                )
                person = persons.find(session, email)
                assert person is not None
                person.time_zone = chance.choice((*ZONES, None))
                person.created_at = BEGINNING - timedelta(hours=chance.randrange(0, 5_000))
                if chance.random() < 0.2:
                    persons.set_field(session, person.id, "town", chance.choice(TOWNS), now=BEGINNING)
                self.journey_of[person.id] = chance.choice(slugs)
                self._plan(chance, person.id)
        self.settles()

    def _plan(self, chance: random.Random, person_id: int) -> None:
        when = BEGINNING + timedelta(hours=90 * chance.randrange(1, 20) + chance.choice((0, 13)))
        self.plan[when].append((person_id, Deed("comes")))
        for _ in range(chance.randrange(0, 12)):
            kind = chance.choices(("says", "does", "settles", "moves", "leaves"), (14, 3, 2, 2, 0.3))[0]
            words = chance.choice(WORDS) if kind == "says" else chance.choice(("yes", "no", "maybe", "maybe"))
            words = chance.choice(ZONES) if kind == "moves" else words
            when += timedelta(hours=6 * chance.choice((1, 1, 2, 4, 8, 20)))
            self.plan[when].append((person_id, Deed(kind, words)))

    # what happens

    def lives(self) -> None:
        """A year goes by; whatever is due at an instant happens before what people do then."""
        last = BEGINNING + timedelta(days=DAYS)
        for instant in (*sorted(self.plan), last):
            while (due := self._next_due()) is not None and due <= instant:
                self.clock.offset += max(due - self.clock.now(), timedelta())
                self.settles()
            self.clock.offset += instant - self.clock.now()
            self._do(self.plan.get(instant, []))
            self.settles()

    def settles(self) -> None:
        """Work until nothing is due: as the worker does, but that nothing is sent and nobody is called."""
        hub, now, worked = self.hub, self.clock.now(), 1
        while worked:
            with self.database.transaction() as session:
                worked = reacting.page(session, hub.site, hub.verbs, now=now)
            if not worked:
                with self.database.transaction() as session:
                    worked = running.page(session, hub.site, hub.verbs, now=now)

    def _next_due(self) -> datetime | None:
        with self.database.reading() as session:
            found: datetime | None = session.scalar(rows.NEXT_DUE)
            return found

    def _do(self, deeds: Sequence[tuple[int, Deed]]) -> None:
        """Everything people do at one instant."""
        now, hub = self.clock.now(), self.hub
        with self.database.transaction() as session:
            for person_id, deed in deeds:
                self._does(session, person_id, deed, now)
            words = {person_id: deed for person_id, deed in deeds if deed.kind in ("says", "does")}
            if words:
                self._answers(Runner(session, hub.site, hub.verbs, now), session, words)

    def _does(self, session: Session, person_id: int, deed: Deed, now: datetime) -> None:
        match deed.kind:
            case "comes":
                row = publishing.find(session, self.journey_of[person_id])
                assert row is not None
                journey = loading.version(session, row.slug, row.version, loading.facts(session, self.hub.site))
                assert entering.enter(session, row, journey, [Cause(person_id, now, is_own_act=True)], now=now)
            case "settles":
                persons.set_field(session, person_id, "settled", deed.words, now=now)
            case "moves":
                session.get_one(Person, person_id).time_zone = deed.words
                activity.note(session, "person.changed", now=now, person_id=person_id)
            case "leaves":
                group = reading.by_slug(session, "comunita")
                assert group is not None
                subscriptions.leave(session, group, person_id, now=now, source="mail", evidence={})

    def _answers(self, runner: Runner, session: Session, words: Mapping[int, Deed]) -> None:
        signals: list[tuple[Enrolled, Signal]] = []
        for each in rows.active(session, sorted(words)):
            deed = words[each.way.person_id]
            runs = runner.of(each)
            step = runs.journey.find(each.way.step) if runs is not None else None
            if deed.kind == "does" and each.way.phase is Phase.TASKED:
                signals.append((each, Done()))
            elif deed.kind == "says" and each.way.phase is Phase.ASKED and isinstance(step, Ask):
                language = self._language(session, each.way.person_id)
                hears = ears(gazetteer.places(self.hub.site), language, "Europe/Rome")
                signal = hears(step, deed.words, self.clock.now())
                if signal is not None:
                    signals.append((each, signal))
        runner.happens(signals, "what people do")

    def _language(self, session: Session, person_id: int) -> str:
        return session.get_one(Person, person_id).language or self.hub.site.language

    def happened(self) -> dict[int, list[str]]:
        """Everything that rows tell of each way, in lines."""
        told: dict[int, list[str]] = defaultdict(list)
        with self.database.reading() as session:
            left = sa.select(Enrolment.person_id, TransitionRow.at, TransitionRow.step, TransitionRow.outcome)
            left = left.join(Enrolment, Enrolment.id == TransitionRow.enrolment_id)
            for person, at, step, outcome in session.execute(left.order_by(TransitionRow.visit)):
                told[person].append(f"{at:%m-%d %H:%M} {step} {outcome}")
            wanted = sa.select(Delivery.person_id, Delivery.due_at, Mailing.key, Delivery.occurrence)
            wanted = wanted.join(Mailing, Mailing.id == Delivery.mailing_id).where(Mailing.source == mailing.SOURCE)
            order = Delivery.occurrence
            for person, at, key, occurrence in session.execute(wanted.order_by(order)):
                told[person].append(f"{at:%m-%d %H:%M} mail {key.split('/')[2]} {occurrence % mailing.REMINDERS > 0:d}")
            for row in session.scalars(sa.select(Enrolment)):
                told[row.person_id].append(
                    f"{row.step} {row.phase if row.ended is None else ''} {row.ended} {row.reason}"
                )
                told[row.person_id].append(f"due {row.due_at}")
                kept = {name: rows.typed(value) for name, value in row.kept.get("answers", {}).items()}
                told[row.person_id].append(f"answers {sorted(kept.items())}")
        return told

    # what is imagined

    def imagined(self) -> dict[int, list[str]]:
        """The same lines, from courses of people as they are before the year begins."""
        told = {}
        by_person: dict[int, list[tuple[datetime, Deed]]] = defaultdict(list)
        for instant in sorted(self.plan):
            for person_id, deed in self.plan[instant]:
                by_person[person_id].append((instant, deed))
        with self.database.reading() as session:
            known = loading.facts(session, self.hub.site)
            for slug in JOURNEYS:
                row = publishing.find(session, slug)
                assert row is not None
                journey = loading.version(session, slug, row.version, known)
                ids = [person for person, of in self.journey_of.items() if of == slug]
                for person_id, somebody in self._people(session, journey, ids):
                    told[person_id] = self._imagine(journey, person_id, somebody, by_person[person_id])
        return told

    def _people(self, session: Session, journey: Journey, ids: list[int]) -> Iterator[tuple[int, Somebody]]:
        group = reading.by_slug(session, "comunita")
        facts = seeing.facts_of(journey, journey.exits)
        near = gazetteer.nearest(session, self.hub.site)
        yield from seeing.people(session, self.hub.site, ids, facts, now=BEGINNING, nearest=near, group=group).items()

    def _imagine(
        self, journey: Journey, person_id: int, person: Somebody, deeds: list[tuple[datetime, Deed]]
    ) -> list[str]:
        site = self.hub.site
        hears = ears(gazetteer.places(site), person.language, "Europe/Rome")
        budget, course, before = Budget(site.mails_a_day, site.mails_a_week), None, dict[str, Any]()
        for instant, deed in deeds:
            if deed.kind == "comes":
                seen = person.seen
                course = Course(journey, person_id, seen, instant, budget, hears=hears, calls_work=None)
                course.changes(before)
                continue
            if course is None:
                continue
            course.runs(instant)
            if deed.kind == "settles":
                course.changes({"person.field.settled": deed.words})
            elif deed.kind == "moves":
                course.moves_to(deed.words)
            elif deed.kind == "leaves":
                course.changes({"list.comunita.member": False})
            elif deed.kind == "does":
                course.is_done()
            else:
                course.says(deed.words)
        assert course is not None
        course.runs(BEGINNING + timedelta(days=DAYS))
        return _lines(course)


def _lines(course: Course) -> Lines:
    told = [f"{each.at:%m-%d %H:%M} {each.step} {each.outcome}" for each in course.left]
    for event in mails_of(course.events):
        told.append(f"{event.at:%m-%d %H:%M} mail {event.step} {event.what is What.REMINDER:d}")
    way = course.way
    told.append(f"{way.step} {way.phase if course.end is None else ''} {course.end} {course.reason or None}")
    told.append(f"due {way.due_at}")
    return [*told, f"answers {sorted(way.answers.items())}"]


@pytest.fixture
def village(tmp_path: Path, sqlite_template: Path) -> Iterator[Village]:
    shutil.copyfile(sqlite_template, tmp_path / "mailhub.db")
    database = Database(f"sqlite:///{tmp_path / 'mailhub.db'}")
    waits_for_no_disk(database)
    yield Village(tmp_path, database)
    database.close()


def test_what_is_imagined_is_what_happens(village: Village) -> None:
    village.people(random.Random(SEED), PEOPLE)
    imagined = village.imagined()
    village.lives()
    happened = village.happened()
    assert set(imagined) == set(happened)
    for person_id, lines in imagined.items():
        assert "\n".join(happened[person_id]) == "\n".join(lines), (person_id, village.journey_of[person_id])
