"""The verbs of who comes in: asking, confirming, and an organiser's word."""

from mailhub.lists import acts, approval, joining, kinds, posting, reading, telling, things, unasked, voice
from mailhub.lists.acts import Scene
from mailhub.lists.joining import Asked
from mailhub.lists.tables import HeldState, Subscription, SubscriptionState
from mailhub.lists.vocabulary import YES
from mailhub.people import persons, questions, roles
from mailhub.people.tables import Address, Person, Question
from mailhub.verbs import Act, Answer, Outcome, Thing

_ALREADY = {"confirm": "accepted", "approve": "accepted", "deny": "declined", "decline": "declined"}


def join(act: Act) -> Outcome:
    """Ask the writer's own mailbox; what comes back says nothing to anybody else."""
    found = acts.scene(act)
    if found is None:
        return acts.which_group(act, "join")
    address = _address(act)
    if address is None:
        return Outcome(False)
    asked = joining.request(
        act.session,
        act.site,
        found.group,
        found.person.id,
        address,
        now=act.now,
        source="page" if act.via == "button" else "mail",
        evidence=acts.evidence(act),
    )
    return Outcome(asked is Asked.ASKED, _told(found, asked))


def confirm(act: Act) -> Outcome:
    """«Sì»: they belong from now on, or an organiser is asked."""
    question = act.session.get_one(Question, act.thing.id)
    if question.thing_id != act.person_id:
        return Outcome(False)
    if question.kind == things.UNASKED:
        place = unasked.keep(act.session, question, now=act.now, evidence=acts.evidence(act))
    else:
        place = joining.confirm(act.session, question, _address(act), now=act.now, evidence=acts.evidence(act))
    found = acts.scene(act)
    assert found is not None, "a question about joining is always about a group"
    if place is None:
        return _too_late(found, question)
    if place.state is SubscriptionState.WAITING:
        return _waiting(found, question)
    posting.go_on(act.session, act.site, found.group.id, act.person_id, now=act.now)
    return Outcome(True, acts.welcome(found))


def decline(act: Act) -> Outcome:
    """«No»: it ends, and what they wrote goes nowhere."""
    question = act.session.get_one(Question, act.thing.id)
    if question.thing_id != act.person_id:
        return Outcome(False)
    found = acts.scene(act)
    assert found is not None, "a question about joining is always about a group"
    if not joining.decline(act.session, question, now=act.now, evidence=acts.evidence(act)):
        return _too_late(found, question)
    posting.forget(act.session, found.group.id, act.person_id, HeldState.WITHDRAWN, now=act.now)
    return Outcome(True, Answer("lists.join-withdrawn", {"group": found.title}))


def approve(act: Act) -> Outcome:
    """An organiser's yes: the newcomer is welcomed, and what they wrote goes on."""
    return _decide(act, accepted=True)


def deny(act: Act) -> Outcome:
    """An organiser's no: we write it to the person."""
    return _decide(act, accepted=False)


def _decide(act: Act, *, accepted: bool) -> Outcome:
    found = acts.scene(act)
    assert found is not None, "a question about joining is always about a group"
    question = act.session.get_one(Question, act.thing.id)
    if not roles.may_organise(act.session, act.person_id, found.group.id):
        return acts.not_allowed(found, YES[act.language][0], acts.ORGANISERS)
    newcomer = act.session.get_one(Person, question.thing_id)
    if not approval.still_waits(act.session, question):
        return _handled(found, question, newcomer)
    if accepted:
        if approval.accept(act.session, question, act.person_id, now=act.now) is None:
            return _handled(found, question, newcomer)
        _welcome(found, newcomer)
        posting.go_on(act.session, act.site, found.group.id, newcomer.id, now=act.now)
    elif not approval.deny(act.session, act.site, question, act.person_id, now=act.now):
        return _handled(found, question, newcomer)
    else:
        posting.forget(act.session, found.group.id, newcomer.id, HeldState.EXPIRED, now=act.now)
    key = "lists.done-accept" if accepted else "lists.done-decline"
    return Outcome(True, found.answer(key, name=voice.name_of(newcomer, act.language)))


def _told(found: Scene, asked: Asked) -> Answer | None:
    """What the writer hears beside the confirmation; nothing where that says it all."""
    match asked:
        case Asked.BELONGS if found.place is not None and found.place.joined_at is not None:
            since = telling.since_day(
                found.act.site, found.person, found.place.joined_at, found.act.language, found.act.now
            )
            address = voice.address(found.act.site, found.group)
            return found.answer("lists.already-member", since=since, address=address)
        case Asked.INVITATION:
            return found.answer("lists.join-closed", contact=found.contact)
        case Asked.CLOSED:
            return found.answer("lists.left-already")
        case Asked.WAITING:
            question = questions.standing_question(
                found.act.session, kinds.APPROVAL.name, found.person.id, found.group.id
            )
            return found.answer("lists.join-waits", thing=Thing(things.APPROVAL, question.id) if question else None)
    return None


def _waiting(found: Scene, question: Question) -> Outcome:
    act = found.act
    detail = {**question.detail, "evidence": {**acts.evidence(act), "question": question.id}}
    asked = approval.ask(act.session, act.site, found.group, act.person_id, now=act.now, detail=detail)
    return Outcome(True, found.answer("lists.join-waits", thing=Thing(things.APPROVAL, asked.id)))


def _too_late(found: Scene, question: Question) -> Outcome:
    """Their second «sì», or one after the end: where they stand now."""
    if found.belongs:
        return Outcome(False, _told(found, Asked.BELONGS))
    if found.place is not None and found.place.state is SubscriptionState.WAITING:
        return Outcome(False, _told(found, Asked.WAITING))
    ended = telling.told_day(
        found.act.site, found.person, question.settled_at or found.act.now, found.act.language, found.act.now
    )
    return Outcome(False, Answer("inbound.expired", {"day": ended, "contact": found.contact}, found.thing))


def _handled(found: Scene, question: Question, newcomer: Person) -> Outcome:
    act = found.act
    by = act.session.get(Person, question.settled_by) if question.settled_by is not None else None
    values = {
        "group": found.title,
        "subject": voice.name_of(newcomer, act.language),
        "outcome": voice.outcome(_ALREADY.get(question.outcome or "", "withdrawn"), act.language),
        "who": voice.name_of(by, act.language),
        "when": telling.told_day(act.site, found.person, question.settled_at or act.now, act.language, act.now),
    }
    return Outcome(False, Answer("lists.already-handled", values))


def _welcome(found: Scene, newcomer: Person) -> None:
    """The welcome of somebody who does not act themselves."""
    act = found.act
    language = persons.language_of(newcomer, act.site)
    place: Subscription | None = reading.subscription(act.session, found.group.id, newcomer.id)
    theirs = Scene(acts.of_another(act, newcomer.id, language), found.group, newcomer, place)
    answer = acts.welcome(theirs)
    telling.tell(
        act.session,
        act.site,
        newcomer.id,
        found.group,
        answer.key,
        answer.values,
        because="member",
        occurrence=act.thing.id,
        now=act.now,
        about=answer.thing,
    )


def _address(act: Act) -> Address | None:
    """The mailbox it came from, else the one we write to."""
    if act.address_id is not None:
        return act.session.get(Address, act.address_id)
    return persons.write_to(act.session, [act.person_id]).get(act.person_id)
