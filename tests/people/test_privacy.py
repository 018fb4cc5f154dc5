"""What a person gets to see, and who is forgotten by themselves."""

import json
from datetime import datetime, timedelta

import pytest
import sqlalchemy as sa
from sqlalchemy.orm import Session

from mailhub.db.base import Base
from mailhub.db.session import Database
from mailhub.lists.tables import DeliveryChoice, MailList, Subscription, SubscriptionState
from mailhub.people import consent, persons, privacy, questions, roles
from mailhub.people.tables import ConsentState, Person
from mailhub.questions import QuestionKind
from mailhub.site import Site

WEEK = timedelta(days=7)


def test_an_export_holds_every_row_about_one_person_and_nobody_else(
    database: Database, site: Site, now: datetime
) -> None:
    with database.transaction() as session:
        ana, _ = persons.meet(session, "ana@example.org", name="Ana", now=now)
        bruno, _ = persons.meet(session, "bruno@example.org", name="Bruno", now=now)
        persons.add_address(session, ana, "ana@work.example", now=now)
        for person in (ana, bruno):
            persons.set_field(session, person.id, "town", f"of {person.name}", now=now)
            roles.grant(session, person.id, roles.MODERATOR, 3, origin="verb", now=now)
            consent.record(
                session, person.id, "list:3", ConsentState.GIVEN, now=now, source="mail", evidence={"who": person.name}
            )
        questions.ask(session, QuestionKind("join", None), 1, [(ana.id, None), (bruno.id, None)], now=now)
        consent.suppress(session, site, "ana@work.example", "bounce", now=now)
        privacy.note_access(session, bruno.id, [ana.id], "the list of members", now=now)
        session.flush()

        whole = privacy.export_person(session, site, ana.id, [lambda _session, person_id: {"posts": [person_id]}])
    text = json.dumps(whole)
    assert "Bruno" not in text
    assert "bruno@example.org" not in text
    assert [a["email"] for a in whole["addresses"]] == ["ana@example.org", "ana@work.example"]
    assert (whole["person"]["name"], whole["person"]["created_at"]) == ("Ana", now.isoformat())
    assert whole["fields"][0]["value"] == "of Ana"
    assert whole["roles"][0]["name"] == "moderator"
    assert (whole["consents"][0]["state"], whole["consents"][0]["evidence"]) == ("given", {"who": "Ana"})
    assert len(whole["questions"]) == 1
    assert whole["suppressions"][0]["reason"] == "bounce"
    assert whole["posts"] == [ana.id]
    shown = [a["detail"] for a in whole["activity"] if a["what"] == "person.shown"]
    assert shown == [{"by": bruno.id, "why": "the list of members"}]


def test_an_export_forgets_no_table_of_people(database: Database, site: Site, now: datetime) -> None:
    """Whoever adds a table about people must say what an export holds of it."""
    elsewhere = {"person", "suppression", "question", "import_job", "import_row"}
    ours = {m.class_.__tablename__ for m in Base.registry.mappers if m.class_.__module__ == "mailhub.people.tables"}
    assert ours - elsewhere == {table.__tablename__ for table in privacy._OWN.values()}


def left(session: Session) -> list[str]:
    return list(session.scalars(sa.select(Person.name).order_by(Person.name)))


def test_who_does_not_confirm_is_forgotten_after_seven_days(database: Database, now: datetime) -> None:
    with database.transaction() as session:
        persons.meet(session, "ana@example.org", name="Ana", now=now)
        _, address = persons.meet(session, "bruno@example.org", name="Bruno", now=now)
        persons.confirm(session, address, now=now)
        assert session.scalar(privacy.NEXT_DUE) == now + WEEK
        assert privacy.prune(session, now=now + WEEK - timedelta(seconds=1)) == 0
        assert privacy.prune(session, now=now + WEEK) == 1
        assert left(session) == ["Bruno"]
        assert session.scalar(privacy.NEXT_DUE) is None
        assert persons.address_of(session, "ana@example.org") is None


@pytest.mark.parametrize("by", ["role", "consent", "field", "question", "subscription", "another room"])
def test_somebody_who_is_held_stays_and_is_looked_at_again(database: Database, now: datetime, by: str) -> None:
    with database.transaction() as session:
        ana, _ = persons.meet(session, "ana@example.org", name="Ana", now=now)
        match by:
            case "role":
                roles.grant(session, ana.id, roles.ORGANISER, origin="config", now=now)
            case "consent":
                consent.record(session, ana.id, "news", ConsentState.GIVEN, now=now, source="page", evidence={})
            case "field":
                persons.set_field(session, ana.id, "town", "Valbruna", now=now)
            case "question":
                questions.ask(session, QuestionKind("join", None), 1, [(ana.id, None)], now=now)
            case "subscription":
                _waits_to_confirm(session, ana, now)
        holds = [lambda person: person == ana.id] if by == "another room" else []
        persons.meet(session, "bruno@example.org", name="Bruno", now=now + timedelta(hours=1))
        assert privacy.prune(session, now=now + WEEK, holds=holds) == 1
        assert privacy.prune(session, now=now + WEEK, holds=holds) == 0
        assert privacy.prune(session, now=now + WEEK + timedelta(hours=1), holds=holds) == 1
        assert left(session) == ["Ana"]
        assert session.scalar(privacy.NEXT_DUE) == now + 2 * WEEK


def test_pruning_goes_by_pages(database: Database, now: datetime) -> None:
    with database.transaction() as session:
        for n in range(5):
            persons.meet(session, f"p{n}@example.org", now=now)
    counts = []
    for _ in range(4):
        with database.transaction() as session:
            counts.append(privacy.prune(session, now=now + WEEK, limit=2))
    assert counts == [2, 2, 1, 0]


def _waits_to_confirm(session: Session, person: Person, now: datetime) -> None:
    garden = MailList(slug="garden", definition={}, version=1, created_at=now)
    session.add(garden)
    session.flush()
    session.add(
        Subscription(
            list_id=garden.id,
            person_id=person.id,
            state=SubscriptionState.PENDING,
            delivery=DeliveryChoice.DIGEST,
            changed_at=now,
        )
    )
    session.flush()
