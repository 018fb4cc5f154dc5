"""«Gruppi»: everybody hears of the groups they may know of, and of no other."""

from tests.stories.town import FORGED, Town, prose

ANA, OLGA, ZOE = "ana@example.org", "olga@example.org", "zoe@x.test"


def opens_a_town(town: Town) -> None:
    town.opens_list("garden", members=[ANA])
    town.opens_list("choir", join="approval", members=["bea@example.org"])
    town.opens_list("board", join="invitation", members=[ANA], organiser="mo@example.org")
    town.opens_list("council", join="invitation", members=["bea@example.org"], archive="none")
    town.opens_list("chronicle", join="invitation", archive="public")
    town.joins("garden", OLGA, "bea@example.org")


def asks(town: Town, author: str, word: str = "groups", to: str = "hub@lists.test") -> str:
    town.inbox(author)
    town.writes(author, to=to, text=word)
    [answer] = town.inbox(author)
    assert str(answer["From"]) == "Pietrafiore <hub@lists.test>"
    return prose(answer)


def test_a_member_hears_which_are_theirs_and_how_to_come_into_the_others(town: Town) -> None:
    opens_a_town(town)
    said = asks(town, ANA)
    yours, _, others = said.partition("To join, send a mail")
    assert "You belong; to speak to the group, write to: - Board: board@lists.test - Garden: garden@lists.test" in yours
    assert "Choir: choir-join@lists.test, and then an organiser decides" in others
    assert "Chronicle: by invitation; its organisers are reached at organiser.chronicle@lists.test" in others
    assert "ouncil" not in said


def test_a_stranger_hears_what_is_public(paese: Town) -> None:
    opens_a_town(paese)
    said = asks(paese, ZOE, "gruppi")
    assert "Garden: garden-iscriviti@lists.test" in said
    assert "Ne fai parte" not in said
    assert "Board" not in said
    assert "ouncil" not in said


def test_what_is_forged_hears_no_more_than_a_stranger_and_once_a_day(town: Town) -> None:
    opens_a_town(town)
    town.writes(ANA, to="hub@lists.test", text="groups", headers=FORGED)
    town.writes(ANA, to="hub@lists.test", text="groups", headers=FORGED)
    [answer] = town.inbox(ANA)
    assert "You belong" not in prose(answer)
    assert "Board" not in prose(answer)


def test_an_organiser_hears_of_their_own_group_although_they_are_not_in_it(town: Town) -> None:
    opens_a_town(town)
    assert "Council: by invitation" in asks(town, OLGA)
    assert "Board" not in asks(town, OLGA)


def test_it_is_said_in_reply_to_any_mail_and_the_answer_is_answered_at_the_front_desk(town: Town) -> None:
    opens_a_town(town)
    town.writes("bea@example.org", to="garden@lists.test", subject="Seeds", text="Who has some?")
    [post] = town.inbox(ANA)
    town.replies(ANA, post, "Groups")
    [answer] = town.inbox(ANA)
    assert answer["Reply-To"] is None
    town.replies(ANA, answer, "help garden")
    assert town.subjects(ANA) == ["How it works: Garden"]
    town.writes(ANA, to="garden@lists.test", text="Groups")
    assert town.subjects("bea@example.org") == ["Seeds"]
    assert town.subjects(ANA) == ["The groups of Pietrafiore"]


def test_where_there_is_none_to_come_into_that_is_said(town: Town) -> None:
    town.opens_list("council", join="invitation")
    assert "there is no group at present that one could ask to join" in asks(town, ZOE)


def test_asking_stands_in_no_way_of_undoing(town: Town) -> None:
    town.opens_list("garden", members=[ANA])
    town.writes(ANA, to="garden-pause@lists.test")
    [paused] = town.inbox(ANA)
    for word in ("why", "help", "status", "groups"):
        town.replies(ANA, paused, word)
    town.replies(ANA, paused, "undo")
    place = town.place("garden", ANA)
    assert place is not None
    assert place.state.value == "active"
