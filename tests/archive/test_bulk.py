"""Old mail comes in whole, once, and goes out as it came."""

import gzip
import io
import json
import random
from collections.abc import Callable
from email.message import EmailMessage
from email.policy import SMTP
from typing import Any

import pytest
import sqlalchemy as sa
import zstandard
from sqlalchemy.orm import Session

from mailhub import faults
from mailhub.archive import attachments, bulk, exporting, mbox, posts
from mailhub.archive import raw as raws
from mailhub.archive.bulk import Damage, Damaged, Report
from mailhub.archive.tables import Attachment, Post, PostText, Raw
from mailhub.errors import BadInput
from mailhub.mail.pictures import kind
from mailhub.people import persons
from tests.archive.conftest import NOW
from tests.archive.writing import Archive, mailed
from tests.photographs import CANARY, photo


class Numbers:
    """The counter of a list, as its room keeps it."""

    def __init__(self) -> None:
        self.last = 0

    def __call__(self, _session: Session, count: int) -> int:
        self.last += count
        return self.last - count + 1


@pytest.fixture
def numbers() -> Numbers:
    return Numbers()


def file_of(*raws_: bytes) -> bytes:
    out = io.BytesIO()
    for raw in raws_:
        mbox.write(out, raw, sender="ana@example.org", sent_at=NOW)
    return out.getvalue()


@pytest.fixture
def bring(archive: Archive, numbers: Numbers) -> Callable[..., tuple[Report, list[Damaged]]]:
    def bring_in(data: bytes, **more: Any) -> tuple[Report, list[Damaged]]:
        told: list[Damaged] = []
        stream = io.BytesIO(data)
        report = bulk.import_mbox(
            archive.database, archive.site, 1, stream, take_numbers=numbers, now=NOW, tell=told.append, **more
        )
        return report, told

    return bring_in


Bring = Callable[..., tuple[Report, list[Damaged]]]


def rows(archive: Archive) -> list[Any]:
    query = sa.select(Post.number, Post.message_id, Post.origin, Post.person_id, PostText.words)
    with archive.database.reading() as session:
        return list(session.execute(query.join(PostText, PostText.post_id == Post.id).order_by(Post.number)))


MANY = [mailed(f"{n}@x.test", references=[f"{n - 1}@x.test"] if n else [], text=f"Numero {n}.") for n in range(60)]


def test_every_mail_becomes_a_post_in_the_order_of_the_file(archive: Archive, bring: Bring) -> None:
    report, told = bring(file_of(*MANY))

    assert report == Report(read=60, added=60)
    assert told == []
    found = rows(archive)
    assert [(row.number, row.message_id, row.words) for row in found] == [
        (n + 1, f"{n}@x.test", f"Numero {n}.") for n in range(60)
    ]
    assert {row.origin for row in found} == {posts.IMPORT}
    assert len(archive.threads(1)) == 1


def test_a_file_imported_twice_adds_nothing_and_reads_nothing(archive: Archive, bring: Bring) -> None:
    bring(file_of(*MANY))

    def refuse(_raw: bytes) -> Any:
        raise AssertionError("read again")

    report, _ = bring(file_of(*MANY), parse=refuse)
    assert report == Report(read=60, again=60)
    assert len(rows(archive)) == 60


def test_the_same_mails_by_another_way_are_known_by_their_ids(archive: Archive, bring: Bring, numbers: Numbers) -> None:
    bring(file_of(*MANY))
    report, _ = bring(file_of(*(b"Received: from elsewhere; Sat, 14 Mar 2026 09:00:00 +0000\r\n" + m for m in MANY)))

    assert report == Report(read=60, again=60)
    assert numbers.last == 60


def test_an_import_cut_short_goes_on_when_it_is_repeated(archive: Archive, bring: Bring) -> None:
    faults.arm("import.page=raise@2")
    try:
        with pytest.raises(faults.Injected):
            bring(file_of(*MANY))
    finally:
        faults.arm("")
    done = len(rows(archive))
    assert 0 < done < 60

    report, _ = bring(file_of(*MANY))
    assert report == Report(read=60, added=60 - done, again=done)
    assert {row.message_id for row in rows(archive)} == {f"{n}@x.test" for n in range(60)}


def test_cancelling_keeps_what_is_done(archive: Archive, bring: Bring) -> None:
    def cancel(_report: Report) -> None:
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        bring(file_of(*MANY), progress=cancel)
    assert len(rows(archive)) == bulk.PAGE


def test_a_dry_run_counts_and_writes_nothing(archive: Archive, bring: Bring, numbers: Numbers) -> None:
    large = mailed("large@x.test", text="x" * 40_000)
    report, _ = bring(file_of(*MANY, MANY[0], large), dry_run=True)

    assert report == Report(read=62, added=61, again=1)
    assert rows(archive) == []
    assert numbers.last == 0
    assert not (archive.site.data_dir / "blobs").exists()


def test_numbers_have_no_gap_whatever_the_file_repeats(archive: Archive, bring: Bring) -> None:
    nameless = mailed(None)
    bring(file_of(*MANY[:30], *MANY[10:40], nameless, nameless, mailed("0@x.test", author="zoe@example.net")))
    assert [row.number for row in rows(archive)] == list(range(1, 43))


