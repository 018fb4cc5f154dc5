"""Where a writer's words end and what their program adds to every mail begins."""

import re
from collections.abc import Sequence

_DELIMITER = re.compile(r"(?:--|—|_{2,}|-{20,})[ \t\xa0]*$")
_MOST_LINES = 15  # below a delimiter; RFC 3676 knows "-- ", custom allows four lines, offices write more
_DEVICE = re.compile(
    r"[ \t*_(]{0,3}(?:Sent (?:from|via|with|using)\b|From my [Ii]phone|Get \[?Outlook|Download Outlook|"
    r"Inviat[oa] (?:da|dal|dalla|con|tramite)\b|Scarica Outlook|Ottieni Outlook|"
    r"Von meinem .{2,40} gesendet|Gesendet (?:von|mit|aus)\b|Diese Nachricht wurde von .{2,60} gesendet|"
    r"Envoyé (?:de|depuis|avec|à partir)\b|Télécharger Outlook|Obtenez Outlook|"
    r"Enviado (?:desde|do|de|con|com|via|a partir)\b|Obtener Outlook|Obter o Outlook|"
    r"Verzonden (?:met|vanaf|van|via)\b|Verstuurd (?:met|vanaf)\b|Outlook voor \w+ downloaden|"
    r"Sendt fra|Skickat från|Lähetetty|Wysłane z|Отправлено с)",
    re.IGNORECASE,
)
_LONGEST_DEVICE_LINE = 100
_EXCUSES = re.compile(r"excus|typo|brev|scus|refus", re.IGNORECASE)
_LONGEST_SENTENCE = 8  # words; with a comma among more it is prose


def signature_start(lines: Sequence[str], start: int, end: int) -> int:
    """Where in `lines[start:end]` the signature begins; `end` where there is none."""
    below = 0
    found = end
    for place in range(end - 1, start - 1, -1):
        if len(lines[place]) < 120 and _DELIMITER.match(lines[place]):
            found = place
        below += bool(lines[place].strip())
        if below > _MOST_LINES:
            break
    return found


def is_device_line(line: str) -> bool:
    """Whether a line says only by what the mail was sent."""
    if len(line) > _LONGEST_DEVICE_LINE or not _DEVICE.match(line):
        return False
    is_sentence = "," in line and len(line.split()) > _LONGEST_SENTENCE
    return not is_sentence or _EXCUSES.search(line) is not None
