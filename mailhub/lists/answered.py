"""Which of our mails an answer names, also where the next hop had written its own name over the Message-ID.

The author's mail program then knows the mail by a name that nobody else has; everybody else is told the one they know.
"""

from collections.abc import Mapping
from dataclasses import replace

from sqlalchemy.orm import Session

from mailhub.archive.tables import Post
from mailhub.delivery import aliases
from mailhub.delivery.tables import Delivery, Mailing
from mailhub.lists import spans
from mailhub.mail.message import Mail
from mailhub.site import Site


def renamed(session: Session, site: Site, mail: Mail) -> Mapping[str, str]:
    """The ids it names that a next hop gave, each with the Message-ID under which that mail left here."""
    found = aliases.find(session, (*mail.references, *mail.in_reply_to))
    return {name: _message_id(session, site, delivery) for name, delivery in found.items()}


def by_our_names(mail: Mail, names: Mapping[str, str]) -> Mail:
    """The same mail, answering what it answers by the names we know."""
    if not names:
        return mail
    return replace(
        mail,
        references=tuple(names.get(one, one) for one in mail.references),
        in_reply_to=tuple(names.get(one, one) for one in mail.in_reply_to),
    )


def _message_id(session: Session, site: Site, delivery: Delivery) -> str:
    mailing = session.get_one(Mailing, delivery.mailing_id)
    post = session.get(Post, mailing.thing_id) if mailing.source == spans.POSTS else None
    if post is not None:
        return post.message_id
    key = delivery.person_id, delivery.mailing_id, delivery.occurrence
    return site.keys.message_id(*key, site.domain).strip("<>")
