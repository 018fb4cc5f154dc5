"""«Invita ada@example.org»: one question to each, in the member's name, and nobody learns who belongs or refused."""

import pytest
import sqlalchemy as sa

from mailhub.people import consent
from mailhub.people.tables import Consent, ConsentState
from tests.stories.town import FORGED, Town, prose

ANA, BRUNO, OLGA, UGO, IDA = (
    f"{name}@{host}"
    for name, host in (
        ("ana", "example.org"),
        ("bruno", "example.org"),
        ("olga", "example.org"),
        ("ugo", "x.test"),
        ("ida", "x.test"),
    )
)


def opens(town: Town, join: str = "open") -> None:
    town.opens_list("garden", members=["Ana Verdi <ana@example.org>", BRUNO], join=join, moderate="nobody")


def invites(town: Town, text: str, author: str = ANA, to: str = "garden@lists.test") -> str:
    town.inbox(author)
    town.writes(author, to=to, text=text)
    [answer] = town.inbox(author)
    return prose(answer)


def test_each_is_asked_once_in_the_members_name_and_comes_in_by_a_yes(town: Town) -> None:
    opens(town)
    said = invites(town, f"invite {UGO} and Ida Neri <{IDA}>")
    assert f"Your invitations to the Garden group have arrived: {UGO} and {IDA}." in said
    [asked] = town.inbox(UGO)
    assert str(asked["From"]) == "Garden <garden@lists.test>"
    assert "Ana Verdi invites you to the Garden group" in prose(asked)
    town.replies(UGO, asked, "yes")
    assert town.subjects(UGO) == ["You are in: Garden"]
    town.replies(IDA, town.inbox(IDA)[0], "no thanks")
    assert town.place("garden", IDA) is None
    invites(town, f"invite {IDA}", BRUNO)  # who refused is not asked again, whoever invites
    assert town.subjects(IDA) == ["Request withdrawn: Garden"]
    with town.database.reading() as session:
        given = session.scalars(sa.select(Consent.source).where(Consent.state == ConsentState.GIVEN)).all()
    assert "invitation" in given


def test_the_answer_is_the_same_whatever_is_known_of_an_address(paese: Town) -> None:
    opens(paese)
    paese.joins("garden", UGO)
    paese.writes(UGO, to="garden-esci@lists.test")
    paese.writes(OLGA, to="hub@lists.test", text="aiuto garden")
    with paese.database.transaction() as session:
        consent.suppress(session, paese.hub.site, "no@x.test", "asked us", now=paese.clock.now())
    for email in (BRUNO, UGO, OLGA, "no@x.test", "new@x.test"):
        paese.inbox(email)
    said = {}
    for email in (BRUNO, UGO, "no@x.test", OLGA, "new@x.test"):
        said[email] = invites(paese, f"invita {email}").replace(email, "…")
    assert len(set(said.values())) == 1
    wrote = {email: paese.subjects(email) for email in said}
    asked = ["Un invito: Garden"]
    assert wrote == {BRUNO: [], UGO: [], "no@x.test": [], OLGA: asked, "new@x.test": asked}


def test_where_an_organiser_decides_the_invited_wait_for_their_yes(town: Town) -> None:
    opens(town, "approval")
    assert "whoever answers yes comes in once an organiser agrees" in invites(town, f"invite {UGO}")
    town.replies(UGO, town.inbox(UGO)[0], "yes")
    assert town.place("garden", UGO).state.value == "waiting"  # type: ignore[union-attr]
    [request] = town.inbox(OLGA)
    town.replies(OLGA, request, "yes")
    assert town.place("garden", UGO).state.value == "active"  # type: ignore[union-attr]
    invites(town, f"invite {IDA}", OLGA)
    town.replies(IDA, town.inbox(IDA)[0], "yes")
    assert town.place("garden", IDA).state.value == "active"  # type: ignore[union-attr]


def test_where_one_comes_in_by_invitation_only_organisers_invite(town: Town) -> None:
    opens(town, "invitation")
    assert "here only an organiser can write" in invites(town, f"invite {UGO}")
    assert town.inbox(UGO) == []
    invites(town, f"invite {UGO}", OLGA)
    town.replies(UGO, town.inbox(UGO)[0], "yes")
    assert town.place("garden", UGO).state.value == "active"  # type: ignore[union-attr]


def test_whoever_is_not_in_the_group_invites_nobody(town: Town) -> None:
    opens(town)
    town.opens_list("choir", members=[OLGA, UGO])
    town.writes(UGO, to="hub@lists.test", text=f"invite garden {IDA}")
    town.writes(ANA, to="garden@lists.test", text=f"invite {IDA}", headers=FORGED)
    assert town.inbox(IDA) == []


@pytest.mark.parametrize(
    "text",
    [
        "invite garden: {0}",
        "invite {0} to the group garden",
        "Invite {0} to garden, please",
        "invita {0} nel gruppo garden",
    ],
)
def test_the_front_desk_hears_the_group_wherever_it_stands(town: Town, text: str) -> None:
    opens(town)
    town.opens_list("choir", members=[ANA])
    assert "Garden" in invites(town, text.format(UGO), to="hub@lists.test")
    assert len(town.inbox(UGO)) == 1


def test_several_lines_of_addresses_are_never_read_by_the_group_and_prose_is(town: Town) -> None:
    opens(town)
    many = [f"friend{number}@example.net" for number in range(6)]
    invites(town, "invite " + ", ".join(many[:4]) + "\n" + "\n".join(many[4:]) + "\n\nAna")
    assert town.inbox(BRUNO) == []
    assert all(len(town.inbox(friend)) == 1 for friend in many)
    town.writes(ANA, to="garden@lists.test", subject="Supper", text="Invite everybody you like on Saturday")
    town.writes(ANA, to="garden@lists.test", subject="Guests", text=f"invite my sister, she is at {UGO}, for supper")
    assert town.subjects(BRUNO) == ["Supper", "Guests"]
    assert town.inbox(UGO) == []


def test_there_is_a_limit_a_day_and_it_is_printed(town: Town) -> None:
    opens(town)
    for start in (0, 10):
        invites(town, "invite " + ", ".join(f"n{number}@example.net" for number in range(start, start + 10)))
    said = invites(town, f"invite {UGO}")
    assert "20 a day at most" in said
    assert town.inbox(UGO) == []
    town.passes(days=1, minutes=1)
    invites(town, f"invite {UGO}")
    assert len(town.inbox(UGO)) == 1


def test_undo_ends_what_nobody_has_answered_and_always_says_the_same(town: Town) -> None:
    opens(town)
    invites(town, f"invite {UGO}, {BRUNO}")
    [asked] = town.inbox(UGO)
    town.replies(ANA, town.mailbox(ANA)[-1], "undo")
    assert town.subjects(ANA) == ["Done: invitations withdrawn"]
    town.replies(UGO, asked, "yes")
    assert town.place("garden", UGO) is None
    assert town.place("garden", BRUNO) is not None
    invites(town, f"invite {BRUNO}")
    town.replies(ANA, town.mailbox(ANA)[-1], "undo")
    assert town.subjects(ANA) == ["Done: invitations withdrawn"]


def test_who_does_not_answer_is_forgotten_and_not_invited_again(town: Town) -> None:
    opens(town)
    invites(town, f"invite {UGO}")
    town.passes(days=20)
    assert len(town.inbox(UGO)) == 1
    assert town.person(UGO) is None
    invites(town, f"invite {UGO}", BRUNO)
    assert town.inbox(UGO) == []
