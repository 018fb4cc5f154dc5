"""Teaches a group one more address by a new version of its definition, and takes it away again."""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy.orm import Session

from mailhub import content
from mailhub.content import BadContent, Kind, Value
from mailhub.db import versions
from mailhub.lists import checks, publishing, reading
from mailhub.lists.tables import MailList, Name
from mailhub.verbs import Verbs

ORIGIN = "mail"


def may_be_one(session: Session, name: str, verbs: Verbs) -> bool:
    """Whether a group could answer to this name: it is nobody's, and may stand before the @."""
    return checks.unfit(name, verbs.suffixes) is None and session.get(Name, name) is None


def teach(session: Session, group: MailList, name: str, *, verbs: Verbs, now: datetime) -> bool:
    """Let the group answer to this name too; False where it cannot, and then nothing changes."""
    known = reading.definition_of(group).aliases
    return may_be_one(session, name, verbs) and _publish(session, group, [*known, name], verbs, now)


def forget(session: Session, group: MailList, name: str, *, verbs: Verbs, now: datetime) -> bool:
    """Take such a name away; False where the group has none of it any more."""
    known = reading.definition_of(group).aliases
    return name in known and _publish(session, group, [one for one in known if one != name], verbs, now)


def _publish(session: Session, group: MailList, aliases: Sequence[str], verbs: Verbs, now: datetime) -> bool:
    """The same definition with these aliases; a closed group is not opened by it."""
    runs = versions.latest(session, publishing.KIND).get(group.slug)
    if runs is None or group.closed_at is not None:
        return False
    document = content.load_text(runs.body, f"{Kind.LIST.folder}/{group.slug}.yaml")
    values: dict[str, Value] = {**document.values, "aliases": list(aliases)}
    if not aliases:
        values.pop("aliases")
    try:
        publishing.publish_values(session, group.slug, values, verbs=verbs, now=now, origin=ORIGIN)
    except (
        BadContent
    ):  # what runs would not be accepted any more, for whatever reason: its organisers hear it from plan
        return False
    return True
