"""Whom a server could not reach, from its words alone: qmail, Exim, sendmail, Exchange, Domino and the many others.

No two servers word it alike, but nearly all write the address in one of a few ways: alone on its line, before a colon,
behind a label, after a reply code, or behind «>>> RCPT TO:». Only where none of that is found is an address in a
sentence believed, and then one that the returned mail was sent to, if any is.
"""

import re
from collections.abc import Callable, Collection, Iterable
from dataclasses import dataclass

from mailhub.mail.reports.address import addresses_in
from mailhub.mail.reports.status import Told

_AT_MOST = 200  # recipients
_LINES = 600
_DIAGNOSTIC_LINES = 14
_ALONE = re.compile(
    r"[\s>*|-]{0,30}[<\"'(]{0,3}(?:(?:mailto|smtp|rfc822):)?[^\s<>\"'@]{1,256}@[^\s<>\"'@,;()]{1,255}[>\"').,;:]{0,4}"
    r"(?: ?\([^()\n]{0,200}\)| on [^\n]{3,60}|[ \t]+\.\.\.[^\n]{0,200})?[:;.]?\s*",
    re.IGNORECASE,
)
_NAMED = re.compile(r"\s{0,20}\"?[^<>@\n:]{1,80}\"? ?<[^<>\s]{1,256}@[^<>\s]{1,255}>[:;,.]?\s*")
_BEFORE_COLON = re.compile(
    r"[\s*|-]{0,20}[<\"'(]?[^\s<>\"'@]{1,256}@[^\s<>\"'@]{1,255}[>\"')]?(?: ?\([^()\n]{0,300}\))? ?(?::|\.\.\.|"
    r"-{1,2}>? |, ?(?:because|reason)|;)(?=\s|$|\D)"
)
_LABEL = re.compile(
    r"[\s*|>-]{0,20}(?:\[?(?:(?:the |your |original |intended |failed |final |invalid |unknown |bad |rejected |"
    r"undelivered |undeliverable |envelope |e-?mail |mail |to )*"
    r"(?:recipient|address|to|user|mailbox|rcpt to|rcpt|destination|addressee|account|receiver|destinatari[oi]|"
    r"indirizzo|user(?:id| ?name)|empf[äa]nger|destinataire|destinatario|para|an|a|för|aan)"
    r"(?: addresses| address| name| recipients?| users?|\(s\)|s|e?s|-addresse| mailbox)?(?: is| was)?|"
    r"(?:unknown|no such|invalid) (?:user|recipient|local part|account|mailbox)|"
    r"undeliverable to|could not be delivered to|(?:was |message )?not delivered to|delivery (?:failed )?(?:to|for)|"
    r"failed to deliver to|unable to deliver to|"
    r"invalid final delivery user ?id|user mailbox exceeds allowed size|delivery userid|"
    r"(?:delivery )?fail(?:ed|ure)s?(?: for| to| recipients?| addresse?s?)?|"
    r"error[^:\n]{0,30}))\]?[ \t]?(?::|=|\.\.\.)[ \t]*[<\"'(]{0,2}[^\s<>\"'@]{1,256}@",
    re.IGNORECASE,
)
# A label of the returned mail as well, so believed only where nothing else is.
_TO = re.compile(r"[\s*|>-]{0,20}(?:to|an|a|para|pour|à|aan|til|till|for) ?: ", re.IGNORECASE)
_AFTER_CODE = re.compile(
    r"\s{0,20}(?:[45]\d\d[ -])?\s?(?:#?[45]\.\d{1,3}\.\d{1,3}\s?)?(?:[45]\d\d[ -])?"
    r"[<(\"']{1,2}[^\s<>\"'@]{1,256}@[^\s<>\"']{1,255}[>)\"']{1,2}\s?(?:\.\.\.|:|,| )",
)
_BARE_AFTER_CODE = re.compile(
    r"\s{0,20}[45]\d\d[ -](?:[45]\.\d{1,3}\.\d{1,3} )?[^\s<>\"'@]{1,256}@[^\s<>\"'@]{1,255}(?:\.\.\.|:|,)?\s"
)
_RCPT = re.compile(
    r"[\s>*|\-=]{0,20}(?:>>> ?|<[-=]{1,2} ?)?(?:RCPT TO|sent RCPT|SMTP RCPT)[^<\n]{0,12}:? ?<", re.IGNORECASE
)
_FROM_LINE = re.compile(
    r"[\s>*|]{0,20}(?:from|sender|reply-to|return-path|mail from|sent by|mittente|von|de|subject|message-id|"
    r"x-[a-z-]{1,30}|received|by|"
    r"reporting-mta|cc|bcc|date|envelope-from|contact|for (?:help|assistance|further)|references|in-reply-to|server|"
    r"e-?mail)[ \t]*:|"
    r"[^\n]{0,80}(?:postmaster|contact|send (?:mail|a message|an e-?mail|e-?mail)|write to|assistance|for help|"
    r"forward th|queries|questions|original sender|on behalf of|"
    r"mail from|sent by|sender|your address|please try|has moved to|new address|help@|support@|abuse@|e-?mail me|"
    r"received from|message-id|message id|\bfrom[: ]|list-)",
    re.IGNORECASE,
)
_MACHINE = re.compile(
    r"(?:postmaster|mailer-daemon|abuse|support|help|helpdesk|noreply|no-reply|admin|root|mailmaster)@", re.IGNORECASE
)


