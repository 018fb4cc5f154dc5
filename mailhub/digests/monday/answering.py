"""An answer to a letter of a Monday: each number with its word does what it would do by itself; one receipt tells all.

The words are read as those of any letter (`digests/answers`); which word a thing hears is its kind's. What is not clear
is asked about in the same receipt.
"""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from mailhub import formats, language
from mailhub.archive import raw as raws
from mailhub.authority import Allowed, Level
from mailhub.digests import answers, posting, telling
from mailhub.digests.answers import Piece, Reading
from mailhub.digests.monday import items
from mailhub.digests.monday.items import Numbered, Told
from mailhub.digests.tables import Letter
from mailhub.digests.taking_back import undo_deed
from mailhub.language import say
from mailhub.lists import telling as said_so
from mailhub.lists import things, voice, wishes
from mailhub.mail import message
from mailhub.people import questions
from mailhub.people.deeds import Carried
from mailhub.people.tables import Person, Question
from mailhub.verbs import Act, Answer, Call, Outcome, Thing, Verbs

VERB = "answer-monday"
_MOST_PIECES = 1_000_000  # of one mail
_NUMBERED = re.compile(r"\s*(?:la |il |the )?(\d{1,3})[.):]?\s+", re.IGNORECASE)
_AS_PRINTED = re.compile(r"^[ \t]*[«“\"](\d[^«»“”\"\n]*)[»”\"][.,;]?[ \t]*$", re.MULTILINE)  # with our marks around it
_SAID = 40  # characters of one thing that was unclear
_MOST_SHOWN = 5  # of these
_CLEAR: Mapping[str, Any] = {"unclear": "", "unknown": "", "choices": ""}

Carry = Callable[..., Carried]  # carries a word out by the rule of authority, as for a mail of its own
Twice = Callable[[Act, str], Answer]  # asks for the second mail of what takes two


