"""What each kind of step does when its time has come. Pure."""

import hashlib
from collections.abc import Callable, Mapping
from datetime import timedelta

from mailhub.journeys.definition import NEXT, Ask, Branch, Do, Send, Split, Step, StepKind, Task, Wait, Webhook
from mailhub.journeys.state import Call, Errand, Perform, Phase
from mailhub.journeys.walk import Walk, passed

GIVES_UP_AFTER = timedelta(days=1)  # calling another system


def carry_out(walk: Walk) -> None:
    """Whatever the step is for; then it waits there, or has gone to the next."""
    step = walk.journey.find(walk.way.step)
    assert step is not None, "every way of a published journey leads somewhere"
    if step.skip_if is not None and walk.holds(step.skip_if):
        walk.leave(passed(step), "skipped")
        return
    _CARRY[step.kind](walk, step)


def _send(walk: Walk, step: Step) -> None:
    assert isinstance(step, Send)
    if walk.may_leave(step, step.letter):
        walk.mail(step, step.letter)
        walk.leave(NEXT, "sent")


def _ask(walk: Walk, step: Step) -> None:
    assert isinstance(step, Ask)
    if walk.may_leave(step, step.letter):
        walk.mail(step, step.letter, asks=True)
        walk.wait(Phase.ASKED, walk.patience(step))


def _wait(walk: Walk, step: Step) -> None:
    assert isinstance(step, Wait)
    walk.arrive()
    if step.when is not None:
        if walk.holds(step.when):
            walk.leave("met")
        else:
            walk.watch(step, step.when)
        return
    due = walk.due(step)
    if due is None:
        walk.leave("unknown")
    elif due <= walk.now:
        walk.leave("past" if step.date is not None else NEXT)
    else:
        walk.wait(Phase.WAITING, due)


def _branch(walk: Walk, step: Step) -> None:
    assert isinstance(step, Branch)
    fits = (number for number, case in enumerate(step.cases, 1) if walk.holds(case))
    walk.leave(str(next(fits, "else")))


def _split(walk: Walk, step: Step) -> None:
    assert isinstance(step, Split)
    walk.leave(arm_of(walk.journey.slug, step, walk.way.person_id))


def _task(walk: Walk, step: Step) -> None:
    assert isinstance(step, Task)
    walk.effects.append(Errand(step.id, walk.way.visit))
    walk.wait(Phase.TASKED, walk.after(step.timeout))


def _call(walk: Walk, step: Step) -> None:
    assert isinstance(step, Webhook)
    walk.effects.append(Call(step.id, walk.way.visit))
    walk.wait(Phase.CALLING, walk.now + GIVES_UP_AFTER)


def _do(walk: Walk, step: Step) -> None:
    assert isinstance(step, Do)
    if step.verb == "set":
        for name, value in step.args.items():
            walk.store(name, walk.value(value))
        walk.leave(NEXT)
        return
    walk.effects.append(Perform(step.id, step.verb, {key: walk.named(each) for key, each in step.args.items()}))
    walk.leave(NEXT)
    walk.goes_on = False


def _finish(walk: Walk, step: Step) -> None:
    walk.leave(NEXT, step.id)


def arm_of(slug: str, step: Split, person_id: int) -> str:
    """The way a person takes at a split: by weight over people, always the same for one."""
    digest = hashlib.sha256(f"{slug}/{step.id}/{person_id}".encode()).digest()
    place = int.from_bytes(digest[:8], "big") % sum(weight for _, weight in step.arms)
    for arm, weight in step.arms:
        if place < weight:
            return arm
        place -= weight
    raise AssertionError("the weights are all there is")


_CARRY: Mapping[StepKind, Callable[[Walk, Step], None]] = {
    StepKind.SEND: _send,
    StepKind.ASK: _ask,
    StepKind.WAIT: _wait,
    StepKind.BRANCH: _branch,
    StepKind.SPLIT: _split,
    StepKind.TASK: _task,
    StepKind.WEBHOOK: _call,
    StepKind.DO: _do,
    StepKind.END: _finish,
}
