"""The archive's pages: what a group shows to whom, conversations, messages, search, the feed, signing in."""

import re
import xml.etree.ElementTree as ET
from pathlib import Path
from urllib.parse import quote

import pytest
from flask.testing import FlaskClient

from mailhub.archive import queries
from mailhub.db.session import Database
from tests.stories.opening import opening
from tests.stories.town import Town
from tests.web.conftest import ANA, BASE, Pages, has_garden, open_pages

BEA, ZOE = "bea@example.org", "zoe@x.test"
SECRET = "Zucchine"
ATOM = "{http://www.w3.org/2005/Atom}"


@pytest.fixture
def archive(tmp_path: Path, database: Database) -> Pages:
    return open_pages(tmp_path, database, has_groups)


@opening
def has_groups(town: Town) -> int:
    """Beside the garden, for its members: a public square, a board nobody may read, and a circle by invitation."""
    garden = has_garden(town)
    town.opens_list("square", members=[f"Ana Bini <{ANA}>", BEA], archive="public", rules="One thing a message.")
    town.opens_list("board", members=[ANA], archive="none")
    town.opens_list("circle", members=[ANA], join="invitation", archive="members")
    for slug, subject in (
        ("garden", f"{SECRET} in the garden"),
        ("square", "Lifts"),
        ("board", f"{SECRET} of the board"),
    ):
        town.writes(
            f"Ana Bini <{ANA}>", to=f"{slug}@lists.test", subject=subject, text=f"Words of {subject}. Ask {ANA}."
        )
    town.writes(f"Ana Bini <{ANA}>", to="circle@lists.test", subject=f"{SECRET} in the circle", text="Quiet.")
    first = next(mail for mail in town.mailbox(BEA) if mail["Subject"] == "Lifts")
    town.replies(BEA, first, "I have a seat.\n\nhttps://x.example/?a=1&b=2 <script>alert(1)</script>")
    return garden


def signs_in(pages: Pages, email: str) -> FlaskClient:
    """A browser that has signed in as a person would."""
    browser = pages.client.application.test_client()
    browser.post("/login", data={"email": email}, base_url=BASE)
    pages.town.settles()
    mail = next(mail for mail in reversed(pages.town.mailbox(email)) if "way in" in str(mail["Subject"]))
    part = mail.get_body(("plain",))
    assert part is not None
    [path] = re.findall(rf"{BASE}(/login/\S+)", part.get_content())
    assert "happens only if you press" in browser.get(path, base_url=BASE).text
    assert "Done" in browser.post(path, base_url=BASE).text
    return browser


def paths(pages: Pages) -> list[str]:
    """Every page there is to ask for."""
    slugs, found = (
        ("garden", "square", "board", "circle"),
        ["/", f"/search?q={SECRET}", "/search?q=words", "/search?q=da:ana"],
    )
    for slug in slugs:
        found += [f"/{slug}/", f"/{slug}/feed.atom", *(f"/{slug}/t/{n}" for n in range(1, 6))]
        found += [f"/{slug}/m/{quote(f'm{n}@example.org')}" for n in range(1, 7)]
    return found


def test_a_stranger_learns_nothing_of_what_is_not_public(archive: Pages) -> None:
    read = {path: archive.client.get(path, base_url=BASE) for path in paths(archive)}
    assert {answer.status_code for answer in read.values()} <= {200, 404}
    for path, answer in read.items():
        asked = (
            answer.text.replace(f'value="{SECRET}"', "").replace(f"“{SECRET}”", "").replace(f"&#34;{SECRET}&#34;", "")
        )
        assert SECRET not in asked, path
        assert "circle" not in answer.text.lower(), path
        assert "@example.org" not in re.sub(r"m\d+(?:@|%40)example\.org", "", answer.text), path  # ids are no addresses
        assert "board" not in answer.text or path in ("/", "/board/"), path
    assert "read by those who belong" in read["/garden/"].text
    assert read["/circle/"].status_code == 404


