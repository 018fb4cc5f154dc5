"""The one sanitiser: the HTML of a mail as a page of ours may show it (S-12). Pure.

An allow-list decides; everything else is left out. What a mail may ask of a browser is nothing: no script, no picture
from elsewhere (S-13), no form, no name that could stand for one of the page's. What would cost too much to show comes
as plain text.
"""

import html as entities
import re
from collections.abc import Callable, Mapping
from urllib.parse import unquote

import nh3

from mailhub.mail.markup import html_to_text

LONGEST = 512 * 1024  # characters, coming and going
MOST_TAGS = 20_000
DEEPEST = 100  # elements within elements, in what is shown
LONGEST_TEXT = 64 * 1024  # characters of what is shown as plain text instead

TAGS = frozenset(
    "a abbr b big blockquote br caption cite code col colgroup dd del dfn div dl dt em h2 h3 h4 h5 h6 hr i img ins kbd "  # noqa: SIM905
    "li mark ol p pre q s samp small span strike strong sub sup table tbody td tfoot th thead tr tt u ul var".split()
)
REL = "noopener noreferrer nofollow ugc"  # what members wrote leads where they say; the page vouches for none of it
SCHEMES = frozenset({"http", "https", "mailto", "cid"})

# Their words are no words: they go with what they hold.
_WITHOUT = frozenset(
    "applet audio embed frameset head iframe math noembed noframes noscript object option plaintext script select "  # noqa: SIM905
    "style svg template textarea title video xmp".split()
)
_NUMBER = re.compile(r"[0-9]{1,3}")
_COLOUR = re.compile(r"#[0-9a-f]{3,8}|[a-z]{3,20}|rgba?\([0-9., %]{5,30}\)", re.IGNORECASE)
_LANGUAGE = re.compile(r"[a-zA-Z]{2,3}(-[a-zA-Z0-9]{2,8}){0,3}")
_SIDE = re.compile(r"left|right|center|justify", re.IGNORECASE)
_LEVEL = re.compile(r"top|middle|bottom|baseline", re.IGNORECASE)
_LINK = re.compile(r"(?:https?://|mailto:)[^\s<>]{1,2000}", re.IGNORECASE)
_BROKEN = re.compile(r"[\t\r\n]+")  # by a line of the mail
_CELL = {"colspan": _NUMBER, "rowspan": _NUMBER, "align": _SIDE, "valign": _LEVEL, "bgcolor": _COLOUR}
_VALUES: Mapping[str, Mapping[str, re.Pattern[str]]] = {
    "*": {"lang": _LANGUAGE, "dir": re.compile(r"ltr|rtl|auto", re.IGNORECASE)},
    "img": {"width": re.compile(r"[0-9]{1,4}"), "height": re.compile(r"[0-9]{1,4}")},
    "ol": {"start": _NUMBER, "type": re.compile(r"[1aAiI]")},
    "li": {"value": _NUMBER},
    "col": {"span": _NUMBER},
    "td": _CELL,
    "th": _CELL,
    "tr": {"bgcolor": _COLOUR},
    "table": {"bgcolor": _COLOUR},
    **{tag: {"align": _SIDE} for tag in ("div", "p", "h2", "h3", "h4", "h5", "h6")},
}
_STYLES: Mapping[str, re.Pattern[str]] = {
    "color": _COLOUR,
    "background-color": _COLOUR,
    "background": _COLOUR,
    "font-weight": re.compile(r"bold|bolder|normal|[1-9]00"),
    "font-style": re.compile(r"italic|oblique|normal"),
    "text-align": _SIDE,
    "text-decoration": re.compile(r"underline|line-through|none"),
    "white-space": re.compile(r"pre-wrap|pre-line"),
    "display": re.compile("none"),  # what the author's program hides stays hidden
}
_ATTRIBUTES = {tag: {*names, "style"} for tag, names in _VALUES.items()}
_ATTRIBUTES |= {"a": {"href", "title"}, "img": {"src", "alt", "width", "height"}, "abbr": {"title"}}

