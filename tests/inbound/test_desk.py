"""What the front desk understands of a line, and in which language somebody speaks."""

import pytest

from mailhub.hub.build import all_verbs
from mailhub.inbound.answers import DESK
from mailhub.inbound.desk import understand
from mailhub.inbound.visit import tongue
from mailhub.lists.things import of_list
from tests.inbound.test_routing import WAYS

VERBS = all_verbs()


@pytest.mark.parametrize(
    ("line", "verb", "list_id", "argument"),
    [
        ("join garden", "join", 1, ""),
        ("Iscriviti orto", "join", 1, ""),
        ("iscrivimi al gruppo orto", "join", 1, ""),
        ("voglio entrare nel gruppo choir", "join", 3, ""),
        ("leave the city-garden", "leave", 2, ""),
        ("unsubscribe from citygarden", "leave", 2, ""),
        ("esci dal gruppo orto", "leave", 1, ""),
        ("aiuto orto", "help", 1, ""),
        ("pausa orto fino al 2 settembre", "pause", 1, "fino al 2 settembre"),
        ("pause garden", "pause", 1, ""),
        ("pausa fino al 2 settembre", "pause", 0, "fino al 2 settembre"),
        ("esci", "leave", 0, ""),
        ("Annulla!", "undo", 0, ""),
        ("perche", "why", 0, ""),
        ("gruppi", "lists", 0, ""),
        ("lettera alle 18", "letter-time", 0, "lettera alle 18"),
    ],
)
def test_a_command_names_its_group_or_means_the_only_one(line: str, verb: str, list_id: int, argument: str) -> None:
    found = understand(line, VERBS, WAYS)
    assert found is not None
    call, thing = found
    assert (call.verb.name, call.argument) == (verb, argument)
    assert thing == (of_list(list_id) if list_id else DESK)


@pytest.mark.parametrize(
    "line",
    [
        "join",
        "aiuto",
        "Buongiorno",
        "join nothing",
        "iscriviti orto e coro",
        "che cosa fate nel gruppo orto?",
        "esci di casa e annaffia l'orto",
        "",
    ],
)
def test_prose_and_half_a_command_are_no_command(line: str) -> None:
    assert understand(line, VERBS, WAYS) is None


@pytest.mark.parametrize(
    ("verb", "said", "language"),
    [
        ("join", "orto-iscriviti", "it"),
        ("join", "gardenjoin", "en"),
        ("join", "Voglio entrare!", "it"),
        ("leave", "leave", "en"),
        ("confirm", "Sì, grazie", "it"),
        ("confirm", "ok", None),
        ("decline", "no", None),
        ("pause", "pausa fino a domani", "it"),
    ],
)
def test_a_word_tells_the_language_where_only_one_has_it(verb: str, said: str, language: str | None) -> None:
    assert tongue(VERBS.get(verb), said) == language
