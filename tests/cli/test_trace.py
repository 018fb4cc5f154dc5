"""`mailhub trace` at a terminal: text, JSON, both languages, an unknown id."""

import json

from mailhub.cli.site import open_database
from mailhub.cli.where import Where
from mailhub.hub.build import build_hub
from mailhub.inbound import intake
from mailhub.jobs.assembly import worker_for
from mailhub.people.tables import Activity
from tests.cli.conftest import Cli
from tests.stories.town import Inboxes

LETTER = (
    b"From: Anna Bini <anna@example.org>\r\nTo: orto-iscriviti@lists.test\r\nSubject: Carriola\r\n"
    b"Date: Mon, 09 Mar 2026 09:00:00 +0100\r\nMessage-ID: <m1@example.org>\r\n\r\nCiao\r\n"
)


def receives(site: Cli) -> None:
    """One mail comes in and is worked on."""
    database = open_database(Where(site.config).settings())
    hub = build_hub(Where(site.config).settings(), database=database)
    envelope = intake.Envelope("anna@example.org", ("orto-iscriviti@lists.test",), "127.0.0.1", "smtp")
    with database.transaction() as session:
        intake.keep(session, hub.site, envelope, LETTER, now=hub.clock.now())
    worker_for(hub, Inboxes()).settle()
    hub.close()


def test_a_mail_is_told_in_both_languages_and_as_json(site: Cli) -> None:
    receives(site)
    english = site.says("trace", "<m1@example.org>")
    assert '  For orto-iscriviti@lists.test: It is done. It was understood as "join".\n' in english
    italian = site.says("trace", "m1@example.org", "--language", "it")
    assert "  Per orto-iscriviti@lists.test: È fatto. È stata intesa come «iscriviti».\n" in italian
    whole = json.loads(site.says("trace", "m1@example.org", "--json"))
    [mail] = whole["came"]
    assert (mail["author"], mail["fates"][0]["reason"]) == ("anna@example.org", "join")
    assert [sent["kind"] for sent in mail["left"]] == ["lists.confirm"]


def test_an_address_is_told_and_its_owner_finds_that_somebody_looked(site: Cli) -> None:
    receives(site)
    assert site.says("trace", "anna@example.org").startswith("Anna Bini, anna@example.org: an address not confirmed")
    database = open_database(Where(site.config).settings())
    with database.reading() as session:
        [looked] = session.query(Activity).filter_by(what="person.shown").all()
    database.close()
    assert looked.detail == {"by": 0, "why": "trace"}


def test_what_is_not_known_is_said_clearly(site: Cli) -> None:
    result = site.runs("trace", "nobody@nowhere.test")
    assert result.exit_code == 1
    assert result.output.startswith('Nothing is known here of "nobody@nowhere.test": no mail with this identifier')
    assert json.loads(site.runs("trace", "x@nowhere.test", "--json").output) == {
        "asked": "x@nowhere.test",
        "somebody": None,
        "suppressed": None,
        "came": [],
        "left": [],
    }
