"""A journey waits for a segment: people come in when they begin to fit, and are found anew when it means others."""

import logging
from datetime import datetime, timedelta
from email.message import EmailMessage

import pytest
import sqlalchemy as sa

from mailhub import content
from mailhub.journeys import segments as journeys
from mailhub.journeys.tables import Enrolment, SegmentMember
from mailhub.lists import asking
from mailhub.people import roles
from mailhub.people.segments import counting, publishing, written
from mailhub.people.segments.resolving import facts
from tests.stories.journeys import publishes
from tests.stories.town import Town

OLGA, NIVES, PIA, ZOE = "olga@example.org", "nives@example.org", "pia@example.org", "zoe@example.org"
HEAD = "title: Hello\nlist: garden\nsteps: [{id: rest, wait: 1 min}]\n"


@pytest.fixture
def garden(town: Town) -> Town:
    town.opens_list("garden", organiser=OLGA, moderate="nobody")
    town.joins("garden", NIVES, PIA)
    town.settles()
    return town


def means(town: Town, slug: str, when: str, title: str = "T") -> None:
    """Publish a segment, as `mailhub apply` does."""
    document = content.load_text(f"title: {title}\nwhen: {when}\n", f"segments/{slug}.yaml")
    with town.database.transaction() as session:
        before = asking.before_segments(session, town.hub.site)
        known = facts(document, before, publishing.running(session, before).segments)
        one = written.Written(document, written.read(document, known))
        publishing.apply_files(session, [one], now=town.clock.now())
        journeys.look_anew(session, [slug])


def text_of(mail: EmailMessage) -> str:
    """Its words, wherever lines break."""
    body = mail.get_body(("plain",))
    assert body is not None
    return " ".join(str(body.get_content()).split())


def organises(town: Town, email: str) -> None:
    """They organise the site, not only a group."""
    with town.database.transaction() as session:
        roles.appoint(session, [email], roles.ORGANISER, origin="config", now=town.clock.now())


def came(town: Town, email: str) -> list[datetime]:
    person = town.person(email)
    assert person is not None
    with town.database.reading() as session:
        return list(session.scalars(sa.select(Enrolment.began_at).where(Enrolment.person_id == person.id)))


def agrees(town: Town, slug: str) -> bool:
    """Whether those who are known to fit, all of the group, are those the database counts now."""
    with town.database.reading() as session:
        known = asking.standing(session, town.hub.site)
        who = counting.who(known.segments[f"segment.{slug}"], town.hub.site, now=town.clock.now())
        kept = sa.select(SegmentMember.person_id).where(SegmentMember.since.is_not(None))
        return set(session.scalars(who)) == set(session.scalars(kept))


def test_people_come_in_when_they_begin_to_fit_a_segment_of_a_segment(garden: Town) -> None:
    means(garden, "in-orto", "list.garden.member")
    means(garden, "wrote", "segment.in_orto and posts.count >= 1")
    publishes(garden, HEAD + "trigger: {segment: segment.wrote}\n", {})
    garden.settles()
    assert (came(garden, NIVES), came(garden, PIA)) == ([], [])
    garden.writes(NIVES, to="garden@lists.test", subject="Shears", text="Who has them?")
    garden.settles()
    assert len(came(garden, NIVES)) == 1
    assert came(garden, PIA) == []
    assert agrees(garden, "wrote")


def test_time_alone_brings_in_whom_it_makes_fit(garden: Town, caplog: pytest.LogCaptureFixture) -> None:
    means(garden, "silent", "list.garden.member and posts.last_at < now - 30 days")
    publishes(garden, HEAD + "trigger: {segment: segment.silent}\n", {})
    garden.settles()
    garden.writes(NIVES, to="garden@lists.test", subject="Shears", text="Who has them?")
    garden.settles()
    with caplog.at_level(logging.WARNING, "mailhub.journeys"):
        garden.worker.turn(timedelta(days=29))
        assert came(garden, NIVES) == []
        garden.worker.turn(timedelta(days=2))
    assert len(came(garden, NIVES)) == 1
    assert agrees(garden, "silent")
    assert "watched wrongly" not in caplog.text


