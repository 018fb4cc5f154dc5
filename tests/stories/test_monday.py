"""One letter of a Monday to whoever organises: what waits for them, numbered, answered by word with one receipt."""

import re
import threading
from collections.abc import Collection, Iterable, Sequence
from datetime import UTC, datetime, timedelta
from email.message import EmailMessage
from typing import Any

import pytest
import sqlalchemy as sa
from sqlalchemy.orm import Session

from mailhub.delivery import scoring, switch
from mailhub.delivery.tables import (
    Bounce,
    Delivery,
    DeliveryState,
    Mailbox,
    MailClass,
    Mailing,
    MailingState,
    Trouble,
)
from mailhub.digests.monday import gathering
from mailhub.digests.monday.writing import SOURCE, Mondays
from mailhub.digests.tables import Letter
from mailhub.journeys import doing
from mailhub.lists import reading
from mailhub.lists.tables import HeldPost
from mailhub.mail.reports.verdicts import Verdict
from mailhub.people import persons, roles
from mailhub.people.tables import Question
from mailhub.site import Site
from mailhub.waiting import Asked, Office, Waiting
from tests.stories.journeys import place, publishes
from tests.stories.town import FORGED, Town, body, prose

ANA, BEA, MO, OLGA, OTTO, ZOE = (f"{name}@example.org" for name in ("ana", "bea", "mo", "olga", "otto", "zoe"))
MONDAY = datetime(2026, 3, 16, 7, 0, tzinfo=UTC)  # 8:00 in Rome
TASK = """
title: Up the hill
trigger: {activity: subscription.confirmed, list: garden}
steps: [{id: call, task: {text: Please call them.}}]
"""
FAILS = """
title: Down the hill
list: mill
trigger: {activity: subscription.confirmed, list: mill}
steps: [{id: says, emit: {activity: journey.begun}}]
"""


def mondays(town: Town, email: str) -> list[EmailMessage]:
    """The letters of a Monday in a mailbox."""
    named = ("The organisers' letter,", "La lettera di chi organizza,")
    return [mail for mail in town.mailbox(email) if str(mail["Subject"]).startswith(named)]


def comes(town: Town, moment: datetime = MONDAY) -> None:
    """Let time pass until then."""
    town.passes(seconds=(moment - town.clock.now()).total_seconds())


def state(town: Town, subject: str) -> str:
    """What has become of a message that waited."""
    with town.database.reading() as session:
        return session.scalars(sa.select(HeldPost.state).where(HeldPost.subject == subject)).one().value


def holds(town: Town, *subjects: str, slug: str = "garden") -> None:
    """Messages of a member that wait to be read."""
    for subject in subjects:
        town.writes(BEA, to=f"{slug}@lists.test", subject=subject, text="What do you think?")


def garden(town: Town, *, moderators: Collection[str] = (), **more: Any) -> None:
    """A group in which everything is read first."""
    town.opens_list("garden", members=[BEA], moderate="everyone", moderators=[*moderators], organiser=OLGA, **more)


def test_what_waits_stands_in_the_letter_of_whom_it_waits_for_and_in_no_other(
    town: Town, monkeypatch: pytest.MonkeyPatch
) -> None:
    garden(town, moderators=[MO])
    town.opens_list("mill", organiser=OTTO)
    town.opens_list("choir", members=[BEA], organiser="carla@example.org")
    publishes(town, TASK, {})
    publishes(town, FAILS, {}, "down")
    town.passes(days=5)
    holds(town, "Wheelbarrow")
    monkeypatch.setattr(doing, "perform", _fails)
    town.joins("mill", ANA)
    town.joins("garden", ANA)
    town.settles()
    assert place(town, ANA, "down") == ("ended", "failed")
    town.writes(ZOE, to="garden-join@lists.test")
    comes(town)
    to_mo, to_olga, to_otto = (prose(*mondays(town, email)) for email in (MO, OLGA, OTTO))
    assert '1 "Wheelbarrow", by Bea, for the Garden group: waits to be read (since Saturday 14 March).' in to_mo
    assert 'Reply "1 publish" or "1 refuse".' in to_mo
    assert '2 Up the hill, a favour for Ana: Please call them (since Saturday 14 March). Reply "2 done".' in to_olga
    assert "- Garden: zoe@example.org has not confirmed yet (asked: Saturday 14 March)." in to_olga
    assert "The journey Down the hill has stopped for Ana, at the step says" in to_otto
    assert "nothing waits for a word of yours" in to_otto
    for told, others in ((to_mo, ("hill", "zoe")), (to_olga, ("Wheelbarrow", "Down")), (to_otto, ("garden", "zoe"))):
        assert not [word for word in others if word in told]
    assert not [email for email in ("carla@example.org", ANA, BEA, ZOE) if mondays(town, email)]


