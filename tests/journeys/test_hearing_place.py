"""Where somebody lives, in their own words."""

from datetime import date

import pytest

from mailhub.journeys.hearing import Answer, Heard, Kind, Other, Unclear, Wanted, Why, hear
from mailhub.lists.gazetteer import Place, Places

TODAY = date(2026, 3, 10)
PLACES = Places(
    [
        Place("Pietrafiore", 44.2, 11.7, ("Pietrafiore Alta",)),
        Place("Faenza", 44.28, 11.88),
        Place("Lugo", 44.4, 11.9),
        Place("Ora", 46.3, 11.3),  # «ora» is "now" as well
        Place("Prato", 43.8, 11.1),
        Place("Borgo San Teo", 44.2, 11.9, ("Borgo", "San Teo")),
        Place("Borgo Valle", 44.1, 11.9, ("Borgo",)),
        Place("Castel San Pietro", 44.3, 11.5),
        Place("L'Ospedaletto", 44.2, 11.8),
    ]
)


def heard(words: str, places: Places | None = PLACES, sure_from: float = 0.85) -> Heard:
    return hear(words, Wanted(kind=Kind.PLACE, sure_from=sure_from), language="it", today=TODAY, places=places)


@pytest.mark.parametrize(
    ("words", "name"),
    [
        ("Faenza", "Faenza"), ("faenza", "Faenza"), ("FAENZA!!", "Faenza"), ("Abito a Faenza!", "Faenza"),
        ("a faenza", "Faenza"), ("abito a faenza", "Faenza"), ("I live in Faenza", "Faenza"), ("Sono di Lugo", "Lugo"),
        ("stiamo a lugo", "Lugo"), ("Faenza (RA)", "Faenza"), ("Faenza, RA", "Faenza"),
        ("Ciao! Abito a Faenza. Grazie, Anna", "Faenza"), ("Faenza\nAnna", "Faenza"),
        ("Buongiorno,\nFaenza.\nCordiali saluti,\nAnna Rossi", "Faenza"), ("pietrafiore alta", "Pietrafiore"),
        ("Castel S. Pietro", "Castel San Pietro"), ("castel san pietro", "Castel San Pietro"),
        ("all'Ospedaletto", "L'Ospedaletto"), ("Ospedaletto", "L'Ospedaletto"), ("San Teo", "Borgo San Teo"),
        ("Vivo ad Ora", "Ora"), ("Prato", "Prato"), ("faenza in centro", "Faenza"),
        ("Siamo a Borgo Valle", "Borgo Valle"), ("It's Faenza", "Faenza"), ("from Lugo", "Lugo"),
        ("Il mio paese è Faenza", "Faenza"), ("il mio comune è lugo", "Lugo"),
    ],
)  # fmt: skip
def test_a_place_is_heard(words: str, name: str) -> None:
    assert heard(words) == Answer(name)


@pytest.mark.parametrize(
    ("words", "name", "rest"),
    [
        ("sto a Pietrafiore, in centro", "Pietrafiore", "in centro"),
        ("Abito a Pietrafiore alta, ho la schiena a pezzi ma so potare", "Pietrafiore",
        "ho la schiena a pezzi ma so potare"),
        ("Via Lugo 12, Faenza", "Faenza", "Via Lugo 12,"), ("Faenza. E voi?", "Faenza", "E voi?"),
        ("Abito a Faenza con mia sorella", "Faenza", "con mia sorella"),
    ],
)  # fmt: skip
def test_what_stands_beside_it_is_kept(words: str, name: str, rest: str) -> None:
    assert heard(words) == Answer(name, rest)


@pytest.mark.parametrize(
    ("words", "name"),
    [
        ("Faensa", "Faenza"), ("abito a faensa", "Faenza"), ("vicino a Faenza", "Faenza"), ("near Faenza", "Faenza"),
        ("in provincia di Faenza", "Faenza"), ("Lavoro a Lugo ma vivo a Faenza", "Faenza"),
        ("forse a Faenza", "Faenza"), ("Sono di Faenza ma vivo a Lugo da dieci anni", "Lugo"),
        ("Non abito più a Faenza, ora sto a Lugo", "Lugo"), ("a 5 km da Faenza", "Faenza"),
        ("la mia amica di Faenza mi ha detto di scrivervi", "Faenza"), ("Ho letto di voi a Faenza", "Faenza"),
        ("Abito a Bologna ma mi trasferisco a Faenza", "Faenza"),
    ],
)  # fmt: skip
def test_a_doubtful_place_is_asked_back(words: str, name: str) -> None:
    said = heard(words)
    assert isinstance(said, Answer)
    assert (said.value, said.certain) == (name, False)


def test_the_limit_below_which_it_is_asked_back_can_be_set() -> None:
    assert heard("Faensa", sure_from=0.7) == Answer("Faenza")
    assert heard("a Faenza", sure_from=1.0) == Answer("Faenza")


@pytest.mark.parametrize(
    ("words", "expected"),
    [
        ("Borgo", Unclear(Why.AMBIGUOUS, ("Borgo San Teo", "Borgo Valle"))),
        ("Faenza o Lugo", Unclear(Why.SEVERAL, ("Faenza", "Lugo"))),
        ("faenza e lugo", Unclear(Why.SEVERAL, ("Faenza", "Lugo"))),
        ("A volte a Faenza, a volte a Lugo", Unclear(Why.SEVERAL, ("Faenza", "Lugo"))),
        ("Faenza?", Unclear(Why.UNDECIDED, ("Faenza",))),
        ("Abito a Vattelapesca", Unclear(Why.UNKNOWN)),
        ("Vattelapesca", Unclear(Why.UNKNOWN)),
        ("I live in Pietraforte", Unclear(Why.UNKNOWN, ("Pietrafiore",))),
        ("Pietrafioressa", Unclear(Why.UNKNOWN, ("Pietrafiore",))),
        ("Castel Pietro", Unclear(Why.UNKNOWN, ("Castel San Pietro",))),
        ("Boh", Unclear(Why.UNDECIDED)),
        ("Ora non so", Unclear(Why.UNDECIDED)),
    ],
)
def test_a_place_that_is_not_one_is_asked_about(words: str, expected: Heard) -> None:
    assert heard(words) == expected


@pytest.mark.parametrize(
    "words",
    [
        "", "Grazie", "no grazie", "Preferisco non dirlo", "Perché lo volete sapere?", "Dove?", "Non abito a Faenza",
        "Né Faenza né Lugo", "non te lo dico", "ora sto nel prato dietro casa mia con il cane",
        "Che cosa intendete per comune?", "Ma ci sono gruppi anche a Faenza o solo a Lugo?",
        "Mi piacerebbe incontrarvi a Faenza perché un'amica mi ha parlato delle vostre serate e pensavo che sarebbe"
        " bello vedersi anche prima",
        "Vi racconto: da piccola stavo in collina, poi il lavoro mi ha portata in giro per mezza Italia e adesso, "
        "dopo tanti anni, finalmente vivo a Faenza",
    ],
)  # fmt: skip
def test_what_is_no_place_goes_to_a_person(words: str) -> None:
    assert heard(words) == Other()


def test_a_site_without_places_knows_none() -> None:
    assert heard("Abito a Faenza", None) == Unclear(Why.UNKNOWN)
