"""The DNS as the site asks it: remembered for a while, and never waited for longer than a mail may take."""

from collections.abc import Callable

import pytest

from mailhub.fetching import NotFetched
from mailhub.hub.resolver import IN_ALL, MOST_KEPT, Dns, System, fresh, until_trouble
from mailhub.mail.authenticity.lookups import NoAnswer


class Server:
    """Answers from a table, and is slow or silent where a test wants that."""

    def __init__(self) -> None:
        self.answers: dict[str, tuple[str, ...] | None] = {"here.example": ("198.51.100.7",), "trouble.example": None}
        self.asked: list[tuple[str, float]] = []
        self.now = 0.0
        self.takes = 0.0

    def ask(self, name: str, _kind: str, seconds: float) -> tuple[str, ...] | None:
        self.asked.append((name, seconds))
        self.now += min(self.takes, seconds)
        return self.answers.get(name, ())


@pytest.fixture
def server() -> Server:
    return Server()


@pytest.fixture
def dns(server: Server) -> Dns:
    return Dns(lambda: server.now, server.ask)


@pytest.mark.parametrize(("name", "seconds"), [("here.example", 3_600), ("nowhere.example", 600)])
def test_what_is_there_is_kept_an_hour_and_what_is_not_ten_minutes(
    dns: Dns, server: Server, name: str, seconds: int
) -> None:
    for later in (0, seconds - 1, seconds):
        server.now = later
        dns.for_one_mail().a(name)
    assert len(server.asked) == 2


def test_trouble_is_told_and_asked_again_soon(dns: Dns, server: Server) -> None:
    for later in (0, 59, 60):
        server.now = later
        with pytest.raises(NoAnswer):
            dns.for_one_mail().a("trouble.example")
    assert len(server.asked) == 2


def test_names_differ_in_nothing_but_letters(dns: Dns, server: Server) -> None:
    resolver = dns.for_one_mail()
    assert resolver.a("here.example") == resolver.a("HERE.example.") == ("198.51.100.7",)
    assert len(server.asked) == 1
    resolver.aaaa("here.example")
    assert len(server.asked) == 2


def test_one_mail_waits_five_seconds_in_all(dns: Dns, server: Server) -> None:
    server.takes = 60
    resolver = dns.for_one_mail()
    for number in range(10):
        with pytest.raises(NoAnswer) if server.now >= IN_ALL else _nothing():
            resolver.txt(f"slow{number}.example")
    assert [seconds for _, seconds in server.asked] == [3.0, 2.0]
    server.takes = 0
    assert dns.for_one_mail().txt("slow9.example") == ()  # that time was up says nothing about a name


class _nothing:
    def __enter__(self) -> None: ...

    def __exit__(self, *_: object) -> None: ...


def test_what_is_kept_has_an_end(dns: Dns, server: Server) -> None:
    for number in range(MOST_KEPT + 10):
        dns.for_one_mail().a(f"{number}.example")
    assert len(dns._kept) <= MOST_KEPT
    before = len(server.asked)
    dns.for_one_mail().a(f"{MOST_KEPT + 9}.example")
    assert len(server.asked) == before


def test_a_command_stops_asking_after_failures_in_a_row(server: Server) -> None:
    careful: Callable[[str, str, float], object] = until_trouble(server.ask, 1.5, failures=2)
    for name in ("trouble.example", "here.example", "trouble.example", "trouble.example", "here.example"):
        last = careful(name, "A", 3.0)
    assert (last, len(server.asked), server.asked[0][1]) == (None, 4, 1.5)


@pytest.mark.parametrize("name", ["a..b", "x" * 64 + ".example", ".".join(["x" * 60] * 5), "è" * 80])
def test_what_is_no_name_is_not_asked(name: str) -> None:
    assert System().ask(name, "A", 0.001) == ()


def test_what_is_fetched_is_looked_up_afresh_in_both_kinds_of_address() -> None:
    kinds: dict[str, tuple[str, ...] | None] = {"A": ("198.51.100.7",), "AAAA": ("2001:db8::7",)}
    find = fresh(lambda _name, kind, _seconds: kinds[kind])
    assert find("here.example") == ["198.51.100.7", "2001:db8::7"]
    kinds["A"], kinds["AAAA"] = (), None
    assert find("here.example") == []
    kinds["A"] = None
    with pytest.raises(NotFetched):
        find("here.example")
