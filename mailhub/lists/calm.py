"""Decisions about conversations as rows: taken, in force, over. Each has an end or is told to have none."""

from collections.abc import Collection, Sequence
from datetime import datetime, timedelta
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from mailhub.archive.tables import Post, Thread
from mailhub.lists.pacing import Rule
from mailhub.lists.policy import Reason
from mailhub.lists.tables import HeldPost, HeldState, Measure, Tool
from mailhub.people import activity
from mailhub.verbs import Thing

MEASURE = "measure"  # the kind of thing an activity names

# Which kind of decision a reason names.
_BY_REASON = {
    Reason.SLOW: Tool.SLOW,
    Reason.TURN: Tool.VOICES,
    Reason.TWO_VOICES: Tool.VOICES,
    Reason.SHUT: Tool.CLOSED,
    Reason.MEDIATION: Tool.MEDIATION,
}

# Made once: every mail asks this, and making a statement costs as much as running it.
_IN_FORCE = (
    sa.select(Measure)
    .join(Thread, Thread.id == Measure.thread_id)
    .where(
        sa.func.coalesce(Thread.merged_into, Thread.id) == sa.bindparam("thread"),
        Measure.ended_at.is_(None),
        Measure.until.is_(None) | (Measure.until > sa.bindparam("now", type_=Measure.until.type)),
    )
    .order_by(Measure.id)
)

_ANY = (
    sa.select(Measure.id)
    .where(Measure.list_id == sa.bindparam("list"), Measure.thread_id.is_not(None), Measure.ended_at.is_(None))
    .limit(1)
)


def is_any(session: Session, list_id: int) -> bool:
    """Whether anything is decided about any conversation of this group."""
    return session.scalar(_ANY, {"list": list_id}) is not None


def in_force(session: Session, thread_id: int, now: datetime) -> Sequence[Measure]:
    """What holds for this conversation now, the oldest first."""
    return session.scalars(_IN_FORCE, {"thread": thread_id, "now": now}).all()


def keeping(session: Session, held: HeldPost) -> Sequence[Measure]:
    """What kept a message while it waited, by the reason it was told: over or not, the oldest first."""
    tools = [_BY_REASON[code] for code in held.reasons.get("codes", ()) if code in _BY_REASON]
    if held.thread_id is None or not tools:
        return ()
    return between(session, held.thread_id, tools, held.held_at, held.settled_at)


def between(
    session: Session, thread_id: int, tools: Collection[Tool], since: datetime, to: datetime | None
) -> Sequence[Measure]:
    """The decisions of these kinds that held for a conversation at any moment from `since` to `to` (none: now)."""
    of = sa.select(sa.func.coalesce(Thread.merged_into, Thread.id)).where(Thread.id == thread_id).scalar_subquery()
    wanted = (
        sa.select(Measure)
        .join(Thread, Thread.id == Measure.thread_id)
        .where(sa.func.coalesce(Thread.merged_into, Thread.id) == of, Measure.tool.in_(tools))
        .where(Measure.ended_at.is_(None) | (Measure.ended_at > since))
    )
    if to is not None:
        wanted = wanted.where(Measure.begun_at <= to)
    return session.scalars(wanted.order_by(Measure.id)).all()


def rule_of(measure: Measure) -> Rule:
    """What it decides about messages."""
    return Rule(
        tool=measure.tool,
        until=measure.until,
        every=timedelta(hours=int(measure.detail.get("hours", 0))),
        people=frozenset(measure.detail.get("people", ())),
        since=measure.begun_at,
    )


def begin(
    session: Session,
    thread: Thread,
    tool: Tool,
    by: int,
    *,
    until: datetime | None,
    detail: dict[str, Any],
    now: datetime,
) -> Measure:
    """From now on this holds; the same tool of before ends."""
    for standing in in_force(session, thread.id, now):
        if standing.tool is tool:
            end(session, standing, by, now=now)
    measure = Measure(
        list_id=thread.list_id,
        thread_id=thread.id,
        tool=tool,
        detail=detail,
        begun_at=now,
        begun_by=by,
        until=until,
    )
    session.add(measure)
    session.flush()
    _note(session, f"{MEASURE}.taken", measure, by, now)
    return measure


def end(session: Session, measure: Measure, by: int | None, *, now: datetime) -> bool:
    """It holds no more, and what waits because of it is looked at again; False when it had ended before."""
    ended = session.execute(
        sa.update(Measure)
        .where(Measure.id == measure.id, Measure.ended_at.is_(None))
        .values(ended_at=now, ended_by=by)
        .execution_options(synchronize_session=False)
    )
    session.refresh(measure)
    if ended.rowcount != 1:  # type: ignore[attr-defined]
        return False
    if measure.thread_id is not None:
        wake(session, measure.thread_id, now=now)
    _note(session, f"{MEASURE}.ended", measure, by, now)
    return True


def wake(session: Session, thread_id: int, *, now: datetime) -> None:
    """What waits for this conversation is looked at again at once."""
    current = sa.select(Thread.id).where(
        sa.func.coalesce(Thread.merged_into, Thread.id)
        == sa.select(sa.func.coalesce(Thread.merged_into, Thread.id)).where(Thread.id == thread_id).scalar_subquery()
    )
    waiting = HeldPost.thread_id.in_(current), HeldPost.state == HeldState.WAITING
    session.execute(sa.update(HeldPost).where(*waiting).values(leaves_at=now))


def over(session: Session, *, now: datetime, limit: int) -> int:
    """End what has come to its end by itself; how many there were."""
    due = sa.select(Measure).where(Measure.ended_at.is_(None), Measure.until <= now).order_by(Measure.until)
    found = session.scalars(due.limit(limit).with_for_update(skip_locked=True)).all()
    for measure in found:
        end(session, measure, None, now=now)
    return len(found)


def told_by(session: Session, post: Post, now: datetime) -> Measure | None:
    """The decision that a message told, else the last that holds for its conversation."""
    told = session.scalar(sa.select(Measure).where(Measure.post_id == post.id).limit(1))
    return told or next(reversed(in_force(session, post.thread_id, now)), None)


def _note(session: Session, what: str, measure: Measure, by: int | None, now: datetime) -> None:
    thing = Thing(MEASURE, measure.id)
    tool = measure.tool.value
    activity.note(session, what, now=now, person_id=by, list_id=measure.list_id, thing=thing, tool=tool)
