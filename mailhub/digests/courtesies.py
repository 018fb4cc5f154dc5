"""Greetings, thanks and names around the words of an answer: what says nothing to any item. Pure."""

import re
from collections.abc import Collection, Sequence

LONGEST = 100  # characters of a line that can be no more than a courtesy
LONGEST_NAME = 4  # words

_ALL = (
    r"(?:a )?(?:tutti e tutte|tutte e tutti|tutti quanti|tutti voi|tutte voi|tutti|tutte|voi|ragazzi|ragazze|amici|"
    r"all|everyone|everybody|there|folks)"
)
_GREETING = (
    r"(?:ciao|salve|buongiorno|buon giorno|buonasera|buona sera|buon pomeriggio|buond[iì]|hey|hi|hello|good morning|"
    rf"good evening|good afternoon)(?:\s+{_ALL})?"
)
_NAME = r"(?-i:[A-ZÀ-Ý][\w'’.-]*(?: [A-ZÀ-Ý][\w'’.-]*){0,2})"
_WORD = re.compile(r"[^\W\d_]+")
# What people answer with, also behind a greeting and with a capital letter.
_ANSWER_WORDS = (
    "sì si no ok okay vengo veniamo verrò forse volentieri certo certamente presente presenti sicuro perfetto bene",
    "accordo ci io yes yep nope maybe sure fine agreed count coming great me",
)
_ANSWERS = frozenset(word for line in _ANSWER_WORDS for word in line.split())
_OPENS = re.compile(
    rf"(?:{_GREETING}(?: (?P<name>{_NAME}))?|carissim[ie]|(?:car[oaie]|gentil[ei]|dear) (?:{_ALL}|friends|{_NAME}))"
    r" ?[,.!:)]*",
    re.IGNORECASE,
)
_CLOSING = (
    r"(?:(?:molte |tante |mille )?grazie(?: mille| infinite| tante| ancora| di cuore| di tutto)?|"
    r"thanks(?: a lot| again| so much| very much)?|thank you(?: so much| very much)?|many thanks|"
    r"(?:cordiali |tanti |cari |distinti )?saluti|un (?:caro |cordiale )?saluto|un abbraccio|abbracci|baci|a presto|"
    r"a domani|a dopo|alla prossima|ci vediamo|ciao(?: ciao)?|"
    r"buona (?:giornata|serata|domenica|settimana|notte)|buon (?:lavoro|weekend|fine settimana|pomeriggio)|"
    r"best(?: wishes)?|(?:best |kind |warm )?regards|cheers|bye|see you(?: soon| then)?|love|all the best|take care|"
    r"have a (?:nice|lovely|good|great) (?:day|evening|week|weekend)|(?:yours )?sincerely)"
    rf"(?: {_ALL})?"
)
_CLOSES = re.compile(
    rf"{_CLOSING}(?: ?(?:,|e|and|\.|!) ?{_CLOSING}){{0,2}}(?: ?[,.!;-]* ?(?P<name>{_NAME}))?(?: ?x{{1,3}})? ?[,.!:)]*",
    re.IGNORECASE,
)
_CLOSING_SENTENCE = re.compile(r"(?<=[.!?]) +(?=[^.!?]+[.!?]*$)")
_PRESENTS = re.compile(
    rf"(?:{_GREETING},? )?(?:sono|qui|i['’]m|this is|it['’]s) (?P<name>\w+(?: \w+)?) ?[,.!]*", re.IGNORECASE
)
_INLINE = re.compile(rf"\s*(?:{_GREETING})\s*[,!.:-]\s*", re.IGNORECASE)
_ADDRESSED = re.compile(
    rf"\s{{0,3}}(?:{_GREETING}\s|sono\s|qui\s|(?:this|it)\sis\s)?(?P<name>{_NAME})(?:\s(?:here|qui))?"
    r"\s?(?:[,:!]|\s[-–—])\s+",
    re.IGNORECASE,
)
_INTRODUCES = re.compile(
    r"\s*(?:ecco(?:mi|ci)?|le mie risposte|rispondo|rispondo qui|here (?:are|is)|my answers|answers?|allora|"
    r"dunque|so|ok allora)"
    r"[^.!?:\n]{0,40}:\s*",
    re.IGNORECASE,
)


