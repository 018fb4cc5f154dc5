"""Mail that comes back: a mailbox in trouble is tried, set aside and taken up again, and nobody is blamed."""

import pytest
import sqlalchemy as sa

from mailhub.delivery.tables import Bounce, Delivery, Mailbox, Mailing, MailingState, Trouble
from mailhub.lists import enrolling
from mailhub.lists.tables import MailList, SubscriptionState
from mailhub.people import consent, persons
from mailhub.people.tables import Activity
from tests.stories.reports import bounce, complaint, last_copy, report
from tests.stories.town import Town, body, prose

ANA, BRUNO, OLGA = "ana@example.org", "bruno@example.org", "olga@example.org"
SECOND = "ana@example.net"


def mailbox(town: Town, email: str = ANA) -> Mailbox | None:
    with town.database.reading() as session:
        address = persons.address_of(session, email)
        return session.get(Mailbox, address.id) if address else None


def is_out_of_reach(town: Town, email: str) -> bool:
    """The fact that conditions ask."""
    fact = town.hub.facts.get("mailbox.out_of_reach")
    person = town.person(email)
    assert fact is not None
    assert person is not None
    with town.database.reading() as session:
        return bool(session.scalar(sa.select(fact.sql(sa.literal(person.id)))))


def happened(town: Town) -> list[str]:
    with town.database.reading() as session:
        return [
            what
            for what in session.scalars(sa.select(Activity.what).order_by(Activity.id))
            if what.startswith(("address.", "complaint.", "mailing."))
        ]


def bounces_daily(
    town: Town, days: int, status: str = "5.1.1", words: str = "user unknown", slug: str = "garden"
) -> None:
    """Somebody writes every day, and the copy for Ana comes back every day."""
    for day in range(days):
        town.writes(BRUNO, to=f"{slug}@lists.test", subject=f"Day {day}", text="Who waters today?")
        bounce(town, last_copy(town, ANA), status, words)
        town.passes(days=1)


def test_a_mailbox_that_is_gone_is_tried_set_aside_and_taken_up_when_it_works_again(town: Town) -> None:
    town.opens_list("garden", members=[ANA, BRUNO], moderate="nobody")
    bounces_daily(town, 4)
    assert mailbox(town) is None
    bounces_daily(town, 1)
    assert town.subjects(ANA)[-1] == "Does this mail reach you?"
    assert happened(town).count("address.bounced") == 5
    assert "address.suspended" not in happened(town)

    assert bounce(town, last_copy(town, ANA)) == "recorded: bounce-hard"
    found = mailbox(town)
    assert found is not None
    assert found.set_aside_at is not None
    assert found.trouble is Trouble.GONE
    place = town.place("garden", ANA)
    assert place is not None
    assert place.state is SubscriptionState.PAUSED
    assert is_out_of_reach(town, ANA)
    assert not is_out_of_reach(town, BRUNO)
    town.writes(BRUNO, to="garden@lists.test", subject="Meeting", text="On Friday?")
    town.passes(days=40)
    assert town.subjects(ANA) == ["We cannot reach you"] * 3  # once a week, and then silence

    notice = town.mailbox(ANA)[-1]
    assert "has not taken our mail since 9 March (address not found)" in prose(notice)
    town.replies(ANA, notice, "Resume")
    assert town.last() == ("done", "resume")
    assert town.subjects(ANA) == ["Back with us"]
    assert happened(town)[-1] == "address.resumed"
    town.writes(BRUNO, to="garden@lists.test", subject="Seeds", text="I have some.")
    town.passes(days=1)
    subjects = town.subjects(ANA)
    assert subjects[0] == "Seeds"
    [letter] = town.mailbox(ANA)[-len(subjects) + 1 :]
    assert all(subject in body(letter) for subject in ("Meeting", "Day 0", "Day 3"))


def test_a_probe_that_does_not_come_back_ends_the_trouble(town: Town) -> None:
    town.opens_list("garden", members=[ANA, BRUNO], moderate="nobody")
    bounces_daily(town, 5)
    assert town.subjects(ANA)[-1] == "Does this mail reach you?"
    town.passes(days=8)
    found = mailbox(town)
    assert found is not None
    assert (found.probed_at, found.set_aside_at, found.next_at) == (None, None, None)
    bounces_daily(town, 4)
    assert [subject for subject in town.subjects(ANA) if "reach" in subject] == []


