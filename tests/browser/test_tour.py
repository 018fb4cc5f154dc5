"""The sandbox in a real browser: the whole tour, by label and role, in both languages, on a phone and at a desk."""

import re
import threading
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Locator

from mailhub.cli.firstrun import prepare
from mailhub.language import say
from mailhub.measures import HostPort
from mailhub.sandbox.app import make_app
from mailhub.sandbox.demo import living_town
from mailhub.sandbox.desk import Demo
from mailhub.web.server import WebServer
from tests.browser import hostile
from tests.browser.looking import look
from tests.browser.watching import DESK, PHONE, Visit, opens, presses, visit

# What the panel offers, step by step; a word with a value is known by how it begins.
STEPS = {
    1: ("write", "confirm"),
    2: ("introduce",),
    3: ("square", "square-confirm", "turn", "read"),
    4: ("unclear", "answer"),
    5: ("open-organiser", "publish"),
    6: ("why", "leave", "undo"),
}
LOOKS_ONLY = {"turn", "read", "open-organiser"}  # nothing is written there
SEEN_FIRST = {"write": "an empty form", "confirm": "a letter", "read": "the letter of the day"}
EMPTY = {"write", "square"}  # one joins by an empty mail


@dataclass(frozen=True)
class Served:
    """A demo, and where its page answers."""

    demo: Demo
    home: str
    language: str


@pytest.fixture
def sandbox(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Served]:
    """A town of its own for each visitor: a tour is walked once."""
    with living_town(tmp_path, request.param, prepare, threading.Event(), in_helpers=False) as demo:
        server = WebServer(make_app(demo), HostPort("127.0.0.1", 0))
        server.start()
        yield Served(demo, f"http://{server.bound}", request.param)
        server.stop()


def words(language: str, key: str) -> re.Pattern[str]:
    """What a move of the panel says."""
    said = say(language, f"sandbox.move-{key}", **({"address": "…"} if key == "write" else {}))
    return re.compile(rf"^{re.escape(said.partition('…')[0].strip())}")


def panel(visitor: Visit) -> Locator:
    return visitor.page.get_by_role("complementary")


def takes(visitor: Visit, key: str) -> None:
    """Do what the panel offers, with the words that are filled in."""
    name = words(visitor.language, key)
    offered = panel(visitor).get_by_role("link", name=name).or_(panel(visitor).get_by_role("button", name=name))
    opens(visitor.page, offered.first)
    if key in SEEN_FIRST:
        look(visitor, SEEN_FIRST[key])
    if key in LOOKS_ONLY:
        return
    assert key in EMPTY or visitor.page.get_by_label(say(visitor.language, "sandbox.text")).input_value()
    opens(visitor.page, visitor.page.get_by_role("button", name=say(visitor.language, "sandbox.send"), exact=True))
    assert visitor.page.get_by_text(say(visitor.language, "sandbox.sent")).is_visible()


def done(visitor: Visit) -> list[int]:
    """The steps that the panel says are done."""
    full = re.compile(rf", {re.escape(say(visitor.language, 'sandbox.state-done'))}$")
    rings = panel(visitor).get_by_role("list").first.get_by_role("link", name=full)
    return [int(str(re.findall(r"\d", text)[0])) for text in rings.all_inner_texts()]


@pytest.mark.parametrize("size", [PHONE, DESK], ids=["phone", "desk"])
@pytest.mark.parametrize("sandbox", ["it", "en"], indirect=True)
def test_the_whole_tour_is_walked_by_what_its_panel_offers(
    browser: Browser, sandbox: Served, size: tuple[int, int]
) -> None:
    """Axe looks at each size once, and at each language once."""
    language = sandbox.language
    with visit(browser, language, size, base=sandbox.home) as visitor:
        visitor.has_axe = (language, size) in (("it", PHONE), ("en", DESK))
        visitor.goes("/")
        presses(visitor.page, {"it": "Italiano", "en": "English"}[language])
        look(visitor, "the tour begins")
        assert done(visitor) == []
        for step, keys in STEPS.items():
            for key in keys:
                takes(visitor, key)
            assert step in done(visitor), f"step {step}"
            goes_on(visitor)
            look(visitor, f"after step {step}")
            asks_what_happened(visitor, step)
        assert panel(visitor).get_by_role("heading").first.inner_text() == say(language, "sandbox.tour-end")
        look(visitor, "the last panel")


def goes_on(visitor: Visit) -> None:
    """To the next step, where the panel has not gone there by itself."""
    onward = say(visitor.language, "sandbox.tour-next", name="")
    link = panel(visitor).get_by_role("link", name=re.compile(rf"^{re.escape(onward.strip())}"))
    if link.count():
        opens(visitor.page, link)


def asks_what_happened(visitor: Visit, step: int) -> None:
    """To the last mail, and come back to the panel."""
    opens(visitor.page, panel(visitor).get_by_role("link", name=say(visitor.language, "sandbox.happened-show")))
    if step in (1, 4):
        look(visitor, f"what happened in step {step}")
    visitor.goes("/mail/nives")


@pytest.mark.parametrize("sandbox", ["it"], indirect=True)
def test_letters_that_attack_run_nothing(browser: Browser, sandbox: Served) -> None:
    """As words and laid out; half of the attacks."""
    for raw in list(hostile.mails("aldo@posta.example", 20))[::2]:
        sandbox.demo.post.deliver(["aldo@posta.example"], raw)
    arrived = [letter for letter in sandbox.demo.post.letters("aldo@posta.example") if b"@x.test>" in letter.raw]
    assert len(arrived) > 150
    with visit(browser, sandbox.language, base=sandbox.home) as visitor:
        visitor.goes("/mail/aldo")
        visitor.faults += hostile.judged(visitor.page, hostile.SANDBOX)
        for letter in arrived[::20]:
            visitor.goes(f"/mail/aldo/{letter.id}")
            visitor.faults += hostile.judged(visitor.page, hostile.SANDBOX)
    with visit(browser, sandbox.language, base=sandbox.home, bypass_csp=True) as visitor:
        visitor.goes("/mail/aldo")
        sheets = [f"/mail/aldo/{letter.id}/html" for letter in arrived]
        visitor.faults += hostile.judged_in_frames(visitor.page, sheets, "marked", hostile.SANDBOX)
