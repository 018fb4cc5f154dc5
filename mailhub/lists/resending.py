"""What was kept while its conversation was closed is sent after all, by a word of its writer."""

from mailhub.lists import deciding, holding, pace, releasing, telling
from mailhub.lists.deciding import Deciding
from mailhub.verbs import Act, Answer, Outcome


def send(act: Act) -> Outcome:
    """It goes to its conversation now, if that lets it; a message that waits for moderators does not."""
    begun = deciding.begin_as_author(act, "send")
    if not isinstance(begun, Deciding):
        return begun
    held = begun.held
    if not (pace.WAITING | pace.OFFERED) & set(holding.reasons_of(held)):
        return Outcome(False, Answer("calm.not-yet", {"subject": telling.short(act.language, held.subject)}, act.thing))
    place = releasing.let_go(act.session, act.site, held, act.person_id, now=act.now)
    if place is not None:
        values = {"subject": telling.short(act.language, held.subject)}
        return Outcome(False, Answer("calm.not-yet", values, act.thing))
    return Outcome(True, begun.found.answer("calm.sent", subject=telling.short(act.language, held.subject)))
