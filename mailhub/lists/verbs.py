"""Everything a person can do in a group; each verb is a word in a reply, an address and a button.

What each does is in `coming` (who comes in), `being` (who is there), `reading_first` (posts) and `explaining`.
"""

from collections.abc import Callable, Mapping
from typing import Any

from mailhub.authority import Level
from mailhub.lists import (
    being,
    coming,
    directory,
    explaining,
    inviting,
    listening,
    one_or_all,
    personal,
    reading_first,
    signing_up,
    things,
)
from mailhub.lists.vocabulary import NO, SUFFIXES, WORDS, YES, Forms
from mailhub.verbs import ANYTHING, Act, Outcome, Verb

Perform = Callable[[Act], Outcome]
Undo = Callable[[Act, Mapping[str, Any]], Outcome]


def _anywhere(name: str, level: Level, perform: Perform, undo: Undo | None = None, **more: Any) -> Verb:
    """A verb of the group, in reply to any mail of it and by address."""
    anything = frozenset({ANYTHING})
    return Verb(name, WORDS[name], level, anything, perform, undo, suffixes=SUFFIXES.get(name, {}), **more)


def _answer(name: str, words: Forms, kinds: frozenset[str], perform: Perform, level: Level = Level.VOICE) -> Verb:
    """A word that answers one question, once."""
    is_own = level is Level.VOICE
    return Verb(name, words, level, kinds, perform, one_tap=True, mailbox_suffices=is_own)


_JOINING = frozenset({things.JOIN, things.UNASKED})
_APPROVAL = frozenset({things.APPROVAL})
_PERSONAL = frozenset({things.PERSONAL})
_HELD = frozenset({things.HELD})
_POST = frozenset({things.POST})

VERBS: tuple[Verb, ...] = (
    _anywhere("help", Level.PUBLIC, explaining.help_, only_tells=True),
    _anywhere("pause", Level.LIGHT, being.pause, being.put_back, takes_argument=True),
    _anywhere("leave", Level.LIGHT, being.leave, being.come_back),
    _anywhere("resume", Level.LIGHT, being.resume, being.put_back),
    _anywhere("why", Level.LIGHT, explaining.why, only_tells=True),
    _anywhere("each", Level.VOICE, being.each, being.put_back),
    _anywhere("digest", Level.VOICE, being.digest, being.put_back),
    _anywhere("owner", Level.PUBLIC, explaining.owner, only_tells=True),
    _anywhere("join", Level.LIGHT, coming.join),
    _anywhere(directory.NAME, Level.PUBLIC, directory.which, only_tells=True, of_person=True),
    Verb(
        signing_up.NAME,
        WORDS[signing_up.NAME],
        Level.VOICE,  # each person is only asked, as anybody may have anybody asked; by role it is the organisers'
        frozenset({ANYTHING}),
        signing_up.enrol,
        signing_up.take_back,
        takes_argument=True,
        takes_prose=True,
        colon=True,
    ),
    Verb(
        inviting.NAME,
        WORDS[inviting.NAME],
        Level.VOICE,  # as above; a reply to a message of the group brings no token
        frozenset({ANYTHING}),
        inviting.invite,
        inviting.take_back,
        takes_argument=True,
        takes_prose=True,
        reads=inviting.is_invitation,
    ),
    _answer("confirm", YES, _JOINING, coming.confirm),
    _answer("decline", NO, _JOINING, coming.decline),
    _answer("approve", YES, _APPROVAL, coming.approve, Level.OFFICE),
    _answer("deny", NO, _APPROVAL, coming.deny, Level.OFFICE),
    _answer(personal.TO_ALL, WORDS[personal.TO_ALL], _PERSONAL, one_or_all.to_all),
    _answer(one_or_all.TO_ONE, WORDS[one_or_all.TO_ONE], _PERSONAL, one_or_all.to_one),
    _answer(one_or_all.TO_NOBODY, WORDS[one_or_all.TO_NOBODY], _PERSONAL, one_or_all.to_nobody),
    Verb("mute", WORDS["mute"], Level.LIGHT, _POST, listening.mute, listening.hear),
    Verb("follow", WORDS["follow"], Level.LIGHT, _POST, listening.follow, listening.hush),
    Verb("publish", WORDS["publish"], Level.OFFICE, _HELD, reading_first.publish),
    Verb(
        "refuse",
        WORDS["refuse"],
        Level.OFFICE,
        _HELD,
        reading_first.refuse,
        takes_argument=True,
        takes_prose=True,
    ),
    Verb(
        "withdraw",
        WORDS["withdraw"],
        Level.VOICE,
        frozenset({things.HELD, things.POST, things.APPROVAL, things.LIST}),
        reading_first.withdraw,
    ),
)
