import base64
import email
import email.message
import email.policy
from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import cast

import dkim as dkimpy  # the other implementation, as an author's provider
import pytest

from mailhub.delivery.copies import Copy, Recipient, make_many
from mailhub.mail.address import Mailbox
from mailhub.mail.compose import Calendar, Changes, File, Letter, ListFacts, PostFacts, post_frame, text_frame
from mailhub.mail.dkim import SigningKey, generate_key, record, verify
from mailhub.mail.frame import Context, Frame, Slot
from mailhub.mail.message import parse
from mailhub.mail.shown import Case, Reply, Shown
from mailhub.mail.wire import Unreadable, crlf
from tests.mail.keys import DOMAIN, find_txt, signing_key
from tests.mail.lint import lint

NOW = datetime.now(UTC)
FACTS = ListFacts(
    title="Orto di Pietrafiore",
    list_id=f"orto.{DOMAIN}",
    address=f"orto@{DOMAIN}",
    help=f"orto-help@{DOMAIN}",
    owner=f"orto-owner@{DOMAIN}",
    subscribe=f"orto-join@{DOMAIN}",
    archive=f"https://{DOMAIN}/orto/",
    one_click=True,
    feedback_id="post:list:orto:mailhub",
)
HIDDEN = Shown(Case.HIDDEN, by_relay=True, reply=Reply.LIST)
VISIBLE = Shown(Case.STRICT, by_relay=True, reply=Reply.LIST, author_in_cc=True, names_author=True)
UNCHANGED = Shown(Case.PLAIN, by_relay=False, reply=Reply.LIST)
TRANSPARENT = Shown(Case.SIGNATURE_KEPT, by_relay=False, reply=Reply.NOBODY)
POST = PostFacts(
    FACTS,
    HIDDEN,
    author=Mailbox("Ada Rossi", "ada@example.net"),
    relay=Mailbox("Ada Rossi via Orto", f"p.abc@{DOMAIN}"),
    message_id=f"made@{DOMAIN}",
    date=datetime(2026, 11, 22, 9, tzinfo=UTC),
    archived_at=f"https://{DOMAIN}/orto/m/1",
)
FOOTER = ("Ricevi questa mail perché fai parte di Orto.\nPer uscire: ", Slot("leave_url", Context.LINK), "\n")
VALUES = {
    "to": "bea@example.com",
    "to_name": "Bea",
    "delivery": "d1",
    "message_id": f"<{1:026}@{DOMAIN}>",
    "date": "Sun, 22 Nov 2026 10:00:00 +0000",
    "leave_url": f"https://{DOMAIN}/u/abcdefghijklmnopqrstuvwxyz",
    "leave_address": f"u.abcdefghij@{DOMAIN}",
}
AUTHOR = (
    b"Received: from mx.example.net by lists.example.org; Sun, 22 Nov 2026 10:00:00 +0000\r\n"
    b"Return-Path: <ada@example.net>\r\n"
    b"Authentication-Results: lists.example.org; dkim=pass\r\n"
    b"From: Ada Rossi <ada@example.net>\r\n"
    b"To: orto@lists.example.org, dan@example.net\r\n"
    b"Cc: Carlo <carlo@example.net>\r\n"
    b"Bcc: secret@example.net\r\n"
    b"Subject:  Potatura\r\n\tdi  sabato\r\n"
    b"Date: Sun, 22 Nov 2026 10:59:59 +0100 (CET)\r\n"
    b"Message-ID:\r\n <x.1@example.net>\r\n"
    b"In-Reply-To: <w.1@example.net>\r\n"
    b"References: <v.1@example.net>\r\n <w.1@example.net>\r\n"
    b"Reply-To: elsewhere@example.net\r\n"
    b"List-Id: <other.example.net>\r\nList-Unsubscribe: <mailto:eve@example.net>\r\nPrecedence: bulk\r\n"
    b"X-Mailer: Thing at ada's house\r\nDisposition-Notification-To: ada@example.net\r\n"
    b"MIME-Version: 1.0\r\n"
)
PLAIN = (
    AUTHOR
    + b"Content-Type: text/plain; charset=utf-8\r\nContent-Transfer-Encoding: 8bit\r\n\r\nCiao, perch\xc3\xa9 no?\r\n"
)


