"""The sender with its real transport, a helper process and a mail server beside it."""

import socket
from collections.abc import Iterator
from datetime import timedelta

import pytest

from mailhub import offload
from mailhub.clock import Clock
from mailhub.db.session import Database
from mailhub.delivery.due import next_due
from mailhub.delivery.making import Maker
from mailhub.delivery.opening import NextHop, Security
from mailhub.delivery.sender import Sender
from mailhub.delivery.transport import SmtpRelay
from mailhub.mail import dkim
from mailhub.mail.dkim import SigningKey
from mailhub.sandbox.manners import Fault, Manners, Received
from mailhub.sandbox.sink import Sink
from tests.delivery.outside import SITE, Office


class Town:
    """An office whose sender speaks SMTP to a port of this machine."""

    def __init__(self, office: Office, port: int, key: SigningKey | None = None) -> None:
        self.clock = Clock()
        hop = NextHop("127.0.0.1", port, security=Security.NONE, helo_name=SITE.domain)
        self.relay = SmtpRelay(hop, 4, self.clock)
        self.helper = offload.pool(1)
        self.office = office
        maker = Maker(SITE, key, self.helper)
        self.sender = Sender(office.database, office.sources, SITE, self.clock, self.relay, maker)

    def close(self) -> None:
        self.relay.close()
        self.helper.shutdown()


@pytest.fixture
def office(database: Database) -> Office:
    return Office(database)


@pytest.fixture
def nobody() -> Iterator[int]:
    """A port at which nobody answers."""
    with socket.socket() as bound:
        bound.bind(("127.0.0.1", 0))
        yield bound.getsockname()[1]


def test_a_large_group_is_served_and_every_signature_holds(office: Office) -> None:
    pem = dkim.generate_key()
    record = "".join(dkim.record(pem)).encode()
    received: list[Received] = []
    with Sink(Manners(on_message=received.append)) as sink:
        town = Town(office, sink.port, SigningKey(SITE.domain, "s1", pem))
        office.posts(office.people(200))
        try:
            assert town.sender.work(town.clock.now()) == 200
        finally:
            town.close()
    assert {one.recipients for one in received} == {(f"p{n}@example.org",) for n in range(1, 201)}
    assert len(received) == 200
    assert all(dkim.verify(one.data, lambda *_a, **_k: record) for one in received[::40])
    assert office.states() == {"sent": 200}


def test_one_bad_recipient_among_a_hundred_touches_nobody_else(office: Office) -> None:
    faults = [
        Fault("rcpt", b"550 5.1.1 No such user\r\n", when="p50@"),
        Fault("dot", b"452 4.2.2 Full\r\n", when="p7@"),
    ]
    with Sink(Manners(faults=faults)) as sink:
        town = Town(office, sink.port)
        office.posts(office.people(100))
        try:
            town.sender.work(town.clock.now())
        finally:
            town.close()
    assert office.states() == {"sent": 98, "failed": 1, "deferred": 1}


def test_a_next_hop_nobody_answers_at_is_tried_once_and_left_alone(office: Office, nobody: int) -> None:
    town = Town(office, nobody)
    office.posts(office.people(3))
    now = town.clock.now()
    try:
        assert town.sender.work(now) == 0
        assert town.sender.work(now + timedelta(seconds=29)) == 0
    finally:
        town.close()
    assert office.states() == {"ready": 3}
    with office.database.reading() as session:
        due = next_due(session)
    assert due is not None
    assert timedelta(seconds=29) < due - now < timedelta(seconds=40)
