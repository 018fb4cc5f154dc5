import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from mailhub.clock import Clock
from mailhub.delivery.copies import Copy
from mailhub.delivery.opening import NextHop, Security, Timeouts, TroubleKind
from mailhub.delivery.outcomes import Kind, Outcome, Scope, Stage
from mailhub.delivery.transport import SmtpRelay
from mailhub.errors import BadInput
from mailhub.sandbox.sink import Fault, Manners, Received, Sink
from tests.delivery.certificates import certificate

QUICK = Timeouts(open=5, mail=0.3, rcpt=0.3, data=0.3, block=0.5, dot=0.4)
STEPWISE = ("SIZE 52428800", "8BITMIME", "SMTPUTF8", "ENHANCEDSTATUSCODES")


def copy(to: str = "ada@example.net", data: bytes = b"Subject: x\r\n\r\nCiao\r\n", **more: object) -> Copy:
    return Copy("b.1@lists.example.org", to, (data,), **more)  # type: ignore[arg-type]


@contextmanager
def relay(sink: Sink, connections: int = 1, timeouts: Timeouts = QUICK) -> Iterator[SmtpRelay]:
    hop = NextHop("127.0.0.1", sink.port, Security.NONE)
    transport = SmtpRelay(hop, connections, Clock(), timeouts, reopen_after=0.0)
    try:
        yield transport
    finally:
        transport.close()


def lane_of(transport: SmtpRelay) -> int:
    while not (lanes := transport.free()):
        transport.wait(5)
    return lanes[0]


def send(transport: SmtpRelay, what: Copy) -> Outcome:
    lane = lane_of(transport)
    transport.offer(lane, what)
    while not (done := transport.wait(5)):
        pass
    [(carrier, outcome)] = done
    assert carrier == lane
    return outcome


def sent(faults: list[Fault], *copies: Copy, **manners: object) -> tuple[list[Outcome], list[Received]]:
    """What became of these copies, one after another, at a next hop with these faults; and what it took."""
    taken: list[Received] = []
    with (
        Sink(Manners(taken.append, faults=faults, **manners)) as sink,  # type: ignore[arg-type]
        relay(sink) as transport,
    ):
        outcomes = [send(transport, each) for each in copies]
    return outcomes, taken


def test_a_copy_arrives_octet_for_octet_and_its_queue_id_is_kept() -> None:
    data = b"Subject: x\r\n\r\n.\r\n..\r\n.a\r\na.\r\n\r\n" + b"x" * 300_000 + b"\r\n"
    [outcome], [received] = sent([], copy(data=data))
    assert (outcome.kind, outcome.code, outcome.enhanced) == (Kind.SENT, 250, "2.0.0")
    assert outcome.queue_id == "0000000000"
    assert received == Received("b.1@lists.example.org", ("ada@example.net",), data)


@pytest.mark.parametrize("data", [b"", b".", b"no end", b".\r\n", b"a\r\n.", b"\r\n.\r\n"])
def test_dots_and_missing_ends_are_put_right(data: bytes) -> None:
    [outcome, after], received = sent([], copy(data=data), copy())
    assert outcome.kind is after.kind is Kind.SENT
    assert received[0].data == (data if data.endswith(b"\r\n") else data + b"\r\n")
    assert received[1].data == copy().data


@pytest.mark.parametrize("extensions", [(*STEPWISE, "PIPELINING"), STEPWISE])
def test_a_connection_carries_one_copy_after_another(extensions: tuple[str, ...]) -> None:
    manners = Manners(extensions=extensions)
    with Sink(manners) as sink, relay(sink) as transport:
        assert [send(transport, copy()).kind for _ in range(5)] == [Kind.SENT] * 5
    assert manners.counts["connections"] == 1
    assert manners.counts["messages"] == 5


def test_the_commands_leave_together_only_where_pipelining_is_announced() -> None:
    for extensions in ((*STEPWISE, "PIPELINING"), STEPWISE):
        manners = Manners(extensions=extensions, commands=[])
        with Sink(manners) as sink, relay(sink) as transport:
            send(transport, copy())
        assert manners.commands is not None
        assert [line[:4] for line in manners.commands if line[:4] != b"QUIT"] == [b"ehlo", b"MAIL", b"RCPT", b"DATA"]