def test_a_member_reads_their_groups_and_no_other(archive: Pages) -> None:
    browser = signs_in(archive, BEA)
    assert SECRET in browser.get("/garden/", base_url=BASE).text
    assert browser.get("/circle/", base_url=BASE).status_code == 404
    found = browser.get(f"/search?q={SECRET}", base_url=BASE).text
    assert "in the garden" in found
    assert "of the board" not in found
    assert "in the circle" not in found


def test_a_public_conversation_reads_like_correspondence(archive: Pages) -> None:
    front = archive.client.get("/square/", base_url=BASE).text
    [thread] = re.findall(r'href="(/square/t/\d+)"', front)
    text = archive.client.get(thread, base_url=BASE).text
    assert text.index("<strong>Ana") < text.index("I have a seat.")
    assert "a…@…" in text  # strangers see no address
    assert "<script>" not in text
    assert 'rel="noopener noreferrer nofollow ugc" href="https://x.example/?a=1&amp;b=2"' in text
    assert re.search(r"<summary>\d+ quoted lines</summary>", text)
    assert "mailto:square@lists.test?subject" not in text  # a stranger would be held
    member = signs_in(archive, BEA).get(thread, base_url=BASE).text
    assert "mailto:square@lists.test?subject=Re%3A%20Lifts&amp;In-Reply-To=" in member
    assert "mailto:p." in member


def test_a_message_is_found_by_its_id_and_a_withdrawn_one_is_gone(archive: Pages) -> None:
    town = archive.town
    lifts = next(mail for mail in town.mailbox(BEA) if mail["Subject"] == "Lifts")
    path = f"/square/m/{quote(str(lifts['Message-ID']).strip('<>'))}"
    assert "Words of Lifts" in archive.client.get(path, base_url=BASE).text
    assert archive.client.get(path.replace("/square/", "/garden/"), base_url=BASE).status_code == 404
    town.opens_list("late", members=[ANA], archive="public", grace="1h")
    gone = town.writes(ANA, to="late@lists.test", subject="Oops", text="Not so.")
    town.writes(ANA, to="late@lists.test", text="withdraw")
    assert archive.client.get(f"/late/m/{quote(gone.strip('<>'))}", base_url=BASE).status_code == 404
    assert "Not so." not in archive.client.get("/late/feed.atom", base_url=BASE).text


def test_the_feed_is_atom_and_for_public_groups_alone(archive: Pages) -> None:
    feed = ET.fromstring(archive.client.get("/square/feed.atom", base_url=BASE).data)
    assert [entry.findtext(f"{ATOM}title") for entry in feed.iter(f"{ATOM}entry")] == ["Lifts", "Lifts"]
    assert feed.findtext(f"{ATOM}title") == "Square"
    assert archive.client.get("/garden/feed.atom", base_url=BASE).status_code == 404


@pytest.mark.parametrize(
    ("asked", "words"),
    [
        ("", "Write a word or two"),
        ("from:ana", "A word to look for is missing"),
        ("since:yesterday lifts", "is not understood"),
        ("pumpkins", "Nothing was found"),
        ("lifts in:garden", "Nothing was found"),
        ("lifts since:2030", "Nothing was found"),
        ("lifts until:2020-01-01", "Nothing was found"),
        ("lifts from:bea", "I have a seat"),
        ("lifts from:ana since:2026-03-01 until:31/3/2026 in:square", "Words of Lifts"),
        ("<script>pumpkin</script>", "Nothing was found"),
    ],
)
def test_a_search_finds_or_says_what_to_do(archive: Pages, asked: str, words: str) -> None:
    answer = archive.client.get("/search", query_string={"q": asked}, base_url=BASE)
    assert words in answer.text
    assert "<script>alert" not in answer.text


def test_pages_ask_for_no_script_no_index_and_nothing_from_elsewhere(archive: Pages) -> None:
    for path in ("/", "/square/", "/search", "/login"):
        answer = archive.client.get(path, base_url=BASE)
        assert "script" not in answer.headers["Content-Security-Policy"]
        assert "noindex" in answer.headers["X-Robots-Tag"]
        assert not re.findall(r'(?:src|href)="(?!/|mailto:|\?)', answer.text)
        assert len(answer.data) < 60_000


