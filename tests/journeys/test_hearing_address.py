"""A postal address, in one line or several; and any text at all."""

from datetime import date

import pytest

from mailhub.journeys.hearing import Answer, Heard, Kind, Other, Unclear, Wanted, Why, hear

TODAY = date(2026, 3, 10)


def heard(words: str, country: str = "IT") -> Heard:
    return hear(words, Wanted(kind=Kind.ADDRESS, country=country), language="it", today=TODAY)


def parts(street: str, number: str, postcode: str, town: str, country: str = "IT", **more: str) -> dict[str, str]:
    named = {"street": street, "number": number, "postcode": postcode, "town": town, "country": country}
    return {**named, **more}


@pytest.mark.parametrize(
    ("words", "expected"),
    [
        ("via Roma 12, 48018 Faenza RA", parts("via Roma", "12", "48018", "Faenza", province="RA")),
        ("Via Roma, 12\n48018 Faenza (RA)", parts("Via Roma", "12", "48018", "Faenza", province="RA")),
        ("via roma 12 48018 faenza ra", parts("via roma", "12", "48018", "Faenza", province="RA")),
        ("12 via Roma, 48018 Faenza", parts("via Roma", "12", "48018", "Faenza")),
        ("via Roma 12 Faenza 48018", parts("via Roma", "12", "48018", "Faenza")),
        ("Via dell'Orto 5\n48018\nFaenza", parts("Via dell'Orto", "5", "48018", "Faenza")),
        ("C.so Mazzini 4/2 - 48018 - Faenza - RA", parts("C.so Mazzini", "4/2", "48018", "Faenza", province="RA")),
        ("p.zza Garibaldi n. 1/a, 48018 Faenza, Italia", parts("p.zza Garibaldi", "1/a", "48018", "Faenza")),
        (
            "Ciao! Il mio indirizzo è: viale 25 aprile 7, scala B, 00100 Roma. Grazie, Anna",
            parts("viale 25 aprile", "7", "00100", "Roma", extra="scala B"),
        ),
        (
            "Anna Rossi\nc/o Bianchi\nvia XX Settembre 3/B int. 4\n48018 Faenza RA\n\nGrazie, Anna",
            parts("via XX Settembre", "3/B", "48018", "Faenza", province="RA", extra="c/o Bianchi, int. 4",
        name="Anna Rossi"),
        ),
        (
            "Località Ponte al Fico snc, 48018 Borgo S. Teo (RA)",
            parts("Località Ponte al Fico", "snc", "48018", "Borgo S. Teo", province="RA"),
        ),
        (
            "Corso Garibaldi 10 bis interno 3 48018 Castel San Pietro",
            parts("Corso Garibaldi", "10 bis", "48018", "Castel San Pietro", extra="interno 3"),
        ),
    ],
)  # fmt: skip
def test_an_address_is_heard_and_always_asked_back(words: str, expected: dict[str, str]) -> None:
    assert heard(words) == Answer(expected, "", certain=False)


def test_what_stands_beside_it_is_kept() -> None:
    said = heard("Il mio indirizzo è via Roma 12, 48018 Faenza. Il campanello non va, suonate al vicino.")
    assert isinstance(said, Answer)
    assert said.rest == "Il campanello non va, suonate al vicino."


@pytest.mark.parametrize(
    ("words", "missing"),
    [
        ("via Roma 12, Faenza", ("postcode",)),
        ("via Roma 12", ("postcode", "town")),
        ("48018 Faenza", ("street", "number")),
        ("via Roma, 48018 Faenza", ("number",)),
        ("via Roma 12, 48018", ("town",)),
        ("via Roma", ("number", "postcode", "town")),
        ("via Roma 12, 4801 Faenza", ("postcode", "town")),
    ],
)
def test_what_an_address_lacks_is_named(words: str, missing: tuple[str, ...]) -> None:
    assert heard(words) == Unclear(Why.INCOMPLETE, missing=missing)


@pytest.mark.parametrize(
    "words",
    [
        "", "Grazie", "sì", "no", "Perché vi serve?", "Ma quanto costa spedire a 48018 Faenza?", "Sono a Faenza",
        "passo io a prenderlo",
        "Ieri in via Roma c'era una festa e abbiamo mangiato benissimo con tutti i vicini di casa",
        "Il mio telefono è 0546 123456",
    ],
)  # fmt: skip
def test_what_is_no_address_goes_to_a_person(words: str) -> None:
    assert heard(words) == Other()


@pytest.mark.parametrize(
    ("words", "country", "expected"),
    [
        ("Anna Rossi\nLange Str. 12\n10115 Berlin", "DE", parts("Lange Str", "12", "10115", "Berlin", "DE")),
        ("12 High Street, Oxford OX1 4AA", "GB", parts("High Street", "12", "OX1 4AA", "Oxford", "GB")),
    ],
)
def test_an_address_elsewhere_is_read_by_its_number_and_postcode(
    words: str, country: str, expected: dict[str, str]
) -> None:
    assert heard(words, country) == Answer(expected, "", certain=False)


def text(words: str, longest: int = 100) -> Heard:
    return hear(words, Wanted(kind=Kind.TEXT, longest=longest), language="it", today=TODAY)


def test_a_text_is_what_was_written_without_greeting_and_thanks() -> None:
    assert text("Ciao,\nMi ha convinto l'orto.\nE la gente?\n\nGrazie, Anna") == Answer(
        "Mi ha convinto l'orto.\nE la gente?"
    )
    assert text("L'orto") == Answer("L'orto")
    assert text("sì") == Answer("sì")


def test_a_text_that_is_too_long_is_not_cut() -> None:
    assert text("x" * 100) == Answer("x" * 100)
    assert text("x" * 101) == Unclear(Why.TOO_LONG)
    assert text("parola " * 10_000) == Unclear(Why.TOO_LONG)


@pytest.mark.parametrize("words", ["", "Grazie!", "Ciao", "Che cosa intendete?", "Non ho capito la domanda."])
def test_a_question_back_is_no_text(words: str) -> None:
    assert text(words) == Other()