@dataclass(frozen=True, slots=True)
class _Line:
    """A line that names an address in a way that means: this one failed."""

    place: int
    addresses: tuple[str, ...]


def find(notice: str, *, writers: Collection[str], sent_to: Collection[str]) -> tuple[Told, ...]:
    """Each recipient with the words that are about it.

    `writers`: who sent the mail or the report, so that they are not taken for recipients; `sent_to`: whom the returned
    mail names.
    """
    lines = notice.split("\n")[:_LINES]
    found = (
        _stated(lines, writers, _states)
        or _stated(lines, writers, _labelled)
        or _in_sentences(lines, writers, sent_to)
        or _stated(lines, (), _states)
    )
    return _told(lines, found)


def guess(notice: str, *, writers: Collection[str]) -> tuple[Told, ...]:
    """The first address in a sentence that is not said to be somebody else's."""
    lines = notice.split("\n")[:_LINES]
    for place, line in enumerate(lines):
        here = _others(addresses_in(line), writers) if "@" in line and not _FROM_LINE.match(line) else []
        if here and not _MACHINE.match(here[0]):
            return _told(lines, [_Line(place, (here[0],))])
    return ()


def _told(lines: list[str], found: list[_Line]) -> tuple[Told, ...]:
    told: dict[str, Told] = {}
    for turn, line in enumerate(found):
        end = found[turn + 1].place if turn + 1 < len(found) else len(lines)
        for address in line.addresses:
            words = _words(lines, line.place, end, address)
            known = told.get(address.lower())
            if known is not None:
                words = f"{known.diagnostic}\n{words}"[:4_000]
            told[address.lower()] = Told(known.address if known else address, "", "", words)
    return tuple(told.values())[:_AT_MOST]


def _stated(lines: list[str], writers: Collection[str], states: Callable[[str], bool]) -> list[_Line]:
    found = []
    for place, line in enumerate(lines):
        if "@" not in line or not states(line):
            continue
        here = _others(addresses_in(line)[:1], writers)
        if here:
            found.append(_Line(place, tuple(here)))
    return found


def _labelled(line: str) -> bool:
    return _TO.match(line) is not None


def _states(line: str) -> bool:
    if _TO.match(line):
        return False
    if _RCPT.match(line) or _LABEL.match(line) or _ALONE.fullmatch(line):
        return True
    if _FROM_LINE.match(line) and not line.lstrip().startswith(("<", "5", "4")):
        return False
    return any(form.match(line) for form in (_AFTER_CODE, _BARE_AFTER_CODE, _BEFORE_COLON)) or bool(
        _NAMED.fullmatch(line)
    )


def _in_sentences(lines: list[str], writers: Collection[str], sent_to: Collection[str]) -> list[_Line]:
    """Addresses that the returned mail names as well."""
    known = {address.lower() for address in sent_to}.difference(writers)
    named = [
        _Line(place, tuple(address for address in addresses_in(line) if address.lower() in known))
        for place, line in enumerate(lines)
        if "@" in line
    ]
    return [line for line in named if line.addresses]


def _others(addresses: Iterable[str], writers: Collection[str]) -> list[str]:
    return [address for address in addresses if address.lower() not in writers]


def _words(lines: list[str], start: int, end: int, address: str) -> str:
    """The lines from the address on, and whatever else names it."""
    near = lines[start : min(end, start + _DIAGNOSTIC_LINES)]
    mark = address.lower()
    far = [line for place, line in enumerate(lines) if not start <= place < start + len(near) and mark in line.lower()]
    return "\n".join([*near, *far[:6]])[:4_000]