@pytest.mark.parametrize(
    ("stage", "reply", "kind", "scope", "enhanced"),
    [
        ("mail", b"451 4.3.0 Later", Kind.DEFERRED, Scope.CONNECTION, "4.3.0"),
        ("mail", b"450 4.7.1 Too fast", Kind.DEFERRED, Scope.CONNECTION, "4.7.1"),
        ("mail", b"550 5.7.1 Not you", Kind.FAILED, Scope.MESSAGE, "5.7.1"),
        ("mail", b"530 5.7.0 Log in first", Kind.DEFERRED, Scope.CONNECTION, "5.7.0"),
        ("rcpt", b"450 4.2.0 Greylisted", Kind.DEFERRED, Scope.RECIPIENT, "4.2.0"),
        ("rcpt", b"452 4.2.2 Full", Kind.DEFERRED, Scope.RECIPIENT, "4.2.2"),
        ("rcpt", b"550 5.1.1 Nobody", Kind.FAILED, Scope.RECIPIENT, "5.1.1"),
        ("rcpt", b"501 5.1.3 Bad address", Kind.FAILED, Scope.RECIPIENT, "5.1.3"),
        ("rcpt", b"554 5.7.1 <ada@example.net>: Relay access denied", Kind.DEFERRED, Scope.RECIPIENT, "5.7.1"),
        ("data", b"451 4.3.2 Later", Kind.DEFERRED, Scope.CONNECTION, "4.3.2"),
        ("data", b"554 5.6.0 No", Kind.FAILED, Scope.MESSAGE, "5.6.0"),
        ("dot", b"452 4.3.1 Disk full", Kind.DEFERRED, Scope.CONNECTION, "4.3.1"),
        ("dot", b"451 4.7.1 Looks like spam", Kind.DEFERRED, Scope.MESSAGE, "4.7.1"),
        ("dot", b"552 5.3.4 Too big", Kind.FAILED, Scope.MESSAGE, "5.3.4"),
        ("dot", b"554 5.7.1 Spam", Kind.FAILED, Scope.MESSAGE, "5.7.1"),
        ("dot", b"550 5.1.1 Nobody", Kind.FAILED, Scope.RECIPIENT, "5.1.1"),
        ("dot", b"550 No code", Kind.FAILED, Scope.MESSAGE, ""),
        ("dot", b"550 2.0.0 Wrong code", Kind.FAILED, Scope.MESSAGE, ""),
    ],
)
@pytest.mark.parametrize("extensions", [(*STEPWISE, "PIPELINING"), STEPWISE])
def test_a_refusal_is_of_the_right_kind_and_the_next_copy_goes_on_the_same_connection(
    stage: str, reply: bytes, kind: Kind, scope: Scope, enhanced: str, extensions: tuple[str, ...]
) -> None:
    manners = Manners(faults=[Fault(stage, reply + b"\r\n")], extensions=extensions)
    with Sink(manners) as sink, relay(sink) as transport:
        outcome, after = send(transport, copy()), send(transport, copy())
    assert (outcome.kind, outcome.scope, outcome.enhanced) == (kind, scope, enhanced)
    assert (outcome.code, outcome.stage) == (int(reply[:3]), Stage(stage))
    assert after.kind is Kind.SENT
    assert manners.counts["connections"] == 1
    assert manners.counts["messages"] == 1


def test_only_the_dot_follows_a_next_hop_that_takes_data_without_a_recipient() -> None:
    # RFC 2920 section 3.1
    script = [
        b"250 ok\r\n550 5.1.1 nobody\r\n354 go on\r\n",
        b"554 5.5.1 no recipients\r\n",
        b"250 ok\r\n" * 3 + b"354 go\r\n",
    ]
    with scripted(script) as (port, heard):
        transport = SmtpRelay(NextHop("127.0.0.1", port, Security.NONE), 1, Clock(), QUICK)
        outcome = send(transport, copy(data=b"secret\r\n"))
        assert (outcome.kind, outcome.code) == (Kind.FAILED, 550)
        transport.offer(lane_of(transport), copy(data=b"second\r\n"))
        transport.wait(5)
        transport.close()
    assert b"secret" not in bytes(heard)
    assert b"DATA\r\n.\r\n" in bytes(heard)


