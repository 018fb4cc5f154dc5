"""Searching by mail: what is found comes like a letter, and can be answered like one."""

import pytest

from tests.stories.town import FORGED, Town, prose

ANA, BRUNO, ZOE = "ana@example.org", "bruno@example.org", "zoe@x.test"
HUB = "hub@lists.test"


def begins(town: Town) -> None:
    """Two groups with a conversation about shears in each, and one that Ana does not belong to."""
    for slug in ("garden", "square", "board"):
        members = [f"Bruno Valli <{BRUNO}>"] + ([f"Ana Bini <{ANA}>"] if slug != "board" else [])
        town.opens_list(slug, members=members)
    first = town.writes(BRUNO, to="garden@lists.test", subject="Shears", text="Who has the long shears?")
    town.passes(minutes=5)
    town.writes(
        ANA,
        to="garden@lists.test",
        subject="Re: Shears",
        text="The shears hang in my shed.",
        headers={"In-Reply-To": first},
    )
    town.passes(minutes=5)
    town.writes(BRUNO, to="square@lists.test", subject="Hedge", text="The hedge needs shears too.")
    town.passes(minutes=5)
    town.writes(BRUNO, to="board@lists.test", subject="Money", text="Shears cost forty euros.")
    town.passes(minutes=5)
    for one in (ANA, BRUNO):
        town.inbox(one)


def found(town: Town, text: str, to: str = HUB) -> str:
    town.writes(ANA, to=to, text=text)
    [answer] = town.inbox(ANA)
    return prose(answer)


def test_what_one_may_read_is_found_conversation_by_conversation(town: Town) -> None:
    begins(town)
    said = found(town, "search: shears")
    assert "3 messages were found" in said
    places = [said.index(words) for words in ("hedge needs shears", "Who has the long shears?", "hang in my shed")]
    assert places == sorted(places)
    assert "forty euros" not in said


@pytest.mark.parametrize(
    ("text", "count"),
    [
        ("search shears in:garden", 2),
        ("search: shears from:ana", 1),
        ("cerca: shears da:bruno in:square", 1),
        ("find shears until:2025", 0),
        ("cerca: shears dal:2026-03-09", 3),
    ],
)
def test_operators_narrow_it_in_both_languages(town: Town, text: str, count: int) -> None:
    begins(town)
    town.writes(ANA, to=HUB, text=text)
    [answer] = town.inbox(ANA)
    said = prose(answer)
    assert [str(n) + ". " in said for n in range(1, 5)] == [n <= count for n in range(1, 5)]


def test_the_address_of_a_group_searches_there(town: Town) -> None:
    begins(town)
    said = found(town, "shears", to="garden-search@lists.test")
    assert "2 messages were found" in said
    assert "hedge" not in said


def test_each_message_that_was_found_can_be_answered_by_its_number(town: Town) -> None:
    begins(town)
    town.writes(ANA, to=HUB, text="search: shears")
    [answer] = town.inbox(ANA)
    town.replies(ANA, answer, "1 I bring mine on Sunday\n2 they are yours")
    town.passes(minutes=5)
    posts = {str(mail["Subject"]): prose(mail) for mail in town.inbox(BRUNO)}
    assert "I bring mine on Sunday" in posts["Re: Hedge"]
    assert "they are yours" in posts["Re: Shears"]
    assert len(posts) == 2


def test_a_search_leaves_the_letter_of_the_day_alone(town: Town) -> None:
    begins(town)
    town.writes(ANA, to="garden-digest@lists.test")
    town.writes(ANA, to="square-digest@lists.test")
    town.inbox(ANA)
    town.passes(hours=22, minutes=10)  # to the very hour of the letter
    town.writes(BRUNO, to="garden@lists.test", subject="Rain", text="It rains.")
    town.writes(ANA, to=HUB, text="search: hedge")
    town.passes(days=1)
    subjects = town.subjects(ANA)
    assert any(subject.startswith("The letter of") for subject in subjects)
    assert "Found: hedge" in subjects


@pytest.mark.parametrize(
    ("text", "subject"),
    [
        ("search", "What do you want to search for?"),
        ("search: in:garden", "What do you want to search for?"),
        ("search: shears since:whenever", "It is not clear when or where to search"),
        ("search: unicorns", "Not found: unicorns"),
    ],
)
def test_what_cannot_be_looked_for_is_told(town: Town, text: str, subject: str) -> None:
    begins(town)
    town.writes(ANA, to=HUB, text=text)
    assert town.subjects(ANA) == [subject]


def test_prose_that_begins_with_the_word_is_a_message(town: Town) -> None:
    begins(town)
    town.writes(ANA, to="garden@lists.test", subject="Tools", text="Find the ladder first, then the shears.")
    town.passes(minutes=5)
    assert town.subjects(BRUNO) == ["Tools"]


def test_strangers_and_forgers_learn_nothing(town: Town) -> None:
    begins(town)
    town.writes(ZOE, to=HUB, text="search: shears")
    assert town.subjects(ZOE) == ["Not found: shears"]
    town.writes(ANA, to=HUB, text="search: shears", headers=FORGED)
    assert town.subjects(ANA) == ["Did you write to us?"]
