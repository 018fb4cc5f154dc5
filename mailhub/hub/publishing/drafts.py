"""The question about a mail's files: whoever sent them says yes or no, and yes publishes what they were shown.

A yes plans it again. Where that comes out otherwise, since people have moved or something else was published, nothing
is published and the new plan is shown. What gives roles or concerns many at once takes two mails (decision 019).
"""

from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from mailhub import formats
from mailhub.authority import Level
from mailhub.content import Kind
from mailhub.db import versions
from mailhub.hub.publishing import draft as drafting
from mailhub.hub.publishing import kinds, mapping, release, taking_back, telling
from mailhub.hub.publishing.changes import Terms
from mailhub.hub.publishing.draft import Draft
from mailhub.hub.publishing.mailed import Found, Mailed
from mailhub.journeys import publishing as journeys
from mailhub.journeys.migration import Migration
from mailhub.language import say
from mailhub.lists import voice
from mailhub.people import persons, questions, roles
from mailhub.people.tables import Asking, Person, Question
from mailhub.site import Site
from mailhub.verbs import Act, Answer, Outcome, Thing, Verb, Verbs

PUBLISH = {"it": ("pubblica", "sì"), "en": ("publish", "yes")}
DISCARD = {"it": ("rifiuta", "scarta", "no"), "en": ("discard", "refuse", "no")}
SUPERSEDED = "superseded"
ONE_WORD, TWO_MAILS, DISCARDED = "publish-files", "publish-files-twice", "discard-files"


def ask(
    session: Session,
    site: Site,
    draft: Draft,
    asker: tuple[int, int],
    cause: int,
    *,
    language: str,
    now: datetime,
) -> tuple[Thing, Answer]:
    """Ask who sent them, as (person, address), and give what to tell them; `cause` is their mail.

    An older plan of theirs for one of these files is closed by this.
    """
    former = _supersede(session, draft, asker[0], now)
    kind = kinds.CHARTER if draft.planned.is_charter else kinds.PLAN
    detail = {**_kept(draft), "shown": draft.planned.fingerprint}
    question = questions.ask(session, kinds.KIND[kind], cause, [asker], now=now, detail=detail)
    thing = Thing(kind, question.id)
    return thing, _shown(session, site, draft, asker[0], question, language, now=now, former=former)


def declare(verbs: Verbs) -> None:
    """Add the words that may be said to a plan; what they read is checked against the words of all."""
    publish = _publishing(verbs)
    undo = taking_back.take_back(verbs)

    def verb(name: str, words: Mapping[str, tuple[str, ...]], level: Level, kind: str) -> Verb:
        of = frozenset({kind})
        return Verb(name, words, level, of, publish, undo=undo, takes_argument=True, takes_prose=True)

    verbs.add(verb(ONE_WORD, PUBLISH, Level.OFFICE, kinds.PLAN))
    verbs.add(verb(TWO_MAILS, PUBLISH, Level.CHARTER, kinds.CHARTER))
    verbs.add(Verb(DISCARDED, DISCARD, Level.OFFICE, frozenset(kinds.ALL), _discard))


def _publishing(verbs: Verbs) -> Callable[[Act], Outcome]:
    """The effect of «pubblica»."""

    def perform(act: Act) -> Outcome:
        question = _asked(act)
        if question is None or question.settled_at is not None:
            return Outcome(False, _over(act, question))
        slugs = [one["slug"] for one in question.detail["files"] if one["kind"] == Kind.JOURNEY]
        wanted = _migrations(question)
        if act.argument:
            read = mapping.read(act.argument, slugs, wanted)
            if read is None:
                return Outcome(False, _unclear(act, question))
            wanted = read
        draft = _again(act, verbs, question, wanted)
        if draft.refused:
            contact = roles.contact(act.session, act.site)
            return Outcome(False, Answer("inbound.no-office", {"contact": contact}, None))
        if draft.problems:
            return Outcome(False, telling.faulty(draft, act.language))
        is_more = draft.planned.is_charter and question.kind == kinds.PLAN
        if act.argument or draft.planned.faults or is_more or draft.planned.fingerprint != question.detail["shown"]:
            return _shown_again(act, question, draft)
        return _publish(act, question, draft)

    return perform


def _publish(act: Act, question: Question, draft: Draft) -> Outcome:
    """What was agreed to: it runs now, or waits for another organiser."""
    session, site, now = act.session, act.site, act.now
    if not _close(session, question, "publish", act.person_id, now):
        return Outcome(False, _over(act, question))
    slugs = [slug for kind, slug in draft.planned.keys if kind == journeys.KIND]
    by = f"person {act.person_id}, mail {act.raw_id or 0}"
    waiting = release.seconded(
        session,
        site,
        draft.read,
        slugs,
        draft.terms,
        by=by,
        who=act.person_id,
        origin=versions.MAIL,
        now=now,
        name=voice.name_of(session.get(Person, act.person_id), act.language),
    )
    keys = [key for key in draft.planned.keys if key[1] not in waiting or key[0] != journeys.KIND]
    before = taking_back.noted(session, keys)
    release.publish(session, site, draft.read, keys, draft.terms, by=by, origin=versions.MAIL, now=now)
    undo = {"before": before} if keys and act.thing.kind == kinds.PLAN else None
    told = telling.receipt(draft, keys, waiting, act.thing, act.language, is_undoable=undo is not None)
    return Outcome(True, told, undo)


