"""Hears a yes or a no. Pure.

The answer is what the first sentence begins with, or in a short reply the one sentence that is nothing else. A «no»
anywhere else is a word like others.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from mailhub.journeys.hearing import doubt
from mailhub.journeys.hearing.assent_words import CONDITIONS, ENDINGS, GOES_ON, PHRASES, STRONG, Vote
from mailhub.journeys.hearing.framing import Framed, Sentence
from mailhub.journeys.hearing.phrases import Token
from mailhub.journeys.hearing.values import Answer, Heard, Other, Unclear, Why

_MEANS = {Vote.YES: True, Vote.WISH: True, Vote.HEDGED_YES: True, Vote.NO: False, Vote.HEDGED_NO: False}
_HEDGES = (Vote.HEDGED_YES, Vote.HEDGED_NO, Vote.TURNS, Vote.MAYBE)
_BEFORE_CONDITION = ("ma", "but", "pero", "solo", "only", "a")
_ENDING = 8  # words of a sentence whose answer stands at its end: «quella sera va bene»


@dataclass(frozen=True, slots=True)
class Said:
    """How some words begin: what they vote, up to where, and whether that is all of them."""

    votes: tuple[Vote, ...]
    words: int
    is_whole: bool

    @property
    def values(self) -> frozenset[bool]:
        return _values(self.votes)


def _values(votes: Sequence[Vote]) -> frozenset[bool]:
    """What these votes come to; a wish beside a no is none."""
    firm = [vote for vote in votes if vote is not Vote.WISH]
    counted = firm if Vote.NO in firm else votes
    return frozenset(_MEANS[vote] for vote in counted if vote in _MEANS)


def hear(framed: Framed) -> Heard:
    """The answer to a question of yes or no."""
    if not framed.sentences:
        return Other()
    first = framed.sentences[0]
    said = _begins(first.words)
    is_confused = doubt.is_confused(framed)
    if is_confused and not (said.is_whole and said.values and not first.asks):
        return Other()
    if said.values or Vote.MAYBE in said.votes:
        return _opening(framed, said, is_confused=is_confused)
    return _alone(framed) or _at_its_end(framed) or Other()


def is_undecided(sentence: Sentence) -> bool:
    """Whether a short sentence begins with «forse» or "not sure", whatever was asked."""
    votes = _begins(sentence.words).votes
    return Vote.MAYBE in votes and len(sentence.words) <= doubt.SURE


def _begins(words: Sequence[Token]) -> Said:
    votes: list[Vote] = []
    place, ends = 0, [0]  # of what was understood, and behind each vote
    while place < len(words) and (found := PHRASES.at(words, place)) is not None:
        place += found[0]
        if found[1] is not Vote.FILLING:
            votes.append(found[1])
            ends.append(place)
    if votes and place == len(words):
        return Said(tuple(votes), place, True)
    while votes and not _stands(words, ends[-1]):
        del votes[-1], ends[-1]
    return Said(tuple(votes), ends[-1], False)


def _stands(words: Sequence[Token], place: int) -> bool:
    """Whether the words up to this place are an answer although others follow: a comma, or what goes on after one."""
    before, after = words[place - 1], words[place]
    if before.word == "no" and after.word.isdecimal():
        return False  # "no. 12"
    if after.start - before.end > 1:  # a comma, a full stop or a dash stands between
        return True
    is_verb = after.word == "e" and after.is_accented  # «si è rotta la carriola»
    is_strong = before.word in STRONG or (before.word == "si" and before.is_accented)
    return is_strong or (after.word in GOES_ON and not is_verb)


def _opening(framed: Framed, said: Said, *, is_confused: bool) -> Heard:
    """What a reply says that begins with an answer."""
    first = framed.sentences[0]
    later = _later(framed, first.words[said.words :])
    values = _values((*said.votes, *later.votes))
    if len(values) > 1:
        return Unclear(Why.SEVERAL, (True, False))
    has_leaning = any(vote in (Vote.HEDGED_YES, Vote.HEDGED_NO) for vote in said.votes)
    is_open = said.votes[0] is Vote.MAYBE and not has_leaning
    if is_open or not said.values or (said.is_whole and first.asks and not has_leaning):
        return Unclear(Why.UNDECIDED)
    (value,) = values
    left = first.words[said.words :]
    is_sure = not (
        is_confused
        or first.asks
        or any(vote in _HEDGES for vote in (*said.votes, *later.votes))
        or len(first.words) > doubt.LONG
        or _has_condition(framed, left)
    )
    end = first.words[said.words - 1].end
    return Answer(value, framed.beside(first.start, end), is_sure)


def _later(framed: Framed, left: Sequence[Token]) -> Said:
    """What whole clauses after the answer vote: in its sentence, and in the next two where the reply is short."""
    first, *others = framed.sentences[:3]
    from_here = left[0].start if left else first.end
    clauses = [clause.words for clause in first.clauses if clause.start >= from_here]
    if left and left[0].start not in {words[0].start for words in clauses}:
        clauses.append(tuple(left))
    if framed.count <= doubt.WHOLE:
        clauses += [clause.words for sentence in others if not sentence.asks for clause in sentence.clauses]
    found = [said for said in map(_begins, clauses) if said.is_whole]
    return Said(tuple(vote for said in found for vote in said.votes), 0, False)


def _has_condition(framed: Framed, left: Sequence[Token]) -> bool:
    """Whether the sentence goes on with «se …», "if …", right behind the answer or a comma or «ma»."""
    starts = {clause.words[0].start for clause in framed.sentences[0].clauses}
    for place, token in enumerate(left):
        is_start = place == 0 or token.start in starts or left[place - 1].word in _BEFORE_CONDITION
        if is_start and token.word in CONDITIONS:
            return True
    return False


def _alone(framed: Framed) -> Heard | None:
    """The one sentence of a short reply that begins with an answer: «Che bella idea! Volentieri.»"""
    if framed.count > doubt.WHOLE or framed.goes_on or any(sentence.asks for sentence in framed.sentences):
        return None
    found = [(sentence, _begins(sentence.clauses[0].words)) for sentence in framed.sentences]
    found = [(sentence, said) for sentence, said in found if said.is_whole]
    values = _values([vote for _, said in found for vote in said.votes])
    if len(values) > 1:
        return Unclear(Why.SEVERAL, (True, False))
    if not values:
        return Unclear(Why.UNDECIDED) if found and len(found) == len(framed.sentences) else None
    (value,), (sentence, said) = values, next(each for each in found if each[1].values)
    is_all = _begins(sentence.words).is_whole
    is_sure = is_all and not any(vote in _HEDGES for _, said in found for vote in said.votes)
    end = sentence.end if is_all else sentence.words[said.words - 1].end
    return Answer(value, framed.beside(sentence.start, end), is_sure)


def _at_its_end(framed: Framed) -> Heard | None:
    """What one short sentence ends with, to be asked back: «quella sera va bene», «sabato no»."""
    only: Sentence = framed.sentences[0]
    if len(framed.sentences) > 1 or only.asks or len(only.words) > _ENDING:
        return None
    found = ENDINGS.ending(only.words)
    if found is None or {"si", "no"} <= {token.word for token in only.words}:
        return None
    return Answer(_MEANS[found[1]], framed.beside(only.end, only.end), certain=False)
