"""What became of a mail for one of its recipients, in the words of a disposition."""

from dataclasses import dataclass, field
from typing import Any

from mailhub.verbs import Thing


@dataclass(frozen=True, slots=True)
class Result:
    """The words of a disposition; `tables.Disposition` says which outcomes there are."""

    outcome: str
    reason: str
    person_id: int | None = None
    list_id: int | None = None
    thing: Thing | None = None
    detail: dict[str, Any] = field(default_factory=dict)
