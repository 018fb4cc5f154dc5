"""The archive as a file: who gets it, what of the mails is in it, and what never is."""

import io
import mailbox
import re
from email import message_from_bytes, policy
from email.message import EmailMessage
from pathlib import Path

import pytest
import sqlalchemy as sa
from flask.testing import FlaskClient

from mailhub import tokens
from mailhub.archive import mbox, posts
from mailhub.archive.tables import Post
from tests.web.conftest import ANA, BASE, Pages
from tests.web.test_archive import BEA, signs_in


def messages(browser: FlaskClient, path: str) -> list[EmailMessage]:
    answer = browser.get(path, base_url=BASE)
    assert answer.status_code == 200
    assert answer.headers["Content-Type"].startswith("application/mbox")
    found = mbox.read(io.BytesIO(answer.data))
    return [message_from_bytes(one.raw or b"", policy=policy.default) for one in found]


@pytest.fixture
def square(quick_pages: Pages) -> Pages:
    """A public group that hides addresses, with a mail that says several, and a token, in every part of it."""
    town = quick_pages.town
    town.opens_list("square", members=[f"Ana Bini <{ANA}>", BEA], archive="public")
    leave = f"{BASE}/u/{quick_pages.link(tokens.LEAVE, ANA, quick_pages.garden)}"
    text = f"From {ANA} to all: write to {ANA}.\nFrom here on, {leave}\n"
    letter = town.letter(f"Ana Bini <{ANA}>", "square@lists.test", f"Ask {ANA}", text)
    letter["X-Mailer"] = "Quill 3"
    letter.add_alternative(f"<p>write to {ANA} <a href='{leave}'>x</a></p>", subtype="html")
    letter.add_attachment(b"%PDF", "application", "pdf", filename="plan.pdf")
    town.receives(letter.as_bytes(policy=policy.SMTP), ANA, ["square@lists.test"])
    town.writes(
        BEA, to="square@lists.test", subject="Lifts", text="A seat.", headers={"Date": "Tue, 3 Feb 2026 9:00 +0100"}
    )
    return quick_pages


def test_a_stranger_takes_a_public_archive_home_without_an_address_or_a_token(square: Pages) -> None:
    answer = square.client.get("/square/mbox", base_url=BASE)
    first, second = messages(square.client, "/square/mbox")
    assert 'filename="square.mbox"' in answer.headers["Content-Disposition"]
    whole = "".join(
        str(part.get_content()) if part.get_content_maintype() == "text" else "" for part in first.walk()
    ) + str([value for name, value in first.items() if name not in ("Message-ID", "References", "In-Reply-To")])
    assert "@example.org" not in whole
    assert "/u/" not in whole
    assert str(first["From"]) == "Ana <nobody@square.invalid>"
    assert str(second["Subject"]) == "Lifts"
    assert first["X-Mailer"] is None
    assert [part.get_filename() for part in first.iter_attachments()] == ["plan.pdf"]


def test_a_member_takes_home_what_members_see(square: Pages) -> None:
    first, _ = messages(signs_in(square, BEA), "/square/mbox")
    assert re.search(r"<p\.[a-z2-7]+@lists\.test>", str(first["From"]))
    text = first.get_body(("plain",))
    assert text is not None
    assert text.get_content() == f"From {ANA} to all: write to {ANA}.\nFrom here on, […]\n"
    assert ANA in str(first["Subject"])
    square.town.opens_list("open", members=[f"Ana Bini <{ANA}>", BEA], addresses="members")
    square.town.writes(f"Ana Bini <{ANA}>", to="open@lists.test", subject="Here", text="Words.")
    [here] = messages(signs_in(square, BEA), "/open/mbox")
    assert str(here["From"]) == f"Ana Bini <{ANA}>"
    assert {"Sender", "List-Unsubscribe", "X-Mailhub-Delivery", "Feedback-ID"}.isdisjoint(here.keys())


def test_a_month_of_it_and_nothing_that_was_taken_back(square: Pages, tmp_path: Path) -> None:
    assert [str(one["Subject"]) for one in messages(square.client, "/square/mbox?month=2026-02")] == ["Lifts"]
    assert messages(square.client, "/square/mbox?month=2025-02") == []
    with square.town.hub.database.transaction() as session:
        posts.withdraw(session, session.scalars(sa.select(Post).where(Post.subject == "Lifts")).one())
    data = square.client.get("/square/mbox", base_url=BASE).data
    (tmp_path / "square.mbox").write_bytes(data)
    assert len(mailbox.mbox(tmp_path / "square.mbox")) == 1


@pytest.mark.parametrize(
    "asked",
    [
        "/none/mbox",
        "/garden/mbox",
        "/square/mbox?month=2026-13",
        "/square/mbox?month=0000-01",
        "/square/mbox?month=yesterday",
        "/square/mbox?month=2026-3",
        "/square/mbox/",
    ],
)
def test_what_there_is_not_is_the_neutral_page(square: Pages, asked: str) -> None:
    answer = square.client.get(asked, base_url=BASE)
    assert (answer.status_code, "no such page" in answer.text) == (404, True)


def test_a_signed_mail_reaches_strangers_as_its_words_and_a_lost_one_everybody(square: Pages) -> None:
    town = square.town
    letter = town.letter(f"Ana Bini <{ANA}>", "square@lists.test", "Signed", f"Ask {ANA}.")
    raw = letter.as_bytes(policy=policy.SMTP)
    head, _, body = raw.partition(b"\r\n\r\n")
    inner = b"Content-Type: text/plain; charset=utf-8\r\n\r\n" + body
    fields = b"\r\n".join(line for line in head.split(b"\r\n") if not line.lower().startswith(b"content-"))
    sealed = fields + b'\r\nContent-Type: multipart/signed; boundary="b"\r\n\r\n--b\r\n' + inner
    sealed += b"\r\n--b\r\nContent-Type: application/pgp-signature\r\n\r\nx\r\n--b--\r\n"
    town.receives(sealed, ANA, ["square@lists.test"])
    *_, last = messages(square.client, "/square/mbox")
    assert last.get_content_type() == "text/plain"
    assert last.get_content().strip() == "Ask a…@…."
    *_, last = messages(signs_in(square, BEA), "/square/mbox")
    assert last.get_content_type() == "multipart/signed"
    with town.hub.database.transaction() as session:
        session.execute(sa.text("UPDATE raw SET body = x'00'"))
    first, *_ = messages(signs_in(square, BEA), "/square/mbox")
    assert first["Message-ID"] is not None
    assert ANA in str(first["Subject"])
    assert "to all" in first.get_content()


def test_few_download_at_once_and_the_next_is_told_to_wait(square: Pages) -> None:
    slow = [square.client.get("/square/mbox", base_url=BASE, buffered=False) for _ in range(3)]
    busy = square.client.get("/square/mbox", base_url=BASE)
    assert (busy.status_code, busy.headers["Retry-After"]) == (503, "60")
    for answer in slow:
        answer.close()
    for _ in range(5):
        assert square.client.head("/square/mbox", base_url=BASE).status_code == 200
    assert len(messages(square.client, "/square/mbox")) == 2
