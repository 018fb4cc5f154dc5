import base64
import email
import email.policy
import hashlib
from email.header import decode_header, make_header

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from mailhub.mail.address import Mailbox
from mailhub.mail.compose import File, Letter, text_frame
from mailhub.mail.frame import BadFrame, Context, Frame, Heading, Piece, Slot, cut, mark
from mailhub.mail.heading import BadValue, mailbox, phrase, words
from mailhub.mail.mould import Filled, Mould
from mailhub.mail.quoted import quoted, quoted_pieces
from mailhub.mail.relaxed import relaxed_field
from tests.mail.keys import canonical

ANY = st.text(st.characters(codec="utf-8", exclude_characters="\r\0"), max_size=200)
ONE_LINE = st.text(st.characters(exclude_categories=("Cc", "Cs", "Zl", "Zp")), max_size=120)
TEXT = Slot("text", Context.TEXT)
MIME = (
    Heading("MIME-Version", (b"1.0",)),
    Heading("Content-Type", (b"text/plain; charset=utf-8",)),
    Heading("Content-Transfer-Encoding", (b"quoted-printable",)),
)


def frame(*headings: Heading, body: tuple[Piece, ...] = (b"x\r\n",)) -> Frame:
    return Frame((*headings, *MIME), body)


def content(filled: Filled) -> str:
    message = email.message_from_bytes(b"".join((filled.head, b"\r\n", *filled.body)))
    payload = message.get_payload(decode=True)
    assert isinstance(payload, bytes)
    return payload.decode().replace("\r\n", "\n")


@given(st.lists(ANY, min_size=1, max_size=4), ANY)
def test_a_filled_body_says_what_joining_the_words_would(constants: list[str], value: str) -> None:
    text: list[str | Slot] = []
    for constant in constants:
        text += [constant, TEXT]
    filled = Mould(frame(body=quoted_pieces(text))).fill({"text": value})
    assert content(filled) == "".join(constant + value for constant in constants) + "\n"


@given(st.lists(st.one_of(ANY, st.just(TEXT)), max_size=5), ANY)
def test_the_hash_of_a_copy_is_that_of_its_whole_body(text: list[str | Slot], value: str) -> None:
    filled = Mould(frame(body=quoted_pieces(text))).fill({"text": value})
    assert filled.body_hash == hashlib.sha256(canonical(b"".join(filled.body))).digest()


@given(
    st.lists(st.sampled_from([b"\r\n", b" \t\r\n", b"a  b \r\n", b"\ta\r\n"]), max_size=6),
    st.sampled_from(["", "a", "\n", " ", "a\n\n"]),
)
def test_empty_lines_around_slots_do_not_confuse_the_hash(constants: list[bytes], value: str) -> None:
    body: list[Piece] = []
    for constant in constants:
        body += [TEXT, b"=\r\n" + constant] if len(body) % 2 else [constant]
    filled = Mould(frame(body=tuple(body))).fill({"text": value})
    assert filled.body_hash == hashlib.sha256(canonical(b"".join(filled.body))).digest()


@given(ANY)
@example("x" * 76)
@example("x" * 73 + "è")
@example("x" * 74 + "=")
@example(" " * 80)
@example("From " + "x" * 69 + "\nFrom " + "x" * 70)
@example("From " + "è" * 40)
@example("è" * 12 + "xx \n")
@example("è" * 12 + "xxx\t")
def test_quoted_printable_has_short_lines_and_comes_back(text: str) -> None:
    written = quoted(text)
    assert all(len(line) <= 76 and line == line.rstrip(b" \t") for line in written.split(b"\r\n"))
    assert b"\n" not in written.replace(b"\r\n", b"")
    assert len(written) - written.rfind(b"\n") - 1 <= 75  # a soft break may follow
    assert not any(line.startswith(b"From ") for line in written.split(b"\r\n"))
    message = email.message_from_bytes(b"Content-Transfer-Encoding: quoted-printable\r\n\r\n" + written)
    payload = message.get_payload(decode=True)
    assert isinstance(payload, bytes)
    assert payload.decode().replace("\r\n", "\n") == text


@given(st.lists(st.one_of(ANY, st.just(TEXT)), max_size=5))
def test_a_frame_comes_back_from_its_row(text: list[str | Slot]) -> None:
    first = frame(
        Heading("To", (Slot("to", Context.MAILBOX),)),
        Heading("Subject", ("è".encode(), Slot("what", Context.WORDS))),
        Heading("X", (b"X:  as \r\n it came\r\n",), came=True),
        body=quoted_pieces(text),
    )
    assert Frame.from_bytes(first.to_bytes()) == first


