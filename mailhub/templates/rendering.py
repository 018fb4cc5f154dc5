"""A compiled template filled for one person; and cut into the slots of a frame, for thousands. Pure.

Both give the same words: `render` joins what the frame's slots are filled with.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache

from mailhub.language import one_line
from mailhub.mail.frame import Context as FrameContext
from mailhub.mail.frame import Slot as FrameSlot
from mailhub.mail.frame import Text
from mailhub.templates import prose
from mailhub.templates.compiling import FOOTER, Compiled, is_footer
from mailhub.templates.segments import Constant, Segments, fill
from mailhub.templates.values import checked

CUT = "-- \n"  # RFC 3676 section 4.3
FOOTER_TEXT, FOOTER_HTML = "footer", "html_footer"  # slots of the two last lines


@dataclass(frozen=True, slots=True)
class Rendered:
    """One person's mail."""

    subject: str
    preheader: str
    text: str
    html: str


@dataclass(frozen=True, slots=True)
class Framed:
    """A template as a frame takes it, constants with slots between; `slots` says what fills each."""

    subject: tuple[str | FrameSlot, ...]
    text: Text
    html: Text


def render(template: Compiled, values: Mapping[str, object], footer: str = "") -> Rendered:
    """The mail for these values. Raises BadValue where one is missing or does not fit; `footer` is two plain lines."""
    known = _known(template, values, footer)
    text = fill(template.text, known, template.language)
    return Rendered(
        subject=one_line(fill(template.subject, known, template.language)),
        preheader=one_line(fill(template.preheader, known, template.language)),
        text=f"{text}{CUT}{footer}" if footer else text.rstrip("\n") + "\n",
        html=fill(template.html, known, template.language),
    )


def framed(template: Compiled) -> Framed:
    """The template for `compose.text_frame`: everything that differs from person to person is a slot."""
    footer_slot = FrameSlot(FOOTER_TEXT, FrameContext.TEXT)
    return Framed(
        subject=_pieces("s", template.subject, FrameContext.WORDS),
        text=(*_pieces("t", template.text, FrameContext.TEXT), CUT, footer_slot),
        html=_pieces("h", template.html, FrameContext.MARKUP),
    )


def slots(template: Compiled, values: Mapping[str, object], footer: str) -> dict[str, str]:
    """What one person's copy has in the slots of `framed`. Raises BadValue as `render` does."""
    known, language = _known(template, values, footer), template.language
    found = {FOOTER_TEXT: footer, FOOTER_HTML: str(known[FOOTER.path])}
    for name, segment in template.slots:
        words = fill((segment,), known, language)
        found[name] = one_line(words) if name[0] == "s" else words
    return found


def _known(template: Compiled, values: Mapping[str, object], footer: str) -> dict[str, object]:
    return {**checked(template.head.vars, values), FOOTER.path: _in_html(footer)}


@lru_cache(maxsize=500)
def _in_html(footer: str) -> str:
    """The two last lines, which are the same in many mails."""
    return "<br>".join(prose.inline(line) for line in footer.splitlines())


def _pieces(letter: str, segments: Segments, context: FrameContext) -> tuple[str | FrameSlot, ...]:
    made: list[str | FrameSlot] = []
    for place, segment in enumerate(segments):
        if isinstance(segment, Constant):
            made.append(segment.text)
        else:
            made.append(FrameSlot(FOOTER_HTML if is_footer(segment) else f"{letter}{place}", context))
    return tuple(made)
