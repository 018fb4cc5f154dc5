"""`mailhub journey`: what is drawn is what happened; journeys are held, let go on and closed; somebody comes in."""

from xml.etree import ElementTree

import pytest
import sqlalchemy as sa

from mailhub.hub.build import Hub
from mailhub.journeys import running
from mailhub.journeys.tables import Enrolment
from mailhub.people import persons
from tests.cli.conftest import Cli
from tests.cli.test_publishing import within
from tests.cli.test_publishing_journeys import comes, enrolled, write

SPLIT = """\
title: {it: Benvenuto, en: Welcome}
trigger: {activity: subscription.confirmed, list: orto}
exits: [{id: writes, when: posts.count >= 1, goal: true}]
steps:
  - {send: hello}
  - {id: prova, split: {uno: 50, due: 50}}
  - {id: uno, wait: 10 d, goto: fine}
  - {id: due, wait: {when: posts.count >= 5, timeout: 20 d, then: {met: fine, timeout: fine}}}
  - {id: fine, end: {}}
"""


@pytest.fixture
def way(site: Cli) -> Cli:
    """Four people are on it, each at one of two waits."""
    write(site, SPLIT)
    site.says("apply")
    comes(site, *(f"p{n}@example.org" for n in range(4)))
    site.says("apply", "--backfill", "welcome")
    works(site)
    return site


def works(site: Cli) -> None:
    """Everybody whose time has come moves on."""

    def move(hub: Hub) -> None:
        with hub.database.transaction() as session:
            running.page(session, hub.site, hub.verbs, now=hub.clock.now())

    within(site, move)


def test_a_journey_is_drawn_with_its_numbers(way: Cli) -> None:
    said = way.says("journey", "show", "welcome")
    assert said.startswith("Welcome\nwho comes in begins with version 1; people on it: 4\n\n")
    assert "Version 1: 4 came in, 4 are on it\n● hello  sends hello\n" in said
    assert "│        came 4 · sent 4 · joined 0 · posted 0 · median 0 min\n" in said
    assert "● prova  divides by lot: uno 50 %, due 50 %\n" in said
    assert "├─       uno → uno: 4; goal 0 of 4, 0 % (0–49 %)\n" in said
    assert "○ uno    waits 10 d\n│        came 4 · wait here 4\n├─       → fine: 0\n" in said
    assert said.endswith("· fine   ends\n         came 0\n")


def test_an_older_version_is_drawn_while_somebody_is_on_it(way: Cli) -> None:
    way.file("journeys/welcome.yaml", SPLIT.replace("10 d", "5 d"))
    way.says("apply")
    said = way.says("journey", "show", "welcome")
    assert "begins with version 2; people on it: 4" in said
    assert said.index("Version 2: 0 came in") < said.index("Version 1: 4 came in, 4 are on it")
    assert "waits 5 d" in said
    assert "waits 10 d" in said


def test_ends_are_told_by_how_they_came(way: Cli) -> None:
    def end(hub: Hub) -> None:
        with hub.database.transaction() as session:
            first = sa.select(sa.func.min(Enrolment.id)).scalar_subquery()
            session.execute(
                sa.update(Enrolment).where(Enrolment.id == first).values(ended="goal", reason="writes", due_at=None)
            )

    within(way, end)
    assert "4 came in, 3 are on it; 1 reached the goal writes" in way.says("journey", "show", "welcome")


def test_the_drawing_is_a_file_that_can_be_read_aloud(way: Cli) -> None:
    path = way.folder / "welcome.svg"
    way.says("journey", "show", "welcome", "--svg", str(path), "--language", "it")
    root = ElementTree.fromstring(path.read_text(encoding="utf-8"))
    words = [text.text or (text[0].tail if len(text) else "") for text in root.iter("{http://www.w3.org/2000/svg}text")]
    assert words[0] == "Benvenuto"
    for said in ("hello", "manda hello", "divide a sorte: uno 50 %, due 50 %", "aspetta 10 d"):
        assert said in words
    assert root.attrib["role"] == "img"
    assert "is there already" in way.refuses("journey", "show", "welcome", "--svg", str(path))


def test_nobody_moves_while_it_is_paused(way: Cli) -> None:
    assert way.says("journey", "pause", "welcome") == "welcome paused; people on it: 4\n"
    assert way.says("journey", "pause", "welcome") == "welcome is paused already.\n"
    assert "nobody moves; people on it: 4" in way.says("journey", "show", "welcome")
    assert way.says("journey", "resume", "welcome") == "welcome goes on; people on it: 4\n"
    assert way.says("journey", "resume", "welcome") == "welcome is neither paused nor closed.\n"


def test_a_closed_journey_takes_nobody_in_until_it_is_opened(way: Cli) -> None:
    assert way.says("journey", "close", "welcome") == "welcome closed; people on it: 4\n"
    assert way.says("journey", "close", "welcome") == "welcome is closed already.\n"
    comes(way, "rita@example.org")
    refused = way.refuses("journey", "enrol", "welcome", "--person", "rita@example.org")
    assert refused == "welcome is closed: nobody comes in; `mailhub journey resume welcome` opens it\n"
    way.says("journey", "resume", "welcome")
    assert way.says("journey", "enrol", "welcome", "--person", "rita@example.org") == "rita@example.org has come in.\n"
    assert len(enrolled(way)) == 5


@pytest.mark.parametrize(
    ("email", "said"),
    [
        ("p1@example.org", "p1@example.org is on welcome, or was not long ago: they can come in again when"),
        ("ada@example.org", "ada@example.org does not belong to orto, whose members this journey writes to"),
        ("zoe@example.org", "--person zoe@example.org: nobody is known by this address"),
    ],
)
def test_who_cannot_come_in_is_told_why(way: Cli, email: str, said: str) -> None:

    def know(hub: Hub) -> None:
        with hub.database.transaction() as session:
            persons.meet(session, "ada@example.org", now=hub.clock.now())

    within(way, know)
    assert way.refuses("journey", "enrol", "welcome", "--person", email).startswith(said)


def test_a_name_that_is_not_there_is_told_with_the_nearest(way: Cli) -> None:
    assert way.refuses("journey", "show", "welcom") == ('welcom: there is no such journey; did you mean "welcome"?\n')
