"""Photographs in posts: what the group gets of them, what the archive keeps, and what nobody ever learns."""

import re
from collections.abc import Mapping
from email import policy
from email.message import EmailMessage
from io import BytesIO
from typing import Any, cast

import pytest
import sqlalchemy as sa
from PIL import Image

from mailhub.archive.tables import Attachment, Blob, Picture
from mailhub.hub.build import Hub
from mailhub.mail import pictures
from mailhub.mail.message import parse
from mailhub.offload import Died
from tests.photographs import CANARY, photo
from tests.stories.town import Town, body, prose

ANA, BRUNO, MO = "ana@example.org", "bruno@example.org", "mo@example.org"
LARGE = (1_200, 900)


def sends(
    town: Town,
    files: Mapping[str, bytes],
    to: str = "garden@lists.test",
    html: str = "",
    headers: Mapping[str, str] | None = None,
) -> None:
    """A mail of Ana's with photographs, as a telephone writes it."""
    letter = town.letter(ANA, to, "Pruning", "Here we are.", headers=headers)
    if html:
        letter.add_alternative(html, subtype="html")
    for name, content in files.items():
        kind = {"heic": "heic", "png": "png"}.get(name.rpartition(".")[2], "jpeg")
        if html:
            shown = cast(list[EmailMessage], letter.get_payload())[1]
            shown.add_related(content, maintype="image", subtype=kind, cid=f"<{name}>", disposition="inline")
        else:
            letter.add_attachment(content, maintype="image", subtype=kind, filename=name)
    town.receives(letter.as_bytes(policy=policy.SMTP), ANA, [to])


def photos(copy: EmailMessage) -> dict[str, bytes]:
    """The pictures of a copy by name."""
    return {
        str(part.get_filename()): part.get_payload(decode=True)  # type: ignore[misc]
        for part in copy.walk()
        if part.get_content_maintype() == "image"
    }


def size(content: bytes) -> tuple[int, int]:
    return Image.open(BytesIO(content)).size


def fetched(town: Town, link: str) -> tuple[str, bytes]:
    answer = town.web.get(link.removeprefix("https://lists.test"))
    assert answer.status_code == 200
    return answer.headers["Content-Disposition"], answer.data


def kept(town: Town) -> dict[str, bytes]:
    """The files of the archive by name."""
    blobs = town.hub.site.data_dir / "blobs"
    with town.database.reading() as session:
        rows = session.execute(
            sa.select(Attachment.name, Blob.sha256, Blob.body).join(Blob, Blob.sha256 == Attachment.sha256)
        )
        return {n: b if b is not None else (blobs / s[:2] / s).read_bytes() for n, s, b in rows}


def test_a_photo_goes_out_smaller_and_where_it_was_taken_goes_nowhere(town: Town) -> None:
    town.opens_list("garden", members=[ANA, BRUNO], archive="public")
    came = {"IMG_1.HEIC": photo((160, 120), "HEIF"), "pergola è.jpg": photo(LARGE, "JPEG", 40)}
    sends(town, came)
    [copy] = town.inbox(BRUNO)
    sent = photos(copy)
    assert list(sent) == ["IMG_1.jpg", "pergola è.jpg"]
    assert [size(content) for content in sent.values()] == [(160, 120), (800, 600)]
    assert all(len(content) <= 150_000 for content in sent.values())
    assert "1 photo is smaller here, for the mail. The larger size opens here:" in prose(copy)
    [link] = re.findall(r"https://lists\.test/f/\S+", body(copy))
    named, larger = fetched(town, link)
    assert size(larger) == LARGE
    assert "pergola%20%C3%A8.jpg" in named
    archive = kept(town)
    taken_home = parse(town.web.get("/garden/mbox").data.partition(b"\n")[2])
    everything = [*sent.values(), *archive.values(), larger, *(file.content for file in taken_home.attachments)]
    assert len(taken_home.attachments) == 2
    assert not any(CANARY in content for content in everything)
    assert b"<html" not in larger


