"""What can be said to a letter of a Monday: numbers with their words, and «perché»."""

from mailhub import formats
from mailhub.authority import Level
from mailhub.digests.monday import answering
from mailhub.digests.monday.answering import Answering, Carry, Twice
from mailhub.digests.monday.writing import HOUR, KIND
from mailhub.lists.vocabulary import WORDS
from mailhub.verbs import Act, Answer, Outcome, Verb, Verbs

WHY = "why-monday"
_LETTER = frozenset({KIND})


def declare(verbs: Verbs, carry: Carry, twice: Twice) -> None:
    """Add them; what an answer says to a number is looked up among `verbs`, and done by `carry`."""
    hears = Answering(verbs, carry, twice)
    # With one tap, so that who proves too little for a single one of its words is asked as for a mail of its own.
    verbs.add(
        Verb(answering.VERB, {}, Level.VOICE, _LETTER, hears.perform, hears.undo, listens=True, one_tap=True),
    )
    verbs.add(Verb(WHY, WORDS["why"], Level.LIGHT, _LETTER, why, only_tells=True))


def why(act: Act) -> Outcome:
    """To whom it comes, and when."""
    hour = formats.hour(act.language, HOUR)
    return Outcome(True, Answer("monday.why", {"hour": hour}, act.thing))
