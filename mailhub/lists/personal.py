"""«Era solo per Ada?»: an answer that reads as if it were for one person waits for its author's word.

Nobody else reads it meanwhile, moderators included. What its author says to a conversation once holds for all of it.
"""

from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.orm import Session

from mailhub.archive import posts
from mailhub.archive import raw as raws
from mailhub.archive.tables import Post
from mailhub.lists import authors, holding, kinds, meant, reading, telling, things
from mailhub.lists.arrival import Arrival
from mailhub.lists.tables import HeldPost, HeldState, MailList
from mailhub.mail import message
from mailhub.mail.message import Mail
from mailhub.people import persons, questions
from mailhub.people.tables import Asking, Person, Question
from mailhub.site import Site
from mailhub.verbs import Thing

TO_ALL = "to-all"  # the verb


def answered(session: Session, group: MailList, arrival: Arrival) -> Post | None:
    """The message it answers, where it reads as if only its author were meant; None for all other mail."""
    writer = arrival.person
    if writer is None or not arrival.folded.quoted.strip() or reading.definition_of(group).transparent:
        return None
    post = _parent(session, group.id, arrival.mail)
    if post is None or post.person_id is None or post.person_id == writer.id:
        return None
    if reading.subscription(session, group.id, post.person_id) is None or _has_said(session, post, writer.id):
        return None
    names = {post.author_name, session.get_one(Person, post.person_id).name or ""}
    return post if any(meant.for_one(arrival.words, arrival.folded.quoted, name) for name in names) else None


def ask(session: Session, site: Site, group: MailList, held: HeldPost, post: Post, arrival: Arrival) -> Question:
    """Ask its author, who alone knows; the text is in the question."""
    assert arrival.person is not None, "only a member is asked"
    detail = {"to": post.person_id, "thread": post.thread_id}
    asked = [(arrival.person.id, arrival.address.id if arrival.address else None)]
    question = questions.ask(session, kinds.PERSONAL, held.id, asked, now=arrival.now, list_id=group.id, detail=detail)
    held.question_id = question.id
    session.flush()
    tell(session, site, question, held, arrival.now, key="seems-personal", in_reply_to=arrival.mail.message_id)
    return question


def remind(session: Session, site: Site, question_id: int, now: datetime) -> None:
    """Nobody has answered for a day."""
    question = session.get_one(Question, question_id)
    tell(session, site, question, session.get_one(HeldPost, question.thing_id), now, key="seems-personal-again")


def expire(session: Session, site: Site, question_id: int, now: datetime) -> None:
    """It goes to nobody, and its author has the text back."""
    question = session.get_one(Question, question_id)
    held = session.get_one(HeldPost, question.thing_id)
    if holding.settle(session, held, HeldState.EXPIRED, None, now=now):
        tell(session, site, question, held, now, key="kept-from-all")


def tell(
    session: Session,
    site: Site,
    question: Question,
    held: HeldPost,
    now: datetime,
    *,
    key: str,
    in_reply_to: str | None = None,
) -> None:
    [asking] = questions.asked(session, question)
    group = reading.get(session, held.list_id)
    person = session.get_one(Person, asking.person_id)
    language = persons.language_of(person, site)
    telling.tell(
        session,
        site,
        person.id,
        group,
        key,
        {
            "group": reading.definition_of(group).titled(language),
            "subject": telling.short(language, held.subject),
            "name": name_of(session, question, language),
        },
        because="wrote",
        occurrence=held.id,
        now=now,
        about=Thing(things.PERSONAL, question.id),
        in_reply_to=in_reply_to,
        below=message.parse(raws.read(session, site, held.raw_id)).text.strip(),
    )


def name_of(session: Session, question: Question, language: str) -> str:
    """As the group knows who is meant."""
    group = reading.get(session, question.list_id or 0)
    return authors.name_in(session, group, session.get(Person, question.detail["to"]), None, language)


def _parent(session: Session, list_id: int, mail: Mail) -> Post | None:
    """The nearest message of this group that it names."""
    named = dict.fromkeys((*mail.in_reply_to, *reversed(mail.references)))
    return next((post for one in named if (post := posts.find(session, list_id, one)) is not None), None)


def _has_said(session: Session, post: Post, person_id: int) -> bool:
    """Whether this writer has already said that what they write in this conversation is for all."""
    said = (
        sa.select(Question.detail)
        .join(Asking, Asking.question_id == Question.id)
        .where(
            Question.kind == things.PERSONAL,
            Question.list_id == post.list_id,
            Question.outcome == TO_ALL,
            Asking.person_id == person_id,
        )
    )
    return any(detail.get("thread") == post.thread_id for detail in session.scalars(said))
