"""Who says that they have lost their mailbox, and waits for an organiser who knows them."""

from collections.abc import Iterator, Sequence

from sqlalchemy.orm import Session

from mailhub.hub.lost import vouching
from mailhub.lists import telling, things, voice
from mailhub.people.tables import Person
from mailhub.site import Site
from mailhub.verbs import Thing
from mailhub.waiting import Asked, Office, Part, Waiting


def _vouch(session: Session, site: Site, office: Office, asked: Sequence[Asked]) -> Iterator[Waiting]:  # noqa: ARG001
    for one in asked:
        person = session.get(Person, one.detail["person"] or 0)
        values = {"address": str(one.detail["email"])}
        if person is not None:
            values["name"] = telling.short(office.language, voice.name_of(person, office.language))
        key, about = f"monday.{'vouch' if person else 'vouch-whom'}", Thing(things.VOUCH, one.id)
        # For whom they vouch must be written behind the word, where the claim names nobody: its own mail says how.
        words = ((vouching.NAME, ""),) if person is not None else ()
        yield Waiting(key, values, one.asked_at, one.until, about, (*words, (vouching.DENY, "")))


PART = Part({things.VOUCH: _vouch})
