"""A mail to the group: judged by its rules, then published, held, refused or dropped, and its author told."""

from dataclasses import replace
from datetime import datetime

from sqlalchemy.orm import Session

from mailhub.archive import posts
from mailhub.archive import raw as raws
from mailhub.archive.tables import Post
from mailhub.lists import (
    holding,
    joining,
    moderation,
    pace,
    personal,
    policy,
    publication,
    reading,
    redaction,
    releasing,
    telling,
    things,
    voice,
)
from mailhub.lists.arrival import Arrival, Receipt
from mailhub.lists.joining import Asked
from mailhub.lists.pace import Place
from mailhub.lists.pacing import Back
from mailhub.lists.policy import Accept, Drop, Hold, Letter, Reason, Refuse
from mailhub.lists.tables import HeldPost, HeldState, MailList
from mailhub.mail import message
from mailhub.mail.message import Mail
from mailhub.people import persons
from mailhub.people.tables import Address, Person
from mailhub.site import Site
from mailhub.verbs import Thing


def receive(
    session: Session, site: Site, arrival: Arrival, *, list_id: int | None = None, reply_to: int | None = None
) -> Receipt:
    """Decide what becomes of a mail to a group, and do it. `reply_to` is the post a reply token named.

    Receiving the same mail again, now that its author has vouched for it, goes on from where it waited.
    """
    if reply_to is not None:
        arrival, list_id = _answering(session, arrival, reply_to)
    group = reading.get(session, list_id or 0)
    known, came_before = holding.of_mail(session, group.id, arrival)
    if known is not None and known.state is not HeldState.WAITING:
        return Receipt("dropped", Reason.DUPLICATE, Thing(things.HELD, known.id))
    standing = reading.standing(session, group.id, arrival.person.id if arrival.person else None)
    rules = replace(reading.definition_of(group).posting, closed=group.closed_at is not None)
    letter = letter_of(session, site, group, arrival)
    place = _place(session, site, group, arrival)
    match policy.judge(replace(letter, is_seen=letter.is_seen or came_before), standing, rules):
        case Drop(reason):
            return Receipt("dropped", reason)
        case Refuse(reason):
            return _refuse(session, site, group, arrival, reason)
        case Hold(reasons) if place is None or not isinstance(place.ruling, Back) or Reason.UNPROVEN in reasons:
            return _hold(session, site, group, arrival, reasons)
        case Hold() | Accept() if place is not None:
            return _pace(session, site, group, arrival, place)
        case _:
            return _publish(session, site, group, arrival, known)


def letter_of(session: Session, site: Site, group: MailList, arrival: Arrival) -> Letter:
    """What the rules need to know of a mail."""
    mail = arrival.mail
    address = voice.address(site, group).lower()
    is_own = any(name.endswith(f".{site.domain}") for name in mail.list_ids) or address in map(str.lower, mail.loops)
    return Letter(
        size=mail.size,
        proven=arrival.is_proven,
        is_automatic=arrival.nature.automatic,
        seems_automatic=not arrival.nature.counts_as_answer,
        is_own=is_own,
        hops=mail.received,
        is_seen=_is_post(session, group.id, mail),
        is_empty=arrival.is_empty,
        is_introduction=arrival.is_introduction,
        seems_personal=personal.answered(session, group, arrival) is not None,
        holds_token=reading.definition_of(group).transparent and _holds_token(site, mail),
    )


def _holds_token(site: Site, mail: Mail) -> bool:
    """Asked for transparent groups alone: elsewhere our tokens are taken out of what leaves."""
    return redaction.holds_token(site, mail.text) or redaction.holds_token(site, mail.html or "")


def go_on(session: Session, site: Site, list_id: int, person_id: int, *, now: datetime) -> list[HeldPost]:
    """Let what somebody wrote before they belonged go on, as a newcomer's; gives what waits for a moderator now."""
    group = reading.get(session, list_id)
    standing = reading.standing(session, list_id, person_id)
    rules = reading.definition_of(group).posting
    waiting = []
    for held in holding.waiting_of(session, list_id, person_id):
        reasons = holding.reasons_of(held)
        if held.relay_to or Reason.NOT_A_MEMBER not in reasons or Reason.UNPROVEN in reasons:
            continue
        mail = message.parse(raws.read(session, site, held.raw_id))
        holds_token = reading.definition_of(group).transparent and _holds_token(site, mail)
        letter = Letter(size=mail.size, proven=True, holds_token=holds_token)
        verdict = policy.judge(letter, standing, rules)
        if isinstance(verdict, Hold):
            holding.waits_for(held, verdict.reasons)
            moderation.ask(session, site, held, mail, now=now)
            moderation.tell_waiting(session, site, held, now=now, in_reply_to=mail.message_id, address_id=None)
            waiting.append(held)
        elif (place := releasing.let_go(session, site, held, person_id, now=now)) is not None:
            pace.tell(session, site, held, place, now=now, in_reply_to=mail.message_id)
    return waiting


def forget(session: Session, list_id: int, person_id: int, state: HeldState, *, now: datetime) -> None:
    """End what waited for somebody to join who did not."""
    for held in holding.waiting_of(session, list_id, person_id):
        if Reason.NOT_A_MEMBER in holding.reasons_of(held) and held.question_id is None:
            holding.settle(session, held, state, None, now=now)
            held.person_id = None  # who never confirmed is forgotten (P-03)
    session.flush()


