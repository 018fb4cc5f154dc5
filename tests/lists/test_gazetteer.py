"""Places are found as people call them; the file that holds them says what is wrong with it."""

import time
from pathlib import Path

import pytest

from mailhub import content
from mailhub.content import BadContent
from mailhub.lists import gazetteer_file
from mailhub.lists.gazetteer import ALIAS, LOOSE, NAME, SLIP, Place, Places, distance_km

PLACES = Places(
    [
        Place("Pietrafiore", 44.2310, 11.7920, ("Pietrafiore Alta",)),
        Place("Borgo San Teo", 44.2685, 11.8410, ("Borgo",)),
        Place("Borgo Valle", 44.1, 11.9, ("Borgo",)),
        Place("Sant'Elmo in Colle", 44.1980, 11.9105, ("Sant'Elmo",)),
        Place("L'Ospedaletto", 44.2480, 11.7430),
        Place("Re", 44.0, 11.0),
        Place("Però", 44.0, 11.2),
    ]
)


def found(text: str, places: Places = PLACES) -> list[tuple[str, float]]:
    return [(match.place.name, match.score) for match in places.find(text)]


@pytest.mark.parametrize(
    ("text", "name", "score"),
    [
        ("Pietrafiore", "Pietrafiore", NAME),
        ("PIETRAFIORE!", "Pietrafiore", NAME),
        ("pero", "Però", NAME),
        ("pietrafiore alta", "Pietrafiore", ALIAS),
        ("borgo s. teo", "Borgo San Teo", NAME),
        ("S. Elmo", "Sant'Elmo in Colle", ALIAS),
        ("ospedaletto", "L'Ospedaletto", LOOSE),
        ("all’Ospedaletto", "L'Ospedaletto", LOOSE),
        ("a Pietrafiore", "Pietrafiore", LOOSE),
        ("Pietrafiore (RA)", "Pietrafiore", LOOSE),
        ("Comune di Pietrafiore", "Pietrafiore", LOOSE),
        ("Pietrafioro", "Pietrafiore", SLIP),
        ("Pietrafiroe", "Pietrafiore", SLIP),
        ("Pietafiore", "Pietrafiore", SLIP),
        ("re", "Re", NAME),
    ],
)
def test_a_place_is_found_however_it_is_written(text: str, name: str, score: float) -> None:
    assert found(text) == [(name, score)]


@pytest.mark.parametrize(
    "text", ["", " ", "Pietra", "Pitrafiroe", "Pitrafioree", "Ra", "Pero.x", "a", "?" * 500, "x" * 100_000]
)
def test_what_is_no_place_is_not_found(text: str) -> None:
    assert found(text) == []


def test_a_name_of_two_places_finds_both() -> None:
    assert found("Borgo") == [("Borgo San Teo", ALIAS), ("Borgo Valle", ALIAS)]


def test_names_that_look_alike_are_offered_the_likest_first() -> None:
    assert [place.name for place in PLACES.similar("Pietraforte")] == ["Pietrafiore"]
    assert [place.name for place in PLACES.similar("Borgo Vallo")] == ["Borgo Valle", "Borgo San Teo"]
    assert PLACES.similar("Vattelapesca") == ()


def test_finding_costs_the_same_among_many() -> None:
    many = Places(Place(f"Borgo {number}", 44.0, 11.0, (f"Villa {number} di sopra",)) for number in range(5_000))
    before = time.process_time()
    for number in range(1_000):
        assert many.find(f"a Borgo {number}")
        many.find(f"Bergo {number}x")
    assert time.process_time() - before <= 1.0


def test_the_nearest_place_is_that_along_the_earth() -> None:
    names = ("Borgo Valle", "L'Ospedaletto", "Borgo San Teo", "Nowhere")
    assert PLACES.nearest("Pietrafiore", names, within_km=25) == "L'Ospedaletto"
    assert PLACES.nearest("Pietrafiore", names, within_km=4) is None
    assert PLACES.nearest("Pietrafiore", ("Pietrafiore",), within_km=0) == "Pietrafiore"
    assert PLACES.nearest("Nowhere", names, within_km=25) is None
    assert PLACES.nearest("Pietrafiore", (), within_km=25) is None


def test_distances_are_those_of_a_map() -> None:
    rome, milan = Place("Roma", 41.9028, 12.4964), Place("Milano", 45.4642, 9.1900)
    assert distance_km(rome, milan) == pytest.approx(477, abs=2)
    assert distance_km(rome, rome) == 0
    assert distance_km(Place("West", 0, 179.5), Place("East", 0, -179.5)) == pytest.approx(111, abs=1)


