"""What people would read: the first mail of a journey, as it would reach who asks; the confirmation of a group.

And what a journey would do to those who could come in today: as many as can be imagined in a moment.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

import sqlalchemy as sa
from sqlalchemy.orm import Session

from mailhub.content import BadContent
from mailhub.delivery.budget import Budget
from mailhub.hub.publishing.files import Files
from mailhub.journeys import checks, gazetteer, mailing, seeing, simulating
from mailhub.journeys.definition import END, Journey, Letter
from mailhub.journeys.overhearing import ears
from mailhub.journeys.seeing import Somebody
from mailhub.journeys.simulating import Course
from mailhub.journeys.totals import Totals
from mailhub.language import Words
from mailhub.lists import joining, reading
from mailhub.lists.checks import Written as WrittenList
from mailhub.lists.reading import BELONGING
from mailhub.lists.tables import MailList, Subscription
from mailhub.people.tables import Person
from mailhub.site import Site
from mailhub.templates import publishing as templates
from mailhub.templates import rendering
from mailhub.templates.compiling import Compiled
from mailhub.templates.values import BadValue

MOST = 500  # people who are looked at; of more, as many as stand first
PAGE = 50
SECONDS = 2.0
DAYS = 400

Tick = Callable[[], float]  # seconds that never jump


@dataclass(frozen=True, slots=True)
class Imagined:
    """What a journey would do to some people; `more`: there were others, who were not looked at."""

    totals: Totals
    more: bool


def of_list(session: Session, site: Site, one: WrittenList, person_id: int) -> Words:
    """The confirmation that whoever asks to join would get."""
    known = reading.by_slug(session, one.definition.slug)
    group = MailList(slug=one.definition.slug, definition=one.definition.to_dict(), version=0)
    group.id = known.id if known is not None else 0
    return joining.confirmation(session, site, group, person_id)


def of_journey(
    session: Session, site: Site, files: Files, journey: Journey, person_id: int, now: datetime
) -> Words | None:
    """The first mail of a journey as this person would get it; None where it writes none, or cannot to them."""
    letter = _first(journey)
    if letter is None:
        return None
    facts = seeing.facts_of(journey, journey.exits)
    near, group = gazetteer.nearest(session, site), _group(session, journey)
    person = seeing.people(session, site, [person_id], facts, now=now, nearest=near, group=group)[person_id]
    template = _template(session, site, files, letter.template, person.language)
    if template is None:
        return None
    found = seeing.values(session, site, group, person, letter.vars)
    given = {name: found[name] if found[name] is not None else letter.fallback.get(name) for name in found}
    try:
        below = mailing.last_lines(session, site, journey, group, template.language)
        made = rendering.render(template, {**letter.fallback, **given}, below)
    except BadValue:
        return None
    return Words(made.subject, made.text)


def imagine(session: Session, site: Site, journey: Journey, now: datetime, tick: Tick) -> Imagined:
    """What it would do to those who could come in now, a page at a time, until it has taken long enough."""
    totals, until = Totals(journey, site.time_zone), tick() + SECONDS
    ids = _people(session, journey)
    facts = seeing.facts_of(journey, journey.exits) | simulating.facts_to_come_in(journey)
    near, group = gazetteer.nearest(session, site), _group(session, journey)
    for start in range(0, min(len(ids), MOST), PAGE):
        page = ids[start : start + PAGE]
        for person_id, person in seeing.people(session, site, page, facts, now=now, nearest=near, group=group).items():
            if simulating.comes_in(journey, person.seen, now):
                totals.add(_course(site, journey, person_id, person, now))
        if tick() > until:
            return Imagined(totals, start + PAGE < len(ids))
    return Imagined(totals, len(ids) > MOST)


def _course(site: Site, journey: Journey, person_id: int, person: Somebody, now: datetime) -> Course:
    hears = ears(gazetteer.places(site), person.language, site.time_zone)
    course = Course(journey, person_id, person.seen, now, Budget(site.mails_a_day, site.mails_a_week), hears=hears)
    course.runs(now + timedelta(days=DAYS))
    return course


def _people(session: Session, journey: Journey) -> Sequence[int]:
    """The first of the group's people, or of all where it writes to no group; one more than are looked at."""
    wanted = sa.select(Person.id).where(Person.erased_at.is_(None)).order_by(Person.id).limit(MOST + 1)
    if journey.list is not None:
        group = reading.by_slug(session, journey.list)
        if group is None:
            return ()
        here = Subscription.list_id == group.id, Subscription.state.in_(BELONGING)
        wanted = wanted.join(Subscription, Subscription.person_id == Person.id).where(*here)
    return session.scalars(wanted).all()


def _first(journey: Journey) -> Letter | None:
    """The mail of the first step that writes, along the likeliest way: the first of each step's ways."""
    seen, name = set[str](), journey.first
    while name not in seen and name != END and (step := journey.find(name)) is not None:
        seen.add(name)
        letters = [letter for _, letter in checks.letters(step)]
        if letters:
            return letters[0]
        name = next(iter(step.ways.values()), END)
    return None


def _group(session: Session, journey: Journey) -> MailList | None:
    return reading.by_slug(session, journey.list) if journey.list else None


def _template(session: Session, site: Site, files: Files, name: str, language: str) -> Compiled | None:
    """The one that came along, else the one that runs."""
    named = (one.template for one in files.templates.values() if one.template.name == name)
    mailed: Mapping[str, Compiled] = {template.language: template for template in named}
    if language in mailed:
        return mailed[language]
    try:
        runs = templates.find(session, name, language, site.content_dir)
    except BadContent:
        runs = None
    if runs is not None and runs.language == language:
        return runs
    return next(iter(mailed.values()), runs)