@pytest.mark.parametrize("stage", ["mail", "rcpt", "data", "dot"])
def test_421_defers_the_copy_and_closes_the_connection(stage: str) -> None:
    manners = Manners(faults=[Fault(stage, b"421 4.3.2 Going down\r\n", closes=True)])
    with Sink(manners) as sink, relay(sink) as transport:
        outcome, after = send(transport, copy()), send(transport, copy())
    assert (outcome.kind, outcome.code, outcome.scope) == (Kind.DEFERRED, 421, Scope.CONNECTION)
    assert after.kind is Kind.SENT
    assert manners.counts["connections"] == 2


@pytest.mark.parametrize(
    ("stage", "kind"),
    [("mail", Kind.DEFERRED), ("rcpt", Kind.DEFERRED), ("data", Kind.DEFERRED), ("dot", Kind.UNCERTAIN)],
)
@pytest.mark.parametrize("closes", [True, False])
def test_silence_is_doubt_only_after_the_final_dot(stage: str, kind: Kind, closes: bool) -> None:
    [outcome, after], received = sent([Fault(stage, closes=closes)], copy(), copy())
    assert (outcome.kind, outcome.scope, outcome.code) == (kind, Scope.CONNECTION, 0)
    assert outcome.stage == Stage(stage)
    assert after.kind is Kind.SENT
    assert len(received) == 1


def test_a_connection_lost_while_the_message_leaves_is_no_doubt() -> None:
    with scripted([b"250 ok\r\n250 ok\r\n354 go on\r\n"], stop_after=20_000) as (port, _):
        transport = SmtpRelay(NextHop("127.0.0.1", port, Security.NONE), 1, Clock(), QUICK)
        outcome = send(transport, copy(data=(b"y" * 70 + b"\r\n") * 150_000))
        transport.close()
    assert (outcome.kind, outcome.stage, outcome.scope) == (Kind.DEFERRED, Stage.BODY, Scope.CONNECTION)


def test_a_next_hop_that_stops_reading_is_given_up_without_doubt() -> None:
    with scripted([b"250 ok\r\n250 ok\r\n354 go on\r\n"], stop_after=None) as (port, _):
        transport = SmtpRelay(NextHop("127.0.0.1", port, Security.NONE), 1, Clock(), QUICK)
        outcome = send(transport, copy(data=(b"y" * 70 + b"\r\n") * 150_000))
        transport.close()
    assert (outcome.kind, outcome.stage, outcome.scope) == (Kind.DEFERRED, Stage.BODY, Scope.CONNECTION)


def test_a_refusal_that_comes_before_the_message_is_out_is_heard() -> None:
    [outcome, after], _ = sent(
        [Fault("body", b"552 5.3.4 Too big\r\n", closes=True)], copy(data=b"x\r\n" * 900_000), copy()
    )
    assert (outcome.kind, outcome.code, outcome.scope) == (Kind.FAILED, 552, Scope.MESSAGE)
    assert after.kind is Kind.SENT


@pytest.mark.parametrize(
    "reply",
    [
        b"250-first\r\n250-" + b"x" * 2000 + b"\r\n250 2.0.0 Ok\r\n",
        b"250 2.0.0 caff\xe8 \xff\x00\r\n",
        b"250\r\n",
        b"250 Ok\n",
    ],
)
def test_odd_yeses_are_yeses(reply: bytes) -> None:
    [outcome], _ = sent([Fault("dot", reply)], copy())
    assert outcome.kind is Kind.SENT
    assert len(outcome.text) <= 500
    assert outcome.text.isprintable()


@pytest.mark.parametrize(
    "reply", [b"ok\r\n", b"\r\n", b"25\r\n", b"999 what\r\n", b"250-" + b"x" * 100_000, b"250-a\r\nxxx b\r\n"]
)
@pytest.mark.parametrize(("stage", "kind"), [("rcpt", Kind.DEFERRED), ("dot", Kind.UNCERTAIN)])
def test_what_is_no_reply_ends_the_connection(reply: bytes, stage: str, kind: Kind) -> None:
    [outcome, after], _ = sent([Fault(stage, reply)], copy(), copy())
    assert (outcome.kind, outcome.scope) == (kind, Scope.CONNECTION)
    assert after.kind is Kind.SENT


