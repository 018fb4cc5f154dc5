"""When, as people say it."""

from datetime import date

import pytest

from mailhub.journeys.hearing import Answer, Heard, Kind, Other, Unclear, Wanted, Why, hear

TODAY = date(2026, 3, 10)  # a Tuesday


def heard(words: str, *, least: int | None = 0, most: int | None = 365, language: str = "it") -> Heard:
    return hear(words, Wanted(kind=Kind.DATE, least=least, most=most), language=language, today=TODAY)


@pytest.mark.parametrize(
    ("words", "day"),
    [
        ("sabato 14", "2026-03-14"), ("Sabato!", "2026-03-14"), ("sab 14", "2026-03-14"), ("sab. 14", "2026-03-14"),
        ("il 3/4", "2026-04-03"), ("3.4.2026", "2026-04-03"), ("3-4-26", "2026-04-03"), ("2026-04-03", "2026-04-03"),
        ("dopodomani", "2026-03-12"), ("day after tomorrow", "2026-03-12"), ("domani", "2026-03-11"),
        ("Tomorrow, thanks", "2026-03-11"), ("oggi", "2026-03-10"), ("10 marzo", "2026-03-10"),
        ("9 marzo", "2027-03-09"), ("14 marzo", "2026-03-14"), ("l'8 aprile", "2026-04-08"),
        ("L’8 aprile", "2026-04-08"), ("il 1º maggio", "2026-05-01"), ("1° maggio", "2026-05-01"),
        ("il 14", "2026-03-14"), ("il 9", "2026-04-09"), ("the 14th", "2026-03-14"), ("Saturday", "2026-03-14"),
        ("Saturday 14", "2026-03-14"), ("Saturday the 14th", "2026-03-14"), ("Saturday, 14 March", "2026-03-14"),
        ("March 14th", "2026-03-14"), ("14th of March", "2026-03-14"), ("sabato 14 marzo 2026", "2026-03-14"),
        ("venerdì sera", "2026-03-13"), ("venerdi prossimo", "2026-03-13"), ("fra due settimane", "2026-03-24"),
        ("in two weeks", "2026-03-24"), ("tra 3 giorni", "2026-03-13"), ("tra un mese", "2026-04-10"),
        ("sabato 14 alle 10.30", "2026-03-14"), ("Va bene sabato 14", "2026-03-14"), ("il primo maggio", "2026-05-01"),
        ("venti marzo", "2026-03-20"), ("il venti", "2026-03-20"), ("the first of May", "2026-05-01"),
        ("sabato della prossima settimana", "2026-03-21"), ("Saturday of next week", "2026-03-21"),
        ("sabato prossimo 14 marzo", "2026-03-14"), ("Preferirei il 20 marzo. Grazie, Anna", "2026-03-20"),
        ("Ciao! Per me meglio domenica 15.", "2026-03-15"),
    ],
)  # fmt: skip
def test_a_day_is_heard(words: str, day: str) -> None:
    said = heard(words)
    assert isinstance(said, Answer)
    assert (said.value, said.certain) == (day, True)


def test_what_stands_beside_it_is_kept() -> None:
    assert heard("Va bene sabato 14, porto il pane") == Answer("2026-03-14", "porto il pane")
    assert heard("Sabato. A che ora?") == Answer("2026-03-14", "A che ora?")


