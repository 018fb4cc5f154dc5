"""Work that waits in rows and belongs to no mail: one page at a time, found again by looking."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.orm import Session


@dataclass(frozen=True, slots=True)
class Chore:
    """One kind of such work. `page` does a little of what is due within the caller's transaction and says how much."""

    name: str
    page: Callable[[Session, datetime], int]
    next_due: Callable[[Session, datetime], datetime | None]  # seen from now
