"""What the server that judges incoming mail calls itself: learnt at set-up, and written into the configuration."""

import re
import sys
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import click

from mailhub.cli.altering import alter
from mailhub.cli.examining import Row, Verdict
from mailhub.errors import BadInput
from mailhub.inbound import mailbox as mailboxes
from mailhub.mail.authenticity import results
from mailhub.settings import InboundSection, Settings

_NAME = re.compile(r"[A-Za-z0-9](?:[A-Za-z0-9._-]{0,251}[A-Za-z0-9])?")
_JUDGES = ("imap", "lmtp")  # whoever hands mail in like this stands between us and the world

Confirm = Callable[[str], bool]


def learnt(settings: Settings, returned: Mapping[str, Any] | None) -> str | None:
    """Its name, where it is not believed yet: by the mail to ourselves that came back, else by the mailbox's newest.

    Only what stands on top, above the server's own Received, is its word (RFC 8601 section 5).
    """
    inbound = settings.inbound
    name = named(returned, inbound) if returned is not None else _in_mailbox(inbound)
    if name is None or (inbound.trust == "relay" and (inbound.authserv_id or "").lower() == name.lower()):
        return None
    return name


def named(returned: Mapping[str, Any], inbound: InboundSection) -> str | None:
    """Who judged the mail that came back, if it can be a server of ours or our provider's."""
    name = returned["authserv_id"]
    may_judge = inbound.trust == "relay" or returned["protocol"] in _JUDGES
    return name if may_judge and name is not None and _NAME.fullmatch(name) else None


def _in_mailbox(inbound: InboundSection) -> str | None:
    account = mailboxes.account(inbound)
    if account is None:
        return None
    try:
        newest = mailboxes.peek(account).newest
    except mailboxes.Unreachable:
        return None  # which is told elsewhere
    name = results.said_by(newest) if newest is not None else None
    return name if name is not None and _NAME.fullmatch(name) else None


def offer(
    path: Path | None,
    settings: Settings,
    name: str,
    environ: Mapping[str, str],
    *,
    writes: bool,
    confirm: Confirm | None,
) -> Row:
    """Write that its word counts, if that is wished: `writes`, or a yes at the terminal; what came of it."""
    values = {"trust": "relay", "authserv_id": name}
    now = settings.inbound
    lines = " and ".join(f'{key} = "{value}"' for key, value in values.items() if getattr(now, key) != value)
    row = Row("judged by", Verdict.WARNING, f"{name} writes down who sent a mail, and is not believed")
    by_hand = f"write into [inbound]: {lines}"
    variable = next((one for key in values if (one := f"MAILHUB_INBOUND__{key}".upper()) in environ), None)
    if path is None or variable is not None:
        where = f" (not into a file: {variable} is set)" if variable else ""
        return Row(row.what, row.verdict, row.found, by_hand + where)
    if not writes and (confirm is None or not confirm(f"{row.found}. Write {lines} into {path}?")):
        return Row(row.what, row.verdict, row.found, f"{by_hand}; or let it be done: --write")
    try:
        changed = alter(path, "inbound", values, environ)
    except BadInput as fault:
        return Row(row.what, row.verdict, f"{row.found}; nothing was written: {fault}", by_hand)
    return Row(row.what, Verdict.OK, f"{name}; changed {'; '.join(changed)}", "start the service again")


def at_terminal() -> Confirm | None:
    """How to ask, where somebody sits there."""
    return (lambda text: click.confirm(text, default=True)) if sys.stdin.isatty() else None
