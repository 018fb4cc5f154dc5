"""What the rooms keep about one person alone: it goes, but for evidence of consent and counts of what was sent."""

from collections.abc import Callable

import sqlalchemy as sa
from sqlalchemy.orm import Session

from mailhub.archive import erasing
from mailhub.archive.tables import Post, Raw
from mailhub.db.base import Base
from mailhub.delivery.tables import Bounce, Delivery, Mailbox, Mailing
from mailhub.digests.monday.writing import SOURCE as MONDAY
from mailhub.digests.tables import Letter, LetterItem, LetterReader
from mailhub.hub.erasing.own import let_go
from mailhub.journeys import erasing as journeys
from mailhub.lists import things
from mailhub.lists.tables import HeldPost, HeldState, LetterSpan, Measure, Subscription, ThreadMute
from mailhub.people.tables import Activity, Address, Asking, Consent, Deed, Erasure, Person, PersonField, Question
from mailhub.site import Site

PAGE = 200

_GONE: tuple[type[Base], ...] = (
    *(Address, PersonField, Asking, Deed),
    *(Bounce, Mailbox),
    *(ThreadMute, LetterSpan, LetterReader, Subscription, Measure),
)


def page(session: Session, site: Site, erasure: Erasure) -> bool:
    """Up to so many rows of one table; True when there are none left in any."""
    if _held_bytes(session, site, erasure):
        return False
    return not any(step(session, erasure.person_id) for step in _STEPS)


def _held_bytes(session: Session, site: Site, erasure: Erasure) -> bool:
    """What waited and never went out, in other words than those it came with too: no received mail holds these."""
    gone = HeldPost.state != HeldState.PUBLISHED, ~sa.exists().where(Post.raw_id == Raw.id)
    theirs = HeldPost.person_id == erasure.person_id, Raw.size > 0, *gone
    found = session.scalars(sa.select(Raw.id).join(HeldPost, HeldPost.raw_id == Raw.id).where(*theirs).limit(PAGE))
    ids = list(found)
    let_go(erasure, erasing.empty(session, site, ids) if ids else [])
    return bool(ids)


def _delete(table: type[Base]) -> Callable[[Session, int], int]:
    def step(session: Session, person_id: int) -> int:
        keys = list(sa.inspect(table).primary_key)
        mine = sa.select(*keys).where(table.__table__.c.person_id == person_id).limit(PAGE)
        found = session.execute(mine).all()
        if found:
            session.execute(sa.delete(table.__table__).where(sa.tuple_(*keys).in_([tuple(row) for row in found])))  # type: ignore[arg-type]
        return len(found)

    return step


def _letters(session: Session, person_id: int) -> int:
    ids = session.scalars(sa.select(Letter.id).where(Letter.person_id == person_id).limit(PAGE // 10)).all()
    session.execute(sa.delete(LetterItem).where(LetterItem.letter_id.in_(ids)))
    session.execute(sa.delete(Letter).where(Letter.id.in_(ids)))
    return len(ids)


def _deliveries(session: Session, person_id: int) -> int:
    """What was sent stays as a count: which mailing, how it ended, when."""
    tells = Delivery.slots.is_not(None) | Delivery.reply.is_not(None) | Delivery.address_id.is_not(None)
    mine = sa.select(Delivery.mailing_id, Delivery.occurrence).where(Delivery.person_id == person_id, tells)
    found = [tuple(row) for row in session.execute(mine.limit(PAGE))]
    named = sa.tuple_(Delivery.mailing_id, Delivery.occurrence).in_(found)
    bare = {"slots": sa.null(), "reply": None, "address_id": None}
    _run(session, sa.update(Delivery).where(Delivery.person_id == person_id, named).values(bare))
    return len(found)


def _told_organisers(session: Session, person_id: int) -> int:
    """Letters that told organisers of something they wrote: their numbers stay, their words go."""
    noted = (Activity.thing == LetterItem.thing) & (Activity.thing_id == LetterItem.thing_id)
    wrote = sa.select(LetterItem.letter_id).join(Activity, noted).where(Activity.person_id == person_id)
    reported = (
        sa.select(LetterItem.letter_id)
        .join(Question, Question.id == LetterItem.thing_id)
        .join(Post, Post.id == Question.thing_id)
        .where(LetterItem.thing == things.REPORT, Post.person_id == person_id)
    )
    ours = sa.select(Mailing.id).where(Mailing.source == MONDAY)
    named = sa.or_(Delivery.occurrence.in_(wrote), Delivery.occurrence.in_(reported))
    told = sa.select(Delivery.mailing_id, Delivery.person_id, Delivery.occurrence).where(
        Delivery.mailing_id.in_(ours), Delivery.slots.is_not(None), Delivery.finished_at.is_not(None), named
    )
    found = [tuple(row) for row in session.execute(told.limit(PAGE))]
    key = sa.tuple_(Delivery.mailing_id, Delivery.person_id, Delivery.occurrence)
    _run(session, sa.update(Delivery).where(key.in_(found)).values(slots=sa.null()))
    return len(found)


def _activities(session: Session, person_id: int) -> int:
    """That something happened stays; what was noted of it goes."""
    mine = Activity.person_id == person_id, sa.cast(Activity.detail, sa.String) != "{}"
    ids = session.scalars(sa.select(Activity.id).where(*mine).limit(PAGE)).all()
    _run(session, sa.update(Activity).where(Activity.id.in_(ids)).values(detail={}))
    return len(ids)


def _consents(session: Session, person_id: int) -> int:
    """Their steps stay as evidence; by which mail and from where goes."""
    mine = Consent.person_id == person_id, sa.cast(Consent.evidence, sa.String) != "{}"
    ids = session.scalars(sa.select(Consent.id).where(*mine).limit(PAGE)).all()
    _run(session, sa.update(Consent).where(Consent.id.in_(ids)).values(evidence={}))
    return len(ids)


def _held(session: Session, person_id: int) -> int:
    """Mails that waited: that there was one stays. Their bytes go with all others of the person."""
    ids = session.scalars(sa.select(HeldPost.id).where(HeldPost.person_id == person_id).limit(PAGE)).all()
    bare = {"person_id": None, "subject": "", "note": None, "message_id": None}
    _run(session, sa.update(HeldPost).where(HeldPost.id.in_(ids)).values(bare))
    return len(ids)


def _ways(session: Session, person_id: int) -> int:
    """Where they were on a journey stays, and that it ended."""
    return journeys.forget(session, person_id, limit=PAGE)


def _person(session: Session, person_id: int) -> int:
    """The row stays, since others name its number; it says nothing any more."""
    named = (Person.name != "") | Person.language.is_not(None) | Person.time_zone.is_not(None)
    bare = {"name": "", "language": None, "time_zone": None}
    done = session.execute(sa.select(Person.id).where(Person.id == person_id, named)).all()
    _run(session, sa.update(Person).where(Person.id == person_id).values(bare))
    return len(done)


def _run(session: Session, statement: sa.Update) -> None:
    session.execute(statement.execution_options(synchronize_session=False))


_STEPS = (
    *map(_delete, _GONE),
    _letters,
    _told_organisers,
    _deliveries,
    _activities,
    _consents,
    _held,
    _ways,
    _person,
)
