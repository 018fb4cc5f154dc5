"""A site and an instant for the tests of people."""

from datetime import UTC, datetime

import pytest

from mailhub.site import Site
from mailhub.tokens import Keys


@pytest.fixture
def now() -> datetime:
    return datetime(2026, 3, 9, 8, 30, tzinfo=UTC)


@pytest.fixture
def site() -> Site:
    return Site(name="Pietrafiore", domain="lists.test", keys=Keys(b"k" * 32))
