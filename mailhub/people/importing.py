"""Brings people in from a file: all lines are checked and staged first, then applied in short transactions.

What is being applied is completed, by whoever starts next: `finish` goes on where the last page ended. Before that
nothing has happened. What belonging to a list means is the lists' own: see `checking.Roll`.
"""

from collections import Counter
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime
from itertools import islice

from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from mailhub.db.session import Database
from mailhub.faults import Point, point
from mailhub.people import arrivals, staging
from mailhub.people.checking import Newcomer, Report, Roll, Tell, check
from mailhub.people.roster import Entry, Reason, Refused, Roster
from mailhub.people.staging import Order
from mailhub.people.tables import ImportJob
from mailhub.site import Site

MEMBERS, SUPPRESSIONS = "members", "suppressions"
STAGE_AT_ONCE = 400
APPLY_AT_ONCE = 150  # some 15 ms on a usual machine; a writer may take 50
TRIES = 5

Progress = Callable[[int, int], None]  # done, of; it may raise to cancel


@dataclass(frozen=True, slots=True)
class Importer:
    """Runs one import in transactions of its own, telling refused lines as they are found.

    An exception while staging leaves nothing behind; one while applying leaves a job that `resume` completes.
    """

    database: Database
    site: Site
    now: datetime
    tell: Tell = lambda _refused: None
    progress: Progress = lambda _done, _of: None

    def members(
        self,
        roster: Roster,
        roll: Roll,
        *,
        file_name: str,
        imported_by: str,
        basis: str | None = None,
        dry_run: bool = False,
    ) -> Report:
        """Import people into a list; a dry run writes nothing and reports the same."""
        order = Order(MEMBERS, file_name, roster.sha256, imported_by, roll.list_id, basis)
        return self._run(roster, order, roll, dry_run)

    def suppressions(self, roster: Roster, *, file_name: str, imported_by: str, dry_run: bool = False) -> Report:
        """Import addresses we must not write to, from a file read `with_reason`."""
        return self._run(roster, Order(SUPPRESSIONS, file_name, roster.sha256, imported_by), None, dry_run)

    def resume(self, roll_of: Callable[[int], Roll]) -> int:
        """Complete what a stopped process left, and throw away what it had not staged to the end."""
        with self.database.reading() as session:
            unfinished = [(job.id, job.list_id) for job in staging.unfinished(session)]
            abandoned = staging.abandoned(session, now=self.now)
        for job_id, list_id in unfinished:
            self.finish(job_id, None if list_id is None else roll_of(list_id))
        for job_id in abandoned:
            self.throw_away(job_id)
        return len(unfinished)

    def finish(self, job_id: int, roll: Roll | None) -> Counter[Reason]:
        """Apply what a job has left; gives what is refused after all, since the world moves on after a check."""
        late: Counter[Reason] = Counter()
        done = 0
        while page := self._apply_page(job_id, roll):
            late.update(refused.reason for refused in page.refused)
            for refused in page.refused:
                self.tell(refused)
            done += page.lines
            self.progress(done, max(page.staged, done))
        return late

    def throw_away(self, job_id: int) -> None:
        """Forget a job that was never ready."""
        gone = False
        while not gone:
            with self.database.transaction() as session:
                gone = staging.discard(session, job_id, 10 * APPLY_AT_ONCE)

    def _run(self, roster: Roster, order: Order, roll: Roll | None, dry_run: bool) -> Report:
        report = Report() if dry_run else self._begin(order)
        try:
            self._stage(roster, roll, report)
        except BaseException:
            if report.job_id is not None:
                self.throw_away(report.job_id)
            raise
        if report.job_id is not None:
            late = self.finish(report.job_id, roll)
            report.imported -= late.total()
            report.refused += late
        return report

    def _begin(self, order: Order) -> Report:
        with self.database.transaction() as session:
            return Report(staging.begin(session, order, now=self.now).id)

    def _stage(self, roster: Roster, roll: Roll | None, report: Report) -> None:
        taken: set[int] = set()
        lines = iter(roster)
        while page := list(islice(lines, STAGE_AT_ONCE)):
            with self.database.reading() as session:
                good = check(session, self.site, roll, page, taken, report, self.tell)
            if report.job_id is not None:
                with self.database.transaction() as session:
                    staging.add(session, report.job_id, good)
            self.progress(page[-1].line, max(roster.lines, page[-1].line))
        if report.job_id is not None:
            with self.database.transaction() as session:
                staging.ready(session, report.job_id, report.imported)

    def _apply_page(self, job_id: int, roll: Roll | None) -> "_Page | None":
        for _ in range(TRIES - 1):
            # On PostgreSQL one of these people may just be writing to us for the first time.
            with suppress(IntegrityError), self.database.transaction() as session:
                return _apply(session, self.site, job_id, roll, self.now)
        with self.database.transaction() as session:
            return _apply(session, self.site, job_id, roll, self.now)


@dataclass(frozen=True, slots=True)
class _Page:
    lines: int
    staged: int
    refused: Sequence[Refused]


def _apply(session: Session, site: Site, job_id: int, roll: Roll | None, now: datetime) -> _Page | None:
    """Carry out the next page of a job; None when there is none left, and the job is done."""
    job = staging.locked(session, job_id)
    entries = staging.take_page(session, job, APPLY_AT_ONCE)
    if not entries:
        staging.finish(job, now=now)
        return None
    refused: list[Refused] = []
    good = check(session, site, roll, entries, set(), Report(), refused.append)
    _carry_out(session, site, job, good, roll, now)
    job.imported += len(good)
    staging.count_refused(job, (line.reason for line in refused))
    point(Point.IMPORT_PAGE)
    return _Page(len(entries), job.staged, refused)


def _carry_out(
    session: Session, site: Site, job: ImportJob, good: Sequence[Entry], roll: Roll | None, now: datetime
) -> None:
    if not good:
        return
    if roll is None:
        arrivals.suppress(session, site, good, now=now)
        return
    people = arrivals.write_down(session, job, good, now=now)
    consented = job.basis is not None
    newcomers = [Newcomer(p, e.delivery, e.language, consented) for p, e in zip(people, good, strict=True)]
    roll.enrol(session, newcomers, now=now)
