"""A verb as a button: GET shows, POST does, once; what a button cannot prove is asked for by reply."""

import re
from datetime import timedelta

import pytest

from mailhub import tokens
from mailhub.people import persons
from mailhub.tokens import kind_named
from tests.stories.town import body
from tests.web.conftest import ANA, BASE, TITLE, Pages

ZOE = "zoe@example.net"


def confirm_link(pages: Pages, email: str = ZOE) -> str:
    """Somebody asks to join; the path of the page that their confirmation names."""
    pages.town.writes(email, to="garden-join@lists.test")
    [confirmation] = pages.town.inbox(email)
    found = re.search(rf"{BASE}(/a/\S+)", body(confirmation))
    assert found is not None
    assert body(confirmation).index('"yes"') < found.start(), "the word comes first"
    return found[1]


def test_joining_is_confirmed_by_pressing_and_not_by_looking(pages: Pages) -> None:
    link = confirm_link(pages)
    before = pages.rows()
    shown = pages.client.get(link).get_data(as_text=True)
    assert "Do you want to join the group Garden?" in shown
    assert pages.client.head(link).status_code == 200
    assert pages.rows() == before
    assert not pages.belongs(ZOE)

    pressed = pages.client.post(link)
    assert pressed.status_code == 200
    assert pages.belongs(ZOE)
    pages.town.settles()
    assert [mail["Subject"] for mail in pages.town.inbox(ZOE)] == ["You are in: Garden"]


def test_pressing_again_shows_the_same_and_does_nothing(pages: Pages) -> None:
    link = confirm_link(pages)
    first = pages.client.post(link)
    pages.town.settles()
    pages.town.inbox(ZOE)
    before = pages.rows()
    assert pages.client.post(link).get_data() == first.get_data()
    assert pages.client.get(link).get_data() == first.get_data()
    pages.town.settles()
    assert pages.rows() == before
    assert pages.town.inbox(ZOE) == []


def test_a_button_whose_question_ended_otherwise_is_no_longer_valid(pages: Pages) -> None:
    link = confirm_link(pages)
    declined = link.replace("v=confirm", "v=decline")
    assert "Would you rather not" in pages.client.get(declined).get_data(as_text=True)
    pages.client.post(declined)
    for method in ("GET", "POST"):
        answer = pages.client.open(link, method=method).get_data(as_text=True)
        assert "no longer valid" in answer
    assert not pages.belongs(ZOE)


def test_a_pause_by_button_happens_once_a_day(quick_pages: Pages) -> None:
    link = f"/a/{quick_pages.link(tokens.LIST, ANA, quick_pages.garden)}?v=pause"
    quick_pages.client.post(link)
    quick_pages.client.post(link)
    quick_pages.town.settles()
    [told] = quick_pages.town.inbox(ANA)
    quick_pages.town.replies(ANA, told, "resume")
    quick_pages.town.inbox(ANA)
    quick_pages.client.post(link)  # what they did since lies between
    quick_pages.town.settles()
    assert len(quick_pages.town.inbox(ANA)) == 1


@pytest.mark.parametrize("verb", ["each", "digest", "withdraw"])
def test_above_level_one_the_page_says_what_to_reply(quick_pages: Pages, verb: str) -> None:
    link = f"/a/{quick_pages.link(tokens.LIST, ANA, quick_pages.garden)}?v={verb}"
    before = quick_pages.rows()
    for method in ("GET", "POST"):
        answer = quick_pages.client.open(link, method=method)
        assert answer.status_code == 200
        assert "This needs a reply by mail" in answer.get_data(as_text=True)
        assert "<button" not in answer.get_data(as_text=True)
    assert quick_pages.rows() == before


def test_a_moderators_word_is_no_button(quick_pages: Pages) -> None:
    quick_pages.town.writes("olga@example.org", to="garden-join@lists.test")
    quick_pages.town.writes("Zoe <zoe@example.net>", to="garden@lists.test", subject="Seeds", text="I have some.")
    with quick_pages.town.hub.database.reading() as session:
        moderator = persons.find(session, "olga@example.org")
        assert moderator is not None
    held = kind_named("held")
    assert held is not None
    for verb in ("publish", "refuse"):
        link = f"/a/{quick_pages.link(held, 'olga@example.org', 1)}?v={verb}"
        assert f"write &#34;{verb}&#34;" in quick_pages.client.post(link).get_data(as_text=True)


def test_what_nothing_came_of_is_said_in_the_words_of_a_reply(quick_pages: Pages) -> None:
    quick_pages.town.joins("garden", ZOE)
    quick_pages.client.post(f"/u/{quick_pages.link(tokens.LEAVE, ZOE, quick_pages.garden)}")
    link = f"/a/{quick_pages.link(tokens.LIST, ZOE, quick_pages.garden)}?v=resume"
    answer = quick_pages.client.post(link).get_data(as_text=True)
    assert "<h1>" in answer
    assert "Garden" in answer
    assert "Done" not in answer


def test_what_is_not_our_button_gets_one_neutral_page(quick_pages: Pages) -> None:
    link = confirm_link(quick_pages)
    path, _, _ = link.partition("?")
    late = confirm_link(quick_pages, "late@example.net")
    quick_pages.town.clock.pass_by(timedelta(days=400))
    in_mail = quick_pages.town.hub.site.keys.issue(
        tokens.Token(tokens.LIST, quick_pages.person(ANA), quick_pages.garden)
    )
    links = [path, f"{path}?v=", f"{path}?v=publish", f"{path}?v=nonsense", f"{path[:-2]}zz?v=confirm", late]
    links += ["/a/x?v=confirm", f"/a/{in_mail}?v=leave", f"{quick_pages.leave_link().replace('/u/', '/a/')}?v=confirm"]
    answers = [quick_pages.client.open(one, method=method) for one in links for method in ("GET", "POST")]
    assert {answer.status_code for answer in answers} == {200}
    bodies = {re.sub(rb'lang="\w+"', b"", answer.get_data()) for answer in answers}
    assert len(bodies) == 1
    assert not quick_pages.belongs(ZOE)


def test_a_button_ends_when_the_persons_addresses_change(quick_pages: Pages) -> None:
    link = f"/a/{quick_pages.link(tokens.LIST, ANA, quick_pages.garden)}?v=pause"
    with quick_pages.town.hub.database.transaction() as session:
        person = persons.find(session, ANA)
        assert person is not None
        persons.add_address(session, person, "ana@elsewhere.example", now=quick_pages.town.clock.now())
    assert "no longer valid" in quick_pages.client.post(link).get_data(as_text=True)


def test_the_button_speaks_the_persons_language(quick_pages: Pages) -> None:
    quick_pages.town.joins("garden", "nives@example.org", language="it")
    link = f"/a/{quick_pages.link(tokens.LIST, 'nives@example.org', quick_pages.garden)}?v=pause"
    assert f"{TITLE['it']}: «pausa»?" in quick_pages.client.get(link).get_data(as_text=True)


def test_what_is_said_in_ones_own_words_has_no_button(quick_pages: Pages) -> None:
    link = f"/a/{quick_pages.link(tokens.MAILING, ANA, 1)}?v=answer"
    for method in ("GET", "POST"):
        page = quick_pages.client.open(link, method=method)
        assert page.status_code == 200
        assert "no longer valid" in page.get_data(as_text=True)
