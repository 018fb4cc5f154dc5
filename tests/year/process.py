"""`mailhub run` as it is, with a clock that begins at MAILHUB_TEST_BEGINS and is turned by the control socket.

Run as `python -m tests.year.process --config FILE run`.
"""

import json
import os
import threading
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import Any

import sqlalchemy as sa

from mailhub.cli import run
from mailhub.cli.main import main
from mailhub.clock import Clock
from mailhub.delivery.tables import Delivery, DeliveryState
from mailhub.hub.build import Hub, build_hub
from mailhub.inbound import collecting
from mailhub.inbound.collecting import Collector
from mailhub.jobs import service
from mailhub.jobs.control import Terminal
from mailhub.jobs.doorbell import Doorbell
from mailhub.jobs.service import Service
from mailhub.settings import Settings

LOOK_EVERY = 0.02  # seconds, instead of a minute
PATIENCE = 20.0


class Watched(Collector):
    """Says when it has looked."""

    def __init__(self, *args: Any) -> None:
        super().__init__(*args)
        self._looks = 0
        self._looked = threading.Condition()

    def look(self) -> int:
        found = super().look()
        with self._looked:
            self._looks += 1
            self._looked.notify_all()
        return found

    def await_look(self) -> bool:
        """Wait for a whole look that begins after this call: the second end from now."""
        with self._looked:
            wanted = self._looks + 2
            return self._looked.wait_for(lambda: self._looks >= wanted, PATIENCE)


class Turned(Service):
    """The running site, whose clock can be turned from outside."""

    def __init__(self, hub: Hub, bells: Doorbell, actions: Mapping[str, Any], **only: Any) -> None:
        super().__init__(hub, bells, {**actions, "turn": self._turn}, **only)

    def _turn(self, args: Mapping[str, Any], terminal: Terminal) -> int:
        """Read the mailbox, let so many seconds pass, work everything off; says when it is and what has left."""
        if isinstance(self.mailbox, Watched) and not self.mailbox.await_look():
            return 1
        if not self.turn(timedelta(seconds=args["seconds"])):
            return 1
        with self._hub.database.reading() as session:
            left = session.scalar(sa.select(sa.func.count()).where(Delivery.state == DeliveryState.SENT))
        terminal.out.write(json.dumps({"now": self._hub.clock.now().isoformat(), "left": left}) + "\n")
        return 0


def _hub(settings: Settings, **how: Any) -> Hub:
    begins = datetime.fromisoformat(os.environ["MAILHUB_TEST_BEGINS"])
    return build_hub(settings, clock=Clock(begins - datetime.now(UTC)), **how)


def patch() -> None:
    collecting.LOOK_EVERY = LOOK_EVERY
    vars(service)["Collector"] = Watched
    vars(run).update(Service=Turned, build_hub=_hub)


if __name__ == "__main__":
    patch()
    main()