def test_an_answer_that_drips_does_not_stretch_the_time_allowed() -> None:
    [outcome], _ = sent([Fault("rcpt", b"250 2.1.5 Ok\r\n", drip=0.1)], copy())
    assert (outcome.kind, outcome.stage) == (Kind.DEFERRED, Stage.RCPT)


@pytest.mark.parametrize("unasked", [b"421 4.4.2 Idle too long\r\n", b"250 2.0.0 Ok\r\n", b"354"])
def test_what_was_not_asked_for_is_no_answer_to_the_next_copy(unasked: bytes) -> None:
    outcomes, received = sent([Fault("dot", b"250 2.0.0 Ok\r\n" + unasked)], copy(), copy("bea@example.net"))
    assert [outcome.kind for outcome in outcomes] == [Kind.SENT] * 2
    assert received[-1].recipients == ("bea@example.net",)


@pytest.mark.parametrize(
    ("needs", "extension", "enhanced", "scope"),
    [
        ({"utf8": True, "to": "niccolò@example.net"}, "SMTPUTF8", "5.6.7", Scope.RECIPIENT),
        ({"eight_bit": True, "data": "è\r\n".encode()}, "8BITMIME", "5.6.3", Scope.MESSAGE),
    ],
)
def test_what_the_next_hop_cannot_take_fails_for_that_copy_alone(
    needs: dict[str, object], extension: str, enhanced: str, scope: Scope
) -> None:
    wanting = copy(**needs)  # type: ignore[arg-type]
    without = tuple(one for one in STEPWISE if one != extension)
    [outcome, after], received = sent([], wanting, copy(), extensions=without)
    assert (outcome.kind, outcome.enhanced, outcome.scope) == (Kind.FAILED, enhanced, scope)
    assert after.kind is Kind.SENT
    assert len(received) == 1
    [outcome], [received_one] = sent([], wanting)
    assert outcome.kind is Kind.SENT
    assert received_one.recipients == (wanting.envelope_to,)


def test_mail_parameters_are_used_where_they_are_announced() -> None:
    for extensions, expected in (
        (("PIPELINING", "SIZE 1000", "8BITMIME", "SMTPUTF8", "DSN"), b" SIZE=20 BODY=8BITMIME RET=HDRS ENVID=d+2B1"),
        (("PIPELINING", "8BITMIME"), b" BODY=8BITMIME"),
    ):
        manners = Manners(extensions=extensions, commands=[])
        with Sink(manners) as sink, relay(sink) as transport:
            send(transport, copy(eight_bit=True, envid="d+1"))
        assert manners.commands is not None
        assert manners.commands[1] == b"MAIL FROM:<b.1@lists.example.org>" + expected
        assert (b"ORCPT=rfc822;ada@example.net" in manners.commands[2]) is ("DSN" in extensions)


def test_a_message_over_the_announced_size_is_not_begun() -> None:
    manners = Manners(extensions=("PIPELINING", "SIZE 1000"), commands=[])
    with Sink(manners) as sink, relay(sink) as transport:
        outcome = send(transport, copy(data=b"x" * 999 + b"\r\n"))
    assert (outcome.kind, outcome.enhanced, outcome.scope) == (Kind.FAILED, "5.3.4", Scope.MESSAGE)
    assert manners.commands is not None
    assert not any(line.startswith(b"MAIL") for line in manners.commands)


@pytest.mark.parametrize(
    ("bad", "enhanced"),
    [
        ({"to": "a@b>\r\nRCPT TO:<eve@example.net"}, "5.1.3"),
        ({"to": "a b@c.org"}, "5.1.3"),
        ({"to": "a\0@c.org"}, "5.1.3"),
        ({"data": b"a\n.\r\nMAIL FROM:<>\r\n"}, "5.6.0"),
        ({"data": b"a\r.\r\n"}, "5.6.0"),
    ],
)
def test_nothing_is_smuggled_out(bad: dict[str, object], enhanced: str) -> None:
    [outcome, after], received = sent([], copy(**bad), copy())  # type: ignore[arg-type]
    assert (outcome.kind, outcome.enhanced) == (Kind.FAILED, enhanced)
    assert after.kind is Kind.SENT
    assert len(received) == 1


