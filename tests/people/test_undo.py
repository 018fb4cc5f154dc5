"""«annulla»: the last deed, within a day, with an honest answer in every case."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

import pytest
from sqlalchemy.orm import Session

from mailhub.authority import Evidence, Level
from mailhub.db.session import Database
from mailhub.language import LANGUAGES, mail
from mailhub.people import deeds, persons, roles
from mailhub.people.tables import Deed
from mailhub.people.verbs import undo_verb
from mailhub.site import Site
from mailhub.verbs import Act, Answer, Outcome, Thing, Verb, Verbs

HOUR = timedelta(hours=1)
GARDEN, MILL, GOODBYE = Thing("list", 3), Thing("list", 4), Thing("left", 3)
DONE, ALREADY, NOTHING, LATE, UNPROVEN = (
    "inbound.undone",
    "inbound.already-undone",
    "inbound.nothing-to-undo",
    "inbound.undo-too-late",
    "people.undo-unproven",
)


class Town:
    """Verbs that remember what was undone, and one person who uses them."""

    def __init__(self, session: Session, site: Site, now: datetime) -> None:
        self.undone: list[tuple[str, Thing, Mapping[str, Any]]] = []
        self.undo_works = True
        self.verbs = Verbs([self._verb("leave", Level.LIGHT), self._verb("publish", Level.OFFICE)])
        self.verbs.add(replace(self._verb("help", Level.PUBLIC), undo=None))
        self.verbs.add(undo_verb(self.verbs))
        ana, address = persons.meet(session, "ana@example.org", now=now)
        self.act = Act(
            session=session,
            site=site,
            person_id=ana.id,
            thing=GARDEN,
            argument="",
            evidence=Evidence(aligned=True, token=True),
            via="reply",
            now=now,
            language="it",
            address_id=address.id,
        )

    def _verb(self, name: str, level: Level) -> Verb:
        def undo(act: Act, kept: Mapping[str, Any]) -> Outcome:
            if self.undo_works:
                self.undone.append((name, act.thing, kept))
            return Outcome(self.undo_works)

        return Verb(name, {"it": (name,)}, level, frozenset({"list"}), lambda _act: Outcome(True), undo)

    def does(self, verb: str, thing: Thing, at: datetime, *, undo: bool = True, told: Thing | None = None) -> Deed:
        kept = {"was": "active"} if undo else None
        answer = Answer("lists.left", thing=told) if told else None
        return deeds.note(
            self.act.session, replace(self.act, thing=thing, now=at), verb, Outcome(True, answer, undo=kept)
        )

    def undoes(self, at: datetime, thing: Thing = GARDEN, evidence: Evidence | None = None) -> str:
        """Says «annulla» there and then, as every entrance does; the key of the answer."""
        act = replace(self.act, thing=thing, now=at, evidence=evidence or self.act.evidence)
        outcome = self.verbs.get(deeds.UNDO).perform(act)
        if outcome.done:
            deeds.note(act.session, act, deeds.UNDO, outcome)
        assert outcome.answer is not None
        for language in LANGUAGES:
            mail(language, outcome.answer.key, **outcome.answer.values)  # raises when a value is missing
        assert (outcome.answer.key == DONE) is outcome.done
        return outcome.answer.key


def test_the_latest_deed_is_undone_with_what_was_kept_for_it(database: Database, site: Site, now: datetime) -> None:
    with database.transaction() as session:
        town = Town(session, site, now)
        town.does("publish", MILL, now)
        deed = town.does("leave", GARDEN, now + HOUR)
        assert town.undoes(now + 2 * HOUR) == DONE
        assert town.undone == [("leave", GARDEN, {"was": "active"})]
        assert deed.undone_at == now + 2 * HOUR


def test_a_second_undo_is_told_that_it_was_done(database: Database, site: Site, now: datetime) -> None:
    with database.transaction() as session:
        town = Town(session, site, now)
        town.does("leave", GARDEN, now)
        assert [town.undoes(now + HOUR), town.undoes(now + 2 * HOUR)] == [DONE, ALREADY]
        assert len(town.undone) == 1


def test_who_did_nothing_is_told_so(database: Database, site: Site, now: datetime) -> None:
    with database.transaction() as session:
        town = Town(session, site, now)
        assert town.undoes(now) == NOTHING
        town.does("help", GARDEN, now, undo=False)
        assert town.undoes(now, MILL) == NOTHING


@pytest.mark.parametrize(("hours", "said"), [(23.9, DONE), (24, LATE), (500, LATE)])
def test_a_deed_can_be_undone_for_a_day(database: Database, site: Site, now: datetime, hours: float, said: str) -> None:
    with database.transaction() as session:
        town = Town(session, site, now)
        town.does("leave", GARDEN, now)
        assert town.undoes(now + hours * HOUR, MILL) == said
        assert len(town.undone) == (said == DONE)


def test_the_thing_answered_says_which_deed(database: Database, site: Site, now: datetime) -> None:
    with database.transaction() as session:
        town = Town(session, site, now)
        town.does("leave", GARDEN, now)
        town.does("leave", MILL, now + HOUR)
        assert town.undoes(now + 2 * HOUR, GARDEN) == DONE
        assert [thing for _, thing, _ in town.undone] == [GARDEN]


def test_an_answer_to_the_mail_that_told_of_a_deed_means_that_deed(
    database: Database, site: Site, now: datetime
) -> None:
    with database.transaction() as session:
        town = Town(session, site, now)
        town.does("leave", Thing("post", 77), now, told=GOODBYE)
        town.does("leave", MILL, now + HOUR)
        assert town.undoes(now + 2 * HOUR, GOODBYE) == DONE
        assert [thing for _, thing, _ in town.undone] == [Thing("post", 77)]


def test_questions_asked_in_between_do_not_stand_in_the_way(database: Database, site: Site, now: datetime) -> None:
    with database.transaction() as session:
        town = Town(session, site, now)
        town.does("leave", GARDEN, now)
        town.does("help", MILL, now + HOUR, undo=False)
        assert town.undoes(now + 2 * HOUR, Thing("mail", 9)) == DONE


def test_what_has_had_its_effect_is_not_undone(database: Database, site: Site, now: datetime) -> None:
    with database.transaction() as session:
        town = Town(session, site, now)
        town.does("leave", MILL, now)
        town.does("publish", GARDEN, now + HOUR, undo=False)
        assert town.undoes(now + 2 * HOUR, GARDEN) == LATE
        assert town.undone == []


def test_a_deed_whose_undo_comes_too_late_stays_done(database: Database, site: Site, now: datetime) -> None:
    with database.transaction() as session:
        town = Town(session, site, now)
        deed = town.does("leave", GARDEN, now)
        town.undo_works = False
        assert town.undoes(now + HOUR) == LATE
        assert deed.undone_at is None


@pytest.mark.parametrize(
    ("verb", "evidence", "said"),
    [
        ("leave", Evidence(token=True), DONE),
        ("publish", Evidence(token=True), UNPROVEN),
        ("publish", Evidence(aligned=True), UNPROVEN),
        ("publish", Evidence(aligned=True, token=True), DONE),
        ("publish", Evidence(fresh_login=True), DONE),
    ],
)
def test_undoing_takes_what_doing_took(
    database: Database, site: Site, now: datetime, verb: str, evidence: Evidence, said: str
) -> None:
    with database.transaction() as session:
        town = Town(session, site, now)
        town.does(verb, GARDEN, now)
        assert town.undoes(now + HOUR, evidence=evidence) == said


def test_nobody_undoes_what_somebody_else_did(database: Database, site: Site, now: datetime) -> None:
    with database.transaction() as session:
        town = Town(session, site, now)
        town.does("leave", GARDEN, now)
        bruno, _ = persons.meet(session, "bruno@example.org", now=now)
        town.act = replace(town.act, person_id=bruno.id)
        assert town.undoes(now) == NOTHING


def test_a_refusal_names_an_organiser_to_write_to(database: Database, site: Site, now: datetime) -> None:
    with database.transaction() as session:
        town = Town(session, site, now)
        undo = town.verbs.get(deeds.UNDO)
        before = undo.perform(town.act).answer
        assert before is not None
        assert before.values == {"contact": "postmaster@lists.test"}
        bruno, _ = persons.meet(session, "bruno@example.org", now=now)
        roles.grant(session, bruno.id, roles.ORGANISER, origin="config", now=now)
        after = undo.perform(town.act).answer
        assert after is not None
        assert after.values == {"contact": "bruno@example.org"}


@pytest.mark.parametrize(
    ("evidence", "letters"),
    [
        (Evidence(), ""),
        (Evidence(aligned=True), "A"),
        (Evidence(aligned=True, token=True), "AT"),
        (Evidence(token=True, mailbox=True), "TM"),
        (Evidence(fresh_login=True), "W"),
    ],
)
def test_a_deed_keeps_what_was_proven_as_letters(evidence: Evidence, letters: str) -> None:
    assert deeds.letters(evidence) == letters


def test_both_languages_say_the_word() -> None:
    verbs = Verbs()
    verbs.add(undo_verb(verbs))
    for said in ("annulla", "Annulla.", "undo", "UNDO!"):
        call = verbs.recognise(said, "post")
        assert call is not None, said
        assert call.verb.name == deeds.UNDO
