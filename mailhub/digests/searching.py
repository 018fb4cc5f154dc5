"""Searching by mail: what is found comes like a letter, and each message of it can be answered like one of a letter.

«cerca: cesoie da:rita dal:2025» finds in every group its writer may read; by a group's own address, in that group.
Messages of one conversation stand together, the conversation with the newest first.
"""

from collections.abc import Callable, Sequence

from mailhub.archive import queries
from mailhub.archive.queries import Query
from mailhub.archive.reading import Shown
from mailhub.digests import asked as letters
from mailhub.digests.offers import Offers
from mailhub.digests.tables import How, Letter, LetterItem
from mailhub.digests.viewing import Viewer
from mailhub.language import say
from mailhub.lists import finding, things, visibility
from mailhub.tokens import MAILING
from mailhub.verbs import Act, Answer, Outcome, Thing

NAME = "search"
WORDS = {"it": ("cerca", "cercare", "ricerca", "trova"), "en": ("search", "search for", "find", "look for")}
SUFFIXES = {"it": ("cerca",), "en": ("search",)}
WHOLE = 6  # messages that stand whole
MOST = 20  # the others are a line each; what is older is found by saying «al:»


def perform(offers: Offers) -> Callable[[Act], Outcome]:
    """The verb: look, and answer with what was found or with how to ask."""

    def look(act: Act) -> Outcome:
        said = asked_for(act)
        asked = queries.read(said)
        if asked.wrong:
            return Outcome(False, Answer("digests.search-wrong", {"operator": asked.wrong}))
        if not asked.words:
            return Outcome(False, Answer("digests.search-how", {"desk": act.site.address("hub")}))
        hits = _hits(act, asked)
        if not hits:
            return Outcome(True, Answer("digests.found-nothing", {"words": asked.words}))
        return Outcome(True, _found(act, offers, said, asked, hits))

    return look


def asked_for(act: Act) -> str:
    """What stands behind the word, as it was written; by the group's address, the first line of the mail."""
    line = next((line for line in act.words.splitlines() if line.strip()), "")
    if act.via == "address":
        return line.strip()
    behind = line.partition(":")[2] if ":" in line.split(" ", 1)[0] else line.strip().partition(" ")[2]
    return (behind or act.argument).strip()


def _hits(act: Act, asked: Query) -> list[Shown]:
    groups = finding.within(visibility.readable_lists(act.session, act.person_id), asked)
    if act.via == "address":
        groups = [group for group in groups if group.id == things.list_of(act.session, act.thing)]
    return _together(finding.found(act.session, groups, asked, MOST + 1))


def _together(hits: Sequence[Shown]) -> list[Shown]:
    """Conversation by conversation, in the order they were found; each from its oldest message on."""
    conversations: dict[int, list[Shown]] = {}
    for one in hits:
        conversations.setdefault(one.post.thread_id, []).append(one)
    return [one for together in conversations.values() for one in sorted(together, key=lambda each: each.key)]


def _found(act: Act, offers: Offers, said: str, asked: Query, hits: Sequence[Shown]) -> Answer:
    letter = _keep(act, said, hits[:MOST])
    [view] = Viewer(act.session, act.site, offers).views([letter])
    count = len(view.shown)
    is_all = len(hits) <= MOST
    told = (
        say(act.language, "digests.found-count", count=count)
        if is_all
        else say(act.language, "digests.found-more", count=count, words=asked.words)
    )
    values = {"words": asked.words, "told": told}
    return Answer("digests.found", values, Thing(MAILING.name, letter.id), below=letters.words(view))


def _keep(act: Act, said: str, hits: Sequence[Shown]) -> Letter:
    """A letter in rows, so that its numbers can be answered for as long as those of any letter."""
    letter = letters.begin(act, said)
    for number, one in enumerate(hits, start=1):
        item = LetterItem(letter_id=letter.id, position=number, number=number, how=_how(number))
        item.thing, item.thing_id, item.list_id = things.POST, one.post.id, one.post.list_id
        act.session.add(item)
    act.session.flush()
    return letter


def _how(number: int) -> How:
    return How.WHOLE if number <= WHOLE else How.LENGTH
