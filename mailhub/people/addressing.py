"""How somebody is addressed: the name others read and the language we write in, by a word or on their own page."""

from collections.abc import Mapping
from typing import Any

from mailhub.authority import Level
from mailhub.language import one_line, say
from mailhub.people import persons
from mailhub.people.tables import Person
from mailhub.site import LANGUAGES
from mailhub.tokens import LIST, ME
from mailhub.verbs import ANYTHING, Act, Answer, Outcome, Verb, as_written, plain

_TONGUES = {"italiano": "it", "italiana": "it", "italian": "it", "inglese": "en", "english": "en"}
LONGEST = 60  # characters of a name that is chosen by a word
_NO_NAME = ("@", "://", "<", ">")  # an address or a link is no name: groups hide those


def _address_by(act: Act) -> Outcome:
    """From now on by this name, in this language: the argument is both, the language first."""
    spoken, _, name = act.argument.partition(" ")
    person = act.session.get_one(Person, act.person_id)
    if spoken not in LANGUAGES:
        return Outcome(False)
    kept = {"name": person.name, "language": person.language or ""}
    persons.change(act.session, person, now=act.now, name=one_line(name), language=spoken)
    return Outcome(True, None, kept)


def as_before(act: Act, kept: Mapping[str, Any]) -> Outcome:
    """Undo of any of these."""
    persons.change(act.session, act.session.get_one(Person, act.person_id), now=act.now, **kept)
    return Outcome(True)


def _call_me(act: Act) -> Outcome:
    """From now on others read this name."""
    name, person = _name_said(act), act.session.get_one(Person, act.person_id)
    if not name:
        return Outcome(False, Answer("people.name-how"))
    kept = {"name": person.name}
    persons.change(act.session, person, now=act.now, name=name)
    return Outcome(True, Answer("people.named", {"name": person.name}), kept)


def _name_said(act: Act) -> str:
    """The name as it was written, where that is still known; a courtesy behind a comma is none of it."""
    line = next((line for line in act.words.splitlines() if line.strip()), "")
    name = one_line(as_written(NAME, line) or act.argument).partition(",")[0].strip(' .;:!?"«»“”')
    fits = len(name) <= LONGEST and not any(mark in name for mark in _NO_NAME)
    return name if fits and any(map(str.isalpha, name)) else ""


def language_named(line: str) -> str | None:
    """The language a line such as «lingua inglese» wants; None where it is anything else."""
    match plain(line).replace(":", " ").split():
        case [_, named]:
            return _TONGUES.get(named)
    return None


def _speak(act: Act) -> Outcome:
    """From now on we write in this language."""
    spoken, person = language_named(act.argument), act.session.get_one(Person, act.person_id)
    if spoken is None:  # only a form of ours that was changed on its way says so little
        return Outcome(False)
    kept = {"language": person.language or ""}
    persons.change(act.session, person, now=act.now, language=spoken)
    named = say(act.language, f"people.language-{spoken}")
    return Outcome(True, Answer("people.language-chosen", {"language": named}), kept)


ADDRESS_BY = Verb("address-by", {}, Level.VOICE, frozenset({ME.name}), _address_by, as_before)
NAME = Verb(
    "name",
    {"it": ("nome", "il mio nome"), "en": ("name", "my name")},
    Level.VOICE,
    frozenset({LIST.name}),  # below a message «Nome: Ada» may be what somebody asked everybody to write
    _call_me,
    as_before,
    takes_argument=True,
    colon=True,  # «nome del cane?» is for the group
    of_person=True,
)
LANGUAGE = Verb(
    "language",
    {"it": ("lingua",), "en": ("language",)},
    Level.VOICE,
    frozenset({ANYTHING}),
    _speak,
    as_before,
    takes_argument=True,
    reads=lambda line: language_named(line) is not None,
    of_person=True,
)
VERBS = (ADDRESS_BY, NAME, LANGUAGE)
