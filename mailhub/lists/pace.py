"""The pace of a conversation applied to one message: its conversation is found, the rules are asked, and it waits."""

from dataclasses import dataclass
from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.orm import Session

from mailhub.archive import raw as raws
from mailhub.archive import threads
from mailhub.archive.tables import Post, PostState
from mailhub.archive.threading import chain_of
from mailhub.lists import answered, calm, calm_words, holding, pacing, reading, telling, things, to_author, voice
from mailhub.lists.pacing import Back, Goes, Ruling, Said, Waits
from mailhub.lists.policy import Reason
from mailhub.lists.tables import HeldPost, HeldState, Tool
from mailhub.mail import message
from mailhub.mail.message import Mail
from mailhub.people.tables import Person
from mailhub.site import Site
from mailhub.verbs import Thing

LATEST = 200  # messages of a conversation that are looked at
WAITING = frozenset({Reason.SLOW, Reason.TURN})  # leaves by itself; the others are offered back
OFFERED = frozenset({Reason.SHUT, Reason.TWO_VOICES, Reason.MEDIATION})
_REASONS = {Tool.CLOSED: Reason.SHUT, Tool.VOICES: Reason.TWO_VOICES, Tool.MEDIATION: Reason.MEDIATION}


@dataclass(frozen=True, slots=True)
class Place:
    """The conversation a message belongs to, and what becomes of it there."""

    thread_id: int
    ruling: Waits | Back


def of_mail(session: Session, site: Site, list_id: int, mail: Mail, author: int, now: datetime) -> Place | None:
    """None where the message may go: it begins a conversation, or nothing holds it."""
    thread_id = _thread_of(session, site, list_id, mail)
    ruling = judge(session, thread_id, author, now) if thread_id is not None else Goes()
    return None if thread_id is None or isinstance(ruling, Goes) else Place(thread_id, ruling)


def of_held(session: Session, site: Site, held: HeldPost, now: datetime) -> Place | None:
    """The same for one that has waited, whatever for."""
    if held.person_id is None or held.relay_to:
        return None
    thread_id = held.thread_id
    if thread_id is None:
        mail = message.parse(raws.read(session, site, held.raw_id))
        thread_id = _thread_of(session, site, held.list_id, mail)
    ruling = judge(session, thread_id, held.person_id, now, held) if thread_id is not None else Goes()
    return None if thread_id is None or isinstance(ruling, Goes) else Place(thread_id, ruling)


def _thread_of(session: Session, site: Site, list_id: int, mail: Mail) -> int | None:
    """The conversation it would belong to; where nothing is decided in the group, nobody need know."""
    if not calm.is_any(session, list_id):
        return None
    mail = answered.by_our_names(mail, answered.renamed(session, site, mail))
    return threads.naming(session, list_id, chain_of(mail.message_id or "", mail.references, mail.in_reply_to))


def judge(session: Session, thread_id: int, author: int, now: datetime, held: HeldPost | None = None) -> Ruling:
    """What becomes of a message of this author in a conversation now; `held`: one that waits already."""
    current = threads.current(session, thread_id)
    rules = [calm.rule_of(measure) for measure in calm.in_force(session, current.id, now)] if current else []
    if current is None or not rules:
        return Goes()
    return pacing.judge(rules, author, _said(session, current.id, held), now)


def keep(session: Session, held: HeldPost, place: Place) -> None:
    """From now on it waits for the pace of its conversation."""
    rule = place.ruling.rule
    if isinstance(place.ruling, Waits):
        held.leaves_at = place.ruling.until
        reason = Reason.TURN if rule.tool is Tool.VOICES else Reason.SLOW
    else:
        held.leaves_at, reason = rule.until, _REASONS[rule.tool]
    held.thread_id = place.thread_id
    holding.waits_for(held, [reason])
    session.flush()


def tell(
    session: Session,
    site: Site,
    held: HeldPost,
    place: Place,
    *,
    now: datetime,
    in_reply_to: str | None = None,
    address_id: int | None = None,
) -> None:
    """Its author hears the rule, when it leaves or that it is kept, and what they can do."""
    if held.person_id is None:
        return
    person = session.get_one(Person, held.person_id)
    language = telling.language_to(session, site, person.id)
    values = {
        "rule": calm_words.phrase(session, place.ruling.rule, language, calm_words.zone_of(person, site), now),
    }
    text = None
    if isinstance(place.ruling, Waits):
        values["when"] = calm_words.moment(language, place.ruling.until, calm_words.zone_of(person, site), now)
        key = "paced"
    else:
        key = "kept" if place.ruling.rule.until else "kept-for-good"
        text = to_author.text_of(session, site, held)
    to_author.tell(
        session,
        site,
        held,
        f"calm.{key}",
        values=values,
        occurrence=held.raw_id,
        now=now,
        about=Thing(things.HELD, held.id),
        address_id=address_id,
        in_reply_to=in_reply_to,
        below=text,
    )


def offer(session: Session, site: Site, held: HeldPost, *, now: datetime) -> None:
    """What was kept is shown to its author again, who says whether it still goes."""
    held.leaves_at = None
    if held.person_id is None:
        return
    language = telling.language_to(session, site, held.person_id)
    group = reading.get(session, held.list_id)
    values = {
        "group": reading.definition_of(group).titled(language),
        "contact": voice.contact(site, group, language),
    }
    to_author.tell(
        session,
        site,
        held,
        "calm.offered",
        values=values,
        occurrence=held.raw_id,
        now=now,
        about=Thing(things.HELD, held.id),
        below=to_author.text_of(session, site, held),
    )


def _said(session: Session, thread_id: int, held: HeldPost | None) -> list[Said]:
    """Who wrote when: what went out, and what has its time, as far as that was there before."""
    out = sa.select(Post.person_id, Post.published_at).where(
        Post.thread_id == thread_id, Post.person_id.is_not(None), Post.state == PostState.PUBLISHED
    )
    waiting = sa.select(HeldPost.person_id, HeldPost.leaves_at).where(
        HeldPost.thread_id == thread_id,
        HeldPost.state == HeldState.WAITING,
        HeldPost.person_id.is_not(None),
        HeldPost.leaves_at.is_not(None),
    )
    if held is not None:
        waiting = waiting.where(HeldPost.id < held.id)
    rows = [*session.execute(out.order_by(Post.number.desc()).limit(LATEST)), *session.execute(waiting)]
    return [Said(person_id, at) for person_id, at in rows]
