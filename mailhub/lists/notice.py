"""A decision about a conversation is told to everybody in a message of that conversation, from the group itself.

That is the quietest way that reaches everyone whom it could concern: anybody in the group may write there. Who gets
every message gets this one, who reads by letter finds it in the letter, who has silenced the conversation hears
nothing, and the archive keeps it in its place; nobody gets a mail they would not have got.
"""

from datetime import datetime

from sqlalchemy.orm import Session

from mailhub.archive import raw as raws
from mailhub.archive.reading import latest_of
from mailhub.archive.tables import Post, Thread
from mailhub.language import say
from mailhub.lists import calm_words, derived, moderation, publication, reading, voice
from mailhub.lists.pacing import Rule
from mailhub.lists.tables import MailList
from mailhub.mail import message
from mailhub.mail.address import Mailbox
from mailhub.site import Site

BEGUN, OVER, ASKED = "told", "told-over", "told-asked"


def tell(
    session: Session, site: Site, thread: Thread, rule: Rule, what: str, reason: str = "", *, now: datetime
) -> Post:
    """Say it in the languages of the group, one paragraph each."""
    group = reading.get(session, thread.list_id)
    spoken = sorted(publication.languages(session, site, group), key=lambda one: one != site.language)
    text = "\n\n".join(_sentences(session, site, group, rule, what, reason, language, now) for language in spoken)
    raw = derived.notice(
        Mailbox(reading.definition_of(group).titled(site.language), voice.address(site, group)),
        text,
        subject=thread.subject,
        answers=[latest_of(session, thread.id)],
        message_id=f"{what}.{rule.tool.value}.{thread.id}.{int(now.timestamp())}@{site.domain}",
        now=now,
    )
    kept = raws.keep(session, site, raw, now=now)
    return publication.publish(
        session,
        site,
        group,
        raw_id=kept.id,
        raw=raw,
        mail=message.parse(raw),
        person_id=None,
        now=now,
        has_waited=True,
    )


def _sentences(
    session: Session, site: Site, group: MailList, rule: Rule, what: str, reason: str, language: str, now: datetime
) -> str:
    if what == OVER:
        return say(language, "calm.told-over")
    told = say(language, f"calm.{what}", rule=calm_words.phrase(session, rule, language, site.time_zone, now))
    why = moderation.why(group, reason, language)
    return " ".join(part for part in (told, why, say(language, "calm.told-appeal")) if part)
