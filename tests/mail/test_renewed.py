"""Files of a post that go along as others, or not at all."""

import base64
from email.message import EmailMessage
from typing import cast

from mailhub.mail.compose import Changes, NewFile, post_frame
from mailhub.mail.message import parse
from mailhub.mail.pictures import fitting
from tests.mail.test_compose import AUTHOR, FOOTER, POST, SIGNED_PART, TEXT_PART, filled, multipart, posted, text_of

SMALL = NewFile("prato però.jpg", "image/jpeg", b"small")


def photo(name: bytes = b"IMG.HEIC", content: bytes = b"large" * 50) -> bytes:
    return (
        b"Content-Type: image/heic; name=" + name + b"\r\nContent-Transfer-Encoding: base64\r\n"
        b"Content-Description: taken at home\r\nX-Apple-Place: home\r\nContent-Location: home/" + name + b"\r\n"
        b'Content-Disposition: inline; filename="' + name + b'"; creation-date="Sun, 22 Nov 2026 10:00:00 +0000"\r\n'
        b"Content-ID: <one@x>\r\n\r\n" + base64.encodebytes(content).replace(b"\n", b"\r\n")
    )


def parts(mail: EmailMessage) -> list[EmailMessage]:
    return cast(list[EmailMessage], mail.get_payload())


def test_another_file_stands_where_this_one_stood_and_tells_nothing_of_it() -> None:
    mail = posted(AUTHOR + multipart(b"mixed", TEXT_PART, photo()), changes=Changes(FOOTER, files={0: SMALL}))
    _, new = parts(mail)
    assert new.get_payload(decode=True) == b"small"
    assert (new.get_content_type(), new.get_filename()) == ("image/jpeg", "prato però.jpg")
    assert (new["Content-ID"], new.get_content_disposition()) == ("<one@x>", "inline")
    assert b"home" not in mail.as_bytes().partition(b"\n\n")[2]
    assert b"2026 10:00" not in bytes(new)


def test_what_has_no_room_is_not_there_and_nothing_says_it_was() -> None:
    post = AUTHOR + multipart(b"mixed", TEXT_PART, photo(b"a.heic"), photo(b"b.heic"))
    mail = posted(post, changes=Changes(FOOTER, files={0: SMALL, 1: None}))
    assert len(parts(mail)) == 2
    assert b"b.heic" not in mail.as_bytes()


def test_where_nothing_of_a_part_stays_the_mail_is_whole_all_the_same() -> None:
    inner = multipart(b"related", photo(b"a.heic"), photo(b"b.heic")).replace(b"b0", b"b1")
    mail = posted(AUTHOR + multipart(b"mixed", TEXT_PART, inner), changes=Changes(FOOTER, files={0: None, 1: None}))
    first, empty = parts(mail)
    assert "perch" in text_of(first)
    assert text_of(empty).strip() == ""


def test_a_mail_that_is_a_photo_and_nothing_else_becomes_the_other_one() -> None:
    for files, expected in (({0: SMALL}, b"small"), ({0: None}, b"")):
        mail = posted(AUTHOR + photo(), changes=Changes(FOOTER, files=files))
        first, below = parts(mail)
        assert cast(bytes, first.get_payload(decode=True)).strip() == expected
        assert text_of(below).startswith("Ricevi")


def test_without_a_footer_nothing_but_the_file_changes() -> None:
    post = AUTHOR + multipart(b"mixed", TEXT_PART, photo())
    data = filled(post_frame(post, POST, Changes(files={0: SMALL}, tidies=False)))
    assert TEXT_PART in data
    assert [file.content for file in parse(data).attachments] == [b"small"]


def test_what_is_signed_keeps_its_photos() -> None:
    signed = SIGNED_PART.replace(TEXT_PART, multipart(b"mixed", TEXT_PART, photo()))
    data = filled(post_frame(AUTHOR + signed, POST, Changes(FOOTER, files={0: SMALL})))
    assert photo() in data


def test_twenty_megabytes_of_photos_make_a_frame_of_two_however_many_it_goes_to() -> None:
    count, mailed = 12, b"\xff" * 150_000
    post = AUTHOR + multipart(b"mixed", TEXT_PART, *(photo(b"%d.heic" % n, b"\0" * 1_400_000) for n in range(count)))
    assert len(post) > 20_000_000
    fits = fitting([len(mailed)] * count)
    files = {at: NewFile(f"{at}.jpg", "image/jpeg", mailed) if there else None for at, there in enumerate(fits)}
    frame = post_frame(post, POST, Changes(FOOTER, files=files))
    assert 1_500_000 < len(frame.to_bytes()) < 2_000_000
