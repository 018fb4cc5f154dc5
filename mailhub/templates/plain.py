"""A template as plain text: its paragraphs with their links written out, each link on a line of its own. Pure."""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from urllib.parse import unquote

from mailhub.templates import expressions
from mailhub.templates.expressions import BadExpression
from mailhub.templates.lexer import Cut, Lexed
from mailhub.templates.segments import Constant, Context, Paragraph, Segment, Segments, Slot, fold

_AFTER = re.compile(r"[.,;:!?)\]»”\"]+")


@dataclass(frozen=True, slots=True)
class Block:
    """One paragraph, heading, item or rule of plain text, still with marks."""

    line: int  # of the file
    words: str
    first: str = ""
    rest: str = ""
    ends: str = "\n\n"
    is_fixed: bool = False  # its lines stay as they are
    level: int = 0  # of a heading


def spelled(parts: Iterable[tuple[str, str]], lexed: Lexed) -> str:
    """Words in one text: `words`, `break`, `opens` and `closes` of a link, `image` with its alt text."""
    made, target, pending, said = "", "", "", 0
    for kind, words in parts:
        if pending:  # a link goes below the words it belongs to, their full stop included
            after = _AFTER.match(words) if kind == "words" else None
            made += f"{after[0] if after else ''}\n{pending}\n"
            words, pending = words[after.end() if after else 0 :].lstrip(" "), ""
        match kind:
            case "words":
                made += words
            case "break":
                made += "\n"
            case "image":
                made += f"[{words}]" if words else ""
            case "opens":
                target, said = words, len(made)
            case "closes" if target:
                made, pending = _with_target(made, made[said:], target, lexed)
                target = ""
    whole = f"{made}\n{pending}" if pending else made
    return re.sub(r" *\n[ \n]*", "\n", whole).strip()


def _with_target(made: str, words: str, url: str, lexed: Lexed) -> tuple[str, str]:
    """The text with a mail address behind the words, or a link still to be put on its own line."""
    if url.startswith("mailto:"):
        address = unquote(url.removeprefix("mailto:").partition("?")[0])
        same = _as_written(words, lexed) == _as_written(address, lexed)
        return (made if same or not address else f"{made} ({address})"), ""
    if _as_written(words, lexed) == _as_written(url, lexed):
        made = made[: len(made) - len(words)].rstrip(" ")
    whole = lexed.as_parts(url) if not _is_mark(url, lexed) else url
    return made, whole


def _is_mark(url: str, lexed: Lexed) -> bool:
    pieces = list(lexed.split(url))
    return bool(pieces) and isinstance(pieces[0], Cut) and len(pieces) == 1


def _as_written(text: str, lexed: Lexed) -> str:
    """The text with its placeholders as their author wrote them."""
    return "".join(
        p if isinstance(p, str) else f"{{{{{' '.join(p.source.split())}}}}}" for p in lexed.split(text)
    ).strip()


def segments(block: Block, lexed: Lexed) -> list[Segment]:
    """The block as segments; what holds no placeholder is folded now."""
    body = _body(block.words, lexed)
    if not any(isinstance(each, Slot) for each in body):
        words = lexed.shown(block.words)
        if block.is_fixed:
            lines = words.split("\n")
            folded = "\n".join((block.rest if number else block.first) + line for number, line in enumerate(lines))
        else:
            folded = fold(words, block.first, block.rest)
        return [Constant(folded + block.ends)] if words.strip() or block.is_fixed else []
    if block.is_fixed:
        body = tuple(
            Constant(each.text.replace("\n", f"\n{block.rest}")) if isinstance(each, Constant) else each
            for each in body
        )
        return [Constant(block.first), *body, Constant(block.ends)]
    return [Paragraph(body, block.first, block.rest, block.ends)]


def paragraph(words: Segments) -> Paragraph:
    """Words of the front matter as a paragraph."""
    return Paragraph(words, "", "", "\n\n")


def _body(words: str, lexed: Lexed) -> Segments:
    made: list[Segment] = []
    for piece, in_url in lexed.split_parts(words):
        if isinstance(piece, str):
            made.append(Constant(piece))
            continue
        try:
            made.append(Slot(expressions.value(piece.source), Context.URL_PART if in_url else Context.PLAIN))
        except BadExpression:
            made.append(Constant(""))  # remarked where the HTML is built
    return tuple(made)
