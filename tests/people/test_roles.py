"""Who may do more than a member."""

from datetime import datetime, timedelta

from sqlalchemy.orm import Session

from mailhub.db.session import Database
from mailhub.people import persons, roles
from mailhub.people.roles import MODERATOR, ORGANISER
from mailhub.people.tables import Person

GARDEN, MILL = 3, 4


def somebody(session: Session, name: str, now: datetime) -> Person:
    return persons.meet(session, f"{name}@example.org", name=name, now=now)[0]


def names(people: list[Person]) -> list[str]:
    return [person.name for person in people]


def test_the_last_organiser_of_the_site_stays(database: Database, now: datetime) -> None:
    with database.transaction() as session:
        ana, bruno = somebody(session, "ana", now), somebody(session, "bruno", now)
        assert roles.grant(session, ana.id, ORGANISER, origin="config", now=now)
        assert not roles.take(session, ana.id, ORGANISER, now=now)
        assert roles.grant(session, bruno.id, ORGANISER, origin="verb", now=now)
        assert roles.take(session, ana.id, ORGANISER, now=now)
        assert not roles.take(session, bruno.id, ORGANISER, now=now)
        assert names(roles.holders(session, ORGANISER)) == ["bruno"]


def test_a_list_may_lose_its_last_organiser_to_the_sites(database: Database, now: datetime) -> None:
    with database.transaction() as session:
        ana, bruno = somebody(session, "ana", now), somebody(session, "bruno", now)
        roles.grant(session, ana.id, ORGANISER, GARDEN, origin="file", now=now)
        assert not roles.take(session, ana.id, ORGANISER, GARDEN, now=now)
        roles.grant(session, bruno.id, ORGANISER, origin="config", now=now)
        assert roles.take(session, ana.id, ORGANISER, GARDEN, now=now)
        assert names(roles.organisers_of(session, GARDEN)) == ["bruno"]


def test_a_moderator_may_always_be_taken_and_taking_what_is_not_there_is_no_trouble(
    database: Database, now: datetime
) -> None:
    with database.transaction() as session:
        ana = somebody(session, "ana", now)
        roles.grant(session, ana.id, MODERATOR, GARDEN, origin="verb", now=now)
        assert roles.take(session, ana.id, MODERATOR, GARDEN, now=now)
        assert roles.take(session, ana.id, MODERATOR, GARDEN, now=now)
        assert roles.moderators_of(session, GARDEN) == []


def test_a_role_change_ends_older_tokens_and_a_repeated_grant_does_not(database: Database, now: datetime) -> None:
    with database.transaction() as session:
        ana = somebody(session, "ana", now)
        assert roles.grant(session, ana.id, MODERATOR, GARDEN, origin="verb", now=now)
        assert ana.token_epoch == 1
        assert not roles.grant(session, ana.id, MODERATOR, GARDEN, origin="verb", now=now)
        assert ana.token_epoch == 1
        roles.take(session, ana.id, MODERATOR, GARDEN, now=now)
        assert ana.token_epoch == 2


def test_who_moderates_is_the_lists_moderators_else_its_organisers_else_the_sites(
    database: Database, now: datetime
) -> None:
    with database.transaction() as session:
        ana, bruno, carla = (somebody(session, name, now) for name in ("ana", "bruno", "carla"))
        roles.grant(session, ana.id, ORGANISER, origin="config", now=now)
        assert names(roles.moderators_of(session, GARDEN)) == ["ana"]
        roles.grant(session, bruno.id, ORGANISER, GARDEN, origin="file", now=now)
        assert names(roles.moderators_of(session, GARDEN)) == ["bruno"]
        roles.grant(session, carla.id, MODERATOR, GARDEN, origin="file", now=now)
        assert names(roles.moderators_of(session, GARDEN)) == ["carla"]
        assert names(roles.moderators_of(session, MILL)) == ["ana"]


def test_what_a_role_allows_ends_at_its_list(database: Database, now: datetime) -> None:
    with database.transaction() as session:
        ana, bruno, carla, dario = (somebody(session, name, now) for name in ("ana", "bruno", "carla", "dario"))
        roles.grant(session, ana.id, ORGANISER, origin="config", now=now)
        roles.grant(session, bruno.id, ORGANISER, GARDEN, origin="file", now=now)
        roles.grant(session, carla.id, MODERATOR, GARDEN, origin="file", now=now)

        def allowed(list_id: int) -> list[tuple[bool, bool]]:
            return [
                (roles.may_moderate(session, p.id, list_id), roles.may_organise(session, p.id, list_id))
                for p in (ana, bruno, carla, dario)
            ]

        assert allowed(GARDEN) == [(True, True), (True, True), (True, False), (False, False)]
        assert allowed(MILL) == [(True, True), (False, False), (False, False), (False, False)]


def test_the_configuration_appoints_but_does_not_bring_back_who_lost_the_role_by_a_verb(
    database: Database, now: datetime
) -> None:
    both = ["ana@example.org", "bruno@example.org"]
    with database.transaction() as session:
        appointed = roles.appoint(session, both, ORGANISER, origin="config", now=now)
        assert len(appointed) == 2
        assert roles.appoint(session, both, ORGANISER, origin="config", now=now) == []
        assert roles.take(session, appointed[0].id, ORGANISER, now=now)
    with database.transaction() as session:
        later = now + timedelta(days=1)
        assert roles.appoint(session, both, ORGANISER, origin="config", now=later) == []
        assert [p.id for p in roles.holders(session, ORGANISER)] == [appointed[1].id]
        assert roles.grant(session, appointed[0].id, ORGANISER, origin="verb", now=later)
