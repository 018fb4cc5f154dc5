"""Notices that offices put under every mail: confidentiality, and trees to be saved. Pure."""

import re
from collections.abc import Sequence

_LONGEST = 4_000  # characters of one
_BEGINS = re.compile(
    r"[\s*_-]{0,4}(?:avviso|nota|clausola|informativa|confidentiality|disclaimer|legal notice|privacy|questo messaggio|"
    r"questa (?:e-?mail|comunicazione)|il presente messaggio|la presente|le informazioni|ai sensi d|"
    r"this (?:e-?mail|message|communication)|the information|the contents|prima di stampare|rispetta l|pensa all|"
    r"please (?:consider|think)|before printing)",
    re.IGNORECASE,
)
_SAYS = re.compile(
    r"riservat|confidenzial|destinatar|per errore|privacy|2016/679|196/2003|stampa|ambiente|confidential|intended|"
    r"addressee|recipient|privileged|in error|environment|print",
    re.IGNORECASE,
)


def without(lines: Sequence[str]) -> list[str]:
    """The lines without the paragraphs at their end that are notices; where there is nothing else, they stay."""
    kept = list(lines)
    while True:
        while kept and not kept[-1].strip():
            kept.pop()
        start = next((at + 1 for at in range(len(kept) - 1, -1, -1) if not kept[at].strip()), 0)
        if start == 0 or not _is_notice("\n".join(kept[start:])):
            return kept
        del kept[start:]


def _is_notice(text: str) -> bool:
    return len(text) <= _LONGEST and _BEGINS.match(text) is not None and _SAYS.search(text) is not None
