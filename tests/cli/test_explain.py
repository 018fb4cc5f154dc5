"""What `mailhub explain` says of mail in files: every key, in order, without any site."""

import json
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result

from mailhub import wording
from mailhub.cli.explanation import KEYS
from mailhub.cli.main import main
from mailhub.hub.resolver import System
from mailhub.language import entries
from tests.mail.signing import record, signed

DNS: dict[tuple[str, str], tuple[bytes, ...] | None] = {
    ("s1._domainkey.example.org", "TXT"): (record().encode(),),
    ("_dmarc.example.net", "TXT"): None,
    ("s1._domainkey.example.net", "TXT"): None,
}
NOT_CHECKED = {"result": "none", "domain": "", "why": ""}
LETTER = (
    b"From: Anna Bini <anna@example.org>\r\nTo: orto@lists.test\r\nSubject: Carriola\r\nDate: Mon, 09 Mar 2026 09:00:00"
    b" +0100\r\nMessage-ID: <m1@example.org>\r\n"
)


@pytest.fixture(autouse=True)
def nowhere(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(System, "ask", lambda _self, name, kind, _seconds: DNS.get((name, kind), ()))


def explain(*words: str, **files: bytes) -> Result:
    """Explain these files, which are made for it."""
    for name, content in files.items():
        Path(name).write_bytes(content)
    return CliRunner().invoke(main, ["explain", *words, *files])


def explained(*words: str, **files: bytes) -> list[dict[str, Any]]:
    result = explain("--json", *words, **files)
    assert result.exit_code == 0, result.output
    return [json.loads(line) for line in result.stdout.splitlines()]


def letter(body: bytes, *headers: bytes) -> bytes:
    return LETTER + b"".join(header + b"\r\n" for header in headers) + b"\r\n" + body


def test_a_bounce_says_whom_it_is_about_and_what_it_means() -> None:
    body = b"<ada@example.net>:\r\nSorry, no mailbox here by that name. (#5.1.1)\r\n"
    raw = b"Return-Path: <>\r\nFrom: MAILER-DAEMON@example.net\r\nSubject: failure notice\r\n\r\n" + body
    [found] = explained(one=raw)
    assert found["kind"] == "bounce"
    assert found["bounce"] == {
        "recipients": [{"address": "ada@example.net", "status": "5.1.1", "action": "failed", "class": "hard"}]
    }
    assert found["report"] is None
    assert "bounced     ada@example.net (hard) 5.1.1" in explain(one=raw).stdout


def test_a_complaint_says_its_type_and_recipients() -> None:
    part = b"Feedback-Type: abuse\r\nOriginal-Rcpt-To: ada@example.net\r\n"
    raw = (
        b"From: fbl@example.net\r\nContent-Type: multipart/report; report-type=feedback-report; boundary=b\r\n\r\n"
        b"--b\r\nContent-Type: message/feedback-report\r\n\r\n" + part + b"\r\n--b--\r\n"
    )
    [found] = explained(one=raw)
    assert (found["kind"], found["report"]) == (
        "feedback-report",
        {"type": "abuse", "recipients": ["ada@example.net"]},
    )
    assert found["bounce"] is None


def test_a_message_is_taken_apart() -> None:
    body = (
        b"Chi ha la carriola?\r\n\r\nIl 9 marzo Bruno ha scritto:\r\n> La trovate nel capanno.\r\n\r\n-- \r\nAnna\r\n"
    )
    [found] = explained(one=letter(body))
    assert found == {
        "file": "one",
        "message_id": "m1@example.org",
        "from": "anna@example.org",
        "subject": "Carriola",
        "kind": "post",
        "automatic": False,
        "text": "Chi ha la carriola?",
        "signature": "-- \nAnna",
        "quoted": "Il 9 marzo Bruno ha scritto:\n> La trovate nel capanno.",
        "attachments": [],
        "bounce": None,
        "report": None,
        "calendar": None,
        "auth": {"spf": NOT_CHECKED, "dkim": [], "dmarc": "none", "arc": "none", "aligned": False, "why": "not judged"},
        "authority": 2,
        "problems": [],
        "would": "It would go to the group as a message of anna@example.org: a person wrote it, and it is proven who.",
    }
    assert tuple(found) == KEYS


def test_a_line_a_file_in_their_order() -> None:
    found = explained(b=letter(b"due"), a=letter(b"uno"), c=letter(b"tre"))
    assert [(each["file"], each["text"]) for each in found] == [("b", "due"), ("a", "uno"), ("c", "tre")]


def test_an_attachment_is_named() -> None:
    body = (
        b"--x\r\nContent-Type: text/plain\r\n\r\nEcco\r\n--x\r\nContent-Type: text/csv; name=soci.csv\r\n"
        b"Content-Disposition: attachment\r\n\r\na,b\r\n--x--\r\n"
    )
    [found] = explained(one=letter(body, b"MIME-Version: 1.0", b"Content-Type: multipart/mixed; boundary=x"))
    assert found["attachments"] == [{"name": "soci.csv", "type": "text/csv", "size": 3}]


KINDS = {
    "reply": letter(b"Anch'io.", b"In-Reply-To: <m0@example.org>"),
    "command": letter(b"CANCELLATEMI!!\r\n\r\ngrazie"),
    "post": letter(b"pausa pranzo da me alle due"),
    "auto-reply": letter(b"Sono in ferie.", b"Auto-Submitted: auto-replied"),
    "bounce": letter(b"550 no such user", b"X-Failed-Recipients: b@example.org"),
}


def test_each_kind_is_known() -> None:
    found = explained(**KINDS)
    assert [each["kind"] for each in found] == list(KINDS)
    assert [each["automatic"] for each in found] == [False, False, False, True, True]


WOULD = {
    'do "leave" for anna@example.org': letter(b"cancellatemi"),
    "nothing proves that anna@example.org wrote it": letter(b"Ciao", b"Received: from elsewhere"),
    "a program wrote it (sign: auto-submitted)": letter(b"Backup done.", b"Auto-Submitted: auto-generated"),
    "holds no new text": letter(b"", b"In-Reply-To: <m0@example.org>"),
    "does not say clearly who wrote it": b"Subject: Ciao\r\n\r\nCiao\r\n",
}


def test_what_would_happen_is_a_sentence() -> None:
    found = explained(**{f"file{number}": mail for number, mail in enumerate(WOULD.values())})
    for said, each in zip(WOULD, found, strict=True):
        assert said in each["would"]


def test_a_signature_is_judged_and_counts() -> None:
    hop = b"Received: from mx.example.org by mx.example.net; Mon, 09 Mar 2026 09:00:00 +0100\r\n"
    good = signed(letter(b"Ciao\r\n"))
    unknown = good.replace(b"d=example.org", b"d=example.net")
    one, two, three = explained(one=hop + good, two=hop + good + b"altro\r\n", three=hop + unknown)
    assert (one["auth"]["dkim"], one["auth"]["why"], one["authority"]) == (
        [{"result": "pass", "domain": "example.org", "selector": "s1", "why": ""}],
        "dkim example.org",
        2,
    )
    assert (two["auth"]["dkim"][0]["result"], two["authority"]) == ("fail", 0)
    assert (three["auth"]["dkim"][0]["result"], three["authority"]) == ("temperror", 0)


def test_it_speaks_both_languages() -> None:
    [found] = explained("--language", "it", one=letter(b"cancellatemi"))
    assert found["would"].startswith("Farebbe «esci» per anna@example.org")


def test_it_speaks_as_the_site_that_is_there() -> None:
    Path("config.toml").write_text('[site]\nname = "Orto"\ndomain = "lists.test"\nlanguage = "it"\n')
    [found] = explained(one=letter(b"Ciao"))
    assert found["would"].startswith("Andrebbe al gruppo")


def test_a_bare_body_has_words_and_nothing_else() -> None:
    [found] = explained("--text", one="Perché no?\n\n-- \nAnna\n".encode("latin-1"))
    assert (found["text"], found["signature"], found["kind"]) == ("Perché no?", "-- \nAnna", "post")
    assert found["from"] is None


def test_what_cannot_be_read_is_told_and_the_rest_goes_on() -> None:
    Path("one").write_bytes(letter(b"Ciao"))
    deep = b"".join(b"--%d\r\nContent-Type: multipart/mixed; boundary=%d\r\n\r\n" % (n, n + 1) for n in range(60))
    Path("two").write_bytes(letter(deep, b"Content-Type: multipart/mixed; boundary=0"))
    result = CliRunner().invoke(main, ["explain", "--json", "none", "two", "one"])
    found = [json.loads(line) for line in result.stdout.splitlines()]
    assert [each["kind"] for each in found] == ["unreadable", "unreadable", "post"]
    assert found[0]["problems"] == ["the file cannot be read: No such file or directory"]
    assert found[1]["problems"] == ["nested-too-deep"]
    assert result.exit_code == 1


def test_for_people_it_is_a_few_lines() -> None:
    said = explain(one=letter(b"Chi ha la carriola?")).output
    assert "  kind        post\n" in said
    assert "    Chi ha la carriola?\n" in said


def test_its_sentences_keep_the_rules_of_tone() -> None:
    assert [line for line in wording.problems() if ": cli." in line] == []
    assert entries("it", "cli").keys() == entries("en", "cli").keys()


def test_no_real_mail_stops_it(corpus: Path) -> None:
    files = sorted(path for kind in ("broken-mime", "charsets") for path in (corpus / kind).glob("*/*"))[::4]
    result = CliRunner().invoke(main, ["explain", "--json", *map(str, files)])
    assert [json.loads(line)["file"] for line in result.stdout.splitlines()] == [str(path) for path in files]
