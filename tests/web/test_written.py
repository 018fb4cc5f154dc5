"""A message as it was written: its HTML, made safe, on a page that runs and fetches nothing."""

import re
from email import policy
from urllib.parse import quote

import pytest
import sqlalchemy as sa

from mailhub import tokens
from mailhub.archive import posts
from mailhub.archive.tables import Post
from tests.web.conftest import ANA, BASE, Pages
from tests.web.test_archive import signs_in

PEAR = b"\x89PNG\r\n\x1a\n" + b"pear" * 20
HTML = """<html><body bgcolor="#000"><h1 onclick="alert(1)">Pears</h1>
<p style="color:#123456;position:fixed">Ask {ana} or <b>ana</b>@<b>example.org</b> or
<a href="mailto:{ana}?subject=x">write</a>.</p>
<img src="cid:pear@example.org" alt="A pear"><img src="https://spy.example/open.gif" alt="">
<img src="cid:note@example.org" alt="A note">
<p>Leave: <a href="{leave}">here</a> {leave}</p><script>alert(1)</script>
<blockquote>As you said.</blockquote></body></html>"""


def writes_html(pages: Pages, to: str) -> str:
    """Ana's message with a picture of its own, a text file, and a quoted link of hers to leave; gives its path."""
    leave = f"{BASE}/u/{pages.link(tokens.LEAVE, ANA, pages.garden)}"
    message = pages.town.letter(f"Ana Bini <{ANA}>", f"{to}@lists.test", "Pears", "Pears, in words.")
    message.add_alternative(HTML.format(ana=ANA, leave=leave), subtype="html")
    [_, html] = message.iter_parts()
    html.add_related(PEAR, "image", "png", cid="<pear@example.org>", filename="pear.png")
    html.add_related(b"<script>alert(1)</script>", "image", "svg+xml", cid="<note@example.org>", filename="note.svg")
    pages.town.receives(message.as_bytes(policy=policy.SMTP), ANA, [f"{to}@lists.test"])
    return f"/{to}/m/{quote(str(message['Message-ID']).strip('<>'))}"


@pytest.fixture
def square(quick_pages: Pages) -> str:
    quick_pages.town.opens_list("square", members=[f"Ana Bini <{ANA}>"], archive="public")
    return writes_html(quick_pages, "square")


def test_a_message_is_shown_as_it_was_written_and_made_safe(quick_pages: Pages, square: str) -> None:
    browser = quick_pages.client
    assert f'href="{square}/as-written"' in browser.get(square, base_url=BASE).text
    answer = browser.get(f"{square}/as-written", base_url=BASE)
    assert '<p style="color: #123456">' in answer.text
    assert "<h2>Pears</h2>" in answer.text
    assert "<blockquote>As you said.</blockquote>" in answer.text
    assert answer.text.count("<h1>") == 1
    assert not re.search(r"script|onclick|spy\.example|position", answer.text)
    policy_said = answer.headers["Content-Security-Policy"]
    assert "default-src 'none'" in policy_said
    assert "script" not in policy_said


def test_the_mails_own_pictures_are_shown_and_drawings_that_could_run_are_not(quick_pages: Pages, square: str) -> None:
    text = quick_pages.client.get(f"{square}/as-written", base_url=BASE).text
    [path] = re.findall(r'<img src="(/f/[^"]+)" alt="A pear">', text)
    assert quick_pages.client.get(path, base_url=BASE).data == PEAR
    assert "A note" in text
    assert text.count('<img src="/f/') == 1


def test_a_stranger_reads_no_address_in_it_and_nobody_a_token(quick_pages: Pages, square: str) -> None:
    stranger = quick_pages.client.get(f"{square}/as-written", base_url=BASE).text
    member = signs_in(quick_pages, ANA).get(f"{square}/as-written", base_url=BASE).text
    assert "@" not in re.sub(r"<[^>]*>", "", stranger).replace("m1@", "")
    assert "mailto:" not in stranger
    assert ANA in member
    assert f'href="mailto:{ANA}?subject=x"' in member
    for text in (stranger, member):
        assert "/u/" not in text
        assert "[…]" in text


def test_it_is_for_those_who_may_read_the_message(quick_pages: Pages) -> None:
    path = f"{writes_html(quick_pages, 'garden')}/as-written"
    assert quick_pages.client.get(path, base_url=BASE).status_code == 404
    member = signs_in(quick_pages, ANA)
    assert "<h2>Pears</h2>" in member.get(path, base_url=BASE).text
    with quick_pages.town.hub.database.transaction() as session:
        posts.withdraw(session, session.scalars(sa.select(Post)).one())
    assert member.get(path, base_url=BASE).status_code == 404


def test_words_alone_have_no_such_page(quick_pages: Pages) -> None:
    quick_pages.town.opens_list("square", members=[ANA], archive="public")
    told = quick_pages.town.writes(ANA, to="square@lists.test", subject="Lifts", text="Plain words.")
    path = f"/square/m/{quote(told.strip('<>'))}"
    assert "as-written" not in quick_pages.client.get(path, base_url=BASE).text
    for wrong in (f"{path}/as-written", "/square/m/nobody@x.test/as-written", "/none/m/x/as-written"):
        assert quick_pages.client.get(wrong, base_url=BASE).status_code == 404
