"""The bytes of a message are taken apart without losing one."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mailhub.mail.wire import Bare, Excess, Field, Unreadable, bare_bytes, crlf, split

LINES = st.lists(
    st.sampled_from(
        [
            b"From: ada@example.org",
            b"Subject : x",
            b" folded",
            b"\tfolded",
            b"",
            b" ",
            b"--b",
            b"no field",
            b"X:",
            b":",
            b"\xff: y",
            b"From ada Mon",
        ]
    )
)


def names(raw: bytes) -> list[str]:
    return [field.name for field in split(raw)[0]]


@pytest.mark.parametrize("end", [b"\r\n", b"\n"])
def test_fields_keep_their_folded_lines_and_line_ends(end: bytes) -> None:
    raw = end.join([b"From: ada@example.org", b"Subject: a long", b"\tsubject", b"", b"Hello", b""])
    fields, body = split(raw)
    assert fields == (
        Field("From", b"From: ada@example.org" + end),
        Field("Subject", b"Subject: a long" + end + b"\tsubject" + end),
    )
    assert fields[1].value == b"a long\tsubject"
    assert body == b"Hello" + end


@pytest.mark.parametrize(
    ("raw", "expected", "body"),
    [
        (b"From ada@example.org Mon Nov 22\nTo: a@b.it\n\nx", ["", "To"], b"x"),
        (b">From ada@example.org Mon Nov 22\nTo: a@b.it\n\nx", ["", "To"], b"x"),
        (b"\xef\xbb\xbfTo: a@b.it\n\nx", ["", "To"], b"x"),
        (b"\n\nTo: a@b.it\n\nx", ["", "To"], b"x"),
        (b"\nHello\n", [], b"Hello\n"),
        (b"To: a@b.it\nunfolded rest\nSubject: x\n\ny", ["To", "", "Subject"], b"y"),
        (b"To: a@b.it\nHello Ada,\nhow are you\n", ["To"], b"Hello Ada,\nhow are you\n"),
        (b"To: a@b.it\nHello Ada,\n\nSubject: of my letter\n", ["To"], b"Hello Ada,\n\nSubject: of my letter\n"),
        (b"To: a@b.it\n--b\nContent-Type: text/plain\n\nx", ["To"], b"--b\nContent-Type: text/plain\n\nx"),
        (b"Subject : x\n\n", ["Subject"], b""),
        (b"", [], b""),
        (b"no mail at all", [], b"no mail at all"),
    ],
)
def test_what_is_no_field_is_kept_apart(raw: bytes, expected: list[str], body: bytes) -> None:
    assert (names(raw), split(raw)[1]) == (expected, body)


@given(LINES, st.sampled_from([b"\n", b"\r\n"]))
def test_fields_blank_line_and_body_together_are_the_message(lines: list[bytes], end: bytes) -> None:
    assert_whole(end.join(lines))


@given(st.binary())
def test_no_byte_is_lost_whatever_came(raw: bytes) -> None:
    assert_whole(raw)


def assert_whole(raw: bytes) -> None:
    fields, body = split(raw)
    head = b"".join(field.raw for field in fields)
    assert raw.startswith(head)
    assert raw[len(head) :] in {body, b"\n" + body, b"\r\n" + body}


def test_a_value_holds_no_line_end() -> None:
    fields, _ = split(b"A: x\r\n y\n z\r\n\r\n")
    assert fields[0].value == b"x y z"


@pytest.mark.parametrize(
    ("raw", "reason"),
    [
        (b"X: " + b"y" * 200_000 + b"\n\n", Excess.HEADERS),
        (b"X: y\n" * 1_001 + b"\n", Excess.LINES),
        (b"X: y\n" + b" z\n" * 1_001 + b"\n", Excess.LINES),
    ],
)
def test_a_header_beyond_the_limits_is_not_read(raw: bytes, reason: Excess) -> None:
    with pytest.raises(Unreadable) as caught:
        split(raw)
    assert caught.value.reason is reason


@pytest.mark.parametrize(
    ("raw", "found"),
    [
        (b"a\r\nb\r\n", set()),
        (b"a\nb\r\n", {Bare.LF}),
        (b"a\rb\r\n", {Bare.CR}),
        (b"a\r\r\n", {Bare.CR}),
        (b"a\n\r\n", {Bare.LF}),
        (b"a\0", {Bare.NUL}),
        (b"\n\r\0", {Bare.LF, Bare.CR, Bare.NUL}),
    ],
)
def test_bare_bytes_are_seen(raw: bytes, found: set[Bare]) -> None:
    assert bare_bytes(raw) == found


@given(st.text(alphabet="a\r\n\0").map(str.encode))
def test_normalised_bytes_have_only_whole_line_ends_and_stay_so(raw: bytes) -> None:
    done = crlf(raw)
    assert not bare_bytes(done)
    assert crlf(done) == done
    assert done.replace(b"\r\n", b"") == raw.translate(None, b"\r\n\0")


def test_a_limit_passed_survives_the_way_between_processes() -> None:
    import pickle

    again = pickle.loads(pickle.dumps(Unreadable(Excess.PARTS)))
    assert again.reason is Excess.PARTS
