"""Numbers as people write them, in figures and in Italian and English words; and what is counted with them. Pure."""

import re

LAST = -1  # «l'ultima», "the last one"

_UNITS_IT = "uno due tre quattro cinque sei sette otto nove dieci undici dodici tredici quattordici quindici".split()  # noqa: SIM905
_UNITS_EN = "one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen".split()  # noqa: SIM905
_ORDINALS_IT = "prim second terz quart quint sest settim ottav non decim".split()  # noqa: SIM905
_ORDINALS_EN = "first second third fourth fifth sixth seventh eighth ninth tenth".split()  # noqa: SIM905
UNITS = {word: n for words in (_UNITS_IT, _UNITS_EN) for n, word in enumerate(words, 1)} | {"una": 1, "un": 1}
ORDINALS = (
    {f"{stem}{end}": n for n, stem in enumerate(_ORDINALS_IT, 1) for end in ("o", "a")}
    | {word: n for n, word in enumerate(_ORDINALS_EN, 1)}
    | dict.fromkeys(("ultimo", "ultima", "last"), LAST)
)
WORDS = "|".join(sorted([*UNITS, *ORDINALS], key=len, reverse=True))

_KEYCAP = re.compile("(?<=[0-9])\ufe0f?\u20e3")
_CIRCLED = {code: f"{code - 0x245F} " for code in range(0x2460, 0x2474)}  # ① to ⑳

MONTHS = (
    "gennaio febbraio marzo aprile maggio giugno luglio agosto settembre ottobre novembre dicembre january february "
    "march april may june july august september october november december gen feb mar apr mag giu lug ago set ott nov "
    "dic jan jun jul aug sep oct dec"
).replace(" ", "|")
# Whatever is counted in these is no item: «3 persone», «2 ore», "4 of us", «1 sola cosa».
_COUNTED = (
    "person[ae]|bambin[oi]|ragazz[oiae]|adult[oi]|amic[oi]|volt[ae]|giorn[oi]|or[ae]|minut[oi]|settiman[ae]|mes[ei]|"
    "ann[oi]|metri|chili|kg|km|euro|€|litri|posti?|auto|macchine|di noi|di voi|di loro|people|persons?|kids|child|"
    "children|adults|friends|times?|days?|hours?|minutes?|weeks?|months?|years?|metres|kilos|euros?|litres|seats?|"
    "places|cars?|of us|of you|of them|more|other|o|or|su|out of|x|anni|gradi|degrees|%|alberi|trees|copie|copies|"
    "scatole|boxes|cents?|centesimi|am|pm|a\\.m\\.?|p\\.m\\.?|o['’]clock|altr[ie]|"
    "cose|domande|questions|week|mattina|sera|of"
)
_COUNTED_ONCE = re.compile(
    r"\s*(?:sol[oa]|altr[oa]|ultim[oa]|piccol[oa]|cosa|domanda|thing|only|last|single|quick|question)(?![^\W_])",
    re.IGNORECASE,
)
_NOT_AN_ITEM = re.compile(rf"\s*(?:(?:{MONTHS})\b|[:.,/h]\d|\s\d{{3}}|(?:{_COUNTED})(?![^\W_]))", re.IGNORECASE)
_DATE = re.compile(rf"\s*(?:(?:{MONTHS})\b|[:.,/h]\d|\s\d{{3}})", re.IGNORECASE)
_FIRST_WORD = re.compile(r"\s*([^\W\d_]+)(?!['’])")
_ANY_WORD = re.compile(r"\s*([^\W\d_]+)")
_LOOKED_AT = 80  # characters after a number

# A plural after a number is most likely counted by it: «2 scale le porto io», "3 cheers". What only looks like one:
_ENGLISH_PLURAL = re.compile(r"[a-z]{2,}s")
_ITALIAN_PLURAL = re.compile(r"[a-zàèéìòù]{3,}[ei]")
_NO_PLURAL_WORDS = (
    # verbs, adverbs and pronouns in s
    "yes is was as us its thanks has does sounds works seems looks suits fits makes means goes let lets this his hers",
    "ours perhaps always sometimes besides unless across less plus",
    # words in e
    "bene grazie forse anche pure oppure presente assente favorevole come dove quale sempre insieme inoltre invece",
    "fate siete venite potete avete volete mettete niente purtroppo neanche nemmeno",
    "have are were agree fine sure maybe please like love here there same one nice come take give make see before",
    "because where some none able unable",
    "available since prefer we the done",
    # words in i
    "volentieri noi voi lui lei poi quasi ieri oggi domani fammi dimmi dammi presenti contrari favorevoli mai quindi",
    "hai vai fai dai vuoi puoi sai vieni vediamoci sentiamoci altrimenti magari hi",
)
_NO_PLURAL = frozenset(word for line in _NO_PLURAL_WORDS for word in line.split())
_VERB = re.compile(r".*(?:rei|rebbe|remmo|mmi|[aei]mi|[aei]ci|[aei]temi|are|ire|ate|ete|ly|que)")
_SHORTEST_VERB = 6  # letters of «ditemi»; «rami» and «mani» are counted

# With these people begin an answer, so that a number before them is hardly a count.
_STARTING_WORDS = (
    "sì si no ok okay va bene vengo veniamo ci sono siamo ho abbiamo io noi per mi me ce le lo la li non forse",
    "volentieri certo presente presenti perfetto accordo d porto posso possiamo sarei anche favorevole contrario",
    "contraria grazie yes yep nope i we it fine agreed count in my our not maybe sure can cannot great sounds thanks",
    "coming please still neither",
)
_STARTERS = frozenset(word for line in _STARTING_WORDS for word in line.split())


def plain(text: str) -> str:
    """A text whose circled and keycap figures are plain ones."""
    return text if text.isascii() else _KEYCAP.sub(" ", text).translate(_CIRCLED)


def counts(after: str, number: int) -> bool:
    """Whether the words after a number are counted by it, dated or timed with it: «persone», "pm", «aprile», «:30»."""
    after = after[:_LOOKED_AT]
    if _NOT_AN_ITEM.match(after) or (number <= 1 and _COUNTED_ONCE.match(after)):
        return True
    found = _FIRST_WORD.match(after)
    return found is not None and number > 1 and _is_plural(found[1].casefold())


def is_date(after: str) -> bool:
    """Whether the words after a number make it a day, an hour or a telephone."""
    return _DATE.match(after[:_LOOKED_AT]) is not None


def begins_answer(words: str) -> bool:
    """Whether some words begin as answers do."""
    found = _ANY_WORD.match(words[:_LOOKED_AT])
    return found is not None and found[1].casefold() in _STARTERS


def _is_plural(word: str) -> bool:
    if word in _NO_PLURAL or (len(word) >= _SHORTEST_VERB and _VERB.fullmatch(word)):
        return False
    return bool(_ENGLISH_PLURAL.fullmatch(word) or _ITALIAN_PLURAL.fullmatch(word))
