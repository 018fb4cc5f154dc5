"""Leaving, pausing, choosing, and taking each back."""

from datetime import UTC, datetime, timedelta

import pytest

from mailhub.delivery.sources import No
from mailhub.delivery.tables import Delivery, DeliveryState
from mailhub.lists import subscriptions, things
from mailhub.lists.sources import SOURCES
from mailhub.lists.tables import DeliveryChoice, MailList, SubscriptionState
from mailhub.people import consent
from mailhub.people.tables import ConsentState
from mailhub.verbs import Thing
from tests.lists.village import Village

EMAIL = "nives@example.org"


@pytest.fixture
def group(village: Village) -> MailList:
    opened = village.opens("orto")
    village.joins(opened, EMAIL, "aldo@example.org")
    return opened


def owed(village: Village, group: MailList) -> Delivery:
    """A post of Aldo's that is owed to Nives and has not left yet."""
    village.writes("aldo@example.org", group)
    mailing = village.mailing(village.posts(group)[-1])
    row = Delivery(
        mailing_id=mailing.id,
        person_id=village.knows(EMAIL).id,
        occurrence=0,
        state=DeliveryState.READY,
        due_at=village.now,
    )
    village.session.add(row)
    village.session.flush()
    return row


def test_leaving_ends_consent_and_what_is_owed_at_once(village: Village, group: MailList) -> None:
    row = owed(village, group)
    outcome = village.says(EMAIL, "leave", things.of_list(group.id))
    village.session.refresh(row)
    assert row.state is DeliveryState.CANCELLED
    assert outcome.answer is not None
    assert outcome.answer.key == "lists.goodbye"
    assert outcome.answer.values["until"] == "tomorrow, Tuesday 10"
    place = village.place(group, EMAIL)
    assert place is not None
    assert place.state is SubscriptionState.LEFT
    last = consent.history(village.session, village.knows(EMAIL).id)[-1]
    assert last.state is ConsentState.WITHDRAWN
    village.writes("aldo@example.org", group, "Altro")
    assert village.reached(village.posts(group)[-1]) == {"aldo@example.org"}


def test_undo_brings_back_exactly_what_was(village: Village, group: MailList) -> None:
    place = village.place(group, EMAIL)
    assert place is not None
    place.delivery, place.published = DeliveryChoice.EACH, 7
    before = (place.joined_at, place.joined_number, place.delivery, place.published)
    outcome = village.says(EMAIL, "leave", things.of_list(group.id))
    assert outcome.undo is not None
    village.passes(hours=20)
    undo = village.verbs.get("leave").undo
    assert undo is not None
    undone = undo(village.act(EMAIL, things.of_list(group.id)), dict(outcome.undo))
    assert undone.done
    place = village.place(group, EMAIL)
    assert place is not None
    assert place.state is SubscriptionState.ACTIVE
    assert (place.joined_at, place.joined_number, place.delivery, place.published) == before
    assert village.knows(EMAIL).id in consent.standing(village.session, [place.person_id], f"list:{group.id}")


def test_undo_after_joining_again_changes_nothing(village: Village, group: MailList) -> None:
    outcome = village.says(EMAIL, "leave", things.of_list(group.id))
    village.joins(group, EMAIL)
    undo = village.verbs.get("leave").undo
    assert undo is not None
    assert outcome.undo is not None
    assert not undo(village.act(EMAIL, things.of_list(group.id)), outcome.undo).done


def test_who_is_not_there_is_told_so(village: Village, group: MailList) -> None:
    for verb in ("leave", "pause", "resume", "each", "digest"):
        outcome = village.says("zoe@example.net", verb, things.of_list(group.id))
        assert not outcome.done
        assert outcome.answer is not None
        assert outcome.answer.key == "lists.left-already"


def test_leaving_ends_a_request_that_waits(village: Village, group: MailList) -> None:
    village.writes("zoe@example.net", group)
    village.says("zoe@example.net", "leave", things.of_list(group.id))
    [held] = village.held(group)
    assert held.state.value == "withdrawn"
    with pytest.raises(Exception, match="No row"):
        village.question("join")


