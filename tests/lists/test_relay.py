"""Private mail through the group: nobody's address, program or place goes along."""

from mailhub import tokens
from mailhub.delivery.tables import Mailing
from mailhub.lists import relay
from mailhub.lists.arrival import Receipt
from mailhub.lists.sources import SOURCES
from mailhub.lists.tables import MailList
from mailhub.people import roles
from mailhub.tokens import Token
from tests.lists.village import NOTHING, A, Village, text_of


def passes_on(
    village: Village, group: MailList, author: str, to: str, text: str = "Ciao", *, forged: bool = False, **headers: str
) -> Receipt:
    owner = village.knows(to)
    token = village.site.keys.issue(Token(tokens.RELAY, owner.id, group.id))
    headers = {name.replace("_", "-"): value for name, value in headers.items()}
    raw = village.letter(author, f"p.{token}@lists.test", text, "Una domanda", headers=headers)
    arrival = village.arrival(raw, evidence=NOTHING if forged else A)
    return relay.receive(village.session, village.site, arrival, to=owner.id, list_id=group.id)


def mailings(village: Village) -> list[Mailing]:
    return [m for m in village.session.query(Mailing).order_by(Mailing.id) if m.source == "lists.relay"]


def test_a_members_mail_comes_from_their_own_relay_address(village: Village) -> None:
    group = village.opens("orto")
    village.knows("nives@example.org", "Nives")
    village.joins(group, "nives@example.org", "aldo@example.org")
    receipt = passes_on(
        village, group, "Nives <nives@example.org>", "aldo@example.org", "Ciao Aldo",
        X_Originating_IP="192.0.2.7", Cc="third@example.org", Reply_To="nives@example.org", User_Agent="Phone",
    )  # fmt: skip
    assert receipt.outcome == "relayed"
    [mailing] = mailings(village)
    copy = village.copy(mailing, "aldo@example.org")
    nives = village.knows("nives@example.org")
    own = village.site.keys.issue(Token(tokens.RELAY, nives.id, group.id))
    assert f"p.{own}@lists.test" in str(copy["From"])
    assert str(copy["To"]) == "aldo@example.org"
    assert text_of(copy).strip() == "Ciao Aldo"
    assert {name.lower() for name in copy} <= relay.ALLOWED | {"to"}
    assert copy["List-Post"] is None
    whole = copy.as_string()
    assert all(secret not in whole for secret in ("nives@example.org", "192.0.2.7", "third@", "Phone"))
    reached = list(village.session.scalars(SOURCES[2].audience(mailing)))
    assert reached == [village.knows("aldo@example.org").id]


def test_a_strangers_mail_waits_and_its_author_learns_where_to_write(village: Village) -> None:
    group = village.opens("orto")
    village.joins(group, "aldo@example.org")
    receipt = passes_on(village, group, "zoe@example.net", "aldo@example.org", "Compra qui")
    assert (receipt.outcome, receipt.reason) == ("held", "relay-stranger")
    assert mailings(village) == []
    [mail] = village.told("zoe@example.net")
    assert mail.key == "inbound.relay-refused"
    assert "> Compra qui" in mail.text
    [held] = village.held(group)
    assert held.relay_to == village.knows("aldo@example.org").id
    assert receipt.thing is not None
    assert not village.says("olga@example.org", "publish", receipt.thing).done
    assert village.posts(group) == []


def test_a_forged_mail_waits_and_tells_nobody(village: Village) -> None:
    group = village.opens("orto")
    village.joins(group, "nives@example.org", "aldo@example.org")
    receipt = passes_on(village, group, "nives@example.org", "aldo@example.org", forged=True)
    assert receipt.is_unproven
    assert mailings(village) == []
    assert village.told("nives@example.org") == []


def test_a_programs_mail_is_dropped(village: Village) -> None:
    group = village.opens("orto")
    village.joins(group, "nives@example.org", "aldo@example.org")
    receipt = passes_on(village, group, "nives@example.org", "aldo@example.org", Auto_Submitted="auto-replied")
    assert (receipt.outcome, receipt.reason) == ("dropped", "automatic")


def test_who_holds_a_role_is_reached_and_the_author_is_named(village: Village) -> None:
    group = village.opens("orto", organisers=["olga@example.org", "omar@example.org"])
    raw = village.letter("Zoe <zoe@example.net>", "organiser.orto@lists.test", "Posso venire?", "Domanda")
    receipt = relay.to_role(village.session, village.site, village.arrival(raw), role="organiser", list_id=group.id)
    assert receipt.outcome == "relayed"
    assert len(mailings(village)) == 2
    copy = village.copy(mailings(village)[0], "olga@example.org")
    assert copy["Reply-To"] == "zoe@example.net"
    assert "Zoe (zoe@example.net) wrote this." in text_of(copy)
    assert "> Posso venire?" in text_of(copy)


def test_mail_nobody_vouches_for_reaches_a_role_without_lending_it_our_name(village: Village) -> None:
    village.opens("orto")
    roles.appoint(village.session, ["boss@example.org"], roles.ORGANISER, origin="config", now=village.now)
    raw = village.letter("bank@example.com", "postmaster@lists.test", "Click", "Urgent")
    arrival = village.arrival(raw, evidence=NOTHING)
    receipt = relay.to_role(village.session, village.site, arrival, role="organiser", list_id=0)
    assert receipt.outcome == "relayed"
    [mailing] = mailings(village)
    copy = village.copy(mailing, "boss@example.org")
    assert copy["Reply-To"] is None
    assert "we could not verify it" in " ".join(text_of(copy).split())


def test_mail_nobody_vouches_for_reaches_a_role_only_so_often(village: Village) -> None:
    group = village.opens("orto")
    outcomes = []
    for number in range(relay.TO_ROLE_A_DAY + 1):
        raw = village.letter("bank@example.com", "organiser.orto@lists.test", "Click", f"Urgent {number}")
        arrival = village.arrival(raw, evidence=NOTHING)
        outcomes.append(
            relay.to_role(village.session, village.site, arrival, role="organiser", list_id=group.id).outcome
        )
    assert outcomes == ["relayed"] * relay.TO_ROLE_A_DAY + ["held"]
