"""Journeys stand beside groups and mails: planned, published, exported and closed with them, all or nothing."""

from datetime import datetime

import pytest
import sqlalchemy as sa

from mailhub.cli.firstrun import prepare
from mailhub.hub.build import Hub
from mailhub.journeys import seconding, things
from mailhub.journeys.tables import Enrolment
from mailhub.lists import places, reading
from mailhub.people import persons, questions, roles
from mailhub.people.tables import Question
from tests.cli.conftest import Cli
from tests.cli.test_publishing import NOTHING, within

FIRST = """\
title: Benvenuto
trigger: {activity: subscription.confirmed, list: orto}
steps:
  - {send: hello}
  - {id: pause, wait: 10 d}
  - {id: again, send: hello}
"""
MAIL = "---\nsubject: Ciao\npurpose: membership\n---\nQui si coltiva insieme.\n"


def write(site: Cli, text: str = FIRST) -> None:
    for language in ("it", "en"):
        path = site.folder / "templates" / "hello" / f"hello.{language}.md"
        path.parent.mkdir(exist_ok=True)
        path.write_text(MAIL)
    site.file("journeys/welcome.yaml", text)


def comes(site: Cli, *emails: str) -> None:
    """These people belong to the group, and whoever does came in just now."""

    def join(hub: Hub) -> None:
        now = hub.clock.now()
        with hub.database.transaction() as session:
            group = reading.by_slug(session, "orto")
            assert group is not None
            for email in emails:
                person, _ = persons.meet(session, email, now=now)
                places.enter(session, group, person.id, now=now, source="mail", evidence={})

    within(site, join)


def enrolled(site: Cli) -> list[tuple[str, str | None]]:
    found: list[tuple[str, str | None]] = []

    def look(hub: Hub) -> None:
        with hub.database.reading() as session:
            rows = session.execute(sa.select(Enrolment.step, Enrolment.reason).order_by(Enrolment.id))
            found.extend((step, reason) for step, reason in rows)

    within(site, look)
    return found


@pytest.fixture
def way(site: Cli) -> Cli:
    """A site with a journey, on which Nives is; her place is the wait."""
    write(site)
    site.says("apply")
    comes(site, "nives@example.org")
    site.says("apply", "--backfill", "welcome")

    def on(hub: Hub) -> None:
        with hub.database.transaction() as session:
            session.execute(sa.update(Enrolment).values(step="pause", phase="waiting"))

    within(site, on)
    return site


def test_a_new_journey_is_planned_with_whom_it_would_fit(site: Cli) -> None:
    comes(site, "nives@example.org", "rita@example.org")
    write(site)
    said = site.says("plan")
    assert (
        "journeys/welcome.yaml: new\n"
        "    the journey begins with who comes in from now on\n"
        "    people who fit what brings people in, as things are today: 2\n"
        "    they do not come in by this; who comes from now on does\n"
    ) in said
    assert "published   journeys/welcome.yaml\n" in site.says("apply")
    assert site.says("plan") == NOTHING
    assert enrolled(site) == []


def test_whom_an_exit_would_send_away_at_once_does_not_fit_and_what_is_not_known_sends_nobody(site: Cli) -> None:
    comes(site, "nives@example.org", "rita@example.org")
    write(site, FIRST + "exits: [{id: old, when: posts.last_at < now - 30 days}]\n")
    assert "people who fit what brings people in, as things are today: 2\n" in site.says("plan")
    write(site, FIRST + "exits: [{id: all, when: list.orto.member}]\n")
    assert "people who fit what brings people in, as things are today: 0\n" in site.says("plan")


def test_what_is_wrong_in_one_kind_publishes_none(site: Cli) -> None:
    write(site, FIRST.replace("send: hello", "send: helo"))
    site.file("lists/orto.yaml", "title: Altro\n")
    assert site.refuses("apply").startswith(
        'journeys/welcome.yaml:4: there is no template "helo"; did you mean "hello"'
    )
    site.file("journeys/welcome.yaml", FIRST.replace("list: orto", "list: orti"))
    assert 'there is no group "orti"; did you mean "orto"' in site.refuses("plan")
    site.file("journeys/welcome.yaml", FIRST)
    assert "lists/orto.yaml: changed" in site.says("plan")


