"""Core stories, the same over the three ways to run a site: no Message-ID, sender or link of ours need survive."""

import re
from collections.abc import Iterator
from email.message import EmailMessage
from pathlib import Path
from urllib.parse import unquote

import pytest
import sqlalchemy as sa

from mailhub.archive.tables import Post
from mailhub.db.session import Database
from mailhub.inbound.tracing.finding import trace
from tests import relaying
from tests.stories.conftest import _town
from tests.stories.deployments import DEPLOYMENTS, deployment
from tests.stories.reports import last_copy, report
from tests.stories.town import Town, body

ANA, BEA, CARLO, ZOE = "ana@example.org", "bea@example.org", "carlo@example.net", "zoe@example.net"


@pytest.fixture(params=DEPLOYMENTS)
def site(request: pytest.FixtureRequest, tmp_path: Path, database: Database) -> Iterator[Town]:
    yield from _town(deployment(request.param, tmp_path, database))


@pytest.fixture
def relayed(tmp_path: Path, database: Database) -> Iterator[Town]:
    """Behind a relay that rewrites."""
    yield from _town(deployment("relay", tmp_path, database))


@pytest.fixture
def silent(tmp_path: Path, database: Database) -> Iterator[Town]:
    """Behind a relay that rewrites and never says what it has called a mail; the site knows that it does."""
    yield from _town(deployment("silent relay", tmp_path, database, MAILHUB_OUTBOUND__KEEPS_IDS="false"))


def at(site: Town, local: str) -> str:
    return site.hub.site.address(local)


def begins(site: Town) -> None:
    site.opens_list("garden", members=[f"Ana <{ANA}>", f"Bea <{BEA}>", f"Carlo <{CARLO}>"], moderate="nobody")


def threads(site: Town) -> list[int]:
    with site.database.reading() as session:
        return list(session.scalars(sa.select(Post.thread_id).order_by(Post.number)))


def test_a_stranger_joins_by_two_mails_and_leaves_by_one(site: Town) -> None:
    begins(site)
    site.writes(ZOE, to=at(site, "garden-join"))
    [confirmation] = site.inbox(ZOE)
    site.replies(ZOE, confirmation, "yes")
    assert site.last() == ("done", "confirm")
    [welcome] = site.inbox(ZOE)
    site.replies(ZOE, welcome, "leave")
    assert site.last() == ("done", "leave")
    [goodbye] = site.inbox(ZOE)
    site.replies(ZOE, goodbye, "undo")
    assert site.last()[0] == "done"


def test_answers_find_their_conversation_in_the_archive_and_in_every_mailbox(site: Town) -> None:
    begins(site)
    first = site.writes(ANA, to=at(site, "garden"), subject="Shears", text="Who has the shears?")
    site.writes(CARLO, to=at(site, "garden"), subject="Shears", text="Another matter of the same name.")
    question = site.inbox(BEA)[0]
    site.replies(BEA, question, "I have them.")
    answer = site.inbox(CARLO)[-1]
    site.replies(CARLO, answer, "Then all is well.")
    one, other, two, three = threads(site)
    assert one == two == three != other
    [*_, seen] = site.inbox(ANA)
    assert first in str(seen["References"])  # Ana's own program threads it too: this is the name she gave it


def test_an_answer_finds_its_conversation_by_the_address_it_goes_to(silent: Town) -> None:
    begins(silent)
    silent.writes(ANA, to=at(silent, "garden"), subject="Shears", text="Who has the shears?")
    silent.writes(CARLO, to=at(silent, "garden"), subject="Shears", text="Another matter of the same name.")
    question = silent.inbox(BEA)[0]
    assert str(question["Reply-To"]).startswith("Garden <r.")
    assert question["List-Post"] == f"<mailto:{at(silent, 'garden')}>"
    silent.replies(BEA, question, "I have them.")
    silent.replies(CARLO, silent.inbox(CARLO)[-1], "Then all is well.")
    one, other, two, three = threads(silent)
    assert one == two == three != other
    silent.replies(ANA, question, "I speak for Bea.")  # her address is in nobody's mail but hers
    assert silent.last() == ("held", "not-theirs")


def test_why_knows_the_mail_it_is_asked_about(site: Town) -> None:
    begins(site)
    site.writes(ANA, to=at(site, "garden"), subject="Shears", text="Who has the shears?")
    [post] = site.inbox(BEA)
    site.replies(BEA, post, "why")
    [told] = site.inbox(BEA)
    assert "9:00" in body(told)  # when that very mail left


def test_an_answer_to_the_letter_finds_its_message(site: Town) -> None:
    site.opens_list("garden", members=[f"Ana <{ANA}>", f"Bea <{BEA}>"], default_delivery="digest")
    for subject in ("Shears", "Compost"):
        site.writes(ANA, to=at(site, "garden"), subject=subject, text=f"Who has some? {subject}.")
    site.passes(days=1)
    [letter] = letters(site, BEA)
    site.replies(BEA, letter, "2 I have some.")
    assert threads(site)[1] == threads(site)[2] != threads(site)[0]


def letters(site: Town, email: str) -> list[EmailMessage]:
    return [mail for mail in site.inbox(email) if "<letter." in str(mail["List-Id"])]


def test_what_comes_back_is_known_however_it_comes_back(site: Town) -> None:
    begins(site)
    for kind in ("to its return path", "to the group", "to the desk"):
        site.writes(ANA, to=at(site, "garden"), subject=f"Returned {kind}", text="Hello.")
        to = {"to the group": at(site, "garden"), "to the desk": at(site, "hub")}.get(kind)
        left = next(one for one in reversed(site.transport.left) if one.envelope_to == CARLO)
        site.receives(report(last_copy(site, CARLO)), "", [to or left.envelope_from])
        assert site.last() == ("recorded", "bounce-hard"), kind


def test_a_report_that_only_names_what_a_relay_called_a_mail_counts_for_nothing(relayed: Town) -> None:
    begins(relayed)
    relayed.writes(ANA, to=at(relayed, "garden"), subject="Shears", text="Who has the shears?")
    unmarked = re.sub(rb"(?m)^X-Mailhub-Delivery: .*\n", b"", report(last_copy(relayed, CARLO)))
    relayed.receives(unmarked, "", ["garden@lists.test"])
    assert relayed.last() == ("dropped", "unsigned-report")


def test_a_link_of_ours_within_a_link_that_counts_clicks_reaches_nobody_else(relayed: Town) -> None:
    relayed.opens_list("garden", members=[f"Ana <{ANA}>", f"Bea <{BEA}>"], default_delivery="digest")
    relayed.writes(ANA, to=at(relayed, "garden"), subject="Shears", text="Who has the shears?")
    relayed.passes(days=1)
    [letter] = letters(relayed, BEA)
    link = next(word for word in body(letter).split() if word.startswith(relaying.CLICKS) and "%2Fme%2F" in word)
    relayed.writes(BEA, to=at(relayed, "garden"), subject="Look at this", text=f"See {link} there.")
    relayed.passes(days=1)
    [*_, letter] = letters(relayed, ANA)
    [shown] = [word for word in body(letter).split() if "[…]" in unquote(word)]
    assert shown.startswith(relaying.CLICKS)


def test_a_mail_is_found_by_what_the_relay_called_it(relayed: Town) -> None:
    begins(relayed)
    relayed.writes(ANA, to=at(relayed, "garden"), subject="Shears", text="Who has the shears?")
    [post] = relayed.inbox(BEA)
    with relayed.database.reading() as session:
        [found] = trace(session, relayed.hub, str(post["Message-ID"])).left
    assert found.subject == "Shears"
