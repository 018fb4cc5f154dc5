"""What the group sees of real replies: the words their sources state, and no character lost.

Every fifth file, by the hash of its name, was kept out while the rules were made; its figure is printed beside.
"""

import json
from collections import Counter
from collections.abc import Iterator
from hashlib import sha256
from pathlib import Path
from typing import Any

from mailhub.mail.markup import html_to_text
from mailhub.mail.message import parse
from mailhub.mail.quoting import Folded, fold

LEAST = 0.80  # of the strict expectations, over all and of the largest source of whole texts
LEAST_KEPT_OUT = 0.75
LEAST_PARTS = 0.95  # of what must, and must not, be in the words
STRICTEST = "email_reply_trimmer"


def entries(corpus: Path) -> Iterator[dict[str, Any]]:
    for line in (corpus / "replies" / "EXPECT.jsonl").read_text().splitlines():
        yield json.loads(line)


def words(corpus: Path, entry: dict[str, Any]) -> str:
    raw = (corpus / str(entry["file"])).read_bytes()
    match entry["format"]:
        case "eml":
            return parse(raw).text
        case "html":
            return html_to_text(raw.decode("utf-8", "replace"))
        case _:
            return raw.decode("utf-8", "replace").replace("\r\n", "\n")


def is_kept_out(entry: dict[str, Any]) -> bool:
    return int(sha256(entry["file"].encode()).hexdigest(), 16) % 5 == 0


def squeezed(text: str) -> str:
    """Without white space, in which the sources differ."""
    return "".join(text.split())


def is_as_stated(folded: Folded, expected: str) -> bool:
    """The sources disagree on whether a signature is part of the words."""
    return squeezed(expected) in (squeezed(folded.new), squeezed(f"{folded.new}\n{folded.signature}"))


def rebuilt(text: str, folded: Folded) -> str:
    """The text, put together again from what is shown and what is folded away."""
    lines = text.split("\n")
    return "\n".join(line for span in folded.spans for line in lines[span.start : span.end])


def test_the_words_of_a_reply_are_those_its_source_states(corpus: Path) -> None:
    right: Counter[tuple[str, bool]] = Counter()
    stated: Counter[tuple[str, bool]] = Counter()
    for entry in entries(corpus):
        if "expected" in entry:
            key = entry["source"], is_kept_out(entry)
            stated[key] += 1
            right[key] += is_as_stated(fold(words(corpus, entry)), entry["expected"])
    for source, kept_out in sorted(stated):
        where = "kept out" if kept_out else "built with"
        print(f"{source}, {where}: {right[source, kept_out]} of {stated[source, kept_out]}")
    shares = {where: _share(right, stated, where) for where in (False, True)}
    print(f"built with: {shares[False]:.1%}, kept out: {shares[True]:.1%}, all: {right.total()} of {stated.total()}")
    assert right.total() / stated.total() >= LEAST
    assert shares[True] >= LEAST_KEPT_OUT
    strict = [sum(counted[STRICTEST, where] for where in (False, True)) for counted in (right, stated)]
    assert strict[0] / strict[1] >= LEAST


def test_what_must_be_seen_is_seen_and_what_must_not_is_folded_away(corpus: Path) -> None:
    right: Counter[str] = Counter()
    stated: Counter[str] = Counter()
    for entry in entries(corpus):
        folded = fold(words(corpus, entry))
        new, whole = squeezed(folded.new), squeezed(f"{folded.new}\n{folded.signature}")
        checks = {
            "must_contain": [squeezed(part) in whole for part in entry.get("must_contain", ())],
            "must_not_contain": [squeezed(part) not in new for part in entry.get("must_not_contain", ())],
        }
        for name, results in checks.items():
            stated[name] += len(results)
            right[name] += sum(results)
    print(*(f"{name}: {right[name]} of {stated[name]}" for name in stated), sep="\n")
    assert all(right[name] / stated[name] >= LEAST_PARTS for name in stated)


def test_no_character_of_a_reply_is_lost(corpus: Path) -> None:
    for entry in entries(corpus):
        text = words(corpus, entry)
        folded = fold(text)
        assert rebuilt(text, folded) == text, entry["file"]
        shown = "".join((folded.new, folded.quoted, folded.signature))
        assert Counter(squeezed(shown)) == Counter(squeezed(text)), entry["file"]


def _share(right: Counter[tuple[str, bool]], stated: Counter[tuple[str, bool]], kept_out: bool) -> float:
    found = sum(n for (_, where), n in right.items() if where is kept_out)
    return found / sum(n for (_, where), n in stated.items() if where is kept_out)