def _discard(act: Act) -> Outcome:
    question = _asked(act)
    if question is None or not _close(act.session, question, "discard", act.person_id, act.now):
        return Outcome(False, _over(act, question))
    return Outcome(True, Answer("publishing.discarded", {"what": _what(question, act.language)}, None))


def _shown_again(act: Act, question: Question, draft: Draft) -> Outcome:
    """Nothing is published: what would come of it is another now, or is to be said first."""
    was_asked = bool(act.argument)
    if not draft.planned.parts:
        return Outcome(False, telling.same(draft, act.language))
    question = _asked_anew(act, question, draft)
    answer = _shown(
        act.session, act.site, draft, act.person_id, question, act.language, now=act.now, again=not was_asked
    )
    return Outcome(True, answer) if was_asked else Outcome(False, answer)


def _asked_anew(act: Act, question: Question, draft: Draft) -> Question:
    """The same question about what it has become; where that takes two mails now, another one."""
    detail = {**_kept(draft), "shown": draft.planned.fingerprint}
    if question.kind == kinds.CHARTER or not draft.planned.is_charter:
        question.detail = detail
        act.session.flush()
        return question
    _close(act.session, question, SUPERSEDED, None, act.now)
    address = persons.write_to(act.session, [act.person_id])[act.person_id]
    asked = [(act.person_id, address.id)]
    return questions.ask(act.session, kinds.KIND[kinds.CHARTER], question.thing_id, asked, now=act.now, detail=detail)


def _close(session: Session, question: Question, outcome: str, by: int | None, now: datetime) -> bool:
    """Settle it, and keep no text of what was mailed; False where it was over before."""
    if not questions.settle(session, question, outcome, by, now=now):
        return False
    kinds.empty(question)
    session.flush()
    return True


def _shown(
    session: Session,
    site: Site,
    draft: Draft,
    person_id: int,
    question: Question,
    language: str,
    *,
    now: datetime,
    again: bool = False,
    former: datetime | None = None,
) -> Answer:
    thing, ends_at = Thing(question.kind, question.id), question.asked_at + kinds.ENDS_AFTER
    return telling.plan(
        session, site, draft, person_id, thing, language, now=now, ends_at=ends_at, again=again, former=former
    )


def _again(act: Act, verbs: Verbs, question: Question, wanted: Mapping[str, Migration]) -> Draft:
    """Read and planned on what runs now."""
    files = tuple(Mailed(Kind(one["kind"]), one["slug"], one["file"], one["text"]) for one in question.detail["files"])
    found, terms = Found(files), Terms(migrations=wanted)
    return drafting.of(act.session, act.site, verbs, found, act.person_id, now=act.now, terms=terms)


def _kept(draft: Draft) -> dict[str, Any]:
    files = [{"kind": one.kind.value, "slug": one.slug, "file": one.file, "text": one.text} for one in draft.files]
    return {"files": files, "migrations": {slug: how.to_dict() for slug, how in draft.terms.migrations.items()}}


def _migrations(question: Question) -> dict[str, Migration]:
    return {slug: Migration.from_dict(kept) for slug, kept in question.detail["migrations"].items()}


def _supersede(session: Session, draft: Draft, person_id: int, now: datetime) -> datetime | None:
    """Close what they were asked about one of these files before; when that was."""
    wanted = sa.select(Question).join(Asking, Asking.question_id == Question.id)
    wanted = wanted.where(Question.kind.in_(kinds.ALL), Question.settled_at.is_(None), Asking.person_id == person_id)
    keys, former = {(one.kind.value, one.slug) for one in draft.files}, None
    for question in session.scalars(wanted.order_by(Question.asked_at)).all():
        if keys & {(one["kind"], one["slug"]) for one in question.detail["files"]}:
            _close(session, question, SUPERSEDED, None, now)
            former = question.asked_at
    return former


def _asked(act: Act) -> Question | None:
    """The question, for whoever it was put to."""
    question = act.session.get(Question, act.thing.id)
    if question is None or question.kind not in kinds.ALL:
        return None
    return question if act.person_id in {one.person_id for one in questions.asked(act.session, question)} else None


def _over(act: Act, question: Question | None) -> Answer:
    """What has become of it."""
    if question is None or question.settled_at is None:
        return Answer("publishing.over", {"what": telling.called([], act.language), "reason": ""}, None)
    person = act.session.get_one(Person, act.person_id)
    when = formats.day_hour(act.language, question.settled_at, persons.zone_of(person, act.site))
    reason = say(act.language, f"publishing.why-{question.outcome}", day=when)
    return Answer("publishing.over", {"what": _what(question, act.language), "reason": reason}, None)


def _unclear(act: Act, question: Question) -> Answer:
    values = {"what": _what(question, act.language), "words": act.argument[:60]}
    return Answer("publishing.unclear", values, act.thing)


def _what(question: Question, language: str) -> str:
    return telling.called([one["slug"] for one in question.detail["files"]], language)
