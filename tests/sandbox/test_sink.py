import json
import signal
import smtplib
import socket
import subprocess
import sys
from pathlib import Path

import pytest

from mailhub.sandbox.sink import Fault, Manners, Received, Sink

MESSAGE = b"Subject: x\r\n\r\n.one\r\n..two\r\n"


def test_a_client_of_another_make_can_send_through_it() -> None:
    taken: list[Received] = []
    with Sink(Manners(taken.append)) as sink, smtplib.SMTP("127.0.0.1", sink.port) as client:
        assert client.has_extn("pipelining") is False  # smtplib has not asked yet
        client.ehlo()
        for extension in ("pipelining", "8bitmime", "smtputf8", "size", "enhancedstatuscodes"):
            assert client.has_extn(extension)
        client.sendmail("a@example.org", ["b@example.net", "c@example.net"], MESSAGE)
        client.sendmail("a@example.org", ["d@example.net"], MESSAGE)
    assert [received.recipients for received in taken] == [("b@example.net", "c@example.net"), ("d@example.net",)]
    assert taken[0] == Received("a@example.org", ("b@example.net", "c@example.net"), MESSAGE)


def test_only_every_nth_message_is_kept_and_all_are_counted() -> None:
    taken: list[Received] = []
    manners = Manners(taken.append, keep_every=3)
    with Sink(manners) as sink, smtplib.SMTP("127.0.0.1", sink.port) as client:
        for number in range(7):
            client.sendmail("a@example.org", [f"b{number}@example.net"], MESSAGE)
    assert [received.recipients[0] for received in taken] == ["b0@example.net", "b3@example.net", "b6@example.net"]
    assert manners.counts["messages"] == 7


@pytest.mark.parametrize(("stage", "code"), [("mail", 451), ("rcpt", 550), ("data", 421), ("dot", 554)])
def test_a_fault_is_said_once_at_its_stage(stage: str, code: int) -> None:
    fault = Fault(stage, b"%d x\r\n" % code)
    with Sink(Manners(faults=[fault])) as sink:
        with smtplib.SMTP("127.0.0.1", sink.port) as client, pytest.raises(smtplib.SMTPException):
            client.sendmail("a@example.org", ["b@example.net"], MESSAGE)
        with smtplib.SMTP("127.0.0.1", sink.port) as client:
            assert client.sendmail("a@example.org", ["b@example.net"], MESSAGE) == {}


def test_a_fault_may_be_for_one_recipient_only() -> None:
    with (
        Sink(Manners(faults=[Fault("rcpt", b"550 5.1.1 Nobody\r\n", when="bad@", times=None)])) as sink,
        smtplib.SMTP("127.0.0.1", sink.port) as client,
    ):
        refused = client.sendmail("a@example.org", ["bad@example.net", "good@example.net"], MESSAGE)
        assert list(refused) == ["bad@example.net"]


def test_lmtp_answers_for_each_recipient_also_on_a_unix_socket(tmp_path: Path) -> None:
    path = tmp_path / "sink"
    fault = Fault("dot", b"452 4.2.2 Full\r\n", times=1)
    with Sink(Manners(lmtp=True, faults=[fault]), unix_path=path), smtplib.LMTP(str(path)) as client:
        client.lhlo() if hasattr(client, "lhlo") else client.ehlo()
        client.mail("a@example.org")
        client.rcpt("b@example.net")
        client.rcpt("c@example.net")
        assert client.data(MESSAGE)[0] == 452
        assert client.getreply()[0] == 250


def test_what_comes_in_single_octets_is_understood() -> None:
    taken: list[Received] = []
    with Sink(Manners(taken.append)) as sink, socket.create_connection(("127.0.0.1", sink.port)) as client:
        client.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        said = b"HELO x\r\nMAIL FROM:<>\r\nRCPT TO:<b@example.net>\r\nDATA\r\n..\r\n.\r\nQUIT\r\n"
        for octet in said:
            client.sendall(bytes([octet]))
        while client.recv(4096):
            pass
    assert taken == [Received("", ("b@example.net",), b".\r\n")]


def test_as_a_process_it_prints_its_port_keeps_what_it_should_and_stops_when_told(tmp_path: Path) -> None:
    out = tmp_path / "kept"
    command = [sys.executable, "-m", "mailhub.sandbox.sink", "--keep-every", "2", "--out", str(out)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        port = int(process.stdout.readline())
        with smtplib.SMTP("127.0.0.1", port) as client:
            for _ in range(3):
                client.sendmail("a@example.org", ["b@example.net"], MESSAGE)
        process.send_signal(signal.SIGTERM)
        counted = json.loads(process.stdout.readline())
    assert process.returncode == 0
    assert counted["messages"] == 3
    kept = [json.loads(line) for line in out.read_text().splitlines()]
    assert len(kept) == 2
    assert kept[0] == {"from": "a@example.org", "to": ["b@example.net"], "message": MESSAGE.decode("latin-1")}
