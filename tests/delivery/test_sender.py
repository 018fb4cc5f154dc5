"""The sender: nothing lost, nothing twice, nothing against anybody's will, whatever fails."""

from datetime import timedelta

import pytest

from mailhub import faults
from mailhub.db.session import Database
from mailhub.delivery import mailings, outbox, recovery
from mailhub.delivery.copies import Copy
from mailhub.delivery.due import next_due
from mailhub.delivery.opening import Trouble, TroubleKind
from mailhub.delivery.sources import Later, No
from mailhub.delivery.tables import MailClass, Mailing
from mailhub.faults import Injected, Point
from mailhub.mail.frame import Context, Frame, Heading, Slot
from mailhub.measures import Rate
from tests.delivery.outside import BUSY, GONE, NOW, SILENT, SITE, TAKEN, UNKNOWN, Hop, Office

AROUND_SENDING = (
    Point.MAILING_OWED,
    Point.MAILING_EXPANDED,
    Point.SENDER_CLAIMED,
    Point.SENDER_COPIES_MADE,
    Point.SENDER_INTENT,
    Point.SENDER_OFFERED,
    Point.SENDER_ANSWERED,
    Point.SENDER_BEFORE_COMMIT,
    Point.SENDER_RECORDED,
)


@pytest.fixture
def office(database: Database) -> Office:
    return Office(database)


def test_everybody_gets_one_copy_and_the_mailing_is_done(office: Office) -> None:
    people = office.people(45)
    post = office.posts(people)
    assert office.works() == 45
    assert office.hop.arrivals == {f"p{n}@example.org": 1 for n in people}
    assert office.states() == {"sent": 45}
    assert office.mailing(post).state == "done"
    assert sorted(office.source.settled_people) == people
    assert office.works() == 0


def test_a_copy_goes_out_in_the_readers_language(office: Office) -> None:
    italian = office.people(1, language="it")
    other = office.people(1)
    office.posts([*italian, *other])
    office.works()
    subjects = {copy.envelope_to: b"Subject: Ciao" in copy.data for copy in office.hop.taken}
    assert subjects == {f"p{italian[0]}@example.org": True, f"p{other[0]}@example.org": True}  # the site speaks Italian
    english = office.people(1, language="en")
    office.posts(english, key="second")
    office.works()
    assert b"Subject: Hello" in office.hop.taken[-1].data


def test_bounces_of_a_copy_name_its_delivery_and_nothing_else(office: Office) -> None:
    [person] = office.people(1)
    post = office.posts([person])
    office.works()
    local = SITE.local_part(office.hop.taken[0].envelope_from)
    assert local is not None
    key = SITE.keys.read_bounce(local.removeprefix("b."))
    assert key is not None
    assert (key.person, key.mailing) == (person, post)


@pytest.mark.parametrize("at", AROUND_SENDING)
@pytest.mark.parametrize("time", [1, 2])
def test_a_power_cut_anywhere_loses_nothing_and_doubles_at_most_what_was_on_a_lane(
    office: Office, at: Point, time: int
) -> None:
    people = office.people(50)
    post = office.posts(people)
    faults.arm(f"{at}=raise@{time}")
    try:
        office.works()
    except Injected:
        faults.arm("")
        office.hop = Hop(taken=office.hop.taken)  # connections die with the process
        with office.database.transaction() as session:
            recovery.take_over(session)
        office.sender = office.hire()
        office.works()
    finally:
        faults.arm("")
    assert set(office.hop.arrivals) == {f"p{n}@example.org" for n in people}
    assert office.hop.arrivals.total() <= 50 + office.hop.lanes
    assert office.states(post) == {"sent": 50}
    assert len({copy.data for copy in office.hop.taken}) == 50  # a second copy is the same mail


