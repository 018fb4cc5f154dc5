"""The invented town of the sandbox: its people, what their groups already said."""

from dataclasses import dataclass

from mailhub.mail.address import Mailbox

TOWN = "Pietrafiore"
DOMAIN = "pietrafiore.example"
POST = "posta.example"  # where its people have their mailboxes


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


@dataclass(frozen=True, slots=True)
class Said:
    """One message of the history: who, when before the start, to which group, answering which one."""

    who: Somebody
    days_ago: float
    group: str
    subject: str
    text: str
    answers: int | None = None  # its place in this list


HISTORY: dict[str, tuple[Said, ...]] = {
    "it": (
        Said(RITA, 6, "orto", "Cesoie", "Qualcuno ha delle cesoie da prestare? Le mie non tagliano più."),
        Said(ALDO, 5.6, "orto", "Re: Cesoie", "Le mie sono nel capanno, prendile pure.", answers=0),
        Said(ALDO, 4, "orto", "Il recinto", "Il recinto verso la strada ha due assi rotte. Lo sistemo domenica."),
        Said(BRUNO, 2, "orto", "Potatura di sabato", "Sabato alle 9 si pota. Chi viene porti i guanti."),
    ),
    "en": (
        Said(RITA, 6, "orto", "Shears", "Has anybody a pair of shears to lend? Mine no longer cut."),
        Said(ALDO, 5.6, "orto", "Re: Shears", "Mine are in the shed, take them.", answers=0),
        Said(ALDO, 4, "orto", "The fence", "Two boards of the fence by the road are broken. I will mend it on Sunday."),
        Said(BRUNO, 2, "orto", "Pruning on Saturday", "On Saturday at nine we prune. Bring gloves if you come."),
    ),
}


def somebody(key: str) -> Somebody:
    """The person of this key; Nives for a key nobody has."""
    return next((one for one in CAST if one.key == key), NIVES)
