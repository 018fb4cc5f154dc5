"""What a mail in a file is, by itself: every key of `mailhub explain --json`, without any site.

Pure. Where the site would decide (who belongs, what a group allows), `would` says how far the mail alone decides it.
"""

from collections.abc import Mapping
from datetime import date
from typing import Any

from mailhub.authority import Evidence, Level
from mailhub.inbound.evidence import is_from_here
from mailhub.inbound.reading import Read
from mailhub.language import say
from mailhub.lists import wishes
from mailhub.mail import charsets, quoting
from mailhub.mail.authenticity.weighing import Authenticity, as_row
from mailhub.mail.message import Mail
from mailhub.mail.phrases import is_reply
from mailhub.mail.problems import Problem
from mailhub.verbs import Call, Verbs

KEYS = (
    "file",
    "message_id",
    "from",
    "subject",
    "kind",
    "automatic",
    "text",
    "signature",
    "quoted",
    "attachments",
    "bounce",
    "report",
    "calendar",
    "auth",
    "authority",
    "problems",
    "would",
)

Explanation = Mapping[str, Any]


def of_mail(file: str, read: Read, found: Authenticity, verbs: Verbs, *, language: str, today: date) -> Explanation:
    """A mail that can be read. `calendar` is null until it is judged."""
    mail, folded = read.mail, read.folded
    is_proven = found.aligned or (is_from_here(mail, "local", "smtp") and not read.is_enveloped)
    proven = Evidence(aligned=mail.author is not None and is_proven)
    call = None if read.kind != "post" else _command(mail, folded.new, verbs, today)
    kind = _kind(read, call)
    return _whole(
        file=file,
        message_id=mail.message_id,
        **{"from": ", ".join(author.email for author in mail.authors) or None},
        subject=mail.subject,
        kind=kind,
        automatic=read.nature.automatic,
        text=folded.new,
        signature=folded.signature,
        quoted=folded.quoted,
        attachments=[{"name": a.name, "type": a.type, "size": a.size} for a in mail.attachments],
        bounce=_bounce(read),
        report=_report(read),
        auth=_auth(found),
        authority=_level(proven),
        problems=list(mail.problems),
        would=_would(read, kind, call, proven, language),
    )


def _bounce(read: Read) -> dict[str, Any] | None:
    if read.bounce is None:
        return None
    recipients = [
        {"address": one.address, "status": one.status, "action": one.action, "class": one.verdict.value}
        for one in read.bounce.recipients
    ]
    return {"recipients": recipients}


def _report(read: Read) -> dict[str, Any] | None:
    found = read.complaint
    return None if found is None else {"type": found.type, "recipients": list(found.recipients)}


def of_text(file: str, body: bytes, verbs: Verbs, *, language: str, today: date) -> Explanation:
    """The bare body of a mail: nothing is known of its author."""
    problems: set[Problem] = set()
    text = charsets.decode(body, None, problems).replace("\r\n", "\n")
    folded = quoting.fold(text)
    call = wishes.read(folded.new, "", verbs, today=today)
    author = say(language, "cli.nobody")
    would = "empty" if not folded.new else "command-unproven" if call else "post-unproven"
    return _whole(
        file=file,
        kind="command" if call else "post",
        automatic=False,
        text=folded.new,
        signature=folded.signature,
        quoted=folded.quoted,
        attachments=[],
        authority=Level.PUBLIC.value,
        problems=sorted(problems),
        would=_say(would, language, call, author),
    )


def unreadable(file: str, why: str, *, language: str) -> Explanation:
    """A file that cannot be read, or a mail that passes the limits of reading."""
    would = say(language, "cli.would-unreadable", reason=why)
    return _whole(file=file, kind="unreadable", attachments=[], problems=[why], would=would)


def _whole(**known: Any) -> Explanation:
    return {key: known.get(key) for key in KEYS}


def _kind(read: Read, call: Call | None) -> str:
    if read.kind != "post":
        return read.kind
    if call is not None:
        return "command"
    answers = read.mail.in_reply_to or read.mail.references or is_reply(read.mail.subject)
    return "reply" if answers else "post"


def _command(mail: Mail, words: str, verbs: Verbs, today: date) -> Call | None:
    """As for mail to a group: a command is the whole of the new words, and brings no file."""
    return None if mail.attachments else wishes.read(words, mail.subject, verbs, today=today)


def _auth(found: Authenticity) -> Mapping[str, Any]:
    row = as_row(found)
    return {key: row[key] for key in ("spf", "dkim", "dmarc", "arc", "aligned", "why")}


def _level(proven: Evidence) -> int:
    """The highest level of a verb that this mail alone would carry."""
    return (Level.VOICE if proven.aligned else Level.PUBLIC).value


def _would(read: Read, kind: str, call: Call | None, proven: Evidence, language: str) -> str:
    mail = read.mail
    if read.nature.automatic or kind not in ("post", "reply", "command"):
        key = kind if kind not in ("post", "reply", "command") else "automatic"
        return say(language, f"cli.would-{key}", sign=read.nature.reason.value)
    if mail.author is None:
        return say(language, "cli.would-unclear")
    if kind != "command" and not read.folded.new and not mail.attachments:
        return say(language, "cli.would-empty")
    return _say(kind if proven.aligned else f"{kind}-unproven", language, call, mail.author.email)


def _say(what: str, language: str, call: Call | None, author: str) -> str:
    values = {"author": author} | ({"verb": call.verb.words[language][0]} if call else {})
    return say(language, f"cli.would-{what}", **values)