def test_promotional_mail_in_doubt_is_held_and_shown(office: Office) -> None:
    people = office.people(10)
    post = office.posts(people, mail_class=MailClass.PROMOTIONAL)
    faults.arm("sender.answered=raise")
    try:
        with pytest.raises(Injected):
            office.works()
    finally:
        faults.arm("")
    office.hop = Hop(taken=office.hop.taken)
    with office.database.transaction() as session:
        assert recovery.take_over(session) == recovery.Recovered(ready=6, resent=0, held=4)
    office.sender = office.hire()
    office.works()
    assert max(office.hop.arrivals.values()) == 1
    assert office.states(post) == {"sent": 6, "uncertain": 4}
    with office.database.reading() as session:
        assert len(recovery.in_doubt(session)) == 4
    assert office.mailing(post).state == "open"  # somebody must look at four of them


def test_the_same_sender_goes_on_after_a_fault_without_doubling(office: Office) -> None:
    people = office.people(30)
    office.posts(people)
    faults.arm("sender.before-commit=raise@3")
    try:
        with pytest.raises(Injected):
            office.works()
    finally:
        faults.arm("")
    office.works()
    assert office.states() == {"sent": 30}
    assert office.hop.arrivals.total() == 30


def test_who_leaves_after_the_mail_was_owed_gets_nothing_more(office: Office) -> None:
    people = office.people(40)
    office.posts(people, purpose="list:1")
    gone: list[str] = []

    def leave(copy: Copy) -> None:
        if office.hop.offered == 8:  # all are claimed by now, most are waiting
            with office.database.transaction() as session:
                for person in people[20:]:
                    outbox.cancel(session, person_id=person, purpose="list:1", now=NOW, reason="left")
            gone.extend(f"p{n}@example.org" for n in people[20:])

    office.hop.on_offer = leave
    office.works()
    assert gone
    on_the_lanes = {copy.envelope_to for copy in office.hop.taken[:8]}
    assert not {copy.envelope_to for copy in office.hop.taken[8:]} & set(gone)
    assert office.hop.arrivals.total() == 20 + len(on_the_lanes & set(gone))


def test_what_is_no_longer_owed_is_cancelled_with_the_reason(office: Office) -> None:
    people = office.people(3)
    office.posts(people)
    office.source.no_longer[people[1]] = No("they left")
    office.works()
    assert [(d.state.value, d.reply) for d in office.deliveries()][1] == ("cancelled", "they left")
    assert office.states() == {"sent": 2, "cancelled": 1}
    assert sorted(office.source.settled_people) == people


def test_what_is_owed_later_leaves_then(office: Office) -> None:
    people = office.people(2)
    office.posts(people)
    office.source.no_longer[people[0]] = Later(NOW + timedelta(hours=9), "it is night there")
    office.works()
    assert office.states() == {"sent": 1, "ready": 1}
    with office.database.reading() as session:
        assert next_due(session) == NOW + timedelta(hours=9)
    office.source.no_longer.clear()
    office.passes(hours=9)
    office.works()
    assert office.states() == {"sent": 2}


def test_a_paused_mailing_stops_at_once_and_goes_on_when_resumed(office: Office) -> None:
    people = office.people(40)
    post = office.posts(people)

    def pause(copy: Copy) -> None:
        if office.hop.offered == 4:
            with office.database.transaction() as session:
                mailings.pause(session, session.get_one(Mailing, post))

    office.hop.on_offer = pause
    office.works()
    assert office.states() == {"sent": 4, "ready": 36}
    with office.database.transaction() as session:
        mailings.resume(session, session.get_one(Mailing, post))
    office.works()
    assert office.states() == {"sent": 40}


def test_a_refusal_is_final_and_a_delay_is_tried_again_when_half_an_hour_has_passed(office: Office) -> None:
    people = office.people(3)
    post = office.posts(people)
    office.hop.script = {"p1@example.org": [UNKNOWN], "p2@example.org": [BUSY]}
    office.works()
    assert office.states() == {"failed": 1, "deferred": 1, "sent": 1}
    assert office.deliveries()[0].reply == "550 5.1.1 No such user"
    assert office.mailing(post).state == "open"
    with office.database.reading() as session:
        assert next_due(session) == NOW + timedelta(minutes=30)
    office.passes(minutes=29)
    assert office.works() == 0
    office.passes(minutes=1)
    office.works()
    assert office.states() == {"failed": 1, "sent": 2}
    assert office.mailing(post).state == "done"


