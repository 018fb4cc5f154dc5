"""«Solo decisioni», «solo appuntamenti»: what is left out is counted, comes on request, and nothing is lost."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import replace
from datetime import datetime

import pytest
import sqlalchemy as sa
from sqlalchemy.orm import Session

from mailhub.digests import posts, writing
from mailhub.digests.offers import Gathered, Offers, Said
from mailhub.digests.posts import PostOffer
from mailhub.digests.rule import Entry
from mailhub.digests.tables import How, Letter, LetterItem
from mailhub.site import Site
from mailhub.verbs import Thing
from tests.stories.town import FORGED, Town, body, prose

ANA, BRUNO = "ana@example.org", "bruno@example.org"


def opens(town: Town, default: str = "each") -> None:
    town.opens_list("garden", members=[ANA, BRUNO], moderate="nobody", default_delivery=default)


def chooses(town: Town, word: str, author: str = ANA) -> str:
    """Say this to the group, which never reads it."""
    town.inbox(author)
    town.writes(author, to="garden@lists.test", text=word)
    [answer] = town.inbox(author)
    return prose(answer)


def posts_of(town: Town, *subjects: str) -> None:
    for subject in subjects:
        town.writes(BRUNO, to="garden@lists.test", subject=subject, text=f"About {subject}.")


def asks(town: Town, word: str) -> str:
    town.inbox(ANA)
    town.writes(ANA, to="hub@lists.test", text=word)
    [answer] = town.inbox(ANA)
    return prose(answer)


@pytest.mark.parametrize("default", ["each", "digest"])
def test_messages_stay_away_are_counted_and_come_when_asked_for(town: Town, default: str) -> None:
    opens(town, default)
    said = chooses(town, "Decisions only")
    assert "From now on decisions alone reach you from the Garden group, as soon as there are any." in said
    assert "No group here takes decisions by mail yet, so until one does nothing reaches you." in said
    posts_of(town, "Shears", "Fence")
    town.passes(days=2)
    assert town.inbox(ANA) == []
    assert "2 messages have not reached you, since you chose a part of those groups alone" in asks(town, "status")
    town.writes(ANA, to="hub@lists.test", text="left out")
    [brought] = town.inbox(ANA)
    assert "Here are 2 messages that had not reached you" in prose(brought)
    assert "1. Shears" in body(brought)
    assert "About Fence." in body(brought)
    town.replies(ANA, brought, "2 it stands again")
    town.passes(minutes=5)
    assert "it stands again" in asks(town, "left out")  # their own answer, as in any letter
    assert "Nothing was left out" in asks(town, "left out")


def test_it_is_printed_everywhere_in_italian(paese: Town) -> None:
    opens(paese)
    said = chooses(paese, "Solo appuntamenti")
    assert "ti arrivano solo gli appuntamenti, appena ce ne sono. Per ora qui nessun gruppo dà appuntamenti" in said
    how = "Ti arrivano solo gli appuntamenti, appena ce ne sono."
    assert f"Garden: {how}" in asks(paese, "stato")
    assert f"Garden: {how} Si cambia con «lettera garden», «ogni garden» o «esci garden»." in asks(
        paese, "impostazioni"
    )
    assert how in asks(paese, "perché garden")
    assert "/me/" in asks(paese, "impostazioni")


def test_the_word_names_its_group_at_the_front_desk_and_only_a_member_may_say_it(town: Town) -> None:
    opens(town)
    town.opens_list("choir", members=[ANA])
    assert "decisions alone reach you from the Choir group" in asks(town, "decisions only choir")
    assert town.place("choir", ANA).delivery.value == "decisions"  # type: ignore[union-attr]
    assert town.place("garden", ANA).delivery.value == "each"  # type: ignore[union-attr]
    assert "It is not clear which group you mean" in asks(town, "events only")
    town.writes(ANA, to="hub@lists.test", text="events only garden", headers=FORGED)
    assert town.place("garden", ANA).delivery.value == "each"  # type: ignore[union-attr]


def test_undo_puts_the_choice_back_and_what_was_left_out_meanwhile_is_counted(town: Town) -> None:
    opens(town, "digest")
    chooses(town, "events only")
    chosen = town.mailbox(ANA)[-1]
    posts_of(town, "Shears")
    town.passes(minutes=5)
    town.replies(ANA, chosen, "undo")
    assert town.place("garden", ANA).delivery.value == "digest"  # type: ignore[union-attr]
    posts_of(town, "Fence")
    town.inbox(ANA)
    town.passes(days=1)
    [letter] = town.inbox(ANA)
    assert "1 message" in str(letter["Subject"])
    assert "1 does not reach you, since you chose a part of that group alone" in prose(letter)
    town.replies(ANA, letter, "all")
    assert "About Shears." in body(town.inbox(ANA)[0])


def test_a_pause_ends_without_a_word_of_messages_they_do_not_read(town: Town) -> None:
    opens(town)
    chooses(town, "decisions only")
    chooses(town, "pause")
    posts_of(town, "Shears")
    assert "Your pause from the Garden group is over. Decisions alone reach you" in chooses(town, "resume")
    town.passes(days=2)
    assert town.inbox(ANA) == []
    assert "Shears" in asks(town, "left out")


def test_who_comes_back_begins_anew_with_the_choice_they_had(town: Town) -> None:
    opens(town)
    chooses(town, "decisions only")
    posts_of(town, "Shears")
    chooses(town, "leave")
    town.joins("garden", ANA)
    posts_of(town, "Fence")
    town.passes(days=1)
    town.inbox(ANA)
    said = asks(town, "left out")
    assert "Fence" in said
    assert "Shears" not in said


class Decisions(PostOffer):
    """A room that will be there one day: every second message counts as a decision."""

    kind = "decision"

    def lagging(self) -> sa.Select[int]:
        return sa.select(sa.literal(0)).where(sa.false())

    def due(self, session: Session, slot: datetime) -> sa.Select[int] | None:
        return None

    def gather(self, session: Session, people: Collection[int], slot: datetime) -> Gathered:
        found: dict[int, Sequence[Entry]] = {}
        for one in people:
            left = posts.left_out(session, one, slot).entries.get(one, ())
            found[one] = [replace(entry, thing=Thing("decision", entry.thing.id), is_left=False) for entry in left[:1]]
        return Gathered(found, {})

    def told(self, session: Session, marks: Sequence[object]) -> None:
        pass

    def said(self, session: Session, site: Site, ids: Collection[int], language: str) -> Mapping[int, Said]:
        return {}


@pytest.mark.parametrize(("word", "how"), [("decisions only", How.WHOLE), ("events only", How.LEFT)])
def test_what_a_room_offers_reaches_those_who_chose_its_kind(town: Town, word: str, how: How) -> None:
    opens(town)
    chooses(town, word)
    posts_of(town, "Shears", "Fence")
    town.passes(minutes=5)
    person, now = town.person(ANA), town.clock.now()
    assert person is not None
    offers = Offers.of([PostOffer(), Decisions()])
    with town.database.transaction() as session:
        writing.write(session, town.hub.site, offers, now, [person.id], now=now)
        told = session.execute(sa.select(LetterItem.thing, LetterItem.how).order_by(LetterItem.thing)).all()
        is_owed = session.scalar(sa.select(Letter.owed_at)) is not None
        session.rollback()
    assert [tuple(row) for row in told] == [("decision", how), ("post", How.LEFT), ("post", How.LEFT)]
    assert is_owed == (how is How.WHOLE)
