"""Who was erased, outside the rows: a backup that is older knows it not, and must not bring them back (P-14).

`<data>/erasures.jsonl` holds keyed hashes and days, a line each. It is kept beside the backups; a site reads it
when it starts.
"""

import json
import os
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

import sqlalchemy as sa
from sqlalchemy.orm import Session

from mailhub.hub.erasing.asked import begin
from mailhub.people import consent
from mailhub.people.tables import Address, Erasure, ErasureStage, Person
from mailhub.site import Site

NAME = "erasures.jsonl"


@dataclass(frozen=True, slots=True)
class Entry:
    """One erasure."""

    hashes: frozenset[str]
    with_posts: bool
    asked_at: datetime


def add(site: Site, hashes: Sequence[str], *, with_posts: bool, asked_at: datetime) -> None:
    """Write one down; twice does no harm."""
    line = json.dumps({"hashes": list(hashes), "with_posts": with_posts, "asked_at": asked_at.isoformat()})
    with open(site.data_dir / NAME, "a", encoding="ascii") as file:
        file.write(f"{line}\n")
        file.flush()
        os.fsync(file.fileno())


def read(path: Path) -> Iterator[Entry]:
    """Every whole line of the file, if it is there."""
    lines = path.read_text(encoding="ascii").splitlines() if path.is_file() else []
    for line in lines:
        try:
            kept = json.loads(line)
            yield Entry(frozenset(kept["hashes"]), kept["with_posts"], datetime.fromisoformat(kept["asked_at"]))
        except (ValueError, KeyError, TypeError):  # cut short while it was written
            continue


def apply(session: Session, site: Site, *, now: datetime) -> int:
    """Begin anew what the rows have not heard of, as after a restore; says for how many people.

    Who came back after they had been erased, by an address written down later, stays.
    """
    known = {one for hashes in session.scalars(sa.select(Erasure.hashes)) for one in hashes}
    unknown = [entry for entry in read(site.data_dir / NAME) if not entry.hashes <= known]
    wanted = {one: entry for entry in unknown for one in entry.hashes}
    there = sa.select(Address.person_id, Address.email_key, Address.created_at)
    found: dict[int, Entry] = {}
    for person_id, email_key, created_at in session.execute(there).all() if wanted else []:
        for one in consent.hashes(site, [email_key]):
            if one in wanted and created_at <= wanted[one].asked_at:
                found[person_id] = wanted[one]
    for person_id, entry in found.items():
        person = session.get_one(Person, person_id)
        begin(session, site, person, with_posts=entry.with_posts, stage=ErasureStage.ROWS, now=now)
    return len(found)
