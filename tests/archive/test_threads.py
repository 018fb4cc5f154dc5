"""Threads and parents as rows: the same in every order, one by one or in batches, on both databases."""

from datetime import timedelta
from itertools import permutations

import pytest
import sqlalchemy as sa
from hypothesis import HealthCheck, given, settings

from mailhub.archive import threads
from tests.archive.conftest import NOW
from tests.archive.shapes import TwoOrders, expected_parents, expected_threads, orders
from tests.archive.writing import Archive, as_bytes, mailed

some_orders = settings(
    max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow]
)


def pages(mails: list[bytes], size: int) -> list[list[bytes]]:
    return [mails[at : at + size] for at in range(0, len(mails), size)]


@some_orders
@given(orders())
def test_any_order_of_arrival_gives_the_same_parents_and_threads(archive: Archive, two_orders: TwoOrders) -> None:
    for order in two_orders:
        list_id = archive.next_list()
        archive.publish(list_id, *map(as_bytes, order))

        assert archive.parents(list_id) == expected_parents(order)
        assert archive.threads(list_id) == expected_threads(order)


@some_orders
@given(orders())
def test_batches_of_any_order_give_what_single_posts_give(archive: Archive, two_orders: TwoOrders) -> None:
    list_id = archive.next_list()
    with archive.database.transaction() as session:
        for at in range(0, 7, 3):
            if some := two_orders[1][at : at + 3]:
                archive.publish_batch(session, list_id, [as_bytes(mail) for mail in some])

    assert archive.parents(list_id) == expected_parents(two_orders[1])
    assert archive.threads(list_id) == expected_threads(two_orders[1])


@some_orders
@given(orders())
def test_different_mails_with_one_id_are_all_kept_and_change_no_thread(archive: Archive, two_orders: TwoOrders) -> None:
    numbers = {id(mail): number for number, mail in enumerate(two_orders[0])}
    seen = []
    for order in two_orders:
        list_id = archive.next_list()
        kept = archive.publish(list_id, *(as_bytes(mail, numbers[id(mail)]) for mail in order))
        assert len({post.id for post in kept}) == len({(mail, numbers[id(mail)]) for mail in order})
        ours = {post.message_id for post in kept} - {mail.own for mail in order}
        parents = archive.parents(list_id)
        assert {own: parent for own, parent in parents.items() if own not in ours} == expected_parents(order)
        seen.append({frozenset(group - ours) for group in archive.threads(list_id)})

    assert seen[0] == seen[1] == expected_threads(two_orders[0])


def test_what_a_thread_shows_follows_from_its_posts_alone(archive: Archive) -> None:
    shown = []
    mails = [
        mailed("a@x.test", subject="[orto] Potatura", sent_at=NOW),
        mailed("b@x.test", references=["a@x.test"], subject="Re: Potatura", sent_at=NOW + timedelta(hours=1)),
        mailed("c@x.test", references=["gone@x.test"], subject="R: Altro", sent_at=NOW),
        mailed("d@x.test", references=["gone@x.test", "b@x.test"], subject="Infine", sent_at=NOW - timedelta(days=1)),
    ]
    for order in permutations(mails):
        list_id = archive.next_list()
        archive.publish(list_id, *order)
        shown.append(archive.shown(list_id))

    assert all(one == {("Infine", NOW - timedelta(days=1), NOW + timedelta(hours=1), 4)} for one in shown)


def test_of_two_posts_of_one_second_the_smaller_id_names_the_thread(archive: Archive) -> None:
    mails = [
        mailed("b@x.test", subject="Second", references=["g@x.test"]),
        mailed("a@x.test", subject="First", references=["h@x.test"]),
        mailed("c@x.test", subject="Third", references=["g@x.test", "h@x.test"]),
    ]
    for order in permutations(mails):
        list_id = archive.next_list()
        archive.publish(list_id, *order)
        assert archive.shown(list_id) == {("First", NOW, NOW, 3)}


def test_a_link_to_a_thread_outlives_its_joining_another(archive: Archive) -> None:
    [one] = archive.publish(1, mailed("a@x.test"))
    [other] = archive.publish(1, mailed("b@x.test", references=["a@x.test"]))
    [late] = archive.publish(1, mailed("z@x.test", references=["q@x.test"]))
    old = late.thread_id
    archive.publish(1, mailed("q@x.test", references=["b@x.test"]))

    with archive.database.reading() as session:
        found = threads.current(session, old)
        assert found is not None
        assert found.id == one.thread_id == other.thread_id
        assert found.posts == 4


def test_the_same_ids_in_another_list_are_another_conversation(archive: Archive) -> None:
    archive.publish(1, mailed("a@x.test"))
    archive.publish(2, mailed("b@x.test", references=["a@x.test"]))

    assert archive.parents(2) == {"b@x.test": None}
    assert archive.threads(1) == {frozenset({"a@x.test"})}


@pytest.mark.parametrize("ghost", [True, False])
def test_a_post_takes_no_more_statements_in_a_long_thread_than_in_a_short_one(archive: Archive, ghost: bool) -> None:
    root = "gone@x.test" if ghost else "0@x.test"
    mails = [mailed(f"{n}@x.test", references=[root, f"{n - 1}@x.test"] if n else []) for n in range(300)]
    with archive.database.transaction() as session:
        for some in pages(mails, 100):
            archive.publish_batch(session, 1, some)
    rows = 0

    def count_rows(*_what: object) -> None:
        nonlocal rows
        rows += 1

    with archive.database.transaction() as session:
        sa.event.listen(archive.database.writer, "after_cursor_execute", count_rows)
        archive.publish_in(session, 1, mailed("new@x.test", references=[root, "299@x.test"]))
        sa.event.remove(archive.database.writer, "after_cursor_execute", count_rows)

    assert rows < 20
    assert archive.parents(1)["new@x.test"] == "299@x.test"
    assert len(archive.threads(1)) == 1


def test_a_thread_of_three_thousand_answers_in_a_row_is_put_together_backwards(archive: Archive) -> None:
    mails = [mailed(f"{n}@x.test", in_reply_to=f"{n - 1}@x.test" if n else None) for n in range(3000)]
    with archive.database.transaction() as session:
        for some in pages(mails[::-1], 500):
            archive.publish_batch(session, 1, some)

    assert len(archive.threads(1)) == 1
    assert archive.parents(1) == {f"{n}@x.test": f"{n - 1}@x.test" if n else None for n in range(3000)}
