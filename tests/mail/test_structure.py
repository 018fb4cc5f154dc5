"""The HTML says where a quote begins when the text does not."""

import pytest

from mailhub.mail.message import Mail, parse
from mailhub.mail.structure import fold_mail

SAID = "Vengo io, e porto le cesoie."
# An attribution in a language of which we know no words.
ABOVE = "Marti, 3 martie, Rita Fontana a scris asa"
ASKED = "Cine are foarfeci?"
MARKS = (
    '<div class="gmail_quote"><div dir="ltr" class="gmail_attr">{above}</div><blockquote>{asked}</blockquote></div>',
    '<div class="gmail_quote gmail_quote_container"><div class="gmail_attr">{above}</div>{asked}</div>',
    '<hr style="width:98%"><div id="divRplyFwdMsg" dir="ltr">{above}</div><div>{asked}</div>',
    '<div id="appendonsend"></div><div>{above}</div><div>{asked}</div>',
    '<div style="border:none;border-top:solid #E1E1E1 1.0pt;padding:3.0pt 0cm"><p>{above}</p></div><p>{asked}</p>',
    '<div class="moz-cite-prefix">{above}</div><blockquote type="cite">{asked}</blockquote>',
    '<div id="yahoo_quoted_1" class="yahoo_quoted"><div>{above}</div><div>{asked}</div></div>',
    '<div class="protonmail_quote">{above}<blockquote class="protonmail_quote">{asked}</blockquote></div>',
    '<div id="ms-outlook-mobile-reference-message">{above}<p>{asked}</p></div>',
)


def mail(html: str, text: str | None, subject: str = "Re: Cesoie", answers: str = "In-Reply-To: <a@x>\n") -> Mail:
    head = f"From: ada@example.org\nSubject: {subject}\n{answers}"
    rich = f"Content-Type: text/html; charset=utf-8\n\n{html}"
    if text is None:
        return parse(f"{head}{rich}".encode())
    plain = f"Content-Type: text/plain; charset=utf-8\n\n{text}"
    parts = f"--b\n{plain}\n--b\n{rich}\n--b--\n"
    return parse(f"{head}Content-Type: multipart/alternative; boundary=b\n\n{parts}".encode())


def html(mark: str, said: str = SAID) -> str:
    return f"<html><body><p>{said}</p>{mark.format(above=ABOVE, asked=ASKED)}</body></html>"


@pytest.mark.parametrize("mark", MARKS)
def test_the_quote_a_program_marked_is_folded(mark: str) -> None:
    for text in (f"{SAID}\n\n{ABOVE}\n\n{ASKED}\n", f"{SAID}\n\n{ABOVE}\n> {ASKED}\n", None):
        folded = fold_mail(mail(html(mark), text))
        assert folded.new == SAID
        assert folded.quoted.replace(">", "").split() == f"{ABOVE} {ASKED}".split()


def test_a_signature_above_the_mark_is_folded_as_one() -> None:
    text = f"{SAID}\n\n-- \nAda\n\n{ABOVE}\n{ASKED}"
    folded = fold_mail(mail(html(MARKS[2], f"{SAID}</p><p>-- <br>Ada"), text))
    assert (folded.new, folded.signature) == (SAID, "-- \nAda")


@pytest.mark.parametrize(
    ("said", "subject", "answers"),
    [
        ("Altre parole", "Re: Cesoie", "In-Reply-To: <a@x>\n"),  # the two parts differ
        (SAID, "Cesoie", ""),  # no reply at all
        (SAID, "I: Cesoie", "In-Reply-To: <a@x>\n"),  # passed on: to be read
        ("", "Re: Cesoie", "In-Reply-To: <a@x>\n"),  # nothing above the mark
    ],
)
def test_in_doubt_everything_is_shown(said: str, subject: str, answers: str) -> None:
    text = f"{SAID}\n\n{ABOVE}\n\n{ASKED}"
    folded = fold_mail(mail(html(MARKS[0], said), text, subject, answers))
    assert (folded.new, folded.quoted) == (text, "")


def test_answers_between_marked_lines_are_shown() -> None:
    text = f"{SAID}\n\n{ABOVE}\n> {ASKED}\n\nLe ho io.\n\n> E chi viene?\n\nIo.\n"
    folded = fold_mail(mail(html(MARKS[0]), text))
    assert folded.new.split("\n\n") == [SAID, "Le ho io.", "Io."]


def test_a_quote_whose_first_line_is_marked_is_folded_too() -> None:
    assert fold_mail(mail(html(MARKS[0]), f"{SAID}\n\n> {ABOVE}\n> {ASKED}\n")).new == SAID


def test_words_that_only_name_a_mark_are_words() -> None:
    text = f"{SAID} The class is gmail_quote."
    assert fold_mail(mail(f"<p>{SAID} The class is gmail_quote.</p>", text)).new == text
