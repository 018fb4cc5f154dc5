"""What the guide says is understood is understood."""

import re
from datetime import date
from pathlib import Path

import pytest

from mailhub import content
from mailhub.journeys.hearing import Answer, Kind, Unclear, Wanted, hear
from mailhub.lists import gazetteer_file
from tests.journeys.test_hearing_choice import WAYS

GUIDE = (Path(__file__).parents[2] / "docs" / "answers-understood.md").read_text(encoding="utf-8")
TODAY = date(2026, 3, 10)  # a Tuesday
QUOTED = re.compile(r"«([^»]+)»|\"([^\"]+)\"")
ROWS = [row.split(" | ") for row in re.findall(r"^\| (`[a-z_]+` .+) \|$", GUIDE, re.MULTILINE)]
KINDS = ("yes_no", "choice", "number", "date", "place", "address", "text")
PLACES = gazetteer_file.in_folder(content.starter())


def examples(column: int, rows: list[list[str]]) -> list[tuple[Kind, str]]:
    return [
        (Kind(cells[0].strip("`")), italian or english)
        for cells in rows
        for italian, english in QUOTED.findall(cells[column])
    ]


UNDERSTOOD = examples(1, ROWS[: len(Kind)])
ASKED_BACK = examples(1, ROWS[len(Kind) :])
UNCLEAR = examples(2, ROWS[len(Kind) :])


def said(kind: Kind, words: str) -> object:
    wanted = Wanted(kind=kind, options=WAYS, least=0, most=10_000)
    language = "en" if words == "3/4" else "it"
    return hear(words, wanted, language=language, today=TODAY, places=PLACES)


def test_every_kind_has_its_rows() -> None:
    assert [cells[0] for cells in ROWS] == [f"`{kind}`" for kind in KINDS] * 2


@pytest.mark.parametrize(("kind", "words"), UNDERSTOOD)
def test_an_example_is_understood(kind: Kind, words: str) -> None:
    heard = said(kind, words)
    assert isinstance(heard, Answer)
    assert heard.certain or kind is Kind.ADDRESS


@pytest.mark.parametrize(("kind", "words"), ASKED_BACK)
def test_an_example_is_asked_back(kind: Kind, words: str) -> None:
    heard = said(kind, words)
    assert isinstance(heard, Answer)
    assert not heard.certain


@pytest.mark.parametrize(("kind", "words"), UNCLEAR)
def test_an_example_is_asked_about(kind: Kind, words: str) -> None:
    assert isinstance(said(kind, words), Unclear)
