"""Mails about a letter that are no answer to a single word: a question, the rest of a long answer."""

from datetime import datetime

from sqlalchemy.orm import Session

from mailhub import language
from mailhub.delivery import service
from mailhub.digests.mailing import contact_of
from mailhub.language import Words
from mailhub.site import Site
from mailhub.verbs import Thing


def tell(
    session: Session,
    site: Site,
    person_id: int,
    words: Words,
    spoken: str,
    *,
    kind: str,
    occurrence: int,
    now: datetime,
    about: Thing,
    address_id: int | None = None,
    in_reply_to: str | None = None,
) -> None:
    """Owe one person one mail of the site; a repeat for the same occurrence changes nothing."""
    because = language.say(spoken, "footer.letter")
    service.tell(
        session,
        site,
        person_id=person_id,
        words=words,
        language=spoken,
        source=service.SOURCE,
        kind=f"{kind}.reply",
        occurrence=occurrence,
        now=now,
        address_id=address_id,
        about=about,
        in_reply_to=in_reply_to,
        footer=language.footer(spoken, because, contact_of(session, site), member=False),
    )
