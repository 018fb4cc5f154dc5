"""The two letters that are answered here, as they were sent, and as mail programs show them when they quote.

`tests/stories/test_judged.py` checks that a letter still looks like these.
"""

import re
import textwrap
from dataclasses import dataclass
from functools import cache
from html.parser import HTMLParser
from itertools import pairwise
from pathlib import Path
from typing import Literal

from mailhub.digests.answers import Item

Look = Literal["text", "gmail", "outlook", "apple"]  # our own text, or what a program makes of our HTML

HERE = Path(__file__).parent
RULE = "-" * 72
GROUPS = {"it": ("Orto", "Piazza"), "en": ("Garden", "Square")}
SUBJECT = {"it": "La lettera di martedì 10 marzo: 6 messaggi", "en": "The letter of Tuesday 10 March: 5 messages"}
OWN_NAME = {"it": "Nives Alba", "en": "Ida Brook"}
ADDRESS = "r.e4aaaaacaaaaaaaaaeeyqeu6d3talfn6dfane@lists.test"


@dataclass(frozen=True, slots=True)
class Letter:
    """One letter in one look, in the parts people quote."""

    language: str
    head: str
    items: tuple[str, ...]
    foot: str

    @property
    def whole(self) -> str:
        return "\n\n".join((self.head, *self.items, self.foot))


@cache
def letter(language: str, look: Look) -> Letter:
    if look == "text":
        head, *items, foot = text(language).split(RULE)
        return Letter(
            language, head.strip(), tuple(f"{RULE}\n{item.strip()}" for item in items), f"{RULE}\n{foot.strip()}"
        )
    return _cut(language, _shown(html(language), look))


def text(language: str) -> str:
    return (HERE / f"letter.{language}.txt").read_text(encoding="utf-8")


def html(language: str) -> str:
    return (HERE / f"letter.{language}.html").read_text(encoding="utf-8")


@cache
def items(language: str) -> tuple[Item, ...]:
    """What has a number, from the printed letter."""
    return tuple(_item(language, printed) for printed in letter(language, "text").items)


@cache
def around(language: str) -> str:
    """The letter's words about none of its items."""
    found = letter(language, "text")
    return "\n".join((SUBJECT[language], found.head.partition("\n")[0], found.foot.removeprefix(RULE)))


def _item(language: str, printed: str) -> Item:
    printed = printed.removeprefix(RULE).strip()
    title, byline = printed.splitlines()[:2]
    number, _, title = title.partition(". ")
    author, group = byline.split(", ")[:2]
    return Item(int(number), title, group, author, printed)


def _cut(language: str, text: str) -> Letter:
    """A letter's rendering, cut before the heading of every item."""
    pattern = "|".join(rf"^{re.escape(f'{item.number}. {item.title}')}$" for item in items(language))
    starts = [found.start() for found in re.finditer(pattern, text, re.MULTILINE)]
    foot = text.index({"it": "Per rispondere", "en": "To answer"}[language])
    cuts = [*starts[-len(items(language)) :], foot]
    blocks = tuple(text[here:there].strip() for here, there in pairwise(cuts))
    return Letter(language, text[: cuts[0]].strip(), blocks, text[foot:].strip())


class _Text(HTMLParser):
    """The text a program makes of HTML: blocks apart, links with their address."""

    def __init__(self, link: str) -> None:
        super().__init__()
        self.out: list[str] = []
        self._link, self._href, self._hidden = link, "", 0

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        found = dict(attrs)
        if tag in ("style", "title", "script"):
            self._hidden += 1
        if tag in ("p", "h2", "h1", "ol", "ul", "hr", "table"):
            self.out.append("\n\n")
        if tag == "br":
            self.out.append("\n")
        if tag == "li":
            self.out.append(f"\n   {found.get('value')}. " if "value" in found else "\n   - ")
        if tag == "a":
            self._href = str(found.get("href"))

    def handle_endtag(self, tag: str) -> None:
        if tag in ("style", "title", "script"):
            self._hidden -= 1
        if tag == "a":
            self.out.append(self._link.format(self._href, self._href.removeprefix("mailto:")))
        if tag in ("p", "h2", "h1", "ol", "ul", "div"):
            self.out.append("\n\n")

    def handle_data(self, data: str) -> None:
        if not self._hidden:
            self.out.append(data.replace("\n", " "))


LINKS = {"gmail": " <{1}>", "outlook": "<{0}>", "apple": " <{0}>"}


def _shown(markup: str, look: Look) -> str:
    parser = _Text(LINKS[look])
    parser.feed(markup)
    text = re.sub(r"\n{3,}", "\n\n", re.sub(r" *\n *(?![ ]*\d+\. )", "\n", "".join(parser.out))).strip()
    return _wrapped(text) if look == "gmail" else text


def _wrapped(text: str) -> str:
    """Gmail breaks lines at 78, addresses in brackets on lines of their own where they do not fit."""
    wrap = textwrap.TextWrapper(78, break_long_words=False, break_on_hyphens=False, subsequent_indent="")
    return "\n".join("\n".join(wrap.wrap(line)) if len(line) > 78 else line for line in text.splitlines())
