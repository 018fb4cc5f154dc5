"""Lists of `tag=value;` as signatures, keys and policies are written (RFC 6376 section 3.2)."""

import re

LONGEST = 16_384  # no signature or record that means well comes near it
_TAG = re.compile(r"\s*+([A-Za-z][A-Za-z0-9_]*+)\s*+=\s*+([\x21-\x7e\s]*+)")


def tags(text: str) -> dict[str, str] | None:
    """Each tag with its value, white space around it gone; None where the list is not well formed or repeats a tag."""
    if len(text) > LONGEST:
        return None
    parts = text.split(";")
    if not parts[-1].strip():
        parts.pop()
    found: dict[str, str] = {}
    for part in parts:
        match = _TAG.fullmatch(part)
        if match is None or match[1] in found:
            return None
        found[match[1]] = match[2].strip()
    return found


def packed(value: str) -> str:
    """A value in which white space means nothing, such as base64, without it."""
    return "".join(value.split())
