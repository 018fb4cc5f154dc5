"""Coming in: asked, confirmed, approved, reminded; and what a stranger cannot do to somebody else's mailbox."""

import pytest

from mailhub.lists import joining, questions, things
from mailhub.lists.joining import Asked
from mailhub.lists.tables import DeliveryChoice, MailList, SubscriptionState
from mailhub.people import consent, persons
from mailhub.people import questions as asked_questions
from mailhub.people.tables import ConsentState
from mailhub.questions import QuestionKinds
from mailhub.verbs import Thing
from tests.lists.village import AT, M, Village


def asks(village: Village, group: MailList, email: str, source: str = "mail") -> Asked:
    person, address = persons.meet(village.session, email, name="BUY NOW http://spam.test", now=village.now)
    return joining.request(
        village.session,
        village.site,
        group,
        person.id,
        address,
        now=village.now,
        source=source,
        evidence={"message_id": "m@x"},
    )


def test_an_empty_mail_to_the_joining_address_and_a_yes_make_a_member(village: Village) -> None:
    group = village.opens("orto")
    outcome = village.says("nives@example.org", "join", things.of_list(group.id), via="address")
    assert outcome.done
    assert outcome.answer is None  # the confirmation says it all
    [mail] = village.told("nives@example.org")
    assert mail.key == "confirm"
    question = village.question("join")

    outcome = village.says("nives@example.org", "confirm", Thing("join", question.id), evidence=M)

    assert outcome.answer is not None
    assert outcome.answer.key == "lists.welcome"
    assert outcome.answer.values["address"] == "orto@lists.test"
    place = village.place(group, "nives@example.org")
    assert place is not None
    assert (place.state, place.delivery, place.joined_at) == (
        SubscriptionState.ACTIVE,
        DeliveryChoice.EACH,
        village.now,
    )


def test_consent_keeps_the_words_that_were_confirmed_and_what_proves_it(village: Village) -> None:
    group = village.opens("orto")
    asks(village, group, "nives@example.org")
    question = village.question("join")
    village.says("nives@example.org", "confirm", Thing("join", question.id), evidence=M)
    person = village.knows("nives@example.org")
    asked, given = consent.history(village.session, person.id)
    assert (asked.state, given.state) == (ConsentState.ASKED, ConsentState.GIVEN)
    assert asked.text_sha256 == given.text_sha256 is not None
    assert given.purpose == f"list:{group.id}"
    assert given.evidence["address"] == "nives@example.org"
    assert given.evidence["proof"] == "TM"
    assert given.evidence["question"] == question.id
    address = persons.address_of(village.session, "nives@example.org")
    assert address is not None
    assert address.confirmed_at == village.now


def test_a_confirmation_holds_no_word_that_a_stranger_chose(village: Village) -> None:
    group = village.opens("orto")
    raw = village.letter("SPAMNAME <victim@example.org>", "orto@lists.test", "SPAMTEXT http://spam.test", "SPAMSUBJECT")
    village.receives(raw, group)
    [mail] = village.told("victim@example.org")
    assert "spam" not in (mail.subject + mail.text).lower()


def test_one_confirmation_waits_for_an_address_and_group(village: Village) -> None:
    group = village.opens("orto")
    assert asks(village, group, "nives@example.org") is Asked.ASKED
    assert asks(village, group, "nives@example.org") is Asked.STANDING
    assert len(village.told("nives@example.org")) == 1


def test_who_asks_again_by_their_own_mail_is_written_to_again_once_a_day(village: Village) -> None:
    group = village.opens("orto")
    asks(village, group, "nives@example.org")
    for _ in range(5):
        village.passes(hours=24, minutes=1)
        asks(village, group, "nives@example.org")
        asks(village, group, "nives@example.org")
        asks(village, group, "nives@example.org", source="page")
    assert [mail.key for mail in village.told("nives@example.org")] == ["confirm"] * joining.MOST_TIMES


def test_nobody_gets_more_than_three_confirmations_a_day(village: Village) -> None:
    groups = [village.opens(f"gruppo{n}") for n in range(5)]
    results = [asks(village, group, "victim@example.org", source="page") for group in groups]
    assert results == [Asked.ASKED] * 3 + [Asked.TOO_MANY] * 2
    assert len(village.told("victim@example.org")) == 3
    village.passes(hours=25)
    assert asks(village, groups[4], "victim@example.org", source="page") is Asked.ASKED


@pytest.mark.parametrize(("source", "reminders"), [("mail", 1), ("page", 0)])
def test_only_who_asked_by_their_own_mail_is_reminded_once(village: Village, source: str, reminders: int) -> None:
    group = village.opens("orto")
    asks(village, group, "nives@example.org", source)
    village.told("nives@example.org")
    kinds = QuestionKinds(questions.KINDS)
    for _ in range(6):
        village.passes(hours=25)
        asked_questions.work(village.session, village.site, kinds, now=village.now, limit=10)
    assert [mail.key for mail in village.told("nives@example.org")] == ["confirm-again"] * reminders


def test_after_a_week_of_silence_nothing_is_left_of_a_request(village: Village) -> None:
    group = village.opens("orto")
    village.writes("nives@example.org", group)
    kinds = QuestionKinds(questions.KINDS)
    village.passes(days=7, minutes=1)
    asked_questions.work(village.session, village.site, kinds, now=village.now, limit=10)
    assert village.place(group, "nives@example.org") is None
    [held] = village.held(group)
    assert (held.state.value, held.person_id) == ("expired", None)


