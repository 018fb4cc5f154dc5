"""A mail program for the people of the sandbox: composes plain mail and hands it in by SMTP, as theirs would."""

import smtplib
from datetime import datetime
from email.message import EmailMessage
from email.policy import SMTP
from email.utils import format_datetime, make_msgid

from mailhub.clock import local
from mailhub.errors import BadInput
from mailhub.mail.address import Mailbox
from mailhub.mail.message import Mail
from mailhub.sandbox.links import SIGNATURE

POLICY = SMTP.clone(max_line_length=998)
MOST_REFERENCES = 20
PATIENCE = 30  # seconds


def compose(
    author: Mailbox,
    to: str,
    subject: str,
    text: str,
    *,
    now: datetime,
    language: str,
    zone: str,
    answering: Mail | None = None,
) -> bytes:
    """One plain mail; an answer quotes the original below, as most programs do."""
    message = EmailMessage(policy=POLICY.clone(utf8=not to.isascii()))
    message["From"] = f"{author.name} <{author.email}>"
    message["To"] = to
    message["Subject"] = " ".join(subject.split())
    message["Date"] = format_datetime(now)
    message["Message-ID"] = make_msgid(domain=_domain(author))
    if answering is not None and answering.message_id:
        message["In-Reply-To"] = f"<{answering.message_id}>"
        known = [*answering.references, answering.message_id]
        message["References"] = " ".join(f"<{one}>" for one in known[-MOST_REFERENCES:])
        text = f"{text.rstrip()}\n\n{_quoted(answering, language, zone)}"
    message.set_content("\n".join(text.splitlines()) + "\n")
    return message.as_bytes()


def again(subject: str) -> str:
    """The subject of an answer."""
    return subject if subject.lower().startswith("re:") else f"Re: {subject}"


def hand_in(host: str, port: int, author: Mailbox, to: str, raw: bytes) -> None:
    """Send by the real door; raises BadInput with its words when it refuses."""
    try:
        # A name of our own: the standard library would ask the network for one.
        with smtplib.SMTP(host, port, local_hostname=_domain(author), timeout=PATIENCE) as door:
            door.sendmail(author.email, [to], raw, mail_options=[] if to.isascii() else ["SMTPUTF8"])
    except smtplib.SMTPRecipientsRefused as refused:
        raise _refusal(*next(iter(refused.recipients.values()))) from refused
    except smtplib.SMTPResponseException as refused:
        raise _refusal(refused.smtp_code, refused.smtp_error) from refused


def _refusal(code: int, words: bytes | str) -> BadInput:
    said = words.decode("utf-8", "replace") if isinstance(words, bytes) else words
    return BadInput(f"{code} {said}")


def _quoted(mail: Mail, language: str, zone: str) -> str:
    """The original with a line that says whose it is, as the mail programs of that language write it."""
    above, _, _ = mail.text.partition(f"\n{SIGNATURE}\n")
    lines = "\n".join(f"> {line}".rstrip() for line in above.rstrip().splitlines())
    author = mail.author or Mailbox("", "?")
    who = author.name or author.email
    if mail.date is None:
        return f"{who}:\n{lines}"
    at = local(mail.date, zone)
    if language == "it":
        return f"Il giorno {at:%d/%m/%Y} alle ore {at:%H:%M} {who} ha scritto:\n{lines}"
    return f"On {at:%d/%m/%Y} at {at:%H:%M}, {who} wrote:\n{lines}"


def _domain(author: Mailbox) -> str:
    return author.email.partition("@")[2]
