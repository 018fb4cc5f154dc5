"""The letter of the day: one a person, at their hour, and answered in every way people answer."""

import re
from datetime import timedelta
from email.message import EmailMessage

import pytest

from mailhub.lists.tables import SubscriptionState
from tests.stories.opening import opening
from tests.stories.town import FORGED, Town
from tests.stories.town import body as raw_body

ANA, BRUNO, MO, ZOE = "ana@example.org", "bruno@example.org", "mo@example.org", "zoe@x.test"


def body(mail: EmailMessage) -> str:
    return raw_body(mail).replace("\r\n", "\n")


@opening
def begins(town: Town, fold_after: int = 3) -> None:
    """Two groups that are read by letter, but for Bruno."""
    for slug in ("garden", "square"):
        members = [f"Ana Bini <{ANA}>", f"Mo Dini <{MO}>"]
        town.opens_list(slug, members=members, default_delivery="digest", fold_after=fold_after)
        town.joins(slug, f"Bruno Valli <{BRUNO}>")
        town.writes(BRUNO, to=f"{slug}-each@lists.test")
    town.inbox(BRUNO)


def letter_to(town: Town, email: str) -> EmailMessage:
    """The newest letter in this mailbox."""
    return next(mail for mail in reversed(town.mailbox(email)) if str(mail["List-Id"]).endswith("<letter.lists.test>"))


@opening
def three_items(town: Town) -> EmailMessage:
    """Two messages of the garden and one of the square, as Ana reads them the next morning."""
    begins(town)
    town.writes(BRUNO, to="garden@lists.test", subject="Shears", text="Has anybody a pair of shears to lend?")
    town.passes(minutes=5)
    town.writes(BRUNO, to="square@lists.test", subject="The fence", text="Two boards of the fence are broken.")
    town.passes(minutes=5)
    town.writes(BRUNO, to="garden@lists.test", subject="Pruning", text="On Saturday we prune behind the school.")
    town.passes(days=1)
    town.inbox(BRUNO)
    letter = letter_to(town, ANA)
    town.inbox(ANA)
    return letter


def test_it_comes_once_a_day_at_its_readers_hour_and_only_when_there_is_something(town: Town) -> None:
    begins(town)
    town.writes(BRUNO, to="garden@lists.test", subject="Shears", text="Who has them?")
    town.passes(hours=22)
    assert town.subjects(ANA) == []
    town.passes(minutes=30)
    [letter] = town.inbox(ANA)
    assert letter["Subject"] == "The letter of Tuesday 10 March: 1 message"
    assert str(letter["Date"]).startswith("Tue, 10 Mar 2026 07:30:00")
    assert "Who has them?" in body(letter)
    town.passes(days=6)
    assert town.inbox(ANA) == []


def test_it_is_one_for_all_groups_and_the_oldest_comes_first(town: Town) -> None:
    begins(town)
    for slug, subject in (("square", "First"), ("garden", "Second"), ("square", "Third")):
        town.writes(BRUNO, to=f"{slug}@lists.test", subject=subject, text=f"Words of the {subject}.")
        town.passes(minutes=10)
    town.passes(days=1)
    [letter] = town.inbox(ANA)
    text = body(letter)
    assert [text.index(f"{n}. {title}") for n, title in enumerate(("First", "Second", "Third"), 1)] == sorted(
        text.index(title) for title in ("1. First", "2. Second", "3. Third")
    )
    assert "3 messages from 2 groups" in text
    assert "Bruno Valli, Garden" in text
    assert "- 3 stand here whole" not in text  # where everything stands whole there is nothing to add up


def test_everybody_reads_at_their_own_hour_in_their_own_zone(town: Town) -> None:
    begins(town)
    town.joins("garden", "kiri@example.nz")
    with town.database.transaction() as session:
        from mailhub.people import persons

        person = persons.find(session, "kiri@example.nz")
        assert person is not None
        person.time_zone = "Pacific/Auckland"
    town.writes(BRUNO, to="garden@lists.test", subject="Shears", text="Who has them?")  # 21:00 in Auckland
    town.passes(hours=11)
    assert town.subjects("kiri@example.nz") == ["The letter of Tuesday 10 March: 1 message"]
    assert town.subjects(ANA) == []


