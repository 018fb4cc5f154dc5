"""The front desk, `hub@D`: commands in the body, a line each; prose is shown to who organises, or answered with how
it works here. Files of content come back as the plan of publishing them.

«iscriviti orto», «esci dal gruppo orto», «pausa orto fino al 2 settembre». A word without a group means the only one
the writer belongs to.
"""

from collections.abc import Iterator
from dataclasses import replace

from mailhub.inbound import answers, mailed, unrouted
from mailhub.inbound.commands import Asked, carry_out
from mailhub.inbound.failures import Failure
from mailhub.inbound.result import Result
from mailhub.inbound.routing import ToList, Ways, route
from mailhub.inbound.visit import Visit, ways
from mailhub.lists import things, wishes
from mailhub.verbs import Call, Thing, Verbs

LINES_AT_MOST = 5  # commands in one mail (S-35)
WORDS_AT_MOST = 12  # of a line that is looked at
COMMAND_AT_MOST = 6  # words of a line that may have been meant as a command; a longer one is prose
_SMALL = frozenset(
    "a al alla allo all dal dalla dallo dall da del della nel nella il la lo per gruppo "  # noqa: SIM905
    "to the from in for of group".split()
)
_NEED_A_GROUP = ("join", "help")  # said alone, who says it wants to know which groups there are


def receive(visit: Visit, position: int) -> Result:
    """Carry out the commands of the first lines; the disposition is the first one's, and names the others."""
    if (published := mailed.receive(visit, position)) is not None:
        return published
    wanted = list(_commands(visit))
    if not wanted:
        shown = None if _tries_a_command(visit) else unrouted.receive(visit, position)
        return shown or answers.refuse(visit, Failure.HELP, position)
    results = [
        carry_out(visit, Asked(call, thing, line, position, turn=turn))
        for turn, (call, thing, line) in enumerate(wanted)
    ]
    others = [f"{result.outcome} {result.reason}" for result in results[1:]]
    if not others:
        return results[0]
    done = [deed_id for result in results for deed_id in result.detail.get("deeds", ())]
    return replace(results[0], detail={**results[0].detail, "then": others, "deeds": done})


def _commands(visit: Visit) -> Iterator[tuple[Call, Thing, str]]:
    """What the lines say, up to the first that is no command: what follows is prose."""
    said = visit.words or visit.mail.subject
    bare = [(wishes.without_courtesy(line), line) for line in said.splitlines()[: LINES_AT_MOST * 2]]
    here = ways(visit.hub, visit.session, visit.now)
    for command, line in [(command, line) for command, line in bare if command][:LINES_AT_MOST]:
        found = understand(command, visit.hub.verbs, here)
        if found is None:
            return
        if found[0].verb.takes_prose:  # the rest of the mail is its
            yield *found, said
            return
        yield *found, line


def _tries_a_command(visit: Visit) -> bool:
    """Whether it says nothing, a command that lacks its group, or one of a group that is not there: «esci coro»."""
    said = (wishes.without_courtesy(line) for line in (visit.words or visit.mail.subject).splitlines())
    line = next((line for line in said if line), "")
    words = line.split()
    heads = (" ".join(words[:end]) for end in range(1, len(words)))
    called = [visit.hub.verbs.recognise(head, things.LIST) for head in heads] if len(words) <= COMMAND_AT_MOST else []
    begins = any(call is not None and not call.verb.only_tells for call in called)
    return begins or not line or visit.hub.verbs.recognise(line, things.LIST) is not None


def understand(line: str, verbs: Verbs, here: Ways) -> tuple[Call, Thing] | None:
    """A verb with the group named after it, else a verb that says enough alone."""
    words = line.split()[:WORDS_AT_MOST]
    for end in range(1, len(words)):
        call = verbs.recognise(" ".join(words[:end]), things.LIST)
        if call is None or call.argument or call.verb.of_person:
            continue
        rest = words[end:]
        while len(rest) > 1 and rest[0] in _SMALL:
            rest = rest[1:]
        where = route(rest[0], here)
        if isinstance(where, ToList) and (call.verb.takes_argument or len(rest) == 1):
            return Call(call.verb, " ".join(rest[1:])), things.of_list(where.list_id)
    if (found := _around_group(line.split(), verbs, here)) is not None:
        return found
    alone = verbs.recognise(line, things.LIST) or _without_colon(line, verbs)
    return (alone, answers.DESK) if alone is not None and alone.verb.name not in _NEED_A_GROUP else None


def _without_colon(line: str, verbs: Verbs) -> Call | None:
    """«cerca cesoie»: here is no prose that the colon would tell it from; a name is changed by its colon alone."""
    call = verbs.recognise(line.replace(" ", ": ", 1), things.LIST)
    return None if call is not None and call.verb.of_person else call


def _around_group(words: list[str], verbs: Verbs, here: Ways) -> tuple[Call, Thing] | None:
    """«invita ada@example.org nel gruppo orto»: the group stands among what a verb reads as a whole."""
    for place, word in enumerate(words[1 : WORDS_AT_MOST * 2], start=1):
        where = route(word.strip(":,;"), here) if "@" not in word else None
        if not isinstance(where, ToList):
            continue
        before = words[:place]
        while len(before) > 1 and before[-1] in _SMALL:
            before.pop()
        call = verbs.recognise(" ".join((*before, *words[place + 1 :])), things.LIST)
        if call is not None and call.verb.reads is not None and not call.verb.of_person:
            return call, things.of_list(where.list_id)
    return None
