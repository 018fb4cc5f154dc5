"""The lines by which mail programs say "what follows is somebody else's", in the languages people write to us in."""

import re
from collections.abc import Sequence
from enum import IntEnum

MOST_LINES = 6  # that one attribution is broken into
_LONGEST = 300  # characters of one line of it
_NAME_AND_VERB = 7  # words


class Strength(IntEnum):
    """How sure an attribution is: WEAK needs quoted lines below it, SURE speaks for itself."""

    NONE = 0
    WEAK = 1
    SURE = 2


def _words(text: str) -> str:
    return "|".join(word.replace("_", r"\s+") for word in text.split())


_SAID_LAST_WORDS = (
    "wrote writes sent ha_scritto scrive scriveva a_écrit écrit escribió escribio escreveu het_volgende_geschreven "
    r"geschreven geschrieben написал написала пишет napisał napisała napisał\(a\) skrev napsal napsala kirjoitti "
    "yazdı írta 写道 đã_viết"
)
_SAID_LAST = _words(_SAID_LAST_WORDS)
# The last words of those, for a look that costs less than any pattern.
_LAST_WORDS = frozenset(phrase.rpartition("_")[2] for phrase in _SAID_LAST_WORDS.split())
_RULED = ("-", "_", "=", "*")  # what a line drawn above a quote begins with
_SAID_AMID = _words("schrieb schreef skrev skriver scrive")
_OPENERS = _words(
    "On Il In_data Nel Le Am El Em Op Den På Dnia W_dniu Vào Pe Dne Em_data Il_giorno Lun Mar Mer Gio Ven Sab Dom "
    "Mon Tue Wed Thu Fri Sat Sun"
)
_END = re.compile(rf"(?:^|[\s>)\"”»,])(?:{_SAID_LAST})\s*[:：]?$", re.IGNORECASE)
_AMID = re.compile(rf"(?:^|\s)(?:{_SAID_AMID})\s.*[:：]$", re.IGNORECASE)
_BEGINS = re.compile(
    rf"\s*(?:(?:{_OPENERS})\b[^\n]{{0,60}}\d|\d{{1,4}}[./:-]\d|\d{{1,2}}\s\w|[^\W\d]{{2,14}},?\s\d{{1,2}}\b|[^\n]{{0,80}}<\S+@)",
    re.IGNORECASE,
)
_OPENED = re.compile(rf"\s*(?:{_OPENERS})\b[^\n]{{0,60}}\d", re.IGNORECASE)
_YEAR_OR_DAY = re.compile(r"\b(?:19|20)\d\d\b|\b\d{1,2}[./-]\d{1,2}\b")
_TIME = re.compile(r"\b\d{1,2}[:.h]\d\d\b")
_NUMBER = re.compile(r"\d")
_ADDRESS = re.compile(r"[^\s<>@]@[^\s<>@]")
_QUOTED = re.compile(r"\s{0,3}>(?!\s*:|\s*(?:wrote|ha scritto)\b)")  # an address may be broken before its ">"
_DECORATION = " \t\xa0*_-"


def may_announce(line: str) -> bool:
    """A quick look that is never wrong in saying no: most lines of most mails announce nothing."""
    if not line.isascii() or ":" in line or "@" in line or _NUMBER.search(line) or line.lstrip().startswith(_RULED):
        return True
    words = line.rstrip(_DECORATION).replace(">", " ").replace(",", " ").replace('"', " ").replace(")", " ").split()
    return bool(words) and words[-1].lower() in _LAST_WORDS


def attribution(lines: Sequence[str], at: int) -> tuple[int, Strength]:
    """How many lines from here are one attribution, and how sure that is."""
    line = lines[at]
    if len(line) > _LONGEST or not (_NUMBER.search(line) or "@" in line or _END.search(line.strip(_DECORATION))):
        return 0, Strength.NONE
    alone = _strength(line)
    if alone is Strength.SURE or not _BEGINS.match(line):
        return (1, alone) if alone else (0, alone)
    joined = line.strip()
    for count, more in enumerate(lines[at + 1 : at + MOST_LINES], 2):
        if not more.strip() or len(more) > _LONGEST or _QUOTED.match(more):
            break
        joined = f"{joined} {more.strip()}"
        end = more.rstrip(_DECORATION)
        may_be_sure = "@" in joined or _TIME.search(joined)
        is_end = may_be_sure and (end.endswith((":", "：")) or _END.search(end))
        if is_end and _strength(joined) is Strength.SURE:
            return (count, Strength.SURE) if not _begins_below(lines[at : at + count]) else (0, Strength.NONE)
    return (1, alone) if alone else (0, alone)


def _begins_below(lines: Sequence[str]) -> bool:
    """Whether an attribution begins on a later line: «3 vengo» may stand above it with no blank line between."""
    if _OPENED.match(lines[0]):
        return False
    return any(
        _OPENED.match(line) and _strength(" ".join(more.strip() for more in lines[place:])) is Strength.SURE
        for place, line in enumerate(lines[1:], 1)
    )


