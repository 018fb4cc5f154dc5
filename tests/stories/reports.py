"""Bounces and complaints as servers write them, about copies that have left."""

from email import message_from_bytes, policy

from mailhub.delivery.copies import Copy
from tests.stories.town import Town


def last_copy(town: Town, email: str) -> Copy:
    """The newest copy that left for this mailbox."""
    return [copy for copy in town.transport.copies if copy.envelope_to == email][-1]


def bounce(town: Town, copy: Copy, status: str = "5.1.1", words: str = "user unknown", action: str = "failed") -> str:
    """The server of this copy's recipient gives it back; what became of the report."""
    town.receives(report(copy, status, words, action), "", [copy.envelope_from])
    return ": ".join(town.last())


def report(copy: Copy, status: str = "5.1.1", words: str = "user unknown", action: str = "failed") -> bytes:
    """A delivery report as RFC 3464 has it."""
    code = "450" if status.startswith("4") else "550"
    fields = (
        f"Final-Recipient: rfc822; {copy.envelope_to}\nAction: {action}\nStatus: {status}\n"
        f"Diagnostic-Code: smtp; {code} {status} {words}\n"
    )
    return _whole("delivery-status", fields, copy, "MAILER-DAEMON@mx.example.net")


def complaint(copy: Copy, kind: str = "abuse") -> bytes:
    """A feedback report as RFC 5965 has it, without the recipient, as providers send it."""
    return _whole(
        "feedback-report", f"Feedback-Type: {kind}\nUser-Agent: FBL/1.0\nVersion: 1\n", copy, "fbl@example.net"
    )


def _whole(kind: str, fields: str, copy: Copy, author: str) -> bytes:
    returned = message_from_bytes(copy.data, policy=policy.SMTP)
    head = "".join(f"{name}: {value}\n" for name, value in returned.items() if name.lower() != "dkim-signature")
    return (
        f"From: {author}\nSubject: Undelivered mail\nMIME-Version: 1.0\n"
        f"Content-Type: multipart/report; report-type={kind}; boundary=b\n\n--b\n\nSorry.\n\n"
        f"--b\nContent-Type: message/{kind}\n\n{fields}\n--b\nContent-Type: text/rfc822-headers\n\n{head}\n--b--\n"
    ).encode()