@pytest.mark.parametrize(
    ("words", "expected"),
    [
        ("31 febbraio", Unclear(Why.IMPOSSIBLE)),
        ("31/2", Unclear(Why.IMPOSSIBLE)),
        ("2/13", Unclear(Why.IMPOSSIBLE)),
        ("il 32", Unclear(Why.IMPOSSIBLE)),
        ("sabato 15 marzo", Unclear(Why.IMPOSSIBLE, ("2026-03-15", "2026-03-14"))),
        ("Saturday 15 March", Unclear(Why.IMPOSSIBLE, ("2026-03-15", "2026-03-14"))),
        ("sabato o domenica", Unclear(Why.SEVERAL, ("2026-03-14", "2026-03-15"))),
        ("14 o 15 marzo", Unclear(Why.SEVERAL, ("2026-03-15", "2026-03-14"))),
        ("il 14 o il 15", Unclear(Why.SEVERAL, ("2026-03-14", "2026-03-15"))),
        ("sabato 14 o domenica 15", Unclear(Why.SEVERAL, ("2026-03-14", "2026-03-15"))),
        ("sabato no, domenica", Unclear(Why.SEVERAL, ("2026-03-14", "2026-03-15"))),
        ("dal 14 al 20 marzo", Unclear(Why.SEVERAL, ("2026-03-14", "2026-03-20"))),
        ("14/15 marzo", Unclear(Why.SEVERAL, ("2026-03-15", "2026-03-14"))),
        ("nel fine settimana", Unclear(Why.INCOMPLETE)),
        ("la settimana prossima", Unclear(Why.INCOMPLETE)),
        ("qualsiasi giorno", Unclear(Why.UNDECIDED)),
        ("sabato no", Unclear(Why.EXCLUDED)),
        ("sabato non posso", Unclear(Why.EXCLUDED)),
        ("settembre", Unclear(Why.INCOMPLETE)),
        ("fine agosto", Unclear(Why.INCOMPLETE)),
        ("ieri", Unclear(Why.OUTSIDE)),
        ("3/4/2030", Unclear(Why.OUTSIDE)),
        ("sabato 14?", Unclear(Why.UNDECIDED, ("2026-03-14",))),
        ("quando volete", Unclear(Why.UNDECIDED)),
        ("Any day", Unclear(Why.UNDECIDED)),
        ("boh", Unclear(Why.UNDECIDED)),
    ],
)
def test_what_is_no_one_day_is_asked_about(words: str, expected: Heard) -> None:
    assert heard(words) == expected


@pytest.mark.parametrize(
    ("words", "day"),
    [
        ("martedì", "2026-03-17"),
        ("sabato 15", "2026-08-15"),
        ("Sabato 14, va bene?", "2026-03-14"),
        ("next Saturday", "2026-03-14"),
        ("dopo il 20", "2026-03-20"),
        ("dal 20 in poi", "2026-03-20"),
        ("il 20 o dopo", "2026-03-20"),
        ("ogni sabato", "2026-03-14"),
        ("il sabato", "2026-03-14"),
        ("14", "2026-03-14"),
        ("entro il 20 marzo", "2026-03-20"),
        ("forse sabato", "2026-03-14"),
    ],
)
def test_a_doubtful_day_is_asked_back(words: str, day: str) -> None:
    said = heard(words)
    assert isinstance(said, Answer)
    assert (said.value, said.certain) == (day, False)


def test_who_writes_english_may_mean_the_month_first() -> None:
    assert heard("3/4", language="en") == Answer("2026-04-03", "", certain=False)
    assert heard("14/3", language="en") == Answer("2026-03-14")
    assert heard("3/3/2027", language="en") == Answer("2027-03-03")


@pytest.mark.parametrize(
    ("words", "day"),
    [
        ("3 marzo", "2026-03-03"), ("11 marzo", "2025-03-11"), ("ieri", "2026-03-09"), ("ieri l'altro", "2026-03-08"),
        ("il 3/4/1961", "1961-04-03"), ("due settimane fa", "2026-02-24"), ("29 febbraio 1960", "1960-02-29"),
        ("3 days ago", "2026-03-07"),
    ],
)  # fmt: skip
def test_a_day_that_is_past_is_heard_where_one_is_wanted(words: str, day: str) -> None:
    assert heard(words, least=-40_000, most=0) == Answer(day)


@pytest.mark.parametrize(
    "words",
    [
        "", "Grazie", "sì", "Che giorno è la festa?", "Ma sabato 14 non è la fiera del paese vicino?", "alle 18",
        "siamo in 3", "Non ho capito: il 14 di che mese?", "may", "sat", "1.250", "tutti i sabati",
        "Ho sempre lavorato di sabato e anche il 14 lavoro, poi c'è la fiera e mia cugina che viene da lontano con "
        "i figli piccoli",
    ],
)  # fmt: skip
def test_what_is_no_day_goes_to_a_person(words: str) -> None:
    assert heard(words) == Other()
