"""Makes the pictures of a mail fit to be passed on, before any transaction: each in a process that can be killed.

A picture that hangs its process, or ends it, costs nothing but itself: it stays a file like any other.
"""

import logging
from collections.abc import Iterator

from mailhub.archive import pictures
from mailhub.archive.pictures import Made
from mailhub.hub.build import Hub
from mailhub.inbound.reading import Read
from mailhub.mail import pictures as making
from mailhub.offload import Died, TookTooLong

log = logging.getLogger("mailhub.inbound")

SECONDS = 45.0  # for all the pictures of one mail; those that are left are files like any other
_REPORTS = frozenset({"bounce", "feedback-report"})  # what they hold is our own mail


def pictures_of(hub: Hub, said: Read) -> tuple[Made, ...]:
    """What the pictures of a mail become, ready to be written down with it."""
    made = tuple(_made(hub, said)) if said.kind not in _REPORTS else ()
    if made and hub.reader is not None:
        hub.reader.close()  # pictures are seldom, and leave a process several times as large
    return made


def _made(hub: Hub, said: Read) -> Iterator[Made]:
    until = hub.clock.monotonic() + SECONDS
    found = [(at, file) for at, file in enumerate(said.mail.attachments) if making.kind(file.content)]
    for at, file in found[: making.MOST_PICTURES]:
        if hub.clock.monotonic() > until:
            log.warning("pictures left as they came message_id=%s from=%d", said.mail.message_id, at)
            return
        try:
            made = hub.isolate(making.make, file.content)
        except (TookTooLong, Died) as fault:
            log.warning("picture left as it came message_id=%s position=%d %s", said.mail.message_id, at, fault)
            continue
        if made is not None:
            yield pictures.prepare(hub.site, at, file, made)
