"""The authority rule against its table, for every combination of evidence and circumstance."""

from datetime import timedelta
from itertools import product

import pytest

from mailhub.authority import Allowed, Ask, Evidence, Held, Level, Ruling, Silent, allows

EVIDENCE = [
    frozenset(letter for letter, has in zip("ATMW", bits, strict=True) if has) for bits in product((0, 1), repeat=4)
]
WAITS = [None, timedelta(minutes=9, seconds=59), timedelta(minutes=10), timedelta(days=1)]

# What each case needs: any one of these sets of letters. Written from the requirement, not from the code.
NEEDS: dict[str, list[str]] = {
    "light": ["A", "T", "M", "W"],
    "voice": ["A", "W"],
    "one tap": ["AT", "AM", "W"],
    "joining": ["A", "M", "W"],
    "one tap by mailbox": ["AT", "M", "W"],
    "office": ["AT", "AM", "W"],
    "charter": ["W"],
    "charter by two mails": ["AM", "W"],
}


def needs(level: Level, one_tap: bool, by_mailbox: bool, asked_ago: timedelta | None) -> str:
    match level, one_tap, by_mailbox:
        case Level.LIGHT, _, _:
            return "light"
        case Level.VOICE, True, True:
            return "one tap by mailbox"
        case Level.VOICE, True, _:
            return "one tap"
        case Level.VOICE, _, True:
            return "joining"
        case Level.VOICE, _, _:
            return "voice"
        case Level.OFFICE, _, _:
            return "office"
    return "charter by two mails" if asked_ago and asked_ago >= timedelta(minutes=10) else "charter"


def evidence_of(letters: frozenset[str]) -> Evidence:
    return Evidence("A" in letters, "T" in letters, "M" in letters, "W" in letters)


CASES = list(product(Level, EVIDENCE, (False, True), (False, True), (False, True), WAITS))


def expected(
    level: Level, letters: frozenset[str], on_record: bool, one_tap: bool, by_mailbox: bool, asked_ago: timedelta | None
) -> Ruling:
    if level is Level.PUBLIC:
        return Allowed() if letters or on_record else Silent()
    if any(set(need) <= letters for need in NEEDS[needs(level, one_tap, by_mailbox, asked_ago)]):
        return Allowed()
    return Held(Ask.RECORD if on_record else Ask.ORGANISERS)


@pytest.mark.parametrize("level", Level)
def test_the_rule_agrees_with_the_table_everywhere(level: Level) -> None:
    for case in (case for case in CASES if case[0] is level):
        _, letters, on_record, one_tap, by_mailbox, asked_ago = case
        ruling = allows(
            level,
            evidence_of(letters),
            on_record=on_record,
            one_tap=one_tap,
            mailbox_suffices=by_mailbox,
            asked_ago=asked_ago,
        )
        assert ruling == expected(*case), case


def test_every_combination_is_tried() -> None:
    assert len(CASES) == 5 * 16 * 2 * 2 * 2 * 4


@pytest.mark.parametrize("level", [level for level in Level if level > Level.LIGHT])
def test_a_token_alone_speaks_for_nobody_above_level_one(level: Level) -> None:
    assert allows(level, Evidence(token=True), on_record=True) == Held(Ask.RECORD)


@pytest.mark.parametrize("level", [level for level in Level if level > Level.PUBLIC])
def test_a_stranger_without_evidence_is_held_and_never_answered(level: Level) -> None:
    assert allows(level, Evidence(), on_record=False) == Held(Ask.ORGANISERS)


def test_more_evidence_never_allows_less() -> None:
    for case in CASES:
        level, letters, on_record, one_tap, by_mailbox, asked_ago = case
        if isinstance(expected(*case), Allowed):
            for more in EVIDENCE:
                if letters <= more:
                    ruling = allows(
                        level,
                        evidence_of(more),
                        on_record=on_record,
                        one_tap=one_tap,
                        mailbox_suffices=by_mailbox,
                        asked_ago=asked_ago,
                    )
                    assert ruling == Allowed()
