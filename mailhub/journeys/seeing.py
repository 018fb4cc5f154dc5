"""What is known of a page of people: their facts, zones and languages, and how much was written to them lately."""

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, cast

import sqlalchemy as sa
from sqlalchemy.orm import Session

from mailhub import conditions, findings
from mailhub.among import among
from mailhub.delivery import attention
from mailhub.facts import Fact
from mailhub.journeys import checks
from mailhub.journeys.definition import Exit, Journey, Wait
from mailhub.journeys.state import Seen
from mailhub.lists import variables
from mailhub.lists.tables import MailList, Subscription, SubscriptionState
from mailhub.people.tables import Person
from mailhub.site import Site

_LOOK_AGAIN = timedelta(days=1)
Nearest = Callable[[str, int], str | None]

PERSON = cast(sa.Table, Person.__table__)
_PEOPLE = sa.select(PERSON.c.id, PERSON.c.name, PERSON.c.language, PERSON.c.time_zone, PERSON.c.token_epoch).where(
    among(PERSON.c.id, "people")
)


@dataclass(frozen=True, slots=True)
class Somebody:
    """One person, as far as journeys look at them."""

    seen: Seen
    name: str
    language: str
    token_epoch: int = 0


def people(
    session: Session,
    site: Site,
    person_ids: Collection[int],
    facts: Collection[Fact],
    *,
    now: datetime,
    nearest: Nearest,
    group: MailList | None = None,
) -> Mapping[int, Somebody]:
    """Each of these people who is there, all read at once; `group`: whose pauses count."""
    found = findings.read(session, facts, person_ids)
    mails = attention.lately(session, person_ids, now=now)
    away = _away(session, group, person_ids, now) if group is not None else {}
    return {
        person_id: Somebody(
            Seen(
                found[person_id],
                zone or site.time_zone,
                site.time_zone,
                away.get(person_id),
                mails.get(person_id, ()),
                nearest,
            ),
            name,
            language or site.language,
            epoch,
        )
        for person_id, name, language, zone, epoch in session.connection().execute(_PEOPLE, {"people": list(found)})
    }


def _away(session: Session, group: MailList, person_ids: Collection[int], now: datetime) -> Mapping[int, datetime]:
    """Until when each of these is in a pause; one without an end is looked at again tomorrow."""
    wanted = sa.select(Subscription.person_id, Subscription.paused_until).where(
        Subscription.list_id == group.id,
        Subscription.person_id.in_(person_ids),
        Subscription.state == SubscriptionState.PAUSED,
    )
    return {person_id: until or now + _LOOK_AGAIN for person_id, until in session.execute(wanted)}


def facts_of(journey: Journey, exits: Sequence[Exit]) -> frozenset[Fact]:
    """Every fact that a journey looks at, its own answers aside."""
    wanted = {name for condition in _conditions(journey, exits) for name in conditions.facts_used(condition)}
    for step in journey.steps:
        if isinstance(step, Wait) and step.date is not None:
            wanted.add(step.date.name)
        for _, letter in checks.letters(step):
            wanted |= {variables.holder(journey.facts, name) for name in letter.vars.values()}
        named = [*_named(getattr(step, "args", {})), *getattr(step, "values", {}).values()]
        wanted |= {value for value in named if journey.facts.get(value)}
    known = (journey.facts.get(name) for name in wanted if not name.startswith("answer."))
    return frozenset(fact for fact in known if fact is not None)


def values(
    session: Session, site: Site, group: MailList | None, person: Somebody, names: Mapping[str, str]
) -> dict[str, Any]:
    """What fills each variable of a mail for one person; None where it is not known."""
    seen, of = person.seen.values, {"person": person.name, "language": person.language}
    return {var: variables.value(session, site, group, name, known=seen, **of) for var, name in names.items()}


def _conditions(journey: Journey, exits: Sequence[Exit]) -> list[conditions.Condition]:
    asked = [condition for step in journey.steps for condition in step.conditions()]
    return [*asked, *(rule.when for rule in exits)]


def _named(args: Mapping[str, Any]) -> list[str]:
    """The names among the arguments of a verb, those of the nearest group to a place included."""
    inner = [value["nearest"] for value in args.values() if isinstance(value, Mapping)]
    return [*inner, *(value for value in args.values() if isinstance(value, str))]
