"""What cannot be done comes back to its author, whole: nobody writes anything twice, and nothing ends in silence."""

from email.utils import parseaddr

from tests.stories.town import FORGED, Town, body, prose

ANA, BRUNO, ZOE = "ana@example.org", "bruno@example.org", "zoe@example.net"


def test_private_mail_to_who_has_gone_comes_back(paese: Town) -> None:
    paese.opens_list("orto", members=[ANA, BRUNO])
    paese.writes(BRUNO, to="orto@lists.test", subject="Semi", text="Ne ho molti")
    lasting = parseaddr(str(paese.inbox(ANA)[-1]["From"]))[1]
    paese.writes(BRUNO, to="orto-esci@lists.test")
    paese.writes(ANA, to=lasting, subject="I semi", text="Me ne dai due?")
    [back] = paese.inbox(ANA)
    assert "quell'indirizzo non porta più a nessuno" in prose(back)
    assert "> Me ne dai due?" in body(back)
    assert paese.last() == ("answered", "closed")
    for author, headers in ((ZOE, {}), (ANA, FORGED)):
        paese.writes(author, to=lasting, text="Me ne dai due?", headers=headers)
        assert paese.last() == ("dropped", "closed")
    assert paese.inbox(ZOE) == paese.inbox(ANA) == []


def test_mail_to_a_role_nobody_holds_comes_back(town: Town) -> None:
    town.writes(ZOE, to="postmaster@lists.test", subject="Trouble", text="The page is empty.")
    [back] = town.inbox(ZOE)
    assert back["Subject"] == "Nobody reads there for now"
    assert "> The page is empty." in body(back)
    town.writes(ZOE, to="abuse@lists.test", subject="Trouble", text="Still.", headers=FORGED)
    assert (town.last(), town.inbox(ZOE)) == (("held", "nobody-there"), [])


def test_what_was_written_beside_a_word_that_did_nothing_comes_back(town: Town) -> None:
    town.opens_list("garden", members=[ANA], organiser=BRUNO)
    town.writes(ANA, to="hub@lists.test", text="pause garden until the swallows come")
    [back] = town.inbox(ANA)
    assert back["Subject"] == "Until when is the pause?"
    assert "> pause garden until the swallows come" in body(back)
    town.writes(ANA, to="garden-leave@lists.test")
    town.inbox(ANA)
    town.writes(ANA, to="garden-leave@lists.test")
    assert ">" not in body(town.inbox(ANA)[-1])  # an address is written again in a moment