# The file


def read(folder: Path, text: str | bytes) -> Places:
    path = folder / "lists" / "places.csv"
    path.parent.mkdir(exist_ok=True)
    path.write_bytes(text.encode() if isinstance(text, str) else text)
    return gazetteer_file.read(path)


def test_the_starter_places_are_read() -> None:
    places = gazetteer_file.in_folder(content.starter())
    assert [match.place.name for match in places.find("pietrafiore")] == ["Pietrafiore"]
    assert places.nearest("Monteruvido", ("Pietrafiore", "Valdirosa"), within_km=25) == "Pietrafiore"


def test_a_folder_without_the_file_has_no_places(tmp_path: Path) -> None:
    assert len(gazetteer_file.in_folder(tmp_path)) == 0


@pytest.mark.parametrize(
    "text",
    [
        "name,aliases,lat,lon\nPietrafiore,Pietra|Fiore,44.23,11.79\n",
        "nome;altri nomi;latitudine;longitudine\r\nPietrafiore;Pietra|Fiore;44,23;11,79\r\n",
        "lon\tlat\tname\taliases\n11.79\t44.23\t Pietrafiore \tPietra / Fiore\n\n",
        '"name","aliases","lat","lon"\n"Pietrafiore","Pietra;Fiore","44,23","11,79"\n',
        b"\xef\xbb\xbfname,aliases,lat,lon\nPietrafiore,Pietra|Fiore,44.23,11.79\n",
    ],
)
def test_a_table_is_read_as_spreadsheets_save_it(tmp_path: Path, text: str | bytes) -> None:
    places = read(tmp_path, text)
    assert places.get("Pietrafiore") == Place("Pietrafiore", 44.23, 11.79, ("Pietra", "Fiore"))
    assert found("fiore", places) == [("Pietrafiore", ALIAS)]


def test_a_column_of_other_names_may_be_missing(tmp_path: Path) -> None:
    assert read(tmp_path, "name,lat,lon\nPietrafiore,44.23,11.79\n").get("Pietrafiore") is not None


HEAD = "name,aliases,lat,lon\n"


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("", "lists/places.csv:1: the file is empty; begin with the line name,aliases,lat,lon"),
        ("name,lat\nA,4\n", 'lists/places.csv:1: there is no column "lon"; begin with the line name,aliases,lat,lon'),
        (HEAD + ",x,44,11\n", "lists/places.csv:2: this line has no name; write one in its first column"),
        (HEAD + "A,,,11\n", 'lists/places.csv:2: "lat" is empty; write degrees from -90 to 90, such as 44.23'),
        (HEAD + "A,,44,11\nB,,x,11\n", 'lists/places.csv:3: "lat" is x; write degrees from -90 to 90, such as 44.23'),
        (HEAD + "A,,44,911\n", 'lists/places.csv:2: "lon" is 911; write degrees from -180 to 180, such as 44.23'),
        (HEAD + "A,,nan,11\n", 'lists/places.csv:2: "lat" is nan; write degrees from -90 to 90, such as 44.23'),
        (
            HEAD + "Città,,44,11\nB,,44,11\ncitta,,45,11\n",
            'lists/places.csv:4: "citta" is there twice, first in line 2; tell them apart, such as by',
        ),
        (HEAD + f"{'x' * 81},,44,11\n", "lists/places.csv:2: this name has 81 letters; write 80 at most"),
        (HEAD + "A\n", 'lists/places.csv:2: "lat" is empty; write degrees from -90 to 90, such as 44.23'),
        (b"PK\x03\x04", "lists/places.csv:1: the file is a spreadsheet, not a table of text; save it as CSV"),
    ],
)  # fmt: skip
def test_what_is_wrong_is_told_by_its_line_with_the_cure(tmp_path: Path, text: str | bytes, said: str) -> None:
    with pytest.raises(BadContent) as bad:
        read(tmp_path, text)
    assert str(bad.value).splitlines()[0].startswith(said)


def test_every_problem_is_told_at_once(tmp_path: Path) -> None:
    with pytest.raises(BadContent) as bad:
        read(tmp_path, HEAD + "A,,x,y\n,,44,11\n")
    assert [problem.line for problem in bad.value.problems] == [2, 2, 3]


def test_a_folder_in_its_place_is_a_problem(tmp_path: Path) -> None:
    (tmp_path / "lists" / "places.csv").mkdir(parents=True)
    with pytest.raises(
        BadContent, match=r"lists/places\.csv:1: this file cannot be read: Is a directory; look at its name"
    ):
        gazetteer_file.in_folder(tmp_path)
