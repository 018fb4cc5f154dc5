"""Retry table, batch sizes, turns and rates."""

from datetime import timedelta

import pytest

from mailhub.delivery import pacing
from mailhub.delivery.outcomes import Kind, Outcome, Scope, Stage
from mailhub.delivery.pacing import Candidate, Spent
from mailhub.delivery.recording import what_follows
from mailhub.delivery.tables import DeliveryState, MailClass
from mailhub.measures import Rate
from tests.delivery.outside import BUSY, GONE, NOW, SILENT, TAKEN, UNKNOWN

HOURLY = Rate(60, timedelta(hours=1))


@pytest.mark.parametrize(
    ("attempts", "hours"), [(1, 0.5), (2, 1), (3, 4), (4, 12), (5, 24), (6, 24), (7, 48), (8, None), (9, None)]
)
def test_tries_grow_apart_and_end(attempts: int, hours: float | None) -> None:
    expected = None if hours is None else NOW + timedelta(hours=hours)
    assert pacing.retry_at(attempts, NOW) == expected


def test_giving_up_takes_between_four_and_five_days() -> None:
    assert timedelta(days=4) < sum(pacing.RETRY_AFTER, timedelta()) < timedelta(days=5)


LOST_IN_BODY = Outcome(Kind.DEFERRED, stage=Stage.BODY, scope=Scope.CONNECTION)


@pytest.mark.parametrize(
    ("outcome", "mail_class", "attempts", "state", "counted"),
    [
        (TAKEN, MailClass.DISCUSSION, 1, DeliveryState.SENT, 1),
        (UNKNOWN, MailClass.DISCUSSION, 1, DeliveryState.FAILED, 1),
        (BUSY, MailClass.DISCUSSION, 1, DeliveryState.DEFERRED, 1),
        (BUSY, MailClass.DISCUSSION, 8, DeliveryState.FAILED, 8),
        (SILENT, MailClass.SERVICE, 1, DeliveryState.DEFERRED, 1),
        (SILENT, MailClass.DIGEST, 1, DeliveryState.DEFERRED, 1),
        (SILENT, MailClass.RELATIONAL, 1, DeliveryState.UNCERTAIN, 1),
        (SILENT, MailClass.PROMOTIONAL, 1, DeliveryState.UNCERTAIN, 1),
        (GONE, MailClass.SERVICE, 1, DeliveryState.READY, 0),
        (LOST_IN_BODY, MailClass.SERVICE, 1, DeliveryState.DEFERRED, 1),
    ],
)
def test_what_follows_an_outcome(
    outcome: Outcome, mail_class: MailClass, attempts: int, state: DeliveryState, counted: int
) -> None:
    follows = what_follows(outcome, mail_class, attempts, NOW, NOW)
    assert (follows.state, follows.attempts) == (state, counted)
    assert (follows.finished_at is not None) == (state in (DeliveryState.SENT, DeliveryState.FAILED))


@pytest.mark.parametrize(
    ("per_second", "copy_bytes", "rows"),
    [
        (None, 20_000, 20),
        (1_000.0, 20_000, 200),
        (2.0, 20_000, 30),
        (0.01, 20_000, 1),
        (1_000.0, 4 * 1024 * 1024, 4),
        (1_000.0, 25 * 1024 * 1024, 1),
    ],
)
def test_a_batch_is_bounded_by_count_time_and_memory(per_second: float | None, copy_bytes: int, rows: int) -> None:
    assert pacing.batch_size(per_second, copy_bytes) == rows


def test_two_batches_are_never_more_than_half_a_minute_of_work() -> None:
    assert all(2 * pacing.batch_size(rate, 1) / rate <= 30 for rate in (0.5, 1, 3, 7, 13))


def test_the_measured_rate_follows_what_is_seen() -> None:
    assert pacing.pace(None, 100, 2) == 50
    assert pacing.pace(50, 10, 1) == 30
    assert pacing.pace(50, 0, 10) == 50


def candidate(number: int, mail_class: MailClass, list_id: int | None) -> Candidate:
    return Candidate(number, mail_class, list_id, NOW + timedelta(seconds=number))


def test_classes_come_in_order_then_lists_in_turn_then_the_oldest() -> None:
    posts = [candidate(n, MailClass.DISCUSSION, list_id) for n, list_id in ((1, 1), (2, 1), (3, 2))]
    campaign = candidate(0, MailClass.PROMOTIONAL, 9)
    served: dict[int | None, int] = {}
    turns = []
    for number in range(1, 4):
        turn = pacing.whose_turn([campaign, *posts], served)
        assert turn is not None
        turns.append(turn.mailing_id)
        served[turn.list_id] = number
    assert turns == [1, 3, 1]
    confirmation = candidate(4, MailClass.SERVICE, None)
    assert pacing.whose_turn([*posts, confirmation], served) == confirmation
    assert pacing.whose_turn([], served) is None


def test_a_rate_counts_every_stretch_of_its_length() -> None:
    spent: tuple[Spent, ...] = ()
    moment, sent = NOW, []
    for _ in range(400):
        granted = min(7, pacing.allowance(HOURLY, spent, moment, service=True))
        if granted:
            spent = pacing.spend(HOURLY, spent, granted, moment)
            sent += [moment] * granted
        moment += timedelta(seconds=47)
    assert len(sent) > 200
    for start in sent:
        assert sum(start <= at < start + timedelta(hours=1) for at in sent) <= 60
    assert len(spent) <= 61


def test_an_exhausted_rate_names_the_instant_it_goes_on() -> None:
    spent = pacing.spend(HOURLY, (), 60, NOW)
    assert pacing.allowance(HOURLY, spent, NOW, service=True) == 0
    again = pacing.allowed_at(HOURLY, spent, NOW, service=True)
    assert pacing.allowance(HOURLY, spent, again, service=True) == 60
    assert pacing.allowance(HOURLY, spent, again - timedelta(seconds=1), service=True) == 0
    assert pacing.allowed_at(HOURLY, (), NOW, service=False) == NOW


def test_a_tenth_of_a_rate_is_kept_for_service_mail() -> None:
    spent = pacing.spend(HOURLY, (), 54, NOW)
    assert pacing.allowance(HOURLY, spent, NOW, service=False) == 0
    assert pacing.allowance(HOURLY, spent, NOW, service=True) == 6
    assert pacing.allowance(Rate(1, timedelta(hours=1)), (), NOW, service=False) == 1


def test_what_did_not_leave_is_given_back() -> None:
    spent = pacing.spend(HOURLY, pacing.spend(HOURLY, (), 10, NOW), 5, NOW + timedelta(minutes=5))
    back = pacing.give_back(spent, 7)
    assert [each.count for each in back] == [8]
    assert pacing.give_back(back, 100) == ()
