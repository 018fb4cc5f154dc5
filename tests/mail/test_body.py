"""The words of a mail are found among its parts, and what is attached is decoded."""

from base64 import b64encode
from binascii import b2a_uu

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mailhub.mail import transfer
from mailhub.mail.body import html_to_text
from mailhub.mail.flowed import unflow
from mailhub.mail.message import Mail, parse
from mailhub.mail.problems import Problem
from mailhub.mail.tree import Node, read

PLAIN = b"Content-Type: text/plain; charset=utf-8\n\nparole"
HTML = b"Content-Type: text/html; charset=utf-8\n\n<p>parole <b>ricche</b></p>"
IMAGE = b"Content-Type: image/png; name=a.png\nContent-Transfer-Encoding: base64\nContent-ID: <i@x>\n\naW1n"
PDF = b"Content-Type: application/pdf\nContent-Disposition: attachment; filename=a.pdf\n\npdf"
FOOTER = b"Content-Type: text/plain\nContent-Disposition: inline\n\npiede"


def multi(kind: str, *parts: bytes) -> bytes:
    mark = b"b%d" % abs(hash((kind, parts)))
    body = b"".join(b"--" + mark + b"\n" + part + b"\n" for part in parts)
    return b"Content-Type: multipart/%s; boundary=%s\n\npreamble\n%s--%s--\nepilogue\n" % (
        kind.encode(),
        mark,
        body,
        mark,
    )


def mail(body: bytes, *, html: bool = True) -> Mail:
    return parse(b"From: ada@example.org\n" + body, html=html)


@pytest.mark.parametrize(
    ("body", "text", "files"),
    [
        (PLAIN, "parole", []),
        (HTML, "parole ricche", []),
        (b"\nparole", "parole", []),
        (multi("alternative", PLAIN, HTML), "parole", []),
        (multi("alternative", HTML, PLAIN), "parole", []),
        (multi("alternative", PLAIN.replace(b"parole", b" \n "), HTML), "parole ricche", []),
        (multi("mixed", PLAIN, PDF), "parole", ["a.pdf"]),
        (multi("mixed", PDF, PLAIN), "parole", ["a.pdf"]),
        (multi("mixed", HTML, FOOTER), "parole ricche\npiede", []),
        (multi("mixed", PLAIN, IMAGE, FOOTER), "parole\npiede", ["a.png"]),
        (multi("mixed", multi("alternative", PLAIN, multi("related", HTML, IMAGE)), PDF), "parole", ["a.png", "a.pdf"]),
        (multi("related", multi("alternative", PLAIN, HTML), IMAGE), "parole", ["a.png"]),
        (multi("alternative", PLAIN, multi("mixed", HTML, PDF, HTML)), "parole", ["a.pdf"]),
        (multi("signed", PLAIN, b"Content-Type: application/pgp-signature\n\nsig"), "parole", [None]),
        (multi("mixed", PLAIN, b"Content-Type: message/rfc822\n\n" + b"Subject: dentro\n\naltro"), "parole", [None]),
        (multi("mixed", PLAIN, b"Content-Type: text/plain; name=log.txt\n\nlog"), "parole", ["log.txt"]),
        (multi("mixed", PLAIN, b"Content-Type: application/ms-tnef; name=winmail.dat\n\nx"), "parole", ["winmail.dat"]),
        (multi("mixed", b"\nparole"), "parole", []),
        (multi("digest", b"\nSubject: uno\n\nx", b"\nSubject: due\n\ny"), "", [None, None]),
        (b"Content-Type: message/rfc822\n\nSubject: x\n\ny", "", [None]),
        (b"Content-Type: multipart/mixed; boundary=nowhere\n\nparole", "parole", []),
        (b"Content-Type: multipart/mixed\n\n--z\nContent-Type: text/plain\n\nparole\n--z--\n", "parole", []),
    ],
)
def test_the_words_are_found_and_the_files_listed(body: bytes, text: str, files: list[str | None]) -> None:
    found = mail(body)
    assert found.text == text
    assert [file.name for file in found.attachments] == files


def test_html_is_left_for_later_when_asked() -> None:
    found = mail(HTML, html=False)
    assert (found.text, found.html, found.unread_html) == ("", "<p>parole <b>ricche</b></p>", True)
    found = mail(multi("alternative", PLAIN, HTML), html=False)
    assert (found.text, found.unread_html) == ("parole", False)
    found = mail(multi("mixed", HTML, FOOTER), html=False)
    assert (found.text, found.unread_html) == ("piede", True)


