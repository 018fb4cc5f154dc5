"""One click leaves (RFC 8058, D-30 to D-36): POST acts and GET never does, without login, cookie or redirect."""

from collections.abc import Mapping
from datetime import timedelta
from typing import Any

import pytest

from mailhub import tokens
from tests.stories.town import body
from tests.web.conftest import ANA, Pages

ONE_CLICK = {"List-Unsubscribe": "One-Click"}


@pytest.mark.parametrize("method", ["GET", "HEAD", "OPTIONS"])
def test_opening_the_page_changes_nothing(pages: Pages, method: str) -> None:
    before = pages.rows()
    answer = pages.client.open(pages.leave_link(), method=method)
    assert answer.status_code == 200
    assert pages.rows() == before
    assert pages.belongs()


@pytest.mark.parametrize(
    "request_of",
    [
        pytest.param({"data": ONE_CLICK}, id="urlencoded"),
        pytest.param({"data": ONE_CLICK, "content_type": "multipart/form-data"}, id="multipart"),
        pytest.param({"data": {}}, id="the button of the page"),
        pytest.param({"data": b"\xff\xfe{", "content_type": "application/json"}, id="a body nobody understands"),
    ],
)
def test_one_post_leaves_at_once_and_says_goodbye_by_mail(pages: Pages, request_of: Mapping[str, Any]) -> None:
    answer = pages.client.post(pages.leave_link(), **request_of)
    assert (answer.status_code, answer.history) == (200, ())
    assert "Set-Cookie" not in answer.headers
    assert "Location" not in answer.headers
    assert "Done: nothing more reaches you from the group Garden." in answer.get_data(as_text=True)
    assert not pages.belongs()
    pages.town.settles()
    [goodbye] = pages.town.inbox(ANA)
    assert "undo" in body(goodbye)
    assert pages.belongs("bea@example.org")


def test_the_second_time_says_the_same_and_mails_nobody(pages: Pages) -> None:
    first = pages.client.post(pages.leave_link())
    pages.town.settles()
    pages.town.inbox(ANA)
    before = pages.rows()
    again = [pages.client.post(pages.leave_link()) for _ in range(3)]
    pages.town.settles()
    assert {answer.get_data() for answer in again} == {first.get_data()}
    assert pages.town.inbox(ANA) == []
    assert pages.rows() == before
    assert "Done" in pages.client.get(pages.leave_link()).get_data(as_text=True)


def test_who_left_by_mistake_comes_back_by_a_word(pages: Pages) -> None:
    pages.client.post(pages.leave_link())
    pages.town.settles()
    [goodbye] = pages.town.inbox(ANA)
    pages.town.replies(ANA, goodbye, "undo")
    assert pages.belongs()


def test_a_post_that_is_owed_already_does_not_reach_who_left(pages: Pages) -> None:
    slow = pages.town.opens_list("slow", members=[ANA, "bea@example.org"], grace="2 min")
    pages.town.writes("bea@example.org", to="slow@lists.test", subject="Seeds")
    pages.client.post(f"/u/{pages.link(tokens.LEAVE, ANA, slow)}")
    pages.town.passes(minutes=10)
    assert [mail["Subject"] for mail in pages.town.inbox(ANA)] == ["Done: we will not write again"]
    assert [mail["Subject"] for mail in pages.town.inbox("bea@example.org")] == ["Seeds"]


def test_what_is_not_our_token_gets_one_neutral_page(pages: Pages) -> None:
    """No difference tells whether a group, a person or a membership exists (S-18)."""
    whole = pages.leave_link()
    foreign = pages.link(tokens.LEAVE, ANA, 999)
    other_kind = pages.link(tokens.LIST, ANA, pages.garden)
    in_mail = pages.town.hub.site.keys.issue(tokens.Token(tokens.LEAVE, pages.person(ANA), pages.garden))
    tampered = whole[:-3] + ("aaa" if not whole.endswith("aaa") else "bbb")
    links = [tampered, whole[:-1], f"{whole}a", "/u/x", "/u/" + "a" * 5000, "/u/%00%ff", f"/u/{foreign}"]
    links += [f"/u/{other_kind}", f"/u/{in_mail}"]
    answers = [pages.client.open(link, method=method) for link in links for method in ("GET", "POST")]
    assert {answer.status_code for answer in answers} == {200}
    assert len({answer.get_data() for answer in answers}) == 1
    assert pages.belongs()


def test_the_link_works_for_years_and_after_the_keys_changed_twice(quick_pages: Pages) -> None:
    link = quick_pages.leave_link()
    quick_pages.town.clock.pass_by(timedelta(days=800))
    keys = quick_pages.town.hub.site.keys
    object.__setattr__(keys, "retired", (keys.current,))
    object.__setattr__(keys, "previous", b"p" * 32)
    object.__setattr__(keys, "current", b"n" * 32)
    quick_pages.client.post(link)
    assert not quick_pages.belongs()


def test_the_page_speaks_the_members_language(quick_pages: Pages) -> None:
    quick_pages.town.joins("garden", "nives@example.org", language="it")
    link = quick_pages.leave_link("nives@example.org")
    answer = quick_pages.client.get(link, headers={"Accept-Language": "en"}).get_data(as_text=True)
    assert '<html lang="it"' in answer
    assert "Uscire dal gruppo Orto?" in answer
    unknown = quick_pages.client.get("/u/nothing", headers={"Accept-Language": "it"})
    assert "Qui non c&#39;è nulla da fare" in unknown.get_data(as_text=True)


def test_who_is_reached_only_from_a_group_below_may_leave_too(quick_pages: Pages) -> None:
    above = quick_pages.town.opens_list("town", kind="announce", reply_to="author")
    quick_pages.town.opens_list("below", members=[ANA], parent="town")
    link = f"/u/{quick_pages.link(tokens.LEAVE, ANA, above)}"
    assert "<button" in quick_pages.client.get(link).get_data(as_text=True)
    assert "Done" in quick_pages.client.post(link).get_data(as_text=True)
    assert "<button" not in quick_pages.client.get(link).get_data(as_text=True)
    assert quick_pages.belongs()