def test_whom_a_segment_means_by_a_change_does_not_come_in_and_whoever_fits_later_does(
    garden: Town, caplog: pytest.LogCaptureFixture
) -> None:
    means(garden, "called", "person.name = Nobody")
    publishes(garden, HEAD + "trigger: {segment: segment.called}\n", {})
    garden.settles()
    with caplog.at_level(logging.WARNING, "mailhub.journeys"):
        means(garden, "called", "list.garden.member")
        garden.worker.turn(timedelta(days=2))
        assert agrees(garden, "called")
        assert (came(garden, NIVES), came(garden, PIA)) == ([], [])
        garden.joins("garden", ZOE)
        garden.settles()
    assert len(came(garden, ZOE)) == 1
    assert "watched wrongly" not in caplog.text


def test_an_exit_that_names_a_segment_means_its_newest_people(garden: Town) -> None:
    means(garden, "done", "posts.count >= 5")
    exits = "exits: [{id: done, when: segment.done}]\n"
    long = HEAD.replace("1 min", "30 d")
    publishes(garden, f"{long}trigger: {{segment: list.garden.member}}\n{exits}", {})
    garden.settles()
    garden.joins("garden", ZOE)
    garden.settles()
    assert len(came(garden, ZOE)) == 1
    means(garden, "done", "posts.count >= 1")
    garden.writes(ZOE, to="garden@lists.test", subject="Shears", text="Who has them?")
    garden.settles()
    with garden.database.reading() as session:
        assert session.scalars(sa.select(Enrolment.reason)).all() == ["done"]


def test_what_names_a_segment_that_was_taken_back_waits_and_goes_on_when_it_is_there_again(garden: Town) -> None:
    means(garden, "wrote", "posts.count >= 1")
    publishes(garden, HEAD + "trigger: {segment: segment.wrote}\n", {})
    garden.settles()
    with garden.database.transaction() as session:
        publishing.take_back(session, "wrote", now=garden.clock.now())
    garden.writes(NIVES, to="garden@lists.test", subject="Shears", text="Who has them?")
    garden.settles()
    assert came(garden, NIVES) == []
    means(garden, "wrote", "posts.count >= 2")
    garden.settles()
    garden.writes(NIVES, to="garden@lists.test", subject="Pots", text="And these?")
    garden.settles()
    assert len(came(garden, NIVES)) == 1


@pytest.mark.parametrize(
    ("words", "subject", "told"),
    [
        ("segmenti: in-orto", "Quante persone: in-orto", "Chi coltiva: ora le persone sono 2."),
        ("Segments: segment.in_orto", "How many people: in-orto", "Growers: there are 2 people now."),
        ("segmenti: in orta", "Quante persone: in-orto", "Chi coltiva: ora le persone sono 2."),
        ("segments: choir", "Which segment?", "- in-orto"),
        ("segmenti", "Quante persone: i segmenti di Pietrafiore", "- in-orto: 2"),
    ],
)
def test_an_organiser_asks_by_mail_of_how_many_people_a_segment_is(
    garden: Town, words: str, subject: str, told: str
) -> None:
    organises(garden, OLGA)
    means(garden, "in-orto", "list.garden.member", "{it: Chi coltiva, en: Growers}")
    garden.writes(OLGA, to="hub@lists.test", text=words)
    answer = garden.mailbox(OLGA)[-1]
    assert answer["Subject"] == subject
    assert told in text_of(answer)
    garden.replies(OLGA, answer, f"{words.split()[0].strip(':')}: in-orto")
    assert garden.mailbox(OLGA)[-1]["Subject"].endswith(": in-orto")


def test_nobody_else_is_told_and_their_words_come_back(garden: Town) -> None:
    organises(garden, OLGA)
    means(garden, "in-orto", "list.garden.member")
    garden.writes(NIVES, to="hub@lists.test", text="segmenti: in-orto")
    answer = garden.mailbox(NIVES)[-1]
    assert "lo può fare solo" in answer["Subject"]
    assert "segmenti: in-orto" in text_of(answer)


def test_a_journey_names_what_a_version_names_that_somebody_is_still_on(garden: Town) -> None:
    means(garden, "done", "posts.count >= 5")
    long = HEAD.replace("1 min", "30 d") + "trigger: {segment: list.garden.member}\n"
    publishes(garden, f"{long}exits: [{{id: done, when: segment.done}}]\n", {})
    garden.settles()
    garden.joins("garden", ZOE)
    garden.settles()
    publishes(garden, long, {})
    with garden.database.transaction() as session:
        assert journeys.that_name(session, ["done"]) == ["welcome"]
        session.execute(sa.update(Enrolment).values(ended="stopped", ended_at=garden.clock.now(), due_at=None))
        assert journeys.that_name(session, ["done"]) == []
