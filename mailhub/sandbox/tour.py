"""The tour of six steps: which are done, and which one comes now. Pure."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from mailhub.sandbox.progress import Seen

STEPS = range(1, 7)
END = 7  # the last panel, after the steps
OFF = "off"  # the panel is closed


@dataclass(frozen=True, slots=True)
class Tour:
    """Where a visitor stands in it."""

    done: frozenset[int]
    shown: int  # the step in the panel, or END
    is_chosen: bool  # by the visitor, not by what has happened

    @property
    def following(self) -> int:
        """What to go on with: the next step that is not done, else the next one, else the end."""
        later = [step for step in STEPS if step > self.shown and step not in self.done]
        return later[0] if later else END


def tour(seen: Seen, begun: Mapping[int, datetime], asked: str) -> Tour:
    """The tour after what has been seen; `begun` says since when a step counts that was begun again."""
    done = frozenset(step for step in STEPS if _is_done(step, seen, begun.get(step)))
    chosen = int(asked) if asked.isdecimal() and int(asked) in (*STEPS, END) else 0
    coming = next((step for step in STEPS if step not in done), END)
    return Tour(done, chosen or coming, bool(chosen))


def marks(step: int, seen: Seen) -> tuple[datetime | None, ...]:
    """All that must have happened for a step to be done."""
    return {
        1: (seen.joined,),
        2: (seen.introduced,),
        3: (seen.letter_opened,),
        4: (seen.answered,),
        5: (seen.published,),
        6: (seen.explained, seen.left, seen.undone),
    }[step]


def happened(at: datetime | None, since: datetime | None) -> bool:
    """Whether it happened, and since the step was begun again where it was."""
    return at is not None and (since is None or at >= since)


def _is_done(step: int, seen: Seen, since: datetime | None) -> bool:
    return all(happened(at, since) for at in marks(step, seen))
