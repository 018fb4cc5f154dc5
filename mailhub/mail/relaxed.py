"""The relaxed canonical forms of RFC 6376 section 3.4, without a pattern over whole bodies."""


def relaxed_field(field: bytes) -> bytes:
    """Canonical form of one raw header field, its final CRLF included."""
    name, _, value = field.partition(b":")
    unfolded = _squeeze(value.replace(b"\r\n", b"").replace(b"\n", b""))
    return name.rstrip(b" \t").lower() + b":" + unfolded.strip(b" ") + b"\r\n"


def relaxed_lines(lines: bytes) -> bytes:
    """Canonical form of some whole lines of a body; empty lines at its end stay."""
    squeezed = _squeeze(lines)
    return squeezed.replace(b" \r\n", b"\r\n")


def _squeeze(text: bytes) -> bytes:
    # Looking first is cheap; most lines hold neither a tab nor two spaces.
    if b"\t" in text:
        text = text.replace(b"\t", b" ")
    while b"  " in text:
        text = text.replace(b"  ", b" ")
    return text