def names(*people: str) -> frozenset[str]:
    """The words of some people's names, by which a name is known from an answer."""
    return frozenset(word for name in people for word in _WORD.findall(name.casefold()))


def without(
    lines: Sequence[str], own: Collection[str], known: Collection[str] = (), *, first: bool = True, last: bool = True
) -> list[str]:
    """The lines without greetings before them and thanks and names after them.

    `own` are the words of the writer's name, `known` those of others who may be greeted. «Grazie. Vengo» thanks nobody
    of that name: a closing goes only with a name we know, and of a greeting's only what nobody answers with.
    """
    kept = _without_last_sentence(list(lines), {*own, *known}) if last and lines else list(lines)
    start, end = 0, len(kept)
    while last and end and (not kept[end - 1].strip() or _ends(kept[end - 1], own, known)):
        end -= 1
    while (
        first
        and start < end
        and (not kept[start].strip() or _opens(kept[start], {*own, *known}, is_alone=end - start == 1))
    ):
        start += 1
    while first and start < end and (not kept[start].strip() or _presents(kept[start], own)):
        start += 1
    return kept[start:end]


def without_greeting(line: str) -> str:
    """A line whose greeting stands before the rest of it."""
    found = _INLINE.match(line)
    return line[found.end() :] if found is not None and line[found.end() :].strip() else line


def without_address(line: str, known: Collection[str]) -> str:
    """The same, also where names we know stand before the words: «Ciao Bruno, 1 …», «Nives: 1 …», «sono Nives, 1 …»."""
    said = without_greeting(line)
    found = _ADDRESSED.match(said)
    if found is None or not said[found.end() :].strip():
        return said
    return said[found.end() :] if names(found["name"]) <= set(known) else said


def is_opening(text: str) -> bool:
    """Whether some words, ended by a colon, only say that answers follow."""
    return "\n" not in text.strip() and _INTRODUCES.fullmatch(text) is not None


def _opens(line: str, known: Collection[str], *, is_alone: bool) -> bool:
    """Whether a line only greets; one alone is no greeting of somebody we do not know."""
    found = _OPENS.fullmatch(_tidy(line))
    if found is None or not found["name"]:
        return found is not None
    said = names(found["name"])
    return said <= set(known) or not (is_alone or said & _ANSWERS)


def _presents(line: str, own: Collection[str]) -> bool:
    """Whether a line only says who writes."""
    found = _PRESENTS.fullmatch(_tidy(line))
    return found is not None and names(found["name"]) <= set(own)


def _without_last_sentence(lines: list[str], known: Collection[str]) -> list[str]:
    """The lines without thanks at the end of the last of them: «4 ok. Baci»."""
    place = next((at for at in range(len(lines) - 1, -1, -1) if lines[at].strip()), 0)
    said = lines[place] if len(lines[place]) <= 10 * LONGEST else ""
    sentence = _CLOSING_SENTENCE.search(said)
    if sentence is None or not _closes(said[sentence.end() :], known) or _closes(said[: sentence.start()], known):
        return lines
    return [*lines[:place], said[: sentence.start()]]


def _ends(line: str, own: Collection[str], known: Collection[str]) -> bool:
    return _closes(line, {*own, *known}) or _is_name(line, own)


def _closes(line: str, known: Collection[str]) -> bool:
    found = _CLOSES.fullmatch(_tidy(line))
    return found is not None and (not found["name"] or names(found["name"]) <= set(known))


def _is_name(line: str, own: Collection[str]) -> bool:
    """Whether a line is its writer's name, or a part of it."""
    said = _WORD.findall(_tidy(line).casefold())
    if len(said) == 1 and len(said[0]) == 1:
        return said[0] in {word[:1] for word in own}
    return 0 < len(said) <= LONGEST_NAME and set(said) <= {*own, "x", "xx", "xxx"} and bool(set(said) & set(own))


def _tidy(line: str) -> str:
    """A line with single spaces; nothing of one that is too long for a courtesy."""
    said = " ".join(line.split())
    return said if len(said) <= LONGEST else ""
