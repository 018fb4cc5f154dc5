"""Decides what becomes of one mail for one of its recipients, and has it done."""

from dataclasses import replace

from mailhub.archive import posts
from mailhub.archive.tables import Post
from mailhub.hub.lost import claiming
from mailhub.hub.lost.strangers import is_stranger
from mailhub.inbound import answers, conversing, desk, replies, returns, unrouted
from mailhub.inbound.arrivals import arrival, from_receipt
from mailhub.inbound.commands import Asked, carry_out, leave
from mailhub.inbound.failures import Failure
from mailhub.inbound.result import Result
from mailhub.inbound.routing import (
    Nobody,
    Route,
    ToBounce,
    ToDesk,
    ToLeave,
    ToList,
    ToOrganisers,
    ToRelay,
    ToRole,
    ToThing,
    ToVerb,
    route,
)
from mailhub.inbound.visit import Visit, ways
from mailhub.lists import posting, relay, things, wishes
from mailhub.lists import reading as groups
from mailhub.verbs import Call, Thing

_MOST_NAMED = 3  # ids that are looked up to find the message a mail answers


class _Membership:
    """The lists of the author, looked up only when a name must be forgiven."""

    def __init__(self, visit: Visit) -> None:
        self._visit = visit

    def __contains__(self, list_id: object) -> bool:
        visit = self._visit
        return visit.person is not None and list_id in groups.lists_of(visit.session, visit.person.id)


def dispose(visit: Visit, recipient: str, position: int, meant: int | None = None) -> Result:
    """Do what this mail asks at this address; runs once more harmlessly if the commit fails.

    `meant`: the group it is for by a person's word, where the address does not say.
    """
    visit = replace(visit, recipient=recipient)
    local = visit.hub.site.local_part(recipient)
    where = route(local, ways(visit.hub, visit.session, visit.now), _Membership(visit))
    if meant is not None and isinstance(where, ToDesk | Nobody):
        where = ToList(meant)
    return _go(visit, where, local or "", position)


def _go(visit: Visit, where: Route, local: str, position: int) -> Result:
    match where:
        case ToBounce(delivery):
            return returns.to_return_path(visit, delivery)
        case _ if (returned := returns.anywhere(visit)) is not None:
            return returned
        case ToLeave(person_id, list_id) if visit.read.kind == "post":
            return leave(visit, person_id, list_id, position)
        case _ if (program := _program(visit, where)) is not None:
            return program
        case ToList(list_id):
            return _to_list(visit, list_id, position)
        case ToVerb(list_id, verb):
            call = Call(visit.hub.verbs.get(verb), "")
            return carry_out(visit, Asked(call, things.of_list(list_id), local, position, "address"))
        case ToThing(token, stale):
            return replies.receive(visit, token, stale, position)
        case ToRelay(_, list_id) if (wish := _wish(visit)) is not None:
            return carry_out(visit, Asked(wish, things.of_list(list_id), visit.words, position))
        case ToRelay(person_id, list_id):
            receipt = relay.receive(visit.session, visit.hub.site, arrival(visit), to=person_id, list_id=list_id)
            return from_receipt(visit, receipt, position, list_id)
        case ToRole(role, list_id):
            return _to_role(visit, role, list_id, position)
        case ToOrganisers():
            return _to_role(visit, "organiser", 0, position)
        case ToDesk():
            return desk.receive(visit, position)
        case Nobody(foreign=foreign, broken=broken):
            shown = None if foreign or broken else unrouted.receive(visit, position)
            return shown or answers.refuse(visit, Failure.HELP, position)
    raise AssertionError(f"no way for {where}")


def _to_role(visit: Visit, role: str, list_id: int, position: int) -> Result:
    """To whoever holds a role of a group, or (list 0) of the site."""
    receipt = relay.to_role(visit.session, visit.hub.site, arrival(visit), role=role, list_id=list_id)
    if receipt.reason == Failure.NOBODY_THERE:
        return answers.refuse(visit, Failure.NOBODY_THERE, position)
    return from_receipt(visit, receipt, position, list_id or None)


def _program(visit: Visit, where: Route) -> Result | None:
    """What becomes of a program's mail; the rules of a group drop its reports and absence notes by themselves."""
    if visit.read.kind == "calendar-reply":
        return Result("recorded", "calendar-reply")
    if visit.is_automatic:
        return (
            None if isinstance(where, ToList) else Result("dropped", f"{Failure.AUTOMATIC}: {visit.read.nature.reason}")
        )
    # An auto-responder that does not say so answers what we sent; a new message to people may well be about holidays.
    is_to_people = isinstance(where, ToList | ToRelay | ToRole | ToOrganisers)
    is_new = is_to_people and not visit.mail.in_reply_to and not visit.mail.references
    return Result("dropped", f"{Failure.AUTOMATIC}: absence") if visit.is_absence and not is_new else None


def _to_list(visit: Visit, list_id: int, position: int) -> Result:
    """A post, unless its whole new text is a command: that is carried out and never published."""
    call = _wish(visit)
    if call is not None:
        said = visit.words or visit.mail.subject
        return carry_out(visit, Asked(call, things.of_list(list_id), said, position))
    post = _answered(visit, list_id)
    if post is not None and (call := _wish_about_post(visit)) is not None:
        return carry_out(visit, Asked(call, Thing(things.POST, post.id), visit.words, position))
    if post is not None and (said_to_one := conversing.receive(visit, post, position)) is not None:
        return said_to_one
    receipt = posting.receive(visit.session, visit.hub.site, arrival(visit), list_id=list_id)
    return from_receipt(visit, receipt, position, list_id)


def _wish(visit: Visit) -> Call | None:
    """The command that the whole new text is. A picture beside it makes it a message, unless they want to leave."""
    if visit.is_automatic:
        return None
    call = wishes.read(visit.words, visit.mail.subject, visit.hub.verbs, today=visit.now.date(), kind="list")
    if call is not None and call.verb.name == claiming.NAME and not is_stranger(visit.session, visit.person):
        return None  # «Chi ha le chiavi?» «Sono io.»
    is_alone = not visit.mail.attachments or (call is not None and call.verb.name == wishes.LEAVE)
    return call if is_alone else None


def _wish_about_post(visit: Visit) -> Call | None:
    """«silenzia»: a reply to a message goes to the whole group, which is not to read that."""
    is_words_alone = not visit.is_automatic and not visit.mail.attachments
    return wishes.about_post(visit.words, visit.hub.verbs) if is_words_alone else None


def _answered(visit: Visit, list_id: int) -> Post | None:
    """The message of this group that a mail answers."""
    named = (*visit.mail.in_reply_to, *reversed(visit.mail.references))
    found = (posts.find(visit.session, list_id, message_id) for message_id in named[:_MOST_NAMED])
    return next((post for post in found if post is not None), None)
