"""The verbs of who is there: leaving, pausing, choosing how to receive; and how each is taken back."""

from collections.abc import Mapping
from typing import Any

from mailhub.language import say
from mailhub.lists import acts, aside, posting, reading, subscriptions, telling
from mailhub.lists.dates import NoDate, NotADate
from mailhub.lists.tables import DeliveryChoice, HeldState, SubscriptionState
from mailhub.people.deeds import UNDO_WITHIN
from mailhub.verbs import Act, Answer, Outcome


def leave(act: Act) -> Outcome:
    """At once, with one goodbye that can be answered «annulla»."""
    found = acts.scene(act)
    if found is None:
        return acts.which_group(act, "leave")
    kept = subscriptions.leave(
        act.session, found.group, act.person_id, now=act.now, source=acts.source(act), evidence=acts.evidence(act)
    )
    posting.forget(act.session, found.group.id, act.person_id, HeldState.WITHDRAWN, now=act.now)
    if kept is None:
        return acts.outside(found)
    until = telling.told_day(act.site, found.person, act.now + UNDO_WITHIN, act.language, act.now)
    return Outcome(True, found.answer("lists.goodbye", until=until, contact=found.contact), kept)


def come_back(act: Act, kept: Mapping[str, Any]) -> Outcome:
    """Undo of leaving."""
    found = acts.scene(act)
    if found is not None and not (act.evidence.aligned or act.evidence.mailbox or act.evidence.fresh_login):
        return Outcome(False, Answer("people.undo-unproven", {"contact": found.contact}))  # it gives consent again
    if found is None or not subscriptions.come_back(act.session, found.group, act.person_id, kept, now=act.now):
        return Outcome(False)
    place = reading.subscription(act.session, found.group.id, act.person_id)
    rhythm = telling.rhythm(act.language, place.delivery, coming=False) if place else ""
    return Outcome(True, found.answer("lists.back-again", rhythm=rhythm))


def pause(act: Act) -> Outcome:
    """Until a day, or until they say so; a day that is not clear is asked back."""
    found = acts.scene(act)
    if found is None:
        return acts.which_group(act, "pause")
    if not found.belongs or found.place is None:
        return acts.outside(found)
    until = subscriptions.until(act.site, found.person, act.argument, act.now)
    if isinstance(until, NotADate):
        return Outcome(False, Answer("lists.pause-unclear", {}, found.thing))
    ends_at = None if isinstance(until, NoDate) else until
    kept = subscriptions.pause(act.session, found.place, ends_at, now=act.now)
    if ends_at is None:
        told = say(act.language, "lists.until-resumed")
    else:
        day = telling.told_day(act.site, found.person, ends_at, act.language, act.now)
        told = say(act.language, "lists.until-day", day=day)
    return Outcome(True, found.answer("lists.pause-begun", until=told), kept)


def resume(act: Act) -> Outcome:
    """Receive again, from now on; a mailbox that was set aside is tried again with all its groups."""
    taken_up = aside.take_up(act)
    if taken_up is not None:
        return taken_up
    found = acts.scene(act)
    if found is None:
        return acts.which_group(act, "resume")
    if not found.belongs or found.place is None:
        return acts.outside(found)
    is_paused = found.place.state is SubscriptionState.PAUSED
    kept = subscriptions.resume(act.session, found.place, now=act.now) if is_paused else None
    if found.place.delivery in subscriptions.LISTED:
        return Outcome(is_paused, found.answer("lists.resumed"), kept)
    rhythm = telling.rhythm(act.language, found.place.delivery, coming=False)
    return Outcome(is_paused, found.answer("lists.resumed-so", rhythm=rhythm), kept)


def each(act: Act) -> Outcome:
    """Every message, at once."""
    return _choose(act, "each", DeliveryChoice.EACH)


def digest(act: Act) -> Outcome:
    """The letter of the day; until there is one, every message."""
    return _choose(act, "digest", DeliveryChoice.DIGEST)


def put_back(act: Act, kept: Mapping[str, Any]) -> Outcome:
    """Undo of a pause, of its end, or of a choice."""
    found = acts.scene(act)
    done = found is not None and subscriptions.put_back(act.session, found.group, act.person_id, kept, now=act.now)
    return Outcome(done)


def _choose(act: Act, verb: str, choice: DeliveryChoice) -> Outcome:
    found = acts.scene(act)
    if found is None:
        return acts.which_group(act, verb)
    if not found.belongs or found.place is None:
        return acts.outside(found)
    kept = subscriptions.choose(act.session, found.place, choice, now=act.now)
    return Outcome(True, found.answer(f"lists.delivery-{choice.value}"), kept)
