"""Whatever is written: nothing raises, nothing takes long, and an answer is of the kind that was asked for."""

import json
import time
from datetime import date
from decimal import Decimal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mailhub.content.scalars import is_fit
from mailhub.journeys.hearing import Answer, Kind, Option, Unclear, Value, Wanted, hear
from mailhub.lists.gazetteer import Place, Places

TODAY = date(2026, 3, 10)
LENGTH = 100_000
PLACES = Places([Place(f"Borgo {name}", 44.0, 11.0, (name,)) for name in ("Teo", "Valle", "Ora", "Alto", "Pietra")])
OPTIONS = (Option("bike", {"it": ("bici",), "en": ("by bike",)}), Option("foot", {"it": ("a piedi",)}))
WANTED = (
    *(Wanted(kind=kind, options=OPTIONS, least=0, most=500) for kind in Kind),
    Wanted(kind=Kind.NUMBER, whole=False),
    Wanted(kind=Kind.ADDRESS, country="DE"),
    Wanted(kind=Kind.DATE),
)
FRAGMENTS = (
    "sì", "si", "no", "ok", "forse", "non", "so", "aspetta", "yes", "maybe", "grazie", "ciao", "Anna", "Rossi",
    "sabato", "14", "marzo",
    "31/2", "il", "dopodomani", "bici", "a piedi", "la seconda", "2)", "due", "un", "1.250", "2,5", "abito a",
    "vicino a", "Borgo",
    "Valle", "ora", "via", "Roma", "12", "48018", "Faenza", "RA", "c/o", "int. 4", "e", "o", "ma", "se", "?",
    ".", ",", "\n", "!", ":",
    "(", "–", "cosa vuol dire", "-", "3/4", "'", "settimane", "tra", "👍", "\u0301", "½", "²", "፩", "௰", "٣", "x" * 50,
)  # fmt: skip


@pytest.mark.parametrize("wanted", WANTED, ids=lambda wanted: str(wanted.kind))
@settings(max_examples=300, deadline=None)
@given(words=st.one_of(st.text(), st.lists(st.sampled_from(FRAGMENTS), max_size=25).map(" ".join)))
def test_whatever_is_written_is_heard_as_what_was_wanted(wanted: Wanted, words: str) -> None:
    for language in ("it", "en"):
        said = hear(words, wanted, language=language, today=TODAY, places=PLACES)
        values = (said.value,) if isinstance(said, Answer) else said.candidates if isinstance(said, Unclear) else ()
        assert all(_is_wanted(value, wanted) for value in values)
        assert json.loads(json.dumps(values)) == list(values)
        assert not isinstance(said, Answer) or is_fit(said.rest)


def _is_wanted(value: Value, wanted: Wanted) -> bool:
    match wanted.kind:
        case Kind.YES_NO:
            return isinstance(value, bool)
        case Kind.CHOICE:
            return value in {option.key for option in wanted.options}
        case Kind.NUMBER if wanted.whole:
            return type(value) is int and 0 <= value <= 500
        case Kind.NUMBER:
            return isinstance(value, str) and Decimal(value).is_finite()
        case Kind.DATE:
            ahead = (date.fromisoformat(str(value)) - TODAY).days
            return (wanted.least is None or ahead >= wanted.least) and (wanted.most is None or ahead <= wanted.most)
        case Kind.PLACE:
            return isinstance(value, str) and PLACES.get(value) is not None
        case Kind.TEXT:
            return isinstance(value, str) and 0 < len(value) <= wanted.longest and is_fit(value)
        case Kind.ADDRESS:
            needed = ("street", "number", "postcode", "town", "country")
            return isinstance(value, dict) and all(isinstance(value[part], str) and value[part] for part in needed)


@pytest.mark.parametrize("unit", [
        "a", " ", "\n", "sì ", "sì, ", "no\n", "forse ", "1", ".", "?", ",", "1.250 ", "1 250 ", "14 marzo ", "3/4 ",
        "sabato 14 o ", "via a ", "via ", "48018 ", "via Roma 12, ", "c/o ", "\u0300", "a\u0300\u0323", "\ufdfa",
        "Grazie Anna. ", "Ciao, ", "borgo ", "abito a ", "Abito a Bqrgo ", "'", "a'", "👍", "\ud800", "\0", "e ", "un ",
        "due e mezzo ", "- ", "-1 ", "(", "ß ", "½", "①", "İ", "non so se ", "Grazie per ", "A. ", "tra ",
        "in two weeks ", "c.so ", "vattelapesc ", "via x1 ", "\r", "a\rb", "…", "12 ",
    ])  # fmt: skip
def test_a_hundred_kilobytes_take_a_tenth_of_a_second_at_most(unit: str) -> None:
    words = (unit * (LENGTH // len(unit) + 1))[:LENGTH]
    for wanted in WANTED:
        assert min(_seconds(words, wanted) for _ in range(2)) <= 0.1, wanted.kind


def _seconds(words: str, wanted: Wanted) -> float:
    before = time.process_time()
    hear(words, wanted, language="it", today=TODAY, places=PLACES)
    return time.process_time() - before
