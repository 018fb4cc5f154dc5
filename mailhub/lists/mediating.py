"""«Mediazione»: two people of a conversation talk about it in private with a moderator, once both have said yes.

Who says no is not named. What they write is passed on to the other two under the group's name and shown to nobody
else; nobody's address is.
"""

from datetime import datetime

from sqlalchemy.orm import Session

from mailhub.archive import subjects, threads
from mailhub.archive.tables import Post
from mailhub.lists import acts, calm, calm_words, calming, kinds, orders, reading, telling, things, voice
from mailhub.lists.orders import Order
from mailhub.lists.tables import Measure, Tool
from mailhub.people import questions
from mailhub.people.tables import Person, Question
from mailhub.site import Site
from mailhub.verbs import Act, Answer, Outcome, Thing

AGREED, DECLINED = "agree", "decline-mediation"


def propose(act: Act) -> Outcome:
    """Ask both, each for themselves; nobody else hears of it."""
    begun = calming.moderates(act, "mediation")
    if isinstance(begun, Outcome):
        return begun
    found, thread = begun
    order = orders.read(act.argument, act.now, act.site.time_zone)
    people = calming.voices(act, thread, order.names) if order is not None else []
    if order is None or order.until is None or len(set(people)) != calming.TWO or act.person_id in people:
        return Outcome(False, Answer("calm.which-two", {}, act.thing))
    post = things.post_of(act.session, act.thing)
    assert post is not None, "a conversation has messages"
    detail = {"people": people, "by": act.person_id, "until": order.until.isoformat(), "post": post.id}
    asked = [(one, None) for one in people]
    question = questions.ask(
        act.session, kinds.MEDIATION, thread.id, asked, now=act.now, list_id=thread.list_id, detail=detail
    )
    for one in people:
        _tell(act.session, act.site, question, one, "mediation-asked", act.now, Thing(things.MEDIATION, question.id))
    subject = telling.short(act.language, subjects.bare(thread.subject))
    return Outcome(True, found.answer("calm.done-mediation", thing=act.thing, subject=subject))


def agree(act: Act) -> Outcome:
    """One of the two says yes; the second yes opens it."""
    question = act.session.get_one(Question, act.thing.id)
    if question.settled_at is not None or act.person_id not in question.detail["people"]:
        return Outcome(False, Answer("calm.mediation-over", {}))
    said = questions.answer(act.session, question, AGREED, act.person_id, now=act.now)
    if said >= set(question.detail["people"]) and questions.settle(
        act.session, question, AGREED, act.person_id, now=act.now
    ):
        _open(act, question)
        return Outcome(True)
    return Outcome(True, Answer("calm.mediation-agreed", {}, act.thing))


def decline(act: Act) -> Outcome:
    """One of the two says no: the moderator hears that, and not who."""
    question = act.session.get_one(Question, act.thing.id)
    if not questions.settle(act.session, question, DECLINED, act.person_id, now=act.now):
        return Outcome(False, Answer("calm.mediation-over", {}))
    _tell(act.session, act.site, question, int(question.detail["by"]), "mediation-declined", act.now)
    return Outcome(True, Answer("calm.mediation-thanks", {}))


def expire(session: Session, site: Site, question_id: int, now: datetime) -> None:
    """Silence is a no."""
    question = session.get_one(Question, question_id)
    _tell(session, site, question, int(question.detail["by"]), "mediation-declined", now)


def talk(act: Act) -> Outcome:
    """Pass on what one of the three wrote to the other two."""
    measure = act.session.get_one(Measure, act.thing.id)
    three = {*measure.detail["people"], measure.begun_by}
    if not calm.rule_of(measure).holds(act.now) or measure.ended_at is not None or act.person_id not in three:
        return Outcome(False, Answer("calm.mediation-over", {}))
    group = reading.get(act.session, measure.list_id)
    writer = act.session.get_one(Person, act.person_id)
    for to in sorted(three - {act.person_id}):
        language = telling.language_to(act.session, act.site, to)
        values = {"who": voice.name_of(writer, language), "group": reading.definition_of(group).titled(language)}
        telling.tell(
            act.session,
            act.site,
            to,
            group,
            "calm.talk",
            values,
            because="member",
            occurrence=act.raw_id or act.thing.id,
            now=act.now,
            about=act.thing,
            below=act.words.strip(),
        )
    return Outcome(True)


def end(act: Act) -> Outcome:
    """Any of the three ends it; they write in the conversation again."""
    measure = act.session.get_one(Measure, act.thing.id)
    thread = threads.current(act.session, measure.thread_id or 0)
    three = {*measure.detail["people"], measure.begun_by}
    if thread is None or act.person_id not in three or not calming.end(act, thread, [measure]):
        return Outcome(False, Answer("calm.mediation-over", {}))
    group = reading.get(act.session, measure.list_id)
    for to in sorted(three - {act.person_id}):
        language = telling.language_to(act.session, act.site, to)
        values = {"group": reading.definition_of(group).titled(language)}
        key, cause = "calm.talk-ended", measure.id
        telling.tell(act.session, act.site, to, group, key, values, because="member", occurrence=cause, now=act.now)
    return Outcome(True, Answer("calm.talk-ended", {"group": acts.scene(act).title}))  # type: ignore[union-attr]


def _open(act: Act, question: Question) -> None:
    """The conversation is told, without names; the three get the mail they answer each other by."""
    detail = question.detail
    post = act.session.get_one(Post, int(detail["post"]))
    thread = threads.current(act.session, post.thread_id)
    assert thread is not None, "a post is always of a conversation"
    by, until = int(detail["by"]), datetime.fromisoformat(detail["until"])
    order = Order(Tool.MEDIATION, until)
    measure = calming.take(act, thread, order, {"people": sorted(detail["people"])}, by=by)
    for to in {*detail["people"], by}:
        _tell(act.session, act.site, question, int(to), "mediation-open", act.now, Thing(things.TALK, measure.id))


def _tell(
    session: Session, site: Site, question: Question, to: int, key: str, now: datetime, about: Thing | None = None
) -> None:
    language = telling.language_to(session, site, to)
    group = reading.get(session, question.list_id or 0)
    post = session.get_one(Post, int(question.detail["post"]))
    zone = calm_words.zone_of(session.get_one(Person, to), site)
    three = {*question.detail["people"], question.detail["by"]}
    values = {"subject": telling.short(language, subjects.bare(post.subject))}
    if key != "mediation-declined":
        values["until"] = calm_words.moment(language, datetime.fromisoformat(question.detail["until"]), zone, now)
        values["others"] = calm_words.names(session, three - {to}, language)
    key = f"calm.{key}"
    telling.tell(session, site, to, group, key, values, because="member", occurrence=question.id, now=now, about=about)