def _fails(*_args: Any, **_named: Any) -> None:
    raise ZeroDivisionError


def test_one_answer_does_several_things_and_one_receipt_tells_them(town: Town) -> None:
    garden(town)
    publishes(town, TASK, {})
    town.passes(minutes=1)
    holds(town, "Wheelbarrow", "Fence")
    comes(town)
    [letter] = mondays(town, OLGA)
    town.inbox(OLGA)
    town.replies(OLGA, letter, "1 done\n3 refuse: too long, 2 publish\nThank you")
    [receipt] = town.inbox(OLGA)
    told = prose(receipt)
    assert "1 Thank you. Up the hill goes on." in told
    assert '2 The message "Wheelbarrow" goes to the Garden group' in told
    assert '3 The message "Fence" does not go to the Garden group' in told
    assert (state(town, "Wheelbarrow"), state(town, "Fence")) == ("published", "refused")
    assert any("too long" in prose(mail) for mail in town.mailbox(BEA))
    assert town.last() == ("done", "answer-monday")


def test_in_italian_numbers_may_be_called_by_name(paese: Town) -> None:
    garden(paese)
    publishes(paese, TASK, {})
    paese.passes(minutes=1)
    holds(paese, "Carriola", "Siepe")
    comes(paese)
    [letter] = mondays(paese, OLGA)
    assert "2 «Carriola», di Bea, per il gruppo Garden: aspetta di essere letto (da lunedì 9 marzo)." in prose(letter)
    paese.replies(OLGA, letter, "2 pubblica, la 1 fatto\nper la siepe: rifiuta")
    assert (state(paese, "Carriola"), state(paese, "Siepe")) == ("published", "refused")
    assert "3 Il messaggio «Siepe» non va al gruppo" in prose(paese.mailbox(OLGA)[-1])


def test_a_letter_that_is_passed_on_gives_nobody_a_voice(town: Town) -> None:
    garden(town)
    holds(town, "Wheelbarrow")
    comes(town)
    [letter] = mondays(town, OLGA)
    for author, headers in (("eve@elsewhere.example", {}), (BEA, {}), (OLGA, FORGED)):
        town.replies(author, letter, "1 publish", headers=headers)
        assert town.last()[0] == "held"
    assert state(town, "Wheelbarrow") == "waiting"
    assert "Did you write to us?" in town.subjects(OLGA)


def test_where_nothing_waits_there_is_no_mail_whatever_comes_later_that_day(town: Town) -> None:
    garden(town)
    comes(town)
    assert mondays(town, OLGA) == []
    holds(town, "Wheelbarrow")
    town.restarts()
    town.passes(days=6)
    assert mondays(town, OLGA) == []
    comes(town, MONDAY + timedelta(days=7))
    assert len(mondays(town, OLGA)) == 1


def test_it_comes_once_a_week_over_two_clocks_a_restart_and_the_change_of_time(town: Town) -> None:
    garden(town)
    holds(town, "Wheelbarrow")
    other = town.another_worker(town.transport)
    arrived = []
    for week in range(4):
        before = len(mondays(town, OLGA))
        local = MONDAY + timedelta(days=7 * week) - timedelta(hours=week > 1)  # the 29th of March has 23 hours
        comes(town, local - timedelta(seconds=1))
        assert len(mondays(town, OLGA)) == before
        town.clock.pass_by(timedelta(seconds=1))
        for worker in (other, town.worker, other):
            worker.settle()
        town.restarts()
        town.passes(hours=3)
        arrived += [str(mail["Date"])[5:25] for mail in mondays(town, OLGA)[before:]]
    assert arrived == ["16 Mar 2026 08:00:00", "23 Mar 2026 08:00:00", "30 Mar 2026 08:00:00", "06 Apr 2026 08:00:00"]