def test_several_lanes_carry_copies_at_once_and_each_only_what_it_was_offered() -> None:
    manners = Manners(faults=[Fault("dot", when="slow@", closes=False)])
    with Sink(manners) as sink, relay(sink, connections=3) as transport:
        while len(lanes := transport.free()) < 3:
            transport.wait(5)
        transport.offer(lanes[0], copy("slow@example.net"))
        for lane in lanes[1:]:
            transport.offer(lane, copy())
        done: list[tuple[int, Outcome]] = []
        while len(done) < 2:
            done += transport.wait(5)
        assert {lane for lane, _ in done} == {1, 2}
        assert transport.free() == [1, 2]
        with pytest.raises(ValueError, match="still carries"):
            transport.offer(0, copy())
        assert [outcome.kind for _, outcome in transport.close()] == [Kind.UNCERTAIN]


def test_a_lane_that_closed_since_it_was_free_defers_what_it_is_offered() -> None:
    manners = Manners()
    with Sink(manners) as sink:
        transport = SmtpRelay(NextHop("127.0.0.1", sink.port, Security.NONE), 1, Clock(), QUICK)
        lane = lane_of(transport)
    transport.offer(lane, copy())
    [(_, outcome)] = transport.wait(5)
    assert (outcome.kind, outcome.scope) == (Kind.DEFERRED, Scope.CONNECTION)
    transport.close()


def test_a_next_hop_that_is_down_is_reported_and_not_hammered() -> None:
    with socket.socket() as closed:
        closed.bind(("127.0.0.1", 0))
        transport = SmtpRelay(NextHop("127.0.0.1", closed.getsockname()[1], Security.NONE), 2, Clock(), QUICK)
        assert transport.free() == []
        while transport.trouble is None:
            assert transport.wait(5) == []
        assert transport.trouble.kind is TroubleKind.REFUSED
        assert transport.free() == []
        assert threading.active_count() <= 2
        assert transport.trouble is not None
        transport.close()


def test_a_greeting_that_says_no_is_reported_with_its_code() -> None:
    with (
        Sink(Manners(faults=[Fault("connect", b"554 5.7.1 Go away\r\n", closes=True)])) as sink,
        relay(sink) as transport,
    ):
        transport.free()
        while transport.trouble is None:
            transport.wait(5)
        assert (transport.trouble.kind, transport.trouble.code) == (TroubleKind.REPLY, 554)


def test_a_next_hop_that_never_greets_is_a_timeout() -> None:
    with Sink(Manners(faults=[Fault("connect")])) as sink:
        transport = SmtpRelay(NextHop("127.0.0.1", sink.port, Security.NONE), 1, Clock(), Timeouts(open=0.2))
        transport.free()
        while transport.trouble is None:
            transport.wait(5)
        assert transport.trouble.kind is TroubleKind.TIMEOUT
        transport.close()


def test_a_login_travels_under_tls_and_mail_follows(tmp_path: Path) -> None:
    trusted = certificate(tmp_path)
    for security in (Security.STARTTLS, Security.TLS):
        taken: list[Received] = []
        manners = Manners(taken.append, tls=trusted.server(), implicit_tls=security is Security.TLS, commands=[])
        with Sink(manners) as sink:
            hop = NextHop("localhost", sink.port, security, "mailhub", "secret", ca_file=trusted.path)
            transport = SmtpRelay(hop, 1, Clock(), QUICK)
            big = copy(data=(b"y" * 70 + b"\r\n") * 20_000)
            assert send(transport, big).kind is Kind.SENT
            assert send(transport, copy()).kind is Kind.SENT
            transport.close()
        assert [received.data for received in taken] == [big.data, copy().data]
        assert b"AUTH" not in bytes(manners.in_clear).upper()
        assert manners.commands is not None
        assert any(line.startswith(b"AUTH PLAIN") for line in manners.commands)


