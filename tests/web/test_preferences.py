"""One's own page, by the link of a letter or after signing in: each does as much as it proves who one is."""

import re
from datetime import time

import pytest
from flask.testing import FlaskClient

from mailhub import tokens
from mailhub.digests import readers
from mailhub.lists.tables import DeliveryChoice, SubscriptionState
from tests.web.conftest import ANA, BASE, Pages
from tests.web.test_archive import BEA, signs_in


def own(pages: Pages, email: str = ANA) -> str:
    return f"/me/{pages.link(tokens.ME, email, 0)}"


def press(browser: FlaskClient, path: str, do: str, group: str = "", **fields: object) -> str:
    """Press a button of the page as a browser would, with the key that stands in it."""
    [key] = set(re.findall(r'name="key" value="([^"]+)"', browser.get(path, base_url=BASE).text))
    return browser.post(path, data={"key": key, "do": do, "in": group, **fields}, base_url=BASE).text


def test_the_link_of_a_letter_shows_what_comes_and_lets_one_pause_resume_and_leave(quick_pages: Pages) -> None:
    town, browser, path = quick_pages.town, quick_pages.client, own(quick_pages)
    text = browser.get(path, base_url=BASE).text
    assert "Garden" in text
    assert "Every message reaches you, at once." in text
    assert "mailto:garden-pause@lists.test" in text
    assert "sign in" in text
    assert ANA not in text  # whoever holds a forwarded letter learns no address

    assert "pause" in press(browser, path, "pause", "garden", **{"for": "week"}).lower()
    place = town.place("garden", ANA)
    assert place is not None
    assert place.paused_until is not None
    assert "Paused until" in browser.get(path, base_url=BASE).text
    press(browser, path, "resume", "garden")
    assert "Every message" in browser.get(path, base_url=BASE).text
    press(browser, path, "leave", "garden")
    assert not quick_pages.belongs()
    town.settles()
    goodbye = town.mailbox(ANA)[-1]
    assert "no group" in browser.get(path, base_url=BASE).text
    town.replies(ANA, goodbye, "undo")
    assert quick_pages.belongs()


def test_what_proves_more_asks_to_sign_in_and_then_it_is_done(quick_pages: Pages) -> None:
    town, path = quick_pages.town, own(quick_pages)
    assert 'value="digest"' not in quick_pages.client.get(path, base_url=BASE).text
    assert "needs signing in first" in press(quick_pages.client, path, "digest", "garden")
    before = quick_pages.rows()
    press(quick_pages.client, path, "letter-time", hour="18:00", day=["0"])
    press(quick_pages.client, path, "address-by", name="Mallory", language="it")
    assert quick_pages.rows() == before

    browser = signs_in(quick_pages, ANA)
    assert "Your page" in browser.get("/me", base_url=BASE).text
    press(browser, "/me", "digest", "garden")
    place = town.place("garden", ANA)
    assert place is not None
    assert place.delivery is DeliveryChoice.DIGEST
    said = press(browser, "/me", "letter-time", hour="18:30", day=["0", "3"])
    assert "18:30, Monday and Thursday" in said
    with town.hub.database.reading() as session:
        assert readers.choice_of(session, quick_pages.person(ANA)) == (time(18, 30), 0b1001)
    assert 'value="18:30"' in browser.get("/me", base_url=BASE).text
    assert "Done" in press(browser, "/me", "address-by", name=" Ana  Bini\n", language="it")
    person = town.person(ANA)
    assert person is not None
    assert (person.name, person.language) == ("Ana Bini", "it")
    assert "La tua pagina" in browser.get("/me", base_url=BASE).text
    town.writes(ANA, to="hub@lists.test", text="annulla")
    person = town.person(ANA)
    assert person is not None
    assert person.name == "Ana"


def test_the_letter_leads_to_the_page_and_the_link_ends(quick_pages: Pages) -> None:
    town = quick_pages.town
    town.opens_list("square", members=[ANA, BEA], default_delivery="digest")
    town.writes(BEA, to="square@lists.test", subject="Pears", text="Ripe.")
    town.passes(days=1)
    part = next(mail for mail in town.mailbox(ANA) if "letter of" in str(mail["Subject"])).get_body(("plain",))
    assert part is not None
    [path] = re.findall(rf"{BASE}(/me/\S+)", part.get_content())
    assert "The messages reach you in the letter." in quick_pages.client.get(path, base_url=BASE).text
    town.passes(days=181)
    assert "no longer valid" in quick_pages.client.get(path, base_url=BASE).text


