"""Reads what somebody typed to search for: words, and operators in either language. Pure."""

import re
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta

LONGEST = 200  # characters that are looked at
_FROM, _SINCE, _UNTIL, _IN = ("da", "from"), ("dal", "since"), ("al", "until"), ("in",)
_OPERATOR = re.compile(r"""(?<!\S)(da|from|dal|since|al|until|in):("([^"]*)"|\S*)""", re.IGNORECASE)
_DATES = (
    re.compile(r"(?P<y>\d{4})(?:-(?P<m>\d{1,2})(?:-(?P<d>\d{1,2}))?)?"),
    re.compile(r"(?P<d>\d{1,2})/(?P<m>\d{1,2})/(?P<y>\d{4})"),
)


@dataclass(frozen=True, slots=True)
class Query:
    """What to look for; `wrong` names an operator whose value means nothing."""

    words: str
    author: str = ""
    since: datetime | None = None
    until: datetime | None = None
    group: str = ""
    wrong: str = ""

    @property
    def is_bare(self) -> bool:
        """Operators alone: there is no word to look for."""
        return not self.words and bool(self.author or self.since or self.until or self.group)


def read(text: str) -> Query:
    """Take the operators out; what is left are the words."""
    text = " ".join(text[:LONGEST].split())
    found: dict[str, object] = {}
    for match in _OPERATOR.finditer(text):
        name, value = match[1].lower(), (match[3] if match[3] is not None else match[2]).strip()
        found |= _said(name, value)
    return Query(words=" ".join(_OPERATOR.sub(" ", text).split()), **found)  # type: ignore[arg-type]


def _said(name: str, value: str) -> dict[str, object]:
    if not value:
        return {"wrong": f"{name}:"}
    if name in _FROM:
        return {"author": value}
    if name in _IN:
        return {"group": value.lower()}
    begins = _begin(value, end=name in _UNTIL)
    if begins is None:
        return {"wrong": f"{name}:{value}"}
    return {"until" if name in _UNTIL else "since": begins}


def _begin(value: str, *, end: bool) -> datetime | None:
    """The instant a day, month or year begins, or with `end` the one at which it is over."""
    match = next((found for shape in _DATES if (found := shape.fullmatch(value))), None)
    if match is None:
        return None
    year, month, day = int(match["y"]), int(match["m"] or 1), int(match["d"] or 1)
    try:
        first = date(year, month, day)
        after = (
            first + timedelta(days=1)
            if match["d"]
            else date(year + (month == 12 or not match["m"]), month % 12 + 1 if match["m"] else 1, 1)
        )
    except (ValueError, OverflowError):
        return None
    return datetime.combine(after if end else first, time(), tzinfo=UTC)
