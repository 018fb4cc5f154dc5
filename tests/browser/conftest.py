"""A real Chromium before the pages of a town; skipped where none is installed, required where CI is set.

One browser serves the whole folder, and is closed when the folder is done: Playwright keeps an event loop in the main
thread, which tests elsewhere would trip over.
"""

import os
import shutil
from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager
from pathlib import Path
from typing import Protocol

import pytest
from playwright.sync_api import Browser, sync_playwright

from mailhub.db.session import Database
from mailhub.web.app import make_app
from tests.browser.community import settle
from tests.browser.serving import Front
from tests.browser.watching import HOST
from tests.delivery.certificates import certificate
from tests.stories.town import Town


class Opens(Protocol):
    """Makes a town whose pages answer at `https://lists.test`."""

    def __call__(self, language: str = "en") -> AbstractContextManager[Town]: ...


@pytest.fixture(scope="package")
def chromium() -> str:
    """Where Chromium is."""
    found = shutil.which("chromium")
    if found is None and os.environ.get("CI", "").lower() == "true":
        pytest.fail("no Chromium: apt-get install chromium", pytrace=False)
    if found is None:
        pytest.skip("no Chromium: apt-get install chromium")
    return found


@pytest.fixture(scope="package")
def front(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Front]:
    """The https door of whatever site is served."""
    front = Front(certificate(tmp_path_factory.mktemp("https"), host=HOST).server())
    yield front
    front.close()


@pytest.fixture(scope="package")
def browser(chromium: str, front: Front) -> Iterator[Browser]:
    """One Chromium, for which there is no other host in the world."""
    rules = f"MAP {HOST} 127.0.0.1:{front.port}, MAP * ~NOTFOUND, EXCLUDE 127.0.0.1"
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path=chromium, args=[f"--host-resolver-rules={rules}", "--no-proxy-server"]
        )
        yield browser
        browser.close()


@pytest.fixture(scope="package")
def opens(front: Front, sqlite_template: Path, tmp_path_factory: pytest.TempPathFactory) -> Opens:
    """Opens a town for the tests of a module."""

    @contextmanager
    def opened(language: str = "en") -> Iterator[Town]:
        folder = tmp_path_factory.mktemp("town")
        (folder / "town.db").write_bytes(sqlite_template.read_bytes())
        database = Database(f"sqlite:///{folder / 'town.db'}")
        town = Town(folder, database, {"MAILHUB_SITE__LANGUAGE": language})
        with front.serving(make_app(town.hub)):
            yield town
        database.close()

    return opened


@pytest.fixture(scope="package")
def town(opens: Opens) -> Iterator[Town]:
    """One community for all tests of its pages."""
    with opens() as town:
        settle(town)
        yield town
