"""«Solo decisioni», «solo appuntamenti»: one kind of thing alone; and «tralasciati», which brings what was left out.

What a room does not offer yet cannot come, and the answer says so: nobody is to wait for mail that nobody writes.
"""

from collections.abc import Callable

from mailhub.digests import asked, posts
from mailhub.digests.items import write_items
from mailhub.digests.offers import Offers
from mailhub.digests.rule import Entry, arrange
from mailhub.digests.tables import Letter
from mailhub.digests.viewing import View, Viewer
from mailhub.language import say
from mailhub.lists import acts, subscriptions
from mailhub.lists.choices import ONLY
from mailhub.lists.tables import DeliveryChoice
from mailhub.tokens import MAILING
from mailhub.verbs import Act, Answer, Outcome, Thing

LEFT_OUT = "left-out"  # the verb
VERBS = {DeliveryChoice.DECISIONS: "only-decisions", DeliveryChoice.EVENTS: "only-events"}


def only(offers: Offers, choice: DeliveryChoice) -> Callable[[Act], Outcome]:
    """The verb that chooses one kind alone, in one group."""

    def perform(act: Act) -> Outcome:
        found = acts.scene(act)
        if found is None:
            return acts.which_group(act, VERBS[choice])
        if not found.belongs or found.place is None:
            return acts.outside(found)
        is_offered = offers.get(ONLY[choice]) is not None
        yet = "" if is_offered else say(act.language, f"digests.not-yet-{choice.value}")
        kept = subscriptions.choose(act.session, found.place, choice, now=act.now)
        return Outcome(True, found.answer(f"digests.only-{choice.value}", yet=yet), kept)

    return perform


def left_out(offers: Offers) -> Callable[[Act], Outcome]:
    """The verb that brings what was left out since it was last told, as a letter that can be answered by number."""

    def perform(act: Act) -> Outcome:
        gathered = posts.left_out(act.session, act.person_id, act.now)
        entries = gathered.entries.get(act.person_id, ())
        letter = _keep(act, [entry.wanted() for entry in entries]) if entries else None
        posts.PostOffer().told(act.session, gathered.marks.get(act.person_id, ()))
        [view] = Viewer(act.session, act.site, offers).views([letter]) if letter else [None]
        if letter is None or view is None or not view.shown:
            return Outcome(True, Answer("digests.left-nothing", {}))
        values = {"told": say(act.language, "digests.left-count", count=view.count)}
        return Outcome(True, Answer("digests.left-out", values, Thing(MAILING.name, letter.id), below=_text(view)))

    return perform


def count(act: Act) -> int:
    """How many messages were left out since this was last told."""
    return len(posts.left_out(act.session, act.person_id, act.now).entries.get(act.person_id, ()))


def _keep(act: Act, entries: list[Entry]) -> Letter:
    letter = asked.begin(act, "")
    write_items(act.session, letter, arrange(entries))
    return letter


def _text(view: View) -> str:
    return asked.words(view, *([say(view.letter.language, "digests.rest")] if len(view.told) > 1 else []))
