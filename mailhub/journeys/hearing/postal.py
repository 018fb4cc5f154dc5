"""Hears a postal address in one line or several: «c/o Rossi, via Roma 12 int. 4, 48018 Faenza RA». Pure.

What is read is always asked back before anything is sent there.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from string import capwords

from mailhub.journeys.hearing import doubt
from mailhub.journeys.hearing.framing import Framed
from mailhub.journeys.hearing.values import Answer, Heard, Other, Unclear, Wanted, Why

PARTS = ("street", "number", "postcode", "town")  # what an address needs
LONGEST = 60  # words of a reply that is an address without a part
_LONGEST_NAME = 5  # words
_FEW = 12  # words of a reply in which a street alone is an attempt

_PROVINCES = frozenset(
    "ag al an ao ap aq ar at av ba bg bi bl bn bo br bs bt bz ca cb ce ch cl cn co cr cs ct cz en fc fe fg fi fm fr ge "  # noqa: SIM905
    "go gr im is kr lc le li lo lt lu mb mc me mi mn mo ms mt na no nu or pa pc pd pe pg pi pn po pr pt pu pv pz ra rc "
    "re rg ri rm rn ro sa si so sp sr ss su sv ta te tn to tp tr ts tv ud va vb vc ve vi vr vt vv".split()
)
_KINDS = (
    r"(?:viale|via|v\.le|piazzale|piazzetta|piazza|p\.?zza|p\.?za|p\.le|corso|c\.so|largo|l\.go|vicolo|vico|strada|"
    r"contrada|c\.da|localit[aà]|loc\.|frazione|fraz\.|borgo|salita|rione|lungomare|calle|fondamenta|galleria|traversa)"
)
_MONTHS = "gennaio|febbraio|marzo|aprile|maggio|giugno|luglio|agosto|settembre|ottobre|novembre|dicembre"
_DATED = rf"(?:\d{{1,2}}[°º]? (?:{_MONTHS}))"  # «viale 25 aprile»
_STREET = rf"(?<!\w)(?P<street>{_KINDS}\s{{1,3}}(?:{_DATED}|[^\n,;:!?\d]{{2,60}}?))"
_NUMBER = r"(?P<number>\d{1,4}(?:\s?/\s?\d{1,3}|\s?[-/]?\s?[a-z](?![\w./])|\s(?:bis|ter)\b)?|s\.?n\.?c\b\.?)(?!\d)"
_NUMBERED = re.compile(
    rf"{_STREET}[\s,]{{0,3}}(?:(?:n|nr|num|numero|civico|civ)\b[.°º]{{0,2}}\s?)?{_NUMBER}", re.IGNORECASE
)
_NUMBER_FIRST = re.compile(rf"(?<!\d){_NUMBER},?\s{_STREET}(?=\s*[\n,;]|\s\d|$)", re.IGNORECASE)
_STREET_ALONE = re.compile(rf"{_STREET}(?=\s*[\n,;.]|\s\d|$)", re.IGNORECASE)
_POSTCODE = re.compile(r"(?<!\w)(?:IT?-)?(?P<postcode>[0-9]{5})(?![\d/])")
_TOWN = re.compile(r"[\s,–-]{0,4}(?P<town>[^\W\d_](?:[^\n,;:()!?\d.–-]|(?<=\b\w)\.|(?<=\w)-(?=\w)){1,50})")
_PROVINCE = re.compile(r"[\s,–-]{0,3}(?:\((?P<within>[a-z]{2})\)|(?P<bare>[a-z]{2})(?!\w))", re.IGNORECASE)
_COUNTRY = re.compile(r"[\s,(–-]{0,3}ital(?:ia|y)\b\)?", re.IGNORECASE)
_EXTRA = re.compile(
    r"(?<!\w)(?:c/o|presso|interno|int\.?|scala|piano|palazzina|edificio|citofono)\s[^\n,;]{1,40}?"
    r"(?=\s*[\n,;]|\s\d{5}|\s(?:via|viale|piazza|corso)\s|$)",
    re.IGNORECASE,
)
_FOREIGN_CODE = re.compile(r"(?<!\w)(?P<postcode>(?:[A-Z]{1,2}-)?\d{4,6}|[A-Z]{1,2}\d[A-Z\d]? ?\d[A-Z]{2})(?!\w)")
_BETWEEN = " \t\n,;:-–."


@dataclass(frozen=True, slots=True)
class Read:
    """The parts that were found, and the span they cover."""

    parts: dict[str, str]
    start: int
    end: int


def hear(framed: Framed, wanted: Wanted) -> Heard:
    """The answer to a question for a postal address."""
    if not framed.sentences or doubt.is_confused(framed):
        return Other()
    start, end = framed.sentences[0].start, framed.name.end if framed.name is not None else framed.end
    text = framed.body[: min(end, start + 1_000)]
    read = _italian(text, start) if wanted.country == "IT" else _foreign(text, start)
    missing = tuple(part for part in PARTS if part not in read.parts)
    if not missing:
        first = start if _only_leads(text[start : read.start]) else read.start
        return Answer({**read.parts, "country": wanted.country}, framed.beside(first, read.end), certain=False)
    asks = any(sentence.asks for sentence in framed.sentences)
    is_attempt = len(missing) < len(PARTS) - 1 or "postcode" in read.parts or framed.count <= _FEW
    if len(missing) == len(PARTS) or asks or framed.count > LONGEST or not is_attempt:
        return Other()
    return Unclear(Why.INCOMPLETE, missing=missing)


def _only_leads(said: str) -> bool:
    """Whether words before an address say no more than «Il mio indirizzo è»."""
    return len(said.split()) <= _LONGEST_NAME and "\n" not in said and "." not in said


def _italian(text: str, start: int) -> Read:
    parts: dict[str, str] = {}
    street = next(
        (found for shape in (_NUMBERED, _NUMBER_FIRST, _STREET_ALONE) if (found := shape.search(text, start))), None
    )
    if street is not None:
        parts |= {name: _tidy(said) for name, said in street.groupdict().items() if said}
    code = _POSTCODE.search(text, start)
    spans = [found.span() for found in (street, code) if found is not None]
    if code is not None:
        parts["postcode"] = code["postcode"]
        town, end = _town(text, code.end())
        if "town" not in town and street is not None and street.end() < code.start():
            before = _EXTRA.sub("", text[street.end() : code.start()])
            town |= _split(before)
        parts |= town
        spans.append((code.start(), end))
    elif street is not None and "number" in parts:
        town, end = _town(_EXTRA.sub(lambda extra: "," * len(extra[0]), text), street.end())
        parts |= town
        spans.append((street.start(), end))
    return _with_names(text, start, parts, spans)


def _with_names(text: str, start: int, parts: dict[str, str], spans: list[tuple[int, int]]) -> Read:
    """The same with who lives there and within what, where that is written."""
    if not spans:
        return Read(parts, start, start)
    extras = list(_EXTRA.finditer(text, start))
    if extras:
        parts["extra"] = ", ".join(_tidy(extra[0]) for extra in extras)
    spans += [extra.span() for extra in extras]
    first, last = min(span[0] for span in spans), max(span[1] for span in spans)
    name = next(_names(text, start, first), None)
    if name is not None:
        parts["name"], first = _tidy(text[name[0] : name[1]]), name[0]
    return Read(parts, first, last)


def _names(text: str, start: int, end: int) -> Iterator[tuple[int, int]]:
    """The part right before the address, where it is two words or more with capitals: «Anna Rossi»."""
    above = text[start:end].rstrip(_BETWEEN)
    at = max(above.rfind(sign) for sign in "\n,;:.!") + 1
    words = above[at:].split()
    if 2 <= len(words) <= _LONGEST_NAME and all(
        word[0].isupper() and word.replace("'", "").isalpha() for word in words
    ):
        yield start + at, start + len(above)


def _town(text: str, at: int) -> tuple[dict[str, str], int]:
    """Town and province behind a postcode, and where they end."""
    found = _TOWN.match(text, at)
    if found is None:
        return {}, at
    parts, end = _split(found["town"]), found.end()
    province = _PROVINCE.match(text, end)
    if province is not None and "province" not in parts:
        said = (province["within"] or province["bare"]).lower()
        if said in _PROVINCES:
            parts, end = {**parts, "province": said.upper()}, province.end()
    country = _COUNTRY.match(text, end)
    return parts, country.end() if country is not None else end


def _split(said: str) -> dict[str, str]:
    """«Faenza RA» is a town and a province."""
    words = _tidy(said).split()
    if len(words) > 1 and words[-1].lower() in _PROVINCES and (words[-1].isupper() or words[-1].islower()):
        return {**_split(" ".join(words[:-1])), "province": words[-1].upper()}
    town = " ".join(words)
    return {"town": capwords(town) if town.islower() else town} if words else {}


def _foreign(text: str, start: int) -> Read:
    """An address elsewhere: a part with a number, a postcode, and the words beside that."""
    parts: dict[str, str] = {}
    codes = list(_FOREIGN_CODE.finditer(text, start))
    if not codes:
        return Read(parts, start, start)
    code = codes[-1]
    parts["postcode"] = code["postcode"]
    lines = [line for line in re.split(r"[\n,;]", text[start : code.start()]) if line.strip()]
    street = next((line for line in lines if re.search(r"\d", line) and re.search(r"[^\W\d_]{2}", line)), None)
    if street is not None:
        number = next(re.finditer(r"\d+(?:\s?[A-Za-z]\b)?", street))[0]
        parts["number"], parts["street"] = number, _tidy(street.replace(number, "", 1))
    town, end = _town(text, code.end())
    if not town and lines and lines[-1] is not street:
        town = {"town": _tidy(lines[-1])}
    parts |= {name: said for name, said in town.items() if name == "town"}
    return Read(parts, start, max(end, code.end()))


def _tidy(said: str) -> str:
    return " ".join(said.split()).strip(_BETWEEN)
