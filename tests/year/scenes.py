"""What happens in the year of a group of eight: scenes as data, in the order of the calendar.

Nobody here opens a page: each act is a mail somebody writes, or what becomes of a mailbox.
"""

from collections.abc import Iterator
from dataclasses import dataclass

ADA, BRUNO, CARLA, DINO = "ada@example.org", "bruno@example.net", "carla@example.org", "dino@example.org"
ELSA, FABIO, GINA, IVO = "elsa@example.org", "fabio@example.net", "gina@example.org", "ivo@example.org"
EIGHT = (ADA, BRUNO, CARLA, DINO, ELSA, FABIO, GINA, IVO)
OLGA, ZITA, DINO_ANEW = "olga@example.org", "zita@example.net", "dino@new.example"


@dataclass(frozen=True, slots=True)
class Asks:
    """An empty mail to the group's joining address."""

    who: str


@dataclass(frozen=True, slots=True)
class Writes:
    """A message to the group."""

    who: str
    subject: str
    text: str


@dataclass(frozen=True, slots=True)
class Says:
    """A reply to the newest mail in a mailbox that holds these words; from another account where one is named."""

    who: str
    text: str
    to: str
    account: str = ""


@dataclass(frozen=True, slots=True)
class Answers(Says):
    """The same, where it is a message to the group: a reply to a copy."""


@dataclass(frozen=True, slots=True)
class Dies:
    """From now on this mailbox gives everything back."""

    who: str


@dataclass(frozen=True, slots=True)
class Heals:
    who: str


Act = Asks | Writes | Says | Dies | Heals


@dataclass(frozen=True, slots=True)
class Scene:
    """What happens at one moment, by the wall clock of the place: "01-05 09:00"."""

    at: str
    acts: tuple[Act, ...]


JOINING, YES, WELCOME, LETTER = "Is this you?", "yes", "You are in", "The letter of"


def read_first(who: str, subject: str, text: str) -> tuple[Act, ...]:
    """The first two messages of anybody are read by a moderator."""
    return Writes(who, subject, text), Says(OLGA, "publish", subject)


def decides(order: str, words: str) -> tuple[Act, ...]:
    """Olga's word about a conversation, in reply to a copy, and her yes to the question."""
    return Says(OLGA, order, words), Says(OLGA, "yes", "Shall we do it?")


# A message about a person is refused with a reason, and written again. A week later they quarrel in the open, and what
# is done about that holds for everybody: a slow pace, two voices, a day by letter only, an end with a day.
QUARREL = (
    Scene("06-08 09:00", read_first(FABIO, "The gate", "Fabio found the gate open again this morning.")),
    Scene(
        "06-08 20:00",
        (
            Writes(ELSA, "Re: The gate", "Fabio should mind his own business and nobody asked him."),
            Says(OLGA, "refuse: about the gate, please, and not about Fabio", "mind his own business"),
        ),
    ),
    Scene("06-09 10:00", read_first(ELSA, "Closing the gate", "Elsa proposes a spring that pulls it shut.")),
    Scene("06-10 10:00", read_first(FABIO, "A spring", "Fabio has one at home and brings it.")),
    Scene("06-15 09:00", (Writes(FABIO, "The wall", "Fabio finds that the new wall leans."),)),
    Scene("06-16 12:00", (Says(ELSA, "1 Elsa built it and it stands.", LETTER), Says(OLGA, "publish", "Elsa built"))),
    Scene("06-16 12:30", decides("slow 12 hours", "Elsa built it")),
    Scene("06-17 12:00", (Says(FABIO, "1 Fabio measured it twice.", LETTER),)),
    Scene("06-17 13:00", (Says(FABIO, "1 Fabio has a photograph as well.", LETTER),)),
    Scene("06-18 12:00", decides("two voices Fabio and Elsa", "a photograph as well")),
    Scene("06-18 13:00", (Answers(BRUNO, "Bruno has a spirit level.", "a photograph as well"),)),
    Scene("06-18 14:00", (Says(ELSA, "1 Elsa asks him to hold a plumb line to it.", LETTER),)),
    Scene("06-19 12:00", (Says(FABIO, "1 Fabio will do that on Saturday.", LETTER),)),
    Scene("06-22 09:00", (Says(BRUNO, "send", "spirit level"),)),
    Scene("06-22 10:00", decides("letter only 24 hours", "spirit level")),
    Scene("06-22 11:00", (Answers(ADA, "Ada held the line: two fingers.", "spirit level"),)),
    Scene("06-23 12:00", (Says(OLGA, "1 close until 28 June: it is measured", LETTER),)),
    Scene("06-24 12:00", (Says(DINO, "1 Dino never saw it lean.", LETTER),)),
    Scene("06-29 12:00", (Says(DINO, "send", "never saw it lean"),)),
)
# What everybody reads of that, once, in the conversation itself.
CALMED = ("one message every 12 hours", "only Elsa and Fabio write", "by the daily letter only", "is closed until")