@dataclass(slots=True)
class _Done:
    """What the pieces did so far."""

    lines: list[str] = field(default_factory=list)
    worked: bool = False
    heard: set[int] = field(default_factory=set)  # numbers whose words were clear
    deeds: list[tuple[int, int]] = field(default_factory=list)  # number and deed of what can be taken back
    unclear: list[Piece] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class Answering:
    """The verb that hears whatever is answered to such a letter."""

    verbs: Verbs
    carry: Carry
    twice: Twice

    def perform(self, act: Act) -> Outcome:
        """Carry out every piece that is clear, tell of each, and ask about the rest."""
        letter = act.session.get(Letter, act.thing.id)
        if letter is None or letter.week is None or letter.person_id != act.person_id or act.raw_id is None:
            return Outcome(False, Answer("digests.letter-gone", {}, act.thing, returns_text=True))
        told = items.told(act.session, letter)
        read = self._read(act, told)
        if read.is_empty:
            return Outcome(False, Answer("inbound.empty", {}, act.thing, returns_text=True))
        done = _Done()
        for part, piece in enumerate(read.pieces):
            self._take(act, told, piece, part, done)
        return self._receipt(act, told, done) if read.pieces else Outcome(False)

    def undo(self, act: Act, kept: Mapping[str, Any]) -> Outcome:
        """Take back every word that can be, each by its own rule."""
        taken = [undo_deed(self.verbs, act, deed_id) for deed_id in kept["deeds"]]
        if not any(taken):
            return Outcome(False)
        return Outcome(True, Answer("monday.undone" if all(taken) else "monday.undone-partly", {}, act.thing))

    def _read(self, act: Act, told: Told) -> Reading:
        mail = message.parse(raws.read(act.session, act.site, act.raw_id or 0))
        kinds = {one.number: one.thing.kind for one in told.items}

        def understood(number: int, said: str) -> bool:
            return self._call(said, kinds[number]) is not None

        return answers.read(
            _AS_PRINTED.sub(r"\1", mail.text),
            [one.item for one in told.items],
            own_name=act.session.get_one(Person, act.person_id).name,
            around=told.around,
            understood=understood,
            only_words=True,
        )

    def _call(self, said: str, kind: str) -> Call | None:
        """The word in the first line, with or without a courtesy; what stands below it goes with it."""
        first = said.strip().partition("\n")[0]
        return self.verbs.recognise(first, kind) or self.verbs.recognise(wishes.without_courtesy(first), kind)

    def _take(self, act: Act, told: Told, whole: Piece, part: int, done: _Done) -> None:
        piece, stray = self._without_strays(told, whole)
        self._take_clear(act, told, piece, part, done)
        done.unclear += stray

    def _take_clear(self, act: Act, told: Told, piece: Piece, part: int, done: _Done) -> None:
        meant = [one for number in piece.items if (one := told.of(number)) is not None]
        calls = [self._heard(piece.text, one) for one in meant]
        if not piece.is_sure or not meant or not piece.text.strip() or None in calls:
            done.unclear.append(piece)
            return
        for one, call in zip(meant, calls, strict=True):
            if call is not None:
                self._carry_out(act, one, call, piece.text, part, done)

    def _without_strays(self, told: Told, piece: Piece) -> tuple[Piece, list[Piece]]:
        """Lines below the first that say a word to a number the letter does not have, apart from the others."""
        first, *below = piece.text.split("\n")
        found = [(line, _NUMBERED.match(line)) for line in below]
        kinds = {one.thing.kind for one in told.items}
        stray = {
            line: int(number[1])
            for line, number in found
            if number is not None and any(self._call(line[number.end() :], kind) for kind in kinds)
        }
        kept = "\n".join([first, *(line for line in below if line not in stray)])
        unknown = [Piece(line, (), "unknown", False, (number,)) for line, number in stray.items()]
        return replace(piece, text=kept), unknown

    def _heard(self, said: str, one: Numbered) -> Call | None:
        listener = self.verbs.listener(one.thing.kind)
        return self._call(said, one.thing.kind) or (Call(listener, "") if listener is not None else None)

    def _carry_out(self, act: Act, one: Numbered, call: Call, said: str, part: int, done: _Done) -> None:
        there = replace(act, thing=one.thing, argument=call.argument, words=said.strip())
        carried = self.carry(call, there, on_record=True)
        worked = carried.outcome is not None and carried.outcome.done
        outcome = "done" if worked else "recorded"
        posting.note(act, one.thing, outcome, call.verb.name, None, number=one.number, deed=carried.deed_id)
        if worked and carried.outcome is not None and carried.outcome.undo is not None:
            done.deeds.append((one.number, carried.deed_id))
        done.worked |= worked
        done.heard.add(one.number)
        line = self._line(there, one, call, carried, part)
        done.lines.append(f"{one.number} {line}")

    def _line(self, act: Act, one: Numbered, call: Call, carried: Carried, part: int) -> str:
        """What it did, in the words of its own answer."""
        if not isinstance(carried.ruling, Allowed):
            if call.verb.level is not Level.CHARTER:
                return say(act.language, "monday.did-nothing")
            _tell_apart(act, self.twice(act, call.verb.name), part * 1000 + one.number)
            return say(act.language, "monday.did-apart")
        outcome = carried.outcome or Outcome(False)
        if not outcome.done and (before := _settled_before(act, one.thing)) is not None:
            return before
        if outcome.answer is None:
            return say(act.language, "monday.did-it" if outcome.done else "monday.did-nothing")
        if not outcome.done and outcome.answer.thing == one.thing:  # it asks back, and its own words are the answer
            _tell_apart(act, outcome.answer, part * 1000 + one.number)
            return say(act.language, "monday.did-apart")
        words = language.mail(act.language, outcome.answer.key, **outcome.answer.values).text
        return " ".join(words.partition("\n\n")[0].split())

    def _receipt(self, act: Act, told: Told, done: _Done) -> Outcome:
        """One mail for all of it: what each word did, what was unclear, how to go back."""
        unclear = self._unclear(act, told, done) if done.unclear else _CLEAR
        if not done.lines:
            return Outcome(False, Answer("monday.unclear", unclear, act.thing, returns_text=True))
        if not done.worked:
            return Outcome(
                False, Answer("monday.nothing", {"lines": done.lines, **unclear}, act.thing, returns_text=True)
            )
        undo = ""
        if done.deeds:
            numbers = formats.listing(act.language, [str(number) for number, _ in done.deeds])
            undo = say(act.language, "monday.how-to-undo", numbers=numbers)
        values = {"lines": done.lines, **unclear, "undo": undo}
        answer = Answer("monday.receipt", values, act.thing, returns_text=bool(done.unclear))
        return Outcome(True, answer, {"deeds": [deed for _, deed in done.deeds]} if done.deeds else None)

    def _unclear(self, act: Act, told: Told, done: _Done) -> dict[str, Any]:
        """What was not understood, and what may be said to the things it may have meant."""
        words = [formats.quoted(act.language, _said(piece)) for piece in done.unclear][:_MOST_SHOWN]
        candidates = {number for piece in done.unclear for number in piece.items}
        if any(not piece.items and not piece.unknown for piece in done.unclear):
            candidates |= {one.number for one in told.items} - done.heard
        numbers = dict.fromkeys(one for piece in done.unclear for one in piece.unknown)
        last = max((one.number for one in told.items), default=0)
        shown = [one for one in told.items if one.number in candidates and one.printed]
        values = {"numbers": ", ".join(map(str, numbers)), "last": last}
        return {
            "unclear": say(act.language, "monday.unclear-words", words=formats.listing(act.language, words)),
            "unknown": say(act.language, "digests.unknown-numbers", **values) if numbers and last else "",
            "choices": [self._choice(act.language, one) for one in shown],
        }

    def _choice(self, spoken: str, one: Numbered) -> str:
        """A thing once more, with the words the letter named, as they are in this language."""
        calls = (self.verbs.recognise(word, one.thing.kind) for word in one.words)
        said = [
            f"{one.number} {call.verb.words[spoken][0]}{' ' * bool(call.argument)}{call.argument}"
            for call in calls
            if call
        ]
        words = formats.listing(spoken, [formats.quoted(spoken, each) for each in said], alternatives=True)
        return say(spoken, "monday.choice", number=one.number, what=one.shown, words=words)