def test_two_processes_that_look_at_once_write_one_letter(town: Town) -> None:
    garden(town)
    holds(town, "Wheelbarrow")
    one, other = (Mondays(town.hub.site, town.hub.waiting, town.hub.questions, town.hub.verbs) for _ in range(2))
    begun, looked = threading.Event(), []

    def looks() -> None:
        begun.wait(10)
        with town.database.transaction() as session:
            looked.append(other.page(session, MONDAY))

    beside = threading.Thread(target=looks)
    beside.start()
    with town.database.transaction() as session:
        assert one.page(session, MONDAY) == 1
        begun.set()
        beside.join(0.5)  # it waits for this transaction
    beside.join(10)
    assert looked in ([0], [1])
    with town.database.reading() as session:
        assert session.scalar(sa.select(sa.func.count()).select_from(Letter)) == 1
    comes(town)
    assert len(mondays(town, OLGA)) == 1


def test_everybody_gets_it_at_their_own_eight_and_who_moves_gets_no_second_one(town: Town) -> None:
    zones = {OLGA: "Pacific/Auckland", MO: "Europe/Rome", OTTO: "America/St_Johns"}
    town.opens_list("garden", members=[BEA], moderate="everyone", moderators=[*zones], organiser="carla@example.org")
    for email, zone in zones.items():
        _moves(town, email, zone)
    holds(town, "Wheelbarrow")
    hours = {OLGA: MONDAY - timedelta(hours=12), MO: MONDAY, OTTO: MONDAY + timedelta(hours=3, minutes=30)}
    town.passes(days=1)
    before = {email: len(mondays(town, email)) for email in zones}
    for email, moment in hours.items():
        comes(town, moment - timedelta(seconds=1))
        assert len(mondays(town, email)) == before[email]
        comes(town, moment)
        assert len(mondays(town, email)) == before[email] + 1
        assert "Monday 16 March" in str(mondays(town, email)[-1]["Subject"])
    _moves(town, OLGA, "America/St_Johns")
    town.passes(days=3)
    assert {email: len(mondays(town, email)) - 1 for email in zones} == before


def _moves(town: Town, email: str, zone: str) -> None:
    with town.database.transaction() as session:
        person = persons.find(session, email)
        assert person is not None
        persons.change(session, person, now=town.clock.now(), time_zone=zone)


def test_a_site_that_was_down_sends_it_late_and_not_at_all_near_the_next(town: Town) -> None:
    garden(town)
    holds(town, "Wheelbarrow")
    town.clock.pass_by(MONDAY + timedelta(days=1) - town.clock.now())
    town.restarts()
    [letter] = mondays(town, OLGA)
    assert "Tuesday 17 March: 1 thing waits" in prose(letter)
    town.clock.pass_by(timedelta(days=10))  # the Friday after the next Monday
    town.restarts()
    assert len(mondays(town, OLGA)) == 1


def test_who_takes_office_after_the_hour_waits_for_the_next_monday(town: Town) -> None:
    garden(town, moderators=[MO])
    holds(town, "Wheelbarrow")
    comes(town)
    town.passes(minutes=1)
    garden(town, moderators=[MO, OTTO])
    holds(town, "Fence")
    town.passes(days=1)
    assert mondays(town, OTTO) == []
    comes(town, MONDAY + timedelta(days=7))
    assert '"Fence"' in prose(*mondays(town, OTTO))


def test_what_somebody_else_has_done_is_said_with_their_name(town: Town) -> None:
    garden(town, moderators=[MO, OTTO])
    publishes(town, TASK, {})
    holds(town, "Wheelbarrow", "Fence")
    comes(town)
    [letter] = mondays(town, OTTO)
    with town.database.transaction() as session:
        person = persons.find(session, MO)
        assert person is not None
        persons.change(session, person, now=town.clock.now(), name="Mo Rossi")
    town.replies(MO, mondays(town, MO)[0], "1 publish")
    town.replies(OTTO, letter, "1 refuse\n2 refuse")
    told = prose(town.mailbox(OTTO)[-1])
    assert "1 Done already by Mo Rossi, today, Monday 16: nothing more is needed." in told
    assert '2 The message "Fence" does not go' in told
    town.replies(OTTO, letter, "1 refuse")
    assert "changed nothing" in prose(town.mailbox(OTTO)[-1])
    assert state(town, "Wheelbarrow") == "published"


