"""Files that came with posts: saved and never shown, whatever they pretend to be (S-25, S-12)."""

from email.message import EmailMessage
from email.policy import SMTP
from urllib.parse import unquote

import pytest
import sqlalchemy as sa

from mailhub import tokens
from mailhub.archive.tables import Attachment, Blob
from mailhub.tokens import Token
from mailhub.web.files import shown_name
from tests.web.conftest import ANA, Pages


def post_with_file(pages: Pages, name: str, kind: str, content: bytes) -> str:
    """Ana sends a file to the garden; the path of its link."""
    message = EmailMessage(policy=SMTP)
    message["From"] = ANA
    message["To"] = "garden@lists.test"
    message["Subject"] = "A file"
    message["Message-ID"] = f"<{kind.replace('/', '.')}@example.org>"
    message.set_content("see below")
    main, _, sub = kind.partition("/")
    message.add_attachment(content, maintype=main, subtype=sub, filename=name)
    pages.town.receives(message.as_bytes(), ANA, ["garden@lists.test"])
    with pages.town.hub.database.reading() as session:
        newest = session.scalar(sa.select(sa.func.max(Attachment.id)))
    return f"/f/{pages.town.hub.site.keys.issue_link(Token(tokens.FILE, 0, newest or 0))}"


KINDS = {
    "application/pdf": "application/pdf",
    "image/png": "image/png",
    "text/html": "application/octet-stream",
    "image/svg+xml": "application/octet-stream",
    "application/x-msdownload": "application/octet-stream",
}


def test_a_file_is_saved_and_nothing_in_it_runs(pages: Pages) -> None:
    for kind, served in KINDS.items():
        content = f"<script>alert('{kind}')</script>".encode()
        answer = pages.client.get(post_with_file(pages, "x.bin", kind, content))
        assert answer.status_code == 200
        assert answer.get_data() == content
        assert answer.headers["Content-Type"] == served
        assert answer.headers["Content-Disposition"] == "attachment; filename*=UTF-8''x.bin"
        assert "sandbox" in answer.headers["Content-Security-Policy"]
        assert answer.headers["X-Content-Type-Options"] == "nosniff"


def test_looking_at_a_link_fetches_nothing_and_changes_nothing(quick_pages: Pages) -> None:
    link = post_with_file(quick_pages, "x.pdf", "application/pdf", b"%PDF-1.4 content")
    before = quick_pages.rows()
    answer = quick_pages.client.head(link)
    assert (answer.status_code, answer.get_data()) == (200, b"")
    assert answer.headers["Content-Length"] == "16"
    assert quick_pages.rows() == before


@pytest.mark.parametrize(
    ("name", "shown"),
    [
        ("Relazione finale.pdf", "Relazione finale.pdf"),
        ("città è.pdf", "città è.pdf"),
        ("../../etc/passwd", "_.._etc_passwd"),
        ("C:\\temp\\evil.exe", "C_temp_evil.exe"),
        ('a"b;c.txt', "a_b;c.txt"),
        ("a\r\nSet-Cookie: x=1\r\n\r\n<script>.txt", "a Set-Cookie_ x=1 _script_.txt"),
        ("invoice\u202efdp.exe", "invoice fdp.exe"),
        ("zero\u200bwidth.txt", "zero width.txt"),
        ("\ud800.txt", "txt"),
        (".htaccess", "htaccess"),
        ("", "file"),
        ("...", "file"),
        ("x" * 400 + ".pdf", "x" * 147 + ".pdf"),
    ],
)
def test_a_hostile_name_is_only_a_name(name: str, shown: str) -> None:
    assert shown_name(name) == shown


def test_a_hostile_name_makes_no_header(quick_pages: Pages) -> None:
    link = post_with_file(quick_pages, "x.txt", "text/plain", b"x")
    with quick_pages.town.hub.database.transaction() as session:
        session.execute(sa.update(Attachment).values(name='è"; filename=evil.exe\r\nX-Evil: 1'))
    answer = quick_pages.client.get(link)
    assert "X-Evil" not in answer.headers
    told = answer.headers["Content-Disposition"].removeprefix("attachment; filename*=UTF-8''")
    assert set(told) <= set("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-._~%")
    assert unquote(told) == "è_; filename=evil.exe X-Evil_ 1"


def test_a_link_that_is_not_whole_finds_nothing(quick_pages: Pages) -> None:
    link = post_with_file(quick_pages, "x.txt", "text/plain", b"x")
    keys = quick_pages.town.hub.site.keys
    gone = f"/f/{keys.issue_link(Token(tokens.FILE, 0, 999))}"
    other = f"/f/{keys.issue_link(Token(tokens.POST, 0, 1))}"
    for path in (link[:-1], link[:-2] + "zz", gone, other, "/f/x"):
        answer = quick_pages.client.get(path)
        assert answer.status_code == 404
        assert "There is no such file" in answer.get_data(as_text=True)


def test_a_file_that_was_damaged_on_our_disk_is_said_to_be_lost(quick_pages: Pages) -> None:
    link = post_with_file(quick_pages, "x.bin", "application/pdf", b"y" * 3_000_000)
    with quick_pages.town.hub.database.reading() as session:
        assert session.scalar(sa.select(Blob.body)) is None, "this one is a file"
    for path in (quick_pages.town.hub.site.data_dir / "blobs").glob("*/*"):
        if path.stat().st_size == 3_000_000:
            path.write_bytes(b"z" * 3_000_000)
    answer = quick_pages.client.get(link)
    assert answer.status_code == 500
    assert "no longer read this file" in answer.get_data(as_text=True)
