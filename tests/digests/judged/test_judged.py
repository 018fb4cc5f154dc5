"""Answers as people write them, judged by what a sensible reader makes of them, which was written before any run."""

from collections import Counter

import pytest

from mailhub.digests.answers import Reading, read
from tests.digests.judged import cases, clients, letters
from tests.digests.judged.cases import Case

CASES = cases.load(letters.HERE)
LOOKS: tuple[letters.Look, ...] = ("text", "gmail", "outlook")
FEWEST = 350
MARK = 0.98


def readings() -> list[tuple[Case, letters.Look, Reading]]:
    """Every answer as its mail program sends it; what was cut by hand in every look the letter has."""
    return [
        (case, look, answered(case, look)) for case in CASES for look in (LOOKS if case.client == "raw" else LOOKS[:1])
    ]


def answered(case: Case, look: letters.Look) -> Reading:
    text = clients.text(case.client, case.said, case.language, look)
    name, around = letters.OWN_NAME[case.language], letters.around(case.language)
    return read(text, letters.items(case.language), own_name=name, around=around)


@pytest.fixture(scope="module")
def read_by_us() -> list[tuple[Case, letters.Look, Reading]]:
    return readings()


def test_they_are_many_in_both_languages_and_from_every_program() -> None:
    languages, programs = Counter(case.language for case in CASES), Counter(case.client for case in CASES)
    assert len(CASES) >= FEWEST
    assert 0.55 < languages["it"] / len(CASES) < 0.65
    assert set(programs) == {*clients.TEXTS, *clients.HTML, "raw"}
    assert min(programs.values()) >= 2


def test_the_truth_speaks_of_every_word() -> None:
    assert [case.name for case in CASES if not cases.is_complete(case)] == []


def test_they_are_read_as_meant(read_by_us: list[tuple[Case, letters.Look, Reading]]) -> None:
    missed = [
        f"{case.name} ({case.client}, {look}): {case.said!r} gave {reading.pieces}"
        for case, look, reading in read_by_us
        if not cases.is_as_meant(case, reading)
    ]
    assert len(missed) <= (1 - MARK) * len(read_by_us), "\n".join(missed)


def test_none_is_in_a_wrong_conversation(read_by_us: list[tuple[Case, letters.Look, Reading]]) -> None:
    assert [case.name for case, _, reading in read_by_us if cases.went_astray(case, reading)] == []


def test_no_word_is_lost(read_by_us: list[tuple[Case, letters.Look, Reading]]) -> None:
    assert [(case.name, lost) for case, _, reading in read_by_us if (lost := cases.lost(case, reading))] == []
