"""Hears the answer to one question, whatever it asks for. Pure.

    hear("Sì, e porto mia sorella", Wanted(kind=Kind.YES_NO), language="it", today=today)
    → Answer(True, "e porto mia sorella")

An answer stands in the first sentence, or in a short reply in the next two; a long one that only holds such words is
no answer, and a person reads it. It never raises, and takes the same time for any text: see `framing`.
"""

from datetime import date

from mailhub.journeys.hearing import assent, choosing, counting, days, doubt, postal, whereabouts
from mailhub.journeys.hearing.framing import Framed, frame
from mailhub.journeys.hearing.values import Answer, Heard, Kind, Other, Unclear, Wanted, Why
from mailhub.lists.gazetteer import Places


def hear(words: str, wanted: Wanted, *, language: str, today: date, places: Places | None = None) -> Heard:
    """What these new words of a reply answer.

    Both languages are understood whatever `language` is: it only says how a writer means «1.250» and «3/4».
    """
    framed = frame(words)
    match wanted.kind:
        case Kind.YES_NO:
            return assent.hear(framed)
        case Kind.CHOICE:
            return choosing.hear(framed, wanted)
        case Kind.NUMBER:
            return counting.hear(framed, wanted, language)
        case Kind.DATE:
            return days.hear(framed, wanted, language, today)
        case Kind.PLACE:
            return whereabouts.hear(framed, wanted, places if places is not None else Places())
        case Kind.ADDRESS:
            return postal.hear(framed, wanted)
        case Kind.TEXT:
            return _text(framed, wanted)


def _text(framed: Framed, wanted: Wanted) -> Heard:
    """Any words are the answer, unless they only ask back."""
    if not framed.sentences or (doubt.is_confused(framed) and framed.count <= doubt.WHOLE):
        return Other()
    if not framed.goes_on and all(sentence.asks for sentence in framed.sentences):
        return Other()
    said = framed.body[framed.sentences[0].start : framed.end].strip()
    return Unclear(Why.TOO_LONG) if len(said) > wanted.longest else Answer(said)