def test_what_is_not_clear_is_asked_about_once_with_the_words_that_would_do(town: Town) -> None:
    garden(town)
    holds(town, "Wheelbarrow", "Fence")
    comes(town)
    [letter] = mondays(town, OLGA)
    town.inbox(OLGA)
    town.replies(OLGA, letter, "1 publish\n2 looks fine, I suppose\n7 refuse")
    [receipt] = town.inbox(OLGA)
    told = prose(receipt)
    assert '1 The message "Wheelbarrow" goes to the Garden group' in told
    assert 'It is not clear what this means, "2 looks fine, I suppose" and "7 refuse": reply with' in told
    assert "The letter has no numbers 7" in told
    assert '2 Fence: "2 publish" or "2 refuse"' in told
    assert "1 Wheelbarrow:" not in told
    assert "> 2 looks fine, I suppose" in body(receipt)
    town.replies(OLGA, receipt, "2 refuse")
    assert state(town, "Fence") == "refused"
    town.replies(OLGA, letter, "as you like")
    assert town.last() == ("answered", "answer-monday")
    assert str(town.mailbox(OLGA)[-1]["Subject"]) == "Which number, and which word?"


def test_words_that_can_be_taken_back_are_with_one_word_and_by_whom_they_are_alone(town: Town) -> None:
    garden(town)
    holds(town, "Wheelbarrow", "Fence")
    comes(town)
    [letter] = mondays(town, OLGA)
    town.replies(OLGA, letter, "1 trust\n2 publish")
    receipt = town.mailbox(OLGA)[-1]
    assert 'Reply "undo" within a day: 1 will be as before' in prose(receipt)
    with town.database.reading() as session:
        bea, group = persons.find(session, BEA), reading.by_slug(session, "garden")
        assert bea is not None
        assert group is not None
        assert reading.standing(session, group.id, bea.id).name == "TRUSTED"
    town.replies(BEA, receipt, "undo")
    town.replies(OLGA, receipt, "undo", headers=FORGED)
    assert str(town.mailbox(OLGA)[-1]["Subject"]) == "Nothing was undone"
    town.replies(OLGA, receipt, "undo")
    assert str(town.mailbox(OLGA)[-1]["Subject"]) == "Done: all as before"
    with town.database.reading() as session:
        assert reading.standing(session, group.id, bea.id).name != "TRUSTED"


def test_a_word_without_its_reason_asks_back_in_a_mail_of_its_own(town: Town) -> None:
    garden(town)
    holds(town, "Wheelbarrow")
    comes(town)
    town.replies(OLGA, mondays(town, OLGA)[0], "1 rephrase")
    receipt = town.mailbox(OLGA)[-1]
    asked = next(mail for mail in town.mailbox(OLGA) if mail["Subject"] == "More words are needed after that one")
    assert "1 Not yet: in a mail of its own" in prose(receipt)
    town.replies(OLGA, asked, "rephrase: shorter, please")
    assert "shorter, please" in prose(town.mailbox(BEA)[-1])


def test_what_takes_two_mails_takes_two_from_here_as_well(town: Town) -> None:
    garden(town)
    holds(town, "Wheelbarrow")
    comes(town)
    [letter] = mondays(town, OLGA)
    town.inbox(OLGA)
    town.replies(OLGA, letter, "1 data")
    assert sorted(town.subjects(OLGA)) == ["In ten minutes we ask you once more", "Nothing has changed"]
    town.passes(minutes=11)
    assert town.subjects(OLGA) == ["Do you confirm what you asked for?"]


def test_a_fault_in_one_letter_holds_up_nobody_elses(town: Town, monkeypatch: pytest.MonkeyPatch) -> None:
    garden(town, moderators=[MO])
    holds(town, "Wheelbarrow")
    mo = town.person(MO)
    assert mo is not None
    tell = town.hub.waiting.tell("held")

    def fails(session: Session, site: Site, office: Office, asked: Sequence[Asked]) -> Iterable[Waiting]:
        if office.person_id == mo.id:
            raise ZeroDivisionError
        return tell(session, site, office, asked)

    monkeypatch.setitem(town.hub.waiting._tells, "held", fails)
    comes(town)
    assert (len(mondays(town, OLGA)), len(mondays(town, MO))) == (1, 0)


