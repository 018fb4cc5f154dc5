"""Subjects without what mail programs and lists put before them."""

import re

# "Re", "R", "RIF", "AW", "SV", … answer; "Fwd", "I", "TR", "WG", … pass on; "Re[2]" and "Re^2" count.
_PREFIX = re.compile(
    r"\s*+(?:(?:re|r|rif|ris|risposta|aw|sv|antw|odp|vs|fwd?|i|inoltro|tr|wg|rv|enc)(?:\[\d{1,3}\]|\^\d{1,3})?\s?[::]|"
    r"\[[^\]\n]{1,60}\](?=\s*+\S))",
    re.IGNORECASE,
)
_AT_MOST = 20  # prefixes


def bare(subject: str) -> str:
    """The subject itself; where nothing is left of it, as it was."""
    rest = " ".join(subject.split())
    for _ in range(_AT_MOST):
        found = _PREFIX.match(rest)
        if not found:
            break
        rest = rest[found.end() :].lstrip()
    return rest or " ".join(subject.split())
