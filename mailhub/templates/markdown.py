"""The one door to Markdown: a text with marks into HTML, and into paragraphs of plain text that read as well.

Raw HTML is off, so everything that looks like a tag is words. Control tags are blocks of their own. Indented lines are
no code: people indent what stands between tags.
"""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from html import escape
from typing import Any

from markdown_it import MarkdownIt
from markdown_it.rules_block import StateBlock
from markdown_it.token import Token

from mailhub.language import COLUMNS
from mailhub.templates import prose
from mailhub.templates.expressions import End, For, Tag
from mailhub.templates.lexer import Cut, Lexed
from mailhub.templates.plain import Block, spelled
from mailhub.templates.remarks import Remarks

_CONTROL = "control"
_IN_LINK = "in_link"
_LISTS = {"bullet_list_open": "ul", "ordered_list_open": "ol"}


@dataclass(frozen=True, slots=True)
class Part:
    """Neighbouring blocks of Markdown between two tags."""

    html: str
    blocks: tuple[Block, ...]


@dataclass(frozen=True, slots=True)
class Page:
    """A body read: its parts with the tags between them, and what the loops that make lists have round them."""

    pieces: tuple[Part | Cut, ...]
    lists: Mapping[str, str]  # by the mark of the loop: "ul" or "ol"


def read(lexed: Lexed, tags: Mapping[str, Tag], remarks: Remarks, first_line: int) -> Page:
    """The body of a file; a tag that stands inside a list or a quotation is left out, and so found missing."""
    reader = _reader(lexed)
    env: dict[str, Any] = {}
    tokens = reader.parse(lexed.text, env)
    _check_links(tokens, lexed, remarks, first_line)
    _prepare(tokens)
    runs = list(_runs(tokens, lexed))
    pieces: list[Part | Cut] = []
    lists: dict[str, str] = {}
    for place, run in enumerate(runs):
        if isinstance(run, Cut):
            pieces.append(run)
            continue
        loop = _loop_round(runs, place, tags)
        name = _sole_list(run) if loop else ""
        html = reader.renderer.render(run, reader.options, env)
        if loop and name:  # what stands round the items is written once
            html = html[html.index("\n") + 1 : html.rindex("</")]
            lists[loop.mark] = name
        pieces.append(Part(html, tuple(_blocks(run, lexed, first_line, is_looped=bool(name)))))
    return Page(tuple(pieces), lists)


def _runs(tokens: Sequence[Token], lexed: Lexed) -> Iterator[list[Token] | Cut]:
    """Neighbouring tokens, and the tags between them."""
    by_mark = {cut.mark: cut for cut in lexed.cuts if cut.is_tag}
    run: list[Token] = []
    for token in tokens:
        if token.type == _CONTROL and token.level == 0:
            if run:
                yield run
            run = []
            yield by_mark[token.content]
        elif token.type != _CONTROL:
            run.append(token)
    if run:
        yield run


def _check_links(tokens: Sequence[Token], lexed: Lexed, remarks: Remarks, first_line: int) -> None:
    """Links lead to pages and mailboxes, and nowhere else."""
    for token in tokens:
        line = first_line + (token.map[0] if token.map else 0)
        for child in token.children or ():
            line += child.type in ("softbreak", "hardbreak")
            if child.type in ("link_open", "image"):
                _check_link(child, line, lexed, remarks)


def _check_link(token: Token, line: int, lexed: Lexed, remarks: Remarks) -> None:
    url = str(token.attrs.get("href", token.attrs.get("src", "")))
    if not _may_lead(url, lexed):
        what = f'a link leads to "{lexed.shown(url)[:60]}"'
        remarks.error(line, what, "begin it with https://, http:// or mailto:")
    elif token.type == "image" and not url.startswith(("https://", lexed.stem)):
        remarks.error(line, "a picture that does not come from an https address", "begin it with https://")
    if token.type == "image" and not token.content.strip():
        what = "a picture without words for those who do not see it"
        remarks.error(line, what, "write what it shows: ![what it shows](https://…)")


def _prepare(tokens: Sequence[Token]) -> None:
    """Words in links are known as such, and no picture is wider than the telephone it is looked at on."""
    for token in tokens:
        in_link = False
        for child in token.children or ():
            in_link = child.type == "link_open" or (in_link and child.type != "link_close")
            child.meta[_IN_LINK] = in_link
            if child.type == "image":
                child.attrSet("style", "max-width:100%;height:auto;border:0")


def _may_lead(url: str, lexed: Lexed) -> bool:
    return url.startswith(lexed.stem) or re.match(r"https?://[^/]|mailto:.", url, re.IGNORECASE) is not None


