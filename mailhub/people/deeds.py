"""What people did by verbs, and what of it can still be taken back."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime, timedelta

import sqlalchemy as sa
from sqlalchemy.orm import Session

from mailhub.authority import Allowed, Evidence, Ruling, allows
from mailhub.people.tables import Deed
from mailhub.verbs import Act, Call, Outcome, Thing

UNDO = "undo"
UNDO_WITHIN = timedelta(hours=24)


@dataclass(frozen=True, slots=True)
class Carried:
    """The ruling, and what was done when it allowed anything."""

    ruling: Ruling
    outcome: Outcome | None = None
    deed_id: int = 0


def carry_out(call: Call, act: Act, *, on_record: bool, asked_ago: timedelta | None = None) -> Carried:
    """Rule on the verb, then do it and remember it; nothing is told yet. `asked_ago`: see `authority.allows`."""
    verb = call.verb
    ruling = allows(
        verb.level,
        act.evidence,
        on_record=on_record,
        one_tap=verb.one_tap,
        mailbox_suffices=verb.mailbox_suffices,
        asked_ago=asked_ago,
    )
    if not isinstance(ruling, Allowed):
        return Carried(ruling)
    outcome = verb.perform(act)
    deed = note(act.session, act, verb.name, outcome) if outcome.done else None
    return Carried(ruling, outcome, deed.id if deed else 0)


def note(session: Session, act: Act, verb_name: str, outcome: Outcome) -> Deed:
    """Write down that a verb was carried out, and which mail tells of it."""
    told = outcome.answer.thing if outcome.answer else None
    deed = Deed(
        person_id=act.person_id,
        verb=verb_name,
        thing=act.thing.kind,
        thing_id=act.thing.id,
        told=told.kind if told else None,
        told_id=told.id if told else None,
        via=act.via,
        evidence=letters(act.evidence),
        done_at=act.now,
        undo=None if outcome.undo is None else dict(outcome.undo),
    )
    session.add(deed)
    session.flush()
    return deed


def letters(evidence: Evidence) -> str:
    """What was proven, as the letters of design section 6."""
    proven = (evidence.aligned, evidence.token, evidence.mailbox, evidence.fresh_login)
    return "".join(letter for letter, has in zip("ATMW", proven, strict=True) if has)


def latest(
    session: Session,
    person_id: int,
    *,
    now: datetime,
    within: timedelta | None = UNDO_WITHIN,
    thing: Thing | None = None,
    besides: Collection[str] = (),
) -> Deed | None:
    """The last deed of this person: of this thing or of the mail that told it, else the last that could be undone.

    An undo is no such deed, and what was undone still is one, so that a second «annulla» is told so; nor are verbs
    that are named in `besides`. With `within` None, however long ago.
    """
    wanted = [Deed.person_id == person_id, Deed.verb.not_in([UNDO, *besides])]
    if within is not None:
        wanted.append(Deed.done_at > now - within)
    if thing is None:
        wanted.append(Deed.undo.is_not(None))
    else:
        done_to = (Deed.thing == thing.kind) & (Deed.thing_id == thing.id)
        wanted.append(done_to | ((Deed.told == thing.kind) & (Deed.told_id == thing.id)))
    return session.scalar(sa.select(Deed).where(*wanted).order_by(Deed.id.desc()).limit(1))


def mark_undone(session: Session, deed: Deed, *, now: datetime) -> bool:
    """Take a deed for undoing; False when it is undone already."""
    taken = session.execute(
        sa.update(Deed)
        .where(Deed.id == deed.id, Deed.undone_at.is_(None))
        .values(undone_at=now)
        .execution_options(synchronize_session=False)
    )
    session.refresh(deed)
    return taken.rowcount == 1  # type: ignore[attr-defined, no-any-return]
