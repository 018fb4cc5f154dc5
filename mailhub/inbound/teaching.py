"""What who organises may answer about mail that was for nobody: «è orto», «rispondi: …», «rifiuta».

«è orto» also teaches: the address is that group's from then on, by a new version of its definition, and whatever else
waited at it goes there too. The first answer counts; everybody else who was asked hears which it was.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from mailhub.authority import Level
from mailhub.inbound import unrouted
from mailhub.inbound.failures import Failure
from mailhub.inbound.result import Result
from mailhub.inbound.tables import Disposition
from mailhub.inbound.waiting import Waiting, find, tell_author, tell_organiser, written_by
from mailhub.language import say
from mailhub.lists import acts, called, nicknames, reading, telling, vocabulary, voice
from mailhub.lists.tables import MailList
from mailhub.people import deeds, persons, questions, roles
from mailhub.people.tables import Person, Question
from mailhub.verbs import Act, Answer, Outcome, Verb, Verbs

IT_IS, ANSWER, REFUSE = "it-is", "answer-author", "refuse-unrouted"
GONE = "gone"  # how a question about such a mail ends
LONGEST_NAME = 40  # characters of what was no group's name, where it is told back

ForGroup = Callable[[Session, int, int, datetime], list[Result]]  # works on a mail once more, for this group


@dataclass(frozen=True, slots=True)
class _Teaching:
    """What these verbs need of the site."""

    verbs: Verbs
    for_group: ForGroup


def verbs(known: Verbs, for_group: ForGroup) -> tuple[Verb, ...]:
    """The three answers; `known` may be added to after it."""
    site = _Teaching(known, for_group)

    def verb(name: str, perform: Callable[[Act], Outcome], **more: Any) -> Verb:
        words = vocabulary.WORDS["refuse" if name == REFUSE else name]
        return Verb(
            name,
            words,
            Level.OFFICE,
            frozenset({unrouted.KIND}),
            perform,
            takes_argument=True,
            takes_prose=True,
            **more,
        )

    return (
        verb(ANSWER, _answer),
        verb(REFUSE, _refuse),
        verb(IT_IS, partial(_it_is, site), undo=partial(_forget, site), listens=True),
    )


def _it_is(site: _Teaching, act: Act) -> Outcome:
    """Let the mail go to a group, and the address be that group's."""
    begun = _begin(act)
    if not isinstance(begun, Waiting):
        return begun
    said = act.argument or act.words.strip().partition("\n")[0]
    found = called.groups(act.session, called.named(said))
    if len(found) != 1:
        return _which(act, begun, found)
    if not roles.may_organise(act.session, act.person_id, found[0].id):
        values = {"who": say(act.language, acts.ORGANISERS), "verb": said[:LONGEST_NAME]}
        contact = voice.contact(act.site, found[0], act.language)
        return Outcome(False, Answer("inbound.not-allowed", {**values, "contact": contact}, returns_text=True))
    if not questions.settle(act.session, begun.question, IT_IS, act.person_id, now=act.now):
        return _handled(act, begun)
    return _passed(site, act, begun, found[0])


def _passed(site: _Teaching, act: Act, waiting: Waiting, group: MailList) -> Outcome:
    name = waiting.name
    is_taught = bool(name) and nicknames.teach(act.session, group, name, verbs=site.verbs, now=act.now)
    results = _go(site, act, waiting, group)
    others = _of_same_address(act, waiting) if is_taught else []
    for other in others:
        if questions.settle(act.session, other.question, IT_IS, act.person_id, now=act.now):
            _go(site, act, other, group)
    title = reading.definition_of(group).titled(act.language)
    person = act.session.get_one(Person, act.person_id)
    until = telling.told_day(act.site, person, act.now + deeds.UNDO_WITHIN, act.language, act.now)
    values = {
        "group": title,
        "author": written_by(waiting, act.language),
        "outcome": _outcome(results, act.language),
        "more": say(act.language, "unrouted.more", count=len(others)) if others else "",
        "taught": _taught(waiting, act.language, is_taught, title, until),
    }
    undo = {"list": group.id, "name": name, "address": waiting.address} if is_taught else None
    return Outcome(True, Answer("unrouted.done", values, act.thing), undo)


def _go(site: _Teaching, act: Act, waiting: Waiting, group: MailList) -> list[Result]:
    """The mail goes its way as if it had been written to the group; its author hears, where the group itself says
    nothing to them."""
    results = site.for_group(act.session, waiting.receipt.id, group.id, act.now)
    if any(result.outcome == "posted" for result in results) and waiting.author.id != act.person_id:
        language = persons.language_of(waiting.author, act.site)
        values = {"group": reading.definition_of(group).titled(language), "to": voice.address(act.site, group)}
        tell_author(act.session, act.site, waiting, "passed", values, act.now)
    _tell_others(act, waiting)
    return results


def _of_same_address(act: Act, waiting: Waiting) -> list[Waiting]:
    """What else waits under the name that has just been taught, the longest-waiting first."""
    open_ones = sa.select(Question).where(Question.kind == unrouted.KIND, Question.settled_at.is_(None))
    there = act.session.scalars(open_ones.order_by(Question.id)).all()
    same = [one for one in there if one.detail.get("name") == waiting.name]
    found = (find(act.session, act.site, one) for one in same)
    return [one for one in found if one is not None]