def _reader(lexed: Lexed) -> MarkdownIt:
    marks = frozenset(cut.mark for cut in lexed.cuts if cut.is_tag)
    reader = MarkdownIt("commonmark", {"html": False, "maxNesting": 12}).disable(["code", "html_block", "html_inline"])

    def control(state: StateBlock, line: int, _end: int, silent: bool) -> bool:
        text = state.src[state.bMarks[line] : state.eMarks[line]].strip()
        if text not in marks:
            return False
        if not silent:
            token = state.push(_CONTROL, "", 0)
            token.content, token.map = text, [line, line + 1]
            state.line = line + 1
        return True

    stops = ["paragraph", "reference", "blockquote", "list"]
    reader.block.ruler.before("fence", _CONTROL, control, {"alt": stops})
    reader.validateLink = lambda _: True  # type: ignore[method-assign,assignment]  # `_check_links` tells what is wrong with one
    reader.add_render_rule("text", _text)
    reader.add_render_rule("hr", lambda *_: "<hr>\n")
    return reader


def _text(_self: Any, tokens: Sequence[Token], at: int, *_: Any) -> str:
    """Words; addresses and links in them can be pressed, but for those inside a link."""
    token = tokens[at]
    return escape(token.content) if token.meta.get(_IN_LINK) else prose.inline(token.content)


def _loop_round(runs: Sequence[list[Token] | Cut], place: int, tags: Mapping[str, Tag]) -> Cut | None:
    """The loop of which these blocks are the whole body, if there is one."""
    before, after = (runs[at] if 0 <= at < len(runs) else None for at in (place - 1, place + 1))
    if not isinstance(before, Cut) or not isinstance(after, Cut):
        return None
    is_loop = isinstance(tags.get(before.mark), For) and isinstance(tags.get(after.mark), End)
    return before if is_loop else None


def _sole_list(tokens: Sequence[Token]) -> str:
    """The name of the list these tokens are, if they are one and nothing else."""
    name = _LISTS.get(tokens[0].type, "")
    closes = [place for place, token in enumerate(tokens) if token.level == 0 and token.nesting == -1]
    return name if name and closes == [len(tokens) - 1] else ""


@dataclass(slots=True)
class _Container:
    """A list item or quotation still open: what begins its first line, and the others."""

    first: str
    rest: str
    used: bool = False


def _blocks(tokens: Sequence[Token], lexed: Lexed, first_line: int, *, is_looped: bool) -> list[Block]:
    """The same blocks as plain text."""
    open_: list[_Container] = []
    counters: list[int | None] = []
    found: list[Block] = []
    for place, token in enumerate(tokens):
        if token.type in _LISTS:
            start = int(token.attrs.get("start", 1)) if token.type == "ordered_list_open" else None
            counters.append(None if is_looped and not counters else start)
        elif token.type in ("bullet_list_close", "ordered_list_close"):
            counters.pop()
        elif token.type == "list_item_open":
            open_.append(_item(counters))
        elif token.type == "blockquote_open":
            open_.append(_Container("> ", "> "))
        elif token.type in ("list_item_close", "blockquote_close"):
            open_.pop()
        elif (words := _words(token, lexed)) is not None:
            ends = "\n" if _is_tight(tokens, place, is_looped) else "\n\n"
            first = "".join(each.rest if each.used else each.first for each in open_)
            rest = "".join(each.rest for each in open_)
            for each in open_:
                each.used = True
            line = first_line + (token.map[0] if token.map else 0)
            level = int(tokens[place - 1].tag[1:]) if place and tokens[place - 1].type == "heading_open" else 0
            found.append(Block(line, words, first, rest, ends, is_fixed=token.type == "fence", level=level))
    return found


def _item(counters: list[int | None]) -> _Container:
    number = counters[-1]
    if number is None:
        return _Container("- ", "  ")
    counters[-1] = number + 1
    return _Container(f"{number}. ", " " * len(f"{number}. "))


def _is_tight(tokens: Sequence[Token], place: int, is_looped: bool) -> bool:
    """Whether the next block follows without an empty line: inside a list whose items are one paragraph each."""
    if place == 0 or not tokens[place - 1].hidden:
        return False
    for after in range(place + 1, len(tokens)):  # a slice would copy the rest of the mail for every item
        if tokens[after].nesting != -1:
            return True
        if tokens[after].level == 0:
            break
    return is_looped


def _words(token: Token, lexed: Lexed) -> str | None:
    if token.type == "inline":
        return spelled(_inline(token.children or []), lexed)
    if token.type == "hr":
        return "-" * COLUMNS
    if token.type == "fence":
        return token.content.rstrip("\n")
    return None


def _inline(children: Sequence[Token]) -> list[tuple[str, str]]:
    """What is in a line, as kind and words: what `plain.spelled` reads."""
    found: list[tuple[str, str]] = []
    for token in children:
        match token.type:
            case "text" | "code_inline":
                found.append(("words", token.content))
            case "softbreak":
                found.append(("words", " "))
            case "hardbreak":
                found.append(("break", ""))
            case "link_open":
                found.append(("opens", str(token.attrs.get("href", ""))))
            case "link_close":
                found.append(("closes", ""))
            case "image":
                found.append(("image", token.content))
    return found
