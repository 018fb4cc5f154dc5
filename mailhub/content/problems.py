"""What is wrong with something an organiser wrote: where, what, and the cure."""

from collections.abc import Iterable
from dataclasses import dataclass
from difflib import get_close_matches

from mailhub.errors import BadInput


@dataclass(frozen=True, slots=True)
class Problem:
    """One thing to mend, at one line of one file."""

    file: str
    line: int
    what: str
    cure: str

    def __str__(self) -> str:
        return f"{self.file}:{self.line}: {self.what}; {self.cure}"


class BadContent(BadInput):
    """Content cannot be used; all that was found wrong is in `problems`, in the order of the lines."""

    def __init__(self, problems: Iterable[Problem]) -> None:
        self.problems = tuple(sorted(problems, key=lambda problem: (problem.file, problem.line)))
        super().__init__("\n".join(str(problem) for problem in self.problems))


def nearest(word: str, known: Iterable[str]) -> str | None:
    """The known word that this one is probably a slip of."""
    found = get_close_matches(word.lower()[:100], list(known), n=1)
    return found[0] if found else None


def one_of(word: str, known: Iterable[str]) -> str:
    """The cure for a word nobody knows: the nearest one, or all of them."""
    words = list(known)
    meant = nearest(word, words)
    if meant is not None:
        return f'did you mean "{meant}"?'
    return f"write one of: {', '.join(words)}" if words else "take it away"
