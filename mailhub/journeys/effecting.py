"""Carries out what follows from a move: mails, questions, values, verbs, calls; in the transaction of the move."""

import logging
from collections.abc import Mapping, MutableMapping, Sequence
from dataclasses import replace
from datetime import datetime
from typing import TYPE_CHECKING

from sqlalchemy.orm import Session

from mailhub.delivery.tables import MailClass
from mailhub.journeys import doing, moves, seeing, tasks, telling
from mailhub.journeys.calls import call
from mailhub.journeys.mailing import NoTemplate, Outgoing, Owing
from mailhub.journeys.rows import Enrolled, occurrence_of
from mailhub.journeys.seeing import Somebody
from mailhub.journeys.state import (
    AskAgain,
    AskOrganiser,
    Call,
    Close,
    Effect,
    End,
    Errand,
    Mail,
    Move,
    Perform,
    Store,
)
from mailhub.journeys.things import ASK, LATE, TASK
from mailhub.people import persons, questions
from mailhub.site import Site
from mailhub.templates.values import BadValue
from mailhub.verbs import Verbs

if TYPE_CHECKING:
    from mailhub.journeys.running import Running

log = logging.getLogger("mailhub.journeys")
FIELD = "person.field."


class Effects:
    """What one page of moves does to the rest of the house."""

    def __init__(self, session: Session, site: Site, verbs: Verbs, now: datetime) -> None:
        self._session, self._site, self._verbs, self._now = session, site, verbs, now
        self._outgoing = Outgoing(session, site, now)
        self._owing: dict[tuple[int, int], tuple[Running, list[Owing]]] = {}

    def prepared(
        self, runs: "Running | None", each: Enrolled, move: Move, known: MutableMapping[int, Somebody]
    ) -> Move:
        """The move, its mails ready to be owed; where one cannot be written, the way ends there."""
        person = known.get(each.way.person_id)
        mails = [effect for effect in move.effects if isinstance(effect, Mail)]
        if runs is None or person is None or not mails:
            return move
        try:
            owing = [self._written(runs, each, mail, _answered(person, move)) for mail in mails]
        except (BadValue, NoTemplate) as fault:
            log.warning("enrolment=%d stopped at step=%s: %s", each.id, mails[0].step, fault)
            return moves.fail(each.way, move, f"{mails[0].step}: {fault}")
        self._owing.setdefault((each.journey_id, each.version), (runs, []))[1].extend(owing)
        known[each.way.person_id] = self._spent(runs, mails, person)
        return move

    def owe(self) -> None:
        """Owe every mail that is ready."""
        for runs, mails in self._owing.values():
            self._outgoing.owe(runs.journey, runs.group, mails)
        self._owing.clear()

    def carry_out(self, runs: "Running | None", each: Enrolled, move: Move, known: Mapping[int, Somebody]) -> None:
        """What else follows from a move that was kept."""
        if runs is None or each.way.person_id not in known:
            return
        if move.end is End.FAILED:
            telling.failed(self._session, self._site, runs, each, move.reason, now=self._now)
        for effect in move.effects:
            if not isinstance(effect, Mail):
                self._one(runs, each, move, effect, known[each.way.person_id])

    def _one(self, runs: "Running", each: Enrolled, move: Move, effect: Effect, person: Somebody) -> None:
        session, site, now = self._session, self._site, self._now
        values = {**person.seen.values, **_answers(move)}
        match effect:
            case Store(name, value) if name.startswith(FIELD):
                kept = "" if value is None else str(value)
                persons.set_field(session, each.way.person_id, name.removeprefix(FIELD), kept, now=now)
            case Close(visit, why):
                self._close(occurrence_of(each.id, visit), why)
            case Errand():
                tasks.ask(session, site, runs, each, effect, values, now=now)
            case AskOrganiser():
                tasks.ask_whether_late(session, site, runs, each, effect, now=now)
            case Call():
                call(session, runs, each, effect, values, now=now)
            case Perform():
                doing.perform(session, site, self._verbs, runs, each, effect, _answers(move), now=now)
            case AskAgain() | Store():
                pass  # told by whoever heard the answer; kept with the way itself

    def _close(self, occurrence: int, why: str) -> None:
        for kind in (ASK, TASK, LATE):
            if (question := questions.standing_question(self._session, kind, occurrence)) is not None:
                questions.settle(self._session, question, why, None, now=self._now)

    def _written(self, runs: "Running", each: Enrolled, mail: Mail, person: Somebody) -> Owing:
        letter = mail.letter
        found = seeing.values(self._session, self._site, runs.group, person, letter.vars)
        given = {name: found[name] if found[name] is not None else letter.fallback.get(name) for name in found}
        given = {**letter.fallback, **given}
        return self._outgoing.written(runs.journey, runs.group, each, mail, given, person)

    def _spent(self, runs: "Running", mails: Sequence[Mail], person: Somebody) -> Somebody:
        """The person, after these mails: another way of theirs on this page knows of them."""
        classes = (mail.letter.mail_class or runs.journey.mail_class for mail in mails)
        count = sum(each is not MailClass.SERVICE for each in classes)
        return replace(person, seen=person.seen.written_to(*[self._now] * count))


def _answered(person: Somebody, move: Move) -> Somebody:
    """The person, with what they answered on this way."""
    answers = _answers(move)
    return replace(person, seen=replace(person.seen, values={**person.seen.values, **answers})) if answers else person


def _answers(move: Move) -> dict[str, object]:
    stored = {effect.name: effect.value for effect in move.effects if isinstance(effect, Store)}
    return {**{f"answer.{name}": value for name, value in move.way.answers.items()}, **stored}