@pytest.mark.parametrize("token", ["x", "a" * 47, "../me", "%00"])
def test_a_bad_link_is_a_neutral_page(still_pages: Pages, token: str) -> None:
    before = still_pages.rows()
    for answer in (
        still_pages.client.get(f"/me/{token}", base_url=BASE),
        still_pages.client.post(f"/me/{token}", data={"do": "leave", "in": "garden"}, base_url=BASE),
    ):
        assert answer.status_code in (200, 404)
        assert "Garden" not in answer.text
    assert still_pages.rows() == before


def test_links_for_other_ends_and_strangers_open_nothing(still_pages: Pages) -> None:
    leave = still_pages.leave_link().removeprefix("/u/")
    assert "no longer valid" in still_pages.client.get(f"/me/{leave}", base_url=BASE).text
    assert "Your mail address" in still_pages.client.get("/me", base_url=BASE).text
    assert "Your mail address" in still_pages.client.post("/me", data={"do": "leave"}, base_url=BASE).text


@pytest.mark.parametrize(
    "fields",
    [
        {"do": "leave", "in": "garden", "key": "forged"},
        {"do": "leave", "in": "nowhere"},
        {"do": "help", "in": "garden"},
        {"do": "withdraw", "in": "garden"},
        {"do": "letter-time", "hour": "99:00", "day": "0"},
        {"do": "letter-time", "hour": "18:00", "day": "9"},
        {"do": "address-by", "language": "tlh", "name": "x"},
        {},
    ],
)
def test_a_form_that_is_none_of_ours_does_nothing(still_pages: Pages, fields: dict[str, str]) -> None:
    path, before = own(still_pages), still_pages.rows()
    key = re.findall(r'name="key" value="([^"]+)"', still_pages.client.get(path, base_url=BASE).text)[0]
    answer = still_pages.client.post(path, data={"key": key, **fields}, base_url=BASE)
    assert (answer.status_code, "makes no sense" in answer.text) == (400, True)
    assert still_pages.rows() == before


def test_a_form_of_another_person_is_not_obeyed(quick_pages: Pages) -> None:
    path = own(quick_pages)
    [key, *_] = re.findall(
        r'name="key" value="([^"]+)"', quick_pages.client.get(own(quick_pages, BEA), base_url=BASE).text
    )
    answer = quick_pages.client.post(path, data={"key": key, "do": "leave", "in": "garden"}, base_url=BASE)
    assert answer.status_code == 400
    assert quick_pages.belongs()


def test_looking_changes_nothing_and_belonging_elsewhere_is_not_needed(quick_pages: Pages) -> None:
    town, path = quick_pages.town, own(quick_pages)
    town.opens_list("circle", members=[BEA], join="invitation")
    before = quick_pages.rows()
    assert "Circle" not in quick_pages.client.get(path, base_url=BASE).text
    quick_pages.client.head(path, base_url=BASE)
    assert quick_pages.rows() == before
    said = press(quick_pages.client, path, "pause", "circle")
    place = town.place("circle", BEA)
    assert place is not None
    assert place.state is SubscriptionState.ACTIVE
    assert "Done" not in said


def test_who_has_signed_in_gets_their_data_and_may_be_forgotten(quick_pages: Pages) -> None:
    town, path = quick_pages.town, own(quick_pages)
    for do in ("data", "forget", "forget-all"):
        assert "needs signing in first" in press(quick_pages.client, path, do, sure="yes")
    browser = signs_in(quick_pages, ANA)
    assert "a mail is on its way" in press(browser, "/me", "data")
    town.settles()
    assert town.mailbox(ANA)[-1]["Subject"] == "Your data: mail 1 of 1"
    before = quick_pages.rows()
    press(browser, "/me", "forget")  # without the word that it cannot be undone
    assert quick_pages.rows() == before
    assert "a mail is on its way" in press(browser, "/me", "forget", sure="yes")
    town.passes(minutes=6)
    assert town.mailbox(ANA)[-1]["Subject"] == "Done: we will not write again"
    assert town.person(ANA) is None
    assert "Your page" not in browser.get("/me", base_url=BASE).text
