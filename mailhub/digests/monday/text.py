"""The letter's words: numbered things with what may be answered, what to know of, and one line of health. Pure."""

from collections import Counter
from collections.abc import Iterator, Sequence

from mailhub import formats, language
from mailhub.clock import local
from mailhub.delivery.health import MOST, Health
from mailhub.language import Words, say, wrap
from mailhub.verbs import Verbs
from mailhub.waiting import Office, Waiting

MOST_ITEMS = 20  # written out; what is left is counted, and comes with the next letter
MOST_NOTES = 12


def numbered(waiting: Sequence[Waiting]) -> Sequence[Waiting]:
    """What stands in the letter with a number of its own, from 1 on."""
    return [one for one in waiting if one.is_question][:MOST_ITEMS]


def letter(office: Office, verbs: Verbs, waiting: Sequence[Waiting], health: Health) -> Words:
    """The whole letter, but for its two last lines."""
    items = numbered(waiting)
    count = sum(one.count for one in waiting if one.is_question)
    day = formats.day(office.language, local(office.now, office.zone).date())
    values = {"day": day, "opening": _opening(office, day, count), "how": _how(office, verbs, items)}
    words = language.mail(office.language, "monday.letter", **values)
    blocks = [_item(office, verbs, number, one) for number, one in enumerate(items, start=1)]
    blocks += _left(office, [one for one in waiting if one.is_question][MOST_ITEMS:])
    blocks += _notes(office, [one for one in waiting if not one.is_question])
    blocks.append("\n".join(wrap(line) for line in _health(office, health)))
    return language.with_more(words, "\n\n".join(blocks))


def answers(office: Office, verbs: Verbs, number: int, one: Waiting) -> list[str]:
    """«1 pubblica», «1 rifiuta»: what may be written of it."""
    said = [f"{number} {verbs.get(name).words[office.language][0]}{behind}" for name, behind in one.words]
    return [formats.quoted(office.language, each) for each in said]


def _opening(office: Office, day: str, count: int) -> str:
    begins = day[:1].upper() + day[1:]
    key = "monday.opening" if count else "monday.opening-nothing"
    return say(office.language, key, day=begins, **({"count": count} if count else {}))


def _how(office: Office, verbs: Verbs, items: Sequence[Waiting]) -> str:
    """An example that does something; where there is one thing, what stands below it says enough."""
    if len(items) < 2:
        return ""
    return say(office.language, "monday.how", example=answers(office, verbs, 1, items[0])[0])


def _item(office: Office, verbs: Verbs, number: int, one: Waiting) -> str:
    """What waits and since when; below it the words that are valid."""
    told = {"number": number, "what": say(office.language, one.key, **one.values), "since": _day(office, one)}
    key = "monday.item"
    if one.until is not None:
        key, told["until"] = "monday.item-until", formats.day(office.language, local(one.until, office.zone).date())
    said = formats.listing(office.language, answers(office, verbs, number, one), alternatives=True)
    return f"{wrap(say(office.language, key, **told))}\n{wrap(say(office.language, 'monday.words', words=said))}"


def _day(office: Office, one: Waiting) -> str:
    today = local(office.now, office.zone).date()
    return formats.past_day(office.language, local(one.since, office.zone).date(), today=today)


def _left(office: Office, more: Sequence[Waiting]) -> Iterator[str]:
    """How many of each kind wait beyond those that are written out."""
    if more:
        counts: Counter[str] = Counter()
        for one in more:
            counts[one.key.replace(".", ".more-", 1)] += one.count
        things = [say(office.language, key, count=count) for key, count in sorted(counts.items())]
        yield wrap(say(office.language, "monday.more", things=formats.listing(office.language, things)))


def _notes(office: Office, notes: Sequence[Waiting]) -> Iterator[str]:
    if not notes:
        return
    lines = [f"- {say(office.language, one.key, **one.values)}" for one in notes[:MOST_NOTES]]
    if len(notes) > MOST_NOTES:
        lines.append(f"- {say(office.language, 'monday.more-notes', count=len(notes) - MOST_NOTES)}")
    yield say(office.language, "monday.to-know")
    yield "\n".join(wrap(line) for line in lines)


def _health(office: Office, health: Health) -> Iterator[str]:
    """What left and what came back, in a line; then, where it is not well, what to do."""
    spoken = office.language
    if health.messages:
        counts = {"messages": health.messages, "copies": health.copies, "returned": health.returned}
        said = [_counted(spoken, name, count) for name, count in counts.items()]
        said += [_counted(spoken, "doubt", health.in_doubt)] if health.in_doubt else []
        yield say(spoken, "monday.health", parts=formats.listing(spoken, said))
    else:
        yield say(spoken, "monday.health-quiet")
    if not health.is_good:
        yield say(spoken, "monday.health-bad")


def _counted(spoken: str, name: str, count: int) -> str:
    number = formats.number(spoken, min(count, MOST))
    if count > MOST:
        number = say(spoken, "monday.more-than", number=number)
    return say(spoken, f"monday.health-{name}", count=count, number=number)
