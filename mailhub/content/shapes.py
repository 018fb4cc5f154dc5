"""What a YAML value must look like to be a text, a flag, a length …; anything else is `Wrong`, with the cure."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from enum import Enum
from typing import TypeVar

from mailhub.content.problems import one_of
from mailhub.content.yamlfile import Value
from mailhub.language import LANGUAGES

T = TypeVar("T")

LONGEST_TEXT = 1_000
_LONGEST_SHOWN = 40


class Wrong(ValueError):
    """A value does not fit; `path` leads from the value that was asked for to the one that does not fit."""

    def __init__(self, what: str, cure: str, *path: str | int) -> None:
        super().__init__(what)
        self.what = what
        self.cure = cure
        self.path = path


@dataclass(frozen=True, slots=True)
class Localised:
    """One text in the languages its author gave."""

    texts: tuple[tuple[str, str], ...] = ()

    def into(self, language: str) -> str:
        """The text in this language, else in the first one there is."""
        texts = dict(self.texts)
        return texts.get(language) or next(iter(texts.values()), "")

    @classmethod
    def of(cls, texts: Mapping[str, str]) -> "Localised":
        return cls(tuple(texts.items()))

    def as_dict(self) -> dict[str, str]:
        return dict(self.texts)


def text(value: Value, *, lines: bool = False) -> str:
    if isinstance(value, list | dict):
        raise Wrong(f"is {shown(value)}, not text", "write one text")
    if not isinstance(value, str):
        raise Wrong(f"is {shown(value)}, not text", f'put it in quotes: "{shown(value)}"')
    tidy = value.strip()
    if not tidy:
        raise Wrong("is empty", "write it, or take the line away")
    if "\n" in tidy and not lines:
        raise Wrong("has several lines", "write it in one")
    if len(tidy) > LONGEST_TEXT and not lines:
        raise Wrong(f"has {len(tidy)} letters", f"write {LONGEST_TEXT} at most")
    return tidy


def word(value: Value, known: Iterable[object]) -> object:
    words = {str(each.value if isinstance(each, Enum) else each): each for each in known}
    if not isinstance(value, str) or value not in words:
        raise Wrong(f"is {shown(value)}", one_of(str(value), words))
    return words[value]


def flag(value: Value) -> bool:
    if not isinstance(value, bool):
        raise Wrong(f"is {shown(value)}", "write true or false")
    return value


def number(value: Value, least: int) -> int:
    if not isinstance(value, int) or isinstance(value, bool) or not least <= value < 1 << 31:
        raise Wrong(f"is {shown(value)}", f"write a whole number, {least} or more")
    return value


def measure(value: Value, read: Callable[[str], T]) -> T:
    """A length or a size; a bare number goes the same way, and is told that its unit is missing."""
    try:
        return read(str(value))
    except OverflowError as error:
        raise Wrong(f"is {shown(value)}, which is too much", "write less") from error
    except ValueError as error:
        raise Wrong(f"is {shown(value)}", str(error).rpartition("; ")[2]) from error


def words(value: Value, key: str) -> tuple[str, ...]:
    if not isinstance(value, list):
        raise Wrong("is not a list", f"write it in brackets: {key}: [{shown(value)}]")
    return tuple(_text_inside(each, place) for place, each in enumerate(value))


def mapping(value: Value) -> dict[str, Value]:
    if not isinstance(value, dict):
        raise Wrong(f"is {shown(value)}", "write keys and values below it")
    return value


def mappings(value: Value) -> list[Value]:
    if not isinstance(value, list) or not all(isinstance(each, dict) for each in value):
        raise Wrong("is not a list of mappings", 'begin each with "- "')
    return value


def localised(value: Value) -> Localised:
    """A text for each language; a plain text serves them all."""
    if not isinstance(value, dict):
        return Localised.of(dict.fromkeys(LANGUAGES, text(value, lines=True)))
    if not value:
        raise Wrong("has no text", f"write {{{', '.join(f'{language}: …' for language in LANGUAGES)}}}")
    for key in value:
        if key not in LANGUAGES:
            raise Wrong(f'has a text for "{key}", which is no language here', one_of(key, LANGUAGES), key)
    return Localised.of(
        {language: _text_inside(value[language], language, lines=True) for language in LANGUAGES if language in value}
    )


def shown(value: Value) -> str:
    """The value in a few letters, for the sentence that refuses it."""
    if isinstance(value, list | dict):
        return "a list" if isinstance(value, list) else "a mapping"
    spelled = str(value).lower() if isinstance(value, bool) else " ".join(str(value).split())
    return spelled if len(spelled) <= _LONGEST_SHOWN else f"{spelled[:_LONGEST_SHOWN]}…"


def _text_inside(value: Value, place: str | int, *, lines: bool = False) -> str:
    try:
        return text(value, lines=lines)
    except Wrong as wrong:
        raise Wrong(wrong.what, wrong.cure, place) from wrong
