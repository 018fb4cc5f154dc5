"""When to try again, how much to take, whose turn it is, and what a rate still allows: pure rules of the sender."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from mailhub.delivery.tables import MailClass
from mailhub.measures import Rate

# RFC 5321 section 4.5.4.1 asks for half an hour or more between tries and for
# four to five days before giving up. These add up to a little under five.
RETRY_AFTER = tuple(timedelta(hours=h) for h in (0.5, 1, 4, 12, 24, 24, 48))

BATCH = 200  # rows of one mailing at most
FIRST_BATCH = 20  # while nobody knows how fast the next hop is
BATCH_BYTES = 16 * 1024 * 1024  # of copies in memory; a post with large attachments goes in small batches
# One batch is on the connections while the next is being written: together they are at most 30 s of work.
BATCH_SECONDS = 15

REST = tuple(timedelta(seconds=s) for s in (30, 60, 120, 300))  # after one, two, … failures to reach the next hop

SLICES = 60  # a rate is kept by parts of its time; a part counts until all of it has passed
_FROM = datetime(1970, 1, 1, tzinfo=UTC)  # parts are counted from here
SERVICE_SHARE = 0.1  # of a rate that only service mail may use, so that a confirmation need not wait for a post

ORDER = (MailClass.SERVICE, MailClass.DISCUSSION, MailClass.DIGEST, MailClass.RELATIONAL, MailClass.PROMOTIONAL)


def retry_at(attempts: int, now: datetime) -> datetime | None:
    """When to try again after so many tries; None: give up."""
    return now + RETRY_AFTER[attempts - 1] if attempts <= len(RETRY_AFTER) else None


def rest_after(failures: int) -> timedelta:
    """How long to leave the next hop alone after it could not be reached so many times in a row."""
    return REST[min(failures, len(REST)) - 1]


def batch_size(per_second: float | None, copy_bytes: int) -> int:
    """How many rows to claim at once, at the rate measured last."""
    by_time = FIRST_BATCH if per_second is None else int(per_second * BATCH_SECONDS)
    by_memory = BATCH_BYTES // max(copy_bytes, 1)
    return max(1, min(BATCH, by_time, by_memory))


def pace(before: float | None, sent: int, seconds: float) -> float | None:
    """The rate to reckon with after a batch: half what was thought, half what was seen."""
    if sent == 0 or seconds <= 0:
        return before
    seen = sent / seconds
    return seen if before is None else (before + seen) / 2


@dataclass(frozen=True, slots=True)
class Candidate:
    """A mailing with something due."""

    mailing_id: int
    mail_class: MailClass
    list_id: int | None
    due_at: datetime


def whose_turn(candidates: Iterable[Candidate], served: Mapping[int | None, int]) -> Candidate | None:
    """The mailing to claim from: the most pressing class, in it the list served longest ago, of it the oldest.

    `served` holds, by list, a number that grew with each batch.
    """
    return min(
        candidates,
        key=lambda c: (ORDER.index(c.mail_class), served.get(c.list_id, 0), c.due_at, c.mailing_id),
        default=None,
    )


@dataclass(frozen=True, slots=True)
class Spent:
    """Mails handed over in the part of the time that ends at `until`."""

    until: datetime
    count: int


def allowance(rate: Rate, spent: Sequence[Spent], now: datetime, *, service: bool) -> int:
    """How many mails may be handed over now, so that no stretch of the rate's length ever sees more than its count."""
    ceiling = rate.count if service else max(1, rate.count - int(rate.count * SERVICE_SHARE))
    return max(0, ceiling - sum(s.count for s in _counting(rate, spent, now)))


def spend(rate: Rate, spent: Sequence[Spent], count: int, now: datetime) -> tuple[Spent, ...]:
    """The record after so many more."""
    part = max(rate.per // SLICES, timedelta.resolution)
    until = _FROM - (_FROM - now) // part * part
    before = [s for s in _counting(rate, spent, now) if s.until != until]
    return (*before, Spent(until, count + sum(s.count for s in spent if s.until == until)))


def give_back(spent: Sequence[Spent], count: int) -> tuple[Spent, ...]:
    """The record without so many that were reckoned and did not leave; the latest first."""
    kept: list[Spent] = []
    for each in reversed(spent):
        back = min(each.count, count)
        count -= back
        if each.count > back:
            kept.append(Spent(each.until, each.count - back))
    return tuple(reversed(kept))


def allowed_at(rate: Rate, spent: Sequence[Spent], now: datetime, *, service: bool) -> datetime:
    """The first instant at which at least one mail may be handed over."""
    if allowance(rate, spent, now, service=service):
        return now
    ends = sorted(s.until + rate.per for s in _counting(rate, spent, now))
    return next(end for end in ends if allowance(rate, spent, end, service=service))


def _counting(rate: Rate, spent: Sequence[Spent], now: datetime) -> list[Spent]:
    return [s for s in spent if s.until + rate.per > now]
