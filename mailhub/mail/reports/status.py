"""The fields of a delivery report, read as RFC 3464 has them (and RFC 6533), and as servers really write them."""

import re
from dataclasses import dataclass

from mailhub.mail.reports.address import addresses_in

_FIELD = re.compile(r"([A-Za-z][A-Za-z0-9-]{1,60}+)[ \t]*+:[ \t]*+(.*)")
_TYPE = re.compile(r"[A-Za-z0-9_-]{2,40}[ \t]*+;[ \t]*+")
_CODE = re.compile(r"(?<![\d.])([245])\.(\d{1,3})\.(\d{1,3})(?![\d.]*\d)")
_HEX = re.compile(r"\\x\{([0-9A-Fa-f]{2,6})\}")
_GROUPS = 200  # recipients of one report that are looked at


@dataclass(frozen=True, slots=True)
class Told:
    """What one group of fields says of one recipient."""

    address: str
    action: str
    status: str
    diagnostic: str


def read(text: str) -> tuple[Told, ...]:
    """Every recipient that the fields tell of, in order; the same one twice is told of once."""
    told: dict[str, Told] = {}
    for group in _groups(text)[:_GROUPS]:
        for one in _told(group):
            told.setdefault(one.address.lower(), one)
    return tuple(told.values())


def _groups(text: str) -> list[dict[str, str]]:
    """The fields of each recipient. Blank lines part groups; where they are lost, a second Final-Recipient does."""
    groups: list[dict[str, str]] = [{}]
    last = ""
    for line in text.split("\n"):
        if line[:1] in (" ", "\t") and last and line.strip():
            groups[-1][last] = f"{groups[-1][last]} {line.strip()}"[:2_000]
            continue
        match = _FIELD.match(line)
        if match is None:
            if not line.strip() and _is_told(groups[-1]):
                groups.append({})
            last = "" if not line.strip() else last
            continue
        last = match[1].lower()
        if last == "final-recipient" and last in groups[-1]:
            groups.append({})
        groups[-1].setdefault(last, match[2].strip())
    return _mended(groups)


def _is_told(group: dict[str, str]) -> bool:
    return any(name in group for name in ("final-recipient", "original-recipient")) and (
        "action" in group or "status" in group
    )


def _mended(groups: list[dict[str, str]]) -> list[dict[str, str]]:
    """A blank line in the midst of a group makes two of it: the second has no recipient."""
    whole: list[dict[str, str]] = []
    for group in groups:
        if whole and not any(name.endswith("-recipient") for name in group):
            whole[-1] = {**group, **whole[-1]}
        elif group:
            whole.append(group)
    return whole


def _told(group: dict[str, str]) -> list[Told]:
    found = _whom(group)
    diagnostic = _without_type(group.get("diagnostic-code", ""))
    action = (group.get("action", "").split() or [""])[0].strip("();,.").lower()
    code = _CODE.search(group.get("status", ""))
    more = group.get("x-supplementary-info", "") or group.get("x-display-name", "")
    status = code[0] if code else ""
    said = " ".join(filter(None, (group.get("status", "").partition("(")[2].rstrip(")"), diagnostic, more)))
    return [Told(address, action, status, said[:2_000]) for address in found]


def _whom(group: dict[str, str]) -> list[str]:
    """The recipient as the last server knew it; as we wrote it where that is no address of the Internet."""
    names = ("final-recipient", "original-recipient", "x-actual-recipient", "x-original-recipient", "remote-recipient")
    found = [here for name in names if name in group for here in [_addresses(group[name])] if here]
    whole = [here for here in found if "." in here[0].rpartition("@")[2]]
    return (whole or found or [[]])[0]


def _addresses(value: str) -> list[str]:
    """The address behind its type; UTF-8 addresses may be written in the escapes of RFC 6533 section 3."""
    value = _HEX.sub(lambda found: _character(found[1]), _without_type(value))
    return addresses_in(value)


def _character(digits: str) -> str:
    number = int(digits, 16)
    return chr(number) if 32 < number < 0x110000 and not 0xD800 <= number < 0xE000 else "?"


def _without_type(value: str) -> str:
    match = _TYPE.match(value)
    return value[match.end() :].strip() if match else value.strip()
