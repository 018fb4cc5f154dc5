"""What every copy that leaves must be, checked on its bytes alone: D-20 to D-24, D-28, D-30 to D-36, D-41 of the notes.

Reads with code of its own and the standard library, never with the code that made the copy.
"""

import email
import email.message
import re
from collections.abc import Iterator
from email.errors import HeaderParseError
from email.header import decode_header, make_header
from email.utils import getaddresses, parseaddr

ONCE = ("date", "from", "message-id")
AT_MOST_ONCE = (
    "sender",
    "reply-to",
    "to",
    "cc",
    "subject",
    "in-reply-to",
    "references",
    "mime-version",
    "content-type",
    "content-transfer-encoding",
    "auto-submitted",
    "precedence",
    "feedback-id",
    "archived-at",
    "x-mailhub-delivery",
)
LIST_FIELDS = (
    "list-id",
    "list-post",
    "list-help",
    "list-owner",
    "list-archive",
    "list-subscribe",
    "list-unsubscribe",
    "list-unsubscribe-post",
)
NEVER = ("return-path", "bcc", "received", "delivered-to", "x-original-to", "errors-to")
NEVER_ENCODED = (*LIST_FIELDS, "message-id", "in-reply-to", "references", "date", "precedence", "auto-submitted")
# An author's own fields travel as they came, so how they are folded and encoded is not ours.
THEIRS = ("subject", "to", "cc", "in-reply-to", "references", "message-id", "date", "x-original-dkim-signature")
SEALED = ("from", "to", "cc", "subject", "date", "message-id", "reply-to", "list-unsubscribe", "list-unsubscribe-post")
UNSEEN = re.compile("[\u200b-\u200f\u202a-\u202e\u2060-\u2069\ufeff]")
WORD = re.compile(rb"=\?[^?\s]+\?[QqBb]\?[^?\s]*\?=")
URI = re.compile(r"<([^<>]*)>")
DAYS_14 = 14 * 24 * 3600

Fields = list[tuple[str, bytes]]


def lint(
    raw: bytes,
    *,
    kind: str,  # "post", "letter" (of a stream one can leave) or "service"
    domain: str | None = None,  # ours: list fields may name no other
    signed: bool = False,  # a signature of ours must be there
    utf8: bool = False,  # SMTPUTF8 was asked for
    transparent: bool = False,  # the author's header travels as it came
) -> list[str]:
    """Every fault found, each in words."""
    faults = list(_lines(raw))
    head, _, body = raw.partition(b"\r\n\r\n")
    fields = _fields(head + b"\r\n")
    faults += _header(fields, kind, utf8, transparent)
    faults += _names(fields, kind)
    if kind in ("post", "letter"):
        faults += _list(fields, domain)
    elif any(name.startswith("list-") for name, _ in fields):
        faults.append("a service mail has List-* fields")
    faults += _signature(fields, signed)
    faults += _mime(email.message_from_bytes(raw), kind, is_root=True)
    if not body and kind != "post":
        faults.append("there is no body")
    return faults


def _lines(raw: bytes) -> Iterator[str]:
    ends = raw.count(b"\r\n")
    if raw.count(b"\n") != ends or raw.count(b"\r") != ends:
        yield "a bare CR or LF"
    if b"\0" in raw:
        yield "a NUL"
    if not raw.endswith(b"\r\n"):
        yield "the last line has no end"
    if any(len(line) > 998 for line in raw.split(b"\r\n")):
        yield "a line is longer than 998"


def _fields(head: bytes) -> Fields:
    found: Fields = []
    for line in head.split(b"\r\n")[:-1]:
        if line[:1] in (b" ", b"\t") and found:
            found[-1] = (found[-1][0], found[-1][1] + b"\r\n" + line)
        else:
            name, _, value = line.partition(b":")
            found.append((name.decode("latin-1").lower(), value))
    return found


def _all(fields: Fields, name: str) -> list[str]:
    return [value.replace(b"\r\n", b"").strip().decode("utf-8", "replace") for other, value in fields if other == name]


def _one(fields: Fields, name: str) -> str | None:
    return next(iter(_all(fields, name)), None)