@pytest.mark.parametrize(
    ("archive", "index", "is_named"),
    [("public", True, True), ("public", False, False), ("members", True, False)],
)
def test_search_engines_are_let_in_where_a_group_wants_it_and_strangers_read_it(
    quick_pages: Pages, archive: str, index: bool, is_named: bool
) -> None:
    quick_pages.town.opens_list("fair", members=[ANA], licence="CC BY-SA 4.0", archive=archive, index=index)
    quick_pages.town.writes(ANA, to="fair@lists.test", subject="Stalls", text="Words.")
    for path in ("/fair/", "/fair/t/1"):
        answer = quick_pages.client.get(path, base_url=BASE)
        if answer.status_code == 200:
            assert ("noindex" not in answer.text, "X-Robots-Tag" not in answer.headers) == (is_named, is_named)
    assert "CC BY-SA 4.0" in quick_pages.client.get("/fair/", base_url=BASE).text
    for path in ("/", "/search", "/login", "/fair/nothing", "/fair/mbox"):
        assert quick_pages.client.get(path, base_url=BASE).headers["X-Robots-Tag"] == "noindex"


def test_a_link_to_sign_in_works_once_and_not_after_a_quarter_of_an_hour(archive: Pages) -> None:
    browser, town = archive.client, archive.town
    known = browser.post("/login", data={"email": BEA}, base_url=BASE).data
    unknown = browser.post("/login", data={"email": "nobody@x.test"}, base_url=BASE).data
    assert known == unknown
    town.settles()
    assert town.mailbox("nobody@x.test") == []
    part = town.mailbox(BEA)[-1].get_body(("plain",))
    assert part is not None
    [path] = re.findall(rf"{BASE}(/login/\S+)", part.get_content())
    town.passes(minutes=16)
    assert "works no more" in browser.post(path, base_url=BASE).text
    other = signs_in(archive, BEA)
    assert SECRET in other.get("/garden/", base_url=BASE).text
    part = town.mailbox(BEA)[-1].get_body(("plain",))
    assert part is not None
    [path] = re.findall(rf"{BASE}(/login/\S+)", part.get_content())
    assert "works no more" in browser.post(path, base_url=BASE).text
    assert "read by those who belong" in browser.get("/garden/", base_url=BASE).text


def test_looking_at_the_link_signs_nobody_in_and_signing_out_ends_it(archive: Pages) -> None:
    browser = signs_in(archive, BEA)
    browser.post("/logout", base_url=BASE, data={"key": "forged"})
    assert SECRET in browser.get("/garden/", base_url=BASE).text
    browser.set_cookie("mailhub", "forged", domain="pages.test")
    assert "read by those who belong" in browser.get("/garden/", base_url=BASE).text


def test_nobody_is_sent_more_than_five_links_a_day(archive: Pages) -> None:
    before = len(archive.town.mailbox(BEA))
    for _ in range(8):
        archive.client.post("/login", data={"email": BEA}, base_url=BASE)
    archive.town.settles()
    assert len(archive.town.mailbox(BEA)) == before + 5


def test_a_far_page_goes_on_where_the_last_one_ended(archive: Pages) -> None:
    town = archive.town
    town.opens_list("busy", members=[ANA], archive="public")
    for number in range(45):
        town.writes(ANA, to="busy@lists.test", subject=f"Matter {number}", text="Words.")
    first = archive.client.get("/busy/", base_url=BASE).text
    [older] = re.findall(r'href="(\?after=[^"]+)"', first)
    second = archive.client.get(f"/busy/{older}", base_url=BASE).text
    titles = re.findall(r">(Matter \d+)<", first + second)
    assert len(titles) == len(set(titles)) == 45
    assert archive.client.get("/busy/?after=nonsense", base_url=BASE).text == first


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("mele da:Rita", ("mele", "Rita", "", None, None)),
        ('from:"Rita Fontana" pears', ("pears", "Rita Fontana", "", None, None)),
        ("in:Orto mele", ("mele", "", "orto", None, None)),
        ("mele dal:2026-03-14 al:2026-03", ("mele", "", "", "2026-03-14", "2026-04-01")),
        ("mele dal:14/3/2026 al:14/3/2026", ("mele", "", "", "2026-03-14", "2026-03-15")),
        ("mele since:2026 until:2026", ("mele", "", "", "2026-01-01", "2027-01-01")),
        ("al:2026-12 x", ("x", "", "", None, "2027-01-01")),
        ("dal mercato", ("dal mercato", "", "", None, None)),
    ],
)
def test_operators_are_read_in_both_languages(text: str, found: tuple[str | None, ...]) -> None:
    query = queries.read(text)
    days = [moment.date().isoformat() if moment else None for moment in (query.since, query.until)]
    assert (query.words, query.author, query.group, *days) == found
    assert query.wrong == ""


