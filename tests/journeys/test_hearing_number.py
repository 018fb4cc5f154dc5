"""How many, in figures and in words."""

from datetime import date

import pytest

from mailhub.journeys.hearing import Answer, Heard, Kind, Other, Unclear, Wanted, Why, hear

TODAY = date(2026, 3, 10)


def heard(words: str, *, least: int | None = 0, most: int | None = 10_000, language: str = "it") -> Heard:
    return hear(words, Wanted(kind=Kind.NUMBER, least=least, most=most), language=language, today=TODAY)


def part(words: str, language: str = "it") -> Heard:
    return hear(words, Wanted(kind=Kind.NUMBER, whole=False), language=language, today=TODAY)


@pytest.mark.parametrize(
    ("words", "number"),
    [
        ("2", 2), ("2.", 2), (" 12 ", 12), ("due", 2), ("siamo in due", 2), ("Siamo in 3!", 3), ("two of us", 2),
        ("We are four", 4), ("1.250", 1250), ("1,250", 1250), ("1 250", 1250), ("1'250", 1250),
        ("Verremo in sei, grazie", 6), ("30 euro", 30), ("€ 30", 30), ("venticinque", 25), ("ventuno", 21),
        ("quarantotto", 48), ("twenty-five", 25), ("twenty five", 25), ("cento", 100), ("duecento", 200),
        ("two hundred", 200), ("centoventi", 120), ("10 mila", 10_000), ("2k", 2000), ("One please", 1),
        ("una dozzina", 12), ("a dozen", 12), ("zero", 0), ("nessuno", 0), ("none", 0), ("solo io", 1), ("Just me", 1),
        ("da sola", 1), ("una", 1), ("uno", 1), ("one", 1), ("solo una persona", 1), ("Arriviamo alle 18, in due", 2),
        ("in 3 alle 18.30", 3), ("Sabato 14 siamo in 5", 5), ("Il 14 marzo in quattro", 4),
        ("Ciao, siamo 4. Grazie, Anna", 4), ("Volentieri! In tre.", 3), ("Ho 42 anni", 42), ("-0", 0),
    ],
)  # fmt: skip
def test_a_number_is_heard(words: str, number: int) -> None:
    said = heard(words)
    assert isinstance(said, Answer)
    assert (said.value, type(said.value), said.certain) == (number, int, True)


@pytest.mark.parametrize(
    ("words", "number", "rest"),
    [
        ("siamo in due, con un bambino", 2, "con un bambino"),
        ("In tre. A che ora?", 3, "A che ora?"),
        ("two of us, and the dog", 2, "and the dog"),
        ("in due persone", 2, ""),
    ],
)
def test_what_stands_beside_it_is_kept(words: str, number: int, rest: str) -> None:
    assert heard(words) == Answer(number, rest)


@pytest.mark.parametrize(
    ("words", "number"),
    [
        ("circa 20", 20), ("about 20", 20), ("una decina", 10), ("una trentina", 30), ("un paio", 2), ("forse 3", 3),
        ("almeno 4", 4), ("io e mia sorella", 2), ("me and my sister", 2), ("two adults, one child", 2),
        ("two of us, and a dog", 2), ("Siamo in 3, va bene?", 3),
    ],
)  # fmt: skip
def test_about_so_many_is_asked_back(words: str, number: int) -> None:
    said = heard(words)
    assert isinstance(said, Answer)
    assert (said.value, said.certain) == (number, False)


@pytest.mark.parametrize(
    ("words", "expected"),
    [
        ("3 or 4?", Unclear(Why.SEVERAL, (3, 4))),
        ("3 o 4", Unclear(Why.SEVERAL, (3, 4))),
        ("tra dieci e 12", Unclear(Why.SEVERAL, (10, 12))),
        ("2-3", Unclear(Why.SEVERAL, (2, 3))),
        ("due adulti e tre bambini", Unclear(Why.SEVERAL, (2, 3))),
        ("3?", Unclear(Why.UNDECIDED, (3,))),
        ("boh", Unclear(Why.UNDECIDED)),
        ("Non lo so ancora", Unclear(Why.UNDECIDED)),
        ("2,5", Unclear(Why.NOT_WHOLE, (2, 3))),
        ("2 e mezzo", Unclear(Why.NOT_WHOLE, (2, 3))),
        ("20.000", Unclear(Why.OUTSIDE)),
        ("-3", Unclear(Why.OUTSIDE)),
        ("12345678901234567890", Unclear(Why.OUTSIDE)),
    ],
)
def test_what_is_no_one_number_is_asked_about(words: str, expected: Heard) -> None:
    assert heard(words) == expected


@pytest.mark.parametrize(
    "words",
    [
        "", "Grazie", "sì", "Cosa vuol dire?", "Ho una domanda: quanto costa?", "Il 14 marzo siamo liberi", "alle 18",
        "Quanti posti ci sono, 20 o 30 in tutto?", "Una sera di queste vi scrivo",
        "Ieri alla riunione eravamo in 14 e si è parlato del cancello, che va chiuso ogni sera, e dei turni per "
        "l'acqua",
    ],
)  # fmt: skip
def test_what_is_no_number_goes_to_a_person(words: str) -> None:
    assert heard(words) == Other()


@pytest.mark.parametrize(
    ("words", "language", "expected"),
    [
        ("2,5", "it", Answer("2.5")), ("2.5", "en", Answer("2.5")), ("2.5", "it", Answer("2.5")),
        ("2,5", "en", Answer("2.5")), ("1.250", "it", Answer("1250")), ("1,250", "en", Answer("1250")),
        ("1.250", "en", Answer("1.25", "", False)), ("1,250", "it", Answer("1.25", "", False)),
        ("1.250,50", "it", Answer("1250.5")), ("1,250.50", "en", Answer("1250.5")), ("12", "it", Answer("12")),
        ("100", "it", Answer("100")), ("due e mezzo", "it", Answer("2.5")), ("two and a half", "en", Answer("2.5")),
        ("0,5", "it", Answer("0.5")),
    ],
)  # fmt: skip
def test_parts_are_written_in_two_ways(words: str, language: str, expected: Heard) -> None:
    assert part(words, language) == expected
