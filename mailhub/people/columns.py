"""What the columns of a members' table mean, by the headings Italian and English programs and people give them."""

import re
import unicodedata
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum

from mailhub.errors import BadInput

LONGEST_FIELD_NAME = 40


class Meaning(StrEnum):
    """What a column holds."""

    EMAIL = "email"
    NAME = "name"
    SURNAME = "surname"
    LANGUAGE = "language"
    TIME_ZONE = "time-zone"
    DELIVERY = "delivery"
    REASON = "reason"  # of a suppression
    FIELD = "field"


@dataclass(frozen=True, slots=True)
class Column:
    """One column, as its heading names it and as we understand it."""

    position: int
    heading: str
    meaning: Meaning
    field: str = ""  # the name of the field, for a column that is one


_HEADINGS: Mapping[Meaning, str] = {
    Meaning.EMAIL: """
        email, e mail, mail, posta, posta elettronica, casella, casella di posta, email address, e mail address,
        mail address, emailaddress, indirizzo email, indirizzo e mail, indirizzo mail, indirizzo posta,
        indirizzo di posta, indirizzo posta elettronica, indirizzo di posta elettronica, email 1 value, e mail 1 value,
        primary email, email principale, contact email, recapito email""",
    Meaning.NAME: """
        name, nome, nome e cognome, nome cognome, nome completo, cognome e nome, cognome nome, nominativo, full name,
        display name, first name, firstname, given name, fname, nome visualizzato, name and surname, nome di battesimo,
        member name, real name""",
    Meaning.SURNAME: "surname, cognome, last name, lastname, family name, lname",
    Meaning.LANGUAGE: "language, lingua, lang, lingua preferita, preferred language",
    Meaning.TIME_ZONE: "time zone, timezone, tz, fuso orario, fuso",
    Meaning.DELIVERY: "delivery, consegna, lettera, ricezione, delivery mode, modalita di consegna",
    Meaning.REASON: "reason, motivo, causa, dnc reason, do not contact reason, stato, status",
}
_MEANINGS = {
    heading: meaning for meaning, all_of in _HEADINGS.items() for heading in " ".join(all_of.split()).split(", ")
}
_PERHAPS_EMAIL = frozenset(("indirizzo", "address", "contatto", "contact", "recapito", "member", "user", "utente"))


def is_heading(cell: str) -> bool:
    """Whether this is a heading we know."""
    return _plain(cell) in _MEANINGS


def read_headings(
    first: Sequence[str], second: Sequence[str], *, with_reason: bool = False
) -> tuple[Column, ...] | None:
    """What each column means; None when the first line is a lone address and there are no headings.

    `second` tells whether an «indirizzo» is a mailbox or a street. Raises BadInput when no column holds addresses.
    """
    headings = [" ".join(cell.split()) for cell in first]
    meanings = [_meaning(heading, with_reason) for heading in headings]
    if Meaning.EMAIL not in meanings:
        filled = [cell for cell in headings if cell]
        if len(filled) == 1 and "@" in filled[0]:
            return None
        meanings = _guess_email(headings, meanings, second)
    return _name_columns(headings, _once_each(meanings))


def _meaning(heading: str, with_reason: bool) -> Meaning:
    meaning = _MEANINGS.get(_plain(heading), Meaning.FIELD)
    return Meaning.FIELD if meaning is Meaning.REASON and not with_reason else meaning


def _guess_email(headings: Sequence[str], meanings: Sequence[Meaning], second: Sequence[str]) -> list[Meaning]:
    for position, heading in enumerate(headings):
        if _plain(heading) in _PERHAPS_EMAIL and position < len(second) and "@" in second[position]:
            return [*meanings[:position], Meaning.EMAIL, *meanings[position + 1 :]]
    if any("@" in heading for heading in headings):
        raise BadInput("line 1 holds an address where the headings should be; put a line such as email;name above it")
    found = ", ".join(f"“{heading[:30]}”" for heading in headings[:8] if heading) or "nothing"
    raise BadInput(
        f"line 1: no column is called “email”; its headings are {found}. Name the column of addresses “email”"
    )


def _once_each(meanings: Sequence[Meaning]) -> list[Meaning]:
    """The first column of a meaning has it; a second «e-mail» is a field like any other."""
    return [Meaning.FIELD if meaning in meanings[:position] else meaning for position, meaning in enumerate(meanings)]


def _name_columns(headings: Sequence[str], meanings: Sequence[Meaning]) -> tuple[Column, ...]:
    columns: list[Column] = []
    taken: set[str] = set()
    for position, (heading, meaning) in enumerate(zip(headings, meanings, strict=True)):
        name = ""
        if meaning is Meaning.FIELD:
            name = _free(field_name(heading) or f"column_{position + 1}", taken)
            taken.add(name)
        columns.append(Column(position, heading, meaning, name))
    return tuple(columns)


def field_name(heading: str) -> str:
    """The name under which a column is kept: «Città di residenza» is `citta_di_residenza`; "" when nothing is left."""
    name = re.sub(r"[^a-z0-9]+", "_", _letters(heading)).strip("_")
    name = f"field_{name}" if name[:1].isdigit() else name
    return name[:LONGEST_FIELD_NAME].rstrip("_")


def _free(name: str, taken: set[str]) -> str:
    candidate, count = name, 2
    while candidate in taken:
        candidate, count = f"{name[: LONGEST_FIELD_NAME - 4]}_{count}", count + 1
    return candidate


def _plain(heading: str) -> str:
    return " ".join(re.sub(r"[^a-z0-9]+", " ", _letters(heading)).split())


def _letters(text: str) -> str:
    decomposed = unicodedata.normalize("NFKD", text.casefold())
    return "".join(letter for letter in decomposed if not unicodedata.combining(letter))
