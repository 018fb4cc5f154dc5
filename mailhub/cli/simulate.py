"""`mailhub simulate`: what a journey would do to real people, before it does; from the file as it is now."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

import click
import sqlalchemy as sa
from sqlalchemy.orm import Session

from mailhub import times
from mailhub.cli import forecasts
from mailhub.cli.folder import facts
from mailhub.cli.progress import Progress
from mailhub.cli.site import perform
from mailhub.cli.where import Where
from mailhub.content import one_of
from mailhub.delivery.budget import Budget
from mailhub.errors import BadInput
from mailhub.hub.build import Hub
from mailhub.jobs.control import Terminal
from mailhub.journeys import gazetteer, loading, publishing, seeing, simulating, trials
from mailhub.journeys.definition import Journey
from mailhub.journeys.overhearing import ears
from mailhub.journeys.seeing import Somebody
from mailhub.journeys.simulating import Course, Reply
from mailhub.journeys.state import Seen
from mailhub.journeys.totals import Totals
from mailhub.lists import publishing as lists
from mailhub.lists import reading
from mailhub.lists.reading import BELONGING
from mailhub.lists.tables import MailList, Subscription
from mailhub.people import persons
from mailhub.people.tables import Person
from mailhub.templates import publishing as templates

PAGE = 500  # people whose facts are read at once
DAYS = 400  # that are looked at, where nobody says otherwise


@click.command("simulate", help="Show what a journey would do: to one person, to everybody, or to somebody invented.")
@click.argument("slug", metavar="JOURNEY")
@click.option("--person", "email", metavar="EMAIL", help="To this person, as they are now.")
@click.option("--all", "everybody", is_flag=True, help="To everybody who could come in now.")
@click.option("--from", "start", metavar="TIME", help='When they come in, such as "2026-03-28T10:00"; else now.')
@click.option("--days", default=DAYS, show_default=True, type=click.IntRange(1, 3_660), help="How far to look.")
@click.option(
    "--reply",
    "replies",
    nargs=3,
    multiple=True,
    metavar="STEP LENGTH WORDS",
    help='An imagined reply, such as: --reply dove "2 h" "Abito a Bra".',
)
@click.option("--json", "as_json", is_flag=True, help="One JSON object.")
@click.pass_obj
def command(where: Where, /, **args: Any) -> None:
    if args["email"] is not None and args["everybody"]:
        raise click.UsageError("--person and --all exclude each other.")
    perform(where, "simulate", simulate, args)


@dataclass(frozen=True, slots=True)
class Question:
    """What is to be imagined."""

    journey: Journey
    group: MailList | None
    start: datetime
    until: datetime
    replies: Sequence[Reply]
    hub: Hub

    def course(self, person_id: int, seen: Seen, language: str) -> Course:
        """Somebody's whole course."""
        site = self.hub.site
        course = Course(
            self.journey,
            person_id,
            seen,
            self.start,
            Budget(site.mails_a_day, site.mails_a_week),
            hears=ears(gazetteer.places(site), language, site.time_zone),
            replies=self.replies,
        )
        course.runs(self.until)
        return course


def simulate(hub: Hub, args: Mapping[str, Any], terminal: Terminal) -> int:
    """Imagine it and print it; writes nothing."""
    with hub.database.reading() as session:
        asked = _asked(hub, session, args)
    if args["everybody"]:
        totals, refused = _everybody(asked, Progress(terminal, hub.clock, "people"))
        told = forecasts.of_all(totals, refused, asked.start, as_json=args["as_json"])
    else:
        with hub.database.reading() as session:
            course = _invented(asked, session) if args["email"] is None else _one(asked, session, args["email"])
        told = forecasts.of_one(course, args["email"] or "somebody invented", asked.start, as_json=args["as_json"])
    terminal.out.write(told)
    return 0


