"""The sandbox's page by itself: whom it lets press, what it escapes, what it says when work does not end."""

from collections.abc import Iterator
from datetime import datetime, timedelta
from email.message import EmailMessage
from pathlib import Path

import pytest
from flask.testing import FlaskClient

from mailhub.db.session import Database
from mailhub.sandbox.app import make_app
from mailhub.sandbox.cast import CAST, GARDEN, NEWS, SQUARE
from mailhub.sandbox.desk import Demo
from mailhub.sandbox.living import Turned
from mailhub.sandbox.postoffice import PostOffice
from tests.stories.town import Town

HERE = {"Host": "127.0.0.1:8001"}


class Street:
    """The page over a town in memory; its clock and its work are asked, and do nothing."""

    door = ("127.0.0.1", 9)

    def __init__(self, town: Town) -> None:
        self.town = town
        self.post = PostOffice(town.clock.now)
        self.turned: list[timedelta] = []
        self.spoken: list[str] = []
        self.comes_to = Turned.DONE
        self.due: datetime | None = None
        self.client: FlaskClient = make_app(Demo(town.hub, self.post, self)).test_client()

    def next_due(self) -> datetime | None:
        return self.due

    def settle(self) -> bool:
        return self.comes_to is Turned.DONE

    def turn(self, by: timedelta, language: str) -> Turned:
        self.turned.append(by)
        self.spoken.append(language)
        return self.comes_to

    def speak(self, language: str) -> None:
        self.spoken.append(language)

    def gets(self, path: str, **headers: str) -> str:
        answer = self.client.get(path, headers={**HERE, **headers})
        assert answer.status_code == 200, answer.status
        return answer.get_data(as_text=True)


@pytest.fixture
def street(tmp_path: Path, sqlite_template: Path) -> Iterator[Street]:
    path = tmp_path / "town.db"
    path.write_bytes(sqlite_template.read_bytes())
    town = Town(tmp_path, Database(f"sqlite:///{path}"))
    for slug in (GARDEN, SQUARE, NEWS):
        town.opens_list(slug)
    yield Street(town)
    town.hub.close()


def letter(subject: str, text: str, sender: str = "Zoe <zoe@example.net>") -> bytes:
    message = EmailMessage()
    message["From"] = sender
    message["To"] = "nives@posta.example"
    message["Subject"] = subject
    message.set_content(text)
    return message.as_bytes()


def test_a_letter_is_new_until_it_is_opened(street: Street) -> None:
    street.post.deliver(["nives@posta.example"], letter("Hello", "there"))
    assert 'class="new"' in street.gets("/mail/nives?lang=en")
    assert "there" in street.gets("/mail/nives/1?lang=en")
    assert 'class="new"' not in street.gets("/mail/nives?lang=en")


def test_nobody_reads_a_letter_in_another_mailbox(street: Street) -> None:
    street.post.deliver(["nives@posta.example"], letter("Hello", "there"))
    assert street.client.get("/mail/rita/1", headers=HERE).status_code == 404
    assert street.client.get("/mail/nobody", headers=HERE).status_code == 404


def test_what_strangers_write_is_text(street: Street) -> None:
    hostile = "<script>alert(1)</script>\"' onmouseover=x"
    street.post.deliver(["nives@posta.example"], letter(hostile, hostile, f'"{hostile[:20]}" <zoe@example.net>'))
    for path in ("/mail/nives", "/mail/nives/1"):
        html = street.gets(path)
        assert "<script" not in html
        assert "&lt;script&gt;" in html
    echoed = street.client.get("/mail/nives/write", query_string={"to": hostile, "text": hostile}, headers=HERE)
    assert "<script" not in echoed.get_data(as_text=True)
    assert echoed.headers["Content-Security-Policy"].startswith("default-src 'none'")


@pytest.mark.parametrize("origin", ["http://elsewhere.example", "null", "http://127.0.0.1:9999"])
def test_another_site_cannot_press_the_buttons(street: Street, origin: str) -> None:
    answer = street.client.post("/turn/nives", data={"by": "week"}, headers={**HERE, "Origin": origin})
    assert answer.status_code == 403
    assert street.turned == []


def test_another_name_for_this_machine_opens_nothing(street: Street) -> None:
    assert street.client.get("/mail/nives", headers={"Host": "rebound.example:8001"}).status_code == 403


def test_the_clock_turns_by_what_was_pressed(street: Street) -> None:
    street.due = street.town.clock.now() + timedelta(minutes=2)
    for by in ("hour", "day", "week", "next"):
        answer = street.client.post("/turn/nives", data={"by": by}, headers={**HERE, "Origin": "http://127.0.0.1:8001"})
        assert answer.status_code == 303
    assert street.turned == [timedelta(hours=1), timedelta(days=1), timedelta(weeks=1), timedelta(minutes=2)]
    assert street.client.post("/turn/nives", data={"by": "year"}, headers=HERE).status_code == 400
    assert 'value="next"' in street.gets("/mail/nives")


def test_work_that_does_not_end_is_said(street: Street) -> None:
    street.comes_to = Turned.LATE
    answer = street.client.post("/turn/nives?lang=en", data={"by": "day"}, headers=HERE)
    assert "still work under way" in street.gets(answer.headers["Location"])


def test_a_closed_door_loses_no_words(street: Street) -> None:
    given = {"to": f"{GARDEN}@lists.test", "subject": "S", "text": "my words"}
    answer = street.client.post("/mail/nives/send?lang=en", data=given, headers=HERE)
    assert answer.status_code == 422
    assert "my words" in answer.get_data(as_text=True)
    assert street.post.letters("nives@posta.example") == []