def _header(fields: Fields, kind: str, utf8: bool, transparent: bool) -> Iterator[str]:
    names = [name for name, _ in fields]
    for name in ONCE:
        if names.count(name) != 1:
            yield f"{names.count(name)} {name} fields"
    for name in (*AT_MOST_ONCE, *LIST_FIELDS):
        if names.count(name) > 1:
            yield f"{names.count(name)} {name} fields"
    yield from (f"{name} may not leave" for name in NEVER if name in names and not transparent)
    if "x-mailhub-delivery" not in names:
        yield "no X-Mailhub-Delivery"
    if (kind == "post") is ("auto-submitted" in names):
        yield "Auto-Submitted belongs on everything but a member's post"
    for name, value in fields:
        if not re.fullmatch(r"[!-9;-~]+", name):
            yield f"{name!r} is no field name"
        if not value.isascii() and not utf8:
            yield f"{name} is not ASCII"
        if any(not line.strip() for line in value.split(b"\r\n")[1:]):
            yield f"{name} has a blank folded line"
        is_ours = not transparent and not (kind == "post" and (name in THEIRS or name.startswith("content-")))
        if is_ours and _could_be_shorter(name, value):
            yield f"{name} has a line that could be folded within 78 columns"
        if is_ours:
            yield from _words(name, value)


def _could_be_shorter(name: str, value: bytes) -> bool:
    lines = (name.encode() + b":" + value).split(b"\r\n")
    rests = [lines[0].partition(b": ")[2], *lines[1:]]
    return any(
        len(line) > 78 and b" " in rest.strip(b" \t").rstrip(b";,") for line, rest in zip(lines, rests, strict=True)
    )


def _words(name: str, value: bytes) -> Iterator[str]:
    found = WORD.findall(value)
    if found and name in NEVER_ENCODED:
        yield f"{name} holds an encoded word"
    if any(len(word) > 75 for word in found):
        yield f"{name} has an encoded word longer than 75"
    if any(WORD.search(quoted) for quoted in re.findall(rb'"[^"]*"|<[^>]*>', value)):
        yield f"{name} has an encoded word inside quotes or an address"
    for word in found:
        for text, charset in decode_header(word.decode("ascii")):
            try:
                shown = text if isinstance(text, str) else text.decode(charset or "ascii")
            except (UnicodeDecodeError, LookupError):
                yield f"{name} has an encoded word that cuts a character"
                continue
            if any(ord(each) < 32 or ord(each) == 127 for each in shown):
                yield f"{name} hides a control character"


def _names(fields: Fields, kind: str) -> Iterator[str]:
    value = _one(fields, "from") or ""
    if len(getaddresses([value])) != 1 or "@" not in parseaddr(value)[1]:
        yield "From must name one mailbox"
    name = _readable(parseaddr(value)[0])
    if "@" in name:
        yield "the name in From holds an @"
    if UNSEEN.search(name):
        yield "the name in From holds something unseen"
    form = r"<[^<>]+>" if kind == "post" else r"<[^<>\s@]+@[^<>\s@]+>"
    if not re.fullmatch(form, _one(fields, "message-id") or ""):
        yield "Message-ID has no form"
    elif kind != "post" and len((_one(fields, "message-id") or "").partition("@")[0]) < 21:
        yield "Message-ID can be guessed"
    if kind != "post" and len(_readable(_one(fields, "subject") or "")) > 150:
        yield "Subject is longer than 150 characters"


def _readable(value: str) -> str:
    try:
        return str(make_header(decode_header(value)))
    except (LookupError, ValueError, HeaderParseError):  # an author's own, in a charset nobody knows
        return value


def _list(fields: Fields, domain: str | None) -> Iterator[str]:
    for name, _ in fields:
        if name.startswith("list-") and name not in LIST_FIELDS:
            yield f"{name} is not ours"
    list_id = _one(fields, "list-id")
    if list_id is None or not re.search(r"<[A-Za-z0-9-]+(\.[A-Za-z0-9-]+)+>$", list_id) or len(list_id) > 255:
        yield "List-Id has no form"
    post = _one(fields, "list-post")
    if post is None or not (post == "NO" or re.fullmatch(r"<mailto:[^<>\s]+>", post)):
        yield "List-Post must be one mailto or NO"
    for name in ("list-help", "list-owner", "list-archive", "list-subscribe"):
        value = _one(fields, name)
        if value is not None and not re.fullmatch(
            r"<(mailto:|https?://)[^<>\s]+>(, *<(mailto:|https?://)[^<>\s]+>)*", value
        ):
            yield f"{name} has no form"
    if _one(fields, "precedence") not in ("list", "bulk"):
        yield "Precedence must be list or bulk"
    yield from _leaving(fields)
    feedback = _one(fields, "feedback-id")
    if feedback is not None and not (len(feedback.split(":")) <= 4 and 5 <= len(feedback.split(":")[-1]) <= 15):
        yield "Feedback-ID has no form"
    if domain is not None:
        for name in LIST_FIELDS[:7]:
            for uri in URI.findall(_one(fields, name) or ""):
                host = re.sub(r"^https?://|[/?].*$", "", uri).rpartition("@")[2].partition(":")[0]
                if host != domain and not host.endswith("." + domain):
                    yield f"{name} names {host}"


