"""A group says where it is by a place that is written down."""

from pathlib import Path

import pytest

from mailhub.content import BadContent
from mailhub.hub.build import all_verbs
from mailhub.lists import publishing

PLACES = "name,aliases,lat,lon\nRoccaspina,La Rocca,44.17,11.82\n"


def read(folder: Path, place: str, places: str | None = PLACES) -> None:
    (folder / "lists").mkdir()
    (folder / "lists" / "rocca.yaml").write_text(f"title: Rocca\nplace: {place}\n")
    if places is not None:
        (folder / "lists" / "places.csv").write_text(places)
    publishing.read_folder(folder, all_verbs())


def test_a_place_that_is_there_is_taken(tmp_path: Path) -> None:
    read(tmp_path, "Roccaspina")


@pytest.mark.parametrize(
    ("place", "places", "cure"),
    [
        ("Rocaspina", PLACES, 'did you mean "Roccaspina"?'),
        ("Elsewhere", PLACES, "add a line for it to lists/places.csv"),
        ("Roccaspina", None, "add a line for it to lists/places.csv"),
    ],
)
def test_a_place_nobody_has_written_down_is_told_with_its_line(
    tmp_path: Path, place: str, places: str | None, cure: str
) -> None:
    with pytest.raises(BadContent) as raised:
        read(tmp_path, place, places)
    assert str(raised.value) == f'lists/rocca.yaml:2: "{place}" is no place of lists/places.csv; {cure}'
