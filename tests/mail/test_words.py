"""Header text is read however it was encoded, and comes out as one line."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mailhub.mail.charsets import codec, decode
from mailhub.mail.problems import Problem
from mailhub.mail.words import header_text


def read(value: bytes, hint: str | None = None) -> str:
    return header_text(value, set(), hint)


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (b"Orto urbano", "Orto urbano"),
        (b"=?utf-8?Q?Perch=C3=A9_no=3F?=", "Perché no?"),
        (b"=?UTF-8?b?UGVyY2jDqSBubz8=?=", "Perché no?"),
        (b"=?iso-8859-1*it?q?citt=E0?=", "città"),
        (b"Re: =?utf-8?q?citt=C3=A0?= nuova", "Re: città nuova"),
        (b"=?utf-8?q?a?= =?utf-8?q?b?=", "ab"),
        (b"=?utf-8?q?a?=  =?iso-8859-1?q?=E0?= c", "aà c"),
        (b"=?utf-8?q?a?==?utf-8?q?b?=", "ab"),
        # a character, and a group of base64, cut in two
        (b"=?utf-8?q?caff=C3?= =?utf-8?q?=A8?=", "caffè"),
        (b"=?utf-8?B?4pyT4p?= =?utf-8?B?yT?=", "✓✓"),
        # forms no standard allows
        (b"=?utf-8?Q?spaces inside?=", "spaces inside"),
        (b"=?utf-8?B?w6g gw6g=?=", "è è"),
        (b"=?utf-8?B?w6g?=", "è"),
        (b"=?utf-8?Q?never_closed", "never closed"),
        (b"=?utf-8?Q?one =?utf-8?Q?two?=", "one two"),
        (b"=?utf-8?q?a=?=", "a"),
        (b'"=?utf-8?q?citt=C3=A0?="', '"città"'),
        (b"=? utf-8 ?q?x?=", "x"),
        (b"a =? b", "a =? b"),
        # wrong names and bytes
        (b"=?nosuchset?q?citt=C3=A0?=", "città"),
        (b"=?unknown-8bit?q?citt=E0?=", "città"),
        (b"=?us-ascii?q?citt=E0?=", "città"),
        (b"=?utf-8?q?citt=E0?=", "città"),
        (b"=?gb2312?B?1tDOxA==?=", "中文"),
        (b"=?iso-2022-jp?B?GyRCRnxLXBsoQg==?=", "日本"),
        (b"=?windows-1252?q?=93ciao=94?=", "“ciao”"),
        (b"=?iso-8859-1?q?=93ciao=94?=", "“ciao”"),
        # raw bytes
        ("città".encode(), "città"),
        ("città".encode("cp1252"), "città"),
        (b"", ""),
    ],
)
def test_encoded_words_are_read(value: bytes, text: str) -> None:
    assert read(value) == text


def test_raw_bytes_are_tried_in_the_charset_of_the_body() -> None:
    assert read("Привет".encode("koi8-r"), "koi8-r") == "Привет"


def test_bytes_that_can_be_no_text_stay_as_they_stood() -> None:
    word = b"=?utf-8?B?gBsB/wAC?="
    assert read(word) == word.decode()


@pytest.mark.parametrize("break_", ["=0d=0a", "=0a", "=0d", "=00", "=E2=80=A8", "=C2=85"])
def test_an_encoded_line_break_is_a_space(break_: str) -> None:
    assert read(f"=?utf-8?q?hi{break_}Bcc:_evil?=".encode()) == "hi Bcc: evil"


@given(st.text())
def test_whatever_python_encodes_is_read_back(text: str) -> None:
    from email.header import Header

    clean = " ".join("".join(char if char.isprintable() else " " for char in text).split(" ")).strip()
    value = Header(clean, "utf-8", maxlinelen=40).encode().replace("\n", "").encode()
    assert read(value).split() == clean.split()


@given(st.binary())
def test_any_bytes_give_one_line(value: bytes) -> None:
    text = read(value)
    assert len(text.splitlines()) <= 1
    assert "\0" not in text
    text.encode()


@pytest.mark.parametrize(
    ("name", "known"),
    [
        ("UTF-8", "utf_8_sig"),
        ("utf8", "utf_8_sig"),
        ("ISO_8859-1:1987", "cp1252"),
        ("windows-1250", "cp1250"),
        ("cp-850", "cp850"),
        ("x-mac-roman", "mac_roman"),
        ("KS_C_5601-1987", "cp949"),
        ("x-gbk", "gb18030"),
        ("koi8-u", "koi8_u"),
        ("us-ascii", "ascii"),
        ("unknown-8bit", "ascii"),
        ("nosuch", None),
        ("x" * 500, None),
        # codecs of Python's that are no character sets
        ("zlib", None),
        ("hex", None),
        ("punycode", None),
        ("idna", None),
        ("unicode_escape", None),
        ("rot13", None),
    ],
)
def test_charsets_are_known_by_the_names_people_write(name: str, known: str | None) -> None:
    assert codec(name) == known


@pytest.mark.parametrize(
    ("data", "charset", "text", "problem"),
    [
        (b"citt\xe0", "nosuch", "città", Problem.UNKNOWN_CHARSET),
        (b"citt\xe0 e caff\xe8", "utf-8", "città e caffè", Problem.WRONG_CHARSET),
        ("perché città caffè".encode() + b"\xff", "utf-8", "perché città caffè\ufffd", Problem.WRONG_CHARSET),
        (b"a+2AA-b", "utf-7", "a\ufffdb", None),
        (b"\x81", "windows-1252", "\x81", None),
    ],
)
def test_wrong_bytes_are_read_with_a_note(data: bytes, charset: str, text: str, problem: Problem | None) -> None:
    problems: set[Problem] = set()
    assert decode(data, charset, problems) == text
    assert problems == ({problem} if problem else set())


@given(
    st.binary(),
    st.sampled_from(
        ["utf-8", "utf-7", "utf-16", "iso-2022-jp", "hz", "gb2312", "euc-kr", "shift_jis", "utf-32", "cp037"]
    ),
)
def test_no_bytes_make_a_charset_fail(data: bytes, charset: str) -> None:
    decode(data, charset, set()).encode()
