"""Reads what the people of the town write: before a visitor comes, on the day they join, and on the days after."""

import tomllib
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from mailhub.language import LANGUAGES
from mailhub.sandbox.cast import Dated, Said, somebody

HOME = Path(__file__).with_name("stories")


@dataclass(frozen=True, slots=True)
class Story:
    """All of it in one language; the other one tells the same in the same order."""

    past: tuple[Dated, ...]
    first: tuple[Said, ...]
    later: tuple[Dated, ...]

    def __iter__(self) -> Iterator[Said]:
        yield from (dated.said for dated in self.past)
        yield from self.first
        yield from (dated.said for dated in self.later)


@cache
def told(language: str) -> Story:
    """The story in this language."""
    read = tomllib.loads((HOME / f"{language}.toml").read_text(encoding="utf-8"))
    return Story(
        past=tuple(Dated(one.pop("day"), one.pop("at"), _said(one)) for one in read["past"]),
        first=tuple(map(_said, read["first"])),
        later=tuple(Dated(one.pop("day"), one.pop("at"), _said(one)) for one in read["later"]),
    )


@cache
def reply_to(subject: str) -> str:
    """What a reader might well answer to the message of this subject; "" where nothing is asked."""
    said = (one for language in LANGUAGES for one in told(language))
    return next((one.reply for one in said if one.subject == subject), "")


def _said(read: dict[str, Any]) -> Said:
    who = somebody(read.pop("who"))
    assert who is not None, "the town's people are its cast"
    return Said(who, **read)
