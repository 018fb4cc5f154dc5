"""A mail becomes a post once, with its words, its files and a number that leaves no gap."""

from dataclasses import replace
from datetime import timedelta

import sqlalchemy as sa

from mailhub.archive import attachments, blobs, packing, posts, reading
from mailhub.archive import raw as raws
from mailhub.archive.tables import Blob, Post, PostState, PostText
from mailhub.mail.message import parse
from tests.archive.conftest import NOW
from tests.archive.writing import Archive, mailed

WITH_FILES = (
    b"Message-ID: <files@x.test>\r\nFrom: Ana <ana@example.org>\r\nSubject: Foto\r\n"
    b"MIME-Version: 1.0\r\nContent-Type: multipart/mixed; boundary=b\r\n\r\n"
    b"--b\r\nContent-Type: text/plain\r\n\r\nEcco le foto.\r\n"
    b'--b\r\nContent-Type: image/png\r\nContent-Disposition: attachment; filename="../../albero.png"\r\n'
    b"Content-Transfer-Encoding: base64\r\n\r\n%s\r\n"
    b"--b\r\nContent-Type: application/pdf\r\nContent-Disposition: attachment\r\n"
    b"Content-Transfer-Encoding: base64\r\n\r\n%s\r\n--b--\r\n"
)
PNG = b"iVBORw0KGgo" * 3000  # some 24 kB decoded
PDF = b"JVBERi0xLjQK"


def texts(archive: Archive) -> dict[str, PostText]:
    with archive.database.reading() as session:
        rows = session.execute(sa.select(Post.message_id, PostText).join(PostText, PostText.post_id == Post.id)).all()
        session.expunge_all()
    return dict(rows)


def numbers(archive: Archive, list_id: int) -> list[int]:
    with archive.database.reading() as session:
        return list(session.scalars(sa.select(Post.number).where(Post.list_id == list_id).order_by(Post.number)))


def test_a_mail_that_comes_twice_is_one_post_and_takes_one_number(archive: Archive) -> None:
    raw = mailed("a@x.test")
    first, again = archive.publish(1, raw, raw)
    [footed] = archive.publish(1, raw + b"-- \r\nThe footer of another way\r\n", now=NOW + timedelta(hours=1))
    [other] = archive.publish(1, mailed("b@x.test"))

    assert first.id == again.id == footed.id
    assert numbers(archive, 1) == [1, 2]
    assert other.number == 2


def test_a_mail_without_an_id_gets_the_same_one_each_time(archive: Archive) -> None:
    nameless = mailed(None)
    first, again = archive.publish(1, nameless, nameless)
    [later] = archive.publish(1, nameless, now=NOW + timedelta(days=1))
    [other] = archive.publish(1, mailed(None, text="Altro."))

    assert first.id == again.id == later.id != other.id
    assert first.message_id.endswith("@lists.test")


def test_a_mail_without_id_and_date_that_is_worked_on_twice_is_one_post(archive: Archive) -> None:
    raw = mailed("dateless@x.test", sent_at=None)
    [first] = archive.publish(1, raw)
    [again] = archive.publish(1, raw, now=NOW + timedelta(hours=1))

    assert first.id == again.id
    assert first.sent_at == NOW


def test_another_mail_under_a_taken_id_is_not_lost(archive: Archive) -> None:
    [first] = archive.publish(1, mailed("a@x.test"))
    stranger = mailed("a@x.test", author="Zoe <zoe@example.net>", text="Altro.")
    [other] = archive.publish(1, stranger)
    [again] = archive.publish(1, stranger)

    assert other.id == again.id != first.id
    assert other.thread_id == first.thread_id
    assert archive.parents(1) == {"a@x.test": None, other.message_id: "a@x.test"}