def _strength(text: str) -> Strength:
    said = text.strip(_DECORATION)
    has_verb = _END.search(said) is not None or _AMID.search(said) is not None
    has_colon = said.endswith((":", "："))
    if not _BEGINS.match(said):  # "Ada Rossi wrote:" at most; words may stand before an attribution on its line
        return Strength.WEAK if has_verb and has_colon and len(said.split()) <= _NAME_AND_VERB else Strength.NONE
    has_address = _ADDRESS.search(said) is not None
    has_day = _YEAR_OR_DAY.search(said) is not None
    if has_verb and (has_address or (has_day and _TIME.search(said))):
        return Strength.SURE
    if has_address and has_day and has_colon:
        return Strength.SURE
    is_likely = (has_verb and has_colon) or (has_address and has_day and said.endswith(">"))
    return Strength.WEAK if is_likely else Strength.NONE


_ORIGINAL = _words(
    "original_message messaggio_originale message_d['’]origine message_original ursprüngliche_nachricht "
    "original-nachricht originalnachricht mensaje_original mensagem_original oorspronkelijk_bericht "
    "originalmeddelande ursprungligt_meddelande oprindelig_besked oprindelig_meddelelse opprinnelig_melding "
    "wiadomość_oryginalna oryginalna_wiadomość исходное_сообщение"
)
_FORWARDED = _words(
    "forwarded_message messaggio_inoltrato message_transféré message_réexpédié weitergeleitete_nachricht "
    "mensaje_reenviado mensagem_encaminhada mensagem_reencaminhada doorgestuurd_bericht vidarebefordrat_meddelande "
    "videresendt_meddelelse пересылаемое_сообщение"
)
_FORWARD_OPENINGS = _words(
    "begin_forwarded_message inizio_messaggio_inoltrato inizio_del_messaggio_inoltrato début_du_message_transféré "
    "début_du_message_réexpédié anfang_der_weitergeleiteten_nachricht inicio_del_mensaje_reenviado "
    "início_da_mensagem_encaminhada início_da_mensagem_reencaminhada begin_doorgestuurd_bericht"
)
_ORIGINAL_LINE = re.compile(rf"\s{{0,3}}\*?[-_=]{{2,}}[\s*]{{0,3}}(?:{_ORIGINAL})\b[^\n]{{0,60}}$", re.IGNORECASE)
_WROTE_LINE = re.compile(rf"\s{{0,3}}-{{3,}}\s?[^\n]{{1,200}}?\s(?:{_SAID_LAST})\s?-{{3,}}\s*$", re.IGNORECASE)
_FORWARD_LINE = re.compile(
    rf"\s{{0,3}}(?:\*?[-_=]{{2,}}[\s*]{{0,3}}(?:{_FORWARDED})\b|(?:{_FORWARD_OPENINGS})\s?:)", re.IGNORECASE
)


def is_original_line(line: str) -> bool:
    """Whether this line alone says that the message being answered follows."""
    return len(line) <= _LONGEST and bool(_ORIGINAL_LINE.match(line) or _WROTE_LINE.match(line))


def is_forward_line(line: str) -> bool:
    """Whether this line says that a message is passed on, which is what the sender wants read."""
    if len(line) > _LONGEST or (line.isascii() and ":" not in line and not line.lstrip().startswith(_RULED)):
        return False
    return _FORWARD_LINE.match(line) is not None


_KEYS = {
    "from": "From Da De Von Van Från Fra Od От 发件人 差出人 보낸_사람",
    "date": "Sent Date Inviato Data Envoyé Envoyé_le Gesendet Datum Enviado Enviado_el Enviada_em Fecha Verzonden "
    "Skickat Sendt Dato Wysłano Отправлено Odesláno Дата 发送时间 送信日時 보낸_날짜",
    "to": "To A À An Para Aan Till Til Do Кому Komu 收件人 宛先 받는_사람",
    "subject": "Subject Oggetto Objet Betreff Asunto Assunto Onderwerp Ämne Emne Temat Тема Předmět 主题 件名 제목",
    "other": "Cc Bcc Ccn Kopie Copia Cópia Copie_à Reply-To Rispondi_a Importance Importanza Priorità Priority "
    "Resent-From",
}
_KEY_LINE = re.compile(
    r"\s{0,4}\*{0,2}(?:"
    + "|".join(f"(?P<{kind}>{_words(names)})" for kind, names in _KEYS.items())
    + r")\*{0,2}\s?[:：]",
    re.IGNORECASE,
)
_BLOCK_LINES = 16


def header_block(lines: Sequence[str], at: int) -> int:
    """How many lines from here are a header copied into the text: From, and two more of date, To and Subject."""
    first = _KEY_LINE.match(lines[at][:60])
    if first is None or first.lastgroup in ("to", "other"):
        return 0
    seen: set[str | None] = set()
    end = at
    for place in range(at, min(at + _BLOCK_LINES, len(lines))):
        key = _KEY_LINE.match(lines[place][:60])
        if key:
            seen.add(key.lastgroup)
            end = place + 1
        elif place - end >= 2:  # a long list of people goes on over lines
            break
    return end - at if "from" in seen and len(seen - {"other"}) >= 3 else 0