def _asked(hub: Hub, session: Session, args: Mapping[str, Any]) -> Question:
    """Raises BadInput where it cannot be imagined, with everything that is wrong in the files."""
    journey = _journey(hub, session, args["slug"])
    start = _start(hub, args["start"])
    group = reading.by_slug(session, journey.list) if journey.list else None
    replies = [_reply(journey, *each) for each in args["replies"]]
    return Question(journey, group, start, start + timedelta(days=args["days"]), replies, hub)


def _journey(hub: Hub, session: Session, slug: str) -> Journey:
    """The file's, else the one that runs."""
    folder = hub.settings.content.dir
    groups = lists.read_folder(folder, hub.verbs)
    known = facts(hub, session, groups)
    world = publishing.world([one.definition.slug for one in groups], templates.read_folder(folder).templates)
    written = {one.slug: one.journey for one in publishing.read_folder(folder, known, world)}
    if slug in written:
        return written[slug]
    row = publishing.find(session, slug)
    if row is None:
        raise BadInput(f'there is no journey "{slug}"; {one_of(slug, written)}')
    return loading.version(session, slug, row.version, loading.facts(session, hub.site))


def _start(hub: Hub, said: str | None) -> datetime:
    if said is None:
        return times.whole_minute(hub.clock.now())
    try:
        return times.whole_minute(trials.moment(said, hub.site.time_zone))
    except ValueError as fault:
        raise BadInput(f'--from {said}: this is no moment; write it as "2026-03-28T10:00"') from fault


def _reply(journey: Journey, step: str, length: str, words: str) -> Reply:
    asks = [each.id for each in journey.steps if each.kind == "ask"]
    if step not in asks:
        raise BadInput(f'--reply: the step "{step}" asks nothing; {one_of(step, asks)}')
    try:
        return Reply(step, words, times.span(length))
    except ValueError as fault:
        raise BadInput(f"--reply: {fault}") from fault


def _invented(asked: Question, session: Session) -> Course:
    """Somebody who has just come, and of whom nothing is known."""
    site = asked.hub.site
    values = {**trials.usual(asked.journey, asked.start), "person.language": site.language}
    near = gazetteer.nearest(session, site)
    return asked.course(0, Seen(values, site.time_zone, site.time_zone, nearest=near), site.language)


def _one(asked: Question, session: Session, email: str) -> Course:
    person = persons.find(session, email)
    if person is None:
        raise BadInput(f"--person {email}: nobody is known by this address")
    found = _known(asked, session, [person.id])[person.id]
    return asked.course(person.id, found.seen, found.language)


def _everybody(asked: Question, progress: Progress) -> tuple[Totals, int]:
    """Everybody who could come in, in pages; and how many could not."""
    totals, refused = Totals(asked.journey, asked.hub.site.time_zone), 0
    for ids in _pages(asked):
        with asked.hub.database.reading() as session:
            for person_id, person in _known(asked, session, ids).items():
                if simulating.comes_in(asked.journey, person.seen, asked.start):
                    totals.add(asked.course(person_id, person.seen, person.language))
                else:
                    refused += 1
        progress(totals.people + refused)
    progress.clear()
    return totals, refused


def _pages(asked: Question) -> Iterator[Sequence[int]]:
    """Ids of the group's people, or of all where it writes to no group."""
    last = 0
    while True:
        wanted = (
            sa.select(Person.id).where(Person.id > last, Person.erased_at.is_(None)).order_by(Person.id).limit(PAGE)
        )
        if asked.group is not None:
            here = Subscription.list_id == asked.group.id, Subscription.state.in_(BELONGING)
            wanted = wanted.join(Subscription, Subscription.person_id == Person.id).where(*here)
        with asked.hub.database.reading() as session:
            ids = session.scalars(wanted).all()
        if not ids:
            return
        yield ids
        last = ids[-1]


def _known(asked: Question, session: Session, ids: Sequence[int]) -> Mapping[int, Somebody]:
    site, journey = asked.hub.site, asked.journey
    facts = seeing.facts_of(journey, journey.exits) | simulating.facts_to_come_in(journey)
    near = gazetteer.nearest(session, site)
    return seeing.people(session, site, ids, facts, now=asked.start, nearest=near, group=asked.group)


COMMANDS = {"simulate": command}