def test_new_words_are_apart_from_quoted_ones_and_the_signature(archive: Archive) -> None:
    said = (
        "Vengo volentieri, grazie.\r\n\r\n-- \r\nAna\r\n\r\n"
        "Il giorno sab 14 mar 2026 alle ore 09:00 Bea <bea@example.org> ha scritto:\r\n> Chi viene sabato?\r\n"
    )
    archive.publish(1, mailed("a@x.test", text=said))
    archive.publish(1, mailed("b@x.test", text="See you there, thanks for the invitation."))

    found = texts(archive)
    assert found["a@x.test"].words == "Vengo volentieri, grazie."
    assert "Chi viene sabato?" in found["a@x.test"].quoted
    assert "Ana" in found["a@x.test"].signature
    assert (found["a@x.test"].language, found["b@x.test"].language) == ("it", "en")


def test_a_date_to_come_is_not_believed(archive: Archive) -> None:
    far = NOW + timedelta(days=3000)
    received = "Received: from a by b; Sat, 14 Mar 2026 08:00:00 +0000"
    [post, relayed] = archive.publish(
        1, mailed("a@x.test", sent_at=far), mailed("b@x.test", sent_at=far, more=received)
    )

    assert post.sent_at == NOW
    assert relayed.sent_at == NOW - timedelta(hours=1)


def test_a_file_that_came_with_many_posts_is_kept_once_and_served_by_id(archive: Archive) -> None:
    first = WITH_FILES % (PNG, PDF)
    second = first.replace(b"files@", b"more@")
    posts_ = archive.publish(1, first, second)

    for packed in (False, True):
        with archive.database.transaction() as session:
            while packed and packing.page(session, archive.site, now=NOW):
                pass
            assert session.scalar(sa.select(sa.func.count()).select_from(Blob)) == 2
            rows = attachments.of_posts(session, [post.id for post in posts_])
            png, pdf = rows[posts_[1].id]
            served = attachments.read(session, archive.site, png.id)
            assert served is not None
            assert (served.name, served.type, served.post_id) == ("albero.png", "image/png", posts_[1].id)
            assert blobs.sha256_of(served.content) == png.sha256
            assert (pdf.name, pdf.size) == ("file-2.pdf", 9)
            assert attachments.read(session, archive.site, 999) is None


def test_a_withdrawn_post_keeps_its_place_in_the_thread(archive: Archive) -> None:
    archive.publish(1, mailed("a@x.test"), mailed("b@x.test", in_reply_to="a@x.test"))
    with archive.database.transaction() as session:
        post = posts.find(session, 1, "<a@x.test>")
        assert post is not None
        posts.withdraw(session, post)

    assert archive.parents(1)["b@x.test"] == "a@x.test"
    with archive.database.reading() as session:
        found = reading.one(session, 1, "a@x.test")
        assert found is not None
        assert found.post.state is PostState.WITHDRAWN


def test_what_no_database_can_hold_is_taken_out(archive: Archive) -> None:
    [post] = archive.publish(1, mailed("a@x.test", subject="Nul\0and\ud800".encode("utf-8", "replace").decode()))
    assert "\0" not in post.subject


def test_words_where_an_id_should_be_bind_no_mails_together(archive: Archive) -> None:
    vague = "In-Reply-To: Your message of Saturday"
    archive.publish(1, mailed("a@x.test", more=vague), mailed("b@x.test", more=vague))
    archive.publish(1, mailed("c@x.test", more="In-Reply-To: a@x.test"))
    assert len(archive.threads(1)) == 3


def test_an_id_that_was_added_to_a_mail_on_its_way_counts(archive: Archive) -> None:
    archive.publish(1, mailed("a@x.test"))
    raw = mailed("b@x.test", more="In-Reply-To: lost")
    with archive.database.transaction() as session:
        posts.publish(
            session,
            archive.site,
            list_id=1,
            number=2,
            raw_id=raws.keep(session, archive.site, raw, now=NOW).id,
            raw=raw,
            mail=replace(parse(raw), references=("a@x.test",)),
            person_id=None,
            now=NOW,
        )
    assert archive.parents(1)["b@x.test"] == "a@x.test"
