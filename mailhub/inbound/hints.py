"""What one person may say to one thing: the likeliest words, for the mails that have to ask what is meant.

A word that would do nothing is never named: what an author may say of a held post is not what a moderator may.
"""

from mailhub import tokens
from mailhub.hub import acting
from mailhub.inbound.visit import Visit
from mailhub.lists import reading, things
from mailhub.lists.tables import HeldPost, HeldState
from mailhub.people.tables import Person
from mailhub.verbs import Thing

BY_QUESTION = {
    things.JOIN: ("confirm", "decline", "help"),
    things.UNASKED: ("confirm", "decline", "help"),
    things.APPROVAL: ("approve", "deny", "help"),
    things.REPORT: ("handled", "help"),
    things.MEDIATION: ("agree", "decline-mediation"),
    things.SURE: ("do-it", "help"),
    things.APPEAL: ("uphold", "lift-appealed", "help"),
    things.CLAIM: ("prove-mailbox", "help"),
    things.VOUCH: ("vouch", "deny-vouch", "help"),
    things.MOVE: ("not-same-person", "same-person"),
    things.EDIT: ("accept-edit", "decline-edit", "withdraw"),
    tokens.MAIL.name: ("it-was-me", "not-me"),
}
INSIDE = ("help", "pause", "leave")
OUTSIDE = ("join", "help", "owner")


def words(visit: Visit, person: Person, thing: Thing) -> list[str]:
    """The words themselves, in the writer's language, the likeliest first."""
    return [visit.hub.verbs.get(name).words[visit.language][0] for name in verbs(visit, person, thing)]


def verbs(visit: Visit, person: Person, thing: Thing) -> tuple[str, ...]:
    """The names of three verbs at most."""
    if thing.kind in BY_QUESTION and acting.open_asking(visit.session, thing, person.id) is not None:
        return BY_QUESTION[thing.kind]
    if thing.kind == things.HELD and (found := _of_held(visit, person, thing)):
        return found
    list_id = things.list_of(visit.session, thing)
    place = reading.subscription(visit.session, list_id, person.id) if list_id else None
    return INSIDE if place is not None and place.state in reading.BELONGING else OUTSIDE


def _of_held(visit: Visit, person: Person, thing: Thing) -> tuple[str, ...]:
    held = visit.session.get(HeldPost, thing.id)
    if held is None or held.state is not HeldState.WAITING:
        return ()
    if reading.standing(visit.session, held.list_id, person.id).moderates:
        return ("publish", "refuse", "help")
    return ("withdraw", "help") if held.person_id == person.id else ()
