"""Greetings, thanks, names and the other words that stand round an answer and say nothing to the question. Pure."""

from collections.abc import Sequence

from mailhub.journeys.hearing.assent_words import PHRASES, Vote
from mailhub.journeys.hearing.phrases import Token

LONGEST_NAME = 3  # words
THANKING = 6  # words of «grazie dell'invito»

# A clause of such words alone, with one of the first sort among them, greets, thanks or takes leave.
_COURTEOUS = frozenset(
    "grazie ciao salve saluti saluto abbraccio abbracci baci buongiorno buonasera buondi carissimi "  # noqa: SIM905
    "carissime cari care caro cara gentile gentili gentilissimi thanks thank regards cheers bye hello hi "
    "hey dear sincerely thx grz giornata serata presto morning evening afternoon".split()
)
_AMID = frozenset(
    "mille comunque anyway lo stesso tante tanto molte infinite ancora di cuore tutto tutti tutte voi a te un una "  # noqa: SIM905
    "caro cordiali cordiale tanti cari distinti buon buona lavoro weekend settimana domenica pomeriggio giorno sera "
    "e ed ragazzi ragazze amici amiche you so very much many a lot again best wishes kind warm all the love "
    "take care have nice lovely good great day week everyone everybody folks there friends soon see in "
    "anticipo advance and for vostro tuo your it x xx xxx".split()
)
_OPENING = frozenset(
    "allora dunque ecco eccomi eccoci beh be bene well so right rispondo".split()  # noqa: SIM905
)
_NO_NAMES = frozenset(
    "si no ok okay certo volentieri forse vengo veniamo yes yep nope sure maybe perfetto bene presente".split()  # noqa: SIM905
)
_PRESENTING = [["sono"], ["qui"], ["i'm"], ["this", "is"], ["it's"], ["my", "name", "is"], ["mi", "chiamo"]]
_LEADS = (Vote.YES, Vote.FILLING)
_TAKES_LEAVE = [["best"], ["best", "wishes"], ["love"], ["take", "care"], ["see", "you"], ["all", "the", "best"]]


def is_courtesy(said: Sequence[Token]) -> bool:
    """Whether words only greet, thank or take leave; a name may stand behind."""
    if not any(token.word in _COURTEOUS for token in said) and [token.word for token in said] not in _TAKES_LEAVE:
        return False
    left = [place for place, token in enumerate(said) if token.word not in _COURTEOUS and token.word not in _AMID]
    return not left or (len(said) - left[0] <= LONGEST_NAME and is_name(said[left[0] :]))


def says_nothing(said: Sequence[Token]) -> bool:
    """Whether words before an answer only greet, fill or agree: «Sì, la prima»."""
    place = 0
    while place < len(said) and (found := PHRASES.at(said, place)) is not None and found[1] in _LEADS:
        place += found[0]
    return place == len(said) or is_courtesy(said)


def is_name(said: Sequence[Token]) -> bool:
    """Whether words may be somebody's name: a few, each with a capital."""
    return 0 < len(said) <= LONGEST_NAME and all(
        token.is_capital and token.word.isalpha() and token.word not in _NO_NAMES for token in said
    )


def opens(said: Sequence[Token], *, is_alone: bool) -> bool:
    """Whether a first clause only leads to what is said; one alone is no more than a greeting."""
    if is_courtesy(said) or all(token.word in _OPENING for token in said):
        return True
    return not is_alone and ((is_thanking(said) and len(said) <= THANKING) or _presents(said))


def _presents(said: Sequence[Token]) -> bool:
    """Whether a clause only says who writes: «sono Nives», "this is Tom Reed"."""
    words = [token.word for token in said]
    start = next((len(lead) for lead in _PRESENTING if words[: len(lead)] == lead), 0)
    return start > 0 and is_name(said[start:])


def is_thanking(said: Sequence[Token]) -> bool:
    """Whether a clause or a sentence begins with thanks."""
    return said[0].word in ("grazie", "thanks", "thank")
