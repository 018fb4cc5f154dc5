"""A reply from another account: its owner is asked once, and it counts only by their word."""

import pytest

from tests.stories.town import FORGED, Town, body

ANA, BRUNO, PHONE = "ana@example.org", "bruno@example.org", "ana@telephone.example"
ASKED = "Did you reply from another address?"


def replies_from(town: Town, author: str, text: str = "pause", **how: object) -> None:
    """Ana is told something, and an answer to it comes from this address."""
    town.opens_list("garden", members=[ANA, BRUNO])
    town.writes(ANA, to="garden-help@lists.test")
    [told] = town.inbox(ANA)
    town.replies(author, told, text, **how)  # type: ignore[arg-type]


def state(town: Town) -> str:
    place = town.place("garden", ANA)
    assert place is not None
    return place.state.value


def test_mine_too_does_what_was_asked_and_adds_the_address(town: Town) -> None:
    replies_from(town, PHONE)
    assert (town.last(), state(town)) == (("held", "not-theirs"), "active")
    [asked] = town.inbox(ANA)
    assert (asked["Subject"], PHONE in body(asked)) == (ASKED, True)
    town.replies(ANA, asked, "Mine too")
    assert town.subjects(ANA) == ["Pause: Garden", "Done: one more address"]
    assert state(town) == "paused"
    town.writes(PHONE, to="garden-resume@lists.test")
    assert state(town) == "active"
    ana, phone = town.person(ANA), town.person(PHONE)
    assert ana is not None
    assert phone is not None
    assert ana.id == phone.id


def test_only_this_time_adds_nothing(paese: Town) -> None:
    paese.opens_list("orto", members=[ANA, BRUNO])
    paese.writes(BRUNO, to="orto@lists.test", subject="Semi", text="Chi ne ha?")
    paese.writes(ANA, to="orto-aiuto@lists.test")
    told = paese.inbox(ANA)[-1]
    paese.replies(PHONE, told, "ogni")
    [asked] = paese.inbox(ANA)
    paese.replies(ANA, asked, "solo questa volta")
    assert paese.person(PHONE) is None
    assert [noted.outcome for noted in paese.dispositions()[-2:]] == ["done", "done"]


def test_not_me_ends_it(town: Town) -> None:
    replies_from(town, PHONE)
    [asked] = town.inbox(ANA)
    for word in ("not me", "mine too"):
        town.replies(ANA, asked, word)
    assert (state(town), town.person(PHONE)) == ("active", None)


def test_its_owner_is_asked_once_about_an_address(town: Town) -> None:
    replies_from(town, PHONE)
    [asked] = town.inbox(ANA)
    for _ in range(2):
        town.replies(PHONE, asked, "mine too")
    assert town.inbox(ANA) == []
    assert (state(town), town.person(PHONE)) == ("active", None)


@pytest.mark.parametrize(
    ("author", "headers"),
    [(PHONE, FORGED), (BRUNO, {}), (PHONE, {"Auto-Submitted": "auto-replied"})],
)
def test_what_proves_nothing_or_is_another_persons_is_only_held(
    town: Town, author: str, headers: dict[str, str]
) -> None:
    replies_from(town, author, headers=headers)
    assert town.inbox(ANA) == []
    assert state(town) == "active"


def test_a_forged_mine_too_adds_nothing_until_its_author_is_proven(town: Town) -> None:
    replies_from(town, PHONE)
    [asked] = town.inbox(ANA)
    town.replies(ANA, asked, "mine too", headers=FORGED)
    assert town.subjects(ANA) == ["Did you write to us?"]
    assert town.person(PHONE) is None