def test_a_no_ends_it(village: Village) -> None:
    group = village.opens("orto")
    asks(village, group, "nives@example.org")
    question = village.question("join")
    outcome = village.says("nives@example.org", "decline", Thing("join", question.id), evidence=M)
    assert outcome.answer is not None
    assert outcome.answer.key == "lists.join-withdrawn"
    assert village.place(group, "nives@example.org") is None
    late = village.says("nives@example.org", "confirm", Thing("join", question.id), evidence=M)
    assert not late.done
    assert village.place(group, "nives@example.org") is None


def test_a_second_yes_is_told_that_they_belong(village: Village) -> None:
    group = village.opens("orto")
    asks(village, group, "nives@example.org")
    question = village.question("join")
    village.says("nives@example.org", "confirm", Thing("join", question.id), evidence=M)
    again = village.says("nives@example.org", "confirm", Thing("join", question.id), evidence=M)
    assert not again.done
    assert again.answer is not None
    assert again.answer.key == "lists.already-member"


def test_nobody_confirms_for_somebody_else(village: Village) -> None:
    group = village.opens("orto")
    asks(village, group, "nives@example.org")
    question = village.question("join")
    outcome = village.says("mallory@example.org", "confirm", Thing("join", question.id))
    assert not outcome.done
    place = village.place(group, "nives@example.org")
    assert place is not None
    assert place.state is SubscriptionState.PENDING


def test_where_organisers_decide_their_yes_lets_in_and_their_no_is_written(village: Village) -> None:
    group = village.opens("orto", join="approval", organisers=["olga@example.org", "omar@example.org"])
    for email in ("nives@example.org", "zoe@example.org"):
        asks(village, group, email)
        question = village.question("join")
        outcome = village.says(email, "confirm", Thing("join", question.id), evidence=M)
        assert outcome.answer is not None
        assert outcome.answer.key == "lists.join-waits"
        village.told(email)
        waiting = village.question("approval")
        assert [mail.key for mail in village.told("olga@example.org")] == ["join-asked"]
        verb = "approve" if email.startswith("nives") else "deny"
        decided = village.says("olga@example.org", verb, Thing("approval", waiting.id))
        assert decided.answer is not None
        assert decided.done
        late = village.says("omar@example.org", "approve", Thing("approval", waiting.id))
        assert late.answer is not None
        assert late.answer.key == "lists.already-handled"
    nives, zoe = village.place(group, "nives@example.org"), village.place(group, "zoe@example.org")
    assert nives is not None
    assert nives.state is SubscriptionState.ACTIVE
    assert zoe is None
    assert [mail.key for mail in village.told("nives@example.org")] == ["lists.welcome"]
    assert [mail.key for mail in village.told("zoe@example.org")] == ["join-declined"]
    given = consent.history(village.session, village.knows("nives@example.org").id)[-1]
    assert given.evidence["approved_by"] == village.knows("olga@example.org").id
    assert given.evidence["evidence"]["proof"] == "TM" if "evidence" in given.evidence else given.evidence["proof"]


def test_only_an_organiser_lets_people_in(village: Village) -> None:
    group = village.opens("orto", join="approval")
    village.joins(group, "aldo@example.org")
    asks(village, group, "nives@example.org")
    village.says("nives@example.org", "confirm", Thing("join", village.question("join").id), evidence=M)
    waiting = village.question("approval")
    outcome = village.says("aldo@example.org", "approve", Thing("approval", waiting.id), evidence=AT)
    assert not outcome.done
    assert outcome.answer is not None
    assert outcome.answer.key == "inbound.not-allowed"


def test_a_request_that_waits_can_be_taken_back(village: Village) -> None:
    group = village.opens("orto", join="approval")
    asks(village, group, "nives@example.org")
    village.says("nives@example.org", "confirm", Thing("join", village.question("join").id), evidence=M)
    waiting = village.question("approval")
    outcome = village.says("nives@example.org", "withdraw", Thing("approval", waiting.id))
    assert outcome.done
    late = village.says("olga@example.org", "approve", Thing("approval", waiting.id))
    assert not late.done
    assert village.place(group, "nives@example.org") is None


def test_by_invitation_nobody_is_asked_to_confirm(village: Village) -> None:
    group = village.opens("orto", join="invitation")
    outcome = village.says("nives@example.org", "join", things.of_list(group.id), via="address")
    assert outcome.answer is not None
    assert outcome.answer.key == "lists.join-closed"
    assert village.place(group, "nives@example.org") is None


def test_a_member_who_joins_again_is_told_since_when(village: Village) -> None:
    group = village.opens("orto")
    village.joins(group, "nives@example.org")
    outcome = village.says("nives@example.org", "join", things.of_list(group.id))
    assert outcome.answer is not None
    assert outcome.answer.key == "lists.already-member"
    assert outcome.answer.values["since"] == "since 9 March"


def test_the_welcome_brings_the_rules_of_the_group(village: Village) -> None:
    group = village.opens("orto", rules={"en": "One thing a message."}, welcome={"en": "Bring gloves."})
    asks(village, group, "nives@example.org")
    outcome = village.says("nives@example.org", "confirm", Thing("join", village.question("join").id), evidence=M)
    assert outcome.answer is not None
    assert outcome.answer.values["own"] == ["Bring gloves.", "1 One thing a message."]
