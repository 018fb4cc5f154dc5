"""The new words of a mail, told apart from what it quotes and signs; nothing is lost, only folded away."""

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from enum import StrEnum
from itertools import groupby

from mailhub.mail.attribution import (
    MOST_LINES,
    Strength,
    attribution,
    header_block,
    is_forward_line,
    is_original_line,
    may_announce,
)
from mailhub.mail.signature import is_device_line, signature_start

_LINES_LOOKED_AT = 4_000  # of a text are looked at; what follows is taken as what it follows
_MOST_CHARACTERS = 200_000
_BLANKS_AFTER_ATTRIBUTION = 2
_LONG_QUOTED_LINE = 60
_RULE = re.compile(r"[ \t]{0,3}[-_*=]{3,}[ \t]*$")
_MARK = re.compile(r"[ \t]{0,3}(?:[A-Za-z]{0,12}>|\|(?: |$))")


class Kind(StrEnum):
    """What a line of a mail is."""

    NEW = "new"
    QUOTED = "quoted"
    SIGNATURE = "signature"


@dataclass(frozen=True, slots=True)
class Span:
    """The lines from `start` up to `end`, all of one kind; the spans of a text hold every line once."""

    kind: Kind
    start: int
    end: int


@dataclass(frozen=True, slots=True)
class Folded:
    """A text taken apart; `new` is what the group reads."""

    new: str
    quoted: str
    signature: str
    spans: tuple[Span, ...]


def fold(text: str, *, forwarded: bool = False, quote_from: int | None = None) -> Folded:
    """Take a plain text apart; with `forwarded` (its subject says so) a copied header begins content, not a quote.

    `quote_from`: a line from which all is known to be a quote, but for what is written between lines marked as such."""
    lines = text.split("\n")
    kinds = _Reading(_looked_at(lines), forwarded, quote_from).kinds()
    rest = Kind.QUOTED if kinds and kinds[-1] is Kind.QUOTED else Kind.NEW
    kinds += [rest] * (len(lines) - len(kinds))
    spans = tuple(_spans(kinds))
    new, quoted, signature = (_joined(lines, spans, kind) for kind in Kind)
    return Folded(new, quoted, signature, spans)


def _looked_at(lines: list[str]) -> list[str]:
    size = 0
    for place, line in enumerate(lines[:_LINES_LOOKED_AT]):
        size += len(line) + 1
        if size > _MOST_CHARACTERS:
            return lines[:place]
    return lines[:_LINES_LOOKED_AT]


def _spans(kinds: list[Kind]) -> Iterator[Span]:
    place = 0
    for kind, run in groupby(kinds):
        size = sum(1 for _ in run)
        yield Span(kind, place, place + size)
        place += size


def _joined(lines: list[str], spans: tuple[Span, ...], kind: Kind) -> str:
    pieces = ("\n".join(lines[span.start : span.end]).strip("\n") for span in spans if span.kind is kind)
    return "\n\n".join(piece.rstrip() for piece in pieces if piece.strip())


