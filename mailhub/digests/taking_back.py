"""Takes back what single words of an answer did, as each would be by itself."""

from dataclasses import replace

from mailhub.authority import Allowed, allows
from mailhub.people import deeds
from mailhub.people.tables import Deed
from mailhub.verbs import Act, Thing, Verbs


def undo_deed(verbs: Verbs, act: Act, deed_id: int) -> bool:
    """Undo one deed; it takes what doing it took. False where it cannot be undone, or is already."""
    deed = act.session.get(Deed, deed_id)
    verb = verbs.find(deed.verb) if deed is not None else None
    if deed is None or verb is None or verb.undo is None or deed.undo is None:
        return False
    if not isinstance(allows(verb.level, act.evidence, on_record=True, one_tap=verb.one_tap), Allowed):
        return False
    if not deeds.mark_undone(act.session, deed, now=act.now):
        return False
    there = replace(act, thing=Thing(deed.thing, deed.thing_id), argument="", words="")
    return verb.undo(there, deed.undo).done