def test_a_group_and_the_journey_into_it_are_published_together(site: Cli) -> None:
    site.file("lists/bosco.yaml", "title: Bosco\n")
    write(
        site,
        FIRST.replace("orto", "bosco").replace("steps:", "exits: [{id: out, when: not list.bosco.member}]\nsteps:"),
    )
    said = site.says("apply")
    assert "published   lists/bosco.yaml" in said
    assert "published   journeys/welcome.yaml" in said


def test_the_first_run_publishes_journeys_too(cli: Cli) -> None:
    write(cli)
    within(cli, prepare)
    assert cli.says("plan") == NOTHING


def test_the_first_run_of_a_folder_with_a_mistake_publishes_nothing(cli: Cli) -> None:
    write(cli, FIRST.replace("send: hello", "send: helo"))
    assert 'no template "helo"' in cli.refuses("apply")
    site = cli.says("plan", "--no-diff") if cli.file("journeys/welcome.yaml", FIRST) else ""
    assert "lists/orto.yaml: new" in site


def test_people_come_in_who_fitted_before_only_when_somebody_says_so(site: Cli) -> None:
    comes(site, "nives@example.org", "rita@example.org")
    write(site, FIRST + "entry: {backfill: ask}\n")
    assert "they come in only by: mailhub apply --backfill welcome" in site.says("apply")
    assert enrolled(site) == []
    assert "    they come in now: 2\n" in site.says("plan", "--backfill", "welcome")
    assert site.says("apply", "--backfill", "welcome").endswith("welcome: people who have come in: 2\n")
    assert enrolled(site) == [("hello", None), ("hello", None)]
    assert "    they come in now: 0\n" in site.says("plan", "--backfill", "welcome")
    assert site.says("apply", "--backfill", "welcome").endswith("welcome: people who have come in: 0\n")
    assert "no such journey" in site.refuses("apply", "--backfill", "welcom")


def test_a_step_that_goes_needs_a_word_about_who_stands_there(way: Cli) -> None:
    way.file("journeys/welcome.yaml", FIRST.replace("  - {id: pause, wait: 10 d}\n", ""))
    assert "    the step pause goes; people who stand there: 1\n" in way.says("plan")
    assert 'cannot be published so: 1 person stands at the step "pause"' in way.says("plan")
    assert 'journeys/welcome.yaml: 1 person stands at the step "pause", which is gone' in way.refuses("apply")
    assert "    people who go from pause to again: 1\n" in way.says("plan", "--map", "welcome:pause=again")
    assert "changed     journeys/welcome.yaml\n" in way.says("apply", "--map", "welcome:pause=again")
    assert enrolled(way) == [("again", None)]


def test_people_can_be_let_go_with_a_reason(way: Cli) -> None:
    way.file("journeys/welcome.yaml", FIRST.replace("  - {id: pause, wait: 10 d}\n", ""))
    assert "whose way ends at pause (it is over): 1" in way.says("apply", "--leave", "welcome:pause=it is over")
    assert enrolled(way) == [("pause", "it is over")]


@pytest.mark.parametrize(
    ("option", "said"),
    [
        (("--map", "welcome=again"), "--map welcome=again: write it as JOURNEY:STEP=…"),
        (("--stay", "welcome"), "--stay welcome: write it as JOURNEY:STEP"),
        (("--map", "benvenuto:pause=again"), "benvenuto: this journey is not published by this"),
    ],
)
def test_an_option_that_says_nothing_is_told(way: Cli, option: tuple[str, str], said: str) -> None:
    way.file("journeys/welcome.yaml", FIRST.replace("10 d", "5 d"))
    assert way.refuses("apply", *option).startswith(said)


def test_a_journey_without_a_file_is_closed_only_when_somebody_says_so(way: Cli) -> None:
    (way.folder / "journeys" / "welcome.yaml").unlink()
    assert "people who are on it finish it: 1" in way.says("plan")
    assert "Still open, though their file is gone: welcome." in way.says("apply")
    assert "closed      welcome\n" in way.says("apply", "--close")
    assert way.says("plan") == NOTHING
    assert enrolled(way) == [("pause", None)]