@dataclass(slots=True)
class _Reading:
    lines: list[str]
    forwarded: bool
    quote_from: int | None = None
    marks: list[Kind] = field(default_factory=list)
    loose: list[tuple[int, int]] = field(default_factory=list)  # ">" lines that nobody announced
    is_sure: bool = False  # something said clearly that a quote follows
    has_words: bool = False  # of the writer's, so far

    def kinds(self) -> list[Kind]:
        self.marks = [Kind.NEW] * len(self.lines)
        self._find_quotes()
        self._settle_loose()
        self._find_signatures()
        if not self.is_sure and not self._has_new():
            return [Kind.NEW] * len(self.lines)
        return self.marks

    def _find_quotes(self) -> None:
        at = 0
        while at < len(self.lines):
            line = self.lines[at]
            if at == self.quote_from and self.has_words and not _is_quoted(line):
                at = self._fold_away(self._rule_above(at), self._first_marked(at))
                continue
            if is_forward_line(line):
                self.has_words = True
                return
            if _is_quoted(line):
                end = self._block_end(at, _is_quoted)
                if not is_forward_line(line.lstrip("> ")):
                    self.loose.append((at, end))
                at = end
            elif line.strip():
                at = self._announced(at)
            else:
                at += 1

    def _announced(self, at: int) -> int:
        """Fold what an attribution or a copied header here announces; say where to read on."""
        whole = len(self.lines)
        if not may_announce(self.lines[at]):
            self.has_words = self.has_words or not _RULE.match(self.lines[at])
            return at + 1
        if is_original_line(self.lines[at]) or header_block(self.lines, at):
            if self.has_words and not self.forwarded:
                self._fold_away(self._rule_above(at), whole)
            self.has_words = True
            return whole
        count, strength = attribution(self.lines, at)
        quote = self._next_words(at + count)
        if strength is not Strength.NONE and quote is not None and _MARK.match(self.lines[quote]):
            end = self._block_end(quote, _is_quoted if _is_quoted(self.lines[quote]) else _is_marked)
            return self._fold_away(at, end)
        if strength is Strength.SURE:
            # Not marked line by line: with words above it is all a quote; with none, the words below may be an answer.
            return self._fold_away(self._rule_above(at), whole if self.has_words else at + count)
        self.has_words = self.has_words or not _RULE.match(self.lines[at])
        return at + max(count, 1)

    def _fold_away(self, start: int, end: int) -> int:
        self.marks[start:end] = [Kind.QUOTED] * (end - start)
        self.is_sure = True
        return end

    def _first_marked(self, at: int) -> int:
        """The next line with a mark of its own; the end where none has."""
        return next((n for n in range(at, len(self.lines)) if _is_quoted(self.lines[n])), len(self.lines))

    def _block_end(self, start: int, is_quoted: Callable[[str], bool]) -> int:
        """Where the quoted lines from here end; blank lines between two of them belong to them."""
        end = place = start
        while place < len(self.lines):
            line = self.lines[place]
            if is_quoted(line) or self._is_wrapped(place, is_quoted):
                end = place + 1
            elif line.strip():
                break
            place += 1
        return end

    def _is_wrapped(self, place: int, is_quoted: Callable[[str], bool]) -> bool:
        """Whether a line is the rest of a long quoted one that some program broke, so that the sentence goes on."""
        if not 0 < place < len(self.lines) - 1:
            return False
        before, line, after = self.lines[place - 1 : place + 2]
        goes_on = len(before) >= _LONG_QUOTED_LINE and before.rstrip()[-1:] not in ".?!:" and line[:1].islower()
        return goes_on and is_quoted(before) and is_quoted(after)

    def _next_words(self, at: int) -> int | None:
        for place in range(at, min(at + _BLANKS_AFTER_ATTRIBUTION + 1, len(self.lines))):
            if self.lines[place].strip():
                return place
        return None

    def _rule_above(self, at: int) -> int:
        """Where the line begins that a program drew above the quote."""
        above = at - 1
        while above >= 0 and not self.lines[above].strip():
            above -= 1
        return above if above >= 0 and _RULE.match(self.lines[above]) else at

    def _settle_loose(self) -> None:
        """Fold unannounced ">" blocks, if words are left; a single such line in prose is prose."""
        self.is_sure = self.is_sure or any(self._is_announced_inside(start) for start, _ in self.loose)
        blocks = [(start, end) for start, end in self.loose if self.is_sure or self._looks_quoted(start, end)]
        before = list(self.marks)
        for start, end in blocks:
            self.marks[start:end] = [Kind.QUOTED] * (end - start)
        if not self.is_sure and not self._has_new():
            self.marks = before

    def _is_announced_inside(self, start: int) -> bool:
        """Whether a ">" block itself opens with an attribution, as some phones write it."""
        inside = [line.lstrip("> ") for line in self.lines[start : start + MOST_LINES]]
        return bool(inside[0]) and attribution(inside, 0)[1] is Strength.SURE

    def _looks_quoted(self, start: int, end: int) -> bool:
        """Several lines, and quoted once: `>>> ` is a prompt."""
        return end - start > 1 and any(not line.lstrip().startswith(">>") for line in self.lines[start:end])

    def _find_signatures(self) -> None:
        for span in list(_spans(self.marks)):
            if span.kind is Kind.NEW:
                start = signature_start(self.lines, span.start, span.end)
                if start + 1 < span.end and header_block(self.lines, start + 1):
                    start = span.end  # the rule above a copied header
                self.marks[start : span.end] = [Kind.SIGNATURE] * (span.end - start)
                for place in range(span.start, start):
                    if is_device_line(self.lines[place]):
                        self.marks[place] = Kind.SIGNATURE

    def _has_new(self) -> bool:
        pairs = zip(self.lines, self.marks, strict=True)
        return any(mark is Kind.NEW and line.strip() for line, mark in pairs)


def _is_quoted(line: str) -> bool:
    return line.startswith(">") or line[:4].lstrip().startswith(">")


def _is_marked(line: str) -> bool:
    """Quoted by initials (`AR> ...`) or by a bar, as some programs do; only believed below an attribution."""
    return _MARK.match(line) is not None
