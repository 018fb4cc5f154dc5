"""Real bounces and complaints, by source: how many are read as their projects say, and never fewer than promised.

Every fifth file, by the hash of its name, was kept out while the rules were written; both figures are printed.
"""

import hashlib
import json
from collections import Counter
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Any

import pytest

from mailhub.inbound.reading import read
from mailhub.mail import message
from mailhub.mail.reports import complaint
from mailhub.mail.reports import reading as reports
from mailhub.mail.wire import Unreadable

HARD = frozenset({"userunknown", "hostunknown", "hasmoved", "notaccept"})
POLICY = frozenset(
    (
        "blocked",
        "rejected",
        "authfailure",
        "requireptr",
        "policyviolation",
        "securityerror",
        "spamdetected",
        "virusdetected",
        "contenterror",
        "norelaying",
        "badreputation",
        "notcompliantrfc",
        "mesgtoobig",
        "exceedlimit",
        "syntaxerror",
    )
)
# «Filtered» is that project's name for refusals whose words are the same «user unknown» as of those it calls unknown
# users; the others name no reason at all.
UNDECIDED = frozenset({"filtered", "onhold", "undefined", "delivered", "feedback"})


def entries(corpus: Path, folder: str) -> Iterator[dict[str, Any]]:
    for line in (corpus / folder / "EXPECT.jsonl").read_text().splitlines():
        if line.strip():
            yield json.loads(line)


def was_kept_out(file: str) -> bool:
    return int(hashlib.sha256(Path(file).name.encode()).hexdigest(), 16) % 5 == 0


@cache
def report(file: Path) -> reports.Report:
    return reports.read(file.read_bytes())


class Figures:
    """How many of how many, by source and by whether the file was known when the rules were written."""

    def __init__(self) -> None:
        self.right: Counter[tuple[str, str, bool]] = Counter()
        self.stated: Counter[tuple[str, str, bool]] = Counter()

    def note(self, what: str, entry: dict[str, Any], is_right: bool) -> None:
        key = (what, entry["source"], was_kept_out(entry["file"]))
        self.stated[key] += 1
        self.right[key] += is_right

    def print(self) -> None:
        for key in sorted(self.stated):
            kept_out = "kept out" if key[2] else "known"
            print(f"{key[0]}, {key[1]}, {kept_out}: {self.right[key]} of {self.stated[key]}")

    def share(self, what: str, source: str) -> float:
        keys = [key for key in self.stated if key[:2] == (what, source)]
        return sum(self.right[key] for key in keys) / sum(self.stated[key] for key in keys)


def class_of(entry: dict[str, Any]) -> str | None:
    """The class a stated reason means; None where it means none that the words would show."""
    reason = entry["reason"]
    if reason in UNDECIDED:
        return None
    return "hard" if reason in HARD else "policy" if reason in POLICY else "soft"


def test_whom_bounces_did_not_reach_and_why(corpus: Path) -> None:
    figures, missed = Figures(), []
    for entry in entries(corpus, "bounces"):
        if not entry.get("is_bounce"):
            continue
        found = report(corpus / entry["file"])
        addresses = sorted({one.address.lower() for one in found.recipients})
        figures.note("an address", entry, bool(addresses))
        if entry.get("addresses"):
            is_exact = addresses == sorted({address.lower() for address in entry["addresses"]})
            figures.note("exactly the right ones", entry, is_exact)
            missed += [] if is_exact else [f"{entry['file']}: {addresses}, stated {entry['addresses']}"]
        stated = [one for one in map(class_of, entry.get("entries", ())) if one is not None]
        if stated:
            said = [one.verdict.value for one in found.recipients]
            is_right = all(one in said for one in stated)
            figures.note("the class", entry, is_right)
            missed += [] if is_right else [f"{entry['file']}: {said}, stated {stated}"]
    figures.print()
    print(*missed, sep="\n")
    assert figures.share("an address", "sisimai") >= 0.96
    assert figures.share("exactly the right ones", "sisimai") >= 0.93
    assert figures.share("the class", "sisimai") >= 0.92
    assert figures.share("exactly the right ones", "flufl") >= 0.93


def test_what_is_no_bounce_is_never_a_hard_one(corpus: Path) -> None:
    for entry in entries(corpus, "bounces"):
        if entry.get("is_bounce") is False:
            raw = (corpus / entry["file"]).read_bytes()
            found = read(raw, None).bounce
            assert found is None or "hard" not in [one.verdict.value for one in found.recipients], entry["file"]


def test_mail_of_people_is_never_read_as_a_bounce(corpus: Path) -> None:
    for file in sorted((corpus / "replies" / "list-usrp-users").iterdir())[::7]:
        try:
            assert read(file.read_bytes(), None).bounce is None, file.name
        except Unreadable:
            continue


def test_complaints_are_known_with_their_type(corpus: Path) -> None:
    figures = Figures()
    for entry in entries(corpus, "arf"):
        if not entry.get("is_arf"):
            continue
        found = read((corpus / entry["file"]).read_bytes(), None).complaint
        figures.note("a complaint", entry, found is not None)
        stated = [one["feedback"] for one in entry.get("entries", ())][:1]
        stated += [str(entry.get("fields", {}).get("feedback_type", "")).lower()] if "fields" in entry else []
        said = found.type.replace("-", "") if found is not None else ""
        figures.note("its type", entry, all(one.replace("-", "") == said for one in stated))
    figures.print()
    for what, source, _ in figures.stated:
        assert figures.share(what, source) >= 0.95


@pytest.mark.parametrize(
    ("header", "expected"),
    [
        ("From: staff@hotmail.com\nSubject: complaint about message from 192.0.2.1", ("abuse", ("ada@example.net",))),
        ("From: x@example.net\nSubject: Abuse", ("not-spam", ("bea@example.net",))),
    ],
)
def test_the_older_form_of_complaint_is_read_like_the_standard_one(header: str, expected: tuple[str, object]) -> None:
    part = (
        "--b\nContent-Type: message/feedback-report\n\nFeedback-Type: not-spam\nOriginal-Rcpt-To: bea@example.net\n\n"
    )
    raw = (
        f"{header}\nContent-Type: multipart/mixed; boundary=b\n\n{part if 'Abuse' in header else ''}--b\n"
        "Content-Type: message/rfc822\n\nX-HmXmrOriginalRecipient: ada@example.net\n"
        "Message-ID: <uno@lists.test>\n\n--b--\n"
    ).encode()
    found = complaint.read(raw)
    assert (found.type, found.recipients, found.returned_message_id) == (*expected, "uno@lists.test")
    assert message.parse(raw).subject
