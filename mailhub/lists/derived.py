"""A message of its own, made of the words somebody wrote in answer to a mail of ours. Pure.

The mail they sent quotes ours whole, other groups' messages and tokens included, so it is never distributed itself.
"""

import hashlib
from collections.abc import Callable, Sequence
from datetime import datetime
from email.message import EmailMessage
from email.policy import SMTP
from email.utils import format_datetime

from mailhub.archive import subjects
from mailhub.mail.address import Mailbox
from mailhub.mail.body import Attachment
from mailhub.mail.message import Mail

_POLICY = SMTP.clone(cte_type="7bit", max_line_length=76)
_UNKNOWN = ("application", "octet-stream")


def answer(
    mail: Mail,
    text: str,
    *,
    part: int,
    to: str,
    subject: str,
    answers: str,
    domain: str,
    files: Sequence[Attachment] = (),
) -> bytes:
    """Some words of an answer to a letter; `part` is their place in it, `answers` the Message-ID they answer."""
    message = _begun(
        mail, to, f"Re: {subjects.bare(subject)}" if subject else "Re:", f"letter.{_seed(mail, part)}@{domain}"
    )
    message["In-Reply-To"] = message["References"] = f"<{answers}>"
    return _ended(message, text, files)


def introduction(
    mail: Mail, text: str, *, to: str, subject: str, domain: str, files: Sequence[Attachment] = ()
) -> bytes:
    """What a newcomer wrote of themselves: it begins a conversation."""
    return _ended(_begun(mail, to, subject, f"introduction.{_seed(mail, 0)}@{domain}"), text, files)


def reworded(mail: Mail, text: str, *, to: str, files: Sequence[Attachment] = ()) -> bytes:
    """The same message with other words: from the same author, with the same id, place and files, and perhaps more."""
    message = _headed(mail, to, mail.subject)
    if mail.message_id is not None:
        message["Message-ID"] = f"<{mail.message_id}>"
    for name, ids in (("In-Reply-To", mail.in_reply_to), ("References", mail.references)):
        if ids:
            message[name] = " ".join(f"<{one}>" for one in ids)
    return _ended(message, text, (*mail.attachments, *files))


def notice(group: Mailbox, text: str, *, subject: str, answers: Sequence[str], message_id: str, now: datetime) -> bytes:
    """What the group itself says in a conversation: a decision about it, told to everybody."""
    message = EmailMessage(policy=_POLICY)
    message["From"] = message["To"] = str(group)
    message["Subject"] = f"Re: {subjects.bare(subject)}" if subject else "Re:"
    message["Date"] = format_datetime(now)
    message["Message-ID"] = f"<{message_id}>"
    message["In-Reply-To"] = message["References"] = " ".join(f"<{one}>" for one in answers)
    return _ended(message, text, ())


def correction(
    mail: Mail,
    text: str,
    *,
    to: str,
    subject: str,
    answers: str,
    name: Callable[[str], str],
    files: Sequence[Attachment] = (),
) -> bytes:
    """What somebody wrote to correct a message of theirs; `name` makes its Message-ID of a seed."""
    message = _begun(mail, to, subject, name(_seed(mail, 0)))
    message["In-Reply-To"] = message["References"] = f"<{answers}>"
    return _ended(message, text, files)


def replacement(
    former: Mail, mail: Mail, text: str, *, to: str, domain: str, files: Sequence[Attachment] = ()
) -> bytes:
    """A message that nobody has read yet, with the text of a later mail: its subject, and what it answers, stay."""
    message = _begun(mail, to, former.subject, f"changed.{_seed(mail, 0)}@{domain}")
    chain = dict.fromkeys((*former.references, *former.in_reply_to))
    if chain:
        message["References"] = " ".join(f"<{one}>" for one in chain)
        message["In-Reply-To"] = f"<{next(reversed(chain))}>"
    return _ended(message, text, files)


def _begun(mail: Mail, to: str, subject: str, message_id: str) -> EmailMessage:
    """The same mail gives the same Message-ID, so that working on it twice posts once."""
    message = _headed(mail, to, subject)
    message["Message-ID"] = f"<{message_id}>"
    return message


def _headed(mail: Mail, to: str, subject: str) -> EmailMessage:
    message = EmailMessage(policy=_POLICY)
    author = mail.author or Mailbox("", "")
    message["From"] = str(author) if author.name else author.email
    message["To"] = to
    message["Subject"] = subject
    if mail.date is not None:
        message["Date"] = format_datetime(mail.date)
    return message


def _ended(message: EmailMessage, text: str, files: Sequence[Attachment]) -> bytes:
    message.set_content(text.strip() + "\n", cte="quoted-printable")
    for file in files:
        kind, _, sub = file.type.partition("/")
        main, sub = (kind, sub) if sub and kind not in ("multipart", "message", "text") else _UNKNOWN
        message.add_attachment(file.content, maintype=main, subtype=sub, filename=file.name or "file")
    return message.as_bytes()


def _seed(mail: Mail, part: int) -> str:
    seed = f"{mail.message_id or ''} {mail.author} {mail.date} {part} {mail.text if not mail.message_id else ''}"
    return hashlib.sha256(seed.encode("utf-8", "replace")).hexdigest()[:32]
