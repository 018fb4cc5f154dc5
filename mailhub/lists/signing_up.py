"""A sheet from an evening: an organiser writes «iscrivi:» and the addresses below it, and each is asked to confirm.

Nobody belongs by being on a sheet: each person gets the one letter that asks, as after an import without a basis, and
silence ends it. Who has left comes back by their own word alone.
"""

import csv
import io
import re
from collections.abc import Iterator, Mapping, Sequence
from hashlib import sha256
from typing import Any

from sqlalchemy.orm import Session

from mailhub.errors import BadInput
from mailhub.language import say
from mailhub.lists import acts, places, reading, things
from mailhub.lists.acts import ORGANISERS, Scene
from mailhub.lists.enrolling import Roll
from mailhub.lists.tables import MailList, SubscriptionState
from mailhub.lists.vocabulary import word
from mailhub.people import arrivals, questions, roles, roster
from mailhub.people.checking import Newcomer, Report, check
from mailhub.people.roster import Entry, Refused
from mailhub.people.tables import ImportJob, ImportState
from mailhub.verbs import Act, Outcome

NAME = "enrol"
MOST = 60  # people on one sheet; more come by a file
ADDRESS = re.compile(r"<?(?:mailto:)?([^\s<>()\[\]\"',;:]+@[^\s<>()\[\]\"',;:]+)>?")
_EDGES = " \t\r\n\"'<>()[]-–—•*,;:.0123456789"  # of a name on a list written by hand


def enrol(act: Act) -> Outcome:
    """Ask everybody on the sheet; the answer says who is asked, and of every other line why not."""
    found = acts.scene(act)
    if found is None:
        return acts.which_group(act, NAME)
    if roles.ORGANISER not in roles.held(act.session, act.person_id, found.group.id):
        return acts.not_allowed(found, word(NAME, act.language), ORGANISERS)
    rows = list(rows_of(act.words))
    if not rows or len(rows) > MOST:
        return Outcome(False, found.answer("lists.enrol-how", most=str(MOST)))
    refused: list[Refused] = []
    people = _ask(found, rows, refused)
    key = "lists.enrolled" if people else "lists.enrolled-nobody"
    told = _told(act, refused)
    values = (
        {"refused": told}
        if not people
        else {"refused": told, "asked": say(act.language, "lists.enrolled-count", count=len(people))}
    )
    return Outcome(bool(people), found.answer(key, **values), {"people": people} if people else None)


def take_back(act: Act, kept: Mapping[str, Any]) -> Outcome:
    """Undo: who has not answered yet is asked no more."""
    found = acts.scene(act)
    forgotten = [_forget(act, found.group, one) for one in kept["people"]] if found is not None else []
    return Outcome(any(forgotten))


def rows_of(words: str) -> Iterator[tuple[str, str]]:
    """The addresses and names of a sheet, a line each or several on a line; without an address a name alone."""
    _, _, first = words.partition(":")
    for line in first.splitlines():
        found = list(ADDRESS.finditer(line))
        if not found and line.strip(_EDGES):
            yield "", line.strip()
        at = 0
        for address in found:
            yield address[1].strip("."), line[at : address.start()].strip(_EDGES)
            at = address.end()


def _ask(found: Scene, rows: Sequence[tuple[str, str]], refused: list[Refused]) -> list[int]:
    act, roll = found.act, Roll(found.group.id)
    lines = _read(rows)
    good = check(act.session, act.site, roll, lines, set(), Report(), refused.append)
    if not good:
        return []
    job = _job(act.session, found, good)
    people = arrivals.write_down(act.session, job, good, now=act.now)
    newcomers = [Newcomer(person, None, None, consented=False) for person in people]
    roll.enrol(act.session, newcomers, now=act.now)
    return people


def _read(rows: Sequence[tuple[str, str]]) -> list[Entry | Refused]:
    """As a file of people is read, so that the same is refused for the same reasons."""
    sheet = io.StringIO()
    writer = csv.writer(sheet)
    writer.writerow(("email", "name"))
    writer.writerows(rows)
    try:
        return list(roster.read(sheet.getvalue().encode()))
    except BadInput:
        return []


def _job(session: Session, found: Scene, good: Sequence[Entry]) -> ImportJob:
    """The row that says where these people came from."""
    act = found.act
    job = ImportJob(
        what="members",
        list_id=found.group.id,
        file_name=f"mail {act.raw_id}",
        sha256=sha256(act.words.encode()).hexdigest(),
        basis=None,
        imported_by=f"person {act.person_id}",
        state=ImportState.DONE,
        staged=len(good),
        imported=len(good),
        refused={},
        started_at=act.now,
        finished_at=act.now,
    )
    session.add(job)
    session.flush()
    return job


def _told(act: Act, refused: Sequence[Refused]) -> list[str]:
    reasons = [(one.text, say(act.language, f"people.refused.{one.reason.value}")) for one in refused]
    return [
        say(act.language, "lists.enrolled-refused", line=text.strip('," '), reason=reason) for text, reason in reasons
    ]


def _forget(act: Act, group: MailList, person_id: int) -> bool:
    place = reading.subscription(act.session, group.id, person_id)
    if place is None or place.state is not SubscriptionState.UNASKED:
        return False
    question = questions.standing_question(act.session, things.UNASKED, person_id, group.id)
    if question is not None:
        questions.settle(act.session, question, questions.EXPIRED, None, now=act.now)
    places.drop(act.session, group, person_id, now=act.now)
    return True