def _forget(site: _Teaching, act: Act, kept: Mapping[str, Any]) -> Outcome:
    """The address is nobody's again; what went to the group stays there."""
    group = reading.get(act.session, int(kept["list"]))
    if not nicknames.forget(act.session, group, str(kept["name"]), verbs=site.verbs, now=act.now):
        return Outcome(False, Answer("inbound.undo-too-late", {"contact": roles.contact(act.session, act.site)}))
    values = {"address": str(kept["address"]), "group": reading.definition_of(group).titled(act.language)}
    return Outcome(True, Answer("unrouted.forgotten", values, act.thing))


def _answer(act: Act) -> Outcome:
    """Send the author an organiser's own words."""
    words = acts.words_after(act, ANSWER)
    begun = _begin(act)
    if not isinstance(begun, Waiting):
        return begun
    if not words:
        return Outcome(False, Answer("unrouted.words-wanted", {}, act.thing))
    values = {"who": _name(act, begun), "words": words.splitlines(), "contact": _contact(act)}
    return _ended(act, begun, ANSWER, Failure.UNROUTED_ANSWERED, "answered", values)


def _refuse(act: Act) -> Outcome:
    """Give it back to its author, with the reason where one is given."""
    why = " ".join(acts.words_after(act, "refuse").split())
    begun = _begin(act)
    if not isinstance(begun, Waiting):
        return begun
    language = persons.language_of(begun.author, act.site)
    because = say(language, "lists.refused-why", words=why) if why else ""
    return _ended(act, begun, REFUSE, Failure.UNROUTED_REFUSED, "refused", {"why": because, "contact": _contact(act)})


def _ended(act: Act, waiting: Waiting, verb: str, reason: Failure, key: str, values: Mapping[str, object]) -> Outcome:
    """The mail goes nowhere, and its author hears what an organiser says."""
    if not questions.settle(act.session, waiting.question, verb, act.person_id, now=act.now):
        return _handled(act, waiting)
    unrouted.close(act.session, waiting.question, reason, now=act.now)
    tell_author(act.session, act.site, waiting, key, values, act.now)
    _tell_others(act, waiting)
    told = {"author": written_by(waiting, act.language)}
    return Outcome(True, Answer(f"unrouted.done-{key}", told, act.thing))


def _begin(act: Act) -> Waiting | Outcome:
    """The mail, where it still waits; else who was first, or that it is gone."""
    question = act.session.get_one(Question, act.thing.id)
    waiting = find(act.session, act.site, question)
    if waiting is None:
        questions.settle(act.session, question, GONE, None, now=act.now)
        unrouted.close(act.session, question, Failure.UNROUTED_GONE, now=act.now)
        return Outcome(False, Answer("unrouted.gone", {}, act.thing))
    return waiting if question.settled_at is None else _handled(act, waiting)


def _which(act: Act, waiting: Waiting, found: list[MailList]) -> Outcome:
    """No group of that name, or more than one: asked back."""
    there = found or reading.open_lists(act.session)
    lines = [f"{group.slug} · {reading.definition_of(group).titled(act.language)}" for group in there]
    name = found[0].slug if found else unrouted.example(act.session, waiting)
    values = {"groups": lines[: unrouted.MOST_GROUPS], "example": name}
    return Outcome(False, Answer("unrouted.which", values, act.thing, returns_text=True))


def _handled(act: Act, waiting: Waiting) -> Outcome:
    return Outcome(False, Answer("unrouted.handled", _how_it_ended(act, waiting, act.person_id), act.thing))


def _tell_others(act: Act, waiting: Waiting) -> None:
    """Everybody else who was asked hears who answered, and what."""
    for asking in questions.asked(act.session, waiting.question):
        if asking.person_id != act.person_id:
            values = _how_it_ended(act, waiting, asking.person_id)
            tell_organiser(
                act.session,
                act.site,
                waiting,
                asking.person_id,
                "handled",
                values,
                act.now,
                occurrence=waiting.question.id,
            )


def _how_it_ended(act: Act, waiting: Waiting, to: int) -> dict[str, str]:
    """The values of «already handled»."""
    session, question = act.session, waiting.question
    person = session.get_one(Person, to)
    language = persons.language_of(person, act.site)
    by = session.get(Person, question.settled_by) if question.settled_by is not None else None
    noted = sa.select(Disposition.list_id).where(Disposition.mail_id == waiting.receipt.id)
    list_id = session.scalar(noted.where(Disposition.list_id.is_not(None)).limit(1))
    title = reading.title(session, list_id, language) if list_id is not None else None
    outcome = question.outcome or questions.EXPIRED
    return {
        "who": voice.name_of(by, language) if by else say(language, "unrouted.nobody"),
        "author": written_by(waiting, language),
        "outcome": say(language, f"unrouted.outcome-{outcome}", **({"group": title or ""} if outcome == IT_IS else {})),
        "when": telling.told_day(act.site, person, question.settled_at or act.now, language, act.now),
    }


def _outcome(results: list[Result], language: str) -> str:
    """What became of it in the group."""
    outcomes = {result.outcome for result in results}
    known = next((name for name in ("posted", "held", "answered") if name in outcomes), None)
    return say(language, f"unrouted.went-{known}") if known else ""


def _taught(waiting: Waiting, language: str, is_taught: bool, title: str, until: str) -> str:
    if not waiting.name:
        return ""
    if not is_taught:
        return say(language, "unrouted.not-taught", address=waiting.address)
    return say(language, "unrouted.taught", address=waiting.address, group=title, until=until)


def _name(act: Act, waiting: Waiting) -> str:
    """Who answers, as the author may read it."""
    language = persons.language_of(waiting.author, act.site)
    return voice.name_of(act.session.get(Person, act.person_id), language)


def _contact(act: Act) -> str:
    return roles.contact(act.session, act.site)
