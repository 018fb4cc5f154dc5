"""What stands in a letter: everything once, oldest first, nobody louder than the others."""

from collections import Counter
from datetime import UTC, datetime, timedelta

from hypothesis import given, settings
from hypothesis import strategies as st

from mailhub.digests.rule import LINES_AT_MOST, WHOLE_AT_MOST, Entry, arrange
from mailhub.digests.tables import How
from mailhub.verbs import Thing

BEGIN = datetime(2026, 3, 9, tzinfo=UTC)


def entry(n: int, *, author: int = 1, list_id: int = 1, weight: int = 300, **more: object) -> Entry:
    values = {"conversation": n, "most": 3, **more}
    return Entry(
        Thing("post", n),
        list_id,
        author=(author, ""),
        at=BEGIN + timedelta(minutes=n),
        weight=weight,
        **values,  # type: ignore[arg-type]
    )


def test_the_oldest_comes_first_and_numbers_follow() -> None:
    placed = arrange([entry(3, author=3), entry(1, author=1), entry(2, author=2)])
    assert [(one.entry.thing.id, one.number, one.how) for one in placed] == [
        *((1, 1, How.WHOLE), (2, 2, How.WHOLE), (3, 3, How.WHOLE)),
    ]


def test_a_loud_voice_is_a_line_from_its_fourth_on_and_others_stay_whole() -> None:
    placed = arrange([*(entry(n) for n in range(1, 7)), entry(7, author=2), entry(8, list_id=2)])
    assert [one.how for one in placed] == [*[How.WHOLE] * 3, *[How.LINE] * 3, How.WHOLE, How.WHOLE]
    assert [one.number for one in placed] == list(range(1, 9))


def test_where_a_group_folds_nothing_everything_stands_whole() -> None:
    assert {one.how for one in arrange(entry(n, most=0) for n in range(1, 9))} == {How.WHOLE}


def test_a_long_letter_goes_on_in_lines_and_its_first_text_stands_whole() -> None:
    placed = arrange(entry(n, author=n, weight=WHOLE_AT_MOST) for n in range(1, 4))
    assert [one.how for one in placed] == [How.WHOLE, How.LENGTH, How.LENGTH]


def test_lines_have_an_end_too_and_the_rest_is_counted() -> None:
    placed = arrange(entry(n, most=1) for n in range(1, LINES_AT_MOST + 12))
    told = Counter(one.how for one in placed)
    assert told == {How.WHOLE: 1, How.LINE: LINES_AT_MOST, How.COUNTED: 10}
    assert {one.number for one in placed if one.how is How.COUNTED} == {0}


def test_what_was_missed_comes_first_with_one_number_a_conversation() -> None:
    missed = [entry(n, author=n, conversation=n % 2, is_missed=True) for n in range(1, 6)]
    placed = arrange([*missed, entry(9)])
    assert [(one.entry.conversation, one.number) for one in placed] == [(1, 1), (1, 1), (1, 1), (0, 2), (0, 2), (9, 3)]


ENTRIES = st.lists(
    st.builds(
        lambda n, author, list_id, weight, muted, missed: (n, author, list_id, weight, muted, missed),
        st.integers(1, 200),
        st.integers(1, 3),
        st.integers(1, 3),
        st.integers(0, 5_000),
        st.booleans(),
        st.booleans(),
    ),
    max_size=60,
    unique_by=lambda row: row[0],
)


@settings(max_examples=150, deadline=None)
@given(ENTRIES)
def test_everything_stands_there_once_and_the_same_entries_make_the_same_letter(rows: list[tuple[int, ...]]) -> None:
    entries = [
        entry(n, author=author, list_id=list_id, weight=weight, is_muted=bool(muted), is_missed=bool(missed))
        for n, author, list_id, weight, muted, missed in rows
    ]
    placed = arrange(entries)
    assert sorted(one.entry.thing.id for one in placed) == sorted(one.thing.id for one in entries)
    assert placed == arrange(reversed(entries))
    numbers = [one.number for one in placed if one.number]
    assert sorted(set(numbers)) == list(range(1, len(set(numbers)) + 1))
    loud = Counter((one.entry.list_id, one.entry.author) for one in placed if one.how is How.WHOLE)
    assert all(count <= 3 for count in loud.values())
    assert all(one.how is How.MUTED for one in placed if one.entry.is_muted)
