"""Our words: every sentence a person may read, in Italian and English.

Words live in `words/<language>/<room>.toml`, one file a room and language; the key of an entry is the name of its file
and its place in it, joined by dots: `[confirm] subject` in `lists.toml` is `lists.confirm.subject`. To add some:

- write the entry in both languages, with the same `{placeholders}`; a placeholder is a plain name, nothing more;
- an entry with `one` and `other` is chosen by the value `count`;
- an entry with `subject` and `text` is a mail, for `mail()`. Each line of a text is one paragraph or one item (end a
  source line with a backslash to go on with it); a placeholder may be empty, and an empty line left over goes away;
- an optional sentence is an entry of its own, given as a value or as "";
- run `tests/ground/test_language.py`, which reads all words with the rules of `wording`.

A missing entry and a missing or surplus value raise: better no mail than one with a hole, and tests find it first.
Values are text already: `formats` writes days, numbers and rows of things. A value is never searched for placeholders
and stays on one line, whoever wrote it; a list or tuple gives a line to each of its items.
"""

import re
import textwrap
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, replace
from functools import cache
from pathlib import Path

from mailhub.errors import MailhubError

LANGUAGES = ("it", "en")
COLUMNS = 72
WORDS = Path(__file__).with_name("words")
PLACEHOLDER = re.compile(r"\{([a-z][a-z0-9_]*)\}")

_LINK = re.compile(r"\b(?:https?://|mailto:)\S*[^\s.,;:!?)»\"]")
_GUESS_FROM = 5_000  # characters; more would not change the vote
_STOP_WORDS = {
    "it": frozenset(
        "il lo la gli le un una di del della dei delle che e è non per con sono da nel nella al alla ai questo questa "  # noqa: SIM905
        "mi ti ci si anche come ma più io ho hai ha abbiamo grazie ciao vorrei se o su dal anch perché quando".split()
    ),
    "en": frozenset(
        "the a an of and is are was to in for with not i you we they it this that have has my your please thank thanks "  # noqa: SIM905
        "hello hi would be on at from but as or if can will what when because there".split()
    ),
}


class NoWords(MailhubError):
    """An entry is missing, or was given too few or too many values: a fault of ours."""


@dataclass(frozen=True, slots=True)
class Words:
    """A service mail before it becomes one: a subject on one line, a text in 72 columns."""

    subject: str
    text: str


Entry = str | Mapping[str, str]  # a sentence, or its forms for one and for other


def say(language: str, key: str, /, **values: object) -> str:
    """The words of an entry with these values in their places."""
    entry = entries(language, key.partition(".")[0]).get(key)
    if entry is None:
        raise NoWords(f"words/{language}: there is no entry {key!r}")
    if not isinstance(entry, str):
        entry = entry["one" if str(values.get("count")) == "1" else "other"]
    wanted = set(PLACEHOLDER.findall(entry))
    if wanted != values.keys() - ({"count"} - wanted):
        raise NoWords(f"words/{language}: {key!r} takes {sorted(wanted)}, and was given {sorted(values)}")
    return PLACEHOLDER.sub(lambda found: _shown(values[found[1]]), entry)


def mail(language: str, key: str, /, **values: object) -> Words:
    """The mail of an entry: its subject and its text share the values, each takes those it names."""
    room = entries(language, key.partition(".")[0])
    parts = {part: room.get(f"{key}.{part}") for part in ("subject", "text")}
    wanted = {part: set(PLACEHOLDER.findall(entry)) for part, entry in parts.items() if isinstance(entry, str)}
    if len(wanted) < len(parts):
        raise NoWords(f"words/{language}: there is no mail {key!r}")
    if surplus := values.keys() - set[str]().union(*wanted.values()):
        raise NoWords(f"words/{language}: {key!r} has no place for {sorted(surplus)}")
    subject, text = (
        say(language, f"{key}.{part}", **{name: values[name] for name in names if name in values})
        for part, names in wanted.items()
    )
    return Words(one_line(subject), wrap(text))


