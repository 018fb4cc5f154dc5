"""Hears an imagined reply as a real one is heard: without what it quotes, by what its question wants to know."""

from datetime import datetime

from mailhub.clock import local
from mailhub.journeys.answering import kept
from mailhub.journeys.definition import Ask
from mailhub.journeys.hearing import Answer, Other, hear
from mailhub.journeys.hearing import Unclear as NotClear
from mailhub.journeys.simulating import Hears
from mailhub.journeys.state import Heard, Unclear
from mailhub.lists.gazetteer import Places
from mailhub.mail import quoting


def ears(places: Places, language: str, zone: str) -> Hears:
    """For replies in that language. What we would ask back («did you mean …?») counts as if the answer were yes."""

    def hears(step: Ask, words: str, at: datetime) -> Heard | Unclear | None:
        said = quoting.fold(words).new.strip()
        understood = hear(said, step.wanted, language=language, today=local(at, zone).date(), places=places)
        match understood:
            case Answer(value):
                return Heard(kept(step, value))
            case NotClear():
                return Unclear(said)
            case Other():
                return None

    return hears