def test_an_attachment_is_decoded_and_described() -> None:
    [image] = mail(multi("related", HTML, IMAGE)).attachments
    assert (image.name, image.type, image.size, image.content, image.content_id) == (
        "a.png",
        "image/png",
        3,
        b"img",
        "i@x",
    )
    [pdf] = mail(multi("mixed", PLAIN, PDF)).attachments
    assert pdf.disposition == "attachment"


def test_a_file_written_into_the_text_is_taken_out() -> None:
    lines = b"".join(b2a_uu(b"foto" * 10) for _ in range(3))
    found = mail(b"\nprima\nbegin 644 foto.jpg\n" + lines + b"`\nend\ndopo\n")
    assert found.text == "prima\ndopo"
    assert [(file.name, file.content) for file in found.attachments] == [("foto.jpg", b"foto" * 30)]
    assert mail(b"\nWe begin 644 times\nend\n").text == "We begin 644 times\nend"


def test_a_calendar_is_given_in_utf_8() -> None:
    part = b"Content-Type: text/calendar; method=REPLY; charset=iso-8859-1\n\nSUMMARY:citt\xe0"
    found = mail(multi("alternative", PLAIN, part))
    assert found.calendar == "SUMMARY:città".encode()
    assert (
        mail(multi("mixed", PLAIN, b"Content-Type: application/octet-stream; name=x.ICS\n\nBEGIN")).calendar == b"BEGIN"
    )
    assert mail(PLAIN).calendar is None


def slices(raw: bytes, node: Node) -> list[bytes]:
    return [raw[node.start : node.end], *(piece for child in node.children for piece in slices(raw, child))]


def test_each_part_is_found_again_byte_for_byte() -> None:
    raw = multi("mixed", PLAIN, multi("alternative", PLAIN, HTML), PDF).replace(b"\n", b"\r\n")
    root = read(raw, set())
    bodies = [raw[leaf.body : leaf.end] for leaf in root.leaves()]
    assert bodies == [b"parole", b"parole", b"<p>parole <b>ricche</b></p>", b"pdf"]
    assert slices(raw, root)[1] == PLAIN.replace(b"\n", b"\r\n")
    assert raw[root.start : root.end] == raw


def test_a_boundary_is_a_whole_line() -> None:
    raw = b"Content-Type: multipart/mixed; boundary=b\n\n--b\n\none\n--bb\n--b x\n --b\n--b \t\n\ntwo\n--b--"
    assert [raw[leaf.body : leaf.end] for leaf in read(raw, set()).leaves()] == [b"one\n--bb\n--b x\n --b", b"two"]


def test_a_multipart_that_is_not_closed_keeps_its_last_part() -> None:
    problems: set[Problem] = set()
    raw = b"Content-Type: multipart/mixed; boundary=b\n\n--b\n\none\n--b\n\ntwo\n"
    assert [raw[leaf.body : leaf.end] for leaf in read(raw, problems).leaves()] == [b"one", b"two\n"]
    assert problems == {Problem.UNCLOSED_MULTIPART}


@pytest.mark.parametrize(
    ("data", "encoding", "expected", "problem"),
    [
        (b"Y2lhbw==", "base64", b"ciao", None),
        (b"Y2lh\r\nbw==\r\n", "base64", b"ciao", None),
        (b"Y2lhbw", "base64", b"ciao", Problem.BAD_ENCODING),
        (b"Y2lhbwA", "base64", b"ciao\0", Problem.BAD_ENCODING),
        (b"Y2lhb", "base64", b"cia", Problem.BAD_ENCODING),
        (b"Y2lhbw==\nY2lhbw==\n", "base64", b"ciaociao", None),
        (b"Y2lhbw==\n____\nList footer\n", "base64", b"ciao", None),
        (
            b"Plain words, though it says base64.",
            "base64",
            b"Plain words, though it says base64.",
            Problem.BAD_ENCODING,
        ),
        (b"citt=C3=A0=\r\n nuova", "quoted-printable", "città nuova".encode(), None),
        (b"100 =x =", "quoted-printable", b"100 =x ", None),
        (b"ciao", "8bit", b"ciao", None),
        (b"begin 644 x\n$8VEA;P  \n`\nend\n", "x-uuencode", b"ciao", None),
        (b"ciao", "rot13", b"ciao", Problem.UNKNOWN_ENCODING),
    ],
)
def test_encodings_are_undone(data: bytes, encoding: str, expected: bytes, problem: Problem | None) -> None:
    problems: set[Problem] = set()
    assert transfer.decode(data, encoding, problems) == expected
    assert problems == ({problem} if problem else set())