def test_a_mail_is_given_up_after_almost_five_days(office: Office) -> None:
    office.posts(office.people(1))
    office.hop.everywhere = BUSY
    tries = 0
    while office.states()["failed"] == 0:
        tries += office.works()
        office.passes(hours=1)
    assert tries == 8
    assert timedelta(days=4, hours=12) < office.clock.now() - NOW < timedelta(days=5)


def test_silence_after_the_last_dot_is_tried_again_for_a_post_and_held_for_a_campaign(office: Office) -> None:
    people = office.people(1)
    post = office.posts(people)
    campaign = office.posts(people, key="campaign", mail_class=MailClass.PROMOTIONAL)
    office.hop.everywhere = SILENT
    office.works()
    assert office.states(post) == {"deferred": 1}
    assert office.states(campaign) == {"uncertain": 1}


def test_a_next_hop_that_is_down_is_left_alone_for_longer_and_longer(office: Office) -> None:
    people = office.people(60)
    office.posts(people)
    office.hop.trouble = Trouble(TroubleKind.REFUSED, 0, "connection refused")
    assert office.works() == 0
    assert office.states() == {"ready": 60}
    waits = []
    for _ in range(5):
        with office.database.reading() as session:
            due = next_due(session)
        assert due is not None
        waits.append((due - office.clock.now()).total_seconds())
        office.passes(seconds=waits[-1] - 1)
        assert office.works() == 0
        office.passes(seconds=1)
        office.works()
    assert waits == [30, 60, 120, 300, 300]
    office.hop.trouble = None
    office.passes(minutes=5)
    assert office.works() == 60
    assert office.states() == {"sent": 60}
    assert {d.attempts for d in office.deliveries()} == {1}


def test_lanes_that_close_before_taking_anything_cost_nobody_a_try(office: Office) -> None:
    office.posts(office.people(10))
    office.hop.everywhere = GONE
    office.works()
    assert office.hop.offered <= 2 * office.hop.lanes
    assert office.states() == {"ready": 10}
    assert {d.attempts for d in office.deliveries()} == {0}


@pytest.mark.parametrize("closing", [["p5"], ["p21", "p22", "p23", "p24"]], ids=["one", "all at once"])
def test_lanes_that_close_for_having_carried_enough_do_not_stop_the_work(office: Office, closing: list[str]) -> None:
    office.posts(office.people(40))
    office.hop.script = {f"{name}@example.org": [GONE] for name in closing}
    office.works()
    assert office.states() == {"sent": 40}


def test_a_small_group_does_not_wait_for_a_large_one(office: Office) -> None:
    large, small = office.people(5_000), office.people(20)
    big = office.posts(large, key="large", list_id=1)
    # The large one has been on its way for a while when the small one is written.
    started: list[int] = []

    def write(copy: Copy) -> None:
        if office.hop.offered == 200:
            started.append(office.posts(small, key="small", list_id=2))
        if started and office.states(started[0]) == {"sent": 20}:
            office.sender.stop()

    office.hop.on_offer = write
    office.works()
    assert office.states(started[0]) == {"sent": 20}
    assert office.states(big)["sent"] < 300


def test_service_mail_overtakes_and_a_campaign_comes_last(office: Office) -> None:
    people = office.people(1)
    for mail_class in (MailClass.PROMOTIONAL, MailClass.DIGEST, MailClass.SERVICE, MailClass.DISCUSSION):
        office.posts(people, key=mail_class.value, mail_class=mail_class)
    office.works()
    order = [office.mailing(int(_mailing_of(copy))).mail_class.value for copy in office.hop.taken]
    assert order == ["service", "discussion", "digest", "promotional"]


