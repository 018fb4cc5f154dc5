"""The bytes a signature is over: header fields and body in the form it names (RFC 6376 section 3.4)."""

from mailhub.mail.relaxed import relaxed_field, relaxed_lines

SIMPLE, RELAXED = "simple", "relaxed"


def body_in(form: str, body: bytes) -> bytes:
    """A body whose lines end in CRLF, as the signer hashed it."""
    if form == SIMPLE:
        return body.rstrip(b"\r\n") + b"\r\n"  # there are no bare CR or LF here, so only whole empty lines go
    whole = body if body.endswith(b"\r\n") else body + b"\r\n"
    lines = relaxed_lines(whole).rstrip(b"\r\n")
    return lines + b"\r\n" if lines else b""


def field_in(form: str, field: bytes) -> bytes:
    """One field, its CRLF included."""
    return relaxed_field(field) if form == RELAXED else field


def without_signature(field: bytes) -> bytes:
    """A signature's own field as it was signed: the value of `b=` and the white space around it are gone."""
    name, _, value = field.partition(b":")
    parts = value.removesuffix(b"\r\n").split(b";")
    for place, part in enumerate(parts):
        tag, equals, _ = part.partition(b"=")
        if equals and tag.strip() == b"b":
            parts[place] = tag + equals
    return name + b":" + b";".join(parts)
