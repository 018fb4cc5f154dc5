"""No forgery proves anything (S-01), and what is genuine beside each kind does."""

import pytest

from mailhub.authority import Evidence
from mailhub.inbound.evidence import judge, weigh
from mailhub.inbound.reading import read
from mailhub.inbound.tables import InboundMail
from mailhub.settings import InboundSection
from tests.inbound.forgeries import ANA, FORGERIES, HOP, NOW, OURS, RELAY, REST, SERVER, Forgery, mail, world
from tests.mail.signing import signed

RECIPIENT = "orto@lists.test"


def proven(mail: Forgery) -> Evidence:
    """What the site takes it for."""
    said = read(mail.raw, mail.sender)
    receipt = InboundMail(
        peer=mail.peer, protocol="smtp", envelope_from=mail.sender, recipients=[RECIPIENT], received_at=NOW
    )
    settings = InboundSection.model_validate(
        {"trust": mail.trust, "authserv_id": SERVER, "trusted_relays": [f"{RELAY}/32"]}
    )
    found = judge(said.mail, said.marks, receipt, settings, world(), NOW)
    return weigh(said.mail, receipt, found, mail.trust, RECIPIENT, token=False, mailbox=False)


def test_there_are_sixty_and_more() -> None:
    assert len({forgery.raw + forgery.sender.encode() + forgery.peer.encode() for forgery in FORGERIES}) >= 60


@pytest.mark.parametrize("forgery", FORGERIES, ids=lambda forgery: forgery.name)
def test_a_forgery_proves_nothing_about_ana(forgery: Forgery) -> None:
    author = read(forgery.raw, forgery.sender).mail.author
    is_eve = author is not None and author.email.endswith("evil.example")
    assert proven(forgery) == Evidence() or is_eve


@pytest.mark.parametrize("forgery", FORGERIES, ids=lambda forgery: forgery.name)
def test_nor_does_it_where_only_mail_of_this_machine_counts(forgery: Forgery) -> None:
    mail = Forgery(forgery.name, forgery.raw, forgery.peer, forgery.sender, "unsigned-loopback")
    assert proven(mail) == Evidence() or forgery.peer in ("127.0.0.1", "local")


SAID = b"Authentication-Results: mx.lists.test; spf=pass smtp.mailfrom=ana@example.org\r\n"
GENUINE = (
    Forgery("signed by her domain", signed(mail())),
    Forgery("handed in by her server", mail(), OURS, ANA),
    Forgery("to the domain below ours", signed(mail(rest=REST.replace(b"@lists.test", b"@old.Lists.test")))),
    Forgery("both", signed(mail()), OURS, ANA),
    Forgery("signed, behind the relay", HOP + signed(mail()), RELAY, ANA, "relay"),
    Forgery("the relay's word on her server", SAID + HOP + mail(), RELAY, ANA, "relay"),
    Forgery("handed in by her server, long after", mail(rest=REST.replace(b"Mar", b"Jan")), OURS, ANA),
    Forgery("signed by the organisation she belongs to", signed(mail(b"ana@shop.evil.example"), "evil.example")),
)


@pytest.mark.parametrize("genuine", GENUINE, ids=lambda genuine: genuine.name)
def test_what_is_genuine_proves_its_author(genuine: Forgery) -> None:
    assert proven(genuine) == Evidence(aligned=True)
