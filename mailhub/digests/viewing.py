"""What one letter shows its reader, from its rows: the same rows make the same letter, whenever it is asked for."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta

import sqlalchemy as sa
from sqlalchemy.orm import Session

from mailhub import tokens
from mailhub.digests.offers import Offers, Said
from mailhub.digests.tables import How, Letter, LetterItem
from mailhub.lists import reading, visibility
from mailhub.lists.tables import MailList
from mailhub.people.tables import Person
from mailhub.site import Site
from mailhub.tokens import Token
from mailhub.verbs import Thing

ANSWERABLE = timedelta(days=180)  # as every mail of ours


@dataclass(frozen=True, slots=True)
class Shown:
    """One thing of a letter, with its words; a missed conversation shows its last post and names all who wrote."""

    number: int
    how: How
    thing: Thing
    list_id: int
    said: Said
    reply_to: str  # r.<token>@D: an answer to it alone
    count: int = 1
    authors: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class View:
    """One letter: what has a number, how many things it tells in each way, and what its silent ones belong to."""

    letter: Letter
    shown: tuple[Shown, ...]
    told: Mapping[How, int]
    silenced: tuple[str, ...]  # titles of silenced conversations
    groups: tuple[str, ...]  # titles of the groups it tells of
    folds: frozenset[int]  # how many things of one author stand whole in the groups whose others are a line
    page: str = ""  # where its reader chooses hour, days and groups; "" on a site without pages

    @property
    def count(self) -> int:
        """Everything the reader may see here, silenced things and those they left out aside."""
        return sum(number for how, number in self.told.items() if how not in (How.MUTED, How.LEFT))


def wanted(session: Session, offers: Offers, letter: Letter, items: Sequence[LetterItem]) -> list[LetterItem]:
    """Those of groups they still read; of what they searched for, those of groups they may read."""
    if letter.query:
        readable = {group.id for group in visibility.readable_lists(session, letter.person_id)}
        return [item for item in items if item.list_id in readable]
    lists: dict[str, set[int]] = defaultdict(set)
    for item in items:
        lists[item.thing].add(item.list_id)
    welcome = {
        kind: offer.welcome(session, letter.person_id, ids)
        for kind, ids in lists.items()
        if (offer := offers.get(kind)) is not None
    }
    return [item for item in items if item.list_id in welcome.get(item.thing, ())]


class Viewer:
    """Reads letters; the words of a thing are read once, however many letters hold it."""

    def __init__(self, session: Session, site: Site, offers: Offers) -> None:
        self._session = session
        self._site = site
        self._offers = offers
        self._said: dict[tuple[str, str], dict[int, Said]] = defaultdict(dict)

    def views(self, letters: Sequence[Letter]) -> list[View]:
        """Each letter as its reader gets it now, without groups they have left since and what was taken back."""
        items = self._items([letter.id for letter in letters])
        people = self._people([letter.person_id for letter in letters])
        wanted = {letter.id: self._wanted(letter, items[letter.id]) for letter in letters}
        self._read({letter.id: letter.language for letter in letters}, wanted)
        return [self._view(letter, people[letter.person_id], wanted[letter.id]) for letter in letters]

    def _items(self, letter_ids: Sequence[int]) -> dict[int, list[LetterItem]]:
        rows = self._session.scalars(
            sa.select(LetterItem)
            .where(LetterItem.letter_id.in_(letter_ids))
            .order_by(LetterItem.letter_id, LetterItem.position)
        )
        found: dict[int, list[LetterItem]] = defaultdict(list)
        for row in rows:
            found[row.letter_id].append(row)
        return found

    def _people(self, ids: Sequence[int]) -> dict[int, Person]:
        return {person.id: person for person in self._session.scalars(sa.select(Person).where(Person.id.in_(ids)))}

    def _wanted(self, letter: Letter, items: Sequence[LetterItem]) -> list[LetterItem]:
        return wanted(self._session, self._offers, letter, items)

    def _read(self, languages: Mapping[int, str], wanted: Mapping[int, Sequence[LetterItem]]) -> None:
        missing: dict[tuple[str, str], set[int]] = defaultdict(set)
        for letter_id, items in wanted.items():
            for item in items:
                key = (item.thing, languages[letter_id])
                if item.thing_id not in self._said[key]:
                    missing[key].add(item.thing_id)
        for key, ids in missing.items():
            kind, language = key
            if (offer := self._offers.get(kind)) is not None:
                self._said[key].update(offer.said(self._session, self._site, ids, language))

    def _view(self, letter: Letter, person: Person, items: Sequence[LetterItem]) -> View:
        here = [item for item in items if item.thing_id in self._said[item.thing, letter.language]]
        told: dict[How, int] = defaultdict(int)
        numbered: dict[int, list[LetterItem]] = {}
        for item in here:
            told[item.how] += 1
            if item.number:
                numbered.setdefault(item.number, []).append(item)
        muted = [self._said_of(letter, item).title for item in here if item.how is How.MUTED]
        folded = {item.list_id for item in here if item.how is How.LINE}
        return View(
            letter=letter,
            shown=tuple(self._shown(letter, person, same) for same in numbered.values()),
            told=dict(told),
            silenced=tuple(dict.fromkeys(muted)),
            groups=self._titles(letter, here),
            folds=frozenset(reading.definition_of(reading.get(self._session, one)).fold_after for one in folded),
            page=self._page(letter, person) if letter.query is None else "",
        )

    def _page(self, letter: Letter, person: Person) -> str:
        token = Token(tokens.ME, person.id, 0, (letter.slot + ANSWERABLE).date())
        return self._site.link(f"me/{self._site.keys.issue_link(token, epoch=person.token_epoch)}") or ""

    def _said_of(self, letter: Letter, item: LetterItem) -> Said:
        return self._said[item.thing, letter.language][item.thing_id]

    def _shown(self, letter: Letter, person: Person, same: Sequence[LetterItem]) -> Shown:
        last = same[-1]
        thing = Thing(last.thing, last.thing_id)
        names = dict.fromkeys(self._said_of(letter, item).author for item in same)
        return Shown(
            number=last.number,
            how=last.how,
            thing=thing,
            list_id=last.list_id,
            said=self._said_of(letter, last),
            reply_to=reply_address(self._site, letter, person, thing),
            count=len(same),
            authors=tuple(names),
        )

    def _titles(self, letter: Letter, items: Sequence[LetterItem]) -> tuple[str, ...]:
        read = [item for item in items if item.how is not How.LEFT]
        ids = dict.fromkeys(item.list_id for item in read or items)
        groups = (self._session.get(MailList, list_id) for list_id in ids)
        return tuple(reading.definition_of(group).titled(letter.language) for group in groups if group is not None)


def reply_address(site: Site, letter: Letter, person: Person, thing: Thing) -> str:
    """Where an answer to this thing goes, or to the letter as a whole."""
    kind = tokens.kind_named(thing.kind)
    assert kind is not None, f"the kind {thing.kind!r} of a thing in a letter has a token"
    until = (letter.slot + ANSWERABLE).date()
    return site.address(f"r.{site.keys.issue(Token(kind, person.id, thing.id, until), epoch=person.token_epoch)}")
