"""A word said to one message, in a mail to the whole group: «ricorso», «correggi», or what a moderator decides.

A copy of a message carries no token, so the mail it answers is known by its ids alone. What is a word for that message
is not for the group to read; prose always is.
"""

from mailhub.archive.tables import Post
from mailhub.authority import Level
from mailhub.hub import surely
from mailhub.inbound import answers
from mailhub.inbound.commands import Asked, act_of, carry_out
from mailhub.inbound.failures import Failure
from mailhub.inbound.result import Result
from mailhub.inbound.visit import Visit
from mailhub.lists import correcting, reading, things, wishes
from mailhub.verbs import Call, Thing


def receive(visit: Visit, post: Post, position: int) -> Result | None:
    """What became of such a mail; None where it is a message for the group."""
    if visit.is_automatic or visit.person is None or visit.is_absence:
        return None
    call = _word(visit)
    if call is None:
        return None
    thing = Thing(things.POST, post.id)
    if call.verb.name == correcting.NAME and not correcting.is_own(visit.session, thing, visit.person.id):
        return None  # «Correct.» below somebody else's message is for people to read
    asked = Asked(call, thing, visit.words, position)
    if call.verb.level is not Level.OFFICE:
        return carry_out(visit, asked)
    if not reading.standing(visit.session, post.list_id, visit.person.id).moderates:
        return None
    evidence = visit.evidence()
    if not evidence.aligned:
        return carry_out(visit, asked)  # it waits until they have said that it was them
    act = act_of(visit, asked, evidence)
    answers.give(visit, act, surely.ask(act, call, post), position)
    return Result("held", Failure.SURE, visit.person.id, post.list_id, asked.thing, {"verb": call.verb.name})


def _word(visit: Visit) -> Call | None:
    """The verb of a message that the first line says; one that takes no words must be all there is."""
    verbs = visit.hub.verbs
    lines = [(line, bare) for line in visit.words.splitlines() if (bare := wishes.without_courtesy(line))]
    found = (verbs.recognise(said, things.POST) for said in (lines[0] if lines else ()))
    call = next((one for one in found if one is not None), None)
    if call is None or things.POST not in call.verb.things or call.verb.level < Level.VOICE:
        return None
    return call if call.verb.takes_prose or len(lines) == 1 else None
