"""The pure rule of threads, as tables of cases and over every shape hypothesis can think of."""

import pytest
from hypothesis import given

from mailhub.archive.subjects import bare
from mailhub.archive.threading import (
    LONGEST_CHAIN,
    LONGEST_ID,
    Groups,
    Named,
    chain_of,
    choose_parent,
    known_as,
    loose,
    together,
)
from tests.archive.shapes import Mailed, TwoOrders, expected_parents, expected_threads, once, orders


@pytest.mark.parametrize(
    ("references", "in_reply_to", "chain"),
    [
        ([], [], ()),
        (["a", "b"], [], ("a", "b")),
        (["a", "b"], ["b"], ("a", "b")),
        (["a", "b"], ["a"], ("b", "a")),  # In-Reply-To has the last word
        ([], ["a", "b"], ("a", "b")),
        (["own", "a"], ["own"], ("a",)),
        (["a", "a", "b", "a"], [], ("b", "a")),
        (["<a>", " b "], [], ("a", "b")),
        (["", "a"], [], ("a",)),
    ],
)
def test_a_chain_is_references_then_in_reply_to_each_id_where_it_stands_last(
    references: list[str], in_reply_to: list[str], chain: tuple[str, ...]
) -> None:
    assert chain_of("own", references, in_reply_to) == chain


def test_a_chain_without_end_keeps_its_root_and_its_nearest() -> None:
    chain = chain_of("own", [f"id{n}" for n in range(1000)], [])

    assert len(chain) == LONGEST_CHAIN
    assert chain[0] == "id0"
    assert chain[-1] == "id999"


def test_an_id_of_any_length_can_be_indexed_and_equal_ids_stay_equal() -> None:
    giant = "x" * 5000 + "@example.org"

    assert len(known_as(giant)) <= LONGEST_ID
    assert known_as(giant) == known_as(f"<{giant}>")
    assert known_as(giant) != known_as("y" + giant)
    assert known_as("tab\there@example.org").isprintable()


def test_the_parent_is_the_last_id_that_is_there() -> None:
    assert choose_parent(("a", "b", "c"), {"a", "b"}) == "b"
    assert choose_parent(("a",), {"b"}) is None


def test_a_circle_is_cut_at_its_smallest_id_wherever_one_begins_to_look() -> None:
    wanted = {"d": "b", "b": "c", "c": "b", "a": "d", "e": "e2"}

    assert loose(wanted) == {"b"}
    assert loose(dict(reversed(wanted.items()))) == {"b"}


def test_ten_thousand_answers_in_a_row_need_no_deeper_stack() -> None:
    wanted: dict[str, str | None] = {f"{n:05}": f"{n + 1:05}" for n in range(10_000)}
    assert loose(wanted) == frozenset()
    assert loose(wanted | {"10000": "00000"}) == {"00000"}


@given(orders())
def test_mails_of_one_id_count_as_one_in_any_order(two_orders: TwoOrders) -> None:
    for own in {mail.own for mail in two_orders[0]}:
        results = set()
        for order in two_orders:
            names = Named()
            for mail in (mail for mail in order if mail.own == own):
                names = together(names, Named(once(mail)))
            results.add(names)
        assert len(results) == 1


@given(orders())
def test_any_order_gives_the_same_parents(two_orders: TwoOrders) -> None:
    results = []
    for order in two_orders:
        named: dict[str, Named] = {}
        for mail in order:
            named[mail.own] = together(named.get(mail.own, Named()), Named(chain_of(mail.own, mail.chain, ())))
        wanted = {own: choose_parent(names.chain, named) for own, names in named.items()}
        cut = loose(wanted)
        results.append({own: None if own in cut else parent for own, parent in wanted.items()})

    assert results[0] == results[1] == expected_parents(two_orders[0])


@given(orders())
def test_any_order_gives_the_same_threads(two_orders: TwoOrders) -> None:
    for order in two_orders:
        groups = Groups()
        for mail in order:
            groups.join((mail.own, *mail.chain))
        present = {mail.own for mail in order}
        threads = {frozenset(i for i in present if groups.of(i) == groups.of(own)) for own in present}
        assert threads == expected_threads(two_orders[0])


def test_the_oracle_itself_knows_a_ghost_binds_its_answers() -> None:
    siblings = [Mailed("a", ("ghost",)), Mailed("b", ("ghost",))]
    assert expected_threads(siblings) == {frozenset({"a", "b"})}
    assert expected_parents(siblings) == {"a": None, "b": None}


@pytest.mark.parametrize(
    ("subject", "shown"),
    [
        ("Potatura", "Potatura"),
        ("Re: Potatura", "Potatura"),
        ("R: RIF: Re[2]: AW:  Potatura di  marzo", "Potatura di marzo"),
        ("Fwd: I: TR: Potatura", "Potatura"),
        ("[orto] Re: [orto] Re: Potatura", "Potatura"),
        ("[Proposta] Un forno per il borgo", "[Proposta] Un forno per il borgo"),
        ("Reti: a cosa servono", "Reti: a cosa servono"),
        ("Re:", "Re:"),
        ("", ""),
    ],
)
def test_a_subject_is_shown_without_what_programs_put_before_it(subject: str, shown: str) -> None:
    assert bare(subject) == shown