def _answering(session: Session, arrival: Arrival, post_id: int) -> tuple[Arrival, int]:
    """A reply by token belongs below its post, whatever became of the ids on the way."""
    post = session.get_one(Post, post_id)
    mail = arrival.mail
    if post.message_id not in (*mail.references, *mail.in_reply_to):
        mail = replace(mail, references=(*mail.references, post.message_id))
    return replace(arrival, mail=mail), post.list_id


def _is_post(session: Session, list_id: int, mail: Mail) -> bool:
    """Whether the group has this message: the same id, author and date. Two mails may share an id by a fault."""
    post = posts.find(session, list_id, mail.message_id) if mail.message_id else None
    if post is None:
        return False
    same_author = mail.author is not None and mail.author.email.lower() == post.author_email.lower()
    return same_author and (mail.date is None or mail.date == post.sent_at)


def _publish(session: Session, site: Site, group: MailList, arrival: Arrival, known: HeldPost | None) -> Receipt:
    person, _ = _author(session, arrival)
    if known is not None:
        holding.settle(session, known, HeldState.PUBLISHED, person.id, now=arrival.now)
    post = publication.publish(
        session,
        site,
        group,
        raw_id=arrival.raw_id,
        raw=arrival.raw,
        mail=arrival.mail,
        person_id=person.id,
        now=arrival.now,
        said=arrival.folded,
        authenticity=arrival.authenticity,
    )
    return Receipt("posted", "accepted", Thing(things.POST, post.id))


def _hold(session: Session, site: Site, group: MailList, arrival: Arrival, reasons: tuple[Reason, ...]) -> Receipt:
    if Reason.UNPROVEN in reasons:
        # A moderator could only lend our name to what may be a forgery; its author is asked instead.
        known = arrival.person.id if arrival.person else None
        held = holding.hold(session, group, arrival, reasons, known)
        return Receipt("held", Reason.UNPROVEN, Thing(things.HELD, held.id))
    person, address = _author(session, arrival)
    if Reason.NOT_A_MEMBER in reasons:
        asked = joining.request(
            session,
            site,
            group,
            person.id,
            address,
            now=arrival.now,
            source="mail",
            evidence={"message_id": arrival.mail.message_id, "method": "post"},
        )
        if asked is not Asked.INVITATION:
            return _keep_until_joined(session, group, arrival, reasons, person.id, asked)
    held = holding.hold(session, group, arrival, reasons, person.id)
    answered = personal.answered(session, group, arrival)
    if answered is not None:
        personal.ask(session, site, group, held, answered, arrival)
        return Receipt("held", Reason.SEEMS_PERSONAL, Thing(things.HELD, held.id))
    moderation.ask(session, site, held, arrival.mail, now=arrival.now)
    if arrival.may_answer:
        moderation.tell_waiting(
            session, site, held, now=arrival.now, in_reply_to=arrival.mail.message_id, address_id=address.id
        )
    return Receipt("held", reasons[0], Thing(things.HELD, held.id))


def _place(session: Session, site: Site, group: MailList, arrival: Arrival) -> Place | None:
    """Where it stands in a conversation whose pace was decided about."""
    if arrival.person is None or not arrival.is_proven:
        return None
    return pace.of_mail(session, site, group.id, arrival.mail, arrival.person.id, arrival.now)


def _pace(session: Session, site: Site, group: MailList, arrival: Arrival, place: Place) -> Receipt:
    """It waits its time, or is kept for its writer; they hear which."""
    person, address = _author(session, arrival)
    held = holding.hold(session, group, arrival, (), person.id)
    pace.keep(session, held, place)
    if arrival.may_answer:
        in_reply_to = arrival.mail.message_id
        pace.tell(session, site, held, place, now=arrival.now, in_reply_to=in_reply_to, address_id=address.id)
    return Receipt("held", holding.reasons_of(held)[0], Thing(things.HELD, held.id))


def _keep_until_joined(
    session: Session,
    group: MailList,
    arrival: Arrival,
    reasons: tuple[Reason, ...],
    person_id: int,
    asked: Asked,
) -> Receipt:
    """A stranger's first post is theirs once they have confirmed; an empty mail only asks to join."""
    if arrival.is_empty:
        return Receipt("answered", f"join-{asked.value}", things.of_list(group.id))
    held = holding.hold(session, group, arrival, reasons, person_id)
    return Receipt("held", reasons[0], Thing(things.HELD, held.id))


def _refuse(session: Session, site: Site, group: MailList, arrival: Arrival, reason: Reason) -> Receipt:
    """Tell the author why it will not go out, with their text."""
    if not arrival.may_answer:
        return Receipt("dropped", reason)
    person, address = _author(session, arrival)
    language = persons.language_of(person, site)
    values = {
        "subject": telling.short(language, arrival.mail.subject),
        "group": reading.definition_of(group).titled(language),
        "reason": moderation.because(group, reason, language),
        "contact": voice.contact(site, group, language),
    }
    telling.tell(
        session,
        site,
        person.id,
        group,
        "not-posted",
        values,
        because="wrote",
        occurrence=arrival.raw_id,
        now=arrival.now,
        address_id=address.id,
        in_reply_to=arrival.mail.message_id,
        below=arrival.mail.text.strip(),
    )
    return Receipt("answered", reason, things.of_list(group.id))


def _author(session: Session, arrival: Arrival) -> tuple[Person, Address]:
    """The author of a proven mail, written down if they were unknown."""
    if arrival.person is not None and arrival.address is not None:
        return arrival.person, arrival.address
    author = arrival.mail.author
    assert author is not None, "a mail without one author proves nothing"
    return persons.meet(session, author.email, name=author.name, language=arrival.language, now=arrival.now)