def test_a_quotation_without_marks_is_no_answer(town: Town) -> None:
    garden(town)
    holds(town, "Wheelbarrow", "Fence")
    comes(town)
    [letter] = mondays(town, OLGA)
    whole = f"2 publish\n\n-----Original Message-----\n{body(letter)}"
    town.writes(OLGA, to=str(letter["Reply-To"]), subject="Re: so", text=whole)
    assert (state(town, "Wheelbarrow"), state(town, "Fence")) == ("waiting", "published")
    town.writes(OLGA, to=str(letter["Reply-To"]), subject="Re: so", text=f"Not now.\n\n{body(letter)}")
    assert state(town, "Wheelbarrow") == "waiting"


@pytest.mark.parametrize(
    "answer", ["1 pubblica", "«1 pubblica»", "1 Pubblica.", "1) pubblica, grazie", "La 1 pubblica"]
)
def test_the_example_itself_is_an_answer(paese: Town, answer: str) -> None:
    garden(paese)
    holds(paese, "Carriola", "Siepe")
    comes(paese)
    [letter] = mondays(paese, OLGA)
    assert "per esempio con «1 pubblica»:" in prose(letter)
    paese.replies(OLGA, letter, answer)
    assert (state(paese, "Carriola"), state(paese, "Siepe")) == ("published", "waiting")


@pytest.mark.parametrize("told", [21, 22, 50])
def test_of_many_things_twenty_are_written_out_and_the_others_counted(
    town: Town, monkeypatch: pytest.MonkeyPatch, told: int
) -> None:
    monkeypatch.setattr(gathering, "AT_MOST", told)
    garden(town)
    holds(town, *(f"Thing {number}" for number in range(1, 24)))
    comes(town)
    [letter] = mondays(town, OLGA)
    words = prose(letter)
    assert "23 things wait" in words
    assert '20 "Thing 20"' in words
    assert '"Thing 21"' not in words
    assert "Besides, 3 messages to read wait: they are in the next letter" in words
    town.replies(OLGA, letter, "\n".join(f"{number} publish" for number in range(1, 21)))
    assert state(town, "Thing 20") == "published"
    comes(town, MONDAY + timedelta(days=7))
    assert '1 "Thing 21"' in prose(mondays(town, OLGA)[-1])


def test_who_moderates_no_more_reads_nothing_of_what_waits(town: Town) -> None:
    garden(town, moderators=[MO])
    town.opens_list("mill", organiser=MO)
    town.passes(days=5)
    holds(town, "Wheelbarrow")
    person = town.person(MO)
    assert person is not None
    with town.database.transaction() as session:
        group = reading.by_slug(session, "garden")
        assert group is not None
        roles.take(session, person.id, roles.MODERATOR, group.id, now=town.clock.now())
    comes(town)
    assert mondays(town, MO) == []


def test_what_waits_for_its_author_is_in_no_letter(town: Town) -> None:
    garden(town)
    holds(town, "Wheelbarrow", "Fence")
    town.replies(OLGA, town.mailbox(OLGA)[0], "rephrase: shorter, please")
    comes(town)
    told = prose(*mondays(town, OLGA))
    assert '"Wheelbarrow"' not in told
    assert '1 "Fence"' in told


def test_the_letter_of_the_day_at_the_same_hour_is_another(town: Town) -> None:
    town.opens_list("garden", members=[BEA, OLGA], moderate="nobody", organiser=OLGA, default_delivery="digest")
    town.joins("garden", ANA, published=0)
    garden_wants_reading = {"moderate": "newcomers", "default_delivery": "digest"}
    town.opens_list("garden", organiser=OLGA, **garden_wants_reading)
    town.writes(OLGA, to="garden@lists.test", text="letter at 8")
    town.passes(days=6)
    town.writes(ANA, to="garden@lists.test", subject="Pears", text="They are ripe.")
    town.writes(BEA, to="garden@lists.test", subject="Plums", text="They are ripe too.")
    town.inbox(OLGA)
    comes(town)
    assert sorted(town.subjects(OLGA)) == [
        "The letter of Monday 16 March: 1 message",
        "The organisers' letter, Monday 16 March",
    ]
    with town.database.reading() as session:
        assert sorted(session.scalars(sa.select(Letter.week).where(Letter.slot == MONDAY)), key=str) == [202612, None]


