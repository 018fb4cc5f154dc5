"""Holds the lines of a file against what we know: who is here already, who left, whom we do not write to."""

from collections import Counter
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Protocol

from sqlalchemy.orm import Session

from mailhub.people import arrivals, consent
from mailhub.people.roster import Entry, Reason, Refused
from mailhub.people.tables import ConsentState
from mailhub.site import Site

Tell = Callable[[Refused], None]


@dataclass(frozen=True, slots=True)
class Newcomer:
    """Somebody a file brings to a list."""

    person_id: int
    delivery: str | None  # "each", "digest", "none"; None: as the list has it
    language: str | None
    consented: bool  # their consent is on record; else they are *unasked* and get one letter


class Roll(Protocol):
    """What the room of lists does for one list when people come in by a file."""

    @property
    def list_id(self) -> int: ...

    def belongs(self, session: Session, person_ids: Collection[int]) -> Collection[int]:
        """Who of these is in the list, in whatever state but having left."""
        ...

    def enrol(self, session: Session, newcomers: Sequence[Newcomer], *, now: datetime) -> None:
        """Make their subscriptions; some may have left long ago and have a row."""
        ...


@dataclass(slots=True)
class Report:
    """What became of a file; refused and imported add up to its lines."""

    job_id: int | None = None  # None: nothing was written
    imported: int = 0
    known: int = 0  # of the imported: people we knew by that address before
    refused: Counter[Reason] = field(default_factory=Counter)

    @property
    def lines(self) -> int:
        return self.imported + self.refused.total()


def check(
    session: Session,
    site: Site,
    roll: Roll | None,
    lines: Sequence[Entry | Refused],
    taken: set[int],
    report: Report,
    tell: Tell,
) -> list[Entry]:
    """The lines nothing speaks against, counted and told; without a roll it is addresses that are to be suppressed.

    `taken` are the people whom earlier lines bring, perhaps by another address.
    """
    entries = [line for line in lines if isinstance(line, Entry)]
    people = arrivals.people_of(session, [entry.email_key for entry in entries]) if roll else {}
    against = _objections(session, site, roll, entries, people)
    good: list[Entry] = []
    for line in lines:
        refused = _refusal(line, against, people, taken)
        if refused is not None:
            report.refused[refused.reason] += 1
            tell(refused)
        elif isinstance(line, Entry):
            good.append(line)
            report.imported += 1
            report.known += line.email_key in people
    return good


def _refusal(
    line: Entry | Refused, against: Mapping[str, Reason], people: Mapping[str, int], taken: set[int]
) -> Refused | None:
    if isinstance(line, Refused):
        return line
    reason = against.get(line.email_key)
    person_id = people.get(line.email_key)
    if reason is None and person_id in taken:
        reason = Reason.TWICE
    if reason is not None:
        return Refused(line.line, line.text, reason)
    if person_id is not None:
        taken.add(person_id)
    return None


def _objections(
    session: Session, site: Site, roll: Roll | None, entries: Sequence[Entry], people: Mapping[str, int]
) -> Mapping[str, Reason]:
    """What speaks against these lines, by canonical address."""
    against: dict[str, Reason] = {}
    if roll is not None and people:
        ids = set(people.values())
        members = set(roll.belongs(session, ids))
        left = consent.in_state(session, ids, consent.list_purpose(roll.list_id), ConsentState.WITHDRAWN)
        against |= {key: Reason.LEFT for key, person_id in people.items() if person_id in left}
        against |= {key: Reason.MEMBER for key, person_id in people.items() if person_id in members}
    suppressed = arrivals.blocked(session, site, (entry.email_key for entry in entries))
    return against | dict.fromkeys(suppressed, Reason.SUPPRESSED)
