"""An answer that seems to be for one person waits for its author's word, and nobody else reads it meanwhile."""

from email.message import EmailMessage

import pytest

from tests.stories.town import Town, body

ANA, BEA, CARL = "ana@example.org", "bea@example.org", "carl@example.org"
ADDRESS = "garden@lists.test"
PRIVATE = "Ciao Bea,\nI owe you ten euros."
QUOTE = "\n\nOn Monday, Bea Conti wrote:\n> Shall we meet at the fountain?\n"


@pytest.fixture
def garden(town: Town) -> Town:
    town.opens_list("garden", members=[ANA, f"Bea Conti <{BEA}>", CARL])
    town.writes(f"Bea Conti <{BEA}>", ADDRESS, "Saturday", "Shall we meet at the fountain?")
    town.passes(minutes=5)
    for person in (ANA, BEA, CARL):
        town.inbox(person)
    return town


def answers(town: Town, words: str) -> None:
    """Ana answers what Bea wrote, and her program quotes it."""
    town.replies(ANA, last(town, ANA, "Saturday"), words + QUOTE)
    town.passes(minutes=5)


def last(town: Town, person: str, subject: str) -> EmailMessage:
    return [mail for mail in town.mailbox(person) if subject in str(mail["Subject"])][-1]


def test_its_author_is_asked_and_nobody_reads_it(garden: Town) -> None:
    answers(garden, PRIVATE)
    [asked] = garden.inbox(ANA)
    assert "only for Bea Conti?" in asked["Subject"]
    assert "I owe you ten euros." in body(asked)
    assert garden.inbox(BEA) == garden.inbox(CARL) == []
    assert garden.last() == ("held", "seems-personal")


def test_to_all_goes_to_the_group_and_is_not_asked_again_in_this_conversation(garden: Town) -> None:
    answers(garden, PRIVATE)
    garden.replies(ANA, last(garden, ANA, "only for"), "everyone")
    assert any("I owe you" in body(mail) for mail in garden.inbox(CARL))
    answers(garden, "Ciao Bea, again")
    assert garden.last() == ("posted", "accepted")


def test_privately_goes_to_the_one_person_who_can_answer(garden: Town) -> None:
    answers(garden, PRIVATE)
    garden.replies(ANA, last(garden, ANA, "only for"), "privately")
    [private] = garden.inbox(BEA)
    assert "I owe you ten euros." in body(private)
    assert ANA not in private.as_string()
    assert garden.inbox(CARL) == []
    garden.replies(BEA, private, "Thank you!", to=str(private["From"]))
    assert any("Thank you!" in body(mail) for mail in garden.inbox(ANA))


def test_to_nobody_gives_the_text_back(garden: Town) -> None:
    answers(garden, PRIVATE)
    garden.replies(ANA, last(garden, ANA, "only for"), "nobody")
    assert "I owe you ten euros." in body(last(garden, ANA, "Stays with you"))
    assert garden.inbox(BEA) == garden.inbox(CARL) == []
    garden.replies(ANA, last(garden, ANA, "only for"), "everyone")
    assert "Already decided" in last(garden, ANA, "Already")["Subject"]
    assert garden.inbox(CARL) == []


def test_without_an_answer_it_is_asked_once_more_and_then_given_back(garden: Town) -> None:
    answers(garden, PRIVATE)
    garden.passes(days=8)
    subjects = garden.subjects(ANA)
    assert [one.partition(":")[0] for one in subjects if "Bea" in one or "left" in one] == [
        "For everyone, or only for Bea Conti?",
        "Still here",
        "Your answer has not left",
    ]
    assert garden.inbox(CARL) == []


def test_a_newcomers_answer_for_all_is_read_first_only_once_it_is_for_all(town: Town) -> None:
    town.opens_list("garden", members=[f"Bea Conti <{BEA}>", CARL], moderator=CARL)
    town.joins("garden", ANA, published=0)
    town.writes(f"Bea Conti <{BEA}>", ADDRESS, "Saturday", "Shall we meet at the fountain?")
    town.inbox(CARL)
    answers(town, PRIVATE)
    assert town.inbox(CARL) == []
    town.replies(ANA, last(town, ANA, "only for"), "everyone")
    assert any("I owe you ten euros." in body(mail) for mail in town.inbox(CARL))
    assert "moderator reads" in body(last(town, ANA, "For everyone"))


def test_another_member_cannot_answer_for_its_author(garden: Town) -> None:
    answers(garden, PRIVATE)
    garden.replies(CARL, last(garden, ANA, "only for"), "everyone")
    assert not any("I owe you" in body(mail) for mail in garden.inbox(BEA) + garden.inbox(CARL))


def test_an_answer_that_greets_nobody_or_quotes_nobody_goes_out(garden: Town) -> None:
    answers(garden, "I bring the shears.")
    garden.replies(ANA, last(garden, ANA, "Saturday"), "Ciao Bea, I come at nine.")
    assert len([mail for mail in garden.inbox(CARL) if "Saturday" in str(mail["Subject"])]) == 2


def test_taken_back_by_a_word_to_the_group_it_is_told_once_and_to_nobody_else(garden: Town) -> None:
    answers(garden, PRIVATE)
    asked = last(garden, ANA, "only for")
    garden.inbox(ANA)
    garden.writes(ANA, ADDRESS, text="withdraw")
    [told] = garden.inbox(ANA)
    assert "I owe you ten euros." in body(told)
    garden.passes(days=8)
    assert garden.inbox(ANA) == garden.inbox(BEA) == garden.inbox(CARL) == garden.inbox("olga@example.org") == []
    garden.replies(ANA, asked, "everyone")
    [over] = garden.inbox(ANA)
    assert "withdrawn by its author" in body(over)
    assert garden.inbox(BEA) == garden.inbox(CARL) == []
