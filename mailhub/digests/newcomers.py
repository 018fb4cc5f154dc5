"""Who was asked to confirm and has not, as «stato» tells whoever organises; whom our mail did not reach, and why."""

from collections.abc import Iterator

import sqlalchemy as sa

from mailhub.delivery import mailboxes
from mailhub.delivery.tables import Bounce
from mailhub.language import say
from mailhub.lists import reading, telling, things
from mailhub.people import roles
from mailhub.people.tables import Address, Asking, Person, Question
from mailhub.verbs import Act

MOST = 20  # of each group


def waiting(act: Act, person: Person) -> Iterator[str]:
    """A line for each of them, in the groups this person organises."""
    for group in reading.open_lists(act.session):
        if not roles.may_organise(act.session, person.id, group.id):
            continue
        title = reading.definition_of(group).titled(act.language)
        for question, address in act.session.execute(_unconfirmed(group.id)):
            asked = telling.told_day(act.site, person, question.asked_at, act.language, act.now)
            values = {"group": title, "email": address.email, "asked": asked}
            refusal = _refusal(act, question, address)
            if refusal is None:
                yield say(act.language, "digests.status-unconfirmed", **values)
            else:
                why = say(act.language, f"delivery.trouble-{mailboxes.trouble_of(refusal).value}")
                yield say(act.language, "digests.status-unreached", **values, why=why)


def _unconfirmed(list_id: int) -> sa.Select[Question, Address]:
    return (
        sa.select(Question, Address)
        .join(Asking, Asking.question_id == Question.id)
        .join(Address, Address.id == Asking.address_id)
        .where(Question.kind == things.JOIN, Question.list_id == list_id, Question.settled_at.is_(None))
        .order_by(Question.asked_at, Question.id)
        .limit(MOST)
    )


def _refusal(act: Act, question: Question, address: Address) -> Bounce | None:
    """The last that came back from this mailbox since it was asked."""
    came_back = sa.select(Bounce).where(Bounce.address_id == address.id, Bounce.at >= question.asked_at)
    return act.session.scalar(came_back.order_by(Bounce.id.desc()).limit(1))
