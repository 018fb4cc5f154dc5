"""The bench of S-12 in a real browser: messages that attack whoever reads them, and nothing of it runs.

The policy of the pages is switched off for all but one test, so that it is the escaping and the sanitiser that are
judged; with it on, a single word of complaint from the browser fails the visit.
"""

import xml.etree.ElementTree as ET
from collections.abc import Iterator
from urllib.parse import quote

import pytest
from playwright.sync_api import Browser

from tests.browser import hostile
from tests.browser.community import ANA, bring
from tests.browser.conftest import Opens
from tests.browser.watching import visit
from tests.stories.town import Town

ATTACKS = hostile.strings()
FOUND = 20  # messages a page of results shows
ATOM = "{http://www.w3.org/2005/Atom}"


@pytest.fixture(scope="module")
def attacked(opens: Opens) -> Iterator[Town]:
    """A public group with a message for each attack, whose own words attack as well."""
    with opens() as town:
        own = ATTACKS[60]
        title = {"it": f"Odd {own}", "en": f"Odd {own}"}
        town.opens_list("odd", members=[ANA], archive="public", title=title, description=title, rules=own)
        bring(town, "odd", hostile.mails("odd@lists.test", FOUND))
        yield town


def lists() -> list[str]:
    """The pages that show many messages."""
    marks = range(-(-len(ATTACKS) // FOUND))
    return ["/", "/odd/", "/join?in=odd", *(f"/search?q=marked{mark}" for mark in marks)]


def test_there_are_enough_attacks_and_the_judge_sees_what_comes_through(browser: Browser) -> None:
    assert len(ATTACKS) >= 300
    through = "<img src=x onerror=(window.__xss=1)><a href='javascript:x'>y</a><img src=https://evil.test/z>"
    seen = ["src=x", "onerror=(window.__xss=1)", "href=javascript:x", "src=https://evil.test/z", "a script ran"]
    with visit(browser, bypass_csp=True) as visitor:
        page = visitor.page
        page.route("**/through", lambda route: route.fulfill(body=through, content_type="text/html"))
        visitor.goes("/through")
        assert [fault.partition(": ")[2] for fault in hostile.judged(page)] == seen
        assert hostile.judged_in_frames(page, ["/through"]) == [f"/through: {fault}" for fault in seen]
        assert "asked elsewhere: https://evil.test/z" in visitor.faults
        visitor.faults.clear()


def test_lists_of_messages_run_nothing_without_the_policy(browser: Browser, attacked: Town) -> None:
    with visit(browser, bypass_csp=True) as visitor:
        seen = ""
        for path in lists():
            visitor.goes(path)
            visitor.faults += hostile.judged(visitor.page)
            seen += visitor.page.content()
        assert seen.count("marked") > 2 * len(ATTACKS)  # they were there to be read


def test_the_policy_has_nothing_to_complain_of(browser: Browser, attacked: Town) -> None:
    with visit(browser) as visitor:
        for path in (*lists()[::5], *(f"/odd/m/{hostile.message_id(n)}" for n in range(0, len(ATTACKS), 25))):
            visitor.goes(path)
            visitor.faults += hostile.judged(visitor.page)


# Pages of words escape all alike, so that a part of the attacks is enough there; laid out, each is another matter.
@pytest.mark.parametrize(("ending", "step"), [("", 4), ("/as-written", 1)])
def test_each_message_runs_nothing_without_the_policy(browser: Browser, attacked: Town, ending: str, step: int) -> None:
    paths = [f"/odd/m/{quote(hostile.message_id(number))}{ending}" for number in range(0, len(ATTACKS), step)]
    with visit(browser, bypass_csp=True) as visitor:
        visitor.goes("/")
        visitor.faults += hostile.judged_in_frames(visitor.page, paths, "marked")


def test_what_is_asked_for_is_repeated_as_words(browser: Browser, attacked: Town) -> None:
    paths = [f"/search?q={quote(attack)}" for attack in ATTACKS[::4]]
    paths += [f"/search?q={quote(f'since:{attack}')}" for attack in ATTACKS[1::20]]
    paths += [f"/odd/?after={quote(attack)}" for attack in ATTACKS[1::40]]
    with visit(browser, bypass_csp=True) as visitor:
        visitor.goes("/")
        visitor.faults += hostile.judged_in_frames(visitor.page, paths)


def test_a_feed_is_sound_and_what_it_carries_is_harmless(browser: Browser, attacked: Town) -> None:
    with visit(browser, bypass_csp=True) as visitor:
        page = visitor.page
        feed = page.goto("/odd/feed.atom")
        assert feed is not None
        entries = list(ET.fromstring(feed.body()).iter(f"{ATOM}entry"))
        assert len(entries) == 30
        visitor.goes("/healthz")
        for entry in entries:
            page.set_content(str(entry.findtext(f"{ATOM}content")))
            visitor.faults += hostile.judged(page)