def test_an_answer_to_an_items_own_address_is_in_its_conversation(town: Town) -> None:
    letter = three_items(town)
    address = re.findall(r"^Reply to 2: (\S+)$", body(letter), re.MULTILINE)[0]
    town.writes(ANA, to=address, subject="Re: The fence", text="I can hold them.")
    [copy] = town.inbox(BRUNO)
    assert (copy["Subject"], copy["List-Id"]) == ("Re: The fence", "Square <square.lists.test>")
    assert body(copy).startswith("I can hold them.")
    assert town.last() == ("posted", "accepted")


def test_lines_that_begin_with_numbers_go_each_to_their_conversation_with_one_receipt(town: Town) -> None:
    letter = three_items(town)
    town.replies(ANA, letter, "Hi all,\n\n1 I have shears\nthe third one: I'm coming\n\nThanks, Ana")
    assert [(str(c["Subject"]), body(c).split("\n\n-- ")[0].strip()) for c in town.inbox(BRUNO)] == [
        ("Re: Shears", "I have shears"),
        ("Re: Pruning", "I'm coming"),
    ]
    [receipt] = town.inbox(ANA)
    assert receipt["Subject"] == "Your answer to the letter has arrived"
    assert '1 "Shears": your message is in the conversation, in Garden.' in body(receipt)
    assert '3 "Pruning": your message is in the conversation, in Garden.' in body(receipt)


def test_no_word_of_another_group_or_of_the_letter_is_distributed_with_an_answer(town: Town) -> None:
    letter = three_items(town)
    town.replies(ANA, letter, "1 I have shears")
    [copy] = town.inbox(BRUNO)
    assert "fence" not in copy.as_string()
    assert "r." not in re.findall(r"\br\.[a-z2-7]{30,}", copy.as_string())
    assert "> " not in body(copy)


def test_an_answer_below_a_quoted_item_is_in_its_conversation(town: Town) -> None:
    letter = three_items(town)
    quoted = "\n".join(f"> {line}" for line in body(letter).split("-" * 72)[2].strip().splitlines())
    text = f"On Tue, 10 Mar 2026 at 07:30, Pietrafiore <hub@lists.test> wrote:\n{quoted}\n\nI can hold them.\n"
    town.writes(ANA, to=str(letter["Reply-To"]), subject="Re: x", text=text)
    [copy] = town.inbox(BRUNO)
    assert (copy["Subject"], body(copy).split("\n\n-- ")[0].strip()) == ("Re: The fence", "I can hold them.")


def test_any_words_answer_the_only_item(town: Town) -> None:
    begins(town)
    town.writes(BRUNO, to="garden@lists.test", subject="Shears", text="Who has them?")
    town.passes(days=1)
    town.inbox(BRUNO)
    town.replies(ANA, letter_to(town, ANA), "I have a pair.")
    [copy] = town.inbox(BRUNO)
    assert copy["Subject"] == "Re: Shears"


def test_what_fits_nothing_is_asked_about_and_answered_with_one_digit(town: Town) -> None:
    letter = three_items(town)
    town.replies(ANA, letter, "I'm coming too, I'll bring the shears")
    assert town.inbox(BRUNO) == []
    [asked] = town.inbox(ANA)
    assert asked["Subject"] == "Which message do you mean?"
    assert '3 "Pruning", Garden' in body(asked)
    assert "> I'm coming too, I'll bring the shears" in body(asked)
    town.replies(ANA, asked, "3")
    [copy] = town.inbox(BRUNO)
    assert (copy["Subject"], body(copy).split("\n\n-- ")[0].strip()) == (
        "Re: Pruning",
        "I'm coming too, I'll bring the shears",
    )
    town.inbox(ANA)
    town.replies(ANA, asked, "1")
    assert town.inbox(BRUNO) == []
    assert town.subjects(ANA) == ["You had answered already"]


