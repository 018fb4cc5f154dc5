"""docs/answers.md has a row for every reason in the code for which a mail is not simply done, and for no other."""

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from mailhub.hub.build import all_verbs
from mailhub.inbound.failures import Failure
from mailhub.inbound.refusals import REPLIES, AtDoor
from mailhub.inbound.tracing import reasons
from mailhub.language import LANGUAGES, entries, rooms, say
from mailhub.lists.policy import Reason

ROOT = Path(__file__).parents[1]
CELLS = 4  # reason, when, what is read, what becomes of the text
ENDED = {"held", "dropped", "answered", "parked", "unreadable"}  # outcomes of what was not simply done
CHOSEN_BY_VALUE = {"accepted", "member", "join-"}  # of a receipt: what went well, and requests to join


def rows(heading: str) -> list[list[str]]:
    """The table below a heading, cell by cell."""
    text = (ROOT / "docs" / "answers.md").read_text(encoding="utf-8")
    part = text.partition(f"\n## {heading}\n")[2].partition("\n## ")[0]
    lines = [line for line in part.splitlines() if line.startswith("| `")]
    return [[cell.strip() for cell in line.strip("|").split("|")] for line in lines]


def named(heading: str) -> list[str]:
    return [row[0].strip(" `") for row in rows(heading)]


def sources() -> Iterator[ast.Module]:
    for path in sorted((ROOT / "mailhub").rglob("*.py")):
        yield ast.parse(path.read_text(encoding="utf-8"))


def subjects() -> dict[str, str]:
    """Every mail of the catalogue, with its English subject."""
    known = {key: entry for room in rooms("en") for key, entry in entries("en", room).items()}
    return {key.removesuffix(".subject"): str(entry) for key, entry in known.items() if key.endswith(".subject")}


def not_done() -> set[str]:
    """The mails that a verb answers with where it does nothing: each stands in an `Outcome(False, …)`."""
    found: set[str] = set()
    for module in sources():
        local = {node.name: node for node in module.body if isinstance(node, ast.FunctionDef)}
        for call in (node for node in ast.walk(module) if isinstance(node, ast.Call)):
            if ast.unparse(call.func) == "Outcome" and len(call.args) > 1 and ast.unparse(call.args[0]) == "False":
                found |= keys_in(call.args[1])
                called = {node.id for node in ast.walk(call.args[1]) if isinstance(node, ast.Name)}
                found |= {key for name in called & local.keys() for key in keys_in(local[name])}
    return found


def keys_in(node: ast.AST) -> set[str]:
    words = {one.value for one in ast.walk(node) if isinstance(one, ast.Constant) and isinstance(one.value, str)}
    return {key for word in words for key in (word, f"lists.{word}") if key in subjects()}


@pytest.mark.parametrize(
    ("heading", "kinds"),
    [("At the door", AtDoor), ("By the rules of a group", Reason), ("Everything else", Failure)],
)
def test_every_reason_has_one_row_and_no_other(heading: str, kinds: type[AtDoor | Reason | Failure]) -> None:
    assert sorted(named(heading)) == sorted(kind.value for kind in kinds)


def test_every_answer_of_a_word_that_does_nothing_has_one_row_and_no_other() -> None:
    assert sorted(named("A word that did nothing")) == sorted(not_done())
    assert len(not_done()) > 40


@pytest.mark.parametrize(
    "heading", ["At the door", "By the rules of a group", "Everything else", "A word that did nothing"]
)
def test_every_row_says_when_what_is_read_and_what_becomes_of_the_text(heading: str) -> None:
    for row in rows(heading):
        assert len(row) == CELLS, row
        assert all(row), row


def test_what_is_read_are_the_subjects_of_our_mails() -> None:
    known = set(subjects().values())
    for heading in ("By the rules of a group", "Everything else", "A word that did nothing"):
        for reason, _, read, _ in rows(heading):
            said = re.findall(r'"([^"]+)"', read)
            assert set(said) <= known, reason
            assert said or read.startswith("nothing"), reason
    for name, _, read, _ in rows("A word that did nothing"):
        assert subjects()[name.strip("`")] in read


def test_the_door_answers_as_the_table_says() -> None:
    codes = {reason.strip("`"): re.findall(r"\d{3} \d\.\d\.\d", read) for reason, _, read, _ in rows("At the door")}
    assert all(REPLIES[AtDoor(reason)].startswith(code) for reason, said in codes.items() for code in said)
    assert [reason for reason, said in codes.items() if not said] == [AtDoor.DAMAGED_ADDRESS]


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_trace_has_words_for_every_reason(language: str) -> None:
    verbs = all_verbs()
    for reason in (*Failure, *Reason):
        if reason is not Failure.UNREADABLE:  # its reason is a limit
            said = reasons.why(language, "held", f"{reason}: x" if reason is Failure.AUTOMATIC else reason, verbs)
            assert said != say(language, "trace.as-noted", reason=reason), reason


@pytest.mark.parametrize("name", ["Result", "Receipt", "refuse"])
def test_no_reason_is_a_loose_word(name: str) -> None:
    """Where a mail ends otherwise than it wanted, the reason is a member of one of the three kinds."""
    loose = []
    for module in sources():
        for call in (node for node in ast.walk(module) if isinstance(node, ast.Call)):
            if ast.unparse(call.func).rpartition(".")[2] != name or len(call.args) < 2:
                continue
            outcome, reason = call.args[0], call.args[1]
            first = reason.values[0] if isinstance(reason, ast.JoinedStr) else reason
            is_ended = name == "refuse" or (isinstance(outcome, ast.Constant) and outcome.value in ENDED)
            if is_ended and isinstance(first, ast.Constant) and first.value not in CHOSEN_BY_VALUE:
                loose.append(ast.unparse(call))
    assert not loose