def _mailing_of(copy: Copy) -> int:
    key = SITE.keys.read_bounce(copy.envid)
    assert key is not None
    return key.mailing


def test_a_worker_whose_lease_was_taken_sends_and_writes_nothing(office: Office) -> None:
    people = office.people(40)
    office.posts(people)
    late_hop, other_hop = office.hop, Hop()

    def another_host(copy: Copy) -> None:
        if late_hop.offered != 4 or other_hop.taken:
            return
        office.passes(minutes=16)  # the first worker hangs for longer than its lease
        other = Office(office.database, other_hop)
        other.clock = office.clock
        other.sender = other.hire()
        other.works()

    late_hop.on_offer = another_host
    office.works()
    both = late_hop.arrivals + other_hop.arrivals
    assert set(both) == {f"p{n}@example.org" for n in people}
    assert late_hop.arrivals.total() == late_hop.lanes  # only what was on its lanes
    assert office.states() == {"sent": 40}


def test_a_rate_is_never_exceeded_and_says_when_it_goes_on(database: Database) -> None:
    office = Office(database, rate=Rate(20, timedelta(hours=1)))
    office.posts(office.people(50))
    office.works()
    assert office.states()["sent"] == 18  # a tenth is kept for service mail
    with database.reading() as session:
        due = next_due(session)
    assert due is not None
    assert timedelta(hours=1) <= due - NOW <= timedelta(hours=1, minutes=2)
    office.posts(office.people(1), key="confirm", mail_class=MailClass.SERVICE)
    office.works()
    assert office.hop.offered == 19
    while office.states()["sent"] < 51:
        before = office.hop.offered
        office.clock.pass_by(due - office.clock.now())
        office.works()
        assert 0 < office.hop.offered - before <= 20
        with database.reading() as session:
            due = next_due(session) or due


def test_a_rate_outlives_a_restart_and_holds_for_two_senders(database: Database) -> None:
    office = Office(database, rate=Rate(20, timedelta(hours=1)))
    office.posts(office.people(50))
    office.works()
    office.sender = office.hire()
    office.works()
    assert office.hop.offered == 18


def test_a_mailing_whose_room_fails_is_paused_and_the_others_go_on(office: Office) -> None:
    people = office.people(2)
    broken = office.posts(people, key="broken", reads="no numbers")
    owed = office.posts(people, key="unreadable", frames={"en": b"no frame"})
    good = office.posts(people, key="good")
    office.works()
    assert office.mailing(broken).state == "paused"
    assert office.mailing(owed).state == "paused"
    assert office.mailing(good).state == "done"


def test_a_value_that_cannot_stand_in_a_mail_fails_alone(office: Office) -> None:
    people = office.people(3)
    with office.database.transaction() as session:
        values = {"to": "x", "to_name": ""}
        line = Frame((Heading("List-Id", (Slot("id", Context.TOKEN),)),), (b"Text.\r\n",)).to_bytes()
        mailing = mailings.open_mailing(
            session,
            source=office.source.name,
            key="slots",
            mail_class=MailClass.SERVICE,
            frames={"it": line},
            now=NOW,
            due_at=NOW,
        )
        for person, value in zip(people, ("<a.test>", "two\r\nlines", "<b.test>"), strict=True):
            outbox.owe(session, mailing, person, now=NOW, slots={**values, "id": value})
    office.works()
    assert office.states() == {"sent": 2, "failed": 1}


def test_stopping_puts_back_what_was_claimed(office: Office) -> None:
    office.posts(office.people(100))

    def stop(copy: Copy) -> None:
        office.sender.stop()

    office.hop.on_offer = stop
    office.works()
    assert office.states() == {"sent": 4, "ready": 96}
    sent = [each for each in office.deliveries() if each.state == "sent"]
    assert {each.reply for each in sent} == {f"250 2.0.0 {TAKEN.text}"}
