"""Replies to one thing: who may speak by this token, and what their first line says.

A token never makes anybody somebody else: mail with another person's token is held and answered to nobody (promise 5).
"""

from mailhub.hub import acting
from mailhub.inbound import answers, dispatch
from mailhub.inbound.visit import Visit
from mailhub.lists import posting, things
from mailhub.tokens import Token
from mailhub.verbs import Call, Thing


def receive(visit: Visit, token: Token, stale: bool, position: int) -> "dispatch.Result":
    """What became of a reply to the thing this token names."""
    thing = Thing(token.kind.name, token.thing)
    if visit.person is None or visit.person.id != token.person:
        return dispatch.Result("held", "not-theirs", visit.person.id if visit.person else None, thing=thing)
    if not visit.words:
        return answers.refuse(visit, "empty", position, thing=thing)
    call, rest = command(visit, thing)
    if call is None:
        return _without_command(visit, thing, position)
    mailbox = not stale and _went_only_there(visit, thing)
    return dispatch.carry_out(visit, call, thing, position, "reply", token=not stale, mailbox=mailbox, rest=rest)


def command(visit: Visit, thing: Thing) -> tuple[Call | None, str]:
    """The verb in the first line of the new words, and the lines after it."""
    lines = visit.words.splitlines()
    if not lines:
        return None, ""
    return visit.hub.verbs.recognise(lines[0], thing.kind), "\n".join(lines[1:]).strip()


def _without_command(visit: Visit, thing: Thing, position: int) -> "dispatch.Result":
    """Prose: to a message it is an answer in its conversation, elsewhere we ask what is meant."""
    if thing.kind == things.POST:
        receipt = posting.receive(visit.session, visit.hub.site, dispatch.arrival(visit), reply_to=thing.id)
        return dispatch.from_receipt(visit, receipt, position)
    return answers.refuse(visit, "not-understood", position, thing=thing)


def _went_only_there(visit: Visit, thing: Thing) -> bool:
    """Evidence M: an open question that was sent to this very mailbox and no other."""
    if visit.person is None or visit.address is None:
        return False
    asking = acting.open_asking(visit.session, thing, visit.person.id)
    return asking is not None and asking.address_id == visit.address.id
