"""For which of our addresses a mail in a mailbox is, and who sent it: what an SMTP envelope would have said.

Pure. A mailbox keeps no envelope, only what its server wrote of one into the header.
"""

from collections.abc import Iterator, Sequence

from mailhub.mail.address import mailboxes, sole_mailbox
from mailhub.mail.wire import Field, Unreadable, split
from mailhub.site import FRONT_DESK, Site

MOST = 50  # recipients of one mail: who names more of our addresses means none of them
_BY_SERVER = ("x-original-to", "envelope-to", "x-envelope-to", "delivered-to")
_BY_AUTHOR = ("to", "cc")


def envelope(raw: bytes, site: Site, user: str) -> tuple[str, tuple[str, ...]]:
    """Sender and recipients; none of ours where the mailbox belongs to others too and the mail does not name us."""
    try:
        fields, _ = split(raw)
    except Unreadable:
        return "", (site.address(FRONT_DESK),)  # listed there as what it is
    return _sender(fields), _recipients(fields, site, user)


def _recipients(fields: Sequence[Field], site: Site, user: str) -> tuple[str, ...]:
    """As the server has it; where it wrote down only the mailbox itself, as To and Cc have it."""
    own = {user.lower()} | ({site.address(FRONT_DESK)} if site.address_style == "plus" else set())
    by_server = list(_ours(fields, _BY_SERVER, site))
    by_author = list(_ours(fields, _BY_AUTHOR, site))
    stated = [one for one in by_server if one not in own] or by_author
    if not stated and (by_server or any(site.local_part(one) is not None for one in own)):
        stated = [site.address(FRONT_DESK)]  # a blind copy to the one mailbox there is
    return tuple(dict.fromkeys(stated))[:MOST]


def _ours(fields: Sequence[Field], names: Sequence[str], site: Site) -> Iterator[str]:
    """The addresses of ours in these fields, as we write them."""
    for name in names:
        for field in fields:
            if field.name.lower() == name:
                for box in mailboxes(field.value):
                    local = site.local_part(box.email)
                    if local is not None and local.isprintable():
                        yield site.address(local)


def _sender(fields: Sequence[Field]) -> str:
    """The return path the server wrote down; without one the author, since no sender at all would mean a program."""
    for name in ("return-path", "from"):
        value = next((field.value for field in fields if field.name.lower() == name), None)
        if value is not None and value.strip() == b"<>":
            return ""
        box = sole_mailbox(value) if value is not None else None
        if box is not None and box.email.isprintable():
            return box.email
    return ""
