"""Fixtures every folder of tests may use."""

import gc
import os
from email.headerregistry import HeaderRegistry
from functools import lru_cache
from pathlib import Path

import pytest
from hypothesis import settings

from tests.databases import database, postgres_url, sqlite_template

__all__ = ["corpus", "database", "postgres_url", "sqlite_template"]

# Machines are shared: how long one example takes says nothing.
settings.register_profile("untimed", deadline=None)
settings.load_profile("untimed")


# The library reads a field anew each time it is looked at, which took a seventh of the suite's time.
_read_field = lru_cache(maxsize=5_000)(HeaderRegistry.__call__)


def _field(registry: HeaderRegistry, name: str, value: object) -> object:
    return _read_field(registry, name, value) if type(value) is str else _unread_field(registry, name, value)


_unread_field, HeaderRegistry.__call__ = HeaderRegistry.__call__, _field  # type: ignore[method-assign,assignment]


def pytest_collection_finish() -> None:
    """What is loaded now stays: looking for garbage among it took a tenth of the suite's time."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(50_000, 20, 50)


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """Say which databases the tests of rows ran on, and what was not looked at for want of a browser."""
    names = {"sqlite": "SQLite", "postgresql": "PostgreSQL"}
    passed = [report.nodeid for report in terminalreporter.stats.get("passed", [])]
    used = [name for key, name in names.items() if any(f"[{key}" in one or f"-{key}]" in one for one in passed)]
    if used:
        terminalreporter.write_line(f"rows were tested on {' and '.join(used)}")
    unseen = [one for one in terminalreporter.stats.get("skipped", []) if one.nodeid.startswith("tests/browser/")]
    if unseen:
        terminalreporter.write_line(f"no page was opened in a browser: no Chromium here, {len(unseen)} tests skipped")


@pytest.fixture(scope="session")
def corpus() -> Path:
    """The folder of real mail beside the project; not part of it, so its tests are skipped where it is missing."""
    folder = Path(__file__).parents[2] / "shared" / "corpus"
    if not folder.is_dir() and os.environ.get("CI", "").lower() == "true":
        pytest.fail("no corpus of real mail at ../shared/corpus", pytrace=False)
    if not folder.is_dir():
        pytest.skip("no corpus of real mail at ../shared/corpus")
    return folder
