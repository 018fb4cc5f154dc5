"""An answer that greets one person and quotes nobody else reads as if it were for them."""

import pytest

from mailhub.lists.meant import for_one

QUOTED = "> Shall we meet at the fountain?"


@pytest.mark.parametrize(
    "words",
    [
        "Ciao Bea, ti porto le cesoie domani.",
        "Cara Bea,\n\nti scrivo a parte.",
        "ciao bea!\nci sei?",
        "Bea,\nI owe you ten euros.",
        "Hi Bea - between us",
        "Buongiorno Bea: una cosa solo per te",
        "Dear Bea Conti,\nsee you",
        "Hallo Bea,\nbis morgen",
    ],
)
def test_a_greeting_to_one_name_above_their_words_alone(words: str) -> None:
    assert for_one(words, QUOTED, "Bea Conti")


@pytest.mark.parametrize(
    "words",
    [
        "Ciao a tutti, ci vediamo sabato.",
        "Ciao Bea e Carlo, ci vediamo sabato.",
        "Ciao Carlo, ci vediamo sabato.",
        "Bea has the shears, ask her.",
        "Ciao, ci vediamo sabato. Bea porta le cesoie.",
        "Yes",
        "Bea",
        "",
        "Ciao,\nBea",
        "Good morning, Bea",  # the name stands behind the greeting's own comma: too little to ask
        "Beatrice, come stai?",
    ],
)
def test_words_for_all(words: str) -> None:
    assert not for_one(words, QUOTED, "Bea Conti")


@pytest.mark.parametrize("quoted", ["", "   \n", "> I agree\n>> Shall we meet?", "> > one\n> two"])
def test_without_a_quotation_or_with_that_of_several_nobody_is_asked(quoted: str) -> None:
    assert not for_one("Ciao Bea, una cosa solo per te", quoted, "Bea Conti")


def test_somebody_without_a_name_is_greeted_by_nobody() -> None:
    assert not for_one("Ciao, una cosa solo per te", QUOTED, "")
