"""People brought in from outside: with a basis they belong, without one they are asked once."""

from mailhub.lists import enrolling, questions, subscriptions, unasked
from mailhub.lists.tables import DeliveryChoice, SubscriptionState
from mailhub.people import consent
from mailhub.people import questions as asked_questions
from mailhub.people.checking import Newcomer
from mailhub.people.tables import ConsentState
from mailhub.questions import QuestionKinds
from mailhub.verbs import Thing
from tests.lists.village import M, Village


def test_an_import_with_a_basis_makes_members_from_the_next_post_on(village: Village) -> None:
    group = village.opens("orto")
    village.joins(group, "aldo@example.org")
    village.writes("aldo@example.org", group, "Prima")
    nives = village.knows("nives@example.org")
    roll = enrolling.Roll(group.id)
    roll.enrol(village.session, [Newcomer(nives.id, "each", "it", True)], now=village.now)
    place = village.place(group, "nives@example.org")
    assert place is not None
    assert (place.state, place.delivery, place.joined_number) == (SubscriptionState.ACTIVE, DeliveryChoice.EACH, 1)
    assert roll.belongs(village.session, [nives.id, 999]) == {nives.id}
    assert subscriptions.work(village.session, village.site, now=village.now) == 0
    village.writes("aldo@example.org", group, "Dopo")
    assert village.reached(village.posts(group)[0]) == {"aldo@example.org"}
    assert "nives@example.org" in village.reached(village.posts(group)[1])


def test_without_a_basis_one_letter_asks_and_nothing_else_comes(village: Village) -> None:
    group = village.opens("orto")
    village.joins(group, "aldo@example.org")
    nives = village.knows("nives@example.org")
    enrolling.Roll(group.id).enrol(village.session, [Newcomer(nives.id, None, None, False)], now=village.now)
    assert village.session.scalar(unasked.WAITS) == nives.id
    assert subscriptions.work(village.session, village.site, now=village.now) == 1
    assert subscriptions.work(village.session, village.site, now=village.now) == 0
    assert village.session.scalar(unasked.WAITS) is None
    [mail] = village.told("nives@example.org")
    assert mail.key == "confirm-unasked"
    village.writes("aldo@example.org", group)
    assert village.reached(village.posts(group)[0]) == {"aldo@example.org"}


def test_their_yes_keeps_them(village: Village) -> None:
    group = village.opens("orto")
    nives = village.knows("nives@example.org")
    enrolling.Roll(group.id).enrol(village.session, [Newcomer(nives.id, None, None, False)], now=village.now)
    subscriptions.work(village.session, village.site, now=village.now)
    question = village.question("unasked")
    outcome = village.says("nives@example.org", "confirm", Thing("unasked", question.id), evidence=M)
    assert outcome.answer is not None
    assert outcome.answer.key == "lists.welcome"
    asked, given = consent.history(village.session, nives.id)
    assert (asked.state, given.state) == (ConsentState.ASKED, ConsentState.GIVEN)
    assert asked.text_sha256 == given.text_sha256


def test_their_silence_ends_it_after_thirty_days(village: Village) -> None:
    group = village.opens("orto")
    nives = village.knows("nives@example.org")
    enrolling.Roll(group.id).enrol(village.session, [Newcomer(nives.id, None, None, False)], now=village.now)
    subscriptions.work(village.session, village.site, now=village.now)
    village.told("nives@example.org")
    village.passes(days=30, minutes=1)
    kinds = QuestionKinds(questions.KINDS)
    asked_questions.work(village.session, village.site, kinds, now=village.now, limit=10)
    assert village.place(group, "nives@example.org") is None
    assert village.told("nives@example.org") == []
    assert subscriptions.work(village.session, village.site, now=village.now) == 0


def test_somebody_unasked_who_writes_is_asked_to_confirm_like_anybody(village: Village) -> None:
    group = village.opens("orto")
    nives = village.knows("nives@example.org")
    enrolling.Roll(group.id).enrol(village.session, [Newcomer(nives.id, None, None, False)], now=village.now)
    receipt = village.writes("nives@example.org", group)
    assert receipt.reason == "not-a-member"
    assert [mail.key for mail in village.told("nives@example.org")] == ["confirm"]


def test_an_import_takes_over_a_request_nobody_confirmed(village: Village) -> None:
    group = village.opens("orto")
    village.writes("nives@example.org", group)
    nives = village.knows("nives@example.org")
    enrolling.Roll(group.id).enrol(village.session, [Newcomer(nives.id, None, None, True)], now=village.now)
    village.session.expire_all()
    place = village.place(group, "nives@example.org")
    assert place is not None
    assert place.state is SubscriptionState.ACTIVE
