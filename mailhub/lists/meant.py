"""Whether an answer to the group reads as if it were meant for one person: pure rules over its words.

It greets one name, that of whoever it answers, and quotes nobody else. Asking costs a mail; a private word that two
hundred people read cannot be taken back.
"""

import re
from itertools import dropwhile

from mailhub.verbs import plain

_LONGEST_GREETING = 60  # characters
_END = re.compile(r"[,!;:.?\n–—]|\s-\s")
_SECOND_LEVEL = re.compile(r"^[ \t]{0,3}>[ \t]{0,3}>", re.MULTILINE)
_GREETINGS = frozenset(
    " ".join(
        (
            "ciao cara caro carissima carissimo buongiorno buonasera buondi salve gentile gentilissima gentilissimo",
            "hi hello hey dear good morning evening afternoon",
            "salut bonjour bonsoir cher chere coucou",
            "hallo liebe lieber guten tag morgen abend",
            "hola querida querido estimada estimado buenos buenas dias tardes noches",
            "ola prezada prezado bom boa dia tarde noite",
            "beste dag hoi goedemorgen goedenavond goedemiddag lieve",
        )
    ).split()
)


def for_one(words: str, quoted: str, name: str) -> bool:
    """Whether these new words greet this person alone, above a quotation of theirs alone."""
    if not quoted.strip() or _SECOND_LEVEL.search(quoted):
        return False
    greeted = _greeted(words)
    names = plain(name).split()
    return bool(names) and greeted in (names[:1], names)


def _greeted(words: str) -> list[str]:
    """Whom the first clause names, where it is a greeting or a name and nothing more."""
    first = _END.split(words.strip()[:_LONGEST_GREETING], maxsplit=1)
    if len(first) < 2:
        return []
    return list(dropwhile(_GREETINGS.__contains__, plain(first[0]).split()))
