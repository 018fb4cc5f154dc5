"""One person on one way, moved by hand: what the reducer says, and nothing else."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

from mailhub.clock import local
from mailhub.delivery.budget import Budget
from mailhub.delivery.tables import MailClass
from mailhub.journeys import moves
from mailhub.journeys.definition import Exit, Journey
from mailhub.journeys.state import Effect, End, Mail, Move, Seen, Signal, Tick, Way

START = datetime(2026, 3, 9, 8, 0, tzinfo=UTC)  # a Monday, 9:00 in Rome
FREE = Budget(0, 0)


@dataclass
class Walker:
    """Keeps the way, and what it has led to; time stands still until somebody says otherwise."""

    journey: Journey
    values: dict[str, Any] = field(default_factory=dict)
    now: datetime = START
    zone: str = "Europe/Rome"
    budget: Budget = FREE
    exits: Sequence[Exit] | None = None
    near: Mapping[str, str] = field(default_factory=dict)
    mails: list[tuple[str, str]] = field(default_factory=list)  # when on the person's clock, and which template
    spent: list[datetime] = field(default_factory=list)
    left: list[tuple[str, str]] = field(default_factory=list)  # step and outcome
    effects: list[Effect] = field(default_factory=list)  # of the last move
    moves: int = 0
    end: End | None = None
    reason: str = ""
    own_act: bool = False
    away_until: datetime | None = None

    def __post_init__(self) -> None:
        self.way: Way = moves.begin(self.journey, 7, now=self.now, acted_at=self.now if self.own_act else None)

    def happens(self, signal: Signal) -> Move:
        """This happens now."""
        assert self.end is None, "nothing happens to a way that has ended"
        lately = tuple(at for at in self.spent if at > self.now - timedelta(days=7))
        seen = Seen(
            self.values, self.zone, "Europe/Rome", self.away_until, lately, lambda place, _within: self.near.get(place)
        )
        exits = self.journey.exits if self.exits is None else self.exits
        move = moves.advance(self.journey, self.way, signal, seen, now=self.now, budget=self.budget, exits=exits)
        self.way, self.effects, self.end, self.reason = move.way, list(move.effects), move.end, move.reason
        self.left += [(each.step, each.outcome) for each in move.transitions]
        for effect in move.effects:
            if isinstance(effect, Mail):
                self.mails.append((local(self.now, self.zone).strftime("%a %d %H:%M"), effect.letter.template))
                if (effect.letter.mail_class or self.journey.mail_class) is not MailClass.SERVICE:
                    self.spent.append(self.now)
        self.moves += 1
        return move

    def runs(self, until: datetime | None = None, **length: float) -> "Walker":
        """Let time pass, and let the way go on whenever it is due."""
        last = until or self.now + timedelta(**length)
        while self.end is None and (at := self.way.next_at) is not None and at <= last:
            self.now = max(self.now, at)
            self.happens(Tick())
        self.now = max(self.now, last)
        return self

    def sleeps(self, **length: float) -> "Walker":
        """Let time pass while nothing moves: an outage, a pause."""
        self.now += timedelta(**length)
        return self

    @property
    def place(self) -> tuple[str, str]:
        return (self.way.step, self.way.phase.value)

    @property
    def templates(self) -> list[str]:
        return [template for _, template in self.mails]
