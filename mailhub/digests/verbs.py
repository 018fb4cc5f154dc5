"""Everything a person can say to a letter, and to what it asks back."""

from mailhub.authority import Level
from mailhub.digests import answering, choosing, only, preferences, searching, status, stopping, which
from mailhub.digests.answering import Answering
from mailhub.digests.offers import Offers
from mailhub.lists import being
from mailhub.lists.vocabulary import WORDS
from mailhub.tokens import MAILING
from mailhub.verbs import ANYTHING, Verb, Verbs

LETTER = MAILING.name
_LETTER = frozenset({LETTER})
_TELLING = (status.VERB, preferences.VERB)
NO_MORE = {
    "it": ("niente lettera", "nessuna lettera", "basta lettera", "basta lettere", "niente più lettere"),
    "en": ("no letter", "no letters", "no more letters", "stop the letter"),
}
ALL = {"it": ("tutto", "tutta", "tutto il resto", "il resto"), "en": ("all", "everything", "the rest")}


def declare(verbs: Verbs, offers: Offers) -> None:
    """Add the verbs of letters; what an answer says to one of its items is looked up among `verbs`."""
    hears = Answering(verbs, offers)
    for verb in (
        *_TELLING,
        Verb("all", ALL, Level.LIGHT, _LETTER, stopping.everything(offers), only_tells=True),
        Verb("why-letter", WORDS["why"], Level.LIGHT, _LETTER, stopping.why, only_tells=True),
        Verb(
            "pause-letter",
            WORDS["pause"],
            Level.LIGHT,
            _LETTER,
            stopping.pause,
            stopping.put_back,
            takes_argument=True,
        ),
        Verb("resume-letter", WORDS["resume"], Level.LIGHT, _LETTER, stopping.resume, stopping.put_back),
        Verb(
            choosing.VERB,
            WORDS[choosing.VERB],
            Level.VOICE,
            frozenset({ANYTHING}),
            choosing.choose,
            choosing.put_back,
            takes_argument=True,
            reads=choosing.is_time,
            of_person=True,
        ),
        *_parts_alone(offers),
        Verb(stopping.NO_LETTER, NO_MORE, Level.LIGHT, _LETTER, stopping.no_letter, stopping.put_back),
        Verb(answering.VERB, {}, Level.VOICE, _LETTER, hears.perform, hears.undo, listens=True),
        Verb(
            searching.NAME,
            searching.WORDS,
            Level.LIGHT,
            frozenset({ANYTHING}),
            searching.perform(offers),
            suffixes=searching.SUFFIXES,
            takes_argument=True,
            colon=True,
            only_tells=True,
        ),
        Verb(which.VERB, {}, Level.VOICE, frozenset({which.KIND}), which.choose, one_tap=True, listens=True),
    ):
        verbs.add(verb)


def _parts_alone(offers: Offers) -> tuple[Verb, ...]:
    """One kind of thing alone, and what is left out by that."""
    anything = frozenset({ANYTHING})
    return (
        *(
            Verb(name, WORDS[name], Level.VOICE, anything, only.only(offers, choice), being.put_back)
            for choice, name in only.VERBS.items()
        ),
        Verb(
            only.LEFT_OUT,
            WORDS[only.LEFT_OUT],
            Level.LIGHT,
            anything,
            only.left_out(offers),
            only_tells=True,
            of_person=True,
        ),
    )
