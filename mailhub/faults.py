"""Named failpoints: places where a test may cut the power.

Written into the code as `point(Point.INTAKE_KEPT)`, where it does nothing unless MAILHUB_FAULTS arms it:

    MAILHUB_FAULTS="intake.kept=kill"              die there as by a power cut
    MAILHUB_FAULTS="intake.kept=kill@3"            only the third time it is reached
    MAILHUB_FAULTS="sender.after-dot=raise,…"      raise Injected; several, separated by commas

A new point is one line in `Point` and one where it stands.
"""

import difflib
import os
import signal
import threading
from dataclasses import dataclass, field
from enum import StrEnum

from mailhub.errors import BadInput, MailhubError

VARIABLE = "MAILHUB_FAULTS"


class Point(StrEnum):
    """Every place that can be made to fail, in the order a mail meets them."""

    BLOB_WRITTEN = "blob.written"  # bytes are in a temporary file
    BLOB_IN_PLACE = "blob.in-place"  # fsynced and renamed; no row names it yet
    INTAKE_BEFORE_COMMIT = "intake.before-commit"
    INTAKE_KEPT = "intake.kept"  # committed; the 250 is not said yet
    INBOUND_CLAIMED = "inbound.claimed"
    INBOUND_PARSED = "inbound.parsed"
    INBOUND_WEIGHED = "inbound.weighed"  # evidence is known
    INBOUND_BEFORE_COMMIT = "inbound.before-commit"  # dispositions are written
    INBOUND_DISPOSED = "inbound.disposed"
    QUESTION_SETTLED = "question.settled"  # the effect is not committed yet
    POST_STORED = "post.stored"
    MAILING_OWED = "mailing.owed"  # a page of deliveries, before its commit
    MAILING_EXPANDED = "mailing.expanded"  # after the commit of a page
    SUBSCRIPTION_LEFT = "subscription.left"  # owed deliveries are cancelled, before the commit
    SENDER_CLAIMED = "sender.claimed"
    SENDER_COPIES_MADE = "sender.copies-made"
    SENDER_CONNECTED = "sender.connected"
    SENDER_INTENT = "sender.intent"  # `sending` is durable; DATA is not said yet
    SENDER_OFFERED = "sender.offered"
    SENDER_AFTER_DOT = "sender.after-dot"  # the next hop has it; we have not recorded it
    SENDER_ANSWERED = "sender.answered"  # its outcome is known here alone
    SENDER_BEFORE_COMMIT = "sender.before-commit"
    SENDER_RECORDED = "sender.recorded"
    LETTER_WRITTEN = "letter.written"  # a page of letters, before its commit
    JOURNEY_MOVED = "journeys.moved"  # a page of people, before its commit
    CALL_ANSWERED = "call.answered"  # another system's answer is known here alone
    IMPORT_PAGE = "import.page"
    MIGRATION_STEP = "migration.step"
    BACKUP_COPIED = "backup.copied"


class Injected(MailhubError):
    """A failpoint was told to raise."""


@dataclass(slots=True)
class _Fault:
    action: str
    at: int  # the time it is reached at which it acts; 0: every time
    reached: int = field(default=0)


_armed: dict[Point, _Fault] | None = None  # None: the environment has not been read
_lock = threading.Lock()


def point(here: Point) -> None:
    """Fail here if a test has asked for it."""
    if _armed is None:
        arm(os.environ.get(VARIABLE, ""))
    if _armed:
        _reach(here)


def arm(faults: str) -> None:
    """Set the faults, as the environment variable would; "" disarms all. Raises BadInput for what is no fault."""
    global _armed
    _armed = dict(_fault(one.strip()) for one in faults.split(",") if one.strip())


def times_reached(here: Point) -> int:
    """How often an armed point has been reached."""
    fault = (_armed or {}).get(here)
    return fault.reached if fault else 0


def _fault(text: str) -> tuple[Point, _Fault]:
    name, _, what = text.partition("=")
    action, _, times = what.partition("@")
    try:
        here = Point(name.strip())
    except ValueError:
        near = difflib.get_close_matches(name, [str(known) for known in Point], n=1)
        hint = f"; did you mean {near[0]!r}?" if near else ""
        raise BadInput(f"{VARIABLE}: there is no failpoint {name!r}{hint}") from None
    if action not in ("kill", "raise") or (times and not (times.isascii() and times.isdigit())):
        raise BadInput(f"{VARIABLE}: {text!r} must end in =kill, =raise, =kill@3 or =raise@3")
    return here, _Fault(action, int(times or 0))


def _reach(here: Point) -> None:
    fault = (_armed or {}).get(here)
    if fault is None:
        return
    with _lock:
        fault.reached += 1
        acts = fault.at in (0, fault.reached)
    if acts and fault.action == "kill":
        os.kill(os.getpid(), signal.SIGKILL)
    if acts:
        raise Injected(f"injected at {here}")
