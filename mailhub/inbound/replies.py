"""Replies to one thing: who may speak by this token, and what their first line says.

A token never makes anybody somebody else: mail with another person's token is held and answered to nobody (promise 5).
"""

from mailhub.authority import Allowed, allows
from mailhub.hub import acting, twice
from mailhub.hub.lost import claiming
from mailhub.hub.lost.strangers import is_stranger
from mailhub.inbound import answers, identity, other_account
from mailhub.inbound.arrivals import arrival, from_receipt
from mailhub.inbound.commands import Asked, carry_out
from mailhub.inbound.failures import Failure
from mailhub.inbound.result import Result
from mailhub.inbound.visit import Visit
from mailhub.lists import correcting, introducing, posting, reading, things, wishes
from mailhub.people import persons
from mailhub.people.tables import Person, Question
from mailhub.tokens import Token
from mailhub.verbs import Call, Thing


def receive(visit: Visit, token: Token, stale: bool, position: int) -> Result:
    """What became of a reply to the thing this token names. A stale token says what is answered, and proves nothing."""
    is_welcome = token.kind.name == things.WELCOME
    # A word said to the welcome is said to the group; only prose is for the welcome itself.
    thing = things.of_list(token.thing) if is_welcome else Thing(token.kind.name, token.thing)
    if visit.person is None and visit.session.get(Person, token.person) is None:
        return _forgotten(visit, thing, position)
    if visit.person is None or visit.person.id != token.person:
        if (claimed := _claim(visit, token, thing, position)) is not None:
            return claimed
        if not stale:
            other_account.ask(visit, token, position)
        return Result("held", other_account.NOT_THEIRS, visit.person.id if visit.person else None, thing=thing)
    if not visit.words or (is_welcome and _only_quotes(visit.words)):
        return answers.refuse(visit, Failure.EMPTY, position, thing=thing, token=not stale)
    call, said = command(visit, thing)
    if call is not None and _is_for_people(visit, call, thing):
        call = None
    if call is None and (listener := visit.hub.verbs.listener(thing.kind)) is not None:
        call, said = Call(listener, ""), visit.words
    if call is None and is_welcome and said and _belongs(visit, thing.id):
        return _introduction(visit, thing.id, position)
    if call is None:
        return _without_command(visit, thing, position, is_theirs=not stale)
    if stale and _wants_token(visit, call):
        return answers.refuse(visit, Failure.OUTDATED, position, thing=thing)
    mailbox = not stale and _went_only_there(visit, thing)
    ago = twice.asked_ago(visit.session, thing, visit.now)
    return carry_out(visit, Asked(call, thing, said, position, token=not stale, mailbox=mailbox, asked_ago=ago))


def _forgotten(visit: Visit, thing: Thing, position: int) -> Result:
    """Who never confirmed is forgotten, and so is what they were asked: a late «sì» hears how to begin again."""
    question = visit.session.get(Question, thing.id) if thing.kind in things.QUESTIONS else None
    list_id = things.list_of(visit.session, thing)
    ended = question.settled_at if question else None
    return answers.refuse(
        visit, Failure.EXPIRED, position, thing=things.of_list(list_id) if list_id else None, since=ended
    )


def _claim(visit: Visit, token: Token, thing: Thing, position: int) -> Result | None:
    """«Sono io», in reply to a mail that went to the mailbox they have lost: its token says whom they mean, no more."""
    call, said = command(visit, things.DESK)
    if call is None or call.verb.name != claiming.NAME or not is_stranger(visit.session, visit.person):
        return None
    former = persons.write_to(visit.session, [token.person]).get(token.person)
    call = Call(call.verb, former.email if former else "")
    where = things.of_list(things.list_of(visit.session, thing) or things.DESK.id)
    return carry_out(visit, Asked(call, where, said, position))


def command(visit: Visit, thing: Thing) -> tuple[Call | None, str]:
    """The verb in the first line that is more than a greeting, and the words from that line on."""
    verbs, lines = visit.hub.verbs, [line for line in visit.words.splitlines() if line.strip()]
    while lines:
        bare = wishes.without_courtesy(lines[0])
        if bare:
            call = verbs.recognise(lines[0], thing.kind) or verbs.recognise(bare, thing.kind)
            return call, "\n".join(lines)
        lines = lines[1:]
    return None, ""


def _only_quotes(words: str) -> bool:
    """Whether they are all somebody else's: a text that is one quotation is folded by nobody."""
    return all(line.lstrip().startswith(">") for line in words.splitlines() if line.strip())


def _belongs(visit: Visit, list_id: int) -> bool:
    return visit.person is not None and reading.standing(visit.session, list_id, visit.person.id).belongs


def _introduction(visit: Visit, list_id: int, position: int) -> Result:
    """Prose to the welcome is what a newcomer tells the group of themselves, once it is known that they wrote it."""
    came = arrival(visit)
    if not came.is_proven:
        identity.ask(visit, position)
        known = visit.person.id if visit.person else None
        return Result("held", identity.UNPROVEN, known, list_id, things.of_list(list_id))
    receipt = introducing.receive(visit.session, visit.hub.site, came, list_id=list_id)
    return from_receipt(visit, receipt, position, list_id)


def _without_command(visit: Visit, thing: Thing, position: int, *, is_theirs: bool) -> Result:
    """Prose: to a message it is an answer in its conversation, elsewhere we ask what is meant."""
    if thing.kind == things.POST:
        receipt = posting.receive(visit.session, visit.hub.site, arrival(visit), reply_to=thing.id)
        return from_receipt(visit, receipt, position)
    return answers.refuse(visit, Failure.NOT_UNDERSTOOD, position, thing=thing, token=is_theirs)


def _wants_token(visit: Visit, call: Call) -> bool:
    """Whether its author is known to have written this, and only the token is missing: then asking them again helps."""
    verb, evidence = call.verb, visit.evidence()
    return evidence.aligned and not isinstance(
        allows(verb.level, evidence, on_record=True, one_tap=verb.one_tap), Allowed
    )


def _went_only_there(visit: Visit, thing: Thing) -> bool:
    """Evidence M: an open question that was sent to this very mailbox and no other."""
    if visit.person is None or visit.address is None:
        return False
    asking = acting.open_asking(visit.session, thing, visit.person.id)
    return asking is not None and asking.address_id == visit.address.id


def _is_for_people(visit: Visit, call: Call, thing: Thing) -> bool:
    """«Correct.» below somebody else's message is an answer to them."""
    if call.verb.name != correcting.NAME or thing.kind != things.POST or visit.person is None:
        return False
    return not correcting.is_own(visit.session, thing, visit.person.id)
