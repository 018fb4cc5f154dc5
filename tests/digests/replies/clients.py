"""How mail programs send an answer: each turns what was typed into a whole message, with its own way of quoting."""

import base64
import quopri
import textwrap
from collections.abc import Callable
from dataclasses import dataclass
from email.message import EmailMessage
from email.policy import SMTP
from html import escape

FROM = "Nives Poggi <nives@posta.example>"


@dataclass(frozen=True, slots=True)
class Letter:
    """The letter that is answered, as it was received."""

    text: str
    html: str
    reply_to: str
    subject: str
    message_id: str

    @property
    def lines(self) -> list[str]:
        return self.text.splitlines()


Client = Callable[[Letter, str], bytes]


def _message(letter: Letter, text: str, html: str | None = None, **headers: str) -> EmailMessage:
    message = EmailMessage(policy=SMTP)
    message["From"], message["To"] = FROM, letter.reply_to
    message["Subject"] = f"{headers.pop('re', 'Re')}: {letter.subject}"
    message["Date"] = "Tue, 10 Mar 2026 08:12:00 +0100"
    message["Message-ID"] = f"<a{abs(hash(text)) % 10**12}@posta.example>"
    if headers.pop("threads", "yes") == "yes":
        message["In-Reply-To"] = message["References"] = letter.message_id
    for name, value in headers.items():
        message[name.replace("_", "-")] = value
    message.set_content(text, cte="quoted-printable")
    if html is not None:
        message.add_alternative(html, subtype="html", cte="quoted-printable")
    return message


def _quoted(letter: Letter, mark: str = "> ", columns: int = 0) -> str:
    lines = letter.lines
    if columns:
        lines = [part for line in lines for part in (textwrap.wrap(line, columns) or [""])]
    return "\n".join(f"{mark}{line}".rstrip() for line in lines)


def _paragraphs(typed: str) -> str:
    return "".join(f"<div>{escape(line) or '<br>'}</div>" for line in typed.splitlines())


def gmail(letter: Letter, typed: str, *, it: bool = True) -> bytes:
    said = (
        "Il giorno mar 10 mar 2026 alle ore 07:30 Pietrafiore <\nhub@pietrafiore.example> ha scritto:"
        if it
        else "On Tue, Mar 10, 2026 at 7:30 AM Pietrafiore <hub@pietrafiore.example>\nwrote:"
    )
    html = (
        f'<div dir="ltr">{_paragraphs(typed)}</div><br><div class="gmail_quote"><div dir="ltr" class="gmail_attr">'
        f'{escape(said)}<br></div><blockquote class="gmail_quote" style="margin:0 0 0 .8ex">{letter.html}'
        "</blockquote></div>"
    )
    return _message(letter, f"{typed}\n\n{said}\n\n{_quoted(letter)}\n", html).as_bytes()


def gmail_english(letter: Letter, typed: str) -> bytes:
    return gmail(letter, typed, it=False)


def gmail_android(letter: Letter, typed: str) -> bytes:
    """Wraps quotes anew at 76 columns."""
    said = "Il mar 10 mar 2026, 07:30 Pietrafiore <hub@pietrafiore.example> ha scritto:"
    return _message(letter, f"{typed}\n\n{said}\n\n{_quoted(letter, columns=70)}\n").as_bytes()


def outlook_desktop(letter: Letter, typed: str) -> bytes:
    """A copied header, and no mark before the lines below it."""
    block = (
        "Da: Pietrafiore <hub@pietrafiore.example> \nInviato: martedì 10 marzo 2026 07:30\n"
        f"A: Nives Poggi <nives@posta.example>\nOggetto: {letter.subject}"
    )
    rule, above = "_" * 32, "<br>".join(map(escape, block.splitlines()))
    words = "".join(f"<p class=MsoNormal>{escape(line)}</p>" for line in typed.splitlines())
    html = (
        f'<html><body lang="IT"><div class="WordSection1">{words}'
        f'<div style="border:none;border-top:solid #E1E1E1 1.0pt"><p class="MsoNormal">{above}</p></div>'
        f"{letter.html}</div></body></html>"
    )
    return _message(letter, f"{typed}\n\n{rule}\n{block}\n\n{letter.text}\n", html, re="R").as_bytes()