def test_a_full_mailbox_weighs_half_and_its_owner_is_told_at_another_address(paese: Town) -> None:
    paese.opens_list("orto", members=[ANA, BRUNO], moderate="nobody")
    with paese.database.transaction() as session:
        person = persons.find(session, ANA)
        assert person is not None
        second = persons.add_address(session, person, SECOND, now=paese.clock.now())
        assert second is not None
        persons.confirm(session, second, now=paese.clock.now())
    bounces_daily(paese, 9, "5.2.2", "mailbox full", slug="orto")
    assert mailbox(paese) is None
    bounces_daily(paese, 1, "5.2.2", "mailbox full", slug="orto")
    assert bounce(paese, last_copy(paese, ANA), "5.2.2", "over quota") == "recorded: bounce-soft"
    [told] = paese.inbox(SECOND)
    assert told["Subject"] == "Non riusciamo a scriverti"
    assert "dal 9 marzo (casella piena)" in prose(told)
    paese.replies(SECOND, told, "riprendi")
    assert paese.last() == ("done", "resume")
    place = paese.place("orto", ANA)
    assert place is not None
    assert place.state is SubscriptionState.ACTIVE


def test_a_pause_of_ones_own_outlasts_the_trouble(town: Town) -> None:
    town.opens_list("garden", members=[ANA, BRUNO], moderate="nobody")
    town.opens_list("choir", members=[ANA, BRUNO], moderate="nobody")
    bounces_daily(town, 5)
    town.writes(ANA, to="choir-pause@lists.test")
    bounce(town, next(c for c in town.transport.copies if b"Does this mail reach you" in c.data))
    town.writes(ANA, to="hub@lists.test", text="resume")
    places = [town.place(slug, ANA) for slug in ("garden", "choir")]
    assert [place.state for place in places if place] == [SubscriptionState.ACTIVE, SubscriptionState.PAUSED]


def test_a_rule_of_a_provider_counts_against_nobody_and_is_told_once_a_day(town: Town) -> None:
    town.opens_list("garden", members=[ANA, BRUNO, OLGA], moderate="nobody")
    bounces_daily(town, 9, "5.7.1", "message refused by policy: listed at bl.example")
    assert mailbox(town) is None
    mine = [message for message in town.inbox(OLGA) if "refuses" in str(message["Subject"])]
    assert {str(message["Subject"]) for message in mine} == {"example.org refuses our mail"}
    assert len(mine) == 9
    assert "listed at bl.example" in prose(mine[0])
    town.writes(BRUNO, to="garden@lists.test", subject="Twice", text="In a day.")
    for email in (ANA, OLGA):
        bounce(town, last_copy(town, email), "5.7.1", "message refused by policy")
    assert len([s for s in town.subjects(OLGA) if "refuses" in s]) == 1


def test_a_mail_that_comes_back_from_everywhere_is_stopped_and_blames_no_mailbox(town: Town) -> None:
    members = [f"member{number}@example.org" for number in range(6)]
    town.opens_list("garden", members=[*members, BRUNO, OLGA], moderate="nobody")
    town.writes(BRUNO, to="garden@lists.test", subject="Seeds", text="Who has some?")
    copies = [last_copy(town, member) for member in members]
    for copy in copies[:5]:
        bounce(town, copy, "5.1.1", "user unknown")
    [stopped] = [message for message in town.inbox(OLGA) if "Stopped" in str(message["Subject"])]
    assert "came back from 4 of" in prose(stopped)
    assert "mailing.stopped" in happened(town)
    with town.database.reading() as session:
        assert session.scalar(sa.select(sa.func.count()).select_from(Mailbox)) == 0
        assert session.scalar(sa.select(Mailing.broken_at).where(Mailing.source == "lists.post")) is not None
    town.replies(OLGA, stopped, "go on")
    assert town.last() == ("answered", "go-on") or town.last()[1] == "go-on"


def test_what_was_stopped_while_it_left_goes_on_at_an_organisers_word(town: Town) -> None:
    members = [f"member{number}@example.org" for number in range(6)]
    town.opens_list("garden", members=[*members, BRUNO, OLGA], moderate="nobody")
    town.writes(BRUNO, to="garden@lists.test", subject="Seeds", text="Who has some?")
    with town.database.transaction() as session:
        mailing = session.scalars(sa.select(Mailing).where(Mailing.source == "lists.post")).one()
        mailing.state = MailingState.OPEN
    for member in members[:4]:
        bounce(town, last_copy(town, member), "5.1.1", "user unknown")
    with town.database.reading() as session:
        assert session.scalars(sa.select(Mailing.state).where(Mailing.source == "lists.post")).one() == "paused"
    [stopped] = [message for message in town.inbox(OLGA) if "Stopped" in str(message["Subject"])]
    town.replies(BRUNO, stopped, "go on")
    assert town.last()[0] == "held"  # not an organiser's voice
    town.replies(OLGA, stopped, "go on")
    assert town.last() == ("done", "go-on")
    with town.database.reading() as session:
        assert session.scalars(sa.select(Mailing.state).where(Mailing.source == "lists.post")).one() == "done"


