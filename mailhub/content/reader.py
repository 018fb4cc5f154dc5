"""Takes typed values out of a document and remembers every problem, not only the first.

    reader = Reader(document)
    title = reader.localised("title")
    kind = reader.choice("kind", ListKind, ListKind.DISCUSSION)
    grace = reader.duration("grace", timedelta(minutes=2))
    reader.check()

A value without a default must be there. After a problem a method returns the default, or an empty value of its type, so
that reading goes on; nothing that was read may be used before `check()` has passed.
"""

from collections.abc import Callable, Iterable, Iterator
from datetime import timedelta
from enum import Enum
from typing import Final, TypeVar, overload

from mailhub import measures
from mailhub.content import shapes
from mailhub.content.document import Document
from mailhub.content.problems import BadContent, Problem, one_of
from mailhub.content.shapes import Localised
from mailhub.content.yamlfile import Value

T = TypeVar("T")
D = TypeVar("D")
E = TypeVar("E", bound=Enum)
Words = set[str] | frozenset[str] | tuple[str, ...]


class Required(Enum):
    """The type of a missing default."""

    REQUIRED = "required"


REQUIRED: Final = Required.REQUIRED


class Reader:
    """Reads one mapping of a document; what it hands out for inner mappings shares its problems."""

    def __init__(self, document: Document, *path: str | int) -> None:
        self.document = document
        self.path = path
        self._values: dict[str, Value] = {}
        self._seen: set[str] = set()
        self._problems: list[Problem] = []
        self._inner: list[Reader] = []
        value = document.get(*path)
        if isinstance(value, dict):
            self._values = value

    @property
    def problems(self) -> tuple[Problem, ...]:
        """All found so far, here and in inner mappings."""
        return (*self._problems, *(problem for reader in self._inner for problem in reader.problems))

    def problem(self, what: str, cure: str, *path: str | int) -> None:
        """Note something wrong with the value at this path below the reader's own mapping."""
        self._problems.append(self.document.problem(what, cure, *self.path, *path))

    def note(self, *problems: Problem) -> None:
        """Keep problems that were found elsewhere, such as in a condition of this mapping."""
        self._problems += problems

    def rest(self) -> None:
        """Note every key that nobody asked for, here and in inner mappings."""
        for key in self._values:
            if key not in self._seen:
                self.problem(f'"{key}" is not known here', one_of(key, sorted(self._seen)), key)
        for reader in self._inner:
            reader.rest()

    def check(self) -> None:
        """Raise BadContent if anything is wrong, keys that nobody asked for included."""
        self.rest()
        if self.problems:
            raise BadContent(self.problems)

    def keys(self) -> tuple[str, ...]:
        """The keys written here, for mappings whose keys are the author's own."""
        return tuple(self._values)

    def __iter__(self) -> Iterator[str]:
        return iter(self._values)

    def has(self, key: str) -> bool:
        return self._values.get(key) is not None

    def raw(self, key: str) -> Value:
        """The value as it is, for whoever reads it with rules of their own; None where there is none."""
        self._seen.add(key)
        return self._values.get(key)

    @overload
    def text(self, key: str, *, lines: bool = False) -> str: ...
    @overload
    def text(self, key: str, default: D, *, lines: bool = False) -> str | D: ...
    def text(self, key: str, default: D | Required = REQUIRED, *, lines: bool = False) -> str | D:
        """Some words; several lines only where `lines` allows them."""
        return self._take(key, default, lambda value: shapes.text(value, lines=lines), "")

    @overload
    def choice(self, key: str, among: type[E], default: E | Required = REQUIRED) -> E: ...
    @overload
    def choice(self, key: str, among: Words, default: str | Required = REQUIRED) -> str: ...
    def choice(self, key: str, among: Iterable[object], default: object = REQUIRED) -> object:
        """One of these words; for an enumeration, its member with this value."""
        known = list(among)
        return self._take(key, default, lambda value: shapes.word(value, known), known[0])

    def flag(self, key: str, default: bool | Required = REQUIRED) -> bool:
        return self._take(key, default, shapes.flag, False)

    @overload
    def number(self, key: str, *, least: int = 0) -> int: ...
    @overload
    def number(self, key: str, default: D, *, least: int = 0) -> int | D: ...
    def number(self, key: str, default: D | Required = REQUIRED, *, least: int = 0) -> int | D:
        """A whole number."""
        return self._take(key, default, lambda value: shapes.number(value, least), least)

    @overload
    def duration(self, key: str) -> timedelta: ...
    @overload
    def duration(self, key: str, default: D) -> timedelta | D: ...
    def duration(self, key: str, default: D | Required = REQUIRED) -> timedelta | D:
        """A length of time: 2 min, 3d."""
        return self._take(key, default, lambda value: shapes.measure(value, measures.length), timedelta())

    def size(self, key: str, default: int | Required = REQUIRED) -> int:
        """A number of bytes: 1 MB."""
        return self._take(key, default, lambda value: shapes.measure(value, measures.size), 0)

    def words(self, key: str, default: tuple[str, ...] | Required = REQUIRED) -> tuple[str, ...]:
        """A list of words, in the order written."""
        return self._take(key, default, lambda value: shapes.words(value, key), tuple[str, ...]())

    @overload
    def localised(self, key: str) -> Localised: ...
    @overload
    def localised(self, key: str, default: D) -> Localised | D: ...
    def localised(self, key: str, default: D | Required = REQUIRED) -> Localised | D:
        """A text for each language; a plain text serves them all."""
        return self._take(key, default, shapes.localised, Localised())

    def mapping(self, key: str) -> "Reader":
        """A reader of the mapping under this key; where there is none, of an empty one."""
        self._take(key, None, shapes.mapping, None)
        return self._below(key)

    def mappings(self, key: str) -> tuple["Reader", ...]:
        """A reader of each mapping in the list under this key."""
        each = self._take(key, None, shapes.mappings, None)
        return tuple(self._below(key, place) for place in range(len(each or [])))

    def _below(self, *path: str | int) -> "Reader":
        reader = Reader(self.document, *self.path, *path)
        self._inner.append(reader)
        return reader

    def _take(self, key: str, default: D | Required, convert: Callable[[Value], T], blank: T) -> T | D:
        self._seen.add(key)
        value = self._values.get(key)
        if value is None or value == "":
            if not isinstance(default, Required):
                return default
            self.problem(f'"{key}" is missing', f'add a line "{key}: …"', key)
            return blank
        try:
            return convert(value)
        except shapes.Wrong as wrong:
            self.problem(f'"{key}" {wrong.what}', wrong.cure, key, *wrong.path)
            return blank if isinstance(default, Required) else default