def outlook_english(letter: Letter, typed: str) -> bytes:
    block = (
        "From: Pietrafiore <hub@pietrafiore.example>\nSent: Tuesday, March 10, 2026 7:30 AM\n"
        f"To: Nives Poggi <nives@posta.example>\nSubject: {letter.subject}"
    )
    return _message(letter, f"{typed}\n\n{block}\n\n{letter.text}\n", re="RE").as_bytes()


def outlook_mobile(letter: Letter, typed: str) -> bytes:
    signature = "Ottieni Outlook per Android<https://aka.ms/AAb9ysg>"
    block = (
        "From: Pietrafiore <hub@pietrafiore.example>\nSent: Tuesday, March 10, 2026 7:30:00 AM\n"
        f"To: Nives Poggi <nives@posta.example>\nSubject: {letter.subject}"
    )
    text = f"{typed}\n\n{signature}\n{'_' * 32}\n{block}\n\n{letter.text}\n"
    return _message(letter, text).as_bytes()


def apple_mail(letter: Letter, typed: str) -> bytes:
    said = "> Il giorno 10 mar 2026, alle ore 07:30, Pietrafiore <hub@pietrafiore.example> ha scritto:"
    return _message(letter, f"{typed}\n\n{said}\n> \n{_quoted(letter)}\n").as_bytes()


def iphone(letter: Letter, typed: str) -> bytes:
    said = "> Il giorno 10 mar 2026, alle ore 07:30, Pietrafiore <hub@pietrafiore.example> ha scritto:"
    return _message(letter, f"{typed}\n\nInviato da iPhone\n\n{said}\n> \n> \ufeff\n{_quoted(letter)}\n").as_bytes()


def iphone_english(letter: Letter, typed: str) -> bytes:
    said = "> On Mar 10, 2026, at 7:30 AM, Pietrafiore <hub@pietrafiore.example> wrote:"
    return _message(letter, f"{typed}\n\nSent from my iPhone\n\n{said}\n> \n> \ufeff\n{_quoted(letter)}\n").as_bytes()


def thunderbird(letter: Letter, typed: str) -> bytes:
    """Above the quotation, as format=flowed."""
    said = "Il 10/03/26 07:30, Pietrafiore ha scritto:"
    message = _message(letter, f"{typed}\n\n{said}\n{_quoted(letter, '> ')}\n")
    message.replace_header("Content-Type", "text/plain; charset=UTF-8; format=flowed")
    return message.as_bytes()


def thunderbird_below(letter: Letter, typed: str) -> bytes:
    """Below the whole quotation."""
    said = "On 3/10/26 07:30, Pietrafiore wrote:"
    return _message(letter, f"{said}\n{_quoted(letter, '> ')}\n\n{typed}\n\n-- \nNives\n").as_bytes()


def libero(letter: Letter, typed: str) -> bytes:
    """HTML alone, with the original below a rule."""
    body = (
        f'<html><body>{_paragraphs(typed)}<br><blockquote style="border-left:solid 1px blue">'
        f"<div>Il 10/03/2026 07:30 Pietrafiore &lt;hub@pietrafiore.example&gt; ha scritto:</div><br>{letter.html}"
        "</blockquote></body></html>"
    )
    message = _message(letter, "x")
    message.set_content(body, subtype="html", cte="quoted-printable")
    return message.as_bytes()


def virgilio(letter: Letter, typed: str) -> bytes:
    block = (
        "----Messaggio originale----\nDa: hub@pietrafiore.example\nData: 10-mar-2026 7.30\n"
        f"A: <nives@posta.example>\nOgg: {letter.subject}"
    )
    return _message(letter, f"{typed}\n\n\n{block}\n\n{letter.text}\n", re="R").as_bytes()