def test_who_gets_no_pages_is_told_whom_to_ask(paese: Town) -> None:
    paese.opens_list("garden", members=[ANA, BRUNO], archive="none")
    sends(paese, {"a.jpg": photo(LARGE), "b.jpg": photo(LARGE)})
    [copy] = paese.inbox(BRUNO)
    asked = "2 foto sono ridotte per la posta. Il formato grande si può chiedere a organizza.garden@lists.test"
    assert asked in prose(copy)
    assert "https://lists.test/f/" not in body(copy)


def test_what_the_author_drew_small_goes_along_without_a_word(town: Town) -> None:
    town.opens_list("garden", members=[ANA, BRUNO])
    sends(town, {"tiny.png": photo((90, 60), "PNG")})
    [copy] = town.inbox(BRUNO)
    assert list(photos(copy)) == ["tiny.png"]
    assert "photo" not in body(copy)


def test_a_mail_has_room_for_some_and_says_how_many_are_missing(town: Town, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(pictures, "MAILED_TOGETHER", 250_000)
    town.opens_list("garden", members=[ANA, BRUNO])
    sends(town, {f"{n}.jpg": photo(LARGE, "JPEG", 40 + n) for n in range(4)})
    [copy] = town.inbox(BRUNO)
    there = len(photos(copy))
    assert 0 < there < 4
    assert f"{4 - there} photos do not fit into this mail. The larger size opens here:" in prose(copy)
    assert "https://lists.test/garden/m/" in body(copy)
    assert len(kept(town)) == 4


def test_a_picture_within_the_words_stays_where_it_was(town: Town) -> None:
    town.opens_list("garden", members=[ANA, BRUNO])
    sends(town, {"one": photo(LARGE)}, html='<p>Look <img src="cid:one"></p>')
    [copy] = town.inbox(BRUNO)
    [part] = [part for part in copy.walk() if part.get_content_maintype() == "image"]
    assert (part["Content-ID"], part.get_content_disposition()) == ("<one>", "inline")
    assert CANARY not in part.get_payload(decode=True)
    html = str(copy.get_body(("html",)).get_content()).replace("\r", "")  # type: ignore[union-attr]
    assert 'src="cid:one"' in html
    assert re.search(r"opens here:<br>\n<a href=\"(\S+)\">\1</a><br>\n.*You", html, re.DOTALL)


def test_a_photo_that_waits_comes_out_as_bare_as_any(town: Town) -> None:
    town.opens_list("garden", members=[ANA, BRUNO], moderator=MO, moderate="everyone")
    sends(town, {"a.jpg": photo(LARGE)})
    [asked] = town.inbox(MO)
    town.replies(MO, asked, "publish")
    [copy] = town.inbox(BRUNO)
    assert size(photos(copy)["a.jpg"]) == (800, 600)
    assert not any(CANARY in content for content in (*photos(copy).values(), *kept(town).values()))


def test_a_photo_in_answer_to_a_letter_is_known_by_its_bytes(town: Town) -> None:
    town.opens_list("garden", members=[ANA, BRUNO], default_delivery="each")
    town.opens_list("choir", members=[ANA, BRUNO], default_delivery="digest")
    town.writes(ANA, to="choir@lists.test", subject="Rehearsal", text="On Friday?")
    town.passes(days=1)
    [letter] = town.inbox(BRUNO)
    answer = town.letter(BRUNO, str(letter["Reply-To"]), f"Re: {letter['Subject']}", "1 Yes, see the place")
    answer.add_attachment(photo(LARGE), maintype="image", subtype="jpeg", filename="hall.jpg")
    town.receives(answer.as_bytes(policy=policy.SMTP), BRUNO, [str(letter["Reply-To"])])
    assert size(kept(town)["hall.jpg"]) == LARGE
    assert CANARY not in kept(town)["hall.jpg"]


def test_private_mail_through_the_group_tells_no_place_either(town: Town) -> None:
    town.opens_list("garden", members=[ANA, BRUNO])
    town.writes(BRUNO, to="garden@lists.test", subject="Shears", text="Who has some?")
    relay = str(town.inbox(ANA)[0]["From"]).partition("<")[2].rstrip(">")
    sends(town, {"mine.jpg": photo(LARGE)}, to=relay)
    copy = town.inbox(BRUNO)[-1]
    assert size(photos(copy)["mine.jpg"]) == LARGE
    assert CANARY not in photos(copy)["mine.jpg"]


def test_who_organises_gets_a_photo_without_the_place_and_any_other_file_as_it_came(town: Town) -> None:
    town.opens_list("garden", members=[ANA], organisers=[BRUNO])
    came = {"IMG_1.HEIC": photo((160, 120), "HEIF"), "large.jpg": photo((2_600, 1_300))}
    sends(town, came, to="garden-owner@lists.test")
    sends(town, {"broken.jpg": b"no picture"}, to="organiser.garden@lists.test")
    with_photos, with_file = town.inbox(BRUNO)[-2:]
    assert [size(content) for content in photos(with_photos).values()] == [(160, 120), (2_000, 1_000)]
    assert [part.get_content_type() for part in with_photos.iter_attachments()] == ["image/jpeg"] * 2
    assert not any(CANARY in content for content in photos(with_photos).values())
    assert list(photos(with_file).values()) == [b"no picture"]


def test_a_picture_that_ends_its_process_is_a_file_like_any_other(town: Town, monkeypatch: pytest.MonkeyPatch) -> None:
    bomb = photo((64, 48), "PNG")
    honest = Hub.isolate

    def isolate(hub: Hub, function: Any, *args: Any) -> Any:
        if args == (bomb,):
            raise Died("out of memory")
        return honest(hub, function, *args)

    monkeypatch.setattr(Hub, "isolate", isolate)
    town.opens_list("garden", members=[ANA, BRUNO])
    sends(town, {"bomb.png": bomb, "a.jpg": photo(LARGE)})
    [copy] = town.inbox(BRUNO)
    assert photos(copy)["bomb.png"] == bomb
    assert size(photos(copy)["a.jpg"]) == (800, 600)


@pytest.mark.parametrize("is_signed", [True, False])
def test_a_transparent_group_gets_what_the_author_signed_and_keeps_the_bare_ones(town: Town, is_signed: bool) -> None:
    town.opens_list(
        "garden",
        members=[ANA, BRUNO],
        transparent=True,
        addresses="members",
        footer=False,
        reply_to="author",
        attachments={"beyond": "inline"},
    )
    signature = "v=1; a=rsa-sha256; d=example.org; s=x; h=from:subject:date:message-id; bh=YQ==; b=YQ=="
    sends(town, {"a.jpg": photo(LARGE)}, headers={"DKIM-Signature": signature} if is_signed else {})
    [copy] = town.inbox(BRUNO)
    assert (photos(copy)["a.jpg"] == photo(LARGE)) is is_signed
    assert (CANARY in photos(copy)["a.jpg"]) is is_signed
    assert size(kept(town)["a.jpg"]) == LARGE
    assert CANARY not in kept(town)["a.jpg"]


def test_what_was_made_of_a_picture_goes_with_who_sent_it(town: Town) -> None:
    town.opens_list("garden", members=[ANA, BRUNO])
    sends(town, {"a.jpg": photo(LARGE)})
    town.writes(ANA, to="hub@lists.test", text="forget me and my messages")
    town.passes(minutes=10)
    town.replies(ANA, town.mailbox(ANA)[-1], "confirm")
    town.passes(days=8)
    with town.database.reading() as session:
        assert session.scalars(sa.select(Picture)).all() == []
        assert session.scalars(sa.select(Blob)).all() == []
    assert not list((town.hub.site.data_dir / "blobs").rglob("?" * 64))
