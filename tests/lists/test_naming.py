"""How local parts are read: what is forgiven, and what must not be."""

import pytest

from mailhub.lists.naming import ROLE_WORDS, Found, Names, Unclear, is_one_slip

ORTO, PIAZZA, PANE = 1, 2, 3
NAMES = Names(
    lists={"garden": ORTO, "orto": ORTO, "piazza-alta": PIAZZA, "pane": PANE},
    suffixes={"join": "join", "iscriviti": "join", "leave": "leave", "esci": "leave", "each": "each", "ogni": "each"},
    roles=ROLE_WORDS,
)


@pytest.mark.parametrize(
    ("local", "expected"),
    [
        ("orto", Found(ORTO)),
        ("Orto", Found(ORTO)),
        ("garden", Found(ORTO)),
        ("PIAZZA-ALTA", Found(PIAZZA)),
        ("orto-join", Found(ORTO, verb="join")),
        ("orto-iscriviti", Found(ORTO, verb="join")),
        ("piazza-alta-esci", Found(PIAZZA, verb="leave")),
        ("piazzaalta", Found(PIAZZA, forgiven=True)),
        ("piazza_alta", Found(PIAZZA, forgiven=True)),
        ("ortoiscriviti", Found(ORTO, verb="join", forgiven=True)),
        ("orto+join", Found(ORTO, verb="join", forgiven=True)),
        ("orto-iscrivti", Found(ORTO, verb="join", forgiven=True)),
        ("orto-iscirviti", Found(ORTO, verb="join", forgiven=True)),
        ("gardenn", Found(ORTO, forgiven=True)),
        ("gardne", Found(ORTO, forgiven=True)),
        ("organiser.orto", Found(ORTO, role="organiser")),
        ("chi-modera.piazza-alta", Found(PIAZZA, role="moderator")),
        ("organiser.ortoo", None),
        ("r.orto", None),
        ("xyz", None),
        ("", None),
        ("join", None),
        ("pan", None),  # three letters: too little is left to be sure
        ("panettone", None),
    ],
)
def test_a_local_part_is_read_as_people_write_it(local: str, expected: Found | None) -> None:
    assert NAMES.resolve(local) == expected


def test_a_forgiven_name_takes_posts_from_its_members_only() -> None:
    assert NAMES.resolve("gardne", member_of={ORTO}) == Found(ORTO, forgiven=True)
    assert NAMES.resolve("gardne", member_of={PIAZZA}) is None
    assert NAMES.resolve("piazzaalta", member_of=set()) is None


def test_a_forgiven_verb_is_open_to_strangers() -> None:
    assert NAMES.resolve("ortoiscrivti", member_of=set()) == Found(ORTO, verb="join", forgiven=True)


def test_a_declared_name_is_open_to_strangers() -> None:
    assert NAMES.resolve("orto", member_of=set()) == Found(ORTO)


def test_two_names_as_near_as_each_other_are_asked_about() -> None:
    twins = Names(lists={"casa": 1, "cassa": 2, "cosa": 3}, suffixes={}, roles={})
    assert twins.resolve("cas-a") == Found(1, forgiven=True)
    assert twins.resolve("caasa") == Unclear((1, 2))
    assert twins.resolve("cisa") == Unclear((1, 3))


def test_membership_settles_what_the_letters_do_not() -> None:
    twins = Names(lists={"casa": 1, "cosa": 3}, suffixes={}, roles={})
    assert twins.resolve("cisa", member_of={3}) == Found(3, forgiven=True)


def test_aliases_of_one_list_do_not_make_it_unclear() -> None:
    names = Names(lists={"casa": 1, "caso": 1}, suffixes={}, roles={})
    assert names.resolve("casi") == Found(1, forgiven=True)


@pytest.mark.parametrize(
    ("written", "meant", "expected"),
    [
        ("orto", "orto", False),
        ("oto", "orto", True),
        ("ortto", "orto", True),
        ("arto", "orto", True),
        ("otro", "orto", True),
        ("rtoo", "orto", False),
        ("ot", "orto", False),
        ("ortoo", "orto", True),
        ("ort", "orto", True),
        ("", "o", True),
    ],
)
def test_one_slip_is_one_slip(written: str, meant: str, expected: bool) -> None:
    assert is_one_slip(written, meant) is expected


@pytest.mark.parametrize(
    ("local", "name"),
    [
        ("giardino", "giardino"),
        ("Giardino-Iscriviti", "giardino"),
        ("orto-vecchio-esci", "orto-vecchio"),
        ("organizza.giardino", "giardino"),
        ("rita.rossi", "rita.rossi"),
        ("join", "join"),
    ],
)
def test_the_name_in_an_address_stands_without_its_verb_or_role(local: str, name: str) -> None:
    assert NAMES.name_in(local) == name
