"""Parameters of header fields are read in all the ways they are written."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mailhub.mail.parameters import file_name, parameters


@pytest.mark.parametrize(
    ("value", "main", "found"),
    [
        (b"text/plain", "text/plain", {}),
        (b"Text/PLAIN; Charset=UTF-8", "text/plain", {"charset": "UTF-8"}),
        (b'text/plain; charset="utf-8" ; format=flowed', "text/plain", {"charset": "utf-8", "format": "flowed"}),
        (b"text/plain (a comment); charset=utf-8 (another)", "text/plain", {"charset": "utf-8"}),
        (b"multipart/mixed boundary=b", "multipart/mixed", {"boundary": "b"}),
        (b'multipart/mixed; boundary="a b"; boundary=c', "multipart/mixed", {"boundary": "a b"}),
        (b"x/y; name=una foto.jpg", "x/y", {"name": "una foto.jpg"}),
        (b'x/y; name="a \\"b\\".txt"', "x/y", {"name": 'a "b".txt'}),
        (b'x/y; name="C:\\temp\\a.txt"', "x/y", {"name": "C:\\temp\\a.txt"}),
        (b'x/y; name="never closed', "x/y", {"name": "never closed"}),
        (b'x/y; name="=?utf-8?q?citt=C3=A0.txt?="', "x/y", {"name": "città.txt"}),
        (b'x/y; name="citt\xe0.txt"', "x/y", {"name": "città.txt"}),
        (b"x/y; name*=utf-8''citt%C3%A0.txt", "x/y", {"name": "città.txt"}),
        (b"x/y; name*=utf-8'it'citt%C3%A0.txt; name=other", "x/y", {"name": "città.txt"}),
        (b"x/y; name*0*=utf-8''citt%C3; name*1*=%A0; name*2=%20.txt", "x/y", {"name": "città%20.txt"}),
        (b'x/y; name*1="b.txt"; name*0="a"', "x/y", {"name": "ab.txt"}),
        (b'x/y; name*0="=?utf-8?b?Y2l0dM"; name*1="OgLnR4dA==?="', "x/y", {"name": "città.txt"}),
        (b"x/y;; ;name", "x/y", {}),
        (b"", "", {}),
    ],
)
def test_parameters_are_read(value: bytes, main: str, found: dict[str, str]) -> None:
    assert parameters(value, set()) == (main, found)


@given(st.text(alphabet="a*0='\";= \\%(").map(str.encode))
def test_no_value_is_too_broken(value: bytes) -> None:
    parameters(value, set())


@pytest.mark.parametrize(
    ("said", "name"),
    [
        ("foto.jpg", "foto.jpg"),
        ("../../etc/passwd", "passwd"),
        ("C:\\Documents\\foto.jpg", "foto.jpg"),
        ("a\u202egpj.exe", "agpj.exe"),
        ("a\r\nb\0.txt", "a b .txt"),
        ("..", None),
        ("", None),
    ],
)
def test_a_file_name_is_safe_to_show_and_to_save(said: str, name: str | None) -> None:
    assert file_name(said) == name


def test_a_long_file_name_keeps_its_ending() -> None:
    name = file_name("x" * 500 + ".pdf")
    assert name is not None
    assert len(name) <= 200
    assert name.endswith(".pdf")
