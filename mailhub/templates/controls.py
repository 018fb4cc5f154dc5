"""Puts tags and what stands between them together: which block ends where, and what may be named inside. Pure.

The tags of a file are read once; its HTML and its plain text are then built on the same tree.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Generic, TypeVar

from mailhub.templates import checking, expressions
from mailhub.templates.checking import Names
from mailhub.templates.expressions import BadExpression, Elif, Else, End, For, If, Tag, Test
from mailhub.templates.lexer import Cut, Lexed
from mailhub.templates.remarks import Remarks
from mailhub.templates.segments import Choice, Repeat, Segment, Segments

DEEPEST = 12  # blocks within one another

Piece = TypeVar("Piece")


@dataclass(frozen=True, slots=True)
class _Open:
    tag: If | For
    line: int
    has_else: bool = False


def read(lexed: Lexed, remarks: Remarks) -> Mapping[str, Tag]:
    """What each tag says, by its mark; every block is found closed, or that is remarked."""
    found: dict[str, Tag] = {}
    open_blocks: list[_Open] = []
    for cut in lexed.cuts:
        if not cut.is_tag:
            continue
        try:
            tag = expressions.tag(cut.source)
            _fit(tag, cut, open_blocks)
        except BadExpression as bad:
            remarks.error(cut.line, bad.what, bad.cure)
            return found  # whatever follows would be told wrong because of this one
        found[cut.mark] = tag
    for block in open_blocks:
        word = "if" if isinstance(block.tag, If) else "for"
        remarks.error(block.line, f'this "{word}" is never closed', f"write {{% end{word} %}} where it ends")
    return found


def _fit(tag: Tag, cut: Cut, open_blocks: list[_Open]) -> None:
    match tag:
        case If() | For():
            if len(open_blocks) == DEEPEST:
                raise BadExpression(f"more than {DEEPEST} blocks within one another", "nest less deeply")
            open_blocks.append(_Open(tag, cut.line))
        case Elif() | Else():
            last = open_blocks[-1] if open_blocks else None
            if last is None or not isinstance(last.tag, If):
                raise BadExpression(f'"{cut.source[:10].strip()}" belongs to no "if"', "open one before it")
            if last.has_else:
                raise BadExpression(f'the "if" of line {last.line} has its else already', "put this one before it")
            open_blocks[-1] = _Open(last.tag, last.line, has_else=isinstance(tag, Else))
        case End(of):
            word = {If: "if", For: "for"}[type(open_blocks[-1].tag)] if open_blocks else ""
            if of != word:
                cure = f"close it with {{% end{word} %}} first" if word else "take it away"
                raise BadExpression(f'"end{of}" closes nothing', cure)
            open_blocks.pop()


class Assembly(Generic[Piece]):
    """Builds segments from pieces in which tags stand as cuts; `leaf` makes segments of every other piece."""

    def __init__(
        self,
        tags: Mapping[str, Tag],
        remarks: Remarks,
        leaf: Callable[[Piece, Names], Sequence[Segment]],
        frames: Mapping[str, tuple[str, str]] | None = None,
    ) -> None:
        self._tags = tags
        self._remarks = remarks
        self._leaf = leaf
        self._frames = frames or {}  # by the mark of a loop: what is written once round it

    def build(self, pieces: Sequence[Piece | Cut], names: Names) -> Segments:
        made, _ = self._block(iter(pieces), names)
        return made

    def _block(self, pieces: Iterator[Piece | Cut], names: Names) -> tuple[Segments, Tag | None]:
        """Segments up to the tag that ends this block."""
        made: list[Segment] = []
        for piece in pieces:
            tag = self._tags.get(piece.mark) if isinstance(piece, Cut) and piece.is_tag else None
            match tag:
                case None:
                    made += self._leaf(piece, names)  # type: ignore[arg-type]
                case If(test):
                    assert isinstance(piece, Cut)
                    made.append(self._choice(pieces, test, piece.line, names))
                case For():
                    assert isinstance(piece, Cut)
                    made.append(self._repeat(pieces, tag, piece, names))
                case _:
                    return tuple(made), tag
        return tuple(made), None

    def _choice(self, pieces: Iterator[Piece | Cut], test: Test, line: int, names: Names) -> Choice:
        branches: list[tuple[Test | None, Segments]] = []
        tested: Test | None = test
        while True:
            inside = names
            if tested is not None:
                self._check(tested, line, names)
                inside = names.where(tested)
            body, ended = self._block(pieces, inside)
            branches.append((tested, body))
            names = names.unless(tested) if tested is not None else names
            if not isinstance(ended, Elif | Else):
                return Choice(tuple(branches))
            tested = ended.test if isinstance(ended, Elif) else None

    def _repeat(self, pieces: Iterator[Piece | Cut], loop: For, cut: Cut, names: Names) -> Repeat:
        inside = names
        try:
            inside = names.within(loop)
        except BadExpression as bad:
            self._remarks.error(cut.line, bad.what, bad.cure)
        body, _ = self._block(pieces, inside)
        opens, closes = self._frames.get(cut.mark, ("", ""))
        return Repeat(loop.items.path, loop.name, body, opens, closes)

    def _check(self, tested: Test, line: int, names: Names) -> None:
        try:
            checking.test(tested, names)
        except BadExpression as bad:
            self._remarks.error(line, bad.what, bad.cure)
