"""A program's mail is known for what it is, and a person's is never taken for one."""

import json
from pathlib import Path

import pytest

from mailhub.mail.automatic import Kind, Sign, kind, nature
from mailhub.mail.message import Mail, parse
from mailhub.mail.phrases import is_absence_note
from mailhub.mail.wire import Unreadable

DSN = """Content-Type: multipart/report; report-type=delivery-status; boundary=b

--b

Sorry.
--b
Content-Type: message/delivery-status

Status: 5.1.1
--b--"""
ARF = DSN.replace("delivery-status", "feedback-report")
RECEIPT = DSN.replace("delivery-status", "disposition-notification")
REPLY = "Content-Type: text/calendar; method=REPLY\n\nBEGIN:VCALENDAR\nMETHOD:REPLY\nEND:VCALENDAR"
INVITATION = REPLY.replace("REPLY", "REQUEST")


def mail(header: str, body: str = "\nciao") -> Mail:
    sender = "" if header.startswith("From:") else "From: Ada <ada@example.org>\n"
    return parse(f"{sender}{header}\n{body}\n".encode())


@pytest.mark.parametrize(
    ("header", "body", "envelope", "expected"),
    [
        ("Subject: Semi", "\nciao", "ada@example.org", "post"),
        ("Subject: Semi", "\nciao", None, "post"),
        ("Subject: Undeliverable", DSN, "", "bounce"),
        ("Subject: Undeliverable", DSN, "ada@example.org", "bounce"),
        ("X-Failed-Recipients: x@example.org", "\nciao", "", "bounce"),
        ("From: MAILER-DAEMON@example.org\nSubject: x", "\nciao", None, "bounce"),
        ("From: postmaster@example.org\nSubject: Mancata consegna", "\nciao", None, "bounce"),
        ("From: Mail Delivery System <x@example.org>\nSubject: Delivery failure", "\nciao", None, "bounce"),
        ("Subject: failure notice", "\nciao", "", "bounce"),
        ("Subject: Fwd: failure notice", "\nlook at this", "ada@example.org", "post"),
        ("From: postmaster@example.org\nSubject: Semi", "\nciao", "postmaster@example.org", "post"),
        ("Subject: Abuse report", ARF, "fbl@example.net", "feedback-report"),
        ("Subject: Accepted: Semi", REPLY, "ada@example.org", "calendar-reply"),
        ("Subject: Invitation: Semi", INVITATION, "ada@example.org", "post"),
        ("Subject: Read: Semi", RECEIPT, "ada@example.org", "auto-reply"),
        ("Auto-Submitted: auto-replied\nSubject: x", "\nciao", "ada@example.org", "auto-reply"),
        ("Auto-Submitted: auto-replied (vacation)\nSubject: x", "\nciao", "ada@example.org", "auto-reply"),
        ("X-Autoreply: yes\nSubject: x", "\nciao", "ada@example.org", "auto-reply"),
        ("X-Apple-Action: VACATION\nSubject: x", "\nciao", "ada@example.org", "auto-reply"),
        ("Subject: Semi", "\nciao", "", "auto-reply"),
        ("Precedence: junk\nSubject: Out of office", "\nciao", "ada@example.org", "auto-reply"),
        (
            "X-Auto-Response-Suppress: All\nSubject: Risposta automatica: Semi",
            "\nciao",
            "ada@example.org",
            "auto-reply",
        ),
        ("Auto-Submitted: auto-generated\nSubject: Backup done", "\nciao", "root@example.org", "post"),
    ],
)
def test_each_sort_of_mail_is_known(header: str, body: str, envelope: str | None, expected: Kind) -> None:
    assert kind(mail(header, body), envelope) == expected


@pytest.mark.parametrize(
    ("header", "envelope", "sign"),
    [
        ("Auto-Submitted: auto-generated", "ada@example.org", Sign.AUTO_SUBMITTED),
        ("Auto-Submitted: Auto-Replied; owner=x", "ada@example.org", Sign.AUTO_SUBMITTED),
        ("Subject: x", "", Sign.NO_SENDER),
        ("X-Autorespond: x", "ada@example.org", Sign.RESPONDER),
        ("X-Mailer: vacation 1.2", "ada@example.org", Sign.RESPONDER),
        ("Precedence: bulk", "ada@example.org", Sign.BULK),
        ("Precedence: auto_reply", "ada@example.org", Sign.BULK),
        ("X-Failed-Recipients: x", "ada@example.org", Sign.REPORT),
        ("X-Auto-Response-Suppress: OOF\nSubject: Out of Office", "ada@example.org", Sign.ABSENCE),
    ],
)
def test_automatic_mail_is_neither_answered_nor_an_answer(header: str, envelope: str, sign: Sign) -> None:
    found = nature(mail(header), envelope)
    assert (found.automatic, found.reason, found.may_answer, found.counts_as_answer) == (True, sign, False, False)


