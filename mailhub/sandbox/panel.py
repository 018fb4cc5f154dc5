"""The panel of the tour beside the mailbox: its step, what one may do there, and at the end what has been done."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from flask import request
from sqlalchemy.orm import Session

from mailhub.language import say
from mailhub.lists import poster, reading, voice
from mailhub.mail.address import canonical
from mailhub.sandbox import telling, tour
from mailhub.sandbox.cast import CAST, GARDEN, ORGANISER, VISITOR
from mailhub.sandbox.desk import Demo
from mailhub.sandbox.guide import Move, Stage, moves
from mailhub.sandbox.postoffice import Letter
from mailhub.sandbox.progress import CONFIRMATION, Seen, kinds, seen
from mailhub.sandbox.tour import END, OFF, STEPS, Tour


@dataclass(frozen=True, slots=True)
class Poster:
    """What hangs on the board."""

    title: str
    about: str
    address: str
    code: str  # SVG


@dataclass(frozen=True, slots=True)
class Last:
    """The mail that the visitor wrote last, and what became of it."""

    who: str
    number: int
    said: str


@dataclass(frozen=True, slots=True)
class Panel:
    """The panel, ready to be drawn."""

    tour: Tour
    names: Mapping[int, str]
    text: str
    moves: tuple[Move, ...]
    poster: Poster | None
    last: Last | None

    @property
    def is_end(self) -> bool:
        return self.tour.shown == END

    @property
    def is_done(self) -> bool:
        return self.tour.shown in self.tour.done


def panel(demo: Demo, language: str) -> Panel | None:
    """The panel as it stands now; None where the visitor has closed it."""
    asked = request.args.get("tour", "")
    if asked == OFF:
        return None
    post = demo.post
    mine, organisers = post.letters(VISITOR.mailbox.email), post.letters(ORGANISER.mailbox.email)
    opened = {one.id: at for one in mine if (at := post.opened_at(one)) is not None}
    with demo.hub.database.reading() as session:
        found = kinds(session, demo.hub.site.keys, [*mine, *organisers])
        happened = seen(session, mine, found, opened)
        stands = tour.tour(happened, demo.begun, asked)
        step = stands.shown
        stage = Stage(session, demo.hub, language, mine, organisers, found, happened)
        return Panel(
            tour=stands,
            names={one: say(language, f"sandbox.step-{one}") for one in STEPS},
            text=_text(demo, language, step, mine, happened),
            moves=tuple(moves(stage, step, demo.begun.get(step))),
            poster=None if step > 1 or stage.newest(CONFIRMATION) else _poster(session, demo, language),
            last=_last(session, demo, language),
        )


def _text(demo: Demo, language: str, step: int, mine: Sequence[Letter], happened: Seen) -> str:
    """What the panel says; at the end it counts what the visitor really did."""
    if step != END:
        return say(language, f"sandbox.tour-{step}")
    received = sum(not letter.outgoing for letter in mine)
    key = "sandbox.end-by-page" if happened.used_a_page else "sandbox.end-by-mail"
    return say(language, key, yours=len(demo.post.by_visitor()), ours=received)


def _last(session: Session, demo: Demo, language: str) -> Last | None:
    """If somebody does something else than the step expects, it says what happened, and keeps the step."""
    for letter in demo.post.by_visitor()[:1]:
        who = next(one.key for one in CAST if canonical(one.mailbox.email) == letter.owner)
        if said := telling.end(session, demo.hub, letter, language):
            return Last(who, letter.id, said)
    return None


def _poster(session: Session, demo: Demo, language: str) -> Poster | None:
    group = reading.by_slug(session, GARDEN)
    if group is None:
        return None
    rules = reading.definition_of(group)
    address = voice.verb_address(demo.hub.site, group, "join", language)
    title = rules.titled(language)
    return Poster(title, rules.description.into(language) or "", address, poster.code(address, title))
