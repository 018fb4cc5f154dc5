"""Subjects without what mail programs put before them when somebody answers or passes on."""

import re

# "Re", "R", "RIF", "AW", "SV", … answer; "Fwd", "I", "TR", "WG", … pass on; "Re[2]" and "Re^2" count. The tag of a list
# goes where it stands before one of these; alone it may be an author's own word, such as [Proposta].
_PREFIX = re.compile(
    r"(?:\[[^\]\n]{1,60}\]\s*+)?"
    r"(?:re|r|rif|ris|risposta|aw|sv|antw|odp|vs|fwd?|i|inoltro|tr|wg|rv|enc)(?:\[\d{1,3}\]|\^\d{1,3})?\s?[:\uff1a]\s*+",
    re.IGNORECASE,
)
_AT_MOST = 20  # prefixes


def bare(subject: str) -> str:
    """The subject itself; where nothing is left of it, as it was."""
    whole = rest = " ".join(subject.split())
    for _ in range(_AT_MOST):
        found = _PREFIX.match(rest)
        if not found:
            break
        rest = rest[found.end() :]
    return rest or whole
