"""A browser somebody looks through: what it asks for, complains of and opens by itself is written down."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import Browser, ConsoleMessage, Dialog, Locator, Page, Request

HOST = "lists.test"
BASE = f"https://{HOST}"
LOCALES = {"it": "it-IT", "en": "en-GB"}
PATIENCE = 30_000  # milliseconds that a busy machine may take for a page; only waited for
PHONE, DESK = (390, 844), (1280, 800)
NARROWEST = (320, 640)
# A page that is not there, or a form with a slip, is an answer; the console counts it as a resource that failed.
ANSWERS = ("status of 404", "status of 422", "status of 405", "status of 400")

# Twice with an eye on every page, once without any script at all.
walked = pytest.mark.parametrize(
    ("language", "script"),
    [("en", True), ("it", True), ("it", False)],
    ids=["english", "italian", "without-script"],
)


def presses(page: Page, name: str) -> None:
    opens(page, page.get_by_role("button", name=name, exact=True))


def follows(page: Page, name: str) -> None:
    opens(page, page.get_by_role("link", name=name, exact=True).first)


def opens(page: Page, target: Locator) -> None:
    """Press what leads to another page, and wait until that is there with its looks."""
    with page.expect_navigation():
        if page.locator("iframe").count():  # after a resize Chromium may still believe the frame to be where it was
            target.press("Enter")
        else:
            target.click()


def heading(page: Page) -> str:
    return page.get_by_role("heading", level=1).inner_text()


@dataclass
class Visit:
    """One person's browser, without memory of earlier visits."""

    page: Page
    language: str
    has_script: bool
    hosts: Sequence[str] = (HOST,)
    has_axe: bool = True  # it looks at each page that is looked at
    faults: list[str] = field(default_factory=list)

    def goes(self, link: str) -> int:
        """Open a page, by its path or by its whole address; says the status of the answer."""
        answer = self.page.goto(link)
        return answer.status if answer is not None else 0

    def size(self, size: tuple[int, int]) -> None:
        self.page.set_viewport_size({"width": size[0], "height": size[1]})

    def watch(self) -> None:
        self.page.on("console", self._hear)
        self.page.on("pageerror", lambda error: self.faults.append(f"a script failed: {error}"))
        self.page.on("dialog", self._dismiss)
        self.page.on("request", self._see)
        self.page.on("popup", lambda page: self.faults.append(f"opened by itself: {page.url}"))

    def _hear(self, message: ConsoleMessage) -> None:
        if message.type in ("error", "warning") and not any(answer in message.text for answer in ANSWERS):
            self.faults.append(f"console: {message.text[:300]}")

    def _dismiss(self, dialog: Dialog) -> None:
        self.faults.append(f"a dialog: {dialog.message[:100]}")
        dialog.dismiss()

    def _see(self, request: Request) -> None:
        parts = urlsplit(request.url)
        if parts.scheme not in ("data", "about") and parts.hostname not in self.hosts:
            self.faults.append(f"asked elsewhere: {request.url[:200]}")


@contextmanager
def visit(
    browser: Browser,
    language: str = "en",
    size: tuple[int, int] = PHONE,
    *,
    script: bool = True,
    bypass_csp: bool = False,
    base: str = BASE,
) -> Iterator[Visit]:
    """A visit; when it ends nothing may have been asked of anybody else, complained of, or opened by itself."""
    context = browser.new_context(
        base_url=base,
        bypass_csp=bypass_csp,
        ignore_https_errors=True,
        java_script_enabled=script,
        locale=LOCALES[language],
        viewport={"width": size[0], "height": size[1]},
    )
    context.set_default_timeout(PATIENCE)
    visitor = Visit(context.new_page(), language, script, (urlsplit(base).hostname or "",))
    visitor.watch()
    try:
        yield visitor
    finally:
        context.close()
    assert not visitor.faults, "\n".join(dict.fromkeys(visitor.faults[:40]))
