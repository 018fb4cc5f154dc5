"""Every broken mail of the corpus is read, and says what its project says it says."""

import json
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from mailhub.mail.message import Mail, parse
from mailhub.mail.wire import Unreadable

LEAST = 0.97
REPLACED = "states a replacement character; the raw byte, read as Western, gives the letter"


def entries(corpus: Path) -> Iterator[dict[str, Any]]:
    for folder in ("broken-mime", "charsets"):
        for line in (corpus / folder / "EXPECT.jsonl").read_text().splitlines():
            if line.strip():
                yield json.loads(line)


def said(mail: Mail, field: str) -> str | list[str]:
    return mail.subject if field == "subject" else [mailbox.email for mailbox in mail.authors]


def reason(stated: object, found: object) -> str:
    return REPLACED if "\ufffd" in str(stated) else f"states {stated!r}, we read {found!r}"


def test_every_file_is_read_or_refused_for_a_limit_and_its_subject_and_sender_are_found(corpus: Path) -> None:
    right: Counter[tuple[str, str]] = Counter()
    stated: Counter[tuple[str, str]] = Counter()
    missed = []
    for entry in entries(corpus):
        fields = [field for field in ("subject", "from") if field in entry]
        stated.update((entry["source"], field) for field in fields)
        try:
            mail = parse((corpus / entry["file"]).read_bytes())
        except Unreadable as refused:
            missed.append(f"{entry['file']}: {refused.reason} (states {fields})")
            continue
        for field in fields:
            found = said(mail, field)
            if found == entry[field]:
                right[entry["source"], field] += 1
            else:
                missed.append(f"{entry['file']}: {field}: {reason(entry[field], found)}")
    for key in sorted(stated):
        print(f"{key[0]} {key[1]}: {right[key]} of {stated[key]}")
    print(*missed, sep="\n")
    assert right.total() / stated.total() >= LEAST
    assert sum(": subject: " in miss and REPLACED not in miss for miss in missed) == 0


def test_the_number_of_attachments_and_the_text_are_mostly_as_stated(corpus: Path) -> None:
    """Projects count differently what is part of the words; these figures only show a landslide."""
    right: Counter[str] = Counter()
    stated: Counter[str] = Counter()
    for entry in entries(corpus):
        if "n_attachments" not in entry and "text" not in entry:
            continue
        mail = parse((corpus / entry["file"]).read_bytes())
        found = {"n_attachments": len(mail.attachments), "text": "".join(mail.text.split())}
        expected = {"n_attachments": entry.get("n_attachments"), "text": "".join(entry.get("text", "").split())}
        for field in found:
            if field in entry:
                stated[field] += 1
                right[field] += found[field] == expected[field]
    print(*(f"{field}: {right[field]} of {stated[field]}" for field in stated), sep="\n")
    assert all(right[field] / stated[field] >= 0.7 for field in stated)
