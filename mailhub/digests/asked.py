"""A letter somebody asked for by mail: what they searched for, or what was left out; answered by number as any."""

from mailhub.digests import text, wordings
from mailhub.digests.tables import Letter
from mailhub.digests.viewing import View
from mailhub.language import wrap
from mailhub.people import persons
from mailhub.people.tables import Person
from mailhub.verbs import Act


def begin(act: Act, query: str) -> Letter:
    """The letter in rows, still without its things; `query` is "" where nothing was searched for."""
    person = act.session.get_one(Person, act.person_id)
    letter = Letter(
        person_id=person.id,
        slot=act.now,
        language=act.language,
        time_zone=persons.zone_of(person, act.site),
        written_at=act.now,
        owed_at=act.now,
        query=query,
    )
    act.session.add(letter)
    act.session.flush()
    return letter


def words(view: View, *more: str) -> str:
    """What stands below our own words: its things, how they are answered, and whatever else is to be said."""
    blocks = ["\n".join(lines) for lines in text.parted(view)]
    return "\n\n".join([*blocks, text.RULE, wrap(wordings.answering(view)), *map(wrap, more)])
