"""Held posts: read by moderators, answered by reply, once; and every reason told."""

from datetime import timedelta

import pytest

from mailhub.lists import questions, reading, things
from mailhub.lists.tables import HeldState
from mailhub.people import questions as asked_questions
from mailhub.questions import QuestionKinds
from mailhub.verbs import Thing
from tests.lists.village import NOTHING, Village


@pytest.fixture
def held(village: Village) -> Thing:
    """A newcomer's first post, waiting for two moderators."""
    group = village.opens("orto", moderators=["mo@example.org", "rita@example.org"])
    village.knows("mo@example.org", "Mo")
    village.knows("nives@example.org", "Nives")
    village.joins(group, "nives@example.org", published=0)
    village.joins(group, "aldo@example.org")
    receipt = village.writes("Nives <nives@example.org>", group, "Ho una carriola rotta", "Carriola rotta")
    assert (receipt.outcome, receipt.reason) == ("held", "newcomer")
    assert receipt.thing is not None
    return receipt.thing


def test_moderators_read_who_wrote_why_it_waits_and_the_whole_text(village: Village, held: Thing) -> None:
    [mail] = village.told("mo@example.org")
    assert mail.subject == "To read for The orto: Carriola rotta"
    assert "Nives (nives@example.org)" in mail.text
    assert "first two messages" in mail.text
    assert "> Ho una carriola rotta" in mail.text
    assert mail.reply_to is not None
    assert mail.reply_to.startswith("r.")
    assert village.told("aldo@example.org") == []


def test_the_author_is_told_that_it_waits_and_for_whom(village: Village, held: Thing) -> None:
    [mail] = village.told("nives@example.org")
    assert mail.key == "held"
    assert "as happens to everyone's first two messages" in " ".join(mail.text.split())
    assert "tomorrow, Tuesday 10" in " ".join(mail.text.split())


def test_publish_sends_it_and_tells_the_author_and_the_other_moderator(village: Village, held: Thing) -> None:
    village.told("nives@example.org")
    village.told("rita@example.org")
    outcome = village.says("mo@example.org", "publish", held)
    assert outcome.done
    group = reading.by_slug(village.session, "orto")
    assert group is not None
    assert [post.subject for post in village.posts(group)] == ["Carriola rotta"]
    assert [mail.key for mail in village.told("nives@example.org")] == ["published"]
    [mail] = village.told("rita@example.org")
    assert mail.key == "already-handled"
    assert "published, by Mo, today, Monday 9" in " ".join(mail.text.split())


def test_a_second_answer_is_told_who_decided(village: Village, held: Thing) -> None:
    village.says("mo@example.org", "refuse", held)
    outcome = village.says("rita@example.org", "publish", held)
    assert not outcome.done
    assert outcome.answer is not None
    assert outcome.answer.key == "lists.already-handled"
    assert outcome.answer.values["who"] == "Mo"
    assert outcome.answer.values["outcome"] == "not published"


@pytest.mark.parametrize(
    ("argument", "words", "told"),
    [
        ("", "", ""),
        ("fuori tema", "Rifiuta: Fuori tema, qui si parla di orti.", "Fuori tema, qui si parla di orti."),
        ("", "Qui si parla di orti.", "Qui si parla di orti."),
        ("fuori tema", "Meglio in piazza.", "fuori tema Meglio in piazza."),
    ],
)
def test_a_refusal_carries_the_words_written_after_it(
    village: Village, held: Thing, argument: str, words: str, told: str
) -> None:
    village.told("nives@example.org")
    village.says("mo@example.org", "refuse", held, argument, words=words)
    [mail] = village.told("nives@example.org")
    assert mail.key == "refused"
    assert ("The reason:" in mail.text) is bool(told)
    assert told in " ".join(mail.text.split())
    assert "> Ho una carriola rotta" in mail.text


def test_only_who_moderates_decides(village: Village, held: Thing) -> None:
    outcome = village.says("aldo@example.org", "publish", held)
    assert not outcome.done
    assert outcome.answer is not None
    assert outcome.answer.key == "inbound.not-allowed"
    assert village.says("olga@example.org", "publish", held).done  # organisers always may


