"""Which group a line means: how people name one, and a name that a group learns."""

import pytest

from mailhub.lists import called, nicknames, reading
from tests.lists.village import Village


@pytest.mark.parametrize(
    ("line", "name"),
    [
        ("orto", "orto"),
        ("È per il gruppo Orto.", "orto"),
        ("va a orto@lists.test", "orto"),
        ("è l'orto", "orto"),
        ("it is for the city garden group", "city garden"),
        ("It's choir", "choir"),
        ("gruppo", "gruppo"),
    ],
)
def test_what_stands_round_a_name_is_left_out(line: str, name: str) -> None:
    assert called.named(line) == name


def test_a_group_is_known_by_its_names_its_titles_and_a_slip(village: Village) -> None:
    village.opens("orto", title={"it": "Orto urbano", "en": "City garden"}, aliases=["campi"])
    village.opens("orto-notte", title={"it": "Orto di notte", "en": "Night garden"})
    shut = village.opens("coro")
    shut.closed_at = village.now
    found = {
        said: [group.slug for group in called.groups(village.session, said)]
        for said in ("orto", "campi", "camppi", "orto urbano", "city garden", "urbano", "garden", "coro", "asini", "")
    }
    assert found == {
        **{key: ["orto"] for key in ("orto", "campi", "camppi", "orto urbano", "city garden", "urbano")},
        "garden": ["orto", "orto-notte"],
        **{key: [] for key in ("coro", "asini", "")},
    }


def test_a_group_learns_a_name_that_is_nobodys_and_forgets_it(village: Village) -> None:
    orto, coro = village.opens("orto", aliases=["campi"]), village.opens("coro")
    verbs = village.verbs

    def learns(name: str) -> bool:
        return nicknames.teach(village.session, orto, name, verbs=verbs, now=village.now)

    assert [learns(name) for name in ("coro", "campi", "hub", "noreply", "x-esci", "a.b", "è", "")] == [False] * 8
    assert learns("giardino")
    assert reading.definition_of(orto).aliases == ("campi", "giardino")
    assert not nicknames.teach(village.session, coro, "giardino", verbs=verbs, now=village.now)
    assert nicknames.forget(village.session, orto, "giardino", verbs=verbs, now=village.now)
    assert not nicknames.forget(village.session, orto, "giardino", verbs=verbs, now=village.now)
    assert reading.definition_of(orto).aliases == ("campi",)
    assert nicknames.teach(village.session, coro, "giardino", verbs=verbs, now=village.now)
    coro.closed_at = village.now
    assert not nicknames.teach(village.session, coro, "cantori", verbs=verbs, now=village.now)
    assert coro.closed_at is not None
