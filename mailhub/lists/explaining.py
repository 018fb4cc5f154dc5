"""The verbs that only tell: what can be said here, who organises, why a mail came."""

from collections.abc import Iterator

from mailhub.archive import posts
from mailhub.archive import raw as raws
from mailhub.archive.tables import Post
from mailhub.clock import local
from mailhub.delivery.tables import Delivery, Mailing
from mailhub.formats import day_hour
from mailhub.language import say
from mailhub.lists import (
    acts,
    answered,
    calm,
    calm_words,
    holding,
    moderation,
    publication,
    reading,
    relay,
    telling,
    things,
    voice,
)
from mailhub.lists.acts import Scene
from mailhub.lists.choices import ONLY
from mailhub.lists.sources import SOURCES
from mailhub.lists.tables import HeldPost, HeldState
from mailhub.mail import message
from mailhub.people import persons, roles
from mailhub.people.tables import Address
from mailhub.verbs import Act, Answer, Outcome


def help_(act: Act) -> Outcome:
    """The words that are valid, for who belongs and for who does not."""
    found = acts.scene(act)
    if found is None:
        return acts.which_group(act, "help")
    address = voice.address(act.site, found.group)
    if found.belongs:
        return Outcome(True, found.answer("lists.help", address=address))
    rules = found.rules
    return Outcome(
        True,
        found.answer(
            "lists.help-outside",
            description=rules.description.into(act.language),
            rhythm=telling.rhythm(act.language, rules.default_delivery, coming=True),
            privacy=telling.privacy(act.language, rules),
        ),
    )


def help_moderating(act: Act) -> Outcome:
    """To a message that waits: all that a moderator may say of it; to anybody else, the words of the group."""
    return _help_of_office(act, "lists.help-moderating")


def help_calming(act: Act) -> Outcome:
    """To a message that went out: all that a moderator may decide about its conversation."""
    return _help_of_office(act, "calm.help-moderating")


def _help_of_office(act: Act, key: str) -> Outcome:
    found = acts.scene(act)
    if found is None or not reading.standing(act.session, found.group.id, act.person_id).moderates:
        return help_(act)
    return Outcome(True, found.answer(key, thing=act.thing))


def owner(act: Act) -> Outcome:
    """Who organises, by name; what was written to their address goes on to them."""
    found = acts.scene(act)
    if found is None:
        return acts.which_group(act, "owner")
    people = voice.organisers(act.session, found.group.id, act.language)
    if act.via == "address" and act.words.strip() and act.raw_id is not None:
        mail = message.parse(raws.read(act.session, act.site, act.raw_id))
        relay.pass_on(
            act.session,
            act.site,
            mail,
            act.raw_id,
            role=roles.ORGANISER,
            list_id=found.group.id,
            is_proven=act.evidence.aligned,
            now=act.now,
        )
        return Outcome(True, found.answer("lists.passed-on-organiser", people=people))
    return Outcome(True, found.answer("lists.owner", people=people, contact=found.contact))


def why(act: Act) -> Outcome:
    """Why the mail they answer came: the rule, the cause, the time; else where they stand."""
    found = acts.scene(act)
    if found is None:
        return _why_of_no_group(act)
    if act.thing.kind == things.HELD:
        held = act.session.get_one(HeldPost, act.thing.id)
        if held.person_id == act.person_id and held.state is HeldState.WAITING:
            return Outcome(True, Answer("lists.why-standing", _waits(found, held), act.thing))
    delivery = _delivery(act, found)
    if delivery is not None and found.belongs:
        return Outcome(True, Answer("lists.why", _explained(found, delivery), found.thing))
    if delivery is not None:
        because = _because(act, act.session.get_one(Mailing, delivery.mailing_id), delivery)
    elif found.belongs:
        because = telling.reason(act.session, act.site, found.person, found.group, "member", act.language, act.now)
        if found.place is not None and found.place.delivery in ONLY:
            because = f"{because} {telling.rhythm(act.language, found.place.delivery, coming=False)}"
    else:
        because = say(act.language, "lists.because-outside", group=found.title)
    return Outcome(True, Answer("lists.why-standing", {"because": because}, found.thing))


def _why_of_no_group(act: Act) -> Outcome:
    """A mail of the site itself."""
    keys = [act.site.keys.read_message_id(message_id) for message_id in _answered(act)]
    if not any(key is not None and key.person == act.person_id for key in keys):
        return acts.which_group(act, "why")
    return Outcome(True, Answer("lists.why-standing", {"because": say(act.language, "delivery.because-service")}))


def _answered(act: Act) -> tuple[str, ...]:
    """The mails that theirs names, the one it answers first."""
    if act.raw_id is None:
        return ()
    answer = message.parse(raws.read(act.session, act.site, act.raw_id))
    answer = answered.by_our_names(answer, answered.renamed(act.session, act.site, answer))
    return (*answer.in_reply_to, *reversed(answer.references))


def _waits(found: Scene, held: HeldPost) -> dict[str, str]:
    """Which rule keeps their message waiting."""
    language = found.act.language
    reason = moderation.because(found.group, holding.reasons_of(held)[0], language)
    subject = telling.short(language, held.subject)
    because = say(language, "lists.because-held", subject=subject, reason=reason)
    return {"because": " ".join((because, *_decided(found, held)))}


def _decided(found: Scene, held: HeldPost) -> Iterator[str]:
    """What was decided about its conversation, when, and until when; by role."""
    act, zone = found.act, persons.zone_of(found.person, found.act.site)
    for measure in calm.keeping(act.session, held):
        if measure.ended_at is None:
            rule = calm_words.phrase(act.session, calm.rule_of(measure), act.language, zone, act.now)
            when = calm_words.moment(act.language, measure.begun_at, zone, act.now)
            yield say(act.language, "lists.because-decided", when=when, rule=rule)


def _delivery(act: Act, found: Scene) -> Delivery | None:
    """The mail they answer: named by its post, or by an id that is ours or a post's."""
    if act.thing.kind == things.POST:
        return _of_post(act, act.session.get(Post, act.thing.id))
    for message_id in _answered(act):
        key = act.site.keys.read_message_id(message_id)
        if key is not None and key.person == act.person_id:
            return act.session.get(Delivery, (key.mailing, key.person, key.occurrence))
        delivery = _of_post(act, posts.find(act.session, found.group.id, message_id))
        if delivery is not None:
            return delivery
    return None


def _of_post(act: Act, post: Post | None) -> Delivery | None:
    mailing = publication.mailing_of(act.session, post) if post is not None else None
    return act.session.get(Delivery, (mailing.id, act.person_id, 0)) if mailing is not None else None


def _explained(found: Scene, delivery: Delivery) -> dict[str, str]:
    """The rule and cause, when it left, and for which of their addresses."""
    act = found.act
    mailing = act.session.get_one(Mailing, delivery.mailing_id)
    address = act.session.get(Address, delivery.address_id) if delivery.address_id is not None else None
    if address is None:
        address = persons.write_to(act.session, [act.person_id]).get(act.person_id)
    zone = persons.zone_of(found.person, act.site)
    left_at = delivery.finished_at or delivery.due_at
    return {
        "because": _because(act, mailing, delivery),
        "when": day_hour(act.language, left_at, zone, today=local(act.now, zone).date()),
        "email": address.email if address else say(act.language, "lists.someone"),
    }


def _because(act: Act, mailing: Mailing, delivery: Delivery) -> str:
    source = next((source for source in SOURCES if source.name == mailing.source), None)
    if source is None:
        return say(act.language, "delivery.because-service")
    return source.because(act.session, act.site, mailing, delivery, act.language)
