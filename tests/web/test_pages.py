"""What every page shares: headers, errors without stack traces, no word of the Host header, no redirect."""

import logging
from collections.abc import Callable
from pathlib import Path

import pytest
from flask import Flask

from mailhub.web.app import POLICY, make_app
from tests.web.conftest import ANA, Pages

EVERY_PAGE = ["/u/x", "/a/x?v=leave", "/f/x", "/nowhere", "/healthz", "/readyz", "/static/mailhub.css"]


@pytest.mark.parametrize("path", EVERY_PAGE)
def test_every_answer_keeps_browsers_and_robots_at_bay(still_pages: Pages, path: str) -> None:
    headers = still_pages.client.get(path).headers
    assert "default-src 'none'" in headers["Content-Security-Policy"]
    assert headers["X-Content-Type-Options"] == "nosniff"
    assert headers["Referrer-Policy"] == "no-referrer"
    assert headers["X-Robots-Tag"] == "noindex"
    assert "Set-Cookie" not in headers
    assert ("no-store" in headers["Cache-Control"]) is not path.startswith("/static")


def test_no_page_may_run_a_script_or_stand_in_a_frame(still_pages: Pages) -> None:
    assert "script-src" not in POLICY
    assert "unsafe" not in POLICY
    assert "frame-ancestors 'none'" in POLICY
    html = still_pages.client.get(still_pages.leave_link()).get_data(as_text=True)
    for forbidden in ("<script", "style=", "onclick", "http://", "https://"):
        assert forbidden not in html


@pytest.mark.parametrize("path", ["//u/x", "/u/x/", "/u//x", "/u/x//", "/f/x/", "/healthz/"])
def test_no_path_is_answered_with_a_redirect(still_pages: Pages, path: str) -> None:
    for method in ("GET", "POST"):
        assert not 300 <= still_pages.client.open(path, method=method).status_code < 400


@pytest.mark.parametrize(
    ("path", "method", "code", "words"),
    [
        ("/nowhere/", "GET", 404, "There is no such page"),
        ("/u/", "GET", 404, "There is no such page"),
        ("/f/x", "POST", 405, "can only be opened"),
        ("/u/x", "PUT", 405, "can only be opened"),
        ("/healthz", "POST", 405, "can only be opened"),
    ],
)
def test_mistakes_are_told_in_words(still_pages: Pages, path: str, method: str, code: int, words: str) -> None:
    answer = still_pages.client.open(path, method=method)
    assert answer.status_code == code
    assert words in answer.get_data(as_text=True)
    if code == 405:
        assert "GET" in answer.headers["Allow"]


@pytest.mark.parametrize("kind", ["application/x-www-form-urlencoded", "multipart/form-data", "text/plain"])
def test_a_form_that_is_too_long_is_refused_before_anything_happens(still_pages: Pages, kind: str) -> None:
    answer = still_pages.client.post(still_pages.leave_link(), data=b"x" * 100_000, content_type=kind)
    assert answer.status_code == 413
    assert "too big" in answer.get_data(as_text=True)
    assert still_pages.belongs()


def test_a_fault_of_ours_shows_no_trace_and_logs_no_token(
    quick_pages: Pages, caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    def burst(*_: object) -> None:
        raise RuntimeError("secret detail")

    monkeypatch.setattr("mailhub.web.leaving._leave", burst)
    link = quick_pages.leave_link()
    with caplog.at_level(logging.ERROR):
        answer = quick_pages.client.post(link)
    assert answer.status_code == 500
    text = answer.get_data(as_text=True)
    assert "Something went wrong on our side" in text
    assert "secret detail" not in text
    assert "Traceback" not in text
    assert "secret detail" in caplog.text  # for whoever runs the server
    assert link not in caplog.text
    assert "default-src 'none'" in answer.headers["Content-Security-Policy"]


def test_the_host_header_is_repeated_nowhere(quick_pages: Pages) -> None:
    """Links come from the configuration alone (S-20)."""
    hostile = {"Host": "evil.example", "X-Forwarded-Host": "evil.example", "Forwarded": "host=evil.example"}
    for path in (*EVERY_PAGE, quick_pages.leave_link()):
        for method in ("GET", "POST"):
            answer = quick_pages.client.open(path, method=method, headers=hostile)
            assert "evil.example" not in answer.get_data(as_text=True) + str(answer.headers)
    quick_pages.client.post(quick_pages.leave_link(), headers=hostile)
    quick_pages.town.settles()
    assert all("evil.example" not in mail.as_string() for mail in quick_pages.town.inbox(ANA))


def test_pages_below_a_path_find_their_style(tmp_path: Path, quick_pages: Pages) -> None:
    site = quick_pages.town.hub.site
    object.__setattr__(site, "base_url", "https://town.test/mail")
    try:
        html = make_app(quick_pages.town.hub).test_client().get("/u/x").get_data(as_text=True)
    finally:
        object.__setattr__(site, "base_url", None)
    assert 'href="/mail/static/mailhub.css"' in html


def test_the_title_of_a_group_is_text(quick_pages: Pages) -> None:
    hostile = "<img src=x onerror=alert(1)>\"'"
    quick_pages.garden = quick_pages.town.opens_list("odd", members=[ANA], title={"it": hostile, "en": hostile})
    for method in ("GET", "POST"):
        html = quick_pages.client.open(quick_pages.leave_link(), method=method).get_data(as_text=True)
        assert "<img src=x" not in html
        assert "&lt;img" in html


def test_every_route_that_changes_something_is_known(still_pages: Pages) -> None:
    """A new POST route comes with a look at who may press it (S-21)."""
    app: Flask = make_app(still_pages.town.hub)
    posts = {rule.rule for rule in app.url_map.iter_rules() if "POST" in (rule.methods or ())}
    assert posts == {
        *("/u/<token>", "/a/<token>", "/join", "/login", "/login/<token>", "/logout", "/me", "/me/<token>"),
        "/hooks/<provider>",
    }


@pytest.mark.parametrize("make", [lambda text: text, lambda text: f"{text};q=0.9,de;q=0.1"])
def test_a_stranger_is_answered_in_the_language_of_the_browser(still_pages: Pages, make: Callable[[str], str]) -> None:
    for language, words in (("it", "Questa pagina non c&#39;è"), ("en", "There is no such page")):
        answer = still_pages.client.get("/nowhere", headers={"Accept-Language": make(language)})
        assert words in answer.get_data(as_text=True)
        assert f'<html lang="{language}"' in answer.get_data(as_text=True)
    assert '<html lang="en"' in still_pages.client.get("/nowhere").get_data(as_text=True)  # the site's
