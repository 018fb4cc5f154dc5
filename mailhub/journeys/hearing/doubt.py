"""Whether somebody asks back instead of answering, and how long a sentence may be and still be an answer. Pure."""

import re

from mailhub.journeys.hearing.framing import Framed, Sentence
from mailhub.verbs import plain

SURE = 12  # words of a sentence that is no more than an answer
LONG = 20  # words of a sentence that may hold one; one that is longer is a story
ASKED = 5  # words of a question that is a doubtful answer: "3 or 4?"
SENTENCES = 3  # in which an answer may stand
WHOLE = 40  # words of a reply whose answer may stand behind something else

_HESITATING = frozenset(("forse", "magari", "probabilmente", "maybe", "perhaps", "probably", "possibly"))
_CONFUSED = re.compile(
    r"\bnon (?:ho |abbiamo |si |mi e |e )?(?:ben |bene )?(?:capi(?:to|sco|amo|sce)|chiar[oa])\b(?! perche| come mai)|"
    r"\bse ho (?:ben )?capito\b|\b(?:cosa|che) (?:vuol dire|vorrebbe dire|significa|intendi|intendete|volete)\b|"
    r"\bin che senso\b|\bchi (?:siete|sei)\b|\bquale domanda\b|"
    r"\b(?:do not|don't|did not|didn't|cannot|can't) (?:quite )?understand\b|\bwhat (?:do you|does (?:this|it)) mean\b|"
    r"\bwho are you\b|\bwhat(?:'s| is) this\b|\bwhich question\b"
)


def is_confused(framed: Framed) -> bool:
    """Whether the first sentences say that the question was not understood."""
    first = framed.sentences[:SENTENCES]
    return bool(first) and _CONFUSED.search(plain(framed.body[first[0].start : first[-1].end])) is not None


def looked_at(framed: Framed) -> tuple[Sentence, ...]:
    """The sentences in which an answer may stand: the first, and in a short reply the next two."""
    is_short = framed.count <= WHOLE and not framed.goes_on
    return framed.sentences[: SENTENCES if is_short else 1]


def asks(sentence: Sentence, place: int) -> bool:
    """Whether what stands at this place is asked; in «Siamo in 3, va bene?» the number is not."""
    return sentence.asks and place >= sentence.clauses[-1].start


def is_story(sentence: Sentence, place: int) -> bool:
    """Whether a sentence is too long to be an answer, or a question of more words than a doubtful one has."""
    return len(sentence.words) > (ASKED if asks(sentence, place) else LONG)


def is_plain(sentence: Sentence) -> bool:
    """Whether a sentence says so little that what it says is meant."""
    is_firm = _HESITATING.isdisjoint(token.word for token in sentence.words)
    return is_firm and len(sentence.words) <= SURE and not sentence.asks