@pytest.mark.parametrize(
    ("header", "sign"),
    [
        ("List-Id: <altro.example.org>", Sign.LIST),
        ("List-Unsubscribe: <mailto:x@example.org>", Sign.LIST),
        ("Precedence: list", Sign.LIST),
        ("X-Mailing-List: altro\nPrecedence: bulk", Sign.LIST),
        ("Sender: altro-owner@example.org\nPrecedence: bulk", Sign.LIST),
        ("X-Auto-Response-Suppress: All", Sign.SUPPRESSED),
        ("X-Auto-Response-Suppress: DR, OOF, AutoReply", Sign.SUPPRESSED),
        ("From: no-reply@example.org", Sign.ROLE),
        ("From: noreply+x@example.org", Sign.ROLE),
        ("From: postmaster@example.org", Sign.ROLE),
        ("From: orto-request@example.org", Sign.ROLE),
        ("From: owner-orto@example.org", Sign.ROLE),
        ("From: non-rispondere@example.org", Sign.ROLE),
    ],
)
def test_some_mail_of_people_is_not_answered_either(header: str, sign: Sign) -> None:
    found = nature(mail(header), "ada@example.org")
    assert (found.automatic, found.reason, found.may_answer, found.counts_as_answer) == (False, sign, False, True)


@pytest.mark.parametrize(
    "header",
    [
        "Subject: Semi",
        "Auto-Submitted: no",
        "Precedence: first-class",
        "X-Auto-Response-Suppress: None",
        "X-Auto-Response-Suppress: DR, RN, NRN",
        "X-Autoreply: no",
        "X-Mailer: Mozilla Thunderbird",
        "Delivered-To: ada@example.org",
        "From: Reply Rossi <reply@example.org>",
        "From: Mailer Rossi <ada.mailer@example.org>",
        "Subject: Re: chi è in ferie ad agosto?",
    ],
)
def test_a_persons_mail_is_answered_and_counts(header: str) -> None:
    found = nature(mail(header), "ada@example.org")
    assert (found.automatic, found.reason, found.may_answer, found.counts_as_answer) == (False, Sign.NONE, True, True)


@pytest.mark.parametrize(
    "subject",
    [
        "Out of Office: Semi",
        "Automatic reply: Semi",
        "Auto: I am on vacation",
        "Risposta automatica: Semi",
        "Fuori ufficio",
        "Sono in ferie fino al 30 agosto",
        "Assente dall'ufficio: Semi",
        "Abwesenheitsnotiz",
        "Automatische Antwort: Semi",
        "Réponse automatique : Semi",
        "Absence du bureau",
        "Respuesta automática: Semi",
        "Fuera de la oficina",
        "Resposta automática: Semi",
        "Automatisch antwoord: Semi",
        "Afwezig: Semi",
        "Autosvar: Semi",
        "Automatyczna odpowiedź: Semi",
        "Автоответ: Semi",
        "自動応答: Semi",
        "自动回复: Semi",
        "Re: Automatic reply: Semi",
    ],
)
def test_an_absence_note_in_any_language_settles_nothing(subject: str) -> None:
    assert is_absence_note(subject)
    found = nature(mail(f"Subject: {subject}"), "ada@example.org")
    assert (found.automatic, found.counts_as_answer) == (False, False)


@pytest.mark.parametrize("body", [REPLY, DSN, ARF, RECEIPT])
def test_what_is_no_post_settles_nothing(body: str) -> None:
    assert not nature(mail("Subject: Semi", body), "ada@example.org").counts_as_answer


def test_a_calendar_reply_without_an_envelope_sender_is_not_automatic() -> None:
    assert not nature(mail("Subject: Accepted", REPLY), "").automatic


def return_path(found: Mail) -> str | None:
    return found.header("Return-Path").strip("<> ") if found.has_header("Return-Path") else None


@pytest.mark.parametrize(
    ("folder", "field", "expected", "least"),
    [("bounces", "is_bounce", "bounce", 0.95), ("arf", "is_arf", "feedback-report", 0.95)],
)
def test_real_reports_are_known(folder: str, field: str, expected: Kind, least: float, corpus: Path) -> None:
    right, missed = 0, []
    for line in (corpus / folder / "EXPECT.jsonl").read_text().splitlines():
        entry = json.loads(line)
        if not entry.get(field) or entry.get("source") == "sisimai-dos":
            continue
        found = parse((corpus / entry["file"]).read_bytes())
        if kind(found, return_path(found)) == expected:
            right += 1
        else:
            missed.append(f"{entry['file']}: {found.subject[:60]}")
    print(f"{folder}: {right} of {right + len(missed)}", *missed, sep="\n")
    assert right / (right + len(missed)) >= least


def test_real_auto_replies_are_known_and_nothing_people_wrote_is(corpus: Path) -> None:
    for line in (corpus / "autoreplies" / "EXPECT.jsonl").read_text().splitlines():
        entry = json.loads(line)
        found = parse((corpus / entry["file"]).read_bytes())
        assert (kind(found, return_path(found)) == "auto-reply") is entry["is_auto"]
    for file in sorted((corpus / "replies" / "list-usrp-users").iterdir()):
        try:
            found = parse(file.read_bytes(), html=False)
        except Unreadable:
            continue
        assert not nature(found, None).automatic, file.name