def test_export_writes_back_the_journey_that_runs(way: Cli) -> None:
    path = way.folder / "journeys" / "welcome.yaml"
    assert way.says("export", "content") == "The files say what runs; nothing was to be written.\n"
    path.write_text(FIRST.replace("10 d", "5 d"))
    assert "journeys/welcome.yaml: changed" in way.refuses("export", "content")
    assert way.says("export", "content", "--theirs") == "journeys/welcome.yaml\n"
    assert path.read_text() == FIRST
    assert way.says("plan") == NOTHING


def test_a_draft_is_not_published_and_keeps_nothing_else_from_it(site: Cli) -> None:
    write(site, FIRST.replace("send: hello", "send: helo") + "draft: true\n")
    assert "journeys" not in site.says("apply")
    write(site)
    assert "published   journeys/welcome.yaml" in site.says("apply")
    write(site, FIRST.replace("10 d", "5 d") + "draft: true\n")
    assert site.says("plan") == NOTHING


def test_what_concerns_thousands_waits_for_another_organiser(way: Cli, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(seconding, "MANY", 0)

    def appoint(hub: Hub) -> None:
        with hub.database.transaction() as session:
            organisers = ["olga@example.org", "ada@example.org"]
            roles.appoint(session, organisers, roles.ORGANISER, origin="config", now=hub.clock.now())

    within(way, appoint)
    way.file("journeys/welcome.yaml", FIRST.replace("  - {id: pause, wait: 10 d}\n", ""))
    way.file("lists/orto.yaml", "title: Altro\n")
    refused = way.refuses("apply", "--by", "zoe@example.org")
    assert refused.startswith("--by zoe@example.org: nobody who organises the site is known by this address")
    said = way.says("apply", "--map", "welcome:pause=again", "--by", "olga@example.org", "--backfill", "welcome")
    assert "welcome: nobody comes in before it is published; say --backfill welcome again then\n" in said
    assert "people who have come in" not in said
    assert "changed     lists/orto.yaml\n" in said
    assert (
        "waits       journeys/welcome.yaml\n    people concerned at once: 1; another organiser is asked by mail" in said
    )
    assert enrolled(way) == [("pause", None)]
    assert "journeys/welcome.yaml: changed" in way.says("plan")


def test_thousands_come_in_only_when_another_organiser_agrees(way: Cli, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(seconding, "MANY", 0)

    def appoint(hub: Hub) -> None:
        with hub.database.transaction() as session:
            organisers = ["olga@example.org", "ada@example.org"]
            roles.appoint(session, organisers, roles.ORGANISER, origin="config", now=hub.clock.now())

    def agree(hub: Hub) -> None:
        with hub.database.transaction() as session:
            question = session.scalars(sa.select(Question).where(Question.kind == things.PUBLISH)).one()
            ada = persons.find(session, "ada@example.org")
            assert ada is not None
            questions.settle(session, question, seconding.AGREED, ada.id, now=hub.clock.now())

    within(way, appoint)
    comes(way, "zoe@example.org")
    wanted = ("apply", "--by", "olga@example.org", "--backfill", "welcome")
    asked = "welcome: people concerned at once: 1; another organiser is asked by mail whether they may come in"
    for _ in range(2):
        said = way.says(*wanted)
        assert asked in said
        assert "people who have come in" not in said
    within(way, agree)
    assert "welcome: people who have come in: 1\n" in way.says(*wanted)


def test_where_nobody_else_organises_nobody_is_asked(way: Cli, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(seconding, "MANY", 0)
    way.file("journeys/welcome.yaml", FIRST.replace("  - {id: pause, wait: 10 d}\n", ""))
    assert "changed     journeys/welcome.yaml\n" in way.says("apply", "--map", "welcome:pause=again")
    assert "waits" not in way.says("plan")


def test_those_who_come_in_are_spread_over_days(site: Cli) -> None:
    comes(site, *(f"p{n}@example.org" for n in range(4)))
    write(site)
    assert "    they come in over 2 days: 4\n" in site.says("apply", "--backfill", "welcome", "--spread", "2")
    due: list[datetime] = []

    def look(hub: Hub) -> None:
        with hub.database.reading() as session:
            due.extend(at for at in session.scalars(sa.select(Enrolment.due_at).order_by(Enrolment.id)) if at)

    within(site, look)
    assert [(at - due[0]).days for at in due] == [0, 0, 1, 1]