def test_ten_numbers_that_do_not_exist_are_told_and_the_text_comes_back(town: Town) -> None:
    letter = three_items(town)
    town.replies(ANA, letter, "\n".join(f"{n} yes to number {n}" for n in range(11, 21)))
    assert town.inbox(BRUNO) == []
    [asked] = town.inbox(ANA)
    assert "no numbers 11, 12, 13, 14, 15, 16, 17, 18, 19, 20: they go from 1 to 3" in " ".join(body(asked).split())
    assert "> 20 yes to number 20" in body(asked)


@pytest.mark.parametrize("text", ["", "> 1. Shears\n> Has anybody a pair of shears to lend?"])
def test_a_reply_without_words_of_its_own_is_told_so(town: Town, text: str) -> None:
    letter = three_items(town)
    town.writes(ANA, to=str(letter["Reply-To"]), subject="Re: x", text=text, headers={"In-Reply-To": "<x@y.z>"})
    assert town.inbox(BRUNO) == []
    assert len(town.inbox(ANA)) == 1


def test_nobody_answers_by_another_persons_letter(town: Town) -> None:
    letter = three_items(town)
    for writer in (MO, ZOE):
        town.replies(writer, letter, "1 I have shears")
        assert town.last() == ("held", "not-theirs")
    town.replies(ANA, letter, "1 I have shears", headers=FORGED)
    assert town.inbox(BRUNO) == []
    assert town.subjects(MO)[1:] == []
    assert town.inbox(ZOE) == []


def test_a_forged_answer_waits_for_its_author_and_then_does_what_it_says(town: Town) -> None:
    letter = three_items(town)
    town.replies(ANA, letter, "1 I have shears", headers=FORGED)
    [asked] = town.inbox(ANA)
    town.replies(ANA, asked, "yes")
    assert [str(copy["Subject"]) for copy in town.inbox(BRUNO)] == ["Re: Shears"]


def test_an_old_letter_can_still_be_answered(town: Town) -> None:
    letter = three_items(town)
    town.passes(days=200)
    town.inbox(ANA)
    town.replies(ANA, letter, "2 Are they mended?")
    assert [str(copy["Subject"]) for copy in town.inbox(BRUNO)] == ["Re: The fence"]


def test_a_program_does_not_answer_a_letter(town: Town) -> None:
    letter = three_items(town)
    town.replies(ANA, letter, "1 I am away until Monday", headers={"Auto-Submitted": "auto-replied"})
    assert town.inbox(BRUNO) == []
    assert town.inbox(ANA) == []


def test_a_number_alone_brings_its_text_and_all_brings_the_rest(town: Town) -> None:
    begins(town, fold_after=1)
    long = "\n".join(f"Line {n} of a long story." for n in range(1, 60))
    town.writes(BRUNO, to="garden@lists.test", subject="A story", text=long)
    town.writes(BRUNO, to="garden@lists.test", subject="Shears", text="Who has them?\n\nThe red ones.")
    town.passes(days=1)
    letter = letter_to(town, ANA)
    town.inbox(ANA)
    assert "Line 20 of" in body(letter)
    assert "Line 30 of" not in body(letter)
    assert '2. Shears: Bruno Valli, Garden. "Who has them? The red ones."' in body(letter)
    assert "- 1 has a line: the same person had 1 already" in body(letter)
    town.replies(ANA, letter, "1")
    [whole] = town.inbox(ANA)
    assert "Line 59 of" in body(whole)
    town.replies(ANA, letter, "all")
    [rest] = town.inbox(ANA)
    assert "The red ones." in body(rest)


