"""Reads our words with the rules of tone that a machine can check: for the catalogues, and for starter templates."""

import re
from collections.abc import Iterable, Iterator

from mailhub.language import LANGUAGES, PLACEHOLDER, Entry, entries, mail, rooms

LONGEST_SUBJECT = 55  # characters, at the length of usual names
LONGEST_MAIL = 90  # words, footer apart
LONGEST_FIRST_SENTENCE = 40  # words

# Names of a usual length stand for the values of these places, so many words for those, one word for any other.
_USUAL = {"group": "Orto di Pietrafiore", "subject": "Carriola rotta", "site": "Pietrafiore", "who": "chi modera"}
_USUAL_WORDS = {
    "rhythm": 16,
    "privacy": 10,
    "reason": 12,
    "introduce": 25,
    "reasons": 15,
    "why": 12,
    "description": 10,
    "because": 14,
    "people": 4,
    "words": 6,
    "hint": 12,
    "attachments": 6,
    "outcome": 2,
    "when": 4,
    "until": 4,
}
TECHNICAL = {
    "it": "Per chi gestisce il server:",
    "en": "For whoever runs the server:",
}  # what follows is not for members
_QUOTATION = {"it": re.compile(r"«[^»]*»"), "en": re.compile(r'"[^"]*"')}
_OTHER_MARKS = {"it": re.compile(r"[\"“”]"), "en": re.compile(r"[«»“”]")}
_LINK = re.compile(r"https?://|mailto:|\{(?:\w+_)?link\}")
_EMOJI = re.compile("[\u2600-\u27bf\ufe0f\U0001f000-\U0001faff]")
_GENDERED = re.compile(r"\b\w+[oaie]/[oaie]\b|\b(?:iscritt|(?<!di )benvenut)[oaie]\b|\w\*|ə", re.IGNORECASE)
_NEVER = "token smtp dkim digest bounce thread rsvp subscription template pledge perk item overbooking clicca click"
_NOT_SAID = {
    "it": r"lista(?! d.attesa)|hold|mailing list|riassunto automatico|modalità normale|post|bloccat[oaie]|moderat[oaie]"
    r"|in coda|amministrator[ei]|sottoscriv\w*|cancella l.account|rimbalz\w*|donazion[ei]|campagn[ae]|votazion[ei]"
    r"|sondaggi?o?|favorevoli|contrari|gestor[ei]|opt-(?:in|out)",
    "en": r"(?<!waiting )lists?|(?<!not )hold|posts?|posted|blocked|moderated|queued?|administrators?|normal mode"
    r"|unsubscribe\w*|donations?|campaigns?|polls?|opt-(?:in|out)",
}
_NOT = {
    language: re.compile(rf"\b(?:{words}|{_NEVER.replace(' ', '|')})\b", re.IGNORECASE)
    for language, words in _NOT_SAID.items()
}


def problems() -> list[str]:
    """Everything wrong with the catalogues, as `words/it: lists.confirm.text: what`."""
    found = [f"words: {room}.toml is not there in both languages" for room in _rooms() if not _in_both(room)]
    for room in (room for room in _rooms() if _in_both(room)):
        found += _differences(room)
        for language in LANGUAGES:
            found += [f"words/{language}: {what}" for what in _faults_of_room(language, room)]
    return found


def faults(language: str, text: str) -> Iterator[str]:
    """What the rules of tone have against one piece of our own text; quotations are other people's words."""
    ours = text.partition(TECHNICAL[language])[0]
    if "!" in ours:
        yield "an exclamation mark"
    if _EMOJI.search(ours):
        yield "an emoji"
    if found := _OTHER_MARKS[language].search(ours):
        yield f"{found[0]} is not how this language quotes"
    said = PLACEHOLDER.sub("…", _QUOTATION[language].sub("…", ours))
    yield from (f"the word {word[0]!r}" for word in _NOT[language].finditer(said))
    yield from (f"the form {word[0]!r} tells a gender" for word in _GENDERED.finditer(said))


def mail_faults(language: str, subject: str, text: str) -> Iterator[str]:
    """What the rules for a service mail have against one, with its values filled in."""
    if len(subject) > LONGEST_SUBJECT:
        yield f"the subject has {len(subject)} characters, at most {LONGEST_SUBJECT}"
    if (words := len(text.split())) > LONGEST_MAIL:
        yield f"the text has {words} words, at most {LONGEST_MAIL}"
    first = re.split(r"(?<=[.?])\s", text, maxsplit=1)[0]
    if (words := len(first.split())) > LONGEST_FIRST_SENTENCE:
        yield f"the first sentence has {words} words, at most {LONGEST_FIRST_SENTENCE}"
    link = _LINK.search(text)
    if link and not _QUOTATION[language].search(text[: link.start()]):
        yield "a link comes before a word to reply with"


def placeholders(entry: Entry) -> frozenset[str]:
    """The places of an entry that want a value."""
    texts = [entry] if isinstance(entry, str) else entry.values()
    return frozenset(name for text in texts for name in PLACEHOLDER.findall(text))


def mails(language: str, room: str) -> tuple[str, ...]:
    """The keys of all mails of a room."""
    known = entries(language, room)
    return tuple(key.removesuffix(".subject") for key in known if key.endswith(".subject"))


def sample(names: Iterable[str]) -> dict[str, str]:
    """Values of usual length for these places."""
    return {name: _USUAL.get(name, " ".join(["parola"] * _USUAL_WORDS.get(name, 1))) for name in names}


def _rooms() -> list[str]:
    return sorted({room for language in LANGUAGES for room in rooms(language)})


def _in_both(room: str) -> bool:
    return all(room in rooms(language) for language in LANGUAGES)


def _differences(room: str) -> Iterator[str]:
    """Where the two languages do not have the same entries with the same places."""
    first, second = (entries(language, room) for language in LANGUAGES)
    for key in sorted(first.keys() ^ second.keys()):
        yield f"words/{LANGUAGES[0] if key in second else LANGUAGES[1]}: {key} is missing"
    for key in sorted(first.keys() & second.keys()):
        if odd := placeholders(first[key]) ^ placeholders(second[key]):
            yield f"words: {key} has {sorted(odd)} in one language only"
        if isinstance(first[key], str) != isinstance(second[key], str):
            yield f"words: {key} has forms for one and other in one language only"


def _faults_of_room(language: str, room: str) -> Iterator[str]:
    known = entries(language, room)
    for key, entry in known.items():
        for text in [entry] if isinstance(entry, str) else entry.values():
            yield from (f"{key}: {fault}" for fault in faults(language, text))
    for key in mails(language, room):
        if f"{key}.text" not in known:
            yield f"{key}: a subject without a text"
            continue
        names = placeholders(known[f"{key}.subject"]) | placeholders(known[f"{key}.text"])
        words = mail(language, key, **sample(names))
        yield from (f"{key}: {fault}" for fault in mail_faults(language, words.subject, words.text))
