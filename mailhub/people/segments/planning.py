"""What publishing a segment would mean: how many people it is about, before and after, and what names it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from sqlalchemy.orm import Session

from mailhub.language import say
from mailhub.people.segments import counting
from mailhub.people.segments.definition import Segment
from mailhub.site import Site


@dataclass(frozen=True, slots=True)
class Effect:
    """One thing that would change; its words are `segments.plan.<what>`."""

    what: str
    values: Mapping[str, object] = field(default_factory=dict)

    def told(self, language: str) -> str:
        return say(language, f"segments.plan.{self.what}", **self.values)


def effects(
    session: Session, site: Site, new: Segment, old: Segment | None, users: Sequence[str], *, now: datetime
) -> list[Effect]:
    """What publishing this instead of what runs would mean. `users`: the files whose conditions name it."""
    after = counting.count(session, new.when, site, now=now)
    if old is None:
        found = [Effect("people", {"count": after})]
    else:
        before = counting.count(session, old.when, site, now=now)
        found = [Effect("becomes", {"before": before, "count": after})]
    found += [Effect("unheard", {"fact": name}) for name in counting.unheard(session, new.when)]
    return found + ([Effect("used", {"files": ", ".join(users)})] if users else [])


def closing(users: Sequence[str]) -> list[Effect]:
    """What taking it back would mean."""
    return [Effect("kept", {"files": ", ".join(users)})] if users else [Effect("goes")]