def test_a_silenced_conversation_is_counted_and_can_be_heard_again(town: Town) -> None:
    letter = three_items(town)
    town.replies(ANA, letter, "2 mute")
    assert "conversation muted" in body(town.inbox(ANA)[0])
    first = next(mail for mail in town.mailbox(BRUNO) if mail["Subject"] == "The fence")
    town.replies(BRUNO, first, "Still broken.")
    town.passes(days=1)
    assert town.inbox(ANA) == []  # nothing but what she has silenced
    town.writes(BRUNO, to="garden@lists.test", subject="Pears", text="Ripe.")
    town.passes(days=1)
    [next_letter] = town.inbox(ANA)
    assert next_letter["Subject"] == "The letter of Thursday 12 March: 1 message"
    assert "Still broken" not in body(next_letter)
    assert '- 1 is in a conversation you have muted: "The fence"' in body(next_letter)


def test_a_silenced_conversation_leaves_who_gets_every_message_in_peace(town: Town) -> None:
    begins(town)
    town.writes(BRUNO, to="garden-digest@lists.test")
    town.writes(MO, to="garden@lists.test", subject="Shears", text="Who has them?")
    town.passes(days=1)
    town.replies(BRUNO, letter_to(town, BRUNO), "1 mute")
    [receipt] = [mail for mail in town.mailbox(BRUNO) if "answer" in str(mail["Subject"])]
    assert "muted" in body(receipt)


def test_a_pause_ends_with_one_letter_that_names_every_conversation(town: Town) -> None:
    begins(town)
    town.writes(ANA, to="garden-pause@lists.test")
    town.writes(BRUNO, to="garden@lists.test", subject="Shears", text="Who has them?")
    shears = next(mail for mail in town.mailbox(BRUNO) if mail["Subject"] == "Shears")
    town.replies(BRUNO, shears, "Nobody?")
    town.writes(MO, to="garden@lists.test", subject="Pears", text="Ripe.")
    town.passes(days=3)
    town.inbox(ANA)
    town.writes(ANA, to="garden-resume@lists.test")
    town.passes(minutes=2)
    [back, letter] = town.inbox(ANA)
    assert back["Subject"] == "Back with us: Garden"
    text = " ".join(body(letter).split())
    assert "Your pause is over" in text
    assert "1. Shears (Garden), while you were away: 2 messages, from Bruno Valli." in text
    assert "2. Pears (Garden), while you were away: 1 message, from Mo Dini." in text
    assert "- 3 came while you were away, a line for each conversation" in text
    town.replies(ANA, letter, "1 I had them")
    assert "Re: Shears" in town.subjects(BRUNO)


def test_who_gets_every_message_is_told_of_a_pause_too(town: Town) -> None:
    town.opens_list("garden", members=[ANA, BRUNO])
    town.writes(ANA, to="garden-pause@lists.test")
    town.writes(BRUNO, to="garden@lists.test", subject="Shears", text="Who has them?")
    town.writes(ANA, to="garden-resume@lists.test")
    town.writes(BRUNO, to="garden@lists.test", subject="Pears", text="Ripe.")
    assert town.subjects(ANA) == ["Pause: Garden", "Back with us: Garden", "Pears"]
    town.passes(days=1)
    [letter] = town.inbox(ANA)
    assert "1. Shears (Garden), while you were away: 1 message" in body(letter)
    assert "Pears" not in body(letter)


def test_a_letter_leaves_out_a_group_one_has_left_since(town: Town) -> None:
    begins(town)
    town.writes(BRUNO, to="garden@lists.test", subject="Shears", text="Who has them?")
    town.writes(BRUNO, to="square@lists.test", subject="The fence", text="Broken.")
    town.writes(ANA, to="garden-leave@lists.test")
    town.passes(days=1)
    letter = letter_to(town, ANA)
    assert "The fence" in body(letter)
    assert "Shears" not in body(letter)