# Named otherwise before they are parsed: the page has the only h1, and font and center are markup of the nineties.
_RENAMED = re.compile(r"<(/?)(h1|font|center)(?=[\s/>])", re.IGNORECASE)
_AS = {"h1": "h2", "font": "span", "center": "div"}
# A parser opens all of these again in each paragraph that follows, if they differ: thousands times thousands.
_REOPENED = re.compile(r"<(b|big|code|em|i|nobr|s|small|strike|strong|tt|u)[\s/][^>]*+>", re.IGNORECASE)
_UNENDED = re.compile(r"<[a-zA-Z/!?]")
_PIECE = re.compile(r"(<[^>]*>)")
_NO_SOURCE = re.compile(r'<img(?![^>]* src=")(?:[^>]* alt="([^"]*)")?[^>]*>')
_LEADS = re.compile(r'(<a(?: title="[^"]*")?) href="')
_VOID = frozenset({"br", "col", "hr", "img"})


def sanitise(html: str, *, pictures: Mapping[str, str] | None = None, words: Callable[[str], str] = str) -> str:
    """The HTML a page may hold. `pictures` says where the mail's own pictures are, by their Content-ID; others leave
    their description. `words` changes what is read; a link it would change is no link any more."""
    html = html.replace("\0", "")
    if len(html) <= LONGEST and html.count("<") <= MOST_TAGS:
        clean = _texts(_finished(_cleaned(_tamed(html), pictures or {}, words)), words)
        if len(clean) <= LONGEST and _depth(clean) <= DEEPEST:
            return clean
    text = words(html_to_text(html))[:LONGEST_TEXT]
    return f"<pre>{entities.escape(text, quote=False)}</pre>"


def _tamed(html: str) -> str:
    """Without what makes a parser's work grow faster than its input."""
    end = html.rfind(">") + 1
    inner = _RENAMED.sub(lambda found: f"<{found[1]}{_AS[found[2].lower()]}", html[:end])
    return _REOPENED.sub(r"<\1>", inner) + _UNENDED.split(html[end:], maxsplit=1)[0]


def _cleaned(html: str, pictures: Mapping[str, str], words: Callable[[str], str]) -> str:
    places = frozenset(pictures.values())

    def keep(tag: str, name: str, value: str) -> str | None:
        if name == "href":
            value = _BROKEN.sub("", value.strip())
            return value if _LINK.fullmatch(value) and words(plain := unquote(value)) == plain else None
        if name == "src":
            return value if value in places else pictures.get(unquote(value[4:])) if value[:4] == "cid:" else None
        if name in ("alt", "title"):
            return words(value).replace("<", "‹").replace(">", "›")
        return _style(value) if name == "style" else _allowed(tag, name, value)

    return nh3.clean(
        html,
        tags=set(TAGS),
        clean_content_tags=set(_WITHOUT),
        attributes=_ATTRIBUTES,
        attribute_filter=keep,
        link_rel=None,  # set below: where it stands must not depend on what was there
        url_schemes=set(SCHEMES),
        url_relative=lambda address: address if address in places else None,
    )


def _allowed(tag: str, name: str, value: str) -> str | None:
    shape = _VALUES.get(tag, {}).get(name) or _VALUES["*"].get(name)
    return value.strip() if shape is not None and shape.fullmatch(value.strip()) else None


def _style(value: str) -> str | None:
    """The declarations a page bears: colours and the manner of letters, never a place or an address."""
    kept: dict[str, str] = {}
    for declaration in value[:2000].split(";"):
        name, _, said = (part.strip().lower() for part in declaration.partition(":"))
        said = said.removesuffix("!important").strip()
        if name in _STYLES and _STYLES[name].fullmatch(said):
            kept["background-color" if name == "background" else name] = said
    return "; ".join(f"{name}: {said}" for name, said in kept.items()) or None


def _finished(clean: str) -> str:
    """What describes a picture stands where it was; links say that we do not vouch for them."""
    clean = _NO_SOURCE.sub(lambda found: found[1] or "", clean)
    return _LEADS.sub(rf'\1 rel="{REL}" href="', clean)


def _texts(clean: str, words: Callable[[str], str]) -> str:
    pieces = _PIECE.split(clean)
    pieces[::2] = [entities.escape(words(entities.unescape(piece)), quote=False) for piece in pieces[::2]]
    return "".join(pieces)


def _depth(clean: str) -> int:
    depth = deepest = 0
    for tag in _PIECE.findall(clean):
        if tag.startswith("</"):
            depth -= 1
        elif tag[1:-1].partition(" ")[0] not in _VOID:
            depth += 1
            deepest = max(deepest, depth)
    return deepest