def filled(frame: Frame, values: Mapping[str, str] = VALUES) -> bytes:
    """One signed copy, whose signature holds."""
    frame = Frame.from_bytes(frame.to_bytes())
    [copy] = make_many(frame.to_bytes(), [Recipient(f"b.1@{DOMAIN}", "bea@example.com", values)], signing_key(), NOW)
    assert isinstance(copy, Copy)
    assert verify(copy.data, find_txt)
    return copy.data


def read(raw: bytes) -> email.message.EmailMessage:
    return email.message_from_bytes(raw, policy=email.policy.default)


def posted(
    raw: bytes, facts: PostFacts = POST, changes: Changes | None = None, *, faults: tuple[str, ...] = ()
) -> email.message.EmailMessage:
    data = filled(post_frame(raw, facts, Changes(FOOTER) if changes is None else changes))
    assert lint(data, kind="post", domain=DOMAIN, signed=True) == list(faults)
    return read(data)


def text_of(part: email.message.MIMEPart | None) -> str:
    assert part is not None
    return str(part.get_content()).replace("\r\n", "\n")


def field(raw: bytes, name: bytes) -> bytes:
    head = raw.partition(b"\r\n\r\n")[0] + b"\r\nEnd:"
    start = head.lower().index(b"\r\n" + name.lower() + b":") + 2
    end = start
    while head[end : end + 2] != b"\r\n" or head[end + 2 : end + 3] in b" \t":
        end += 1
    return head[start:end]


# Letters of ours


LETTER = Letter(Mailbox("Orto di Pietrafiore", f"orto@{DOMAIN}"), "Potatura di sabato: perché no?", "it")


def test_a_service_mail_is_plain_text_with_all_it_needs() -> None:
    raw = filled(text_frame(replace(LETTER, in_reply_to="<a@b.org>", reply_to=f"r.1@{DOMAIN}"), ["Ciao, perché no?\n"]))
    assert lint(raw, kind="service", signed=True) == []
    mail = read(raw)
    assert mail["Subject"] == "Potatura di sabato: perché no?"
    assert mail["To"] == "Bea <bea@example.com>"
    assert (mail["Auto-Submitted"], mail["Content-Language"]) == ("auto-generated", "it")
    assert (mail["In-Reply-To"], mail["Reply-To"]) == ("<a@b.org>", f"r.1@{DOMAIN}")
    assert "References" not in mail
    assert text_of(mail) == "Ciao, perché no?\n"


def test_plain_english_leaves_as_plain_ascii() -> None:
    raw = filled(text_frame(replace(LETTER, subject="Pruning"), ["Hello = there\n"]))
    assert b"Content-Transfer-Encoding: 7bit" in raw
    assert raw.endswith(b"\r\n\r\nHello = there\r\n")


@pytest.mark.parametrize("text", ["From here\n", "x" * 90 + "\n", "tab\tbed\n", "bell \a\n"])
def test_what_could_be_changed_on_the_way_is_encoded(text: str) -> None:
    mail = read(filled(text_frame(LETTER, [text])))
    assert mail["Content-Transfer-Encoding"] == "quoted-printable"
    assert text_of(mail) == text


