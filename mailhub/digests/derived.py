"""A message of its own, made of the words somebody wrote to one item of a letter. Pure.

The mail they sent quotes the whole letter, other groups' messages included, so it is never distributed itself.
"""

import hashlib
from collections.abc import Sequence
from email.message import EmailMessage
from email.policy import SMTP
from email.utils import format_datetime

from mailhub.archive import subjects
from mailhub.mail.address import Mailbox
from mailhub.mail.body import Attachment
from mailhub.mail.message import Mail

_POLICY = SMTP.clone(cte_type="7bit", max_line_length=76)
_UNKNOWN = ("application", "octet-stream")


def compose(
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
    """The message; `part` is its place in the mail, `answers` the Message-ID it answers, without brackets.

    The same mail gives the same bytes, and the same Message-ID, so that working on it twice posts once.
    """
    message = EmailMessage(policy=_POLICY)
    author = mail.author or Mailbox("", "")
    message["From"] = str(author) if author.name else author.email
    message["To"] = to
    message["Subject"] = f"Re: {subjects.bare(subject)}" if subject else "Re:"
    if mail.date is not None:
        message["Date"] = format_datetime(mail.date)
    message["Message-ID"] = f"<{_id(mail, part)}@{domain}>"
    message["In-Reply-To"] = message["References"] = f"<{answers}>"
    message.set_content(text.strip() + "\n", cte="quoted-printable")
    for file in files:
        kind, _, sub = file.type.partition("/")
        main, sub = (kind, sub) if sub and kind not in ("multipart", "message", "text") else _UNKNOWN
        message.add_attachment(file.content, maintype=main, subtype=sub, filename=file.name or "file")
    return message.as_bytes()


def _id(mail: Mail, part: int) -> str:
    seed = f"{mail.message_id or ''} {mail.author} {mail.date} {part} {mail.text if not mail.message_id else ''}"
    return f"letter.{hashlib.sha256(seed.encode('utf-8', 'replace')).hexdigest()[:32]}"
