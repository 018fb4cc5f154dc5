"""«dimenticami»: what happens at once when somebody asks to be forgotten; the rest is a chore's (`pages`).

In the transaction of their word they leave every group, nothing but the goodbye is owed to them any more, their offices
and their tokens end, and an import cannot bring their addresses back.
"""

from datetime import datetime, timedelta

import sqlalchemy as sa
from sqlalchemy.orm import Session

from mailhub import formats, language
from mailhub.authority import Level
from mailhub.delivery import outbox, service
from mailhub.hub.publishing import kinds as plans
from mailhub.language import say
from mailhub.lists import moderation, reading, subscriptions, telling
from mailhub.lists.tables import HeldPost, HeldState, MailList, Subscription, SubscriptionState
from mailhub.people import activity, consent, persons, questions, roles
from mailhub.people.deeds import letters
from mailhub.people.tables import Erasure, ErasureStage, Person, Role
from mailhub.site import FRONT_DESK, Site
from mailhub.verbs import ANYTHING, Act, Answer, Outcome, Verb

REASON = "erased"  # of a suppression, and of what is owed no more
WITHIN = timedelta(days=1)  # by then the goodbye has left, or is given up


def forget(act: Act) -> Outcome:
    """Forget the person; the messages they wrote stay, under another name."""
    return _forget(act, with_posts=False)


def forget_all(act: Act) -> Outcome:
    """Forget the person and the messages they wrote."""
    return _forget(act, with_posts=True)


def _forget(act: Act, *, with_posts: bool) -> Outcome:
    needed = roles.only_organises(act.session, act.person_id)
    contact = roles.contact(act.session, act.site)
    if needed:
        return Outcome(False, Answer("people.hand-over-first", {"what": _titles(act, needed), "contact": contact}))
    person = act.session.get_one(Person, act.person_id)
    outbox.cancel_all(act.session, person.id, now=act.now, reason=REASON)
    _leave_groups(act)
    _end_rights(act, person)
    begin(act.session, act.site, person, with_posts=with_posts, stage=ErasureStage.GOODBYE, now=act.now)
    activity.note(act.session, "person.erasure-asked", now=act.now, person_id=person.id)
    until = telling.told_day(act.site, person, act.now + WITHIN, act.language, act.now)
    told = say(act.language, "people.posts-go" if with_posts else "people.posts-stay")
    _say_goodbye(
        act, language.mail(act.language, "people.forgotten", posts=told, until=until, contact=contact), contact
    )
    return Outcome(True)


def _say_goodbye(act: Act, words: language.Words, contact: str) -> None:
    """The last mail names no word: nobody is there any more to say it."""
    because = say(act.language, "footer.wrote", address=act.site.address(FRONT_DESK))
    service.tell(
        act.session,
        act.site,
        person_id=act.person_id,
        words=words,
        language=act.language,
        source=service.SOURCE,
        kind="people.forgotten.reply",
        occurrence=0,
        now=act.now,
        address_id=act.address_id,
        footer=f"{because}\n{say(act.language, 'footer.words-none', contact=contact)}",
    )


def begin(
    session: Session, site: Site, person: Person, *, with_posts: bool, stage: ErasureStage, now: datetime
) -> None:
    """Write down what is to be forgotten, and keep imports from bringing it back."""
    emails = [address.email for address in persons.addresses_of(session, person.id)]
    for email in emails:
        consent.suppress(session, site, email, REASON, hard=False, now=now).email = None
    hashes = [consent.key_hash(site, address.email_key) for address in persons.addresses_of(session, person.id)]
    session.add(
        Erasure(
            person_id=person.id,
            hashes=hashes,
            with_posts=with_posts,
            stage=stage,
            place={},
            traces={"emails": emails, "name": person.name},
            asked_at=now,
            next_at=now,
        )
    )
    person.erased_at, person.unconfirmed_until = now, None
    persons.end_tokens(session, person)


def _leave_groups(act: Act) -> None:
    session = act.session
    here = sa.select(MailList).join(Subscription, Subscription.list_id == MailList.id)
    for group in session.scalars(here.where(Subscription.person_id == act.person_id)).all():
        place = reading.subscription(session, group.id, act.person_id)
        if place is not None and place.state is not SubscriptionState.LEFT:
            evidence = {"method": "erasure", "proven": letters(act.evidence)}
            subscriptions.leave(session, group, act.person_id, now=act.now, source="mail", evidence=evidence)
    waiting = sa.select(HeldPost).where(HeldPost.person_id == act.person_id, HeldPost.state == HeldState.WAITING)
    for held in session.scalars(waiting).all():
        moderation.settle(session, act.site, held, HeldState.WITHDRAWN, act.person_id, now=act.now)


def _end_rights(act: Act, person: Person) -> None:
    for role in act.session.scalars(sa.select(Role).where(Role.person_id == person.id)).all():
        roles.take(act.session, person.id, role.name, role.list_id, now=act.now)
    for question in questions.waiting_for(act.session, person.id):
        if len(questions.asked(act.session, question)) == 1:
            questions.settle(act.session, question, REASON, None, now=act.now)
            if question.kind in plans.ALL:
                plans.empty(question)


def _titles(act: Act, list_ids: list[int]) -> str:
    """What they alone organise."""
    groups = [act.session.get_one(MailList, one) for one in list_ids if one != roles.SITE]
    titles = [reading.definition_of(group).titled(act.language) for group in groups]
    return formats.listing(act.language, titles or [act.site.name])


FORGET = Verb(
    name="forget",
    words={"it": ("dimenticami", "dimenticatemi"), "en": ("forget me", "forget about me")},
    level=Level.CHARTER,
    things=frozenset({ANYTHING}),
    perform=forget,
)
FORGET_ALL = Verb(
    name="forget-all",
    words={
        "it": ("dimenticami e i miei messaggi", "dimenticatemi e i miei messaggi"),
        "en": ("forget me and my messages",),
    },
    level=Level.CHARTER,
    things=frozenset({ANYTHING}),
    perform=forget_all,
)