@given(st.binary(), st.integers(1, 80))
def test_base64_comes_back_however_its_lines_are_cut(data: bytes, width: int) -> None:
    encoded = b64encode(data)
    lines = b"\r\n".join(encoded[at : at + width] for at in range(0, len(encoded), width))
    assert transfer.decode(lines, "base64", set()) == data


@given(st.binary(), st.sampled_from(["base64", "quoted-printable", "x-uue", "7bit", "other"]))
def test_no_encoding_fails_or_makes_more_of_the_bytes(data: bytes, encoding: str) -> None:
    assert len(transfer.decode(data, encoding, set())) <= len(data)


@pytest.mark.parametrize(
    ("text", "delete_space", "expected"),
    [
        ("one \ntwo\nthree", False, "one two\nthree"),
        ("one \ntwo", True, "onetwo"),
        ("> one \n> two\nthree", False, "> one two\nthree"),
        ("> one \n>> two \nthree", False, "> one \n>> two \nthree"),
        ("one \n-- \nAda", False, "one \n-- \nAda"),
        (" stuffed\n >not a quote\n From", False, "stuffed\n>not a quote\nFrom"),
        ("fixed\n\nlines\n", False, "fixed\n\nlines\n"),
    ],
)
def test_flowed_paragraphs_are_joined(text: str, delete_space: bool, expected: str) -> None:
    assert unflow(text, delete_space) == expected


def test_a_flowed_mail_reads_as_it_was_written() -> None:
    body = b"Content-Type: text/plain; format=flowed; delsp=yes\n\nCi vediamo \nall'orto.\n> quando \n> ?\n"
    assert mail(body).text == "Ci vediamoall'orto.\n> quando?"


@pytest.mark.parametrize(
    ("html", "text"),
    [
        ("<p>Ciao <b>Ada</b>,</p><p>a presto</p>", "Ciao Ada,\n\na presto"),
        ("uno<br>due<br/>tre", "uno\ndue\ntre"),
        ("<html><head><title>t</title><style>p{}</style></head><body>x</body></html>", "x"),
        ("<script>alert(1)</script>x", "x"),
        ("<ul><li>uno</li><li>due</li></ul>", "  * uno\n  * due"),
        ("<table><tr><td>uno</td><td>due</td></tr><tr><td>tre</td></tr></table>", "uno due\ntre"),
        ("perch&eacute; &lt;b&gt;", "perché <b>"),
        ('<div style="display:none">nascosto</div>visto', "visto"),
        ("<blockquote type=cite>vecchio<br>testo</blockquote>nuovo", "> vecchio\n> testo\nnuovo"),
        ("<blockquote>a<blockquote>b</blockquote></blockquote>c", "> a\n>> b\nc"),
        ('<blockquote style="margin:0 0 0 40px;border:none">rientro</blockquote>c', "rientro\nc"),
        ('<blockquote style="border:none;border-left:solid #ccc 1pt">detto</blockquote>c', "> detto\nc"),
        ('<p style="margin-top:99999em">x</p>', "x"),
        ('<?xml version="1.0" encoding="utf-8"?><p>x</p>', "x"),
        ("<!-- nothing -->", ""),
        ("", ""),
        ("no tags", "no tags"),
        ("<ol><li value=" + "9" * 5000 + ">x", "  1. x"),
    ],
)
def test_html_reads_like_text(html: str, text: str) -> None:
    assert html_to_text(html).strip() == text.strip()


@pytest.mark.parametrize(
    "html",
    ["<b>" * 5000 + "in fondo", "x" * 600_000 + "<br>in fondo", "<!-- open\nin fondo", "<b></i>" * 300 + "in fondo"],
)
def test_html_beyond_measure_keeps_its_words(html: str) -> None:
    assert "in fondo" in html_to_text(html)


@given(
    st.lists(
        st.sampled_from(
            [
                "<b>",
                "</b>",
                "<blockquote>",
                "</blockquote>",
                "<td>",
                "<",
                ">",
                "&#",
                "1;",
                "<!--",
                "-->",
                "parola ",
                "<script>",
                "\ue000",
                '"',
                "<p ",
            ]
        )
    ).map("".join)
)
def test_no_html_is_too_broken(html: str) -> None:
    html_to_text(html)
