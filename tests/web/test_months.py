"""The archive month by month: every conversation in one month, the months in between left out, no page for nothing."""

import re
from pathlib import Path

import pytest

from mailhub.db.session import Database
from tests.stories.opening import opening
from tests.stories.town import Town
from tests.web.conftest import ANA, BASE, Pages, has_garden, open_pages


@pytest.fixture
def square(tmp_path: Path, database: Database) -> Pages:
    return open_pages(tmp_path, database, has_square)


@opening
def has_square(town: Town) -> int:
    """A public group with conversations of December, March (two of them) and, as Rome's clock tells it, April."""
    garden = has_garden(town)
    town.opens_list("square", members=[ANA], archive="public")
    for subject, sent in (
        ("Firewood", "Tue, 2 Dec 2025 09:00:00 +0100"),
        ("Lifts", "Mon, 2 Mar 2026 09:00:00 +0100"),
        ("Benches", "Sat, 7 Mar 2026 09:00:00 +0100"),
        ("Midnight", "Sat, 28 Feb 2026 23:30:00 +0000"),  # the first of March in Rome
    ):
        town.writes(ANA, to="square@lists.test", subject=subject, text="Words.", headers={"Date": sent})
    return garden


def read(pages: Pages, path: str) -> tuple[list[str], str]:
    """The conversations of a page, and all of it."""
    text = pages.client.get(path, base_url=BASE).text
    return re.findall(r'/t/\d+">([^<]+)</a>', text), text


def test_a_month_shows_its_conversations_and_leads_to_the_months_beside_it(square: Pages) -> None:
    subjects, text = read(square, "/square/2026/03/")
    assert subjects == ["Benches", "Lifts", "Midnight"]
    assert "March 2026" in text
    assert "3 conversations" in text
    assert 'rel="prev" href="/square/2025/12/"' in text
    assert 'rel="next"' not in text
    earlier, text = read(square, "/square/2025/12")
    assert earlier == ["Firewood"]
    assert 'rel="next" href="/square/2026/03/"' in text


def test_the_groups_page_names_the_months_that_have_any(square: Pages) -> None:
    _, text = read(square, "/square/")
    assert re.findall(r'href="/square/(\d{4}/\d\d)/"', text) == ["2026/03", "2025/12"]


def test_a_conversation_that_goes_on_moves_to_its_new_month_and_one_taken_back_is_nowhere(square: Pages) -> None:
    town = square.town
    first = next(mail for mail in town.mailbox(ANA) if mail["Subject"] == "Firewood")
    town.replies(ANA, first, "Is there any left?")
    assert read(square, "/square/2025/12/")[0] == []
    assert read(square, "/square/2026/03/")[0] == ["Firewood", "Benches", "Lifts", "Midnight"]
    town.opens_list("late", members=[ANA], archive="public", grace="1h")
    town.writes(ANA, to="late@lists.test", subject="Oops", text="Not so.")
    assert read(square, "/late/")[0] == ["Oops"]
    town.writes(ANA, to="late@lists.test", text="withdraw")
    assert read(square, "/late/")[0] == []
    assert square.client.get("/late/2026/03/", base_url=BASE).status_code == 404


@pytest.mark.parametrize(
    "path", ["2026/13", "2026/0", "0/3", "0000/03", "9999/12", "99999/1", "2026/04", "2026/03x", "-1/3", "2026/03/1"]
)
def test_a_month_there_is_not_is_the_neutral_page(still_pages: Pages, path: str) -> None:
    for group in ("garden", "none"):
        answer = still_pages.client.get(f"/{group}/{path}/", base_url=BASE)
        assert answer.status_code == 404
        assert "no such page" in answer.text


def test_the_months_of_a_group_are_for_those_who_read_it(square: Pages) -> None:
    square.town.writes(ANA, to="garden@lists.test", subject="Quiet", text="Words.")
    assert square.client.get("/garden/2026/03/", base_url=BASE).status_code == 404
    assert "2026/03" not in read(square, "/garden/")[1]
