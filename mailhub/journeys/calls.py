"""Other systems that a journey tells something: a row says what, and is worked off outside any transaction."""

from collections.abc import Mapping
from datetime import datetime
from typing import TYPE_CHECKING

from sqlalchemy.orm import Session

from mailhub.db.session import ring
from mailhub.journeys.definition import Webhook
from mailhub.journeys.rows import Enrolled, occurrence_of
from mailhub.journeys.state import Call
from mailhub.journeys.tables import CallRow

if TYPE_CHECKING:
    from mailhub.journeys.running import Running

BELL = "calls"


def call(
    session: Session, runs: "Running", each: Enrolled, effect: Call, values: Mapping[str, object], *, now: datetime
) -> None:
    """Owe another system a word; its id stays the same however often it is tried."""
    step = runs.journey.find(effect.step)
    assert isinstance(step, Webhook)
    body = {
        "journey": runs.row.slug,
        "version": each.version,
        "step": effect.step,
        "person": each.way.person_id,
        "values": {key: _plain(values.get(name)) for key, name in step.values.items()},
    }
    occurrence = occurrence_of(each.id, effect.visit)
    session.add(CallRow(id=occurrence, url=step.url, body=body, due_at=now, attempts=0, created_at=now))
    session.flush()
    ring(session, BELL)


def _plain(value: object) -> object:
    return value if value is None or isinstance(value, bool | int | str) else str(value)