@pytest.mark.parametrize(
    ("wrong", "implicit"),
    [(wrong, implicit) for wrong in ("unknown", "name", "expired") for implicit in (False, True)]
    + [("stripped", False)],
)
def test_no_login_leaves_for_a_next_hop_that_cannot_prove_its_name(tmp_path: Path, wrong: str, implicit: bool) -> None:
    right = certificate(tmp_path)
    shown = {
        "name": lambda: certificate(tmp_path, host="other.example.org"),
        "expired": lambda: certificate(tmp_path, days=-1),
    }.get(wrong, lambda: right)()
    manners = Manners(tls=None if wrong == "stripped" else shown.server(), implicit_tls=implicit, commands=[])
    with Sink(manners) as sink:
        security = Security.TLS if implicit else Security.STARTTLS
        ca_file = certificate(tmp_path, days=2).path if wrong == "unknown" else shown.path
        transport = SmtpRelay(
            NextHop("localhost", sink.port, security, "mailhub", "secret", ca_file=ca_file), 1, Clock(), QUICK
        )
        transport.free()
        while transport.trouble is None:
            transport.wait(5)
        assert transport.trouble.kind is TroubleKind.TLS
        transport.close()
    assert manners.commands is not None
    assert not any(line[:4].upper() in (b"AUTH", b"MAIL") for line in manners.commands)
    assert b"AUTH" not in bytes(manners.in_clear)


def test_what_is_said_in_clear_after_starttls_is_not_believed(tmp_path: Path) -> None:
    trusted = certificate(tmp_path)
    said = b"220 go\r\n250-injected\r\n250 SIZE 1\r\n"
    with Sink(Manners(tls=trusted.server(), faults=[Fault("starttls", said)])) as sink:
        hop = NextHop("localhost", sink.port, Security.STARTTLS, ca_file=trusted.path)
        transport = SmtpRelay(hop, 1, Clock(), QUICK)
        assert send(transport, copy(utf8=True)).kind is Kind.SENT
        transport.close()


def test_a_revoked_login_is_reported_as_such(tmp_path: Path) -> None:
    trusted = certificate(tmp_path)
    with Sink(Manners(tls=trusted.server(), faults=[Fault("auth", b"535 5.7.8 No\r\n", times=None)])) as sink:
        hop = NextHop("localhost", sink.port, Security.STARTTLS, "mailhub", "secret", ca_file=trusted.path)
        transport = SmtpRelay(hop, 1, Clock(), QUICK)
        transport.free()
        while transport.trouble is None:
            transport.wait(5)
        assert (transport.trouble.kind, transport.trouble.code) == (TroubleKind.LOGIN, 535)
        transport.close()


def test_a_password_without_tls_is_refused_before_anything_is_opened() -> None:
    with pytest.raises(BadInput, match="starttls"):
        NextHop("localhost", 25, Security.NONE, user="mailhub", password="secret")
    assert "secret" not in repr(NextHop("localhost", 25, Security.TLS, user="mailhub", password="secret"))


@contextmanager
def scripted(replies: list[bytes], stop_after: int | None = 0) -> Iterator[tuple[int, bytearray]]:
    """A next hop that says these lines, one after each read, then reads so many octets more (None: no more at all)."""
    heard = bytearray()
    listener = socket.create_server(("127.0.0.1", 0))
    ended = threading.Event()

    def serve() -> None:
        with listener, listener.accept()[0] as client:
            client.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
            client.sendall(b"220 hi\r\n")
            heard.extend(client.recv(4096))
            client.sendall(b"250-hi\r\n250-PIPELINING\r\n250 8BITMIME\r\n")
            for reply in replies:
                heard.extend(client.recv(65536))
                client.sendall(reply)
            if stop_after is None:
                ended.wait(10)
            more = stop_after or 0
            while more > 0 and (octets := client.recv(4096)):
                heard.extend(octets)
                more -= len(octets)

    thread = threading.Thread(target=serve, daemon=True)
    thread.start()
    try:
        yield listener.getsockname()[1], heard
    finally:
        ended.set()
        thread.join(10)
