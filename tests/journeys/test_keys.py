"""The page about journeys names every key that a file may have, and no other; what it shows can be published."""

import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from mailhub import content
from mailhub.content import Reader
from mailhub.delivery.facts import FACTS as OF_MAILBOXES
from mailhub.facts import Facts
from mailhub.journeys import checks, written
from mailhub.journeys.checks import World
from mailhub.lists import facts as of_lists
from mailhub.people import facts as of_people
from mailhub.people.happenings import ABOUT_PEOPLE
from mailhub.templates.definition import Head, Line, Var, VarType

PAGE = (Path(__file__).parents[2] / "docs" / "journeys.md").read_text(encoding="utf-8")
KNOWN = Facts([*of_people.FACTS, *OF_MAILBOXES, *of_lists.FACTS, *of_lists.facts_of(["orto"])])
OWN = (
    "vars",
    "fallback",
    "choices",
    "values",
    "then",
    "set",
    "split",
    "branch",
)  # whose keys are the author's, or a line
EVERYTHING = """\
title: All
list: orto
trigger: {activity: subscription.confirmed, where: posts.count >= 0}
entry: {gap: 1 d}
exits: [{id: out, when: posts.count >= 9}]
timing: {quiet: {from: "21:30", to: "8:00"}, overdue: {grace: 3 d, then: skip}}
steps:
  - send: {template: ciao}
  - {id: a, ask: {template: ciao, question: Where?, answer: text, store: answer.town, retry: {times: 1}}}
  - {id: w, wait: {when: posts.count >= 1, timeout: 1 d}}
  - {id: b, branch: [{else: true, goto: t}]}
  - {id: t, task: {text: Please}}
  - {id: h, webhook: {url: "https://a.example"}}
  - {id: j, join: {list: orto}}
  - {id: l, leave: orto}
  - {id: s, set: {answer.town: Borgo}}
  - {id: d, do: {verb: pause, list: orto}}
  - {id: m, emit: journey.done}
  - {id: p, split: {z: 1, q: 1}}
  - {id: q, wait: 1 d}
  - {id: z, end: {}}
"""


def asked(reader: Reader) -> Iterator[str]:
    """Every key that is read, by its place in the file."""
    path = [str(part) for part in reader.path if isinstance(part, str)]
    if not set(path) & {*OWN, "do", "join", "leave", "answer"}:
        yield from (".".join([*path, key]) for key in reader._seen)
    for inner in reader._inner:
        yield from asked(inner)


def test_every_key_stands_in_the_tables(monkeypatch: pytest.MonkeyPatch) -> None:
    made: list[Reader] = []

    class Noted(Reader):
        def __init__(self, *args: object) -> None:
            super().__init__(*args)  # type: ignore[arg-type]
            made.append(self)

    monkeypatch.setattr(written, "Reader", Noted)
    written.read(content.load_text(EVERYTHING, "journeys/all.yaml"), KNOWN)
    rows = re.findall(r"^\| ((?:`[a-z_.]+` ?)+) \|", PAGE, flags=re.MULTILINE)
    named = {name for row in rows for name in re.findall(r"`([a-z_.]+)`", row)}
    assert {key for reader in made for key in asked(reader)} == named


def test_everything_that_happens_stands_in_its_table() -> None:
    assert re.findall(r"^\| ([^|`]+) \| `([a-z.-]+)` \|$", PAGE, flags=re.MULTILINE) == [
        (meaning, name) for name, meaning in ABOUT_PEOPLE.items()
    ]


def test_the_journey_of_the_page_is_a_good_one() -> None:
    text = PAGE.partition("```yaml\n")[2].partition("```")[0]
    document = content.load_text(text, "journeys/benvenuto.yaml")
    journey = written.read(document, KNOWN)
    ciao, dove = Head(Line(), vars=(Var("name", VarType.TEXT),)), Head(Line())
    templates = {"ciao": dict.fromkeys(("it", "en"), ciao), "dove-vivi": dict.fromkeys(("it", "en"), dove)}
    assert list(checks.check(journey, document, World(templates, {"orto"}))) == []
