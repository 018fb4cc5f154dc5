"""«Perché», said to a mail of a journey: what began it, where the person stands, and what comes next."""

from mailhub.clock import local
from mailhub.formats import day, day_hour
from mailhub.journeys import loading, rows, things
from mailhub.journeys.rows import Enrolled
from mailhub.journeys.state import Phase
from mailhub.journeys.tables import Enrolment, JourneyRow
from mailhub.language import say
from mailhub.lists import reading
from mailhub.people import persons
from mailhub.people.tables import Person, Question
from mailhub.verbs import Act, Answer, Outcome

WHY = {"it": ("perché",), "en": ("why",)}
_KNOWN_CAUSES = ("subscription.confirmed",)


def why(act: Act) -> Outcome:
    """Why they got it, and what is still to come."""
    found = _enrolled(act)
    if found is None or found.way.person_id != act.person_id:
        return Outcome(True, Answer("lists.why-standing", {"because": say(act.language, "delivery.because-service")}))
    row = act.session.get_one(JourneyRow, found.journey_id)
    journey = loading.version(act.session, row.slug, found.version, loading.facts(act.session, act.site))
    person = act.session.get_one(Person, act.person_id)
    zone = persons.zone_of(person, act.site)
    values = {
        "journey": journey.titled(act.language),
        "began": day(act.language, local(found.began_at, zone).date()),
        "cause": _cause(act, found),
        "stands": _stands(act, found, zone),
    }
    return Outcome(True, Answer("journeys.why", values, act.thing))


def _enrolled(act: Act) -> Enrolled | None:
    if act.thing.kind == things.STEP:
        return rows.any_one(act.session, rows.enrolment_of(act.thing.id)[0])
    question = act.session.get(Question, act.thing.id)
    return rows.any_one(act.session, question.detail["enrolment"]) if question is not None else None


def _cause(act: Act, found: Enrolled) -> str:
    """What brought them in."""
    what = found.kept.get("cause", {}).get("what")
    row = act.session.get_one(JourneyRow, found.journey_id)
    journey = loading.version(act.session, row.slug, found.version, loading.facts(act.session, act.site))
    group = reading.by_slug(act.session, journey.trigger.list) if journey.trigger.list else None
    if what in _KNOWN_CAUSES and group is not None:
        return say(act.language, "journeys.cause-joined", group=reading.definition_of(group).titled(act.language))
    return say(act.language, "journeys.cause-other")


def _stands(act: Act, found: Enrolled, zone: str) -> str:
    """What comes next, as far as it is known."""
    if act.session.get_one(Enrolment, found.id).ended is not None:
        return say(act.language, "journeys.stands-ended")
    if found.way.phase is Phase.ASKED:
        return say(act.language, "journeys.stands-asked")
    if found.way.due_at is None:
        return say(act.language, "journeys.stands-open")
    today = local(act.now, zone).date()
    return say(act.language, "journeys.stands-next", when=day_hour(act.language, found.way.due_at, zone, today=today))