def footer(language: str, because: str, contact: str, *, member: bool = True) -> str:
    """The two lines under every mail, two at any length: why it came, and what to answer or whom to write to."""
    last = say(language, "footer.words-member" if member else "footer.words-other", contact=contact)
    return f"{one_line(because)}\n{last}"


def with_text_below(words: Words, text: str) -> Words:
    """The mail with somebody's own words under it, whole, as a quotation."""
    lines = text.strip("\n").splitlines()
    quotation = "\n".join(f"> {line}".rstrip() for line in lines)
    return replace(words, text=f"{words.text}\n\n{quotation}") if lines else words


def with_more(words: Words, text: str) -> Words:
    """The mail with more of it below, as it is: lines somebody else has made fit."""
    return replace(words, text=f"{words.text}\n\n{text}")


def wrap(text: str, columns: int = COLUMNS) -> str:
    """The text in lines of at most so many columns; links stand on lines of their own and are never broken."""
    wrapped: list[str] = []
    for line in text.strip().splitlines():
        pieces = [piece for piece in _pieces(" ".join(line.split())) if piece] or [""]
        for piece in pieces:
            wrapped += textwrap.wrap(piece, columns, break_long_words=False, break_on_hyphens=False) or [""]
    return re.sub(r"\n{3,}", "\n\n", "\n".join(wrapped)).strip("\n")


def one_line(text: str) -> str:
    """Text that cannot end a line or a header: control characters and runs of blanks become one blank."""
    if not text.isprintable():
        text = "".join(c if c.isprintable() else " " for c in text)
    return " ".join(text.split())


def pick_language(*preferences: str | None) -> str:
    """The first of these that is a language of ours; «it-IT» is Italian. Italian where none is."""
    tags = (tag.replace("_", "-").partition("-")[0].strip().lower() for tag in preferences if tag)
    return next((tag for tag in tags if tag in LANGUAGES), LANGUAGES[0])


def guess_language(text: str) -> str | None:
    """The language most of the small words are in; None where they do not say."""
    words = re.findall(r"[^\W\d_]+", text[:_GUESS_FROM].lower())
    votes = sorted((sum(map(known.__contains__, words)), language) for language, known in _STOP_WORDS.items())
    (less, _), (more, language) = votes
    return language if more > less else None


@cache
def entries(language: str, room: str) -> Mapping[str, Entry]:
    """Every entry of one room by its whole key."""
    path = WORDS / language / f"{room}.toml"
    if language not in LANGUAGES or not path.is_file():
        raise NoWords(f"words/{language}: there is no {room}.toml")
    with path.open("rb") as file:
        return dict(_flat(tomllib.load(file), room))


def rooms(language: str) -> tuple[str, ...]:
    """The rooms that have words in this language."""
    return tuple(sorted(path.stem for path in (WORDS / language).glob("*.toml")))


def _shown(value: object) -> str:
    return "\n".join(map(_shown, value)) if isinstance(value, list | tuple) else one_line(str(value))


def _flat(table: Mapping[str, object], above: str) -> list[tuple[str, Entry]]:
    found: list[tuple[str, Entry]] = []
    for name, value in table.items():
        key = f"{above}.{name}"
        if isinstance(value, str) or (isinstance(value, dict) and value.keys() == {"one", "other"}):
            found.append((key, value))
        elif isinstance(value, dict):
            found += _flat(value, key)
        else:
            raise NoWords(f"{key} must be text")
    return found


def _pieces(line: str) -> list[str]:
    """A line taken apart at its links."""
    pieces, at = [], 0
    for link in _LINK.finditer(line):
        pieces += [line[at : link.start()].strip(), link[0]]
        at = link.end()
    rest = line[at:].strip()
    if pieces and rest and not any(c.isalnum() for c in rest):
        return pieces  # a full stop left behind by a link
    return [*pieces, rest]