def test_a_complaint_ends_the_mail_at_once_without_blame_and_survives_an_import(town: Town) -> None:
    town.opens_list("garden", members=[ANA, BRUNO], moderate="nobody")
    town.writes(BRUNO, to="garden@lists.test", subject="Seeds", text="Who has some?")
    town.receives(complaint(last_copy(town, ANA)), "fbl@example.net", ["abuse@lists.test"])
    assert ": ".join(town.last()) == "recorded: complaint"
    [_, told] = town.inbox(ANA)
    assert "you did nothing wrong" in prose(told)
    assert "complaint.received" in happened(town)
    town.writes(BRUNO, to="garden@lists.test", subject="More", text="Seeds again.")
    assert town.inbox(ANA) == []
    with town.database.reading() as session:
        [row] = consent.suppressed(session, town.hub.site, [ANA]).values()
        assert (row.reason, row.hard) == ("complaint", False)
    town.replies(ANA, told, "resume")
    with town.database.reading() as session:
        assert not consent.suppressed(session, town.hub.site, [ANA])
    town.writes(BRUNO, to="garden@lists.test", subject="Third", text="And again.")
    town.passes(days=1)
    assert "Third" in town.subjects(ANA)


@pytest.mark.parametrize("kind", ["not-spam", "auth-failure"])
def test_what_is_no_persons_complaint_changes_nothing(town: Town, kind: str) -> None:
    town.opens_list("garden", members=[ANA, BRUNO], moderate="nobody")
    town.writes(BRUNO, to="garden@lists.test", subject="Seeds", text="Who has some?")
    town.receives(complaint(last_copy(town, ANA), kind), "fbl@example.net", ["abuse@lists.test"])
    assert mailbox(town) is None


def test_a_report_that_brings_nothing_of_ours_back_has_no_effect(town: Town) -> None:
    town.opens_list("garden", members=[ANA, BRUNO], moderate="nobody")
    town.writes(BRUNO, to="garden@lists.test", subject="Seeds", text="Who has some?")
    copy = last_copy(town, ANA)
    damaged = copy.envelope_from.replace(copy.envelope_from[10], "a" if copy.envelope_from[10] != "a" else "b", 1)
    [refusal] = town.receives(report(copy), "", [damaged])
    assert refusal.startswith("550")
    forged = report(copy)
    for mark in (b"X-Mailhub-Delivery: ", b"Message-ID: <"):
        place = forged.lower().index(mark.lower()) + len(mark)
        forged = forged[:place] + (b"a" if forged[place : place + 1] != b"a" else b"b") + forged[place + 1 :]
    for address in ("garden@lists.test", "hub@lists.test", "abuse@lists.test"):
        town.receives(forged, "", [address])
        assert town.last() == ("dropped", "unsigned-report")
    with town.database.reading() as session:
        assert session.scalar(sa.select(sa.func.count()).select_from(Bounce)) == 0
        assert session.scalars(sa.select(Delivery.bounced_at).where(Delivery.bounced_at.is_not(None))).all() == []


def test_a_bounce_is_known_by_our_mark_wherever_it_comes_and_counts_once(town: Town) -> None:
    town.opens_list("garden", members=[ANA, BRUNO], moderate="nobody")
    town.writes(BRUNO, to="garden@lists.test", subject="Seeds", text="Who has some?")
    copy = last_copy(town, ANA)
    town.receives(report(copy), "", ["hub@lists.test"])
    assert town.last() == ("recorded", "bounce-hard")
    assert bounce(town, copy) == "recorded: bounce-known"
    assert bounce(town, copy, "4.4.1", "still trying", "delayed") == "recorded: bounce-delayed"
    with town.database.reading() as session:
        assert session.scalar(sa.select(sa.func.count()).select_from(Bounce)) == 1


def test_an_import_brings_nobody_back_who_complained(town: Town) -> None:
    town.opens_list("garden", members=[ANA, BRUNO], moderate="nobody")
    town.writes(BRUNO, to="garden@lists.test", subject="Seeds", text="Who has some?")
    town.receives(complaint(last_copy(town, ANA)), "fbl@example.net", ["abuse@lists.test"])
    town.opens_list("choir")
    with town.database.transaction() as session:
        choir = session.scalars(sa.select(MailList.id).where(MailList.slug == "choir")).one()
        enrolling.add(session, choir, ANA, basis="story", name="Ana", language=None, published=2, now=town.clock.now())
    town.inbox(ANA)
    town.writes(BRUNO, to="choir@lists.test", subject="Songs", text="Which?")
    town.passes(days=2)
    assert town.inbox(ANA) == []
