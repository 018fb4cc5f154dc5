"""HTML to readable text: what a person wrote and, marked with ">", what they quoted."""

import re
from html import unescape

LONGEST = 512 * 1024
DEEPEST = 200
_OPEN, _CLOSE = "\ue000", "\ue001"  # stand for the ends of a quotation while inscriptis lays out the text

_TAG = re.compile(r"""<(/?)([a-zA-Z][a-zA-Z0-9]*+)(?=((?:[^<>"']|"[^"<]*"|'[^'<]*')*))\3[^<>]*+>""")
_ANY_TAG = re.compile(r"<[^<>]*+>")
_UNREAD = re.compile(r"<(!--|script\b|style\b|head\b|title\b)", re.IGNORECASE)
_HUGE_NUMBER = re.compile(r"&#x?[0-9a-fA-F]{8,}+;?")
_MOST_INDENT = 16
_INDENTED = re.compile(rf"\n {{{_MOST_INDENT},}}+")
_BLANK_LINES = re.compile(r"\n{3,}")
_VOID = frozenset(
    ("area", "base", "br", "col", "embed", "hr", "img", "input", "link", "meta", "param", "source", "track", "wbr")
)
_CLOSES_ITSELF = frozenset(("p", "li", "td", "th", "tr", "dt", "dd", "option", "thead", "tbody", "tfoot"))
# Tables lay out newsletters; drawn as tables they would be padded without end.
_AS = dict.fromkeys(("table", "tbody", "thead", "tfoot", "tr", "center", "form", "fieldset"), "div")
_AS |= {"td": "span", "th": "span"}
_CELLS = frozenset(("td", "th"))
_ENDS_LINE = frozenset(
    ("br", "p", "div", "tr", "li", "h1", "h2", "h3", "h4", "h5", "h6", "blockquote", "pre", "ul", "ol", "table", "hr")
)
# How mailers indent; a quotation has a bar on its left, or says that it is one.
_INDENT = re.compile(r"border(?:-[a-z]{1,9})?\s*+:\s*+(?:none|0|medium none)", re.IGNORECASE)
_QUOTATION = re.compile(r"border-left\s*+:\s*+(?!none|0|medium none)|type\s*=\s*.?cite|gmail_quote", re.IGNORECASE)
_HIDDEN = re.compile(r"display\s*:\s*none", re.IGNORECASE)
_PRE = re.compile(r"white-space\s*:\s*pre", re.IGNORECASE)
_STYLE_WITHIN = 2_000


def html_to_text(html: str) -> str:
    """Read HTML as text; what is too long, too deep or broken beyond repair is read by leaving out its tags."""
    html = html.replace(_OPEN, "").replace(_CLOSE, "").replace("\0", "")
    if len(html) > LONGEST or _depth(html) > DEEPEST:
        return _tidy(_stripped(html))
    # Heavy to import, and most mail has a text part.
    from inscriptis import get_text
    from inscriptis.css_profiles import STRICT_CSS_PROFILE
    from inscriptis.model.config import ParserConfig

    try:
        text = get_text(_TAG.sub(_PlainTags(), html), ParserConfig(css=STRICT_CSS_PROFILE))
    except (ValueError, SyntaxError, RecursionError):  # lxml's ParserError is a SyntaxError
        return _tidy(_stripped(html))
    return _tidy(_with_quotes(text) if text.strip() else _stripped(html))


def _depth(html: str) -> int:
    """How deep elements may nest, at most: a closing tag counts only where its own element is open."""
    open_now: dict[str, int] = {}
    depth = deepest = 0
    for match in _TAG.finditer(html):
        name = match[2].lower()
        if name in _VOID or name in _CLOSES_ITSELF:
            continue
        if not match[1]:
            open_now[name] = open_now.get(name, 0) + 1
            depth += 1
            deepest = max(deepest, depth)
        elif open_now.get(name):
            open_now[name] -= 1
            depth -= 1
    return deepest


class _PlainTags:
    """Rewrites tags without attributes: margins and widths are only good for making text grow."""

    def __init__(self) -> None:
        self.quotes: list[bool] = []  # the open blockquotes; one that only indents is no quotation

    def __call__(self, match: re.Match[str]) -> str:
        closing, name, rest = match[1], match[2].lower(), match[3][:_STYLE_WITHIN]
        if name == "blockquote":
            return self._close() if closing else self._open(rest)
        if closing:
            return f"</{_AS.get(name, name)}>"
        style = "display:none" if _HIDDEN.search(rest) else "white-space:pre" if _PRE.search(rest) else ""
        attributes = f' style="{style}"' if style else ""
        return f"{' ' if name in _CELLS else ''}<{_AS.get(name, name)}{attributes}>"

    def _open(self, rest: str) -> str:
        self.quotes.append(_INDENT.search(rest) is None or _QUOTATION.search(rest) is not None)
        return f"<div><div>{_OPEN}</div>" if self.quotes[-1] else "<div>"

    def _close(self) -> str:
        return f"<div>{_CLOSE}</div></div>" if self.quotes and self.quotes.pop() else "</div>"


def _with_quotes(text: str) -> str:
    depth = 0
    lines = []
    for line in text.split("\n"):
        bare = line.strip()
        if bare == _OPEN:
            depth += 1
        elif bare == _CLOSE:
            depth = max(0, depth - 1)
        else:
            line = line.replace(_OPEN, "").replace(_CLOSE, "")
            lines.append(">" * depth + (" " if line and not line.startswith(">") else "") + line if depth else line)
    return "\n".join(lines)


def _stripped(html: str) -> str:
    """Leave out the tags, in time linear in the text."""
    text = _TAG.sub(lambda match: "\n" if match[2].lower() in _ENDS_LINE else "", _without_unread(html))
    return unescape(_HUGE_NUMBER.sub("", _ANY_TAG.sub("", text)))


def _without_unread(html: str) -> str:
    """Leave out comments, scripts and styles; one that is never closed stays."""
    kept = []
    at = 0
    never_closed: set[str] = set()
    lower = html.lower()
    for match in _UNREAD.finditer(lower):
        name = match[1]
        if match.start() < at or name in never_closed:
            continue
        closing = "-->" if name == "!--" else f"</{name}"
        end = lower.find(closing, match.end())
        if end == -1:
            never_closed.add(name)
            continue
        kept.append(html[at : match.start()])
        at = end + len(closing)
    return "".join(kept) + html[at:]


def _tidy(text: str) -> str:
    lines = "\n".join(line.rstrip() for line in text.replace("\xa0", " ").split("\n"))
    return _BLANK_LINES.sub("\n\n", _INDENTED.sub("\n" + " " * _MOST_INDENT, lines)).strip("\n")
