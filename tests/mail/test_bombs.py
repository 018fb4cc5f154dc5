"""Mail built to exhaust us is refused at once, for a stated reason, before it has cost anything."""

import resource
import time
from collections.abc import Callable

import pytest

from mailhub.mail.markup import html_to_text
from mailhub.mail.message import parse
from mailhub.mail.wire import Excess, Limits, Unreadable

HEAD = b"From: ada@example.org\r\n"
LONG = 100 * 1024


def nested(depth: int) -> bytes:
    levels = (
        b"Content-Type: multipart/mixed; boundary=b%d\r\n\r\n--b%d\r\n" % (level, level) for level in range(depth)
    )
    return HEAD + b"".join(levels) + b"\r\nx"


def mixed(body: bytes) -> bytes:
    return HEAD + b"Content-Type: multipart/mixed; boundary=b\r\n\r\n" + body


def headed(name: bytes, value: bytes) -> bytes:
    return HEAD + name + b": " + value + b"\r\n\r\nx"


BOMBS: dict[str, tuple[Callable[[], bytes], Excess]] = {
    "nested 3,000 deep": (lambda: nested(3_000), Excess.DEPTH),
    "100,000 parts": (lambda: mixed(b"--b\r\n\r\nx\r\n" * 100_000), Excess.PARTS),
    "50 MB header": (lambda: HEAD + b"X-A: " + b"y" * 50_000_000 + b"\r\n\r\n", Excess.SIZE),
    "20 MB header": (lambda: HEAD + b"X-A: " + b"y" * 20_000_000 + b"\r\n\r\n", Excess.HEADERS),
    "a million header lines": (lambda: HEAD + b"X-A: y\r\n" * 1_000_000 + b"\r\n", Excess.HEADERS),
    "2,000 short header lines": (lambda: HEAD + b"X: y\r\n" * 2_000 + b"\r\n", Excess.LINES),
    "parts that are all header": (lambda: mixed((b"--b\r\n" + b"X: y\r\n" * 900 + b"\r\nx\r\n") * 499), Excess.HEADERS),
    "10,000 addresses": (lambda: headed(b"To", b"a@b.it," * 10_000), Excess.ADDRESSES),
    "3 MiB of text": (lambda: HEAD + b"\r\n" + b"parole " * 450_000, Excess.TEXT),
    "lines that begin like a boundary": (lambda: mixed(b"\r\n--bb" * 4_000_000), Excess.PARTS),
    "deep, and searched at each level": (lambda: nested(29) + b"\r\n--x" * 4_000_000, Excess.DEPTH),
}


@pytest.mark.parametrize("name", BOMBS)
def test_a_bomb_is_refused_in_a_second_for_its_reason(name: str) -> None:
    build, reason = BOMBS[name]
    raw = build()
    memory = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    before = time.process_time()
    with pytest.raises(Unreadable) as caught:
        parse(raw)
    assert time.process_time() - before <= 4.0  # of a machine that is shared; it takes a tenth of a second
    assert resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - memory <= 100 * 1024
    assert caught.value.reason is reason


def test_what_grows_when_decoded_is_refused() -> None:
    with pytest.raises(Unreadable) as caught:
        parse(HEAD + b"Content-Type: application/zip\r\n\r\n" + b"x" * 200_000, limits=Limits(expansion=0))
    assert caught.value.reason is Excess.EXPANSION


SLOW = {
    name: headed(field, value)
    for name, field, value in [
        ("brackets", b"To", b"(" * LONG),
        ("angles", b"To", b"<" * LONG),
        ("quotes", b"To", b'"' * LONG),
        ("escaped quotes", b"To", b'"\\' * (LONG // 2)),
        ("commas", b"To", b"," * LONG),
        ("comments", b"To", b"(a)" * (LONG // 3)),
        ("a name without end", b"From", b"Ada " * (LONG // 4) + b"<ada@example.org>"),
        ("openings of words", b"Subject", b"=?a?q?" * (LONG // 6)),
        ("words", b"Subject", b"=?utf-8?q?a?= " * (LONG // 14)),
        ("semicolons", b"Content-Type", b"text/plain" + b";" * LONG),
        ("sections", b"Content-Type", b"text/plain; " + b"a*0*=x;" * (LONG // 7)),
        ("parameter quotes", b"Content-Type", b"text/plain; a=" + b'"\\' * (LONG // 2)),
        ("references", b"References", b"<" * LONG),
        ("dates", b"Date", b"1 Jan " * (LONG // 6)),
    ]
} | {
    "flowed": HEAD + b"Content-Type: text/plain; format=flowed; delsp=yes\r\n\r\n" + b"a \n" * 600_000,
    "uuencoded": HEAD + b"\r\n" + b"begin 644 a\n" * 150_000,
    "padded base64": HEAD + b"Content-Type: x/y\r\nContent-Transfer-Encoding: base64\r\n\r\n" + b"QQ==\r\n" * 1_000_000,
}  # fmt: skip


@pytest.mark.parametrize("name", SLOW)
def test_what_is_within_the_limits_is_read_in_a_second(name: str) -> None:
    before = time.process_time()
    parse(SLOW[name])
    assert time.process_time() - before <= 1.0


@pytest.mark.parametrize(
    "html",
    ["<" * 500_000, '<a """' * 80_000, "<div>" * 100_000, "<!--" * 120_000, "&#" * 200_000, "<script" * 70_000,
     "<table>" + "<tr><td>x" * 20_000, "<ul><li>" * 90 + "x", "<blockquote>x</blockquote>" * 15_000],
    ids=lambda html: html[:12],
)  # fmt: skip
def test_hostile_html_is_read_in_a_second(html: str) -> None:
    html_to_text("<p>warm")
    before = time.process_time()
    html_to_text(html)
    assert time.process_time() - before <= 1.0