def test_a_pause_lasts_until_the_morning_of_its_day(village: Village, group: MailList) -> None:
    outcome = village.says(EMAIL, "pause", things.of_list(group.id), "fino al 2 settembre")
    place = village.place(group, EMAIL)
    assert place is not None
    assert (place.state, place.paused_until) == (
        SubscriptionState.PAUSED,
        datetime(2026, 9, 2, 5, 30, tzinfo=UTC),  # 7:30 in Rome, the hour of letters
    )
    assert outcome.answer is not None
    assert outcome.answer.values["until"] == "until Wednesday 2 September"
    village.writes("aldo@example.org", group)
    assert village.reached(village.posts(group)[-1]) == {"aldo@example.org"}


def test_a_pause_without_a_day_lasts_until_they_say_so(village: Village, group: MailList) -> None:
    outcome = village.says(EMAIL, "pause", things.of_list(group.id))
    place = village.place(group, EMAIL)
    assert place is not None
    assert place.paused_until is None
    assert outcome.answer is not None
    assert outcome.answer.values["until"] == 'until you write "resume"'
    assert village.session.scalar(subscriptions.NEXT_DUE) is None
    assert village.says(EMAIL, "resume", things.of_list(group.id)).done
    place = village.place(group, EMAIL)
    assert place is not None
    assert place.state is SubscriptionState.ACTIVE


def test_a_day_that_is_not_clear_changes_nothing(village: Village, group: MailList) -> None:
    outcome = village.says(EMAIL, "pause", things.of_list(group.id), "fino a quando torno")
    assert not outcome.done
    assert outcome.answer is not None
    assert outcome.answer.key == "lists.pause-unclear"
    place = village.place(group, EMAIL)
    assert place is not None
    assert place.state is SubscriptionState.ACTIVE


def test_a_pause_ends_by_itself_and_says_so_once(village: Village, group: MailList) -> None:
    village.says(EMAIL, "pause", things.of_list(group.id), "tomorrow")
    due = village.session.scalar(subscriptions.NEXT_DUE)
    assert due is not None
    assert subscriptions.work(village.session, village.site, now=due - timedelta(seconds=1)) == 0
    assert subscriptions.work(village.session, village.site, now=due) == 1
    assert subscriptions.work(village.session, village.site, now=due) == 0
    assert [mail.key for mail in village.told(EMAIL)] == ["resumed"]
    place = village.place(group, EMAIL)
    assert place is not None
    assert (place.state, place.paused_until) == (SubscriptionState.ACTIVE, None)


def test_a_choice_is_kept_and_can_be_taken_back(village: Village, group: MailList) -> None:
    outcome = village.says(EMAIL, "digest", things.of_list(group.id))
    place = village.place(group, EMAIL)
    assert place is not None
    assert place.delivery is DeliveryChoice.DIGEST
    assert outcome.undo is not None
    undo = village.verbs.get("digest").undo
    assert undo is not None
    assert undo(village.act(EMAIL, things.of_list(group.id)), outcome.undo).done
    place = village.place(group, EMAIL)
    assert place is not None
    assert place.delivery is DeliveryChoice.EACH


def test_who_chose_the_letter_gets_no_message_by_itself(village: Village, group: MailList) -> None:
    village.says(EMAIL, "digest", things.of_list(group.id))
    village.joins(group, "tita@example.org")
    tita = village.place(group, "tita@example.org")
    assert tita is not None
    tita.delivery = DeliveryChoice.NONE
    village.writes("aldo@example.org", group)
    assert village.reached(village.posts(group)[-1]) == {"aldo@example.org"}


def test_what_somebody_decided_since_counts_when_it_leaves(village: Village, group: MailList) -> None:
    row = owed(village, group)
    mailing = village.mailing(village.posts(group)[-1])

    def judged() -> object:
        return SOURCES[0].still_owed(village.session, mailing, [row], village.now).get(0)

    assert judged() is None
    village.says(EMAIL, "pause", things.of_list(group.id))
    assert judged() == No("in a pause")
    village.says(EMAIL, "resume", things.of_list(group.id))
    place = village.place(group, EMAIL)
    assert place is not None
    place.delivery = DeliveryChoice.NONE
    assert judged() == No("chose to receive nothing")
    village.says(EMAIL, "leave", things.of_list(group.id))
    assert judged() == No("does not belong to the group any more")


