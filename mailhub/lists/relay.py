"""Private mail through the group: to a member behind their lasting address, or to whoever holds a role now.

`p.<token>@D` names somebody and speaks for nobody: it is never evidence. What is passed on carries an allow-list of
fields, so that neither side's address, program or place goes along.
"""

import hashlib
from collections.abc import Collection
from dataclasses import replace
from datetime import datetime, timedelta

import sqlalchemy as sa
from sqlalchemy.orm import Session

from mailhub.archive import pictures
from mailhub.delivery import mailings
from mailhub.delivery.tables import MailClass, Mailing
from mailhub.language import Words, one_line, say, with_text_below, wrap
from mailhub.lists import authors, holding, outgoing, photos, reading, redaction, telling, things, voice
from mailhub.lists.arrival import Arrival, Receipt
from mailhub.lists.policy import Reason
from mailhub.lists.tables import HeldState, MailList, SubscriptionState
from mailhub.mail.address import Mailbox, shown_name
from mailhub.mail.compose import Changes, File, Letter, PostFacts, post_frame, text_frame
from mailhub.mail.frame import Context, Frame, Heading, Slot
from mailhub.mail.message import Mail
from mailhub.mail.shown import Case, Reply, Shown
from mailhub.people import activity, persons, roles
from mailhub.people.tables import Activity, Address, Person
from mailhub.site import Site
from mailhub.verbs import Thing

SOURCE = "lists.relay"
ONE = "one"  # audience: the person it is for
LONGEST_SUBJECT = 150  # characters
TO_ROLE_A_DAY = 50  # mails that nobody vouches for, to one role

# What of the author's header and of ours goes along; everything else may tell where and who somebody is.
ALLOWED = frozenset(
    {
        *("from", "subject", "date", "message-id", "in-reply-to", "references", "x-mailhub-delivery"),
        *("mime-version", "content-type", "content-transfer-encoding", "content-language", "content-disposition"),
    }
)


def receive(session: Session, site: Site, arrival: Arrival, *, to: int, list_id: int) -> Receipt:
    """Pass a member's mail on under their own relay address; a stranger's waits, a program's is dropped."""
    if arrival.nature.automatic:
        return Receipt("dropped", Reason.AUTOMATIC)
    group = reading.get(session, list_id)
    place = reading.subscription(session, group.id, to)
    has_left = place is not None and place.state is SubscriptionState.LEFT
    if group.closed_at is not None or session.get(Person, to) is None or has_left:
        return _no_way(session, site, group, arrival)
    if outgoing.list_id(site, group) in arrival.mail.list_ids:
        return Receipt("dropped", Reason.LOOP)
    if not arrival.is_proven:
        known = arrival.person.id if arrival.person else None
        held = holding.hold(session, group, arrival, [Reason.UNPROVEN], known, relay_to=to)
        return Receipt("held", Reason.UNPROVEN, Thing(things.HELD, held.id))
    writer = arrival.person
    if writer is None or not reading.standing(session, group.id, writer.id).belongs:
        return _keep(session, site, group, arrival, to)
    frame = _frame(session, site, group, arrival, writer)
    _owe(session, site, frame, _cause(arrival), to, group, arrival.now)
    waited = holding.of_raw(session, group.id, arrival.raw_id, to)
    if waited is not None:
        holding.settle(session, waited, HeldState.PUBLISHED, writer.id, now=arrival.now)
    activity.note(
        session, "mail.relayed", now=arrival.now, person_id=writer.id, list_id=group.id, to=to, raw=arrival.raw_id
    )
    return Receipt("relayed", "member", things.of_list(group.id))


def to_role(session: Session, site: Site, arrival: Arrival, *, role: str, list_id: int) -> Receipt:
    """Pass a mail on to whoever holds a role of a group, or (list 0) of the site."""
    if arrival.nature.automatic:
        return Receipt("dropped", Reason.AUTOMATIC)
    if not arrival.is_proven and _written_today(session, list_id, arrival.now) >= TO_ROLE_A_DAY:
        return Receipt("held", Reason.TOO_MANY_MAILS)
    passed = pass_on(
        session,
        site,
        arrival.mail,
        arrival.raw_id,
        role=role,
        list_id=list_id,
        is_proven=arrival.is_proven,
        now=arrival.now,
    )
    return Receipt("relayed", role) if passed else Receipt("held", Reason.NOBODY_THERE)


def pass_on(
    session: Session,
    site: Site,
    mail: Mail,
    raw_id: int,
    *,
    role: str,
    list_id: int,
    is_proven: bool,
    now: datetime,
) -> int:
    """Send a mail, as a letter of ours that says who wrote, to everybody who holds a role; how many there are."""
    group = reading.get(session, list_id) if list_id else None
    find = roles.moderators_of if role == roles.MODERATOR else roles.organisers_of
    if not is_proven and _written_today(session, list_id, now) >= TO_ROLE_A_DAY:
        return 0
    holders = [person.id for person in find(session, list_id)]
    for person_id in holders:
        language = telling.language_to(session, site, person_id)
        frame = _role_frame(session, site, group, mail, language, is_proven=is_proven)
        _owe(session, site, frame, raw_id, person_id, group, now)
    activity.note(session, "role.written", now=now, list_id=list_id, role=role, proven=is_proven)
    return len(holders)


def _keep(session: Session, site: Site, group: MailList, arrival: Arrival, to: int) -> Receipt:
    """It waits where organisers see it, and its author learns how to reach a person."""
    author = arrival.mail.author
    assert author is not None, "a mail without one author proves nothing"
    person, address = persons.meet(session, author.email, name=author.name, language=arrival.language, now=arrival.now)
    held = holding.hold(session, group, arrival, [Reason.RELAY_STRANGER], person.id, relay_to=to)
    if arrival.may_answer:
        _give_back(session, site, group, arrival, (person, address), "relay-refused", held.id)
    return Receipt("held", Reason.RELAY_STRANGER, Thing(things.HELD, held.id))


