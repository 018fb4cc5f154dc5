"""Who was asked to confirm and has not, as «stato» tells whoever organises; whom our mail did not reach, and why."""

from collections.abc import Iterator

from mailhub.language import say
from mailhub.lists import reading, telling, unconfirmed
from mailhub.people import roles
from mailhub.people.tables import Person
from mailhub.verbs import Act


def waiting(act: Act, person: Person) -> Iterator[str]:
    """A line for each of them, in the groups this person organises."""
    for group in reading.open_lists(act.session):
        if not roles.may_organise(act.session, person.id, group.id):
            continue
        title = reading.definition_of(group).titled(act.language)
        for one in unconfirmed.of_list(act.session, group.id):
            asked = telling.told_day(act.site, person, one.asked_at, act.language, act.now)
            values = {"group": title, "email": one.email, "asked": asked}
            if one.trouble is None:
                yield say(act.language, "digests.status-unconfirmed", **values)
            else:
                why = say(act.language, f"delivery.trouble-{one.trouble.value}")
                yield say(act.language, "digests.status-unreached", **values, why=why)
