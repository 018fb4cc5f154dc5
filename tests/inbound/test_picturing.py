"""The process that decoded a mail's pictures is not kept: it has grown by them."""

import os
from dataclasses import replace
from email.message import EmailMessage
from pathlib import Path

import pytest

from mailhub.db.session import Database
from mailhub.hub.build import Hub
from mailhub.inbound.picturing import pictures_of
from mailhub.inbound.reading import Read, read
from mailhub.offload import Cell
from tests.photographs import CANARY, photo
from tests.stories.town import Town


def mail(content: bytes) -> Read:
    message = EmailMessage()
    message["From"], message["Subject"] = "ana@example.org", "Pruning"
    message.set_content("Here we are.")
    message.add_attachment(content, maintype="image", subtype="jpeg", filename="a.jpg")
    return read(message.as_bytes(), "ana@example.org")


@pytest.fixture
def hub(tmp_path: Path, database: Database) -> Hub:
    return replace(Town(tmp_path, database).hub, reader=Cell(20.0))


def test_pictures_are_made_in_a_process_that_ends_with_them(hub: Hub) -> None:
    assert hub.reader is not None
    before = hub.reader.call(os.getpid)
    assert pictures_of(hub, mail(b"\xff\xd8\xff, and no picture")) == ()
    assert hub.reader.call(os.getpid) == before
    [made] = pictures_of(hub, mail(photo((160, 120))))
    assert made.kept.content is not None
    assert CANARY not in made.kept.content
    assert hub.reader.call(os.getpid) != before
    hub.close()
