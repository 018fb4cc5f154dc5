"""How mail programs wrap an answer: what they quote, what they put above it, what they sign with."""

import html as markup
from collections.abc import Callable
from email import policy
from email.message import EmailMessage

from mailhub.mail import message
from tests.digests.judged import letters
from tests.digests.judged.letters import ADDRESS, SUBJECT, Letter, Look

FROM = "Pietrafiore <hub@lists.test>"
TO = {"it": "Nives Alba <nives@example.org>", "en": "Ida Brook <ida@example.org>"}


def quoted(text: str, mark: str = "> ") -> str:
    return "\n".join(f"{mark}{line}".rstrip() for line in text.splitlines())


def _said(language: str, italian: str, english: str) -> str:
    return (italian if language == "it" else english).replace("{from}", FROM)


def gmail_web(said: str, letter: Letter) -> str:
    head = _said(
        letter.language,
        "Il giorno mar 10 mar 2026 alle ore 07:30 Pietrafiore <hub@lists.test>\nha scritto:",
        "On Tue, Mar 10, 2026 at 7:30 AM Pietrafiore <hub@lists.test> wrote:",
    )
    return f"{said}\n\n{head}\n\n{quoted(letter.whole)}\n"


def gmail_android(said: str, letter: Letter) -> str:
    head = _said(
        letter.language, "Il mar 10 mar 2026, 07:30 {from} ha scritto:", "On Tue, 10 Mar 2026, 07:30 {from}, wrote:"
    )
    return f"{said}\n\n{head}\n\n{quoted(letter.whole)}\n"


def ios(said: str, letter: Letter) -> str:
    sent = _said(letter.language, "Inviato da iPhone", "Sent from my iPhone")
    head = _said(
        letter.language,
        "Il giorno 10 mar 2026, alle ore 07:30, {from} ha scritto:",
        "On 10 Mar 2026, at 07:30, {from} wrote:",
    )
    return f"{said}\n\n{sent}\n\n> {head}\n> \n{quoted(letter.whole)}\n"


def apple_mail(said: str, letter: Letter) -> str:
    head = _said(
        letter.language,
        "Il giorno 10 mar 2026, alle ore 07:30, {from} ha scritto:",
        "On 10 Mar 2026, at 07:30, {from} wrote:",
    )
    return f"{said}\n\n\n> {head}\n> \n{quoted(letter.whole)}\n"


OUTLOOK = {
    "it": ("Da", "Inviato", "A", "Oggetto", "martedì 10 marzo 2026 07:30"),
    "en": ("From", "Sent", "To", "Subject", "10 March 2026 07:30"),
    "de": ("Von", "Gesendet", "An", "Betreff", "Dienstag, 10. März 2026 07:30"),
}


def outlook_head(language: str, letter_language: str) -> str:
    by, sent, to, subject, when = OUTLOOK[language]
    recipient = TO[letter_language]
    return f"{by}: {FROM}\n{sent}: {when}\n{to}: {recipient}\n{subject}: {SUBJECT[letter_language]}"


def outlook(language: str) -> Callable[[str, Letter], str]:
    return lambda said, letter: f"{said}\n\n{outlook_head(language, letter.language)}\n\n{letter.whole}\n"


def outlook_mobile(said: str, letter: Letter) -> str:
    get = _said(letter.language, "Scarica Outlook per Android", "Get Outlook for Android")
    line = "_" * 32
    head = outlook_head(letter.language, letter.language)
    return f"{said}\n\n{get}<https://aka.ms/AAb9ysg>\n{line}\n{head}\n\n{letter.whole}\n"


def thunderbird(said: str, letter: Letter) -> str:
    head = _said(
        letter.language, "Il 10/03/2026 07:30, Pietrafiore ha scritto:", "On 10/03/2026 07:30, Pietrafiore wrote:"
    )
    return f"{said}\n\n{head}\n{quoted(letter.whole)}\n"


def libero(said: str, letter: Letter) -> str:
    """Open-Xchange quotes its own line above the quote too."""
    head = _said(letter.language, "Il 10/03/2026 07:30 CET {from} ha scritto:", "On 10/03/2026 07:30 CET {from} wrote:")
    return f"{said}\n\n> {head}\n> \n>  \n{quoted(letter.whole)}\n"


