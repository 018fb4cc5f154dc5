"""«Aspetta»: a member asks for some calm, once a conversation: half a day in which everybody writes one message."""

from datetime import timedelta

import sqlalchemy as sa

from mailhub.archive import subjects, threads
from mailhub.lists import acts, calm, calming, telling, things
from mailhub.lists.orders import Order
from mailhub.lists.tables import Measure, Tool
from mailhub.verbs import Act, Answer, Outcome

HALF_A_DAY = timedelta(hours=12)
_CALM = (Tool.SLOW, Tool.CLOSED, Tool.VOICES)


def wait(act: Act) -> Outcome:
    """Slow the conversation for half a day; a moderator may end it, and everybody hears of it."""
    found, post = acts.scene(act), things.post_of(act.session, act.thing)
    if found is None or post is None or not found.belongs:
        return acts.outside(found) if found is not None else acts.which_group(act, "help")
    thread = threads.current(act.session, post.thread_id)
    assert thread is not None, "a post is always of a conversation"
    holding = any(measure.tool in _CALM for measure in calm.in_force(act.session, thread.id, act.now))
    before = sa.select(Measure.id).where(Measure.thread_id == thread.id, Measure.begun_by == act.person_id)
    asked = [one for one in act.session.scalars(before) if act.session.get_one(Measure, one).detail.get("asked")]
    subject = telling.short(act.language, subjects.bare(thread.subject))
    if holding or asked:
        return Outcome(False, Answer("calm.calm-already", {"subject": subject}, act.thing))
    order = Order(Tool.SLOW, act.now + HALF_A_DAY, HALF_A_DAY)
    measure = calming.take(act, thread, order, {"asked": True, "hours": 12})
    return Outcome(True, found.answer("calm.waited", thing=act.thing, subject=subject), {"measure": measure.id})
