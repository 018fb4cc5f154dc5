"""mbox files as the world writes them."""

import gzip
import io
import tracemalloc
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any, BinaryIO

import pytest
import zstandard

from mailhub.archive import mbox
from mailhub.archive.mbox import Found, read, write

STAMP = b"From ana@example.org Sat Mar 14 09:00:00 2026\n"
AT = datetime(2026, 3, 14, 9, 0, tzinfo=UTC)


def mails(data: bytes, **more: int) -> list[Found]:
    return list(read(io.BytesIO(data), **more))


def bodies(data: bytes) -> list[bytes | None]:
    return [found.raw for found in mails(data)]


def test_mails_are_found_with_their_places() -> None:
    data = STAMP + b"Subject: one\n\nfirst\n\n" + STAMP + b"Subject: two\n\nsecond\n\n"

    one, two = mails(data)

    assert one.raw == b"Subject: one\n\nfirst\n"
    assert two.raw == b"Subject: two\n\nsecond\n"
    assert (one.number, one.line, one.offset) == (1, 1, 0)
    assert (two.number, two.line) == (2, 6)
    assert data[two.offset :].startswith(STAMP)


@pytest.mark.parametrize(
    "beginning",
    [
        b"From mboxrd@z Thu Jan  1 00:00:00 1970",
        b"From ana at example.org  Sat Mar 14 09:00:00 2026",
        b"From - Sat Mar 14 09:00:00 2026",
        b"From 1234567890@xxx Sat Mar 14 09:00:00 +0000 2026",
        b"From ana@example.org Sat Mar 14 09:00:00 CET 2026",
        b"From ana@example.org Sat, 14 Mar 2026 09:00:00 +0100",
        b"From 987654321987",  # no date at all; a usual header follows
        b"From MAILER-DAEMON 2026-03-14 09:00",
        b'From "ana rossi"@example.org Sat Mar 14 09:00 2026',
    ],
)
@pytest.mark.parametrize("end", [b"\n", b"\r\n"])
def test_a_mail_begins_in_each_of_these_ways(beginning: bytes, end: bytes) -> None:
    one = [beginning, b"Message-ID: <1@x.test>", b"", b"text", b""]
    assert len(mails(end.join(one * 3) + end)) == 3


@pytest.mark.parametrize(
    "line",
    [
        b"From here on we meet at nine",
        b"From 10:00 on Monday 5 May 2026 we prune",
        b"From: somebody who is quoted",
        b"From Ana, written on Sat Mar 14",
        b"Fromage",
    ],
)
def test_words_that_begin_with_from_begin_no_mail(line: bytes) -> None:
    data = (
        STAMP + b"Subject: one\n\nHello.\n\n" + line + b"\nand more of the same.\n\n" + STAMP + b"Subject: two\n\nx\n"
    )
    one, _two = mails(data)
    assert one.raw is not None
    assert line in one.raw


def test_a_mail_may_begin_without_a_blank_line_before_it() -> None:
    data = STAMP + b"Subject: one\n\nlast line\n" + STAMP + b"Subject: two\n\nx\n"
    assert bodies(data) == [b"Subject: one\n\nlast line\n", b"Subject: two\n\nx\n"]


def test_quoted_lines_lose_one_mark() -> None:
    data = STAMP + b"Subject: one\n\n>From here\n>>From there\n> From elsewhere\n\n"
    assert bodies(data) == [b"Subject: one\n\nFrom here\n>From there\n> From elsewhere\n"]


def test_the_line_of_another_mbox_is_no_part_of_the_mail() -> None:
    assert bodies(STAMP + b">" + STAMP + b"Subject: one\n\nx\n") == [b"Subject: one\n\nx\n"]


def test_a_single_mail_without_a_from_line_is_a_mail() -> None:
    [found] = mails(b"Subject: one\n\nx\n")
    assert found.raw == b"Subject: one\n\nx\n"
    assert not found.is_announced


def test_nothing_holds_no_mail() -> None:
    assert mails(b"") == []
    assert mails(b"\n\n") == []


@pytest.mark.parametrize("end", [b"\n", b"\r\n"])
@pytest.mark.parametrize("size", [0, 1, 1990, 2000, 2010, 1024 * 1024 - 30, 1024 * 1024, 2 * 1024 * 1024 + 7])
def test_a_beginning_is_found_wherever_pieces_of_the_file_meet(size: int, end: bytes) -> None:
    stamp = STAMP.replace(b"\n", end)
    head = b"Subject: one" + end + end
    data = stamp + head + b"x" * size + end + end + stamp + head + b"y" + end
    first, second = bodies(data)
    assert first == head + b"x" * size + end
    assert second == head + b"y" + end


def test_a_mail_beyond_the_limit_is_passed_over_and_the_next_is_found() -> None:
    data = STAMP + b"Subject: one\n\n" + b"x\n" * 3_000_000 + b"\n" + STAMP + b"Subject: two\n\ny\n"

    giant, small = mails(data, largest=1024 * 1024)

    assert giant.raw is None
    assert giant.size == small.offset
    assert small.raw == b"Subject: two\n\ny\n"
    assert small.line == data[: small.offset].count(b"\n") + 1


def test_a_giant_is_passed_over_in_little_memory() -> None:
    class Endless(io.RawIOBase):
        left = 300

        def readable(self) -> bool:
            return True

        def readinto(self, buffer: Any, /) -> int:
            self.left -= 1
            buffer[:] = b"x" * len(buffer)
            return len(buffer) if self.left > 0 else 0

    tracemalloc.start()
    [giant] = read(io.BufferedReader(Endless(), buffer_size=1024 * 1024), largest=2 * 1024 * 1024)
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert giant.raw is None
    assert giant.size > 250 * 1024 * 1024
    assert peak < 20 * 1024 * 1024


def packed_by_gzip(data: bytes) -> bytes:
    return gzip.compress(data)


def packed_by_zstd_long(data: bytes) -> bytes:
    parameters = zstandard.ZstdCompressionParameters.from_level(3, window_log=27, enable_ldm=True)
    return zstandard.ZstdCompressor(compression_params=parameters).compress(data)


@pytest.mark.parametrize("pack", [bytes, packed_by_gzip, packed_by_zstd_long])
def test_a_packed_file_is_read_whatever_its_name(pack: Callable[[bytes], bytes]) -> None:
    stream: BinaryIO = io.BytesIO(pack(STAMP + b"Subject: one\n\nfirst\n\n"))
    assert [found.raw for found in read(mbox.opened(stream))] == [b"Subject: one\n\nfirst\n"]


@pytest.mark.parametrize(
    "raw",
    [
        b"Subject: one\r\n\r\ntext\r\n",
        b"Subject: one\r\n\r\nFrom here on\r\n>From there\r\n",
        b"Subject: one\r\n\r\nno end of line",
        b"Subject: one\r\n\r\n\r\n\r\n" + STAMP.replace(b"\n", b"\r\n") + b"Subject: a whole mbox\r\n\r\nx\r\n\r\n",
    ],
)
def test_what_is_written_is_read_again(raw: bytes) -> None:
    out = io.BytesIO()
    write(out, raw, sender="ana@example.org", sent_at=AT)
    write(out, b"Subject: next\r\n\r\nx\r\n", sender="", sent_at=AT)

    first, second = mails(out.getvalue())

    whole = raw if raw.endswith(b"\n") else raw + b"\r\n"
    assert first.raw == whole.replace(b"\r\n", b"\n")
    assert second.raw == b"Subject: next\n\nx\n"
    assert out.getvalue().startswith(STAMP)