def virgilio(said: str, letter: Letter) -> str:
    head = "----Messaggio originale----\nDa: hub@lists.test\nData: 10-mar-2026 7.30\nA: <nives@example.org>\nOgg: "
    head += SUBJECT[letter.language]
    return f"{said}\n\n{head}\n\n{letter.whole}\n"


def tiscali(said: str, letter: Letter) -> str:
    """Roundcube."""
    head = _said(
        letter.language, "Il 10.03.2026 07:30 Pietrafiore ha scritto:", "On 2026-03-10 07:30, Pietrafiore wrote:"
    )
    return f"{said}\n\n{head}\n{quoted(letter.whole)}\n"


def yahoo(said: str, letter: Letter) -> str:
    head = _said(
        letter.language,
        "    Il martedì 10 marzo 2026 alle ore 07:30:12 CET, {from} ha scritto:  ",
        "    On Tuesday, March 10, 2026 at 07:30:12 AM GMT+1, {from} wrote:  ",
    )
    lines = "\n".join(f" {line}" for line in letter.whole.splitlines())
    return f" {said}\n\n{head}\n \n{lines}\n  "


def k9(said: str, letter: Letter) -> str:
    sign = _said(
        letter.language,
        "-- \nInviato dal mio dispositivo Android con K-9 Mail. Perdonate la brevità.",
        "-- \nSent from my Android device with K-9 Mail. Please excuse my brevity.",
    )
    head = _said(
        letter.language,
        "Il 10 marzo 2026 07:30:12 CET, {from} ha scritto:",
        "On 10 March 2026 07:30:12 CET, {from} wrote:",
    )
    return (
        f"{head}\n{quoted(letter.whole, '>')}\n{sign}\n"
        if not said
        else f"{said}\n{sign}\n\n{head}\n{quoted(letter.whole, '>')}\n"
    )


def samsung(said: str, letter: Letter) -> str:
    italian = (
        f"-------- Messaggio originale --------\nDa: {FROM} \nData: 10/03/26  07:30  (GMT+01:00) \nA: {TO['it']} \n"
    )
    english = (
        f"-------- Original message --------\nFrom: {FROM} \nDate: 10/03/2026  07:30  (GMT+01:00) \nTo: {TO['en']} \n"
    )
    subject = f"{_said(letter.language, 'Oggetto', 'Subject')}: {SUBJECT[letter.language]} "
    sent = _said(letter.language, "Inviato dal mio Galaxy", "Sent from my Galaxy")
    return f"{said}\n\n{sent}\n\n{_said(letter.language, italian, english)}{subject}\n\n{letter.whole}\n"


TEXTS: dict[str, tuple[Look, Callable[[str, Letter], str]]] = {
    "gmail-web": ("gmail", gmail_web),
    "gmail-android": ("gmail", gmail_android),
    "ios": ("apple", ios),
    "apple-mail": ("apple", apple_mail),
    "outlook-it": ("outlook", outlook("it")),
    "outlook-en": ("outlook", outlook("en")),
    "outlook-de": ("outlook", outlook("de")),
    "outlook-mobile": ("outlook", outlook_mobile),
    "thunderbird": ("text", thunderbird),
    "libero": ("apple", libero),
    "virgilio": ("text", virgilio),
    "tiscali": ("text", tiscali),
    "yahoo": ("apple", yahoo),
    "k9": ("text", k9),
    "samsung": ("outlook", samsung),
}


def html_gmail(said: str, language: str) -> str:
    head = _said(
        language,
        "Il giorno mar 10 mar 2026 alle ore 07:30 {from} ha scritto:",
        "On Tue, Mar 10, 2026 at 7:30 AM {from} wrote:",
    )
    lines = "".join(f"<div>{markup.escape(line) or '<br>'}</div>" for line in said.splitlines())
    attribution = f'<div dir="ltr" class="gmail_attr">{markup.escape(head)}<br></div>'
    quote = f'<blockquote class="gmail_quote" style="margin:0px 0px 0px 0.8ex">{letters.html(language)}</blockquote>'
    return f'<div dir="ltr">{lines}</div><br><div class="gmail_quote">{attribution}{quote}</div>'


