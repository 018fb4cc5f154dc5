"""A sign-up sheet comes back as one mail of an organiser: each person is asked, and nobody else reads it."""

import pytest

from mailhub.lists.signing_up import rows_of
from mailhub.lists.tables import SubscriptionState
from tests.stories.town import Town, prose

OLGA, ANA, NIVES, RITA, ALDO = (f"{name}@example.org" for name in ("olga", "ana", "nives", "rita", "aldo"))
SHEET = f"""sign up:
1. Nives Poggi {NIVES}
Rita Fontana <{RITA}>, {ALDO}
Ana {ANA}
Somebody without an address
"""


@pytest.fixture
def group(town: Town) -> Town:
    town.opens_list("garden", members=[f"Ana Bini <{ANA}>", f"Olga Serra <{OLGA}>"], organiser=OLGA)
    return town


def test_everybody_on_the_sheet_is_asked_and_who_says_yes_belongs(group: Town) -> None:
    group.writes(OLGA, to="garden@lists.test", subject="The sheet of Friday", text=SHEET)
    [told] = group.inbox(OLGA)
    said = prose(told)
    assert "3 people get a mail that asks them" in said
    assert f"- {ANA},Ana: this person belongs to the group already" in said
    assert "Somebody without an address" in said
    assert group.inbox(ANA) == []  # the group reads nothing of it
    [question] = group.inbox(NIVES)
    group.replies(NIVES, question, "yes")
    place = group.place("garden", NIVES)
    assert place is not None
    assert place.state is SubscriptionState.ACTIVE
    person = group.person(RITA)
    assert person is not None
    assert person.name == "Rita Fontana"


def test_undo_asks_no_further(group: Town) -> None:
    group.writes(OLGA, to="garden@lists.test", text=SHEET)
    [told] = group.inbox(OLGA)
    [question] = group.inbox(NIVES)
    group.replies(NIVES, question, "yes")
    group.replies(OLGA, told, "undo")
    assert group.place("garden", RITA) is None
    place = group.place("garden", NIVES)
    assert place is not None
    assert place.state is SubscriptionState.ACTIVE  # who has said yes stays
    group.passes(days=40)
    assert group.inbox(RITA)[1:] == []


def test_only_organisers_may_and_a_sheet_is_never_published(group: Town) -> None:
    group.writes(ANA, to="garden@lists.test", subject="Friends", text=f"sign up:\n{NIVES}\n{RITA}\n")
    [told] = group.inbox(ANA)
    assert "here only an organiser" in prose(told)
    assert group.inbox(OLGA) == []
    assert group.inbox(NIVES) == []


@pytest.mark.parametrize(
    "text", ["sign up:", "sign up:\n\n", "sign up:\n" + "\n".join(f"p{n}@x.test" for n in range(70))]
)
def test_a_sheet_with_nobody_or_too_many_is_explained(group: Town, text: str) -> None:
    group.writes(OLGA, to="garden@lists.test", text=text)
    assert group.subjects(OLGA) == ["How to send a sign-up sheet"]


def test_who_has_left_and_who_is_there_is_not_asked(group: Town) -> None:
    group.writes(ANA, to="garden-leave@lists.test")
    group.inbox(ANA)
    group.writes(OLGA, to="garden@lists.test", text=f"sign up: {ANA}, {OLGA}")
    assert group.subjects(OLGA) == ["The sheet brings nobody new"]
    assert group.inbox(ANA) == []


@pytest.mark.parametrize(
    ("line", "rows"),
    [
        ("iscrivi: a@x.it", [("a@x.it", "")]),
        ("iscrivi:\n- Ada Rossi: a@x.it;\n- b@x.it (Bo)", [("a@x.it", "Ada Rossi"), ("b@x.it", "")]),
        ("iscrivi:\nAda <a@x.it>, Bo <b@x.it>", [("a@x.it", "Ada"), ("b@x.it", "Bo")]),
        ("iscrivi:\n2) mailto:a@x.it.", [("a@x.it", "")]),
        ("iscrivi:\nAda", [("", "Ada")]),
        ("iscrivi:\n\n", []),
    ],
)
def test_a_sheet_is_read_as_people_write_it(line: str, rows: list[tuple[str, str]]) -> None:
    assert list(rows_of(line)) == rows