@pytest.mark.parametrize("text", ["dal:ieri x", "al:2026-13 x", "since: x", "dal:31/2/2026 x", "al:9999-12-31 x"])
def test_an_operator_without_sense_is_told(text: str) -> None:
    assert queries.read(text).wrong


def test_joining_by_the_form_asks_the_owner_once_and_says_the_same_to_everybody(archive: Pages) -> None:
    town, browser = archive.town, archive.client
    form = browser.get("/join?in=square", base_url=BASE).text
    assert re.search(r'value="square" checked', form)
    assert "circle" not in form
    said = {
        email: browser.post("/join", data={"email": email, "group": "square"}, base_url=BASE).data
        for email in ("new@x.test", ANA, "new@x.test")
    }
    assert len(set(said.values())) == 1
    town.settles()
    [asked] = town.mailbox("new@x.test")
    assert asked["Subject"] == "Please confirm: Square" or "Square" in str(asked["Subject"])
    town.replies("new@x.test", asked, "yes")
    place = town.place("square", "new@x.test")
    assert place is not None
    assert place.joined_at is not None


@pytest.mark.parametrize(
    ("data", "words"),
    [
        ({"email": "no address", "group": "square"}, "This is no mail address"),
        ({"email": "new@x.test", "group": "circle"}, "Choose a group"),
        ({"email": "new@x.test"}, "Choose a group"),
        ({}, "This is no mail address"),
    ],
)
def test_a_slip_in_the_form_comes_back_with_what_was_written(archive: Pages, data: dict[str, str], words: str) -> None:
    answer = archive.client.post("/join", data=data, base_url=BASE)
    assert (answer.status_code, words in answer.text) == (422, True)
    assert f'value="{data.get("email", "")}"' in answer.text


def test_the_form_writes_to_sixty_people_an_hour_at_most(archive: Pages) -> None:
    pages_before = len(archive.town.transport.copies)
    for number in range(63):
        archive.client.post("/join", data={"email": f"n{number}@x.test", "group": "square"}, base_url=BASE)
    archive.town.settles()
    assert len(archive.town.transport.copies) == pages_before + 60


def test_what_is_found_shows_how_it_begins_and_breaks_no_word(archive: Pages) -> None:
    words = f"{'cabbages and kings ' * 20}of old kings {ANA} and the end"
    archive.town.writes(ANA, to="square@lists.test", subject="Walrus", text=words)
    found = archive.client.get("/search?q=cabbages", base_url=BASE).text
    assert "kings…" in found
    assert "the end" not in found
    assert "ana@" not in found  # an address that is cut in two would not be known as one


def test_a_heavy_conversation_comes_in_pages_that_a_phone_can_load(archive: Pages) -> None:
    town = archive.town
    first = town.writes(ANA, to="square@lists.test", subject="Minutes", text="Line of words. " * 1_500)
    for number in range(3):
        words = f"Part {number}. {'Line of words. ' * 1_500}"
        town.writes(ANA, to="square@lists.test", subject="Re: Minutes", text=words, headers={"In-Reply-To": first})
    front = archive.client.get("/square/", base_url=BASE).text
    [path] = re.findall(r'href="(/square/t/\d+)">Minutes', front)
    seen, link = "", ""
    for _ in range(4):
        text = archive.client.get(f"{path}{link}", base_url=BASE).text
        assert len(text) < 60_000
        seen += text
        link = next(iter(re.findall(r'href="(\?after=[^"]+)"', text)), "")
    assert [seen.count(f"Part {number}.") for number in range(3)] == [1, 1, 1]
