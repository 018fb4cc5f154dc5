"""Joins the door to the rows: who is known here, how much is in work, where mail is kept."""

from threading import BoundedSemaphore

from mailhub.hub.build import Hub
from mailhub.inbound import intake, unrouted
from mailhub.inbound.evidence import sends_for
from mailhub.inbound.refusals import Refusal, refuse_recipient
from mailhub.inbound.routing import route
from mailhub.inbound.server import DoorRules, Doors
from mailhub.inbound.visit import ways
from mailhub.people import persons

MOST_IN_WORK = 5_000  # mails kept and not yet worked on
COUNT_EVERY = 1.0  # seconds
MOST_ASKING = 4  # senders whose host is looked up at once; with names that are guessed the others hear no at once


class Gate:
    """Judges recipients as the rows say at this moment."""

    def __init__(self, hub: Hub) -> None:
        self._hub = hub
        self._counted = (float("-inf"), 0)
        self._asking = BoundedSemaphore(MOST_ASKING)

    def refuse(self, address: str) -> Refusal | None:
        """Why this recipient is refused; None when mail for it is taken."""
        local = self._hub.site.local_part(address)
        with self._hub.database.reading() as session:
            return refuse_recipient(route(local, ways(self._hub, session, self._hub.clock.now())))

    def knows(self, sender: str, peer: str) -> bool:
        """Whether a mail comes from somebody we know, so that a person looks at it even where its address is nobody's.

        Where it comes from is asked first and of everybody: else the answer, or how long it takes, would tell whoever
        asks which people are known here (S-18).
        """
        if not sender or not self._asking.acquire(blocking=False):
            return False
        try:
            if not sends_for(sender, peer, self._hub.settings.inbound, self._hub.resolver()):
                return False
        finally:
            self._asking.release()
        with self._hub.database.reading() as session:
            found = persons.author_of(session, sender)
            return found is not None and unrouted.is_known(session, found[0])

    def in_work(self) -> int:
        """How many mails wait, counted once a second at most."""
        at = self._hub.clock.monotonic()
        if at - self._counted[0] >= COUNT_EVERY:
            with self._hub.database.reading() as session:
                self._counted = (at, intake.in_work(session))
        return self._counted[1]


def open_doors(hub: Hub) -> Doors:
    """Listen where the settings say."""
    gate = Gate(hub)
    keeper = intake.Keeper(hub.database, hub.site, hub.clock.now)
    rules = DoorRules(
        hostname=hub.site.domain,
        max_bytes=hub.settings.inbound.max_bytes,
        data_dir=hub.site.data_dir,
        most_in_work=MOST_IN_WORK,
        refuse=gate.refuse,
        knows=gate.knows,
        in_work=gate.in_work,
        keep=keeper.offer,
        after=keeper.close,
    )
    doors = Doors(rules, smtp=hub.settings.inbound.smtp, lmtp=hub.settings.inbound.lmtp)
    try:
        doors.open()
    except BaseException:
        doors.close()
        raise
    return doors
