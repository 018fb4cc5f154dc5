"""Hands words somebody wrote to an item of a letter over to its group, as an answer in that conversation."""

from sqlalchemy.orm import Session

from mailhub.archive import raw as raws
from mailhub.archive.tables import Post
from mailhub.lists import derived, posting, reading, things, voice
from mailhub.lists.arrival import Arrival, Receipt
from mailhub.mail import automatic, message, structure
from mailhub.mail.body import Attachment
from mailhub.mail.message import Mail
from mailhub.people import activity
from mailhub.people.tables import Address, Person
from mailhub.verbs import Act, Thing

ANSWERED = "letter.answered"  # the activity of one piece


def post(
    act: Act, mail: Mail, text: str, post_id: int, part: int, files: tuple[Attachment, ...] = ()
) -> Receipt | None:
    """Answer a post with these words of a mail; None where the post is there no more."""
    session, answered = act.session, act.session.get(Post, post_id)
    if answered is None:
        return None
    group = reading.get(session, answered.list_id)
    raw = derived.answer(
        mail,
        text,
        part=part,
        to=voice.address(act.site, group),
        subject=answered.subject,
        answers=answered.message_id,
        domain=act.site.domain,
        files=files,
    )
    arrival = _arrival(session, act, mail, raw)
    return posting.receive(session, act.site, arrival, reply_to=answered.id)


def note(act: Act, item: Thing, outcome: str, reason: str, thing: Thing | None, **detail: int) -> None:
    """Write down what became of some words of an answer: each piece has its own fate."""
    activity.note(
        act.session,
        ANSWERED,
        now=act.now,
        person_id=act.person_id,
        list_id=things.list_of(act.session, item),
        thing=thing or item,
        outcome=outcome,
        reason=reason,
        **detail,
    )


def _arrival(session: Session, act: Act, mail: Mail, raw: bytes) -> Arrival:
    said = message.parse(raw)
    return Arrival(
        mail=said,
        raw=raw,
        raw_id=raws.keep(session, act.site, raw, now=act.now).id,
        nature=automatic.nature(mail, mail.author.email if mail.author else None),
        folded=structure.fold_mail(said),
        person=session.get(Person, act.person_id),
        address=session.get(Address, act.address_id) if act.address_id is not None else None,
        evidence=act.evidence,
        language=act.language,
        now=act.now,
    )
