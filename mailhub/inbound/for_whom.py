"""Mail that was for nobody here and waits for an organiser, as one line of what waits for them."""

from collections.abc import Iterator, Sequence

from sqlalchemy.orm import Session

from mailhub.inbound import unrouted
from mailhub.inbound.waiting import find
from mailhub.lists import telling, voice
from mailhub.people.tables import Question
from mailhub.site import Site
from mailhub.waiting import Asked, Office, Part, Waiting


def _unrouted(session: Session, site: Site, office: Office, asked: Sequence[Asked]) -> Iterator[Waiting]:
    for one in asked:
        mail = find(session, site, session.get_one(Question, one.id))
        if mail is None:  # its author has asked to be forgotten
            continue
        values = {
            "subject": telling.short(office.language, mail.mail.subject),
            "name": telling.short(office.language, voice.name_of(mail.author, office.language)),
            "address": mail.address,
        }
        words = (("it-is", f" {unrouted.example(session, mail)}"), ("refuse-unrouted", ""))
        yield Waiting("monday.unrouted", values, one.asked_at, one.until, mail.thing, words)


PART = Part({unrouted.KIND: _unrouted})
