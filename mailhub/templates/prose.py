"""Plain words as HTML: paragraphs, lists and quotations, addresses and links one can press. Pure.

What comes in is text somebody wrote, or a sentence of ours; everything of it is escaped.
"""

import html
import re
from collections.abc import Iterator, Sequence
from itertools import groupby, pairwise

from mailhub.language import COLUMNS

_LINKS = re.compile(
    r"(?P<url>https?://[^\s<>\"'«»]{1,2000}[^\s<>\"'«».,;:!?)\]])"
    r"|(?P<email>[A-Za-z0-9._%+=-]{1,64}@[A-Za-z0-9-]{1,63}(?:\.[A-Za-z0-9-]{1,63}){1,8})"
)
_FIRST_SENTENCE = re.compile(r"(.{10,400}?[.?])(\s|$)", re.DOTALL)
_RULE = re.compile(r"-{20,}")
_ITEM = re.compile(r"(?:- |\d{1,3} )")


def to_html(text: str, *, strong: bool = False) -> str:
    """The text as HTML; with `strong` its first sentence stands out."""
    blocks = [block for block in _blocks(text) if block]
    made = [_block(block, strong and place == 0) for place, block in enumerate(blocks)]
    return "".join(made)


def inline(text: str) -> str:
    """Words on one line, with what can be pressed."""
    made, at = [], 0
    for found in _LINKS.finditer(text):
        made.append(html.escape(text[at : found.start()]))
        target = found["url"] or f"mailto:{found['email']}"
        made.append(f'<a href="{html.escape(target)}">{html.escape(found[0])}</a>')
        at = found.end()
    return "".join([*made, html.escape(text[at:])])


def _blocks(text: str) -> Iterator[list[str]]:
    """Paragraphs; a quotation is one however many blank lines it has."""
    lines = text.strip("\n").splitlines()
    for is_quoted, run in groupby(lines, key=lambda line: line.startswith(">")):
        if is_quoted:
            yield list(run)
            continue
        for is_blank, part in groupby(run, key=lambda line: not line.strip()):
            if not is_blank:
                yield list(part)


def _block(lines: Sequence[str], strong: bool) -> str:
    if lines[0].startswith(">"):
        inner = "\n".join(line[1:].removeprefix(" ") for line in lines)
        return f"<blockquote>{to_html(inner)}</blockquote>"
    if _RULE.fullmatch(lines[0].strip()):
        return "<hr>" + (_block(lines[1:], strong) if len(lines) > 1 else "")
    if all(line.startswith("- ") for line in _joined(lines)):
        return "<ul>" + "".join(f"<li>{inline(line[2:])}</li>" for line in _joined(lines)) + "</ul>"
    words = "<br>".join(inline(line) for line in _joined(lines))
    if strong and (first := _FIRST_SENTENCE.match("\n".join(_joined(lines)))) is not None:
        rest = "\n".join(_joined(lines))[first.end(1) :]
        words = f"<strong>{inline(first[1])}</strong>" + "<br>".join(inline(line) for line in rest.split("\n"))
    return f"<p>{words}</p>"


def _joined(lines: Sequence[str]) -> list[str]:
    """Lines that were broken only because they were full are one again."""
    joined = [lines[0]]
    for before, line in pairwise(lines):
        first = line.split(" ", 1)[0]
        was_full = len(before) + 1 + len(first) > COLUMNS and not _ITEM.match(line) and not first.startswith("http")
        if was_full and not before.startswith("http"):
            joined[-1] += f" {line}"
        else:
            joined.append(line)
    return joined
