"""Finds the command in a mail that went to the whole group: a wish to leave is never published.

Pure. The mails of a group end with «Rispondi "perché", "pausa" o "esci"», and a reply to them goes to the group; so
does the «CANCELLATEMI» of somebody who has had enough. A mail whose whole new text is such a word is that verb, not a
post. A question («perché?», "who?") is for the group.
"""

import re
from datetime import date

from mailhub.lists.dates import NotADate, until
from mailhub.lists.naming import is_one_slip
from mailhub.verbs import LONGEST_COMMAND, Call, Verbs, plain

LEAVE, PAUSE = "leave", "pause"
ABOUT_A_POST = ("mute", "follow")
LEAST_LETTERS = 6  # of a word to leave in which one slip is forgiven
LONGEST_SENTENCE = 400  # characters in which a first sentence ends
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
    *(
        f"{greeting} {whom}"
        for greeting in ("hello", "hi", "hey")
        for whom in ("all", "everyone", "everybody", "there")
    ),
    "hello",
    "hi",
)
_PUNCTUATION = " \t.,;:!?\"'«»“”*_-()[]"  # at the ends of what is left; `plain` takes no other


def read(words: str, subject: str, verbs: Verbs, *, today: date, kind: str = "list") -> Call | None:
    """The verb that these new words are, as a whole; None when they are for the group to read.

    The subject counts only where there are no words at all, as in an empty mail headed "unsubscribe", or where its
    wish to leave is the first sentence of the mail as well.
    """
    words, subject = _UNDER.split(words, maxsplit=1)[0].strip(), _TAGS.sub("", subject[:LONGEST_COMMAND]).strip()
    if (sheet := verbs.recognise(words.partition("\n")[0], kind)) is not None and _goes_on(sheet, words):
        return sheet
    if _is_headed_so(words, subject, verbs):
        return Call(verbs.get(LEAVE), "")
    said = words if any(map(without_courtesy, words.splitlines())) else subject
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


def about_post(words: str, verbs: Verbs) -> Call | None:
    """«silenzia» or «segui» in a reply to a message, as a whole and in the words our mails print: others are prose."""
    lines = [line for line in map(without_courtesy, words[:LONGEST_SENTENCE].splitlines()) if line]
    for verb in (verbs.find(name) for name in ABOUT_A_POST):
        if verb is not None and len(lines) == 1 and lines[0] in {plain(said[0]) for said in verb.words.values()}:
            return Call(verb, "")
    return None


def _is_headed_so(words: str, subject: str, verbs: Verbs) -> bool:
    """Whether subject and first sentence both wish to leave: then what follows only says why."""
    call = _call(without_courtesy(subject), verbs, "list", date.min) if subject else None
    if call is None or call.verb.name != LEAVE:
        return False
    sentence = " ".join(_ADDRESS.sub("", words[:LONGEST_SENTENCE]).split()).partition(". ")[0]
    return _LEAVING.fullmatch(without_courtesy(sentence)) is not None


# Below these lines list managers and archives write, and never the author.
_UNDER = re.compile(r"^(?:_{20,}|-{4,20} ?next part ?-{4,20})[ \t]*$", re.MULTILINE)
_TAGS = re.compile(r"^(?:\s*\[[^\[\]]{1,40}\])+")
_ADDRESS = re.compile(r"<[^<>\s]{0,100}>|[^\s<>@]{1,64}@[^\s<>@]{1,200}")
# «vorrei essere cancellato dalla mailing list subito», "can you unsubscribe me from this list now"; read as `plain`
# leaves a line: without accents, capitals and punctuation at its ends.
_WISH = (
    r"(?:(?:(?:vi|ti) prego|prego|chiedo|desidero|vorrei|voglio|potete|puoi|come faccio a|come posso|"
    r"please|i want|i wish|"
    r"i would like|i'd like|can you|could you|how do i|how can i)(?: di| to be| to| please)? ){0,2}(?:essere )?"
)
_ACT = (
    r"(?:disiscrivermi|disiscri(?:vetemi|vimi|tt[oa])|canc?ella(?:temi|mi|rmi|t[oa])|elimina(?:temi|mi|rmi|t[oa])|"
    r"rimuov(?:etemi|imi|ermi)|rimoss[oa]|togli(?:etemi|mi|ermi)|tolt[oa]|uscire|esco|esci|"
    r"(?:annulla|cancella)(?:te|re)? (?:la mia )?iscrizione|non (?:voglio|desidero) piu (?:ricevere|far parte)|"
    r"non ricevere piu|un-?subscribed?(?: me)?|removed?(?: me| (?:my |this )?e-?mail address)?|"
    r"tak(?:e|en)(?: me)? off|leave (?=(?:this|the|your) )|"
    r"cancel my (?:subscription|membership)|stop (?:sending|emailing|mailing)(?: me)?)"
)
_FROM = (
    r"(?: ?(?:da|dal|dalla|del|della|from|off|of)?"
    r"(?: ?(?:questa|questo|queste|vostra|vostro|le|vostre|this|these|the|your))?"
    r" ?(?:(?:distribution|mailing) ?list|lista|gruppo|elenco|newsletter|list|group|e-?mails?|mail|messaggi))?"
)
_NOW = r"(?: (?:subito|immediatamente|adesso|ora|al piu presto|now|immediately|asap|at once))?"
_LEAVING = re.compile(_WISH + _ACT + _FROM + _NOW)


def _call(line: str, verbs: Verbs, kind: str, today: date) -> Call | None:
    call = verbs.recognise(line, kind)
    if call is None and _LEAVING.fullmatch(line):
        return Call(verbs.get(LEAVE), "")
    if call is None:
        return _slipped(line, verbs)
    if call.verb.name == PAUSE and isinstance(until(call.argument, today), NotADate):
        return None  # «pausa pranzo da me» is for the group
    return call


def _goes_on(call: Call, words: str) -> bool:
    """A command that goes on over lines: «iscrivi:» or «invita» and addresses, which the group must not read."""
    if call.verb.reads is not None and call.verb.takes_prose:
        return True
    return call.verb.colon and call.verb.takes_prose and ":" in words.strip().partition("\n")[0]


def _slipped(line: str, verbs: Verbs) -> Call | None:
    """A word to leave with one letter wrong: nobody wants that read by two hundred people."""
    if len(line) < LEAST_LETTERS or " " in line:
        return None
    leave = verbs.get(LEAVE)
    meant = (plain(word) for words in leave.words.values() for word in words)
    return Call(leave, "") if any(len(w) >= LEAST_LETTERS and is_one_slip(line, w) for w in meant) else None


def without_courtesy(line: str) -> str:
    """What is left of a line without its «grazie» and "please"."""
    said = plain(line)
    start, end = 0, len(said)
    while start < end:
        if (size := _courtesy_at_start(said, start, end)) > 0:
            start += size
        elif (size := _courtesy_at_end(said, start, end)) > 0:
            end -= size
        else:
            break
        while start < end and said[start] in _PUNCTUATION:
            start += 1
        while start < end and said[end - 1] in _PUNCTUATION:
            end -= 1
    return said[start:end]


def _courtesy_at_start(said: str, start: int, end: int) -> int:
    for courtesy in _COURTESIES:
        after = start + len(courtesy)
        if said.startswith(courtesy, start, end) and (after == end or not said[after].isalnum()):
            return len(courtesy)
    return 0


def _courtesy_at_end(said: str, start: int, end: int) -> int:
    for courtesy in _COURTESIES:
        before = end - len(courtesy)
        if said.endswith(courtesy, start, end) and (before == start or not said[before - 1].isalnum()):
            return len(courtesy)
    return 0
