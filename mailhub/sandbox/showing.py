"""Draws the page of the sandbox: what stands around a mailbox, and how its letters read."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from typing import Any

from flask import render_template

from mailhub import formats
from mailhub.clock import local
from mailhub.hub.build import Hub
from mailhub.language import say
from mailhub.lists import reading, voice
from mailhub.people import persons
from mailhub.sandbox import htmlview
from mailhub.sandbox.cast import CAST, TOWN, Somebody, lives_here
from mailhub.sandbox.desk import demo
from mailhub.sandbox.desk import language as chosen_language
from mailhub.sandbox.links import Block, Draft, blocks, draft
from mailhub.sandbox.panel import panel
from mailhub.sandbox.postoffice import Letter

LONG_LOCAL_PART = 24  # characters; tokens are cut in the middle


@dataclass(frozen=True, slots=True)
class Group:
    """A group as one person of the town sees it."""

    title: str
    address: str
    join: str  # where an empty mail asks to come in
    belongs: bool


def show(template: str, who: Somebody, **values: Any) -> str:
    """One page, with the people, the groups, the clock and the tour beside it."""
    hub, post, language, next_due = demo().hub, demo().post, chosen_language(), demo().life.next_due()
    now, zone = hub.clock.now(), hub.site.time_zone
    return render_template(
        template,
        **{"said": (), "problem": "", **values},
        who=who,
        language=language,
        town=TOWN,
        cast=CAST,
        panel=panel(demo(), language),
        sandbox=htmlview.SANDBOX,
        groups=_groups(hub, who, language),
        archive=hub.site.link(""),
        unread_of={one.key: len(post.unread(one.mailbox.email)) for one in CAST},
        now=formats.day_hour(language, now, zone),
        upcoming=_upcoming(language, next_due, now, zone),
        say=partial(say, language),
        moment=lambda at: formats.day_hour(language, at, zone),
        shortly=lambda at: _shortly(language, at, now, zone),
        size=partial(formats.size, language),
        short=short,
        blocks=lambda letter: text_of(hub, letter),
        leaving=leaving,
        author_alone=author_alone,
        is_groups=is_groups,
        addressee=addressee,
    )


def is_ours(hub: Hub) -> Callable[[str], bool]:
    """Whether an address can be written to from here: the site's, and those of the town's people."""
    return lambda email: hub.site.local_part(email) is not None or lives_here(email)


def text_of(hub: Hub, letter: Letter) -> list[Block]:
    """The text of a letter, with what can be pressed in it."""
    return blocks(letter.mail.text, hub.site.base_url or "", is_ours(hub))


def leaving(letter: Letter) -> Draft | None:
    """The mail behind the «leave» that mail programs show above list mail (RFC 2369)."""
    links = (part.strip(" <>") for part in letter.mail.header("List-Unsubscribe").split(","))
    return next((begun for link in links if (begun := draft(link)) is not None), None)


def author_alone(letter: Letter) -> str:
    """Where one writes to the author of a group's letter and to nobody else; "" where a reply does that already."""
    email = letter.sender.email
    return email if letter.mail.list_ids and is_groups(letter) and email != letter.answer_to else ""


def is_groups(letter: Letter) -> bool:
    """Whether it is a group's, and not the letter of the day, to whose sender nobody writes (RFC 2369)."""
    return letter.mail.header("List-Post") != "NO"


def addressee(letter: Letter, mailbox: Sequence[Letter]) -> str:
    """To whom somebody wrote: whom they answered, else what stands before the @."""
    answered = (one for one in mailbox if one.mail.message_id in letter.mail.in_reply_to and not one.outgoing)
    sender = next((one.sender.name for one in answered), "")
    return sender or (short(letter.mail.to[0].email).partition("@")[0] if letter.mail.to else "")


def short(email: str) -> str:
    """An address as it fits in a line: nobody reads a token."""
    local_part, _, domain = email.partition("@")
    return email if len(local_part) <= LONG_LOCAL_PART else f"{local_part[:10]}…@{domain}"


def _upcoming(language: str, next_due: datetime | None, now: datetime, zone: str) -> str:
    """When something leaves or falls due next, if that is today."""
    if next_due is None or local(next_due, zone).date() != local(now, zone).date():
        return ""
    return _shortly(language, max(next_due, now), now, zone)


def _shortly(language: str, at: datetime, now: datetime, zone: str) -> str:
    """«9:02» today, «sabato 14 marzo» on another day."""
    there, today = local(at, zone), local(now, zone).date()
    return f"{there.hour}:{there.minute:02}" if there.date() == today else formats.day(language, there.date())


def _groups(hub: Hub, who: Somebody, language: str) -> list[Group]:
    """Each group, and the address this person would write to: to its people, or to come in."""
    with hub.database.reading() as session:
        person = persons.find(session, who.mailbox.email)
        mine = reading.lists_of(session, person.id) if person else set[int]()
        return [
            Group(
                reading.definition_of(group).titled(language),
                voice.address(hub.site, group),
                voice.verb_address(hub.site, group, "join", language),
                group.id in mine,
            )
            for group in reading.open_lists(session)
        ]
