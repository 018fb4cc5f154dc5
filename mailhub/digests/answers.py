"""Reads an answer to a letter: which of its words belong to which item. Pure.

People answer by a number, below a quoted item, by naming a conversation, or with plain words where there is one item.
What is not clear is said so: a wrong conversation is far worse than a question. No new word is lost: each is in one
piece, but for greetings, thanks and names.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace

from mailhub.digests import clauses, courtesies, echoes, markers, notices, numerals, quotes, titles
from mailhub.digests.clauses import Clause, Understood
from mailhub.digests.echoes import Run
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
    is_empty: bool = False  # nothing was written, not even thanks


@dataclass(frozen=True, slots=True)
class _People:
    """Words of the names that may stand in a greeting, or below an answer."""

    own: frozenset[str]
    others: frozenset[str]


def read(
    text: str,
    items: Sequence[Item],
    *,
    own_name: str = "",
    around: str = "",
    understood: Understood = clauses.nothing,
    only_words: bool = False,
) -> Reading:
    """Take an answer apart.

    `text` is the whole of it, with what it quotes; `around` are the letter's words about none of its items. Words that
    are `understood` need no guess whether the number before them counts something: «2 riprendi». A letter that wants
    `only_words` hears them in the midst of a line as well: «2 riprendi, 3 rifiuta: è lungo».
    """
    known = {item.number for item in items}
    people = _People(courtesies.names(own_name), courtesies.names(*(item.author for item in items)))
    found = quotes.Finder([(item.number, item.printed) for item in items], around)
    runs = echoes.runs(text, found)
    if not any(line.strip() for run in runs if run.kind is Kind.NEW for line in run.lines):
        return Reading((), is_empty=True)
    if len(known) == 1:
        return _only(runs, items[0], people)
    pieces: list[Piece] = []
    for lines, context, is_sure in _blocks(runs, found, people):
        pieces += _Block(items, known, people, understood, context, is_sure, only_words).read(lines)
    return Reading(_settled(pieces))


def choice(text: str, most: int) -> int | None:
    """The number somebody chose of a numbered list, 0 for none; None for anything but a number."""
    lines = [line for line in fold(text).new.splitlines() if line.strip()]
    lines = courtesies.without(lines, ())
    chosen = markers.alone(lines[0]) if len(lines) == 1 else None
    return chosen if chosen is not None and 0 <= chosen <= most else None


def _only(runs: Sequence[Run], item: Item, people: _People) -> Reading:
    """Whatever is new belongs to the one item; a number before it is only a habit."""
    new = "\n\n".join("\n".join(run.lines).strip("\n") for run in runs if run.kind is Kind.NEW)
    said = "\n".join(courtesies.without(notices.without(new.split("\n")), people.own, people.others)).strip()
    marker = markers.leading(said, {item.number})
    if marker is not None and marker.numbers == (item.number,) and not marker.is_doubtful:
        said = marker.rest
    elif not said:
        return Reading(())
    return Reading((Piece(said.strip(), (item.number,), "only", True),))


def _blocks(runs: Sequence[Run], found: quotes.Finder, people: _People) -> Iterable[tuple[list[str], int | None, bool]]:
    """Runs of new lines, each with the item quoted above it; under one trimmed quote, that of the quote below.

    Words within a quotation that no program marked are never sure: some programs add lines of their own.
    """
    new = [run for run in runs if run.kind is Kind.NEW and any(line.strip() for line in run.lines)]
    quoted = [line for run in runs if run.kind is Kind.QUOTED for line in run.lines]
    outside = [run for run in new if not run.is_inside] or new
    is_new = {id(run) for run in new}
    above: Sequence[str] = ()
    for run in runs:
        if run.kind is Kind.QUOTED:
            above = run.lines
        if id(run) not in is_new:
            continue
        context = found.just_above(above) if above else None
        if len(new) == 1 and context is None:
            context = found.only_one(quoted)
        first, last = run is outside[0] or run.is_inside, run is outside[-1] or run.is_inside
        lines = courtesies.without(notices.without(run.lines), people.own, people.others, first=first, last=last)
        yield lines, context, not run.is_inside


@dataclass(slots=True)
class _Block:
    """One run of new lines."""

    items: Sequence[Item]
    known: set[int]
    people: _People
    understood: Understood
    context: int | None
    is_sure: bool
    only_words: bool
    pieces: list[Piece] = field(default_factory=list)
    waiting: list[str] = field(default_factory=list)  # lines of the piece that is being read
    mark: Piece | None = None  # what they belong to
    listed: int | None = None  # the last number of a list that the waiting words announce

    def read(self, lines: Sequence[str]) -> list[Piece]:
        written_out = sum(markers.is_written_out(line, self.known) for line in lines[:MOST_LINES])
        for line in lines[:MOST_LINES]:
            self._line(numerals.plain(line), may_be_word=written_out > 1)
        self.waiting += lines[MOST_LINES:]
        self._close()
        return self.pieces

    def _line(self, line: str, *, may_be_word: bool) -> None:
        if self._is_listed(line):
            self.waiting.append(line)
            return
        named = [(item.number, item.title) for item in self.items]
        if (title := titles.alone(line, named)) is not None:
            self._open(Piece("", (title,), "title", True), "")
            return
        said = courtesies.without_address(line, {*self.people.own, *self.people.others})
        found = clauses.read(said, self.known, named, self.understood if self.only_words else clauses.nothing)
        for clause in found:
            mark = _mark(clause, self.known, self.understood, may_be_word)
            if self.context is not None and not (mark.is_sure and mark.items and clause.marker.rest):
                # Below a quotation «3 persone» and «3» speak of what is quoted, or must be asked about.
                self.waiting.append(line)
                return
            is_told = mark.items and not clause.marker.is_doubtful
            self._open(mark, clause.marker.rest if mark.is_sure or is_told else clause.marker.whole)
        if not found:
            self.waiting.append(line)

    def _is_listed(self, line: str) -> bool:
        """Whether a line is of a list the words above it announce with a colon: «porto:», "two things:"."""
        marker = markers.leading(line, self.known)
        above = next((one.strip() for one in reversed(self.waiting) if one.strip()), "")
        if self.listed is None and not (above.endswith(":") and not courtesies.is_opening(above)):
            return False
        is_next = marker is not None and marker.numbers == ((self.listed or 0) + 1,)
        is_bullet = line.lstrip().startswith(("-", "*", "•"))
        if is_next or is_bullet or not line.strip():
            self.listed = (self.listed or 0) + is_next
            return True
        self.listed = None
        return False

    def _open(self, mark: Piece, rest: str) -> None:
        self._close()
        self.mark, self.waiting = mark, [self._without_title(mark, rest)]

    def _without_title(self, mark: Piece, rest: str) -> str:
        """The words, unless they are just the title of what was numbered: «1. Cesoie»."""
        title = [(item.number, item.title) for item in self.items if (item.number,) == mark.items]
        return "" if rest and mark.is_sure and titles.alone(rest, title) is not None else rest

    def _close(self) -> None:
        said = "\n".join(self.waiting).strip()
        if self.mark is not None:
            self.pieces.append(replace(self.mark, text=said, is_sure=self.mark.is_sure and self.is_sure))
        elif said and not courtesies.is_opening(said):
            is_quoted = self.context is not None
            items = (self.context,) if self.context is not None else ()
            is_sure = is_quoted and self.is_sure and not said.strip(" .!?").isdigit()
            self.pieces.append(Piece(said, items, "quote" if is_quoted else "unknown", is_sure))
        self.mark, self.waiting, self.listed = None, [], None


def _mark(clause: Clause, known: set[int], understood: Understood, may_be_word: bool) -> Piece:
    marker = clause.marker
    here = tuple(number for number in marker.numbers if number in known)
    unknown = tuple(number for number in marker.numbers if number not in known)
    is_told = not marker.is_doubtful or (marker.is_word and may_be_word)
    is_told = is_told or all(understood(number, marker.rest) for number in here)
    is_sure = bool(here) and not unknown and is_told
    said = "title" if clause.is_title else "number" if here else "unknown"
    return Piece("", here, said, is_sure, unknown)


def _settled(pieces: Sequence[Piece]) -> tuple[Piece, ...]:
    """A number alone above words that have none is the number of those words: some write it on a line of its own."""
    settled: list[Piece] = []
    for piece in pieces:
        before = settled[-1] if settled else None
        if (
            before is not None
            and not before.text
            and before.said in ("number", "title")
            and piece.said == "unknown"
            and not piece.unknown
        ):
            settled[-1] = replace(before, text=piece.text)
        else:
            settled.append(piece)
    return tuple(settled)
