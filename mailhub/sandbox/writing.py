"""A mail program for the people of the sandbox: composes plain mail and hands it in by SMTP, as theirs would."""

import smtplib
from datetime import datetime
from email.message import EmailMessage
from email.policy import SMTP
from email.utils import format_datetime, make_msgid

from mailhub.errors import BadInput
from mailhub.mail.address import Mailbox
from mailhub.sandbox.postoffice import Letter

POLICY = SMTP.clone(max_line_length=998)


def compose(
    author: Mailbox,
    to: str,
    subject: str,
    text: str,
    *,
    now: datetime,
    language: str,
    answering: Letter | None = None,
) -> bytes:
    """One plain mail; an answer quotes the original below, as most programs do."""
    message = EmailMessage(policy=POLICY)
    message["From"] = f"{author.name} <{author.email}>"
    message["To"] = _line(to)
    message["Subject"] = _line(subject)
    message["Date"] = format_datetime(now)
    message["Message-ID"] = make_msgid(domain=author.email.partition("@")[2])
    if answering is not None and answering.mail.message_id:
        message["In-Reply-To"] = f"<{answering.mail.message_id}>"
        known = [*answering.mail.references, answering.mail.message_id]
        message["References"] = " ".join(f"<{one}>" for one in known[-20:])
        text = f"{text.rstrip()}\n\n{_quoted(answering, language)}"
    message.set_content(text.replace("\r\n", "\n") + "\n")
    return message.as_bytes()


def hand_in(host: str, port: int, author: str, to: str, raw: bytes) -> None:
    """Send by the real door; raises BadInput with its words when it refuses."""
    try:
        with smtplib.SMTP(host, port, timeout=30) as door:
            door.sendmail(author, [to], raw, mail_options=["SMTPUTF8"] if not to.isascii() else [])
    except smtplib.SMTPRecipientsRefused as refused:
        code, words = next(iter(refused.recipients.values()))
        raise BadInput(f"{code} {words.decode(errors='replace')}") from refused
    except smtplib.SMTPResponseException as refused:
        raise BadInput(f"{refused.smtp_code} {refused.smtp_error!r}") from refused


def _quoted(letter: Letter, language: str) -> str:
    """The original with a line that says whose it is, as the mail programs of that language write it."""
    lines = "\n".join(f"> {line}" for line in letter.mail.text.splitlines())
    who, at = f"{letter.sender.name} <{letter.sender.email}>", letter.arrived_at
    if language == "it":
        return f"Il giorno {at:%d/%m/%Y} alle ore {at:%H:%M} {who} ha scritto:\n{lines}"
    return f"On {at:%d/%m/%Y} at {at:%H:%M}, {who} wrote:\n{lines}"


def _line(text: str) -> str:
    return " ".join(text.split())
