"""Which of several options is chosen: by its words, its number, its place."""

from datetime import date

import pytest

from mailhub.journeys.hearing import Answer, Heard, Kind, Option, Other, Unclear, Wanted, Why, hear

TODAY = date(2026, 3, 10)
WAYS = (
    Option("bike", {"it": ("in bici", "bici", "bicicletta"), "en": ("by bike", "bike")}),
    Option("foot", {"it": ("a piedi",), "en": ("on foot", "walking")}),
    Option("car", {"it": ("in auto", "auto", "macchina"), "en": ("by car", "car")}),
)


def heard(words: str, options: tuple[Option, ...] = WAYS) -> Heard:
    return hear(words, Wanted(kind=Kind.CHOICE, options=options), language="it", today=TODAY)


@pytest.mark.parametrize(
    ("words", "key"),
    [
        ("bici", "bike"), ("La bici!", "bike"), ("in bici, grazie", "bike"), ("BICICLETTA", "bike"),
        ("By bike please", "bike"), ("a piedi", "foot"), ("Vengo a piedi", "foot"), ("on foot", "foot"),
        ("I'll be walking", "foot"), ("auto", "car"), ("l'auto", "car"), ("con la macchina", "car"), ("car", "car"),
        ("biciclatta", "bike"), ("machina", "car"), ("1", "bike"), ("2)", "foot"), ("3.", "car"), ("(2)", "foot"),
        ("la 2", "foot"), ("numero 3", "car"), ("opzione 1", "bike"), ("n. 2", "foot"), ("due", "foot"),
        ("la seconda", "foot"), ("Il secondo, grazie", "foot"), ("la prima", "bike"), ("l'ultima", "car"),
        ("the second one", "foot"), ("the last", "car"), ("2nd", "foot"), ("la 2a", "foot"), ("2ª", "foot"),
        ("option 3", "car"), ("number two", "foot"), ("I'd go for the second", "foot"), ("b", "foot"), ("B)", "foot"),
        ("2. a piedi", "foot"), ("Ciao!\nla seconda.\nUn saluto\nAnna", "foot"), ("Preferisco la bici", "bike"),
        ("bike", "bike"), ("Direi a piedi", "foot"), ("Sì, la prima", "bike"), ("foot", "foot"),
        ("Vorrei l'opzione 3 per favore", "car"), ("#2", "foot"), ("no. 2", "foot"), ("opzione b", "foot"),
    ],
)  # fmt: skip
def test_an_option_is_heard(words: str, key: str) -> None:
    assert heard(words) == Answer(key)


@pytest.mark.parametrize(
    ("words", "key", "rest"),
    [
        ("Vengo in macchina con Marta", "car", "con Marta"),
        ("La seconda, e porto il vino", "foot", "e porto il vino"),
        ("Che bella idea! In bici.", "bike", "Che bella idea!"),
        ("In bici. Chi viene con me?", "bike", "Chi viene con me?"),
    ],
)
def test_what_stands_beside_it_is_kept(words: str, key: str, rest: str) -> None:
    assert heard(words) == Answer(key, rest)


@pytest.mark.parametrize(
    ("words", "expected"),
    [
        ("a piedi o in bici", Unclear(Why.SEVERAL, ("foot", "bike"))),
        ("1 e 3", Unclear(Why.SEVERAL, ("bike", "car"))),
        ("la 1 o la 2?", Unclear(Why.SEVERAL, ("bike", "foot"))),
        ("2. la bici", Unclear(Why.SEVERAL, ("bike", "foot"))),
        ("La bici. Anzi, a piedi", Unclear(Why.SEVERAL, ("bike", "foot"))),
        ("entrambe", Unclear(Why.SEVERAL, ("bike", "foot", "car"))),
        ("both", Unclear(Why.SEVERAL, ("bike", "foot", "car"))),
        ("nessuna delle due", Unclear(Why.EXCLUDED, ("bike", "foot", "car"))),
        ("non la bici", Unclear(Why.EXCLUDED, ("foot", "car"))),
        ("anything but the car", Unclear(Why.EXCLUDED, ("bike", "foot"))),
        ("Non ho la bici", Unclear(Why.EXCLUDED, ("foot", "car"))),
        ("La mia bici è rotta", Unclear(Why.EXCLUDED, ("foot", "car"))),
        ("In bici no", Unclear(Why.EXCLUDED, ("foot", "car"))),
        ("4", Unclear(Why.OUTSIDE, ("bike", "foot", "car"))),
        ("la quinta", Unclear(Why.OUTSIDE, ("bike", "foot", "car"))),
        ("0", Unclear(Why.OUTSIDE, ("bike", "foot", "car"))),
        ("è uguale", Unclear(Why.UNDECIDED, ("bike", "foot", "car"))),
        ("Whatever, any", Unclear(Why.UNDECIDED, ("bike", "foot", "car"))),
        ("boh", Unclear(Why.UNDECIDED, ("bike", "foot", "car"))),
        ("Non so ancora", Unclear(Why.UNDECIDED, ("bike", "foot", "car"))),
        ("bici?", Unclear(Why.UNDECIDED, ("bike",))),
    ],
)
def test_an_attempt_that_cannot_be_read_offers_what_it_may_mean(words: str, expected: Heard) -> None:
    assert heard(words) == expected


@pytest.mark.parametrize("words", ["non la bici, a piedi", "Forse a piedi", "A piedi, va bene?"])
def test_a_doubtful_choice_is_asked_back(words: str) -> None:
    said = heard(words)
    assert isinstance(said, Answer)
    assert (said.value, said.certain) == ("foot", False)


@pytest.mark.parametrize(
    "words",
    [
        "", "Grazie", "sì", "no", "Ma quanto è lontano?", "Si può venire anche in bici o è troppo ripido?",
        "il mio gatto è nero", "Non ho capito: che cosa devo scegliere, la bici?", "Where is it?",
        "Di solito prendo la bici ma dipende dal tempo, dalla voglia, da quanto ho dormito e da chi viene con me "
        "quel giorno",
        "Vi racconto di mia nonna. Andava al mercato con la bicicletta tutti i giorni, anche quando pioveva, e "
        "tornava con le borse piene di cose che poi cucinava per tutto il cortile, compresi noi che eravamo sempre "
        "lì a giocare.",
        "In 2 parole: bello", "ci vediamo alle 3",
    ],
)  # fmt: skip
def test_what_is_no_choice_goes_to_a_person(words: str) -> None:
    assert heard(words) == Other()


def test_short_words_are_options_only_alone() -> None:
    options = (Option("yes", {"it": ("sì",), "en": ("yes",)}), Option("no", {"it": ("no",), "en": ("no",)}))
    assert heard("No.", options) == Answer("no")
    assert heard("Sì, grazie", options) == Answer("yes")
    assert heard("Quella sera no idea di chi viene", options) == Other()


def test_figures_of_other_scripts_break_nothing() -> None:
    assert heard("፩ bici") == Answer("bike")
    assert heard("٢") == Other()


def test_the_longest_words_win() -> None:
    options = (Option("garden", {"it": ("orto",)}), Option("school", {"it": ("orto della scuola",)}))
    assert heard("l'orto della scuola", options) == Answer("school")
    assert heard("l'orto", options) == Answer("garden")


def test_a_slip_that_may_be_two_options_is_none() -> None:
    options = (Option("1", {"it": ("carota",)}), Option("2", {"it": ("carote",)}))
    assert heard("carotx", options) == Other()
