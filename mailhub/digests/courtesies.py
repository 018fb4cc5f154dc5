"""Greetings, thanks and names around the words of an answer: what says nothing to any item. Pure."""

import re
from collections.abc import Sequence

_GREETING = (
    r"(?:ciao|salve|buongiorno|buon giorno|buonasera|buona sera|buond[iì]|hey|hi|hello|good morning|"
    r"good evening|good afternoon)"
    r"(?:\s+(?:a\s+)?(?:tutti|tutte|tutt[ei] voi|all|everyone|everybody|there|folks|ragazzi|amici))?"
)
_NAME = r"(?-i:[A-ZÀ-Ý][\w'’.-]*(?:\s+[A-ZÀ-Ý][\w'’.-]*){0,2})"
_OPENS = re.compile(
    rf"\s*(?:{_GREETING}(?:\s+{_NAME})?|(?:car[oaie]|gentil[ei]|dear)\s+(?:tutti|tutte|all|amici|friends|{_NAME}))"
    r"\s*[,.!:)]*\s*",
    re.IGNORECASE,
)
_CLOSING = (
    r"(?:(?:molte |tante |mille )?grazie(?: mille| a tutti| tante| ancora)?|thanks(?: a lot| again| all)?|"
    r"thank you(?: all)?|many thanks|(?:cordiali |tanti |cari |distinti )?saluti|un (?:caro )?saluto|un abbraccio|"
    r"abbracci|baci|a presto|a domani|ciao(?: ciao| a tutti)?|buona (?:giornata|serata|domenica)|buon lavoro|best|"
    r"(?:best |kind |warm )?regards|cheers|bye|see you|love|all the best|have a nice day)"
)
_CLOSES = re.compile(
    rf"\s*{_CLOSING}(?:\s*(?:,|e|and|\.|!)\s*{_CLOSING}){{0,2}}(?:\s*[,.!;-]*\s*{_NAME})?\s*[,.!:)]*\s*", re.IGNORECASE
)
_INLINE = re.compile(rf"\s*(?:{_GREETING})\s*[,!.:-]\s*", re.IGNORECASE)
_INTRODUCES = re.compile(
    r"\s*(?:ecco(?:mi|ci)?|le mie risposte|rispondo|rispondo qui|here (?:are|is)|my answers|answers?|allora|"
    r"dunque|so|ok allora)"
    r"[^.!?:\n]{0,40}:\s*",
    re.IGNORECASE,
)


def without(lines: Sequence[str], own_name: str, *, first: bool = True, last: bool = True) -> list[str]:
    """The lines without greetings before them and thanks and names after them."""
    kept = list(lines)
    while first and kept and (not kept[0].strip() or _OPENS.fullmatch(kept[0])):
        kept.pop(0)
    while (
        last and len(kept) > 0 and (not kept[-1].strip() or _CLOSES.fullmatch(kept[-1]) or _is_name(kept[-1], own_name))
    ):
        kept.pop()
    return kept


def without_greeting(line: str) -> str:
    """A line whose greeting stands before the rest of it."""
    found = _INLINE.match(line)
    return line[found.end() :] if found is not None and line[found.end() :].strip() else line


def is_opening(text: str) -> bool:
    """Whether some words, ended by a colon, only say that answers follow."""
    return "\n" not in text.strip() and _INTRODUCES.fullmatch(text) is not None


def _is_name(line: str, own_name: str) -> bool:
    """Whether a line is its writer's name, or a part of it."""
    said = re.findall(r"[^\W\d_]+", line.casefold())
    own = re.findall(r"[^\W\d_]+", own_name.casefold())
    return bool(said) and bool(own) and len(said) <= 4 and set(said) <= set(own)