def test_a_neighbour_gets_a_letter_without_the_site(street: Street) -> None:
    given = {"to": "Rita <rita@posta.example>", "subject": "S", "text": "one\r\ntwo"}
    assert street.client.post("/mail/nives/send", data=given, headers=HERE).status_code == 303
    [arrived] = street.post.letters("rita@posta.example")
    assert arrived.mail.text.strip() == "one\ntwo"
    assert [sent.outgoing for sent in street.post.letters("nives@posta.example")] == [True]
    for path in ("/mail/rita/1", "/mail/nives/2"):
        assert "past the groups" in street.gets(f"{path}/happened?lang=en")
    assert "Your last mail" not in street.gets("/mail/nives?lang=en")


@pytest.mark.parametrize("language", ["it", "en"])
def test_every_page_is_drawn_in_both_languages(street: Street, language: str) -> None:
    street.post.deliver(["nives@posta.example"], letter("", ""))
    for one in CAST:
        assert f'lang="{language}"' in street.gets(f"/mail/{one.key}?lang={language}")
    for path in ("/mail/nives/1", "/mail/nives/write", "/style.css"):
        street.gets(f"{path}?lang={language}")


def test_the_language_is_the_browsers_until_one_is_chosen(street: Street) -> None:
    assert '<html lang="it"' in street.gets("/mail/nives", **{"Accept-Language": "it-IT,it;q=0.9"})
    assert '<html lang="en"' in street.gets("/mail/nives?lang=en", **{"Accept-Language": "it-IT,it;q=0.9"})
    assert '<html lang="en"' in street.gets("/mail/nives?lang=xx")  # the site's


def with_html(text: str, markup: str) -> bytes:
    message = EmailMessage()
    message["From"], message["To"], message["Subject"] = "Zoe <zoe@example.net>", "nives@posta.example", "Two ways"
    message.set_content(text)
    message.add_alternative(markup, subtype="html")
    message.add_attachment(b"%PDF-1.4 \xff", maintype="application", subtype="pdf", filename="list\u00e0.pdf")
    return message.as_bytes()


def test_a_letter_is_shown_as_it_was_laid_out_or_as_text(street: Street) -> None:
    street.post.deliver(["nives@posta.example"], with_html("plain words", "<p>laid out</p>"))
    page = street.gets("/mail/nives/1?lang=en")
    assert '<iframe class="paper" sandbox="allow-popups ' in page
    assert 'src="/mail/nives/1/html?lang=en"' in page
    assert 'class="text' not in page
    assert "plain words" in street.gets("/mail/nives/1?lang=en&as=text")
    framed = street.client.get("/mail/nives/1/html?lang=en", headers=HERE)
    assert "<p>laid out</p>" in framed.get_data(as_text=True)
    assert framed.headers["Content-Security-Policy"].startswith("default-src 'none'; style-src 'unsafe-inline';")
    assert ".paper{height:" in street.gets("/mail/nives/1/frame.css")


def test_a_letter_without_html_has_no_frame(street: Street) -> None:
    street.post.deliver(["nives@posta.example"], letter("S", "plain words"))
    assert "plain words" in street.gets("/mail/nives/1?as=html")
    for missing in ("/mail/nives/1/html", "/mail/nives/1/frame.css", "/mail/nives/1/file/0", "/mail/nives/9/html"):
        assert street.client.get(missing, headers=HERE).status_code == 404


def test_an_attachment_is_listed_and_can_be_kept(street: Street) -> None:
    street.post.deliver(["nives@posta.example"], with_html("x", "<p>x</p>"))
    assert "listà.pdf" in street.gets("/mail/nives/1?lang=en")
    kept = street.client.get("/mail/nives/1/file/0", headers=HERE)
    assert kept.get_data() == b"%PDF-1.4 \xff"
    assert kept.headers["Content-Disposition"].startswith("attachment;")


def test_a_clock_that_is_being_turned_is_said(street: Street) -> None:
    street.comes_to = Turned.BUSY
    answer = street.client.post("/turn/nives?lang=en", data={"by": "day"}, headers=HERE)
    assert "being turned already" in street.gets(answer.headers["Location"])


def test_the_chosen_language_is_the_pages_and_the_towns(street: Street) -> None:
    answer = street.client.post("/language/rita?lang=it", data={"language": "en"}, headers=HERE)
    assert street.spoken == ["en"]
    assert '<html lang="en"' in street.gets(answer.headers["Location"])
    street.client.post("/turn/nives?lang=it", data={"by": "day"}, headers=HERE)
    assert street.spoken == ["en", "it"]
    assert street.client.post("/language/rita", data={"language": "fr"}, headers=HERE).status_code == 400


@pytest.mark.parametrize("path", ["/turn/nives", "/mail/nives/send", "/language/nives"])
def test_loading_again_what_a_button_did_shows_the_mailbox(street: Street, path: str) -> None:
    assert street.client.get(f"{path}?lang=en", headers=HERE).headers["Location"] == "/mail/nives?lang=en"


@pytest.mark.parametrize("asked", ["0", "8", "nonsense", "-1", "²"])
def test_a_step_that_is_none_is_the_one_that_comes_now(street: Street, asked: str) -> None:
    assert "Step 1 of 6" in street.gets(f"/mail/nives?lang=en&tour={asked}")


def test_only_a_step_can_be_begun_again(street: Street) -> None:
    assert street.client.post("/tour/nives/7", headers=HERE).status_code == 404
    assert street.client.post("/tour/nives/3", headers=HERE).status_code == 303


def test_words_begun_by_a_link_stand_in_the_answer(street: Street) -> None:
    street.post.deliver(["nives@posta.example"], letter("S", "x"))
    assert 'rows="3">&lt;b&gt;yes</textarea>' in street.gets("/mail/nives/1?text=<b>yes")
