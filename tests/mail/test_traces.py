"""What is taken out of other people's words and mails when somebody is forgotten, and what is not."""

import email
import email.policy
from email.message import EmailMessage

import pytest

from mailhub.mail.traces import Traces, without

IDA = Traces(("ida.rossi@example.org", "ida@x.example"), ("Ida Rossi",))
ROSA = Traces(("rosa@example.org",), ("Rosa",))


@pytest.mark.parametrize(
    ("traces", "said", "left"),
    [
        (IDA, "Scrivi a ida.rossi@example.org.", "Scrivi a […]."),
        (IDA, "IDA.ROSSI@EXAMPLE.ORG, mailto:ida@x.example", "[…], […]"),
        (IDA, "frida.rossi@example.org", "frida.rossi@example.org"),
        (IDA, "ida.rossi@example.organic", "ida.rossi@example.organic"),
        (IDA, "Grazie a Ida Rossi di tutto", "Grazie a Ida Rossi di tutto"),
        (IDA, "> firmato: Ida  Rossi", "> firmato: […]"),
        (IDA, "> > Ida Rossini", "> > Ida Rossini"),
        (IDA, "Il giorno lun 9 mar 2026 alle ore 09:00 Ida Rossi\n<ida@x.example> ha scritto:\n> ciao",
         "Il giorno lun 9 mar 2026 alle ore 09:00 […]\n<[…]> ha scritto:\n> ciao"),
        (IDA, "On Mon, 9 Mar 2026 at 09:00, Ida Rossi via Orto <p.abc@d.example> wrote:\n> hi",
         "On Mon, 9 Mar 2026 at 09:00, […] via Orto <p.abc@d.example> wrote:\n> hi"),
        (IDA, "Da: Ida Rossi\nInviato: lunedì 9 marzo 2026 09:00\nA: Orto\nOggetto: Cesoie\n\nCiao",
         "Da: […]\nInviato: lunedì 9 marzo 2026 09:00\nA: Orto\nOggetto: Cesoie\n\nCiao"),
        (ROSA, "> la rosa è fiorita", "> la rosa è fiorita"),
        (ROSA, "On Mon, 9 Mar 2026 at 09:00, Rosa <rosa@example.org> wrote:\n> la rosa",
         "On Mon, 9 Mar 2026 at 09:00, […] <[…]> wrote:\n> la rosa"),
        (Traces(()), "nobody@example.org", "nobody@example.org"),
    ],
)  # fmt: skip
def test_addresses_go_everywhere_and_names_where_a_program_wrote_them(traces: Traces, said: str, left: str) -> None:
    assert traces.in_words(said) == left
    assert traces.in_words(said.replace("\n", "\r\n")) == left.replace("\n", "\r\n")


def test_rows_lose_them_at_any_depth() -> None:
    held = {"a": ["Ida Rossi", 3, {"b": "to ida@x.example"}], "c": None}
    assert IDA.in_value(held) == {"a": ["[…]", 3, {"b": "to […]"}], "c": None}


def letter(cte: str) -> bytes:
    mail = EmailMessage()
    mail["From"], mail["To"] = "Bruno <bruno@example.org>", "Ida Rossi <ida@x.example>, orto@lists.test"
    mail["Subject"] = "Re: è per ida@x.example"
    mail.set_content("Così è, ida@x.example.\n> Ida Rossi\n", cte=cte)
    mail.add_alternative("<p>Così <a href='mailto:ida@x.example'>Ida Rossi</a></p>", subtype="html", cte=cte)
    mail.add_attachment(b"\x00\x01 octets", maintype="application", subtype="pdf", filename="a.pdf")
    return mail.as_bytes(policy=email.policy.SMTP)


@pytest.mark.parametrize("cte", ["base64", "quoted-printable", "8bit"])
def test_a_mail_loses_them_in_whatever_it_is_encoded(cte: str) -> None:
    raw = letter(cte)
    assert IDA.may_be_in(raw)
    clean = without(raw, IDA)
    mail = email.message_from_bytes(clean, policy=email.policy.default)
    plain, html = mail.get_body(("plain",)), mail.get_body(("html",))
    assert plain is not None
    assert html is not None
    assert plain.get_content().splitlines() == ["Così è, […].", "> […]"]
    assert "[…]" in html.get_content().replace("&#8230;", "…")
    assert str(mail["To"]) == "erased <nobody@erased.invalid>, orto@lists.test"
    assert str(mail["Subject"]) == "Re: è per nobody@erased.invalid"
    assert [file.get_content() for file in mail.iter_attachments()] == [b"\x00\x01 octets"]
    assert without(clean, IDA) == clean


def test_a_mail_without_them_stays_octet_for_octet() -> None:
    raw = letter("8bit")
    assert without(raw, ROSA) == raw
    assert not ROSA.may_be_in(raw.replace(b"base64", b""))
