"""«Annulla» takes back the last thing somebody did, within a day. Name and language are in `addressing`."""

from collections.abc import Collection
from dataclasses import replace

from mailhub.authority import Allowed, Level, allows
from mailhub.people import deeds, roles
from mailhub.people.tables import Deed
from mailhub.verbs import ANYTHING, Act, Answer, Outcome, Thing, Verb, Verbs


def undo_verb(verbs: Verbs) -> Verb:
    """The verb that undoes the others; `verbs` may be added to after it."""

    def perform(act: Act) -> Outcome:
        return _undo(verbs, act)

    return Verb(
        name=deeds.UNDO,
        words={"it": ("annulla", "annullare"), "en": ("undo",)},
        level=Level.LIGHT,  # the deed's own level is asked for as well
        things=frozenset({ANYTHING}),
        perform=perform,
    )


def _undo(verbs: Verbs, act: Act) -> Outcome:
    deed = _meant(act, [verb.name for verb in verbs if verb.only_tells])
    if deed is None:
        return _no(act, "inbound.nothing-to-undo")
    if deed.undone_at is not None:
        return Outcome(False, Answer("inbound.already-undone"))
    verb = verbs.find(deed.verb)
    if verb is None or verb.undo is None or deed.undo is None or deed.done_at <= act.now - deeds.UNDO_WITHIN:
        return _no(act, "inbound.undo-too-late")
    if not _may(act, verb):
        return _no(act, "people.undo-unproven")
    if not deeds.mark_undone(act.session, deed, now=act.now):
        return Outcome(False, Answer("inbound.already-undone"))
    there = replace(act, thing=Thing(deed.thing, deed.thing_id), argument="")
    outcome = verb.undo(there, deed.undo)
    if outcome.done:
        return Outcome(True, outcome.answer or Answer("inbound.undone"))
    deed.undone_at = None
    return outcome if outcome.answer else _no(act, "inbound.undo-too-late")


def _meant(act: Act, telling: Collection[str]) -> Deed | None:
    """What was done to the thing answered, or is told in the mail answered; else the last that could be undone."""
    session, person_id = act.session, act.person_id
    return (
        deeds.latest(session, person_id, now=act.now, within=None, thing=act.thing, besides=telling)
        or deeds.latest(session, person_id, now=act.now)
        or deeds.latest(session, person_id, now=act.now, within=None)
    )


def _may(act: Act, verb: Verb) -> bool:
    """Undoing takes what doing took: a forwarded mail must not bring back what somebody else decided."""
    ruling = allows(
        verb.level,
        act.evidence,
        on_record=True,
        one_tap=verb.one_tap,
        mailbox_suffices=verb.mailbox_suffices,
    )
    return isinstance(ruling, Allowed)


def _no(act: Act, key: str) -> Outcome:
    return Outcome(False, Answer(key, {"contact": roles.contact(act.session, act.site)}))
