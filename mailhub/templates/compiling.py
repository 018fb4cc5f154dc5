"""One file of a template, from its text to segments: what a person's mail is filled from.

The order is fixed: the front matter, the lexer, then Markdown or MJML over marks, then each mark's place in what came
out. Everything that is wrong is remarked with its line; nothing that is wrong is ever compiled.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from html import escape
from pathlib import Path

from mailhub.errors import BadInput
from mailhub.templates import checking, controls, expressions, layouts, looks, markdown, places, plain, whole, written
from mailhub.templates.checking import Names
from mailhub.templates.controls import Assembly
from mailhub.templates.definition import Head, Line, VarType
from mailhub.templates.expressions import BadExpression, End, For, If, Tag
from mailhub.templates.lexer import Cut, Lexed, lex
from mailhub.templates.markdown import Part
from mailhub.templates.places import Place
from mailhub.templates.plain import Block
from mailhub.templates.remarks import Remarks
from mailhub.templates.segments import Constant, Context, Segment, Segments, Slot

FOOTER = expressions.Name("footer")  # the two last lines; its value is HTML of ours
Markup = str | Place | Segments  # HTML with what stands in it
_PRESSABLE = (VarType.LINK, VarType.ADDRESS)


@dataclass(frozen=True, slots=True)
class Compiled:
    """A template in one language, ready to be filled."""

    name: str
    language: str
    head: Head
    subject: Segments
    preheader: Segments
    text: Segments
    html: Segments
    blocks: tuple[Block, ...] = ()  # its words with their lines, for whoever reads them with rules
    slots: tuple[tuple[str, Segment], ...] = field(init=False, repr=False, compare=False)  # what differs, by its name

    def __post_init__(self) -> None:
        parts = (("s", self.subject), ("t", self.text), ("h", self.html))
        places = ((f"{letter}{place}", each) for letter, part in parts for place, each in enumerate(part))
        object.__setattr__(self, "slots", tuple(p for p in places if not is_common(p[1])))


def is_footer(segment: Segment) -> bool:
    """Whether the two last lines stand here."""
    return isinstance(segment, Slot) and segment.value == FOOTER


def is_common(segment: Segment) -> bool:
    """Whether this is the same in every copy of a mailing."""
    return isinstance(segment, Constant) or is_footer(segment)


@dataclass(frozen=True, slots=True)
class _Body:
    html: Segments
    text: Segments
    blocks: tuple[Block, ...]


def compiled(text: str, name: str, language: str, site_content: Path | None, remarks: Remarks) -> Compiled:
    """Compile one file. Raises BadContent with everything that is wrong."""
    source = written.read(text, remarks)
    head, names = source.head, Names.of(source.head.vars)
    lines = {key: _line(getattr(head, key), names, remarks) for key in ("subject", "preheader", "author", "answer")}
    if remarks.file.endswith(".mjml"):
        body = _whole(source, language, names, lines, remarks)
        html = body.html
    else:
        body = _page(source, names, remarks)
        html = _in_layout(head, language, lines, body.html, site_content, remarks)
    remarks.check()
    above, below = (_paragraph(lines[key][0]) for key in ("author", "answer"))
    return Compiled(
        name, language, head, lines["subject"][0], lines["preheader"][0],
        text=_joined((*above, *body.text, *below)), html=_joined(html), blocks=body.blocks,
    )  # fmt: skip


def _line(line: Line, names: Names, remarks: Remarks) -> tuple[Segments, Segments]:
    """A text of the front matter, as plain words and as HTML."""
    lexed = lex(line.text, remarks, line.line)
    for cut in lexed.cuts:
        if cut.is_tag:
            remarks.error(line.line, "a control tag cannot stand here", "use it in the text below")
            return (), ()
    words: list[Segment] = []
    for piece in lexed.split(lexed.text):
        words += _slot(Place(piece, Context.SUBJECT), names, remarks) if isinstance(piece, Cut) else [Constant(piece)]
    html = [each for piece in places.find(escape(lexed.text), lexed) for each in _leaf(piece, names, remarks)]
    return tuple(words), tuple(html)


def _page(source: written.Source, names: Names, remarks: Remarks) -> _Body:
    """A body of Markdown."""
    lexed = lex(source.body, remarks, source.body_line)
    tags = controls.read(lexed, remarks)
    remarks.check()
    page = markdown.read(lexed, tags, remarks, source.body_line)
    html = [piece for each in page.pieces for piece in _html_pieces(each, lexed)]
    blocks = [piece for each in page.pieces for piece in _plain_pieces(each)]
    around = {mark: (f"<{name}>\n", f"</{name}>\n") for mark, name in page.lists.items()}
    return _built(html, blocks, around, dict.fromkeys(around, ("", "\n")), lexed, tags, names, remarks)


def _whole(
    source: written.Source,
    language: str,
    names: Names,
    lines: Mapping[str, tuple[Segments, Segments]],
    remarks: Remarks,
) -> _Body:
    """A body of MJML."""
    head = source.head
    for key in ("layout", "author", "answer"):
        if getattr(head, key).text:
            remarks.error(getattr(head, key).line, f'"{key}" is for Markdown', "say it in the MJML instead")
    lexed = lex(source.body, remarks, source.body_line, strays=False)
    tags = controls.read(lexed, remarks)
    remarks.check()
    read = whole.read(lexed, language, remarks, source.body_line)
    for fault in looks.faults(lexed.shown(lexed.text)):
        remarks.error(source.body_line + fault.line - 1, fault.what, fault.cure)
    remarks.check()
    known = {
        "title": lines["subject"][1],
        "preheader": lines["preheader"][1],
        "footer": (Slot(FOOTER, Context.MARKUP),),
    }
    html = [known.get(p.cut.source, p) if isinstance(p, Place) else p for p in places.find(read.html, lexed)]
    return _built(html, read.pieces, {}, {}, lexed, tags, names, remarks)


def _built(
    html: Sequence[Markup],
    blocks: Sequence[Block | Cut],
    around_html: Mapping[str, tuple[str, str]],
    around_text: Mapping[str, tuple[str, str]],
    lexed: Lexed,
    tags: Mapping[str, Tag],
    names: Names,
    remarks: Remarks,
) -> _Body:
    _check_marks(html, lexed, tags, remarks)
    remarks.check()
    pieces = [each.cut if isinstance(each, Place) and each.cut.is_tag else each for each in html]
    in_html = Assembly[Markup](tags, remarks, lambda each, known: _leaf(each, known, remarks), around_html)
    in_text = Assembly[Block](tags, remarks, lambda each, _: plain.segments(each, lexed), around_text)
    return _Body(
        in_html.build(pieces, names),
        in_text.build(blocks, names),
        tuple(replace(each, words=lexed.shown(each.words)) for each in blocks if isinstance(each, Block)),
    )


def _check_marks(pieces: Sequence[Markup], lexed: Lexed, tags: Mapping[str, Tag], remarks: Remarks) -> None:
    """Every placeholder is in what came out, and every block begins and ends in the same element."""
    met = [each for each in pieces if isinstance(each, Place)]
    there = {each.cut.mark for each in met if not (each.cut.is_tag and each.wrong)}
    for cut in lexed.cuts:
        if cut.mark in there or cut.source in whole.PLACES:
            continue
        if cut.is_tag:
            remarks.error(
                cut.line, "this tag stands inside a list, a quotation or code", "put it round the whole of it"
            )
        else:
            remarks.error(cut.line, "this placeholder goes lost here", "put it where words stand")
    inside: list[int] = []
    for place in met:
        tag = tags.get(place.cut.mark)
        if tag is None or remarks.errors:
            continue
        if isinstance(tag, If | For):
            inside.append(place.within)
        elif place.within != (inside.pop() if isinstance(tag, End) else inside[-1]):
            what = "this tag and the one that opens its block stand in different elements"
            remarks.error(place.cut.line, what, "put both round whole sections, columns or paragraphs")


def _html_pieces(each: Part | Cut, lexed: Lexed) -> Iterator[str | Place]:
    if isinstance(each, Cut):
        yield Place(each)
    else:
        for piece in places.find(each.html, lexed):
            if not isinstance(piece, Place) or not piece.cut.is_tag:  # in code it would be words
                yield piece


def _plain_pieces(each: Part | Cut) -> Iterator[Block | Cut]:
    if isinstance(each, Cut):
        yield each
    else:
        yield from each.blocks


def _leaf(piece: Markup, names: Names, remarks: Remarks) -> Sequence[Segment]:
    """Segments of a piece of HTML."""
    if isinstance(piece, str):
        return [Constant(piece)]
    return _slot(piece, names, remarks) if isinstance(piece, Place) else piece


def _slot(place: Place, names: Names, remarks: Remarks) -> list[Segment]:
    cut, context = place.cut, place.context
    try:
        value = expressions.value(cut.source)
        kind = checking.placeholder(value, names)
    except BadExpression as bad:
        remarks.error(cut.line, bad.what, bad.cure)
        return []
    if place.wrong:
        remarks.error(
            cut.line, f"a placeholder cannot stand in {place.wrong}", "write it out there, or use a link variable"
        )
    if context is Context.URL and kind is not VarType.LINK:
        cure = "declare it with type: link, or write the link out before it"
        remarks.error(cut.line, f'"{cut.source}" begins a link and is not one', cure)
    if context is Context.TEXT and kind in _PRESSABLE and not place.in_link:
        context = Context.PRESSABLE
    return [Slot(value, context)]


def _in_layout(
    head: Head,
    language: str,
    lines: Mapping[str, tuple[Segments, Segments]],
    body: Segments,
    site_content: Path | None,
    remarks: Remarks,
) -> Segments:
    """The whole HTML: the layout with everything in its places."""
    try:
        layout = layouts.compiled(head.layout.text or written.DEFAULT_LAYOUT, site_content)
    except BadInput as bad:
        remarks.error(
            head.layout.line, str(bad).partition(";")[0], f"write one of: {', '.join(layouts.known(site_content))}"
        )
        return ()
    filled: dict[str, Segments] = {
        **{key: html for key, (_, html) in lines.items()},
        "title": lines["subject"][1],
        "language": (Constant(language),),
        "body": body,
        "footer": (Slot(FOOTER, Context.MARKUP),),
    }
    for key in ("author", "answer"):
        line: Line = getattr(head, key)
        if line.text and key not in layout.parts[1::2]:
            remarks.error(line.line, f'the layout has no place for "{key}"', 'write "layout: post"')
    parts = [filled.get(part, ()) if place % 2 else (Constant(part),) for place, part in enumerate(layout.parts)]
    return tuple(segment for part in parts for segment in part)


def _paragraph(words: Segments) -> Segments:
    """A line of the front matter as a paragraph of the plain text."""
    plain_words = tuple(Slot(each.value, Context.PLAIN) if isinstance(each, Slot) else each for each in words)
    return (plain.paragraph(plain_words),) if words else ()


def _joined(segments: Segments) -> Segments:
    """Neighbouring constants as one."""
    joined: list[Segment] = []
    for segment in segments:
        last = joined[-1] if joined else None
        if isinstance(segment, Constant) and isinstance(last, Constant):
            joined[-1] = Constant(last.text + segment.text)
        elif segment != Constant(""):
            joined.append(segment)
    return tuple(joined)
