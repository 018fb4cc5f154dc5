"""Reads an answer to a letter: which of its words belong to which item. Pure.

People answer by a number, below a quoted item, by naming a conversation, or with plain words where there is one item.
What is not clear is said so: a wrong conversation is far worse than a question. No new word is lost: each is in one
piece, but for greetings, thanks and names.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace

from mailhub.digests import courtesies, markers, quotes, titles
from mailhub.digests.markers import Marker
from mailhub.mail.quoting import Kind, fold

MOST_LINES = 2_000  # new lines that are looked at; what follows belongs to the last piece


@dataclass(frozen=True, slots=True)
class Item:
    """One thing of a letter that has a number, as its reader saw it."""

    number: int
    title: str  # the name of its conversation
    group: str
    author: str
    printed: str  # its lines in the letter's text


@dataclass(frozen=True, slots=True)
class Piece:
    """Some words of the answer, and what they answer. A text may be empty: a number alone asks for the whole item."""

    text: str
    items: tuple[int, ...]
    said: str  # how it was found: number, quote, title, only, unknown
    is_sure: bool
    unknown: tuple[int, ...] = ()  # numbers named that the letter does not have


@dataclass(frozen=True, slots=True)
class Reading:
    """The pieces, in the order they were written."""

    pieces: tuple[Piece, ...]


@dataclass(frozen=True, slots=True)
class _People:
    """Words of the names that may stand in a greeting, or below an answer."""

    own: frozenset[str]
    others: frozenset[str]


def read(text: str, items: Sequence[Item], *, own_name: str = "") -> Reading:
    """Take an answer apart; `text` is the whole of it, with what it quotes."""
    known = {item.number for item in items}
    people = _People(courtesies.names(own_name), courtesies.names(*(item.author for item in items)))
    if len(known) == 1:
        return _only(text, items[0], people)
    found = quotes.Finder([(item.number, item.printed) for item in items])
    pieces: list[Piece] = []
    for lines, context in _blocks(text, found, people):
        pieces += _Block(items, known, context).read(lines)
    return Reading(_settled(pieces))


def choice(text: str, most: int) -> int | None:
    """The number somebody chose of a numbered list, 0 for none; None for anything but a number."""
    lines = [line for line in fold(text).new.splitlines() if line.strip()]
    lines = courtesies.without(lines, ())
    chosen = markers.alone(lines[0]) if len(lines) == 1 else None
    return chosen if chosen is not None and 0 <= chosen <= most else None


def _only(text: str, item: Item, people: _People) -> Reading:
    """Whatever is new belongs to the one item; a number before it is only a habit."""
    lines = courtesies.without(fold(text).new.split("\n"), people.own, people.others)
    said = "\n".join(lines).strip()
    marker = markers.leading(said, {item.number})
    if marker is not None and marker.numbers == (item.number,) and not marker.is_doubtful:
        said = marker.rest
    elif not said:
        return Reading(())
    return Reading((Piece(said.strip(), (item.number,), "only", True),))


def _blocks(text: str, found: quotes.Finder, people: _People) -> Iterable[tuple[list[str], int | None]]:
    """Runs of new lines, each with the item quoted above it; under one trimmed quote, that of the quote below."""
    lines, spans = text.split("\n"), fold(text).spans
    new = [
        span for span in spans if span.kind is Kind.NEW and any(line.strip() for line in lines[span.start : span.end])
    ]
    if not new:
        return
    last = new[-1]
    above: list[str] = []
    contexts = {}
    for span in spans:
        if span.kind is Kind.QUOTED:
            above = lines[span.start : span.end]
        elif span in new:
            contexts[span] = found.just_above(above) if above else None
    if len(new) == 1 and contexts[last] is None:
        quoted = [line for span in spans if span.kind is Kind.QUOTED for line in lines[span.start : span.end]]
        contexts[last] = found.only_one(quoted)
    for span in new:
        block = lines[span.start : span.end]
        is_first, is_last = span is new[0], span is last
        yield courtesies.without(block, people.own, people.others, first=is_first, last=is_last), contexts[span]


@dataclass(slots=True)
class _Block:
    """One run of new lines."""

    items: Sequence[Item]
    known: set[int]
    context: int | None
    pieces: list[Piece] = field(default_factory=list)
    waiting: list[str] = field(default_factory=list)  # lines of the piece that is being read
    mark: Piece | None = None  # what they belong to

    def read(self, lines: Sequence[str]) -> list[Piece]:
        written_out = sum(markers.is_written_out(line, self.known) for line in lines[:MOST_LINES])
        for line in lines[:MOST_LINES]:
            self._line(line, may_be_word=written_out > 1)
        self.waiting += lines[MOST_LINES:]
        self._close()
        return self.pieces

    def _line(self, line: str, *, may_be_word: bool) -> None:
        said = courtesies.without_greeting(line)
        clauses = markers.clauses(said, self.known)
        if clauses:
            for marker in clauses:
                self._open(_by_number(marker, self.known, may_be_word), marker.rest)
            return
        if (named := titles.leading(said, [(item.number, item.title) for item in self.items])) is not None:
            self._open(Piece("", named.numbers, "title", len(named.numbers) == 1), named.rest)
            return
        self.waiting.append(line)

    def _open(self, mark: Piece, rest: str) -> None:
        self._close()
        self.mark, self.waiting = mark, [rest]

    def _close(self) -> None:
        said = "\n".join(self.waiting).strip()
        if self.mark is not None:
            self.pieces.append(replace(self.mark, text=said))
        elif said and not courtesies.is_opening(said):
            is_quoted = self.context is not None
            items = (self.context,) if self.context is not None else ()
            self.pieces.append(Piece(said, items, "quote" if is_quoted else "unknown", is_quoted))
        self.mark, self.waiting = None, []


def _by_number(marker: Marker, known: set[int], may_be_word: bool) -> Piece:
    here = tuple(number for number in marker.numbers if number in known)
    unknown = tuple(number for number in marker.numbers if number not in known)
    is_sure = bool(here) and not unknown and (not marker.is_doubtful or (marker.is_word and may_be_word))
    return Piece("", here, "number" if here else "unknown", is_sure, unknown)


def _settled(pieces: Sequence[Piece]) -> tuple[Piece, ...]:
    """A number alone above words that have none is the number of those words: some write it on a line of its own."""
    settled: list[Piece] = []
    for piece in pieces:
        before = settled[-1] if settled else None
        if (
            before is not None
            and not before.text
            and before.said == "number"
            and piece.said == "unknown"
            and not piece.unknown
        ):
            settled[-1] = replace(before, text=piece.text)
        else:
            settled.append(piece)
    return tuple(settled)
