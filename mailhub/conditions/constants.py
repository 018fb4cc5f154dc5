"""What a word means where a value of a fact's type is wanted."""

from datetime import UTC, date, datetime
from decimal import Decimal

from mailhub.conditions.tree import Constant
from mailhub.conditions.words import Kind, Trouble, Word
from mailhub.content import one_of
from mailhub.facts import Fact, FactType

MOST_DIGITS = 15  # as many as a double holds exactly: SQLite compares fractions as doubles, PostgreSQL as decimals
_LONGEST_TEXT = 1_000
NOT_BARE = frozenset({"and", "or", "not", "in", "is", "known", "unknown", "null", "none", "true", "false"})
_WANTED = {  # by type: the words that may stand for it, its name, and the cure for others
    FactType.TEXT: ((Kind.TEXT, Kind.WORD), "text", 'write it in quotes: "…"'),
    FactType.CHOICE: ((Kind.TEXT, Kind.WORD), "a choice", "write one of: {choices}"),
    FactType.NUMBER: ((Kind.NUMBER,), "a number", "write it without quotes, such as 3 or 2.5"),
    FactType.FLAG: ((Kind.WORD,), "a flag", "write true or false"),
    FactType.DATE: ((Kind.DATE,), "a date", "write it without quotes, such as 2026-03-14 or today"),
    FactType.INSTANT: (
        (Kind.INSTANT,),
        "an instant",
        "write it without quotes: 2026-03-14T09:00+01:00 or now - 3 days",
    ),
}


def kind_of(fact: Fact) -> str:
    """What a fact is, in a sentence."""
    return _WANTED[fact.type][1]


def constant(word: Word, fact: Fact) -> Constant:
    """The value this word stands for beside this fact. Raises Trouble when it cannot be compared with it."""
    kinds, _, cure = _WANTED[fact.type]
    if word.kind not in kinds:
        cure = cure.format(choices=", ".join(fact.choices))
        raise Trouble(word.place, f"{fact.name} is {kind_of(fact)}, {_named(word)} is not", cure)
    match fact.type:
        case FactType.TEXT:
            return _text(word, fact)
        case FactType.CHOICE:
            return _choice(word, fact)
        case FactType.NUMBER:
            return _number(word)
        case FactType.FLAG:
            return _flag(word, fact)
        case FactType.DATE:
            return _date(word)
        case FactType.INSTANT:
            return _instant(word)


def _named(word: Word) -> str:
    return f'"{word.text}"' if word.kind is Kind.TEXT else word.text


def _text(word: Word, fact: Fact) -> str:
    if word.kind is Kind.WORD and word.text in NOT_BARE:
        cure = f'write it in quotes, or write "{fact.name} is unknown"'
        raise Trouble(word.place, f"{word.text} is no text", cure)
    if len(word.text) > _LONGEST_TEXT:
        raise Trouble(word.place, "this text is too long", f"compare with {_LONGEST_TEXT} letters at most")
    return word.text


def _choice(word: Word, fact: Fact) -> str:
    if word.text not in fact.choices:
        raise Trouble(word.place, f"{fact.name} is never {_named(word)}", one_of(word.text, fact.choices))
    return word.text


def _number(word: Word) -> int | Decimal:
    digits = word.text.lstrip("-0.").replace(".", "")
    if len(digits) > MOST_DIGITS or len(word.text) > 2 * MOST_DIGITS:
        raise Trouble(word.place, "this number is too long", f"write {MOST_DIGITS} digits at most")
    number = Decimal(word.text)
    return int(number) if number == int(number) else number.normalize()


def _flag(word: Word, fact: Fact) -> bool:
    if word.text not in ("true", "false"):
        raise Trouble(word.place, f"{fact.name} is a flag, {word.text} is not", "write true or false")
    return word.text == "true"


def _date(word: Word) -> date:
    try:
        return date.fromisoformat(word.text)
    except ValueError as error:
        raise Trouble(word.place, f"{word.text} is not in the calendar", "write year-month-day") from error


def _instant(word: Word) -> datetime:
    cure = "write day, hour and zone, such as 2026-03-14T09:00+01:00"
    try:
        instant = datetime.fromisoformat(word.text)
        if instant.tzinfo is None:
            raise Trouble(word.place, f"{word.text} has no time zone", cure)
        return instant.astimezone(UTC)
    except (ValueError, OverflowError) as error:
        raise Trouble(word.place, f"{word.text} is no instant", cure) from error
