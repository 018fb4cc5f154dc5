"""A version of a journey with its numbers, ready to be drawn: in a terminal, as a picture, on a page."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from sqlalchemy.orm import Session

from mailhub.content import BadContent
from mailhub.journeys import counting, loading, summary
from mailhub.journeys.definition import Split
from mailhub.journeys.releasing import Standing
from mailhub.journeys.state import End
from mailhub.journeys.summary import Numbers, StepSummary
from mailhub.journeys.tables import JourneyRow
from mailhub.site import Site


@dataclass(frozen=True, slots=True)
class River:
    """One version."""

    version: int
    title: str
    there: int = 0  # people on it
    ended: Mapping[tuple[End, str], int] = field(default_factory=dict)  # how, and by what
    steps: Sequence[StepSummary] = ()
    fault: str = ""  # why it cannot be drawn: what it asks about is gone

    @property
    def came(self) -> int:
        """Everybody who began it."""
        return self.there + sum(self.ended.values())


def newest(session: Session, site: Site, row: JourneyRow, language: str) -> River:
    """The version that newcomers begin with."""
    return next(rivers(session, site, row, language, {row.version}))


def rivers(session: Session, site: Site, row: JourneyRow, language: str, wanted: set[int]) -> Iterator[River]:
    """These versions, the newest first."""
    known, ended = loading.facts(session, site), counting.ended(session, row.id)
    standing = Standing.of(session, row).by_version
    steps, medians = counting.steps(session, row.id), counting.medians(session, row.id)
    for version in sorted(wanted, reverse=True):
        there, ends = standing.get(version, 0), ended.get(version, {})
        try:
            journey = loading.version(session, row.slug, version, known)
        except BadContent as bad:
            yield River(version, row.slug, there, ends, fault=str(bad.problems[0]))
            continue
        splits = [step.id for step in journey.steps if isinstance(step, Split)]
        numbers = Numbers(steps, medians, counting.arms(session, row.id, splits))
        yield River(version, journey.titled(language), there, ends, summary.of(journey, version, numbers, language))