def test_announcements_reach_the_groups_below_once_a_person(village: Village) -> None:
    town = village.opens("pietrafiore", kind="announce", moderate="nobody")
    garden = village.opens("orto", parent="pietrafiore")
    beds = village.opens("aiuole", parent="orto")
    village.joins(town, "both@example.org", "left@example.org", "paused@example.org")
    village.joins(garden, "both@example.org", "garden@example.org", "left@example.org", "paused@example.org")
    village.joins(beds, "garden@example.org", "beds@example.org")
    village.says("left@example.org", "leave", things.of_list(town.id))
    village.says("paused@example.org", "pause", things.of_list(town.id))
    village.writes("olga@example.org", town, "Festa")
    [post] = village.posts(town)
    village.passes(minutes=1)
    village.joins(beds, "late@example.org")
    assert village.reached(post) == {"both@example.org", "garden@example.org", "beds@example.org"}
    copy = village.copy(village.mailing(post), "beds@example.org")
    assert "belonged to The aiuole since 9 March, and The pietrafiore writes" in copy.as_string().replace("=\n", "")
    village.writes("both@example.org", garden)
    assert "beds@example.org" not in village.reached(village.posts(garden)[0])


def test_who_is_reached_from_below_leaves_announcements_and_keeps_their_group(village: Village) -> None:
    town = village.opens("pietrafiore", kind="announce", moderate="nobody")
    garden = village.opens("orto", parent="pietrafiore")
    village.joins(garden, EMAIL)
    outcome = village.says(EMAIL, "leave", things.of_list(town.id))
    assert outcome.done
    village.writes("olga@example.org", town, "Festa")
    assert village.reached(village.posts(town)[0]) == set()
    place = village.place(garden, EMAIL)
    assert place is not None
    assert place.state is SubscriptionState.ACTIVE
    undo = village.verbs.get("leave").undo
    assert undo is not None
    assert outcome.undo is not None
    assert undo(village.act(EMAIL, things.of_list(town.id)), outcome.undo).done
    village.writes("olga@example.org", town, "Altra festa")
    assert village.reached(village.posts(town)[1]) == {EMAIL}


def test_why_tells_the_rule_the_cause_and_the_time(village: Village, group: MailList) -> None:
    row = owed(village, group)
    row.state, row.finished_at = DeliveryState.SENT, village.now
    village.session.flush()
    [post] = village.posts(group)
    outcome = village.says(EMAIL, "why", Thing("post", post.id))
    assert outcome.answer is not None
    assert outcome.answer.key == "lists.why"
    assert outcome.answer.values == {
        "because": "You get this because you have belonged to The orto since 9 March.",
        "when": "today, Monday 9, 9:00",
        "email": EMAIL,
    }


def test_why_in_reply_to_a_copy_finds_its_post(village: Village, group: MailList) -> None:
    owed(village, group)
    [post] = village.posts(group)
    raw = village.letter(
        EMAIL, "orto@lists.test", "perché", "Re: Cesoie", headers={"In-Reply-To": f"<{post.message_id}>"}
    )
    arrival = village.arrival(raw)
    outcome = village.says(EMAIL, "why", things.of_list(group.id), raw_id=arrival.raw_id)
    assert outcome.answer is not None
    assert outcome.answer.key == "lists.why"


def test_help_says_what_is_valid_for_who_asks(village: Village, group: MailList) -> None:
    inside = village.says(EMAIL, "help", things.of_list(group.id))
    outside = village.says("zoe@example.net", "help", things.of_list(group.id))
    assert inside.answer is not None
    assert outside.answer is not None
    assert (inside.answer.key, outside.answer.key) == ("lists.help", "lists.help-outside")


def test_owner_names_people_and_passes_on_what_was_written(village: Village, group: MailList) -> None:
    village.knows("olga@example.org", "Olga")
    named = village.says("zoe@example.net", "owner", things.of_list(group.id), via="address")
    assert named.answer is not None
    assert named.answer.values["people"] == "Olga"
    raw = village.letter("Zoe <zoe@example.net>", "orto-owner@lists.test", "Posso venire con il cane?", "Cane")
    arrival = village.arrival(raw)
    passed = village.says(
        "zoe@example.net", "owner", things.of_list(group.id), words="x", via="address", raw_id=arrival.raw_id
    )
    assert passed.answer is not None
    assert passed.answer.key == "lists.passed-on-organiser"


def test_a_word_without_a_group_is_asked_back_unless_there_is_only_one(village: Village, group: MailList) -> None:
    desk = Thing("list", 0)
    assert village.says(EMAIL, "pause", desk).done
    village.joins(village.opens("piazza"), EMAIL)
    outcome = village.says(EMAIL, "pause", desk)
    assert outcome.answer is not None
    assert outcome.answer.key == "lists.which-group"