def _leaving(fields: Fields) -> Iterator[str]:
    uris = URI.findall(_one(fields, "list-unsubscribe") or "")
    https = [uri for uri in uris if uri.startswith("https://")]
    if len([uri for uri in uris if uri.startswith("mailto:")]) != 1:
        yield "List-Unsubscribe needs one mailto"
    if len(https) > 1 or len(uris) > 2 or any(uri.startswith("http:") for uri in uris):
        yield "List-Unsubscribe has more than one https and one mailto"
    click = _one(fields, "list-unsubscribe-post")
    if https and click != "List-Unsubscribe=One-Click":
        yield "an https way to leave without List-Unsubscribe-Post"
    if not https and click is not None:
        yield "List-Unsubscribe-Post without an https way to leave"


def _signature(fields: Fields, signed: bool) -> Iterator[str]:
    seal = ("arc-seal", "arc-message-signature", "arc-authentication-results")
    above = len(seal) if tuple(name for name, _ in fields[: len(seal)]) == seal else 0
    ours = [value for value in _all(fields, "dkim-signature") if fields[above][0] == "dkim-signature"][:1]
    if not ours:
        if signed:
            yield "no signature of ours at the top"
        return
    tags = dict(part.strip().partition("=")[::2] for part in ours[0].split(";") if part.strip())
    if (tags.get("v"), tags.get("a"), tags.get("c")) != ("1", "rsa-sha256", "relaxed/relaxed"):
        yield "the signature is of another kind"
    if "l" in tags or "i" in tags:
        yield "the signature has l= or i="
    if not (tags.get("t", "").isdigit() and tags.get("x", "").isdigit() and int(tags["x"]) - int(tags["t"]) == DAYS_14):
        yield "the signature does not end after 14 days"
    listed = re.sub(r"\s", "", tags.get("h", "")).lower().split(":")
    names = [name for name, _ in fields]
    for name in SEALED:
        if listed.count(name) != names.count(name) + 1:
            yield f"{name} is not sealed by the signature"
    for name in ("list-id", "sender", "x-mailhub-delivery", "content-type", "mime-version"):
        if name in names and name not in listed:
            yield f"{name} is not signed"


def _mime(part: email.message.Message, kind: str, *, is_root: bool = False) -> Iterator[str]:
    type_ = part.get_content_type()
    encoding = str(part.get("content-transfer-encoding", "7bit")).strip().lower()
    if type_.startswith("multipart/"):
        if encoding not in ("7bit", "8bit"):
            yield f"{type_} is encoded as {encoding}"
        if len(str(part.get_boundary() or "")) not in range(1, 71):
            yield "a boundary is missing or longer than 70"
        children = [child for child in part.get_payload() if isinstance(child, email.message.Message)]
        first = children[0].get_content_type() if children else ""
        if type_ == "multipart/alternative" and kind != "post" and first != "text/plain":
            yield "the plain text does not come first"
        yield from (fault for child in children for fault in _mime(child, kind))
    elif not part.is_multipart():
        yield from _leaf(part, type_, encoding, kind)
    if is_root and type_ == "text/html" and kind != "post":
        yield "HTML stands alone"
    yield from (f"{type(defect).__name__} in {type_}" for defect in part.defects)


def _leaf(part: email.message.Message, type_: str, encoding: str, kind: str) -> Iterator[str]:
    text = part.get_payload()
    assert isinstance(text, str)
    octets = text.encode("utf-8", "surrogateescape")
    if encoding not in ("7bit", "8bit", "quoted-printable", "base64"):
        yield f"{type_} is encoded as {encoding}"
    if encoding != "8bit" and not octets.isascii():
        yield f"{type_} holds 8-bit text as {encoding}"
    if kind == "post":
        return  # the parts of an author leave as they came
    if encoding in ("quoted-printable", "base64") and any(len(line) > 76 for line in octets.splitlines()):
        yield f"{type_} in {encoding} has a line longer than 76"
    content = part.get_payload(decode=True)
    assert isinstance(content, bytes)
    if type_ == "text/plain" and not content.strip():
        yield "the plain text is empty"
    if type_ == "text/html" and len(content) > 100_000:
        yield "the HTML is larger than 100 kB"
    if type_.startswith("text/") and str(part.get_content_charset()).lower() not in ("utf-8", "us-ascii"):
        yield f"{type_} is in {part.get_content_charset()}"