def test_a_letter_one_can_leave_says_how() -> None:
    letter = replace(LETTER, list=FACTS, subject=("Ciao ", Slot("to_name", Context.WORDS)))
    raw = filled(text_frame(letter, ["Ciao ", Slot("to_name", Context.TEXT), "\n"], html=["<p>Ciao</p>\n"]))
    assert lint(raw, kind="letter", domain=DOMAIN, signed=True) == []
    mail = read(raw)
    assert mail["Subject"] == "Ciao Bea"
    assert (
        mail["List-Unsubscribe"] == f"<{VALUES['leave_url']}>, <mailto:{VALUES['leave_address']}?subject=unsubscribe>"
    )
    assert mail["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
    assert text_of(mail.get_body(("plain",))) == "Ciao Bea\n"
    assert text_of(mail.get_body(("html",))) == "<p>Ciao</p>\n"


def test_without_https_no_one_click_is_promised() -> None:
    raw = filled(text_frame(replace(LETTER, list=replace(FACTS, one_click=False)), ["x\n"]))
    assert lint(raw, kind="letter", domain=DOMAIN, signed=True) == []
    assert b"One-Click" not in raw
    assert b"https://lists.example.org/u/" not in raw


def test_an_invitation_is_an_alternative_and_files_are_attached() -> None:
    calendar = Calendar(["BEGIN:VCALENDAR\nATTENDEE:mailto:", Slot("to", Context.TEXT), "\nEND:VCALENDAR\n"])
    file = File("orto.pdf", "application/pdf", b"%PDF" * 100)
    raw = filled(text_frame(LETTER, ["Vieni?\n"], html=["<p>Vieni?</p>\n"], calendar=calendar, files=[file]))
    assert lint(raw, kind="service", signed=True) == []
    mail = read(raw)
    assert [part.get_content_type() for part in mail.walk()] == [
        "multipart/mixed",
        "multipart/alternative",
        "text/plain",
        "text/html",
        "text/calendar",
        "application/pdf",
    ]
    [attached] = mail.iter_attachments()
    assert (attached.get_filename(), attached.get_content()) == ("orto.pdf", file.content)
    invitation = next(part for part in mail.walk() if part.get_content_type() == "text/calendar")
    assert text_of(invitation).split("\n")[1] == "ATTENDEE:mailto:bea@example.com"
    assert invitation.get_param("method") == "REQUEST"


# Headers of posts


def test_what_threads_a_post_leaves_octet_for_octet() -> None:
    raw = filled(post_frame(PLAIN, POST, Changes(FOOTER)))
    for name in (b"Subject", b"Date", b"Message-ID", b"In-Reply-To", b"References"):
        assert field(raw, name) == field(PLAIN, name)


def test_only_allowed_fields_of_the_author_go_on_and_no_address_is_told() -> None:
    raw = filled(post_frame(PLAIN, POST, Changes(FOOTER)))
    mail = posted(PLAIN)
    assert mail["From"] == f"Ada Rossi via Orto <p.abc@{DOMAIN}>"
    assert mail["To"] == f"Orto di Pietrafiore <orto@{DOMAIN}>"
    assert mail["Reply-To"] == f"Orto di Pietrafiore <orto@{DOMAIN}>"
    assert mail["List-Id"] == f"Orto di Pietrafiore <orto.{DOMAIN}>"
    assert mail["Precedence"] == "list"
    assert mail["X-Loop"] == f"orto@{DOMAIN}"
    head = raw.partition(b"\r\n\r\n")[0]
    for gone in (
        b"ada@",
        b"carlo@",
        b"dan@",
        b"secret@",
        b"eve@",
        b"elsewhere@",
        b"X-Mailer",
        b"Received:",
        b"mx.example",
    ):
        assert gone not in head


def test_a_visible_author_of_a_strict_domain_is_named_beside_the_relay() -> None:
    mail = posted(PLAIN, replace(POST, shown=VISIBLE))
    assert mail["From"] == f"Ada Rossi via Orto <p.abc@{DOMAIN}>"
    assert mail["Author"] == mail["X-Original-From"] == "Ada Rossi <ada@example.net>"
    assert "ada@example.net" in mail["Cc"]
    assert "carlo@example.net" in mail["Cc"]
    assert "dan@example.net" in mail["To"]


def test_a_visible_author_answered_in_private_is_in_reply_to() -> None:
    mail = posted(PLAIN, replace(POST, shown=replace(VISIBLE, reply=Reply.AUTHOR, author_in_cc=False)))
    assert "ada@example.net" in mail["Reply-To"]
    assert "elsewhere@example.net" in mail["Reply-To"]
    assert "ada@" not in mail["Cc"]


def test_an_author_who_may_be_shown_keeps_their_from_and_the_list_is_the_sender() -> None:
    raw = filled(post_frame(PLAIN, replace(POST, shown=UNCHANGED), Changes(tidies=False)))
    assert field(raw, b"From") == b"From: Ada Rossi <ada@example.net>"
    assert field(raw, b"Sender") == b"Sender: orto@lists.example.org"
    assert raw.endswith(b"\r\n\r\nCiao, perch\xc3\xa9 no?\r\n")


@pytest.mark.parametrize("email", ["", "niccolò@example.net", "nobody"])
def test_an_author_whose_address_no_header_can_hold_is_not_named(email: str) -> None:
    mail = posted(PLAIN, replace(POST, shown=VISIBLE, author=Mailbox("Ada", email)))
    assert "Author" not in mail
    assert mail["Cc"] == "Carlo <carlo@example.net>"


def test_names_that_came_on_several_lines_stand_on_one() -> None:
    facts = replace(POST, list=replace(FACTS, title="Orto\r\nBcc: x"), relay=Mailbox("A\nB", f"p.abc@{DOMAIN}"))
    mail = posted(PLAIN, facts)
    assert mail["From"] == f"A B <p.abc@{DOMAIN}>"
    assert "Bcc" not in mail


def test_a_post_to_announcements_says_that_nobody_posts() -> None:
    mail = posted(PLAIN, replace(POST, list=replace(FACTS, is_open=False)))
    assert mail["List-Post"] == "NO"


@pytest.mark.parametrize(
    ("subject", "shown"),
    [
        (b"Potatura", "[Orto] Potatura"),
        (b"Re: [orto] Potatura", "Re: [orto] Potatura"),
        (b"=?utf-8?q?Perch=C3=A9?=", "[Orto] Perché"),
        ("Perché".encode(), "[Orto] Perché"),
        (b"=?utf-8?q?hi=0d=0aBcc:_eve@example.net?=", "[Orto] hi Bcc: eve@example.net"),
        (b"x" * 1200, "[Orto] " + "x" * 1200),
        (b"", "[Orto]"),
    ],
)
def test_the_tag_stands_before_any_subject_once(subject: bytes, shown: str) -> None:
    raw = b"From: ada@example.net\r\nSubject: " + subject + b"\r\n\r\nx\r\n"
    assert " ".join(posted(raw, replace(POST, tag="[Orto] "))["Subject"].split()) == shown


@pytest.mark.parametrize(
    "missing", [b"", b"Message-ID: nonsense\r\nDate: yesterday\r\n", b"Message-ID: <\xe8@x.org>\r\n"]
)
def test_a_post_without_id_or_date_gets_ours(missing: bytes) -> None:
    mail = posted(b"From: ada@example.net\r\n" + missing + b"\r\nx\r\n")
    assert mail["Message-ID"] == f"<made@{DOMAIN}>"
    assert mail["Date"] == "Sun, 22 Nov 2026 09:00:00 +0000"


# Bodies of posts


def test_a_footer_follows_the_words_of_a_plain_text() -> None:
    mail = posted(PLAIN)
    assert text_of(mail) == (
        f"Ciao, perché no?\n\n-- \nRicevi questa mail perché fai parte di Orto.\nPer uscire: {VALUES['leave_url']}\n"
    )
    assert mail["Content-Transfer-Encoding"] == "quoted-printable"


@pytest.mark.parametrize(
    ("type_", "encoding", "body"),
    [
        (b"text/plain; charset=iso-8859-1", b"8bit", b"perch\xe9\r\n"),
        (b"text/plain; charset=windows-1252; format=flowed; delsp=yes", b"quoted-printable", b"perch=E9 \r\n"),
        (b"text/plain; charset=utf-16le", b"base64", base64.b64encode("perché\n".encode("utf-16le"))),
        (b"text/plain; charset=us-ascii", b"8bit", "perché\r\n".encode()),
        (b"text/plain", b"7bit", "perché".encode()),
    ],
)
def test_a_text_in_any_certain_charset_takes_the_footer(type_: bytes, encoding: bytes, body: bytes) -> None:
    raw = AUTHOR + b"Content-Type: " + type_ + b"\r\nContent-Transfer-Encoding: " + encoding + b"\r\n\r\n" + body
    mail = posted(raw)
    assert text_of(mail).startswith("perché")
    assert "perché fai parte" in text_of(mail)
    assert ("format" in str(mail["Content-Type"])) is (b"format" in type_)


@pytest.mark.parametrize(
    ("type_", "body"),
    [
        (b"text/plain; charset=utf-8", b"broken \xff\xfe here\r\n"),
        (b"text/plain; charset=nobody-knows", b"\xff\r\n"),
        (b"text/html; charset=utf-16", b"<p>x"),
        (b"image/png", b"\x89PNG"),
        (b"text/calendar", b"BEGIN:VCALENDAR\r\n"),
    ],
)
def test_what_cannot_take_the_footer_gets_it_as_a_part_of_its_own(type_: bytes, body: bytes) -> None:
    raw = AUTHOR + b"Content-Type: " + type_ + b"\r\n\r\n" + body
    mail = posted(raw)
    assert mail.get_content_type() == "multipart/mixed"
    first, last = cast(list[email.message.EmailMessage], mail.get_payload())
    assert first.get_content_type() == type_.split(b";")[0].decode()
    assert "perché fai parte" in text_of(last)
    payload = first.get_payload(decode=True)
    assert isinstance(payload, bytes)
    assert payload.strip() == body.strip()


def multipart(subtype: bytes, *parts: bytes, params: bytes = b"") -> bytes:
    inside = b"".join(b"--b0\r\n" + part + b"\r\n" for part in parts)
    return b'Content-Type: multipart/%s; boundary="b0"%s\r\n\r\npreamble\r\n%s--b0--\r\n' % (subtype, params, inside)


TEXT_PART = b"Content-Type: text/plain; charset=utf-8\r\n\r\nCiao"
HTML_PART = b"Content-Type: text/html; charset=iso-8859-1\r\n\r\n<html><body><p>Perch\xe9</p></BODY></html>"
PDF_PART = (
    b'Content-Type: application/pdf; name="a.pdf"\r\nContent-Disposition: attachment; filename="a.pdf"\r\n'
    b"Content-Transfer-Encoding: base64\r\n\r\nJVBERg=="
)


def test_text_and_html_each_take_the_footer_in_their_own_way() -> None:
    mail = posted(AUTHOR + multipart(b"alternative", TEXT_PART, HTML_PART))
    assert text_of(mail.get_body(("plain",))).startswith("Ciao\n\n-- \nRicevi")
    page = text_of(mail.get_body(("html",)))
    assert f'<a href="{VALUES["leave_url"]}">{VALUES["leave_url"]}</a>' in page
    assert page.index("Perché") < page.index("perch&#233; fai parte") < page.index("</BODY>")


def test_a_file_within_its_size_leaves_octet_for_octet() -> None:
    raw = filled(post_frame(AUTHOR + multipart(b"mixed", TEXT_PART, PDF_PART), POST, Changes(FOOTER)))
    assert PDF_PART in raw


def test_a_file_that_is_linked_is_replaced_by_its_words() -> None:
    post = AUTHOR + multipart(b"mixed", TEXT_PART, PDF_PART, PDF_PART.replace(b"a.pdf", b"b.pdf"))
    assert [file.name for file in parse(post).attachments] == ["a.pdf", "b.pdf"]
    words = ("È qui: ", Slot("leave_url", Context.LINK), "\n")
    mail = posted(post, changes=Changes(FOOTER, links={1: words}))
    _, kept, replaced = cast(list[email.message.EmailMessage], mail.get_payload())[:3]
    assert kept.get_filename() == "a.pdf"
    assert text_of(replaced) == f"È qui: {VALUES['leave_url']}\n"
    assert b"b.pdf" not in mail.as_bytes()


def test_words_between_files_keep_the_footer_below_all() -> None:
    mail = posted(AUTHOR + multipart(b"mixed", TEXT_PART, PDF_PART, TEXT_PART))
    *_, last = cast(list[email.message.EmailMessage], mail.get_payload())
    assert len(cast(list[object], mail.get_payload())) == 4
    assert text_of(last).startswith("Ricevi")


SIGNED_PART = multipart(
    b"signed",
    TEXT_PART,
    b"Content-Type: application/pgp-signature\r\n\r\nxxx",
    params=b'; protocol="application/pgp-signature"; micalg=pgp-sha256',
)


@pytest.mark.parametrize(
    "content",
    [
        SIGNED_PART,
        multipart(b"encrypted", TEXT_PART, params=b'; protocol="application/pgp-encrypted"'),
        b"Content-Type: application/pkcs7-mime; smime-type=signed-data\r\n\r\nMIIB\r\n",
        b"Content-Type: text/plain\r\n\r\n-----BEGIN PGP SIGNED MESSAGE-----\r\n\r\nx\r\n",
    ],
)
def test_what_is_signed_or_encrypted_is_never_touched(content: bytes) -> None:
    raw = filled(post_frame(AUTHOR + content, POST, Changes(FOOTER, links={0: ("x",)})))
    assert raw.partition(b"\r\n\r\n")[2] == content.partition(b"\r\n\r\n")[2]
    assert field(raw, b"Content-Type") == content.partition(b"\r\n")[0]


def test_a_signed_part_within_others_is_not_touched_either() -> None:
    raw = filled(post_frame(AUTHOR + multipart(b"mixed", SIGNED_PART.replace(b"b0", b"b1")), POST, Changes(FOOTER)))
    assert SIGNED_PART.replace(b"b0", b"b1").rstrip() in raw
    assert b"fai parte" in raw


def test_what_must_not_be_passed_on_is_taken_out_of_text_and_html() -> None:
    quoted = AUTHOR + multipart(
        b"alternative",
        b"Content-Type: text/plain; charset=iso-8859-1\r\nContent-Transfer-Encoding: quoted-printable\r\n\r\n"
        b"perch=E9 u.SE=\r\nCRET",
        b"Content-Type: text/html\r\n\r\n<a href='u.SECRET'>",
    )
    changes = Changes(redact=lambda text: text.replace("u.SECRET", "[…]"))
    mail = posted(quoted, changes=changes)
    assert text_of(mail.get_body(("plain",))).strip() == "perché […]"
    assert "SECRET" not in text_of(mail.get_body(("html",)))


def test_lines_too_long_for_the_wire_are_encoded() -> None:
    long = b"x" * 3000
    parts = (
        b"Content-Type: text/plain\r\n\r\n" + long,
        b"Content-Type: application/octet-stream\r\n\r\n" + long,
        b"Content-Type: message/rfc822\r\n\r\nSubject: a\r\n\r\n" + long,
    )
    data = filled(post_frame(AUTHOR + multipart(b"mixed", *parts), POST, Changes()))
    assert lint(data, kind="post", domain=DOMAIN, signed=True) == []
    text, file, mail = cast(list[email.message.EmailMessage], read(data).get_payload())
    assert text_of(text).strip().encode() == file.get_payload(decode=True) == long
    assert long in mail.as_bytes().replace(b"\r\n", b"").replace(b"\n", b"")


def test_bare_line_ends_and_nul_never_leave() -> None:
    mail = posted(b"From: ada@example.net\nSubject: a\n\none\n.\ntwo\rthree\0\r\n", changes=Changes())
    assert text_of(mail).split() == ["one", ".", "two", "three"]


def test_eight_bit_text_is_encoded_only_where_no_signature_of_the_author_is_at_stake() -> None:
    for shown, encoded in ((HIDDEN, True), (UNCHANGED, False)):
        raw = filled(post_frame(PLAIN, replace(POST, shown=shown), Changes(tidies=encoded)))
        assert raw.isascii() is encoded


# Signatures of authors


AUTHORS_KEY = SigningKey("example.net", "a", generate_key())
AUTHORS_RECORD = "".join(record(AUTHORS_KEY.pem)).encode()


def find_both(name: bytes, timeout: float = 5) -> bytes | None:
    return AUTHORS_RECORD if name.startswith(b"a._domainkey.example.net") else find_txt(name)


def signed_by_author(raw: bytes, names: list[bytes]) -> bytes:
    """The post with its author's signature, simple/simple so that any octet counts."""
    canonical = (b"simple", b"simple")
    pem = AUTHORS_KEY.pem
    return bytes(dkimpy.sign(raw, b"a", b"example.net", pem, canonicalize=canonical, include_headers=names)) + raw


def signed_post(names: str = "from:subject:date:message-id") -> bytes:
    head = PLAIN.partition(b"\r\n\r\n")[0]
    return signed_by_author(head + b"\r\n\r\nCiao,  perch\xc3\xa9 \t\r\n\r\nno?\r\n\r\n", names.encode().split(b":"))


@pytest.mark.parametrize(
    "names", ["from:subject:date:message-id", "from:from:subject:to:cc:reply-to:list-id:sender:x-mailer"]
)
def test_a_transparent_list_keeps_the_authors_signature_whole(names: str) -> None:
    data = transparent(signed_post(names))
    assert verify(data, find_both, 0)
    assert verify(data, find_both, 1)
    assert b"dkim=pass" not in data
    assert b"List-Unsubscribe: <https" in data
    assert (b"List-Id: Orto" in data) is ("list-id" not in names)


def transparent(raw: bytes) -> bytes:
    facts = replace(POST, shown=TRANSPARENT, authserv_id=DOMAIN)
    return filled_unverified(post_frame(raw, facts, Changes(FOOTER, redact=str.upper), transparent=True))


def test_any_signed_mail_passes_a_transparent_list_with_its_signature(corpus: Path) -> None:
    tried = 0
    for path in sorted((corpus / "charsets").rglob("*.eml"))[::7]:
        raw = crlf(path.read_bytes())
        names = [
            line.partition(b":")[0].lower()
            for line in raw.partition(b"\r\n\r\n")[0].split(b"\r\n")
            if line[:1].isalpha()
        ]
        if b"from" not in names or any(not name.replace(b"-", b"").isalnum() for name in names):
            continue
        signed = signed_by_author(raw, [name for name in names if name not in (b"received", b"return-path")])
        assert verify(signed, find_both)
        assert verify(transparent(signed), find_both, 1), path.name
        tried += 1
    assert tried > 5


def test_a_strict_author_without_signature_is_relayed_on_a_transparent_list_too() -> None:
    frame = post_frame(PLAIN, replace(POST, shown=VISIBLE), Changes(), transparent=True)
    assert field(filled(frame), b"From").startswith(b"From: Ada Rossi via Orto <p.")


def test_a_signature_that_cannot_hold_any_more_loses_its_name() -> None:
    visible = filled(post_frame(signed_post(), replace(POST, shown=VISIBLE), Changes(FOOTER)))
    assert visible.lower().count(b"\r\ndkim-signature:") == 0
    assert b"\r\nX-Original-DKIM-Signature: v=1;" in visible
    hidden = filled(post_frame(signed_post(), POST, Changes(FOOTER)))
    assert b"X-Original-DKIM-Signature" not in hidden
    assert b"d=example.net" not in hidden


def test_a_signature_that_still_holds_keeps_its_name() -> None:
    unchanged = replace(POST, shown=UNCHANGED)
    assert verify(filled(post_frame(signed_post(), unchanged, Changes(tidies=False))), find_both, 1)
    with_a_field_that_does_not_travel = signed_post("from:subject:x-mailer")
    assert b"X-Original-DKIM-Signature" in filled(
        post_frame(with_a_field_that_does_not_travel, unchanged, Changes(tidies=False))
    )


# Any mail there is


@pytest.mark.parametrize("folder", ["broken-mime", "charsets", "replies", "calendar"])
def test_a_post_made_of_any_mail_may_leave(corpus: Path, folder: str) -> None:
    tried = 0
    for path in sorted((corpus / folder).rglob("*"))[::3]:
        if path.suffix == ".jsonl" or not path.is_file():
            continue
        try:
            frame = post_frame(path.read_bytes(), POST, Changes(FOOTER))
        except Unreadable:
            continue
        tried += 1
        data = filled_unverified(frame)
        found = lint(data, kind="post", domain=DOMAIN, signed=True)
        assert [fault for fault in found if "Defect" not in fault] == [], path.name
    assert tried > 10


def filled_unverified(frame: Frame) -> bytes:
    [copy] = make_many(frame.to_bytes(), [Recipient(f"b.1@{DOMAIN}", "bea@example.com", VALUES)], signing_key(), NOW)
    assert isinstance(copy, Copy)
    return copy.data