@pytest.mark.parametrize("cut_to", [0, 1, 5, 20, -1])
def test_a_damaged_row_is_no_frame(cut_to: int) -> None:
    stored = frame(body=(b"a\r\n", TEXT, b"=\r\n")).to_bytes()
    with pytest.raises(BadFrame):
        Frame.from_bytes(stored[:cut_to])


def test_a_frame_names_its_slots() -> None:
    made = frame(Heading("To", (Slot("to", Context.MAILBOX),)), body=(b"a\r\n", TEXT, b"=\r\n"))
    assert made.slots == {"to", "text"}


@pytest.mark.parametrize(
    ("headings", "body"),
    [
        ((Heading("X Y", (b"a",)),), (b"x\r\n",)),
        ((Heading("X", (b"a\r\nBcc: b@example.org",)),), (b"x\r\n",)),
        ((Heading("X", (b"a\0",)),), (b"x\r\n",)),
        ((Heading("X", (TEXT,)),), (b"x\r\n",)),
        ((Heading("X", (b"X: a\r\nBcc: b\r\n",), came=True),), (b"x\r\n",)),
        ((Heading("X", (b"Y: a\r\n",), came=True),), (b"x\r\n",)),
        ((), (b"bare\n",)),
        ((), (b"bare\r",)),
        ((), (b"no end",)),
        ((), (b"mid line", TEXT, b"\r\n")),
        ((), (TEXT, TEXT, b"\r\n")),
        ((), (TEXT,)),
        ((), (Slot("a", Context.TOKEN), b"\r\n")),
    ],
)
def test_pieces_that_make_no_message_are_refused(headings: tuple[Heading, ...], body: tuple[Piece, ...]) -> None:
    with pytest.raises(BadFrame):
        Frame(headings, body)


@given(st.text(max_size=60), st.sampled_from([Context.TOKEN, Context.MAILBOX, Context.WORDS]))
def test_no_value_makes_a_new_header_line(value: str, context: Context) -> None:
    mould = Mould(frame(Heading("X", (Slot("a", context),))))
    try:
        head = mould.fill({"a": value, "a_name": value}).head
    except BadValue:
        return
    lines = head.split(b"\r\n")
    assert all(
        line[:1] == b" " or line.split(b":")[0] in (b"X", *(one.name.encode() for one in MIME)) for line in lines[:-1]
    )
    assert b"\r" not in head.replace(b"\r\n", b"")
    assert b"\n" not in head.replace(b"\r\n", b"")


@pytest.mark.parametrize("value", ["a\r\nBcc: eve@example.net", "a\nb", "a\rb", "a\0b", "è\nb"])
@pytest.mark.parametrize("context", [Context.TOKEN, Context.MAILBOX, Context.WORDS])
def test_line_breaks_and_nul_are_refused_in_every_header_slot(value: str, context: Context) -> None:
    with pytest.raises(BadValue):
        Mould(frame(Heading("X", (Slot("a", context),)))).fill({"a": value})


def test_a_missing_value_is_refused_by_name() -> None:
    with pytest.raises(BadValue, match="'text'"):
        Mould(frame(body=(b"a\r\n", TEXT, b"=\r\n"))).fill({})


def test_a_field_whose_slot_is_empty_is_left_out_and_stays_sealed() -> None:
    mould = Mould(frame(Heading("Reply-To", (Slot("to", Context.TOKEN),))))
    filled = mould.fill({"to": ""})
    assert b"Reply-To" not in filled.head
    assert b"reply-to" in filled.names


def test_values_are_escaped_for_html_and_only_good_links_leave() -> None:
    link, said = Slot("link", Context.LINK), Slot("said", Context.HTML)
    mould = Mould(frame(body=quoted_pieces(['<a href="', link, '">', said, "</a>\n"])))
    filled = mould.fill({"link": "https://example.org/?a=1&b=2", "said": '<b>"è"</b>'})
    assert content(filled) == ('<a href="https://example.org/?a=1&amp;b=2">&lt;b&gt;&quot;&#232;&quot;&lt;/b&gt;</a>\n')
    for bad in ("javascript:alert(1)", "https://a b", 'https://a"onclick="x', "https://a<b", "ftp://a", "https://a\nb"):
        with pytest.raises(BadValue):
            mould.fill({"link": bad, "said": ""})