def test_undo_takes_back_what_has_not_left(town: Town) -> None:
    for slug in ("garden", "square"):
        town.opens_list(slug, members=[ANA, MO], default_delivery="digest", grace="2 min")
        town.joins(slug, BRUNO)
        town.writes(BRUNO, to=f"{slug}-each@lists.test")
        town.writes(BRUNO, to=f"{slug}@lists.test", subject=f"The {slug}", text="Well?")
    town.passes(days=1)
    town.inbox(BRUNO)
    letter = letter_to(town, ANA)
    town.inbox(ANA)
    town.replies(ANA, letter, "1 I can\n2 mute")
    [receipt] = town.inbox(ANA)
    town.replies(ANA, receipt, "undo")
    assert town.subjects(ANA) == ["Done: taken back"]
    town.passes(hours=1)
    assert town.inbox(BRUNO) == []
    town.replies(ANA, letter, "1 I can")
    town.passes(hours=1)
    town.inbox(ANA)
    town.replies(ANA, letter, "undo")
    assert [str(copy["Subject"]) for copy in town.inbox(BRUNO)] == ["Re: The garden"]
    assert len(town.inbox(ANA)) == 1


def test_no_letter_and_a_pause_hold_for_every_group_and_can_be_undone(town: Town) -> None:
    letter = three_items(town)
    town.replies(ANA, letter, "pause until Friday")
    assert {town.place(slug, ANA).state for slug in ("garden", "square")} == {SubscriptionState.PAUSED}  # type: ignore[union-attr]
    [told] = town.inbox(ANA)
    town.replies(ANA, told, "undo")
    assert {town.place(slug, ANA).state for slug in ("garden", "square")} == {SubscriptionState.ACTIVE}  # type: ignore[union-attr]
    town.inbox(ANA)
    town.replies(ANA, letter, "no letter")
    town.writes(BRUNO, to="garden@lists.test", subject="Pears", text="Ripe.")
    town.passes(days=1)
    assert town.subjects(ANA) == ["Done: no more letters"]


@pytest.mark.parametrize("by_page", [True, False])
def test_one_click_on_a_letter_ends_the_letter_and_no_membership(town: Town, by_page: bool) -> None:
    letter = three_items(town)
    if by_page:
        [link] = re.findall(r"<https://lists\.test(/u/[^>]+)>", str(letter["List-Unsubscribe"]))
        assert "No more letters" in town.web.get(link).text
        first, second = (town.web.post(link, data="List-Unsubscribe=One-Click") for _ in range(2))
        assert first.data == second.data
        town.settles()
    else:
        [address] = re.findall(r"<mailto:(u\.[^?>]+)", str(letter["List-Unsubscribe"]))
        for _ in range(2):
            town.writes(ANA, to=address, subject="unsubscribe", headers={**FORGED, "Auto-Submitted": "auto-generated"})
    [goodbye] = town.inbox(ANA)
    assert goodbye["Subject"] == "Done: no more letters"
    town.replies(ANA, goodbye, "undo")
    town.writes(BRUNO, to="garden@lists.test", subject="Pears", text="Ripe.")
    town.passes(days=1)
    assert "The letter of Wednesday 11 March: 1 message" in town.subjects(ANA)


def test_a_letter_that_is_late_holds_what_it_would_have_held_in_time(town: Town) -> None:
    begins(town)
    town.writes(BRUNO, to="garden@lists.test", subject="Shears", text="Who has them?")
    town.clock.pass_by(timedelta(hours=23))  # the site was down at 7:30
    town.writes(BRUNO, to="garden@lists.test", subject="Pears", text="Ripe.")
    [letter] = [mail for mail in town.inbox(ANA) if mail["List-Id"]]
    assert letter["Subject"] == "The letter of Tuesday 10 March: 1 message"
    assert "Pears" not in body(letter)


def test_two_workers_write_one_letter(town: Town) -> None:
    begins(town)
    town.writes(BRUNO, to="garden@lists.test", subject="Shears", text="Who has them?")
    other = town.another_worker(town.transport)
    town.clock.pass_by(timedelta(hours=23))
    other.settle()
    town.settles()
    assert town.subjects(ANA) == ["The letter of Tuesday 10 March: 1 message"]
