"""Why a mail did not simply do what it says, beside what a group's rules say of it (`lists/policy`, `Reason`).

What a disposition holds and a trace tells. docs/answers.md has a row for each: when, what its author reads, and what
becomes of their text; a test fails where one is missing.
"""

from enum import StrEnum

from mailhub.hub import surely, twice
from mailhub.lists.policy import Reason


class Failure(StrEnum):
    """One reason; an answer has the words `inbound.<value>` of the catalogue, a trace `trace.why-<value>`."""

    HELP = "help"
    NOT_UNDERSTOOD = "not-understood"
    EMPTY = "empty"
    EXPIRED = "expired"
    OUTDATED = "outdated"
    NOBODY_THERE = Reason.NOBODY_THERE
    TWICE_OVER = "twice-over"
    TWICE = twice.WAITS
    SURE = surely.WAITS
    UNPROVEN = "unproven"
    NOT_THEIRS = "not-theirs"
    UNROUTED = "unrouted"
    UNROUTED_ANSWERED = "unrouted-answered"
    UNROUTED_REFUSED = "unrouted-refused"
    UNROUTED_EXPIRED = "unrouted-expired"
    UNROUTED_GONE = "unrouted-gone"
    NO_OFFICE = "no-office"
    PLANNED = "planned"
    NOTHING_NEW = "nothing-new"
    FAULTY_FILES = "faulty-files"
    DUPLICATE = "duplicate"
    TOO_MANY_ANSWERS = "too-many-answers"
    AUTOMATIC = "automatic"  # followed by the sign that a program wrote it
    UNSIGNED_REPORT = "unsigned-report"
    UNREADABLE = "unreadable"  # the outcome says so; its reason names the limit
    FAULT = "fault"
