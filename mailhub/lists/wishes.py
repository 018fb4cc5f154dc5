"""Finds the command in a mail that went to the whole group: a wish to leave is never published.

Pure. The mails of a group end with «Rispondi "perché", "pausa" o "esci"», and a reply to them goes to the group; so
does the «CANCELLATEMI» of somebody who has had enough. A mail whose whole new text is such a word is that verb, not a
post. A question («perché?», "who?") is for the group.
"""

from datetime import date

from mailhub.lists.dates import NotADate, until
from mailhub.lists.naming import is_one_slip
from mailhub.verbs import LONGEST_COMMAND, Call, Verbs, plain

LEAVE, PAUSE = "leave", "pause"
LEAST_LETTERS = 6  # of a word to leave in which one slip is forgiven
LONGEST_NAME = 3  # words of a line that can be the writer's name

_COURTESIES = (
    "per favore",
    "per piacere",
    "per cortesia",
    "grazie mille",
    "grazie",
    "buongiorno",
    "buonasera",
    "salve",
    "ciao a tutti",
    "ciao",
    "saluti",
    "thank you",
    "thanks",
    "please",
    "hello",
    "hi",
)


def read(words: str, subject: str, verbs: Verbs, *, today: date, kind: str = "list") -> Call | None:
    """The verb that these new words are, as a whole; None when they are for the group to read.

    The subject counts only where there are no words at all, as in an empty mail headed "unsubscribe".
    """
    said = words.strip() or subject.strip()
    if not said or len(said) > LONGEST_COMMAND:
        return None
    lines = [line for line in (without_courtesy(line) for line in said.splitlines()) if line]
    call = _call(lines[0], verbs, kind, today) if lines else None
    if call is not None and call.verb.name != LEAVE and said.endswith("?"):
        return None
    if call is None or len(lines) == 1:
        return call
    is_signed = all(len(line.split()) <= LONGEST_NAME for line in lines[1:])
    return call if call.verb.name == LEAVE and is_signed else None


def _call(line: str, verbs: Verbs, kind: str, today: date) -> Call | None:
    call = verbs.recognise(line, kind)
    if call is None:
        return _slipped(line, verbs)
    if call.verb.name == PAUSE and isinstance(until(call.argument, today), NotADate):
        return None  # «pausa pranzo da me» is for the group
    return call


def _slipped(line: str, verbs: Verbs) -> Call | None:
    """A word to leave with one letter wrong: nobody wants that read by two hundred people."""
    if len(line) < LEAST_LETTERS or " " in line:
        return None
    leave = verbs.get(LEAVE)
    meant = (plain(word) for words in leave.words.values() for word in words)
    return Call(leave, "") if any(len(w) >= LEAST_LETTERS and is_one_slip(line, w) for w in meant) else None


def without_courtesy(line: str) -> str:
    """What is left of a line without its «grazie» and "please"."""
    said, before = plain(line), ""
    while said != before:
        said, before = _shorter(said), said
    return said


def _shorter(said: str) -> str:
    for courtesy in _COURTESIES:
        if said == courtesy:
            return ""
        if said.startswith(courtesy) and not said[len(courtesy)].isalnum():
            return plain(said[len(courtesy) :])
        if said.endswith(courtesy) and not said[-len(courtesy) - 1].isalnum():
            return plain(said[: -len(courtesy)])
    return said
