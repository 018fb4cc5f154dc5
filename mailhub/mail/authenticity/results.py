"""Reads Authentication-Results (RFC 8601) of the one server we believe: those above its own Received field."""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from mailhub.mail.wire import Field

LONGEST = 8_192  # octets of one field
MOST_FIELDS = 20
_TOKEN = re.compile(r'[^\s;="()\\]++')


@dataclass(frozen=True, slots=True)
class Result:
    """What one method came to: `dkim=pass header.d=example.org`."""

    method: str
    result: str
    properties: Mapping[str, str] = field(default_factory=dict)  # "header.d": "example.org"


def of_relay(fields: Sequence[Field], authserv_id: str) -> tuple[Result, ...]:
    """What our front relay found; what stands below its Received field came from outside, whoever's name it uses."""
    above: list[Result] = []
    for number, one in enumerate(fields):
        name = one.name.lower()
        if name == "received":
            return tuple(above)
        if name == "authentication-results" and number < MOST_FIELDS:
            found = read(one.value)
            above += found[1] if found is not None and found[0].lower() == authserv_id.lower() else ()
    return ()  # a mail that no server says it has received came from no relay


def said_by(fields: Sequence[Field]) -> str | None:
    """Who wrote down what it found when the mail came in: the name to believe, where the server is ours.

    The topmost, above its own Received; without one the fields may be whoever's.
    """
    said = None
    for one in fields:
        name = one.name.lower()
        if name == "received":
            return said
        if said is None and name == "authentication-results" and (found := read(one.value)) is not None:
            said = found[0]
    return None


def read(value: bytes) -> tuple[str, tuple[Result, ...]] | None:
    """Who says it, and what; None where the field cannot be read with certainty."""
    if len(value) > LONGEST:
        return None
    sections = _sections(value.decode("utf-8", "replace"))
    if sections is None or not sections[0] or len(sections[0]) > 2 or "=" in sections[0]:
        return None
    head, *rest = sections
    if len(head) == 2 and head[1] != "1":
        return None  # another version of the format
    results = [_result(words) for words in rest if words and words != ["none"]]
    return None if None in results else (head[0], tuple(one for one in results if one is not None))


def _sections(text: str) -> list[list[str]] | None:
    """The words between semicolons, without comments; "=" is a word of its own unless it was quoted."""
    sections: list[list[str]] = [[]]
    at, is_joined = 0, False
    while at < len(text):
        char = text[at]
        if char == "(":
            end = _comment(text, at)
            word = None
        elif char == '"':
            end, word = _quoted(text, at)
        elif char in ";=" or char.isspace():
            end, word = at + 1, None
            if char == ";":
                sections.append([])
            elif char == "=":
                sections[-1].append("=")
        else:
            match = _TOKEN.match(text, at)
            if match is None:
                return None
            end, word = match.end(), match[0]
        if end == 0:
            return None
        if word is not None and is_joined:
            sections[-1][-1] += word  # "anna rossi"@example.org
        elif word is not None:
            sections[-1].append(word)
        is_joined = word is not None
        at = end
    return sections


def _comment(text: str, at: int) -> int:
    """Where a comment ends; 0 where it does not."""
    depth = 0
    while at < len(text):
        char = text[at]
        if char == "\\":
            at += 1
        depth += (char == "(") - (char == ")")
        at += 1
        if depth == 0:
            return at
    return 0


def _quoted(text: str, at: int) -> tuple[int, str]:
    """Where a quoted string ends, or 0, and what it says."""
    said = []
    at += 1
    while at < len(text) and text[at] != '"':
        at += text[at] == "\\"
        said.append(text[at : at + 1])
        at += 1
    return (at + 1 if at < len(text) else 0), "".join(said)


def _result(words: list[str]) -> Result | None:
    pairs = list(_pairs(words))
    if len({name for name, _ in pairs}) != len(pairs):
        return None
    (method, result), *others = pairs
    if method is None or any(name is None for name, _ in others):
        return None
    properties = {name.lower(): value for name, value in others if name and name != "reason"}
    return Result(method.partition("/")[0].lower(), result.lower(), properties)


def _pairs(words: list[str]) -> Iterator[tuple[str | None, str]]:
    """Each name with its value; a name of None where the words are no such list."""
    for start in range(0, len(words), 3):
        name, equals, value = (*words[start : start + 3], "", "", "")[:3]
        yield (name if equals == "=" and value not in ("", "=") else None), value
