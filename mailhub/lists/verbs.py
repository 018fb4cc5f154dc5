"""Everything a person can do in a group; each verb is a word in a reply, an address and a button.

What each does is in `coming` (who comes in), `being` (who is there), `reading_first`, `rewording` and `trusting` (what
moderators and authors say of posts) and `explaining`.
"""

from collections.abc import Callable, Mapping
from functools import partial
from typing import Any

from mailhub.authority import Level
from mailhub.lists import (
    appealing,
    being,
    calming,
    coming,
    correcting,
    directory,
    explaining,
    how_many,
    inviting,
    listening,
    mediating,
    one_or_all,
    orders,
    pausing,
    personal,
    reading_first,
    reporting,
    resending,
    rewording,
    signing_up,
    things,
    trusting,
)
from mailhub.lists.tables import Tool
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


def _said(name: str, kinds: frozenset[str], perform: Perform, undo: Undo | None = None, *, colon: bool = False) -> Verb:
    """A moderator's word that takes a reason, or other words, as long as they like."""
    level = Level.OFFICE
    return Verb(name, WORDS[name], level, kinds, perform, undo, takes_argument=True, takes_prose=True, colon=colon)


def _calming(name: str, tool: Tool) -> Verb:
    """A moderator's word about a conversation; a line that does not fit whole is prose for it."""
    return Verb(
        name,
        WORDS[name],
        Level.OFFICE,
        _SAID,
        reporting.closing(mediating.propose if tool is Tool.MEDIATION else calming.verb_of(tool)),
        None if tool is Tool.MEDIATION else calming.take_back,
        takes_argument=True,
        takes_prose=True,
        reads=partial(orders.is_for, tool),
    )


_JOINING = frozenset({things.JOIN, things.UNASKED})
_APPROVAL = frozenset({things.APPROVAL})
_PERSONAL = frozenset({things.PERSONAL})
_HELD = frozenset({things.HELD})
_REPORT = frozenset({things.REPORT})
_SAID = frozenset({things.POST, things.REPORT})  # a message that went out, or a report of it
_MEDIATION = frozenset({things.MEDIATION})
_TALK = frozenset({things.TALK})
_APPEAL = frozenset({things.APPEAL})
_EDIT = frozenset({things.EDIT})
_REPHRASE = frozenset({things.REPHRASE})
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
    Verb(
        how_many.NAME,
        WORDS[how_many.NAME],
        Level.VOICE,  # by role it is the organisers'
        frozenset({things.LIST}),
        how_many.tell,
        takes_argument=True,
        colon=True,
        only_tells=True,
        of_person=True,
    ),
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
    _said("refuse", _HELD, reading_first.refuse),
    _said("rephrase", _HELD, rewording.rephrase),
    _said("edit", _HELD, rewording.edit),
    Verb("reword", {}, Level.VOICE, _REPHRASE, rewording.reword, listens=True),
    Verb(
        "change",
        WORDS["change"],
        Level.VOICE,
        _HELD,
        rewording.reword,
        takes_argument=True,
        takes_prose=True,
        colon=True,
    ),
    Verb("accept-edit", YES, Level.VOICE, _EDIT, rewording.accept, one_tap=True),
    Verb("decline-edit", NO, Level.VOICE, _EDIT, rewording.decline, one_tap=True),
    Verb("trust", WORDS["trust"], Level.OFFICE, _HELD | _POST, trusting.trust, trusting.take_back),
    _said("ban", _HELD | _SAID, reporting.closing(trusting.ban), trusting.take_back, colon=True),
    Verb(
        "readmit",
        WORDS["readmit"],
        Level.OFFICE,
        _HELD | _POST,
        trusting.readmit,
        trusting.take_back,
    ),
    _calming("slow", Tool.SLOW),
    _calming("letter-only", Tool.LETTER),
    _calming("closed", Tool.CLOSED),
    _calming("voices", Tool.VOICES),
    _calming("mediation", Tool.MEDIATION),
    Verb("lift", WORDS["lift"], Level.OFFICE, _SAID, calming.lift),
    Verb(
        "report",
        WORDS["report"],
        Level.VOICE,
        _POST,
        reporting.report,
        takes_argument=True,
        takes_prose=True,
        colon=True,
    ),
    _said("handled", _REPORT, reporting.handled),
    Verb("wait", WORDS["wait"], Level.VOICE, _POST, pausing.wait, calming.take_back),
    Verb("agree", YES, Level.VOICE, _MEDIATION, mediating.agree, one_tap=True),
    Verb("decline-mediation", NO, Level.VOICE, _MEDIATION, mediating.decline, one_tap=True),
    Verb("end-talk", WORDS["end-talk"], Level.VOICE, _TALK, mediating.end),
    Verb("talk", {}, Level.VOICE, _TALK, mediating.talk, listens=True),
    Verb("send", WORDS["send"], Level.VOICE, _HELD, resending.send),
    Verb(
        "appeal",
        WORDS["appeal"],
        Level.VOICE,
        frozenset({things.MEASURE, things.HELD, things.POST}),
        appealing.appeal,
        takes_argument=True,
        takes_prose=True,
        colon=True,
    ),
    Verb("uphold", WORDS["uphold"], Level.OFFICE, _APPEAL, appealing.uphold, one_tap=True),
    Verb("lift-appealed", WORDS["lift-appealed"], Level.OFFICE, _APPEAL, appealing.lift, one_tap=True),
    Verb("help-moderating", WORDS["help"], Level.PUBLIC, _HELD, explaining.help_moderating),
    Verb("help-calming", WORDS["help"], Level.PUBLIC, _POST, explaining.help_calming),
    Verb(
        correcting.NAME,
        WORDS[correcting.NAME],
        Level.VOICE,
        _POST,
        correcting.correct,
        correcting.take_back,
        takes_argument=True,
        takes_prose=True,
        colon=True,  # the new text stands behind it or below: «correct me if I am wrong» is for the group
    ),
    Verb(
        "withdraw",
        WORDS["withdraw"],
        Level.VOICE,
        frozenset({things.HELD, things.REPHRASE, things.EDIT, things.POST, things.APPROVAL, things.LIST}),
        reading_first.withdraw,
    ),
)
