"""Draws the sandbox's pictures of docs/pictures anew: on a desk, on a phone, a letter, and what happened to a mail.

`python -m tests.sandbox.pictures` needs Debian's chromium, and pngquant for small files. It follows the tour, in
English, up to where each is taken.
"""

import contextlib
import shutil
import subprocess
import tempfile
import threading
from collections.abc import Iterator
from pathlib import Path

from playwright.sync_api import Page, sync_playwright

from mailhub.cli.firstrun import prepare
from mailhub.sandbox.demo import town

FOLDER = Path(__file__).parents[2] / "docs" / "pictures"
DESK, PHONE = (1280, 800), (390, 844)
NAME = "sandbox"


def draw(folder: Path) -> None:
    """Make every picture of the sandbox."""
    with _page() as page:
        _joins(page)
        _picture(page, folder, "phone", PHONE)
        _takes(page, 0)
        page.get_by_role("link", name="3 Turn the clock").click()
        for place in (0, 0):
            _takes(page, place)
        page.locator(".moves button").click()
        page.locator(".moves a").last.click()
        _picture(page, folder, "letter", DESK)
        page.get_by_role("link", name="Next: ").click()
        _takes(page, 0)
        _picture(page, folder, "desk", DESK)
        page.locator(".last a").click()
        _picture(page, folder, "happened", DESK)


def _joins(page: Page) -> None:
    for place in (0, 1):
        _takes(page, place)


def _takes(page: Page, place: int) -> None:
    """Do what that line of the panel offers."""
    page.locator(".moves li").nth(place).locator("a").click()
    with page.expect_navigation():
        page.get_by_role("button", name="Send").click()


def _picture(page: Page, folder: Path, name: str, size: tuple[int, int]) -> None:
    page.set_viewport_size({"width": size[0], "height": size[1]})
    if page.locator("iframe").count():
        page.frame_locator("iframe").get_by_role("heading").first.wait_for()
    file = folder / f"{NAME}-{name}.png"
    page.screenshot(path=file)
    if smaller := shutil.which("pngquant"):
        subprocess.run([smaller, "--force", "--output", file, "64", file], check=True)


@contextlib.contextmanager
def _page() -> Iterator[Page]:
    with tempfile.TemporaryDirectory() as name, sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=shutil.which("chromium"), args=["--no-proxy-server"])
        with town(Path(name), "en", 0, prepare, threading.Event()) as address:
            page = browser.new_page(locale="en-GB", viewport={"width": DESK[0], "height": DESK[1]})
            page.goto(address)
            yield page
        browser.close()


if __name__ == "__main__":
    draw(FOLDER)