def html_outlook(said: str, language: str) -> str:
    lines = "".join(f'<p class="MsoNormal">{markup.escape(line)}<o:p></o:p></p>' for line in said.splitlines())
    heads = "<br>".join(
        f"<b>{name}:</b> {markup.escape(value)}"
        for name, _, value in (line.partition(": ") for line in outlook_head(language, language).splitlines())
    )
    border = '<div style="border:none;border-top:solid #E1E1E1 1.0pt;padding:3.0pt 0cm 0cm 0cm">'
    below = f'{border}<p class="MsoNormal">{heads}</p></div>{letters.html(language)}'
    return f'<html><body><div class="WordSection1">{lines}{below}</div></body></html>'


def html_ios(said: str, language: str) -> str:
    head = _said(
        language, "Il giorno 10 mar 2026, alle ore 07:30, {from} ha scritto:", "On 10 Mar 2026, at 07:30, {from} wrote:"
    )
    lines = "".join(f"<div>{markup.escape(line) or '<br>'}</div>" for line in said.splitlines())
    sent = f'<div id="AppleMailSignature" dir="ltr">{_said(language, "Inviato da iPhone", "Sent from my iPhone")}</div>'
    quote = f'<blockquote type="cite">{markup.escape(head)}<br><br></blockquote>'
    quote += f'<blockquote type="cite">{letters.html(language)}</blockquote>'
    return f'<html><body dir="auto">{lines}<br>{sent}<div dir="ltr"><br>{quote}</div></body></html>'


def html_yahoo(said: str, language: str) -> str:
    head = _said(
        language,
        "Il martedì 10 marzo 2026 alle ore 07:30:12 CET, {from} ha scritto:",
        "On Tuesday, March 10, 2026 at 07:30:12 AM GMT+1, {from} wrote:",
    )
    lines = "".join(f'<div dir="ltr">{markup.escape(line) or "<br>"}</div>' for line in said.splitlines())
    below = f"<div><div>{markup.escape(head)}</div><div><br></div><div>{letters.html(language)}</div></div>"
    return (
        f'<html><head></head><body><div class="yahoo-style-wrap">{lines}</div>'
        f'<div id="yahoo_quoted_1" class="yahoo_quoted">{below}</div></body></html>'
    )


HTML: dict[str, Callable[[str, str], str]] = {
    "html-gmail": html_gmail,
    "html-outlook": html_outlook,
    "html-ios": html_ios,
    "html-yahoo": html_yahoo,
}


def by_hand(said: str, language: str, look: Look) -> str:
    """An answer whose quotes somebody cut; each line that begins with @ stands for a part of the letter."""
    letter = letters.letter(language, look)
    return "\n".join(_part(line, letter) if line.startswith("@") else line for line in said.splitlines()) + "\n"


def _part(line: str, letter: Letter) -> str:
    name, _, which = line[1:].partition(" ")
    item = letter.items[int(which) - 1].removeprefix(letters.RULE).strip() if which.isdigit() else ""
    last = next((line for line in reversed(item.splitlines()[:-2]) if line.strip() and "<" not in line), "")
    head = _said(
        letter.language,
        "Il giorno mar 10 mar 2026 alle ore 07:30 {from} ha scritto:",
        "On Tue, 10 Mar 2026 at 07:30, {from} wrote:",
    )
    return {
        "head": head,
        "quote": quoted(letter.whole if which == "all" else item),
        "quote-last": quoted(last),
        "quote-head": quoted(letter.head),
        "quote-footer": quoted(letter.foot),
        "item": f"{item}\n",
        "letter-head": f"{letter.head}\n",
        "outlook-head": f"{outlook_head(letter.language, letter.language)}\n",
    }[name]


def text(client: str, said: str, language: str, look: Look = "text") -> str:
    """What mailhub reads of this answer, sent by this mail program."""
    return message.parse(mail(client, said, language, look)).text


def mail(client: str, said: str, language: str, look: Look = "text") -> bytes:
    made = EmailMessage(policy=policy.SMTP)
    made["From"], made["To"], made["Subject"] = TO[language], ADDRESS, f"Re: {SUBJECT[language]}"
    made["Message-ID"] = "<answer@example.org>"
    if client in HTML:
        made.set_content(HTML[client](said, language), subtype="html")
    elif client == "raw":
        made.set_content(by_hand(said, language, look))
    else:
        own, wrap = TEXTS[client]
        made.set_content(wrap(said, letters.letter(language, own)))
    return made.as_bytes()
