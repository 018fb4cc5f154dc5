"""`mailhub bench` gives figures a program can compare and a person can read; here as small as they go."""

import json
from datetime import UTC, datetime

import pytest
from click.testing import CliRunner

from mailhub.cli import bench
from mailhub.cli.bench import fanout, inbound
from mailhub.cli.bench.inbound import _post
from mailhub.cli.bench.nameserver import NameServer
from mailhub.cli.main import main
from mailhub.hub import resolver
from mailhub.hub.resolver import Dns
from mailhub.mail import message
from mailhub.mail.authenticity import marks
from mailhub.mail.authenticity.weighing import Sent, weigh
from mailhub.mail.shown import Policy
from tests.mail.keys import signing_key


def test_a_line_of_json_for_each_bench() -> None:
    result = CliRunner().invoke(main, ["bench", "import", "--json", "--members", "50", "--runs", "1"])
    found = json.loads(result.stdout)
    assert (found["bench"], found["members"], found["runs"]) == ("import", 50, 1)
    assert found["rsa_2048_per_second"] > 0
    assert found["peak_pss_mib"] > 0


def test_the_letters_of_a_morning_are_written_for_those_alone_who_have_something_to_read() -> None:
    result = CliRunner().invoke(main, ["bench", "digests", "--json", "--members", "60", "--runs", "1"])
    found = json.loads(result.stdout)
    assert (found["members"], found["letters"]) == (60, 3)


def test_each_figure_is_the_median_of_the_runs(monkeypatch: pytest.MonkeyPatch) -> None:
    seconds = iter([3.0, 9.0, 1.0])
    monkeypatch.setattr(fanout, "run", lambda members: {"members": members, "wall_seconds": next(seconds)})
    found = bench.measure("fanout", 7, 3)
    assert (found["members"], found["wall_seconds"], found["runs"]) == (7, 3.0, 3)


def test_for_people_it_is_a_figure_a_line() -> None:
    said = bench.as_table("import", {"runs": 3, "members": 20_000, "wall_seconds": 3.5})
    assert said.splitlines() == [
        "import, median of 3",
        "  runs                     3",
        "  members             20,000",
        "  wall seconds           3.5",
    ]


def test_an_unknown_bench_is_refused() -> None:
    assert CliRunner().invoke(main, ["bench", "journey"]).exit_code == 2


def test_the_posts_that_are_sent_are_read_as_posts_and_proven(monkeypatch: pytest.MonkeyPatch) -> None:
    key, now = signing_key(), datetime(2026, 3, 9, 8, 0, tzinfo=UTC)
    raw, other = (_post(number, "author@lists.example.org", key, now) for number in (5, 7))
    first, answer = message.parse(raw), message.parse(other)
    with NameServer(inbound._zone(key)) as server:
        monkeypatch.setenv(resolver.TEST_SERVER, server.address)
        found = weigh(marks.read(raw, first), Sent("", ""), Dns(lambda: 0.0).for_one_mail(), now)
    assert found.why == "dkim lists.example.org"
    assert found.policy is Policy.NONE
    assert (first.problems, answer.problems) == ((), ())
    assert answer.in_reply_to == (first.message_id,)
    assert 3_800 < len(first.text) < 4_200


def test_who_waits_stays_where_they_are_while_others_go_through_every_step() -> None:
    result = CliRunner().invoke(main, ["bench", "journeys", "--json", "--members", "400", "--runs", "1"])
    found = json.loads(result.stdout)
    assert (found["waiting"], found["came_in"], found["steps"]) == (400, 40, 40)
