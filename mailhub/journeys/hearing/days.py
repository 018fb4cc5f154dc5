"""Hears a day: the one that is named, where it can be and is wanted. Pure."""

import re
from collections.abc import Sequence
from datetime import date

from mailhub.journeys.hearing import daynames, doubt
from mailhub.journeys.hearing.assent import is_undecided
from mailhub.journeys.hearing.daynames import Day, letters
from mailhub.journeys.hearing.framing import Framed, Sentence
from mailhub.journeys.hearing.values import Answer, Heard, Other, Unclear, Wanted, Why

_NOT = re.compile(r"\b(?:non|no|not|nn|tranne|except|can't|cannot|don't|impossibile|mai|never)\b")
_ANY = re.compile(
    r"\b(?:(?:qualsiasi|qualunque) giorno|quando (?:volete|vuoi|vi pare)|any ?(?:time|day)|e uguale|"
    r"when(?:ever)? you (?:like|want))\b"
)


def hear(framed: Framed, wanted: Wanted, language: str, today: date) -> Heard:
    """The answer to a question of when."""
    if not framed.sentences or doubt.is_confused(framed):
        return Other()
    for sentence in doubt.looked_at(framed):
        is_past = wanted.most is not None and wanted.most <= 0
        said = framed.text(sentence)
        if found := list(daynames.find(said, sentence.start, today, language, is_past=is_past)):
            return _settled(framed, sentence, found, wanted, today)
    first = framed.sentences[0]
    is_any = len(first.words) <= doubt.SURE and not first.asks and _ANY.search(letters(framed.text(first))) is not None
    return Unclear(Why.UNDECIDED) if is_any or is_undecided(first) else Other()


def _settled(framed: Framed, sentence: Sentence, found: Sequence[Day], wanted: Wanted, today: date) -> Heard:
    if doubt.is_story(sentence, found[0].start):
        return Other()
    days = tuple(dict.fromkeys(one.day for one in found if one.day is not None))
    fitting = tuple(day.isoformat() for day in days if _fits(day, wanted, today))
    if _NOT.search(letters(framed.text(sentence))) is not None:
        return Unclear(Why.EXCLUDED if len(days) < 2 else Why.SEVERAL, fitting if len(days) > 1 else ())
    if not days:
        others = tuple(day.isoformat() for one in found for day in one.others if _fits(day, wanted, today))
        return Unclear(Why.IMPOSSIBLE if any(one.is_whole for one in found) else Why.INCOMPLETE, others)
    if len(days) > 1:
        return Unclear(Why.SEVERAL, fitting)
    if not fitting:
        return Unclear(Why.OUTSIDE)
    named = next(one for one in found if one.day is not None)
    if doubt.asks(sentence, named.start):
        return Unclear(Why.UNDECIDED, fitting)
    is_sure = doubt.is_plain(sentence) and all(one.is_sure for one in found if one.day is not None)
    end = max(one.end for one in found if one.day is not None)
    return Answer(fitting[0], framed.beside_answer(named.start, end), is_sure)


def _fits(day: date, wanted: Wanted, today: date) -> bool:
    ahead = (day - today).days
    return (wanted.least is None or ahead >= wanted.least) and (wanted.most is None or ahead <= wanted.most)
