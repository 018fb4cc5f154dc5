"""The invented town of the sandbox: its people, what their groups already said."""

from dataclasses import dataclass
from datetime import time

from mailhub.mail.address import Mailbox

TOWN = "Pietrafiore"
DOMAIN = "pietrafiore.example"
POST = "posta.example"  # where its people have their mailboxes
AWAKE = time(9, 0)  # the hour at which a visitor finds it


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
ORGANISER = BRUNO
GARDEN = "orto"  # the group a visitor is sent to


@dataclass(frozen=True, slots=True)
class Said:
    """One message of the history: who, how many days ago and when, to which group, answering which one."""

    who: Somebody
    days_ago: int
    at: time
    group: str
    subject: str
    text: str
    answers: int | None = None  # its place in this list


HISTORY: dict[str, tuple[Said, ...]] = {
    "it": (
        Said(RITA, 6, time(18, 40), GARDEN, "Cesoie", "Qualcuno ha delle cesoie da prestare? Le mie non tagliano più."),
        Said(
            ALDO,
            5,
            time(8, 15),
            GARDEN,
            "Re: Cesoie",
            "Le mie sono nel capanno, sul chiodo a destra. Prendile pure.",
            answers=0,
        ),
        Said(
            BRUNO,
            4,
            time(12, 0),
            "notizie",
            "Semi da scambiare",
            "L'ultimo venerdì del mese, alle 20:30 in biblioteca, ci scambiamo i semi.\n\n"
            "Chi li ha messi da parte li porta in una busta con il nome; chi non ne ha viene lo stesso.",
        ),
        Said(
            MARTA,
            3,
            time(21, 5),
            "piazza",
            "Passaggio per la stazione",
            "Ogni mattina alle 7 vado in stazione e ho tre posti liberi. Si parte dalla fontana.",
        ),
        Said(
            TEO, 2, time(7, 50), "piazza", "Re: Passaggio per la stazione", "Da domani ci sono io, grazie.", answers=3
        ),
        Said(
            ALDO,
            1,
            time(17, 30),
            GARDEN,
            "Il recinto",
            "Il recinto verso la strada ha due assi rotte. Le ho comprate: mi serve qualcuno che le tenga ferme.",
        ),
    ),
    "en": (
        Said(RITA, 6, time(18, 40), GARDEN, "Shears", "Has anybody a pair of shears to lend? Mine no longer cut."),
        Said(
            ALDO,
            5,
            time(8, 15),
            GARDEN,
            "Re: Shears",
            "Mine are in the shed, on the nail to the right. Take them.",
            answers=0,
        ),
        Said(
            BRUNO,
            4,
            time(12, 0),
            "notizie",
            "Seeds to swap",
            "On the last Friday of the month, at 20:30 in the library, we swap seeds.\n\n"
            "If you have kept some, bring them in an envelope with their name; if you have none, come all the same.",
        ),
        Said(
            MARTA,
            3,
            time(21, 5),
            "piazza",
            "A lift to the station",
            "Every morning at seven I drive to the station with three free seats. I start from the fountain.",
        ),
        Said(
            TEO,
            2,
            time(7, 50),
            "piazza",
            "Re: A lift to the station",
            "I will be there from tomorrow on, thank you.",
            answers=3,
        ),
        Said(
            ALDO,
            1,
            time(17, 30),
            GARDEN,
            "The fence",
            "Two boards of the fence by the road are broken. I have bought new ones: who can hold them for me?",
        ),
    ),
}


def somebody(key: str) -> Somebody | None:
    """The person of this key."""
    return next((one for one in CAST if one.key == key), None)


def lives_here(email: str) -> bool:
    """Whether the town's post office knows a mailbox of this address."""
    return any(one.mailbox.email == email.lower() for one in CAST)
