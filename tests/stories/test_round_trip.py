"""The round trip of `doctor --wait`: a mail to ourselves shows what a relay alters, an organiser's answer the rest."""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from io import StringIO
from pathlib import Path
from typing import Any

import pytest

from mailhub.cli import roundtrip
from mailhub.cli.examining import Verdict
from mailhub.db.session import Database
from mailhub.jobs.control import Terminal
from mailhub.mail import dkim
from mailhub.people import roles
from mailhub.sandbox.manners import Manners, Received
from mailhub.sandbox.sink import Sink
from tests import relaying
from tests.mail.keys import signing_key
from tests.mail.zones import Zone
from tests.stories.deployments import WORLD, Rewriting
from tests.stories.town import Inboxes, Town

OLGA = "olga@example.org"


@contextmanager
def begun(
    folder: Path, database: Database, *, rewrites: bool, above: bytes = b""
) -> Iterator[tuple[Town, dict[str, Any]]]:
    """A town beside a relay that listens, and a trip that has begun; at the end what is for the town comes to it."""
    received: list[Received] = []
    zone = Zone.of_texts({"s1._domainkey.lists.test": "".join(dkim.record(signing_key().pem))})
    zone.put("example.org", "TXT", f"v=spf1 ip4:{WORLD} -all".encode())
    zone.put("_dmarc.example.org", "TXT", b"v=DMARC1; p=reject")
    with relaying.relay(received.append) if rewrites else Sink(Manners(on_message=received.append)) as sink:
        settings = {
            "MAILHUB_INBOUND__TRUST": "own",
            "MAILHUB_INBOUND__SMTP": "127.0.0.1:0",
            "MAILHUB_SITE__ORGANISERS": OLGA,
            "MAILHUB_OUTBOUND__PORT": str(sink.port),
        }
        town = Town(folder, database, settings, zone, Rewriting() if rewrites else Inboxes())
        town.peer = WORLD
        with town.database.transaction() as session:
            roles.appoint(session, [OLGA], roles.ORGANISER, origin="config", now=town.clock.now())
        yield town, _told(town, roundtrip.begin, {})
        for mail in received:
            town.receives(above + mail.data, mail.envelope_from, list(mail.recipients))


def _told(town: Town, action: Any, args: dict[str, Any]) -> dict[str, Any]:
    out = StringIO()
    assert action(town.hub, args, Terminal(out, StringIO(), {}, lambda: None)) == 0
    told: dict[str, Any] = json.loads(out.getvalue())
    return told


def rows_of(town: Town, begun: dict[str, Any]) -> list[tuple[str, Verdict, str]]:
    seen = _told(town, roundtrip.look, {"number": begun["number"], "name": begun["name"]})
    return [(row.what, row.verdict, row.found) for row in roundtrip.rows(begun, seen, town.hub.settings)]


@pytest.mark.parametrize("rewrites", [False, True])
def test_what_was_altered_on_the_way_is_told_and_an_answer_ends_it(
    tmp_path: Path, database: Database, *, rewrites: bool
) -> None:
    with begun(tmp_path, database, rewrites=rewrites) as (town, told):
        assert (told["is_taken"], told["organiser"]) == (True, OLGA)
        before = {what: verdict for what, verdict, _ in rows_of(town, told)}
        assert (before["mail in"], before["answer"]) == (Verdict.ERROR, Verdict.UNKNOWN)
    [asked] = town.inbox(OLGA)
    town.replies(OLGA, asked, "yes")
    assert town.last() == ("done", "round-trip")
    assert town.subjects(OLGA) == ["Your answer has arrived"]
    rows = rows_of(town, told)
    assert ("mail in", Verdict.OK, "came back by smtp") in rows
    assert ("answer", Verdict.OK, f"{OLGA} answered; proven, and in its conversation") in rows
    altered = " ".join(found for what, _, found in rows if what == "on the way")
    if not rewrites:
        assert altered == ""
        assert ("signature", Verdict.OK, "ours holds") in rows
        return
    for words in ("Message-ID, now", "known by the name it gave", "the envelope sender, now", "take link tracking off"):
        assert words in altered
    assert "our signature reads «fail»" in altered


HOP = b"Received: from x by mx.lists.test; Mon, 9 Mar 2026 09:00:00 +0100\r\n"
OURS = b"Authentication-Results: mx.lists.test; dkim=pass\r\n"
FORGED = b"Authentication-Results: evil.example; dkim=pass\r\n"


@pytest.mark.parametrize(
    ("above", "name"), [(OURS + OURS + HOP + FORGED, "mx.lists.test"), (HOP + FORGED + HOP, None), (FORGED, None)]
)
def test_only_whoever_let_the_mail_in_is_heard_as_its_judge(
    tmp_path: Path, database: Database, above: bytes, name: str | None
) -> None:
    with begun(tmp_path, database, rewrites=False, above=above) as (town, told):
        pass
    seen = _told(town, roundtrip.look, {"number": told["number"], "name": told["name"]})
    assert seen["returned"]["authserv_id"] == name
