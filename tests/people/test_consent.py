"""What people agreed to, and whom we never write to."""

import hashlib
from dataclasses import replace
from datetime import datetime

import pytest
import sqlalchemy as sa
from sqlalchemy.orm import Session

from mailhub.db.session import Database
from mailhub.errors import MailhubError
from mailhub.people import consent, persons
from mailhub.people.tables import Activity, Consent, ConsentState, Suppression
from mailhub.site import Site
from mailhub.tokens import Keys

ASKED, GIVEN, WITHDRAWN = ConsentState.ASKED, ConsentState.GIVEN, ConsentState.WITHDRAWN
GARDEN = consent.list_purpose(3)


@pytest.mark.parametrize(
    ("steps", "stands"),
    [
        ([], False),
        ([ASKED], False),
        ([ASKED, GIVEN], True),
        ([GIVEN, WITHDRAWN], False),
        ([GIVEN, WITHDRAWN, GIVEN], True),
        ([GIVEN, ASKED], True),
        ([GIVEN, WITHDRAWN, ASKED], False),
    ],
)
def test_the_last_word_of_the_person_counts_and_being_asked_is_no_word(
    database: Database, now: datetime, steps: list[ConsentState], stands: bool
) -> None:
    with database.transaction() as session:
        ana, _ = persons.meet(session, "ana@example.org", now=now)
        bruno, _ = persons.meet(session, "bruno@example.org", now=now)
        for state in steps:
            consent.record(session, ana.id, GARDEN, state, now=now, source="mail", evidence={})
        consent.record(session, bruno.id, GARDEN, GIVEN, now=now, source="mail", evidence={})
        assert (ana.id in consent.standing(session, [ana.id, bruno.id], GARDEN)) is stands
        assert bruno.id in consent.standing(session, [ana.id, bruno.id], GARDEN)
        assert consent.standing(session, [ana.id, bruno.id], "news") == set()


def test_a_step_keeps_its_evidence_and_the_hash_of_the_words_shown(database: Database, now: datetime) -> None:
    words = "Se vuoi entrare, rispondi «sì»."
    with database.transaction() as session:
        ana, _ = persons.meet(session, "ana@example.org", now=now)
        consent.record(
            session,
            ana.id,
            GARDEN,
            GIVEN,
            now=now,
            source="mail",
            evidence={"message_id": "a@example.org", "method": "reply"},
            text=words,
            language="it",
        )
    with database.reading() as session:
        [step] = consent.history(session, ana.id)
        assert step.text_sha256 == hashlib.sha256(words.encode()).hexdigest()
        assert (step.language, step.source, step.at) == ("it", "mail", now)
        assert step.evidence == {"message_id": "a@example.org", "method": "reply"}


def test_evidence_cannot_be_rewritten(database: Database, now: datetime) -> None:
    with database.transaction() as session:
        ana, _ = persons.meet(session, "ana@example.org", now=now)
        step = consent.record(session, ana.id, GARDEN, GIVEN, now=now, source="mail", evidence={})
    with pytest.raises(MailhubError, match="is evidence"), database.transaction() as session:
        session.get_one(Consent, step.id).state = WITHDRAWN
    with database.reading() as session:
        assert consent.standing(session, [ana.id], GARDEN) == {ana.id}


def test_two_bounces_read_at_once_suppress_once(
    database: Database, site: Site, now: datetime, monkeypatch: pytest.MonkeyPatch
) -> None:
    with database.transaction() as session:
        consent.suppress(session, site, "ana@example.org", "complaint", hard=False, now=now)
    looks = iter([False])  # the first look is from before the other's commit
    look = consent.suppressed
    monkeypatch.setattr(consent, "suppressed", lambda *a: look(*a) if next(looks, True) else {})
    with database.transaction() as session:
        consent.suppress(session, site, "ana@example.org", "bounce", now=now)
        assert reason(session, site) == ("bounce", True)


def test_a_suppressed_address_is_found_however_it_is_written(database: Database, site: Site, now: datetime) -> None:
    with database.transaction() as session:
        consent.suppress(session, site, "Ana@Example.org", "bounce", now=now)
        found = consent.suppressed(session, site, ["ANA@example.ORG", "bruno@example.org"])
        assert {key: row.reason for key, row in found.items()} == {"ana@example.org": "bounce"}


def test_a_suppression_is_known_without_the_address(database: Database, site: Site, now: datetime) -> None:
    with database.transaction() as session:
        row = consent.suppress(session, site, "ana@example.org", "erased", now=now)
        row.email = None  # what erasing does
        assert "ana" not in row.key_hash
    with database.reading() as session:
        assert consent.suppressed(session, site, ["ana@example.org"])


def test_a_suppression_outlives_the_change_of_the_sites_secret(database: Database, site: Site, now: datetime) -> None:
    with database.transaction() as session:
        consent.suppress(session, site, "ana@example.org", "erased", now=now)
        once = replace(site, keys=Keys(b"new" * 12, b"k" * 32))
        twice = replace(site, keys=Keys(b"newer" * 7, b"new" * 12, (b"k" * 32,)))
        other = replace(site, keys=Keys(b"other" * 7))
        assert consent.suppressed(session, once, ["ana@example.org"])
        assert consent.suppressed(session, twice, ["ana@example.org"])
        assert not consent.suppressed(session, other, ["ana@example.org"])
        consent.suppress(session, twice, "ana@example.org", "bounce", now=now)
        assert session.scalar(sa.select(sa.func.count()).select_from(Suppression)) == 1


def reason(session: Session, site: Site) -> tuple[str, bool]:
    row = consent.suppressed(session, site, ["ana@example.org"])["ana@example.org"]
    return row.reason, row.hard


def test_a_second_reason_hardens_and_never_softens(database: Database, site: Site, now: datetime) -> None:
    with database.transaction() as session:
        consent.suppress(session, site, "ana@example.org", "import", hard=False, now=now)
        assert reason(session, site) == ("import", False)
        consent.suppress(session, site, "ana@example.org", "bounce", now=now)
        assert reason(session, site) == ("bounce", True)
        consent.suppress(session, site, "ana@example.org", "complaint", hard=False, now=now)
        assert reason(session, site) == ("bounce", True)


def test_an_owner_may_have_the_suppression_lifted(database: Database, site: Site, now: datetime) -> None:
    with database.transaction() as session:
        ana, _ = persons.meet(session, "ana@example.org", now=now)
        consent.suppress(session, site, "ana@example.org", "import", hard=False, now=now)
        assert consent.lift(session, site, "Ana@example.org", now=now)
        assert not consent.lift(session, site, "Ana@example.org", now=now)
        assert not consent.suppressed(session, site, ["ana@example.org"])
        session.flush()
        noted = session.scalars(sa.select(Activity.what).where(Activity.person_id == ana.id).order_by(Activity.id))
        assert list(noted) == ["person.met", "address.suppressed", "address.released"]