def test_damaged_mails_are_kept_and_each_is_named_with_its_place(archive: Archive, bring: Bring) -> None:
    deep = b"".join(b"Content-Type: multipart/mixed; boundary=b%d\r\n\r\n--b%d\r\n" % (n, n) for n in range(60))
    pieces = {
        None: mailed("good@x.test"),
        Damage.NO_HEADER: b"no header here at all\r\nonly words\r\n",
        Damage.UNREADABLE: b"Message-ID: <deep@x.test>\r\nFrom: ana@example.org\r\nSubject: Deep\r\n" + deep,
        Damage.NUL: b"Message-ID: <nul@x.test>\r\nFrom: ana@example.org\r\n\r\nzero\0byte\r\n",
        Damage.NO_FROM: b"Message-ID: <nobody@x.test>\r\nSubject: x\r\n\r\nwords\r\n",
        Damage.CUT_SHORT: (
            b"Message-ID: <cut@x.test>\r\nFrom: ana@example.org\r\n"
            b"Content-Type: multipart/mixed; boundary=b\r\n\r\n--b\r\n\r\nwords\r\n"
        ),
    }
    data = file_of(*pieces.values())

    report, told = bring(data)

    assert report == Report(read=6, added=6, damaged=5)
    assert {one.number: one.damage for one in told} == dict(enumerate(list(pieces)[1:], start=2))
    for one in told:
        assert one.kept
        assert data[one.offset :].startswith(b"From ")
        assert data[: one.offset].count(b"\n") == one.line - 1
    with archive.database.reading() as session:
        kept = [raws.content(archive.site, row) for row in session.scalars(sa.select(Raw))]
        deep_one = session.scalars(sa.select(Post).where(Post.message_id == "deep@x.test")).one()
        assert deep_one.subject == "Deep"
    assert sorted(kept) == sorted(raw.replace(b"\0", b"") for raw in pieces.values())


def test_what_cannot_be_taken_is_named_and_stops_nothing(
    archive: Archive, bring: Bring, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(mbox.read, "__kwdefaults__", {"largest": 100_000})
    report, told = bring(file_of(mailed("giant@x.test", text="x\r\n" * 50_000), b"\r\n", *MANY[:2]))

    assert report == Report(read=4, added=2, damaged=2, left_out=2)
    assert [(one.number, one.damage, one.kept) for one in told] == [
        (1, Damage.TOO_LARGE, False),
        (2, Damage.EMPTY, False),
    ]


def test_a_file_that_is_no_mbox_is_refused(archive: Archive, bring: Bring) -> None:
    with pytest.raises(BadInput, match="no mbox"):
        bring(b"PK\x03\x04 a zip file\n" * 10)
    assert rows(archive) == []


@pytest.mark.parametrize("damage", list(Damage))
@pytest.mark.parametrize("language", ["it", "en"])
def test_each_damage_has_its_line_in_both_languages(language: str, damage: Damage) -> None:
    line = bulk.described(language, "old.mbox", Damaged(17, 1203, 45678, damage, kept=True))
    assert line.startswith("old.mbox: ")
    assert all(number in line for number in ("17", "1203", "45678"))


@pytest.mark.parametrize("pack", [gzip.compress, zstandard.compress])
def test_a_packed_file_that_breaks_off_keeps_what_came_before(
    archive: Archive, bring: Bring, pack: Callable[[bytes], bytes]
) -> None:
    noise = random.Random(1)
    bodies = [mailed(f"{n}@x.test", text=noise.randbytes(3000).hex()) for n in range(400)]
    data = pack(file_of(*bodies))
    with pytest.raises(BadInput, match="breaks off after mail"):
        bring(data[: len(data) * 2 // 3])
    assert 0 < len(rows(archive)) < 400


def test_people_we_know_are_the_authors_of_their_old_mail(archive: Archive, bring: Bring) -> None:
    with archive.database.transaction() as session:
        person, _ = persons.meet(session, "Ana@Example.org", name="Ana", now=NOW)
    bring(file_of(MANY[0], mailed("z@x.test", author="zoe@example.net")))

    assert [row.person_id for row in rows(archive)] == [person.id, None]


def test_what_was_imported_goes_out_as_it_came(archive: Archive, bring: Bring) -> None:
    odd = mailed("odd@x.test", text="\r\nFrom here on\r\n>From there\r\n\r\n")
    large = mailed("large@x.test", text="x" * 70_000)
    data = file_of(*MANY, odd, large)
    bring(data)

    out = io.BytesIO()
    assert exporting.export_mbox(archive.database, archive.site, 1, out) == 62
    assert out.getvalue() == data


def test_the_exported_threads_pass_over_what_was_withdrawn(archive: Archive, bring: Bring) -> None:
    bring(file_of(*MANY[:4], mailed("alone@x.test")))
    with archive.database.transaction() as session:
        for name in ("0@x.test", "2@x.test"):
            post = posts.find(session, 1, name)
            assert post is not None
            posts.withdraw(session, post)

    out = io.BytesIO()
    assert exporting.export_threads(archive.database, 1, out) == 3
    lines = [json.loads(line) for line in out.getvalue().splitlines()]
    assert lines == [
        {"message_id": "1@x.test", "parent": None, "thread": "1@x.test"},
        {"message_id": "3@x.test", "parent": "1@x.test", "thread": "1@x.test"},
        {"message_id": "alone@x.test", "parent": None, "thread": "alone@x.test"},
    ]


def test_old_photographs_are_kept_without_what_their_cameras_wrote(archive: Archive, bring: Bring) -> None:
    letter = EmailMessage()
    letter["From"], letter["Message-ID"], letter["Subject"] = "ana@example.org", "<photo@x.test>", "Vigna"
    letter.set_content("Eccola.")
    letter.add_attachment(photo((160, 120)), maintype="image", subtype="jpeg", filename="vigna.jpg")
    bring(file_of(letter.as_bytes(policy=SMTP)))
    with archive.database.reading() as session:
        [file] = session.scalars(sa.select(Attachment))
        content = attachments.content(session, archive.site, file.sha256)
    assert (file.name, file.type, file.size) == ("vigna.jpg", "image/jpeg", len(content))
    assert kind(content) == "JPEG"
    assert CANARY not in content
