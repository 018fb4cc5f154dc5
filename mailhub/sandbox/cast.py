"""The invented town of the sandbox: its people, and what a message of theirs is."""

from dataclasses import dataclass
from datetime import time

from mailhub.mail.address import Mailbox

TOWN = "Pietrafiore"
DOMAIN = "pietrafiore.example"
POST = "posta.example"  # where its people have their mailboxes
AWAKE = time(9, 0)  # the hour at which a visitor finds it
GARDEN = "orto"  # the group a visitor is sent to
SQUARE = "piazza"  # the one for everybody
NEWS = "notizie"


@dataclass(frozen=True, slots=True)
class Somebody:
    """One person of the town."""

    key: str
    name: str
    is_known: bool = True  # belongs to the groups when the story begins

    @property
    def mailbox(self) -> Mailbox:
        return Mailbox(self.name, f"{self.key}@{POST}")


NIVES = Somebody("nives", "Nives Poggi", is_known=False)
BRUNO = Somebody("bruno", "Bruno Valli")
RITA = Somebody("rita", "Rita Fontana")
ALDO = Somebody("aldo", "Aldo Serra")
TEO = Somebody("teo", "Teo Ronchi")
MARTA = Somebody("marta", "Marta Lisi")
CAST = (NIVES, BRUNO, RITA, ALDO, TEO, MARTA)
VISITOR = NIVES
ORGANISER = BRUNO


@dataclass(frozen=True, slots=True)
class Said:
    """One message of the story."""

    who: Somebody
    group: str
    subject: str
    text: str
    answers: str = ""  # the subject of the message it answers
    reply: str = ""  # what a reader might well answer


@dataclass(frozen=True, slots=True)
class Dated:
    """A message on its day, counted from the one on which the story is told, and at its hour."""

    day: int
    at: time
    said: Said


def somebody(key: str) -> Somebody | None:
    """The person of this key."""
    return next((one for one in CAST if one.key == key), None)


def lives_here(email: str) -> bool:
    """Whether the town's post office knows a mailbox of this address."""
    return any(one.mailbox.email == email.lower() for one in CAST)
