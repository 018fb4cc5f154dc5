"""The verbs of a moderator who calms a conversation, in reply to any message of it; each has an end, and says it."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any

import sqlalchemy as sa

from mailhub.archive import subjects, threads
from mailhub.archive.tables import Post, Thread
from mailhub.lists import acts, calm, calm_words, notice, orders, reading, telling, things, vocabulary, voice
from mailhub.lists.acts import Scene
from mailhub.lists.orders import Order
from mailhub.lists.pacing import Rule
from mailhub.lists.tables import Measure, Tool
from mailhub.people.tables import Person
from mailhub.verbs import Act, Answer, Outcome, plain

TWO = 2


def verb_of(tool: Tool) -> Callable[[Act], Outcome]:
    """What the verb of a tool does."""

    def perform(act: Act) -> Outcome:
        begun = moderates(act, "letter-only" if tool is Tool.LETTER else tool.value)
        if isinstance(begun, Outcome):
            return begun
        found, thread = begun
        order = orders.read(act.argument, act.now, act.site.time_zone)
        if order is None or (order.until is None and not order.has_reason):
            return Outcome(False, Answer("calm.unclear", {}, act.thing))
        detail = _detail(act, thread, order)
        if detail is None:
            return Outcome(False, Answer("calm.which-two", {}, act.thing))
        return begin(found, thread, order, detail)

    return perform


def begin(found: Scene, thread: Thread, order: Order, detail: dict[str, Any]) -> Outcome:
    """Take the decision, tell everybody, and answer who took it."""
    act = found.act
    measure = take(act, thread, order, detail)
    rule = calm_words.phrase(act.session, calm.rule_of(measure), act.language, act.site.time_zone, act.now)
    subject = telling.short(act.language, subjects.bare(thread.subject))
    answer = found.answer("calm.done", thing=act.thing, subject=subject, rule=rule)
    return Outcome(True, answer, {"measure": measure.id})


def take(act: Act, thread: Thread, order: Order, detail: dict[str, Any], *, by: int | None = None) -> Measure:
    """The decision itself, told to the group in a message of the conversation; `by`: who decided, if not who acts."""
    what = notice.ASKED if detail.get("asked") else notice.BEGUN
    rule = Rule(order.tool, order.until, order.every, frozenset(detail.get("people", ())))
    # First told, then taken: it does not hold for the message that tells of it.
    post = notice.tell(act.session, act.site, thread, rule, what, str(detail.get("reason", "")), now=act.now)
    decided_by, until = by or act.person_id, order.until
    measure = calm.begin(act.session, thread, order.tool, decided_by, until=until, detail=detail, now=act.now)
    measure.post_id = post.id
    act.session.flush()
    return measure


def lift(act: Act) -> Outcome:
    """End whatever holds for this conversation, before its time."""
    begun = moderates(act, "lift")
    if isinstance(begun, Outcome):
        return begun
    found, thread = begun
    standing = calm.in_force(act.session, thread.id, act.now)
    if not standing:
        return Outcome(False, Answer("calm.nothing-holds", {}, act.thing))
    end(act, thread, standing)
    subject = telling.short(act.language, subjects.bare(thread.subject))
    return Outcome(True, found.answer("calm.lifted", thing=act.thing, subject=subject))


def end(act: Act, thread: Thread, measures: Sequence[Measure]) -> bool:
    """End these, and tell the group once; False when all had ended before."""
    ended = [calm.end(act.session, measure, act.person_id, now=act.now) for measure in measures]
    if any(ended):
        notice.tell(act.session, act.site, thread, calm.rule_of(measures[-1]), notice.OVER, now=act.now)
    return any(ended)


def take_back(act: Act, kept: Mapping[str, Any]) -> Outcome:
    """Undo: it ends now."""
    measure = act.session.get(Measure, int(kept["measure"]))
    thread = threads.current(act.session, measure.thread_id) if measure and measure.thread_id else None
    if measure is None or thread is None:
        return Outcome(False)
    return Outcome(end(act, thread, [measure]))


def moderates(act: Act, verb: str) -> tuple[Scene, Thread] | Outcome:
    """A moderator before a conversation."""
    found, post = acts.scene(act), things.post_of(act.session, act.thing)
    assert found is not None, "a post is always of a group"
    assert post is not None, "a post is never taken out"
    if not reading.standing(act.session, found.group.id, act.person_id).moderates:
        return acts.not_allowed(found, vocabulary.word(verb, act.language), acts.MODERATORS)
    thread = threads.current(act.session, post.thread_id)
    assert thread is not None, "a post is always of a conversation"
    return found, thread


def reason_of(act: Act) -> str:
    """What stands behind the colon, as it was written."""
    return act.words.strip().partition(":")[2].strip()


def voices(act: Act, thread: Thread, names: Sequence[str]) -> list[int]:
    """The people of a conversation who are meant: by name, else the two who spoke last; fewer where that is unclear."""
    wrote = act.session.execute(
        sa.select(Post.person_id, sa.func.max(Post.number))
        .where(Post.thread_id == thread.id, Post.person_id.is_not(None))
        .group_by(Post.person_id)
        .order_by(sa.func.max(Post.number).desc())
    ).all()
    ids = [person_id for person_id, _ in wrote if person_id is not None]
    if not names:
        return ids[:TWO]
    called = {one: plain(voice.name_of(act.session.get(Person, one), act.language)) for one in ids}
    meant = [[one for one in ids if _is_called(called[one], name)] for name in names]
    return [found[0] for found in meant if len(found) == 1]


def _is_called(name: str, said: str) -> bool:
    return name == said or name.startswith(f"{said} ")


def _detail(act: Act, thread: Thread, order: Order) -> dict[str, Any] | None:
    """What the decision keeps; None where it takes two people and these are not clear."""
    detail: dict[str, Any] = {"reason": reason_of(act)}
    if order.tool is Tool.SLOW:
        detail["hours"] = int(order.every.total_seconds() // 3600)
    if order.tool is Tool.VOICES:
        people = voices(act, thread, order.names)
        if len(set(people)) != TWO:
            return None
        detail["people"] = sorted(people)
    return detail
