"""The sentences of a letter that both its forms share: opening, heads, the rule, the two last lines. Pure."""

from mailhub import formats
from mailhub.clock import local
from mailhub.digests.offers import File
from mailhub.digests.tables import How
from mailhub.digests.viewing import Shown, View
from mailhub.language import say

_SILENCED = 3  # titles named


def subject(view: View) -> str:
    """«La lettera di lunedì 9 marzo: 5 messaggi»."""
    return say(view.letter.language, "digests.letter-subject", day=_day(view), count=view.count)


def opening(view: View) -> str:
    """«Lunedì 9 marzo: 5 messaggi da 2 gruppi.»"""
    language, day = view.letter.language, _day(view)
    messages = say(language, "digests.messages", count=view.count)
    one_group = len(view.groups) == 1
    groups = (
        say(language, "digests.from-group", group=view.groups[0])
        if one_group
        else say(language, "digests.from-groups", count=len(view.groups))
    )
    return say(language, "digests.opening", day=day[:1].upper() + day[1:], messages=messages, groups=groups)


def welcome(view: View) -> list[str]:
    """A sentence to somebody who is back from a pause."""
    return [say(view.letter.language, "digests.welcome-back")] if view.told.get(How.MISSED) else []


def head(view: View, item: Shown) -> str:
    """«Rita Fontana, Orto urbano, domenica 8 marzo, ore 18:40»."""
    language = view.letter.language
    slot = local(view.letter.slot, view.letter.time_zone).date()
    when = formats.day_hour(language, item.said.at, view.letter.time_zone)
    if abs((slot - item.said.at.date()).days) > 180:
        when = formats.past_day(language, local(item.said.at, view.letter.time_zone).date(), today=slot)
    return f"{item.said.author}, {item.said.group}, {when}"


def line(view: View, item: Shown) -> str:
    """A thing that is told in a line, its number aside."""
    language = view.letter.language
    if item.how is How.MISSED:
        messages = say(language, "digests.messages", count=item.count)
        who = formats.listing(language, item.authors)
        return say(
            language, "digests.missed", title=title(view, item), group=item.said.group, messages=messages, who=who
        )
    begins = formats.quoted(language, item.said.begins) if item.said.begins else ""
    return say(
        language,
        "digests.line",
        title=title(view, item),
        author=item.said.author,
        group=item.said.group,
        begins=begins,
    )


def title(view: View, item: Shown) -> str:
    """The conversation's name."""
    return item.said.title or say(view.letter.language, "digests.untitled")


def file(view: View, one: File) -> str:
    """«Allegato: foto.jpg (1,2 MB)»."""
    language = view.letter.language
    return say(language, "digests.file", name=one.name, size=formats.size(language, one.size))


def more(view: View, item: Shown) -> str:
    """What was folded away below the first lines, and how to have it."""
    return say(view.letter.language, "digests.more", count=item.said.excerpt.left, number=item.number)


def answering(view: View) -> str:
    """How to answer, with numbers this letter has."""
    language = view.letter.language
    if len(view.shown) == 1:
        return say(language, "digests.answer-one", title=title(view, view.shown[0]))
    last = view.shown[-1].number
    return say(language, "digests.answer-many", last=last)


def rule(view: View) -> list[str]:
    """What stands here, and what does not and why: the numbers add up."""
    language, told = view.letter.language, view.told
    until = formats.day_hour(language, view.letter.slot, view.letter.time_zone)
    everything = sum(told.values())
    lines = [say(language, "digests.rule", count=everything, until=until)]
    lines += [_part(view, how) for how in How if told.get(how)] if set(told) != {How.WHOLE} else []
    if set(told) - {How.WHOLE}:
        lines.append(say(language, "digests.rest"))
    return lines


def footer(view: View, contact: str) -> tuple[str, str]:
    """Why this letter came, and what to answer to get less."""
    language = view.letter.language
    because = say(language, "digests.because", groups=formats.listing(language, view.groups))
    return because, say(language, "digests.footer", contact=contact)


def _part(view: View, how: How) -> str:
    language, count = view.letter.language, view.told[how]
    if how is How.LINE and len(view.folds) == 1:
        return say(language, "digests.part-line", count=count, most=next(iter(view.folds)))
    if how is How.LINE:
        return say(language, "digests.part-line-many", count=count)
    if how is How.MUTED:
        titles = [formats.quoted(language, one or say(language, "digests.untitled")) for one in view.silenced]
        if len(titles) > _SILENCED:
            titles = [*titles[:_SILENCED], say(language, "digests.others", count=len(titles) - _SILENCED)]
        return say(language, "digests.part-muted", count=count, titles=formats.listing(language, titles))
    return say(language, f"digests.part-{how.value}", count=count)


def _day(view: View) -> str:
    return formats.day(view.letter.language, local(view.letter.slot, view.letter.time_zone).date())