def alice(letter: Letter, typed: str) -> bytes:
    said = "----- Original Message -----\nFrom: Pietrafiore\nTo: nives@posta.example\n"
    said += "Sent: Tuesday, March 10, 2026 7:30 AM"
    return _message(letter, f"{typed}\n{said}\nSubject: {letter.subject}\n\n\n{letter.text}\n").as_bytes()


def aruba(letter: Letter, typed: str) -> bytes:
    said = "Da: Pietrafiore <hub@pietrafiore.example>\nA: nives@posta.example\nData: 10/03/2026 07:30\n"
    said += f"Oggetto: {letter.subject}"
    return _message(letter, f"{typed}\n\n-----Messaggio originale-----\n{said}\n\n{_quoted(letter)}\n").as_bytes()


def yahoo(letter: Letter, typed: str) -> bytes:
    said = "    Il martedì 10 marzo 2026 alle ore 07:30:00 CET, Pietrafiore <hub@pietrafiore.example> ha scritto:"
    return _message(letter, f" {typed}\n\n{said}  \n \n{_quoted(letter, ' ')}\n  \n").as_bytes()


def samsung(letter: Letter, typed: str) -> bytes:
    said = "-------- Messaggio originale --------\nDa: Pietrafiore <hub@pietrafiore.example> \n"
    said += f"Data: 10/03/26  07:30  (GMT+01:00) \nA: nives@posta.example \nOggetto: {letter.subject} "
    return _message(letter, f"{typed}\n\n\nInviato dal mio Galaxy\n\n\n{said}\n\n{letter.text}\n").as_bytes()


def k9(letter: Letter, typed: str) -> bytes:
    said = "Il 10 marzo 2026 07:30:00 CET, Pietrafiore <hub@pietrafiore.example> ha scritto:"
    return _message(letter, f"{typed}\n\n{said}\n{_quoted(letter, '>')}\n").as_bytes()


def fairemail(letter: Letter, typed: str) -> bytes:
    said = "Mar 10, 2026 7:30:00 AM Pietrafiore <hub@pietrafiore.example>:"
    return _message(letter, f"{typed}\n\n{said}\n\n{_quoted(letter)}\n").as_bytes()


def roundcube(letter: Letter, typed: str) -> bytes:
    said = "Il 2026-03-10 07:30 Pietrafiore ha scritto:"
    return _message(letter, f"{said}\n{_quoted(letter)}\n\n{typed}\n").as_bytes()


def without_quotes(letter: Letter, typed: str) -> bytes:
    return _message(letter, f"{typed}\n", threads="no").as_bytes()


def latin(letter: Letter, typed: str) -> bytes:
    """windows-1252, as old programs write."""
    block = "Da: Pietrafiore\nInviato: 10/03/2026 07:30\nA: nives\nOggetto: x"
    text = f"{typed}\n\n-----Messaggio originale-----\n{block}\n\n"
    message = _message(letter, "x")
    del message["Content-Transfer-Encoding"]
    message.set_payload(quopri.encodestring(text.encode("cp1252", "replace")).decode("ascii"))
    message.replace_header("Content-Type", 'text/plain; charset="windows-1252"')
    message["Content-Transfer-Encoding"] = "quoted-printable"
    return message.as_bytes()


def packed(letter: Letter, typed: str) -> bytes:
    """base64, with a legal notice."""
    notice = "Le informazioni contenute in questo messaggio sono riservate e ad uso esclusivo del destinatario."
    text = f"{typed}\n\n-- \nNives Poggi\n{notice}\n"
    message = _message(letter, "x")
    message.set_payload(base64.encodebytes(text.encode()).decode("ascii"))
    message.replace_header("Content-Transfer-Encoding", "base64")
    return message.as_bytes()


CLIENTS: tuple[Client, ...] = (
    *(gmail, gmail_english, gmail_android, outlook_desktop, outlook_english, outlook_mobile, apple_mail, iphone),
    *(iphone_english, thunderbird, thunderbird_below, libero, virgilio, alice, aruba, yahoo, samsung, k9, fairemail),
    *(roundcube, without_quotes, latin, packed),
)
