"""Which group somebody means by a name: an address of it, as they write it, or what people call it."""

import re

from sqlalchemy.orm import Session

from mailhub.lists import reading
from mailhub.lists.naming import Found, Names, Unclear
from mailhub.lists.tables import MailList
from mailhub.verbs import plain

# What may stand before the name: «è per il gruppo orto», "it is for the garden group".
_BEFORE = frozenset("e va per a al allo alla il lo la l del della di gruppo it is it's its for the to group".split())  # noqa: SIM905
_AFTER = frozenset({"group"})
_WORD = re.compile(r"[a-z0-9]+")


def named(said: str) -> str:
    """The name in a line that says which group is meant."""
    words = plain(said.partition("@")[0].replace("l'", "l' ")).replace("l' ", "").split()
    while len(words) > 1 and words[0] in _BEFORE:
        words = words[1:]
    while len(words) > 1 and words[-1] in _AFTER:
        words.pop()
    return " ".join(words)


def groups(session: Session, name: str) -> list[MailList]:
    """The open groups this may be: one where it is clear, none where nothing is near."""
    there = {group.id: group for group in reading.open_lists(session)}
    exact = Names({one: group.id for group in there.values() for one in reading.definition_of(group).names}, {}, {})
    match exact.resolve(name.replace(" ", "-")):
        case Found(list_id=list_id):
            return [there[list_id]]
        case Unclear(list_ids):
            return [there[list_id] for list_id in list_ids]
    return _titled(list(there.values()), name)


def _titled(there: list[MailList], name: str) -> list[MailList]:
    """By title: the whole of it in some language, else by all the words said."""
    titles = {group.id: _titles(group) for group in there}
    whole = [group for group in there if name in titles[group.id]]
    wanted = set(_WORD.findall(name))
    some = [group for group in there if any(wanted <= set(_WORD.findall(title)) for title in titles[group.id])]
    return whole or (some if wanted else [])


def _titles(group: MailList) -> list[str]:
    return [plain(text) for _, text in reading.definition_of(group).title.texts]
