"""A process that works at journeys and mail until it is killed; what it hands over is a line in a file."""

import os
from collections.abc import Mapping
from pathlib import Path

from mailhub.config import load
from mailhub.db.session import Database
from mailhub.delivery.copies import Copy
from mailhub.delivery.outcomes import Kind, Outcome
from mailhub.hub.build import build_hub
from mailhub.jobs.assembly import worker_for
from tests.stories.town import Inboxes, read


class OnPaper(Inboxes):
    """Takes every copy, and writes its Message-ID down before it says so, as the next hop would."""

    def __init__(self, path: Path) -> None:
        super().__init__()
        self._file = os.open(path, os.O_WRONLY | os.O_APPEND | os.O_CREAT)

    def taken(self, copy: Copy) -> Outcome:
        os.write(self._file, f"{read(copy)['Message-ID']}\n".encode())
        return Outcome(Kind.SENT, 250)


def work(url: str, environ: Mapping[str, str], paper: Path) -> None:
    """Until somebody kills it."""
    hub = build_hub(load(None, environ), database=Database(url))
    worker = worker_for(hub, OnPaper(paper))
    while True:
        worker.chores()
        worker.outbox()