def _settled_before(act: Act, thing: Thing) -> str | None:
    """Who did it, where somebody else was first."""
    if thing.kind in things.QUESTIONS:
        question = act.session.get(Question, thing.id)
    else:
        question = questions.last_about(act.session, thing.kind, thing.id)
    if question is None or question.settled_at is None or question.settled_by in (None, act.person_id):
        return None
    by, reader = act.session.get(Person, question.settled_by), act.session.get_one(Person, act.person_id)
    when = said_so.told_day(act.site, reader, question.settled_at, act.language, act.now)
    return say(act.language, "monday.did-before", who=voice.name_of(by, act.language), when=when)


def _tell_apart(act: Act, answer: Answer, piece: int) -> None:
    """What a word asks back, in a mail that can be answered by itself."""
    words = language.mail(act.language, answer.key, **answer.values)
    telling.tell(
        act.session,
        act.site,
        act.person_id,
        language.with_text_below(words, act.words) if answer.returns_text else words,
        act.language,
        kind=answer.key,
        occurrence=(act.raw_id or act.thing.id) * _MOST_PIECES + piece,
        now=act.now,
        about=answer.thing or act.thing,
        address_id=act.address_id,
        because="monday",
    )


def _said(piece: Piece) -> str:
    """Some words as they were written, with the number before them; those of a line that was not one begin with it."""
    number = f"{piece.items[0]} " if piece.said == "number" and len(piece.items) == 1 else ""
    text = " ".join(f"{number}{piece.text}".split()) or " ".join(map(str, piece.unknown))
    return text if len(text) <= _SAID else f"{text[: _SAID - 1].rstrip()}…"
