"""The last help with bounces in no form we know: flufl.bounce, whose only door this is.

It says whom a mail did not reach, never why, and takes long over large mail; so it is asked last, of what is known to
be a bounce, and of its beginning only.
"""

import email
import email.policy
import logging

from flufl.bounce import all_failures

from mailhub.mail.reports.address import addresses_in

_LOOKED_AT = 64 * 1024
_LONGEST_LINE = 400  # its patterns step back, and words that matter stand in short lines
_LINES = 800
_FAULTS = (ValueError, LookupError, TypeError, AttributeError, RecursionError, AssertionError)

# It logs a traceback for each detector that fails on what a stranger wrote; the next one is asked all the same.
logging.getLogger("flufl.bounce").addHandler(logging.NullHandler())
logging.getLogger("flufl.bounce").propagate = False


def failures(raw: bytes) -> list[str]:
    """The addresses that failed, for good or for now, in a lasting order."""
    lines = raw[:_LOOKED_AT].split(b"\n")
    kept = [line[:_LONGEST_LINE] for place, line in enumerate(lines) if line.strip() or lines[place - 1].strip()]
    start = b"\n".join(kept[:_LINES])
    try:
        temporary, permanent = all_failures(email.message_from_bytes(start, policy=email.policy.compat32))
    except _FAULTS:  # the parser of the standard library raises on some of what strangers send
        return []
    texts = (each.decode("utf-8", "replace") for each in {*temporary, *permanent})
    return sorted(address for text in texts for address in addresses_in(text)[:1])
