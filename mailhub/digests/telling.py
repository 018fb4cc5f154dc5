"""Mails about a letter that are no answer to a single word, and how any mail tells when the letter comes."""

from datetime import datetime

from sqlalchemy.orm import Session

from mailhub import formats, language
from mailhub.delivery import service
from mailhub.digests.rhythm import EVERY_DAY, Rhythm
from mailhub.language import Words
from mailhub.people import roles
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
    because: str = "letter",
) -> None:
    """Owe one person one mail of the site; a repeat for the same occurrence changes nothing.

    `because` is an entry of the footers: which letter they have answered.
    """
    sentence = language.say(spoken, f"footer.{because}")
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
        footer=language.footer(spoken, sentence, roles.contact(session, site), member=False),
    )


def rhythm(spoken: str, each: Rhythm) -> dict[str, str]:
    """Its hour and its days in words."""
    named = formats.listing(spoken, [formats.weekday(spoken, day) for day in range(7) if each.has(day)])
    days = language.say(spoken, "digests.every-day") if each.days == EVERY_DAY else named
    return {"hour": formats.hour(spoken, each.hour), "days": days}