def test_an_author_takes_back_what_waits(village: Village, held: Thing) -> None:
    village.told("nives@example.org")
    village.told("mo@example.org")
    outcome = village.says("nives@example.org", "withdraw", held)
    assert outcome.done
    [mail] = village.told("nives@example.org")
    assert mail.key == "withdrawn"
    assert "> Ho una carriola rotta" in mail.text
    [notice] = village.told("mo@example.org")
    assert "withdrawn" in notice.text
    late = village.says("mo@example.org", "publish", held)
    assert late.answer is not None
    assert late.answer.key == "lists.already-handled"


def test_nobody_publishes_what_nobody_vouches_for(village: Village) -> None:
    group = village.opens("orto")
    village.joins(group, "nives@example.org")
    receipt = village.writes("nives@example.org", group, evidence=NOTHING)
    assert receipt.thing is not None
    outcome = village.says("olga@example.org", "publish", receipt.thing)
    assert not outcome.done
    assert village.posts(group) == []


def test_after_two_days_moderators_are_asked_again_and_organisers_too(village: Village, held: Thing) -> None:
    for email in ("mo@example.org", "olga@example.org"):
        village.told(email)
    village.passes(days=2, minutes=1)
    kinds = QuestionKinds(questions.KINDS)
    asked_questions.work(village.session, village.site, kinds, now=village.now, limit=10)
    assert [mail.key for mail in village.told("mo@example.org")] == ["held-for-moderators"]
    assert [mail.key for mail in village.told("olga@example.org")] == ["held-for-moderators"]
    village.passes(days=90)
    asked_questions.work(village.session, village.site, kinds, now=village.now, limit=10)
    assert village.told("mo@example.org") == []


def test_two_published_posts_make_a_member(village: Village) -> None:
    group = village.opens("orto")
    village.joins(group, "nives@example.org", published=0)
    for number in range(2):
        receipt = village.writes("nives@example.org", group, f"Numero {number}")
        assert receipt.outcome == "held"
        assert receipt.thing is not None
        village.says("olga@example.org", "publish", receipt.thing)
        village.passes(minutes=1)
    assert village.writes("nives@example.org", group, "Tre").outcome == "posted"


def test_announcements_are_written_by_who_moderates(village: Village) -> None:
    group = village.opens("notizie", kind="announce", moderate="nobody")
    village.joins(group, "nives@example.org")
    receipt = village.writes("nives@example.org", group)
    assert (receipt.outcome, receipt.reason) == ("held", "moderators-only")
    assert village.writes("olga@example.org", group).outcome == "posted"


def test_a_moderator_alone_is_asked_about_their_own_large_post(village: Village) -> None:
    group = village.opens("orto", largest="1 kB")
    village.joins(group, "olga@example.org")
    receipt = village.writes("olga@example.org", group, "x" * 2_000)
    assert receipt.reason == "too-large"
    told = [mail.key for mail in village.told("olga@example.org")]
    assert told == ["held-for-moderators", "held"]
    assert receipt.thing is not None
    assert village.says("olga@example.org", "publish", receipt.thing).done


def test_why_names_the_rule_that_keeps_a_message_waiting(village: Village, held: Thing) -> None:
    outcome = village.says("nives@example.org", "why", held)
    assert outcome.answer is not None
    assert outcome.answer.key == "lists.why-standing"
    assert "first two messages" in str(outcome.answer.values["because"])


def test_withdraw_said_to_the_group_takes_back_the_last_that_waits(village: Village) -> None:
    group = village.opens("orto")
    village.joins(group, "nives@example.org", published=0)
    for text in ("Uno", "Due"):
        village.writes("nives@example.org", group, text)
        village.now += timedelta(minutes=1)
    village.says("nives@example.org", "withdraw", things.of_list(group.id))
    states = [one.state for one in sorted(village.held(group), key=lambda one: one.id)]
    assert states == [HeldState.WAITING, HeldState.WITHDRAWN]