def test_every_kind_of_question_is_told_or_is_asked_of_people_for_themselves(town: Town) -> None:
    assert town.web  # its questions are declared with the pages
    own = "join unasked personal rephrase edit mediation claim move sure which twice mail other-account sign-in"
    for_themselves = {*own.split(), "journey-ask", "journey-share"}
    assert set(town.hub.questions._kinds) == {*town.hub.waiting.kinds} | for_themselves
    assert not for_themselves & {*town.hub.waiting.kinds}


def test_why_says_to_whom_it_comes(town: Town) -> None:
    garden(town)
    holds(town, "Wheelbarrow")
    comes(town)
    town.replies(OLGA, mondays(town, OLGA)[0], "why")
    assert "goes to whoever organises or moderates, on Monday at 8:00" in prose(town.mailbox(OLGA)[-1])
    with town.database.reading() as session:
        assert session.scalars(sa.select(Question.kind).where(Question.settled_at.is_(None))).all() == ["held"]


def test_mail_that_came_back_is_told_and_goes_on_with_a_word(town: Town) -> None:
    town.opens_list("garden", members=[ANA, BEA], moderate="nobody", organiser=OLGA)
    town.opens_list("mill", members=[ANA], moderate="nobody", organiser=OTTO)
    town.passes(days=3)
    town.writes(BEA, to="garden@lists.test", subject="Fence", text="It is down.")
    with town.database.transaction() as session:
        mailing = session.scalars(sa.select(Mailing).where(Mailing.source == "lists.post")).one()
        mailing.state, mailing.broken_at = MailingState.PAUSED, town.clock.now()
        copy = sa.update(Delivery).where(Delivery.mailing_id == mailing.id)
        session.execute(copy.values(bounced_at=town.clock.now(), state=DeliveryState.FAILED))
        ana = persons.find(session, ANA)
        assert ana is not None
        address = persons.write_to(session, [ana.id])[ana.id]
        for number in range(scoring.FEWEST):
            session.add(_bounce(mailing.id, 100 + number, town.clock.now()))
        mailbox = Mailbox(address_id=address.id, person_id=ana.id, since=town.clock.now(), trouble=Trouble.FULL)
        mailbox.set_aside_at = town.clock.now()
        session.add(mailbox)
    comes(town)
    told = prose(*mondays(town, OLGA))
    assert "1 Garden: a mail was stopped, since it came back from too many mailboxes (since Thursday 12 March)." in told
    assert "- Garden: the mailbox of Ana does not take our mail (mailbox full), and we have stopped writing" in told
    assert "In the last week: 1 message to groups, 2 copies and 4 came back. Too many of them come back" in told
    assert "Mill: the mailbox of Ana" in prose(*mondays(town, OTTO))
    assert "In the last week no message went to any group." in prose(*mondays(town, OTTO))
    town.replies(OLGA, mondays(town, OLGA)[0], "continua")
    assert "1 What was stopped is being sent again." in prose(town.mailbox(OLGA)[-1])
    comes(town, MONDAY + timedelta(days=7))
    assert (len(mondays(town, OLGA)), len(mondays(town, OTTO))) == (1, 1)


def _bounce(mailing_id: int, person_id: int, at: datetime) -> Bounce:
    said = {"verdict": Verdict.HARD, "status": "5.1.1", "words": "no such user", "origin": "report"}
    return Bounce(mailing_id=mailing_id, person_id=person_id, occurrence=0, address_id=None, at=at, **said)