YEAR: tuple[Scene, ...] = (
    Scene("01-05 09:00", tuple(Asks(one) for one in (ADA, BRUNO, CARLA, DINO, ELSA, FABIO, IVO, ZITA, OLGA))),
    Scene("01-05 09:10", tuple(Says(one, YES, JOINING) for one in (ADA, BRUNO, CARLA, DINO, ELSA, FABIO, OLGA))),
    Scene("01-05 09:20", tuple(Says(one, "each", WELCOME) for one in (ADA, BRUNO, OLGA))),
    Scene("01-05 10:00", (Writes(GINA, "Good morning", "Gina would like to help with the roses."),)),
    Scene("01-05 10:10", (Says(GINA, YES, JOINING), Says(OLGA, "publish", "Good morning"))),
    Scene("01-08 08:00", (Says(IVO, YES, "asked to join"),)),
    Scene("01-12 09:00", read_first(ADA, "Seed order", "Ada collects the seed order until Friday.")),
    Scene("01-13 12:00", (Says(CARLA, "1 Carla takes the beans.", LETTER), Says(OLGA, "publish", "Carla takes"))),
    Scene("01-26 09:00", read_first(ADA, "Compost heap", "Ada turned the heap, it steams.")),
    Scene("02-02 09:00", read_first(BRUNO, "Shears", "Bruno sharpened the shears.")),
    Scene("02-16 09:00", read_first(BRUNO, "Water butt", "Bruno mended the tap of the butt.")),
    Scene("03-02 18:00", (Writes(ADA, "Pruning", "Ada prunes on Saturday, who comes?"),)),
    Scene("03-03 12:00", (Says(CARLA, "Carla comes with the ladder.", LETTER), Says(OLGA, "publish", "ladder"))),
    Scene("03-09 09:00", (Says(CARLA, "pause until 15 April", LETTER),)),
    Scene("03-16 09:00", (Writes(BRUNO, "Potatoes", "Bruno has twelve rows to plant."),)),
    Scene("04-06 09:00", (Writes(ADA, "Slugs", "Ada found them under the boards."),)),
    Scene("04-20 09:00", (Writes(CARLA, "Back again", "Carla is back and brought cuttings."),)),
    Scene("05-11 09:00", (Writes(ADA, "Bean poles", "Ada needs forty poles."),)),
    Scene("05-12 12:00", (Says(DINO, "1 Dino cuts them in the wood.", LETTER, DINO_ANEW),)),
    Scene("05-12 12:30", (Says(DINO, "mine too", "another address"), Says(OLGA, "publish", "in the wood"))),
    Scene("05-25 09:00", read_first(DINO_ANEW, "Poles are cut", "Dino left forty poles by the shed.")),
    *QUARREL,
    Scene("07-06 09:00", (Writes(BRUNO, "Hay", "Bruno mows the upper meadow."),)),
    Scene("08-03 06:00", (Dies(GINA),)),
    *(
        Scene(f"08-{day:02} 09:00", (Writes(BRUNO, f"Watering {day}", f"Bruno watered on the day numbered {day}."),))
        for day in range(3, 8)
    ),
    Scene("08-17 09:00", (Heals(GINA), Writes(ADA, "Tomatoes", "Ada has more than we can eat."))),
    Scene("08-24 09:00", (Says(GINA, "resume", "We cannot reach you"),)),
    Scene("09-07 09:00", (Writes(GINA, "Roses", "Gina cut them back."), Says(OLGA, "publish", "Roses"))),
    Scene("09-21 09:00", (Writes(ADA, "Harvest supper", "Ada cooks for all on Friday."),)),
    Scene("10-05 09:00", (Says(FABIO, "leave", LETTER),)),
    Scene("10-12 09:00", (Writes(BRUNO, "Leaves", "Bruno rakes on Sunday."),)),
    Scene("11-09 09:00", (Writes(ADA, "Tools", "Ada oiled everything in the shed."),)),
    Scene("12-14 09:00", (Writes(CARLA, "The year", "Carla counted: thirty-one baskets."),)),
    Scene("12-31 20:00", ()),
)


@dataclass(frozen=True, slots=True)
class Message:
    """One that the group was to read. `in_brief`: how a letter names it to somebody who was away."""

    at: str
    subject: str
    text: str

    @property
    def in_brief(self) -> str:
        return f"{self.subject} (Garden), while you were away"

    def reaches(self, who: str) -> bool:
        """Whether they belonged when it was published."""
        return SINCE.get(who, "01-05 09:10") <= self.at < UNTIL.get(who, "12-32")


SINCE, UNTIL = {IVO: "01-08 08:00", GINA: "01-05 10:10"}, {FABIO: "10-05 09:00"}
REFUSED = "mind his own business"


def published() -> Iterator[Message]:
    """Every message the group was to read: new ones, and answers to letters."""
    for scene in YEAR:
        for act in scene.acts:
            match act:
                case Writes(_, subject, text) if REFUSED not in text:
                    yield Message("01-05 10:10" if subject == "Good morning" else scene.at, subject, text)
                case Answers(_, text, _, _):
                    yield Message(scene.at, "Re: …", text)
                case Says(_, text, to, _) if to == LETTER and not text.startswith(("pause", "leave", "1 close")):
                    yield Message(scene.at, "Re: …", text.removeprefix("1 "))
