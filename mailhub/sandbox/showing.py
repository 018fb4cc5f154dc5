"""Draws the page of the sandbox: what stands around a mailbox, and how its letters read."""

from collections.abc import Mapping
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
from mailhub.sandbox.cast import CAST, GARDEN, TOWN, Somebody
from mailhub.sandbox.links import Block, Draft, Piece, blocks, draft, pieces
from mailhub.sandbox.postoffice import Letter, PostOffice

LONG_LOCAL_PART = 24  # characters; tokens are cut in the middle
TRY = range(1, 6)


@dataclass(frozen=True, slots=True)
class Group:
    """A group as one person of the town sees it."""

    title: str
    address: str
    join: str  # where an empty mail asks to come in
    belongs: bool


def draw(
    hub: Hub,
    post: PostOffice,
    next_due: datetime | None,
    template: str,
    who: Somebody,
    language: str,
    values: Mapping[str, Any],
) -> str:
    """One page, with the people, the groups and the clock beside it."""
    now, zone = hub.clock.now(), hub.site.time_zone
    groups = _groups(hub, who, language)
    return render_template(
        template,
        **{"said": (), "problem": "", **values},
        who=who,
        language=language,
        town=TOWN,
        cast=CAST,
        groups=groups,
        unread_of={one.key: len(post.unread(one.mailbox.email)) for one in CAST},
        now=formats.day_hour(language, now, zone),
        upcoming=_upcoming(language, next_due, now, zone),
        tries=_tries(hub, language, groups),
        say=partial(say, language),
        moment=lambda at: formats.day_hour(language, at, zone),
        shortly=lambda at: _shortly(language, at, now, zone),
        short=short,
        blocks=lambda letter: text_of(hub, letter),
        leaving=leaving,
        author_alone=author_alone,
    )


def text_of(hub: Hub, letter: Letter) -> list[Block]:
    """The text of a letter, with what can be pressed in it."""
    return blocks(letter.mail.text, hub.site.base_url or "", partial(_is_ours, hub))


def leaving(letter: Letter) -> Draft | None:
    """The mail behind the «leave» that mail programs show above list mail (RFC 2369)."""
    links = (part.strip(" <>") for part in letter.mail.header("List-Unsubscribe").split(","))
    return next((begun for link in links if (begun := draft(link)) is not None), None)


def author_alone(letter: Letter) -> str:
    """Where one writes to the author of a group's letter and to nobody else; "" where a reply does that already."""
    email = letter.sender.email
    return email if letter.mail.list_ids and email != letter.answer_to else ""


def short(email: str) -> str:
    """An address as it fits in a line: nobody reads a token."""
    local_part, _, domain = email.partition("@")
    return email if len(local_part) <= LONG_LOCAL_PART else f"{local_part[:10]}…@{domain}"


def _is_ours(hub: Hub, email: str) -> bool:
    return hub.site.local_part(email) is not None


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


def _tries(hub: Hub, language: str, groups: list[Group]) -> list[list[Piece]]:
    """What a visitor may do, step by step, in the group of the town's history."""
    group = next(group for group in groups if group.address == hub.site.address(GARDEN))
    named = {1: {"join": group.join}, 2: {"group": group.address}}
    said = [say(language, f"sandbox.try-{step}", **named.get(step, {})) for step in TRY]
    return [list(pieces(words, hub.site.base_url or "", partial(_is_ours, hub))) for words in said]