def test_words_cut_at_their_marks_get_their_slots() -> None:
    assert cut(f"Ciao {mark('name')}, {{name}}") == ("Ciao ", Slot("name", Context.TEXT), ", {name}")


@given(ONE_LINE, st.integers(0, 40))
def test_words_of_any_script_come_back_from_a_header(text: str, used: int) -> None:
    written = words(text, used)
    assert all(len(word) <= 75 for word in written.split() if word.startswith(b"=?"))
    assert "".join(str(make_header(decode_header(written.decode("ascii")))).split()) == "".join(text.split())


@given(ONE_LINE.filter(str.strip))
def test_names_of_any_script_come_back_from_a_mailbox(name: str) -> None:
    raw = b"To: " + mailbox(name, "a@example.org", 4) + b"\r\n\r\n"
    assert all(len(line) <= 78 for line in raw.split(b"\r\n"))
    to = email.message_from_bytes(raw, policy=email.policy.default)["To"]
    assert [one.addr_spec for one in to.addresses] == ["a@example.org"]
    assert "".join(to.addresses[0].display_name.split()) == "".join(name.split())


@pytest.mark.parametrize(
    ("name", "written"),
    [
        ("Ada Rossi", b"Ada Rossi"),
        ("Rossi, Ada", b'"Rossi, Ada"'),
        ('Ada "la" Rossi', b'"Ada \\"la\\" Rossi"'),
        ("Niccolò", b"=?utf-8?q?Niccol=C3=B2?="),
        ("Ορτο", b"=?utf-8?b?zp/Pgc+Ezr8=?="),
        ("=?utf-8?q?x?=", b"=?utf-8?q?=3D=3Futf-8=3Fq=3Fx=3F=3D?="),
    ],
)
def test_a_name_is_bare_quoted_or_encoded_as_it_needs(name: str, written: bytes) -> None:
    assert phrase(name) == written


@pytest.mark.parametrize(
    "address",
    [
        "a",
        "a@",
        "@b",
        "a b@example.org",
        "a@b@c",
        "<a@b>",
        "a@exämple.org",
        "a,b@c.org",
        "a\n@b.org",
        "a" * 65 + "@b.org",
    ],
)
def test_what_is_no_address_is_refused(address: str) -> None:
    with pytest.raises(BadValue):
        mailbox("", address)


def test_an_address_may_hold_utf8_before_its_at() -> None:
    assert mailbox("", "niccolò@example.org") == "niccolò@example.org".encode()


def test_long_fields_are_folded_between_their_words() -> None:
    ids = " ".join(f"<{number:020}@example.org>" for number in range(20))
    filled = Mould(frame(Heading("References", (Slot("ids", Context.TOKEN),)))).fill({"ids": ids})
    field = filled.head.partition(b"MIME-")[0]
    assert max(map(len, field.split(b"\r\n"))) <= 78
    assert field.replace(b"\r\n", b"") == b"References: " + ids.encode()
    assert relaxed_field(field) in filled.signed


def test_a_field_that_cannot_be_folded_within_998_octets_is_refused() -> None:
    with pytest.raises(BadValue):
        Mould(frame(Heading("X", (Slot("a", Context.TOKEN),)))).fill({"a": "x" * 1000})


@given(st.binary(max_size=300))
def test_a_file_in_a_slot_arrives_as_it_is(octets: bytes) -> None:
    letter = Letter(Mailbox("Ana", "ana@example.org"), "Files", "en")
    made = text_frame(letter, ("Here",), files=[File("a.zip", "application/zip", Slot("zip", Context.FILE))])
    values = {"zip": base64.b64encode(octets).decode(), "delivery": "x", "to": "a@example.org", "date": "d"}
    filled = Mould(Frame.from_bytes(made.to_bytes())).fill({**values, "message_id": "<x@y>"})
    whole = b"".join((filled.head, b"\r\n", *filled.body))
    message = email.message_from_bytes(whole, policy=email.policy.default)
    [file] = message.iter_attachments()
    assert (file.get_filename(), file.get_content()) == ("a.zip", octets)
    assert max(map(len, whole.splitlines())) <= 78


def test_a_file_that_is_no_base64_is_refused() -> None:
    body: tuple[Piece, ...] = (Slot("zip", Context.FILE), b"\r\n")
    with pytest.raises(BadValue, match="base64"):
        Mould(frame(body=body)).fill({"zip": "no base64\r\n--"})