def _no_way(session: Session, site: Site, group: MailList, arrival: Arrival) -> Receipt:
    """Nobody is there any more: who belongs gets their words back, from anybody else it ends here."""
    writer, address = arrival.person, arrival.address
    if writer is None or address is None or not arrival.may_answer:
        return Receipt("dropped", Reason.CLOSED)
    if not reading.standing(session, group.id, writer.id).belongs:
        return Receipt("dropped", Reason.CLOSED)
    _give_back(session, site, group, arrival, (writer, address), "relay-gone", arrival.raw_id)
    return Receipt("answered", Reason.CLOSED, things.of_list(group.id))


def _give_back(
    session: Session,
    site: Site,
    group: MailList,
    arrival: Arrival,
    author: tuple[Person, Address],
    key: str,
    occurrence: int,
) -> None:
    """Tell the author that it was not passed on, with their words."""
    person, address = author
    language = persons.language_of(person, site)
    values = {"group": reading.definition_of(group).titled(language), "contact": voice.contact(site, group, language)}
    telling.tell(
        session,
        site,
        person.id,
        group,
        f"inbound.{key}",
        values,
        because="wrote",
        occurrence=occurrence,
        now=arrival.now,
        address_id=address.id,
        in_reply_to=arrival.mail.message_id,
        below=arrival.mail.text.strip(),
    )


def _frame(session: Session, site: Site, group: MailList, arrival: Arrival, writer: Person) -> Frame:
    """The mail itself, from the writer's own lasting address: an answer finds its way back."""
    name = authors.name_in(session, group, writer, arrival.mail.author, arrival.language)
    title = reading.definition_of(group).titled(arrival.language)
    facts = PostFacts(
        list=outgoing.list_facts(site, group, arrival.language),
        shown=Shown(Case.HIDDEN, by_relay=True, reply=Reply.NOBODY),
        author=arrival.mail.author or Mailbox(name, ""),
        relay=Mailbox(f"{name} via {title}", outgoing.relay_address(site, writer.id, group.id)),
        message_id=f"{arrival.raw_id}.relay@{site.domain}",
        date=arrival.now,
    )
    shown = photos.whole(session, site, pictures.of(session, arrival.mail.attachments))
    changes = Changes(files=shown, redact=redaction.redactor(site))
    whole = post_frame(arrival.raw, facts, changes)
    kept = tuple(heading for heading in whole.headings if heading.name.lower() in ALLOWED)
    return replace(whole, headings=(*kept, Heading("To", (Slot("to", Context.MAILBOX),))))


def _role_frame(
    session: Session, site: Site, group: MailList | None, mail: Mail, language: str, *, is_proven: bool
) -> Frame:
    """A letter of ours around what was written: nobody's name is lent to mail that nobody vouches for."""
    email = mail.author.email if mail.author else say(language, "lists.someone")
    name = (shown_name(mail.author.name) if mail.author else "") or say(language, "lists.someone")
    if is_proven:
        above = say(language, "lists.passed-on", name=name, email=email)
    else:
        above = say(language, "lists.passed-on-unproven", email=email)
    seen = photos.whole(session, site, pictures.of(session, mail.attachments))
    along = [seen.get(at, file) for at, file in enumerate(mail.attachments)]
    files = [File(f"file-{place}", file.type, file.content) for place, file in enumerate(along, 1)]
    letter = Letter(
        sender=voice.sender(session, site, group.id if group else None, language),
        subject=one_line(mail.subject)[:LONGEST_SUBJECT] or say(language, "lists.untitled"),
        language=language,
        reply_to=email if is_proven else voice.contact(site, group, language) if group else "",
        provider=site.provider,
    )
    words = with_text_below(Words("", wrap(above)), redaction.redactor(site)(mail.text[: telling.LONGEST_TEXT]))
    return text_frame(letter, (f"{words.text}\n",), files=files)


def keys_of(
    raw_id: int, author: str | None, message_id: str | None, people: Collection[int], lists: Collection[int]
) -> list[str]:
    """The keys of the mailings by which a mail may have been passed on to these people, in these groups."""
    causes = {str(raw_id), _same_again(author, message_id) if author and message_id else str(raw_id)}
    return [f"{cause}/{to}/{list_id}" for cause in sorted(causes) for to in people for list_id in {0, *lists}]


def _cause(arrival: Arrival) -> str:
    mail = arrival.mail
    if mail.message_id is None or mail.author is None:
        return str(arrival.raw_id)
    return _same_again(mail.author.email, mail.message_id)


def _same_again(author: str, message_id: str) -> str:
    """The same for a mail that is handed in again."""
    return hashlib.sha256(f"{author.lower()} {message_id}".encode()).hexdigest()[:24]


def _owe(
    session: Session, site: Site, frame: Frame, cause: int | str, to: int, group: MailList | None, now: datetime
) -> Mailing:
    return mailings.open_mailing(
        session,
        source=SOURCE,
        key=f"{cause}/{to}/{group.id if group else 0}",
        mail_class=MailClass.DISCUSSION,
        frames={site.language: frame.to_bytes()},
        now=now,
        due_at=now,
        list_id=group.id if group else None,
        thing_id=to,
        reads=ONE,
    )


def _written_today(session: Session, list_id: int, now: datetime) -> int:
    since = now - timedelta(days=1)
    written = sa.select(sa.func.count()).where(
        Activity.what == "role.written", Activity.list_id == list_id, Activity.at > since
    )
    return session.scalar(written) or 0
