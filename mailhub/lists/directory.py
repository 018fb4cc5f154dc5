"""«Gruppi»: which groups there are, as far as who asks may know of them: theirs, and those one may ask to come into.

A group by invitation is named to its own people alone, or where anybody may read it; whoever proves nothing is told
what a stranger is told.
"""

from collections.abc import Iterable, Iterator

from mailhub.language import say, wrap
from mailhub.lists import reading, things, visibility, voice
from mailhub.lists.definition import Join
from mailhub.lists.tables import MailList
from mailhub.verbs import Act, Answer, Outcome

NAME = "lists"
MOST = 100  # groups in one mail; pages show them all


def which(act: Act) -> Outcome:
    """The groups, a line each, with the address to speak to it or to come in."""
    known = act.person_id if act.evidence.any else None
    mine = reading.lists_of(act.session, known) if known is not None else set()
    there = [group for group in reading.open_lists(act.session) if visibility.may_know(act.session, group, known, mine)]
    if not there:
        return Outcome(True, Answer("lists.directory-empty", {"site": act.site.name}, things.DESK))
    theirs = [_speak(act, group) for group in there if group.id in mine]
    others = [_come_in(act, group) for group in there if group.id not in mine]
    lines = [*_section(act, "yours", theirs), *_section(act, "others", others)]
    below = "\n".join(wrap(line) for line in (*lines[:MOST], *_rest(act, lines[MOST:])))
    return Outcome(True, Answer("lists.directory", {"site": act.site.name}, things.DESK, below=below.strip()))


def _section(act: Act, name: str, lines: Iterable[str]) -> Iterator[str]:
    found = sorted(lines, key=str.casefold)
    if found:
        yield ""
        yield say(act.language, f"lists.directory-{name}")
        yield from found


def _speak(act: Act, group: MailList) -> str:
    title, address = reading.definition_of(group).titled(act.language), voice.address(act.site, group)
    return say(act.language, "lists.directory-speak", group=title, address=address)


def _come_in(act: Act, group: MailList) -> str:
    rules = reading.definition_of(group)
    if rules.join is Join.INVITATION:
        address = voice.contact(act.site, group, act.language)
    else:
        address = voice.verb_address(act.site, group, "join", act.language)
    return say(act.language, f"lists.directory-{rules.join.value}", group=rules.titled(act.language), address=address)


def _rest(act: Act, lines: list[str]) -> Iterator[str]:
    """What did not fit is counted, never passed over."""
    if lines:
        yield ""
        yield say(act.language, "lists.directory-rest", count=len([line for line in lines if line]))
