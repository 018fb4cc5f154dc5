"""What an unquoted word of YAML means: the core schema of YAML 1.2.2 (section 10.3.2), and nothing of YAML 1.1.

`yes`, `on`, `12:30` and `2026-03-14` stay text; so do infinities and numbers too long to be meant as numbers.
"""

import math
import re

_INTEGER = re.compile(r"[-+]?[0-9]+|0o[0-7]+|0x[0-9a-fA-F]+", re.ASCII)
_FRACTION = re.compile(r"[-+]?(?:\.[0-9]+|[0-9]+(?:\.[0-9]*)?)(?:[eE][-+]?[0-9]+)?", re.ASCII)
_WORDS = {
    **dict.fromkeys(("", "~", "null", "Null", "NULL"), None),
    **dict.fromkeys(("true", "True", "TRUE"), True),
    **dict.fromkeys(("false", "False", "FALSE"), False),
}
_LONGEST_NUMBER = 40
_UNFIT = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f\ud800-\udfff]")

Scalar = str | int | float | bool | None


def meaning(plain: str) -> Scalar:
    """The value of a word written without quotes."""
    if plain in _WORDS:
        return _WORDS[plain]
    if len(plain) > _LONGEST_NUMBER:
        return plain
    if _INTEGER.fullmatch(plain):
        base = {"0o": 8, "0x": 16}.get(plain[:2], 10)
        return int(plain, base)
    if _FRACTION.fullmatch(plain) and math.isfinite(float(plain)):
        return float(plain)
    return plain


def is_fit(text: str) -> bool:
    """Whether a database and a mail can hold this text: no control characters, no half characters."""
    return _UNFIT.search(text) is None
