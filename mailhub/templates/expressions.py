"""The little language between the braces: names with dots, filters, and in tests comparisons with and, or, not. Pure.

A list of what may be written, taken from Jinja's spelling; nothing of it is ever executed as a program.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal

from mailhub.content import one_of
from mailhub.errors import MailhubError

DEEPEST = 20  # brackets and not within one another
WORDS = ("and", "or", "not", "in", "true", "false")
COMPARISONS = ("==", "!=", "<", "<=", ">", ">=", "in")
TAGS = ("if", "elif", "else", "endif", "for", "endfor")

_TOKEN = re.compile(
    r"""\s*(?:(?P<name>[A-Za-z_][A-Za-z0-9_]*(?:\.[A-Za-z_][A-Za-z0-9_]*)*)|(?P<number>-?[0-9]+(?:\.[0-9]+)?)
    |(?P<text>"[^"]*"|'[^']*')|(?P<sign>==|!=|<=|>=|[<>|(),])|(?P<other>\S))""",
    re.VERBOSE,
)
_NAME = re.compile(r"[a-z][a-z0-9_]{0,59}", re.ASCII)


class BadExpression(MailhubError):
    """What stands between the braces cannot be read."""

    def __init__(self, what: str, cure: str) -> None:
        super().__init__(f"{what}; {cure}")
        self.what = what
        self.cure = cure


@dataclass(frozen=True, slots=True)
class Name:
    path: str


@dataclass(frozen=True, slots=True)
class Literal:
    value: str | Decimal | bool


@dataclass(frozen=True, slots=True)
class Filtered:
    inner: "Value"
    name: str
    arguments: tuple[str | Decimal | bool, ...] = ()


@dataclass(frozen=True, slots=True)
class Not:
    inner: "Test"


@dataclass(frozen=True, slots=True)
class Both:
    """All of them must hold, or with `either` one."""

    parts: "tuple[Test, ...]"
    either: bool = False


@dataclass(frozen=True, slots=True)
class Compared:
    left: "Value"
    sign: str
    right: "Value"


Value = Name | Literal | Filtered
Test = Value | Not | Both | Compared


@dataclass(frozen=True, slots=True)
class If:
    test: Test


@dataclass(frozen=True, slots=True)
class Elif:
    test: Test


@dataclass(frozen=True, slots=True)
class Else:
    pass


@dataclass(frozen=True, slots=True)
class For:
    name: str
    items: Name


@dataclass(frozen=True, slots=True)
class End:
    of: str  # "if" or "for"


Tag = If | Elif | Else | For | End


def value(source: str) -> Value:
    """What a placeholder says. Raises BadExpression."""
    parser = _Parser(source)
    if parser.is_done:
        raise BadExpression("the placeholder is empty", "write the name of a variable in it")
    found = parser.value()
    parser.finish()
    return found


def tag(source: str) -> Tag:
    """What a control tag says. Raises BadExpression."""
    word, _, rest = source.partition(" ")
    if word in ("if", "elif"):
        parser = _Parser(rest)
        if parser.is_done:
            raise BadExpression(f'"{word}" says no test', f"write it as {{% {word} name %}}")
        test = parser.test()
        parser.finish()
        return If(test) if word == "if" else Elif(test)
    if word == "for":
        return _loop(rest)
    if word not in TAGS:
        raise BadExpression(f'there is no tag "{word[:40]}"', one_of(word, TAGS))
    if rest.strip():
        raise BadExpression(f'nothing follows "{word}"', f"write {{% {word} %}}")
    return Else() if word == "else" else End(word.removeprefix("end"))


def _loop(rest: str) -> For:
    words = rest.split()
    if len(words) != 3 or words[1] != "in" or not _NAME.fullmatch(words[0]) or words[0] in (*WORDS, "loop"):
        raise BadExpression('"for" is written otherwise', "write it as {% for item in items %}")
    items = value(words[2])
    if not isinstance(items, Name):
        raise BadExpression(f'"for" goes through a list, not {words[2][:40]}', "write the name of a list")
    return For(words[0], items)


class _Parser:
    """Reads tokens from left to right, each rule the next tighter one."""

    def __init__(self, source: str) -> None:
        self._tokens = list(_tokens(source))
        self._at = 0
        self._depth = 0

    @property
    def is_done(self) -> bool:
        return self._at == len(self._tokens)

    def finish(self) -> None:
        if not self.is_done:
            word = self._tokens[self._at][1]
            raise BadExpression(f'"{word[:40]}" is too much here', "write names, filters after |, and tests; no more")

    def test(self) -> Test:
        return self._chain("or", lambda: self._chain("and", self._negated))

    def value(self) -> Value:
        found = self._plain()
        while self._takes("|"):
            kind, name = self._next("a filter")
            if kind != "name":
                raise BadExpression(f'"{name[:40]}" is no filter', "write a name after |")
            found = Filtered(found, name, self._arguments())
        return found

    def _chain(self, word: str, inner: "object") -> Test:
        assert callable(inner)
        parts = [inner()]
        while self._takes(word):
            parts.append(inner())
        return Both(tuple(parts), either=word == "or") if len(parts) > 1 else parts[0]

    def _negated(self) -> Test:
        if self._takes("not"):
            return Not(self._deeper(self._negated))
        if self._takes("("):
            inner = self._deeper(self.test)
            if not self._takes(")"):
                raise BadExpression("a bracket is not closed", "write ) where it ends")
            return inner
        left = self.value()
        for sign in COMPARISONS:
            if self._takes(sign):
                return Compared(left, sign, self.value())
        return left

    def _deeper(self, inner: "object") -> Test:
        assert callable(inner)
        self._depth += 1
        if self._depth > DEEPEST:
            raise BadExpression(f"more than {DEEPEST} brackets within one another", "say it more simply")
        found: Test = inner()
        self._depth -= 1
        return found

    def _plain(self) -> Value:
        kind, word = self._next("a name")
        if kind == "name" and word not in WORDS:
            if word != word.lower():
                raise BadExpression(f'"{word[:60]}" has capital letters', "names are written in small ones")
            return Name(word)
        return Literal(_constant(kind, word))

    def _arguments(self) -> tuple[str | Decimal | bool, ...]:
        if not self._takes("("):
            return ()
        found = [_constant(*self._next("a text or a number"))]
        while self._takes(","):
            found.append(_constant(*self._next("a text or a number")))
        if not self._takes(")"):
            raise BadExpression("a bracket is not closed", "write ) where it ends")
        return tuple(found)

    def _takes(self, word: str) -> bool:
        if not self.is_done and self._tokens[self._at] in (("sign", word), ("name", word)):
            self._at += 1
            return True
        return False

    def _next(self, wanted: str) -> tuple[str, str]:
        if self.is_done:
            raise BadExpression(f"{wanted} is missing at the end", "write it, or take away what wants it")
        self._at += 1
        return self._tokens[self._at - 1]


def _constant(kind: str, word: str) -> str | Decimal | bool:
    if kind == "text":
        return word[1:-1]
    if kind == "number":
        return Decimal(word)
    if word in ("true", "false"):
        return word == "true"
    raise BadExpression(f'"{word[:40]}" cannot stand here', 'write a name, a number, or a text in quotes: "so"')


def _tokens(source: str) -> Iterator[tuple[str, str]]:
    for found in _TOKEN.finditer(source.rstrip()):
        assert found.lastgroup is not None
        if found.lastgroup == "other":
            raise BadExpression(
                f'"{found["other"]}" is not used here', "write names, filters after |, and tests; no more"
            )
        yield found.lastgroup, found[found.lastgroup]
