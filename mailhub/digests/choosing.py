"""When the letter comes: the hour and the days a person chooses, by a word or on their page."""

from collections.abc import Mapping
from datetime import time
from typing import Any

from mailhub.digests import readers, stopping, telling
from mailhub.digests.rhythm import EVERY_DAY, minutes
from mailhub.lists import hours
from mailhub.people.tables import Person
from mailhub.verbs import Act, Answer, Outcome

VERB = "letter-time"


def is_time(line: str) -> bool:
    """Whether a line that begins as such a wish is one: «lettera alla sindaca» is for people to read."""
    return hours.read(line) is not None


def choose(act: Act) -> Outcome:
    """From now on at this hour, on these days; what is not said stays as it is."""
    wanted, person = hours.read(act.argument), act.session.get_one(Person, act.person_id)
    if wanted is None:  # only a form of ours that was changed on its way says so little
        return Outcome(False)
    before = readers.choice_of(act.session, act.person_id)
    now = readers.rhythm_of(act.session, act.site, person)
    at, days = wanted.at or now.hour, wanted.days or now.days
    readers.choose(act.session, act.person_id, at, days, now=act.now)
    told = telling.rhythm(act.language, readers.rhythm_of(act.session, act.site, person))
    kept = None if before is None else [minutes(before[0]), before[1]]
    answer = Answer("digests.time", {"groups": stopping.groups_of(act), **told}, act.thing if act.thing.id else None)
    return Outcome(True, answer, {"before": kept})


def put_back(act: Act, kept: Mapping[str, Any]) -> Outcome:
    """As it was before the last choice."""
    if kept["before"] is None:
        readers.forget_choice(act.session, act.person_id)
    else:
        at, days = kept["before"]
        readers.choose(act.session, act.person_id, time(*divmod(at, 60)), days or EVERY_DAY, now=act.now)
    return Outcome(True)
