"""What happened to a mail, drawn from its trace: the whole story as a tree, and its end in one line."""

from collections.abc import Sequence
from dataclasses import dataclass, field

import sqlalchemy as sa
from sqlalchemy.orm import Session

from mailhub.hub.build import Hub
from mailhub.inbound.tables import Disposition, InboundMail
from mailhub.inbound.tracing import reasons
from mailhub.inbound.tracing.finding import trace
from mailhub.inbound.tracing.wording import Line, tell
from mailhub.sandbox.postoffice import Letter
from mailhub.wording import TECHNICAL


@dataclass(frozen=True, slots=True)
class Told:
    """One sentence or two, what belongs to them, and what only concerns whoever runs the server."""

    text: str
    technical: str = ""
    more: list["Told"] = field(default_factory=list)


def story(session: Session, hub: Hub, letter: Letter, language: str) -> list[Told]:
    """All that is known of this mail; empty where none of it went through the site."""
    asked = letter.mail.header("X-Mailhub-Delivery") or letter.mail.message_id or ""
    found = trace(session, hub, asked) if asked else None
    if found is None or found.is_empty:
        return []
    return nested(tell(found, hub.verbs, language, hub.site.time_zone, hub.clock.now()), TECHNICAL[language])


def end(session: Session, hub: Hub, letter: Letter, language: str) -> str:
    """What became of a mail that somebody wrote, in one line; "" where nothing is known yet."""
    row = session.execute(
        sa.select(Disposition.outcome, Disposition.reason)
        .join(InboundMail, InboundMail.id == Disposition.mail_id)
        .where(InboundMail.message_id == letter.mail.message_id)
        .order_by(Disposition.mail_id.desc(), Disposition.position)
        .limit(1)
    ).one_or_none()
    if row is None:
        return ""
    why = reasons.why(language, row.outcome, row.reason, hub.verbs)
    return f"{reasons.outcome(language, row.outcome)} {why}".strip()


def nested(lines: Sequence[Line], technical: str) -> list[Told]:
    """Lines with a depth as a tree."""
    top: list[Told] = []
    open_at: list[list[Told]] = [top]
    for line in lines:
        depth = min(line.depth, len(open_at) - 1)
        text, mark, rest = line.text.partition(technical)
        told = Told(text.strip(), f"{mark}{rest}")
        del open_at[depth + 1 :]
        open_at[depth].append(told)
        open_at.append(told.more)
    return top