def test_mail_of_which_nobody_knows_whether_it_arrived_is_told_once_to_who_organises(town: Town) -> None:
    town.opens_list("garden", members=[ANA, BEA], moderate="nobody", organiser=OLGA, moderators=[MO])
    town.passes(days=3)
    town.writes(BEA, to="garden@lists.test", subject="Fence", text="It is down.")
    with town.database.transaction() as session:
        mailing = session.scalars(sa.select(Mailing).where(Mailing.source == "lists.post")).one()
        mailing.mail_class, mailing.state = MailClass.RELATIONAL, MailingState.OPEN
        copy = sa.update(Delivery).where(Delivery.mailing_id == mailing.id)
        session.execute(copy.values(state=DeliveryState.UNCERTAIN))
    comes(town)
    assert "of 2 mails it is not known whether they arrived" in prose(*mondays(town, OLGA))
    assert mondays(town, MO) == []
    with town.database.transaction() as session:
        mailing = session.scalars(sa.select(Mailing).where(Mailing.source == "lists.post")).one()
        mailing.mail_class, mailing.state = MailClass.DISCUSSION, MailingState.DONE
        session.execute(sa.update(Delivery).values(state=DeliveryState.SENT, finished_at=town.clock.now()))
    town.passes(days=7)
    assert len(mondays(town, OLGA)) == 1


def test_a_site_that_sends_nothing_writes_it_once_it_sends_again(town: Town) -> None:
    garden(town)
    holds(town, "Wheelbarrow")
    with town.database.transaction() as session:
        switch.hold(session, "a restored backup", now=town.clock.now())
    comes(town, MONDAY + timedelta(hours=30))
    with town.database.transaction() as session:
        switch.let_go(session)
    town.passes(minutes=2)
    assert "Tuesday 17 March: 1 thing waits" in prose(*mondays(town, OLGA))


def test_who_is_forgotten_is_not_quoted_in_letters_of_before_and_their_numbers_still_work(town: Town) -> None:
    garden(town)
    town.joins("garden", ANA)
    holds(town, "Wheelbarrow")
    town.writes(ANA, to="garden@lists.test", subject="Fence", text="It is down.")
    comes(town)
    [letter] = mondays(town, OLGA)
    town.writes(BEA, to="hub@lists.test", text="forget me")
    town.passes(minutes=10)
    town.replies(BEA, town.mailbox(BEA)[-1], "confirm")
    town.passes(minutes=6)
    with town.database.reading() as session:
        sent = sa.select(Delivery.slots).join(Mailing, Mailing.id == Delivery.mailing_id)
        assert session.scalars(sent.where(Mailing.source == SOURCE)).all() == [None]
    town.replies(OLGA, letter, "2 publish")
    assert state(town, "Fence") == "published"


# Tables that grow with the years: what is over in them must not be read to find what is open.
GROWING = {"question", "asking", "delivery", "bounce", "mailbox", "held_post", "post", "activity", "enrolment", "raw"}
GROWING |= {"mailing", "subscription", "person", "letter", "letter_item", "address", "measure", "inbound_mail"}
OPEN = ("USING INDEX ix_delivery_in_work", "USING INDEX ix_mailbox_set_aside")  # they hold nothing but what is open


def test_a_letter_is_gathered_by_the_indexes_of_what_is_open(town: Town) -> None:
    garden(town, moderators=[MO])
    holds(town, "Wheelbarrow")
    town.writes(ZOE, to="garden-join@lists.test")
    chore = Mondays(town.hub.site, town.hub.waiting, town.hub.questions, town.hub.verbs)
    read: list[tuple[str, Any]] = []
    with town.database.transaction() as session:
        connection = session.connection()
        if not town.database.is_sqlite:  # it would rather read a table that is small
            connection.exec_driver_sql("SET LOCAL enable_seqscan = off")
        sa.event.listen(connection, "before_cursor_execute", lambda *told: read.append((told[2], told[3])))
        chore.page(session, MONDAY)
        found = [(text, _plan(town, connection, text, values)) for text, values in list(read) if "SELECT" in text[:9]]
        session.rollback()
    assert any("question" in text for text, _ in found)
    scans = [(scan, text) for text, plan in found for scan in re.findall(r"(?:SCAN|Seq Scan on) (\w+.*)", plan)]
    assert [(scan, text) for scan, text in scans if scan.split()[0] in GROWING and not scan.endswith(OPEN)] == []


def _plan(town: Town, connection: sa.Connection, text: str, values: Any) -> str:
    explain = "EXPLAIN QUERY PLAN" if town.database.is_sqlite else "EXPLAIN"
    return "\n".join(str(row[-1]) for row in connection.exec_driver_sql(f"{explain} {text}", values).all())
