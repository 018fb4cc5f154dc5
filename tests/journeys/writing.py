"""Journeys as text, read and checked beside an invented site of two groups and a few templates."""

from collections.abc import Iterable, Mapping

from mailhub.content import BadContent, Document, load_text
from mailhub.facts import Facts
from mailhub.journeys import checks, written
from mailhub.journeys.checks import World
from mailhub.journeys.definition import Journey
from mailhub.lists.facts import FACTS as LIST_FACTS
from mailhub.lists.facts import facts_of
from mailhub.people.facts import FACTS as PEOPLE_FACTS
from mailhub.people.facts import field
from mailhub.templates.definition import Head, Line, Var, VarType

LISTS = ("garden", "comunita")
FACTS = Facts([*PEOPLE_FACTS, *LIST_FACTS, *facts_of(LISTS), field("town"), field("birthday")])
PLAIN = Head(Line("Hello"))
NAMED = Head(Line("Hello {{ name }}"), vars=(Var("name", VarType.TEXT),))
COUNTED = Head(Line("{{ posts }} posts"), vars=(Var("posts", VarType.NUMBER),))
TEMPLATES: Mapping[str, Mapping[str, Head]] = {
    **{name: {"it": PLAIN, "en": PLAIN} for name in ("ciao", "dove", "dove-2", "fine", "aiuto")},
    "saluto": {"it": NAMED, "en": NAMED},
    "saluto-2": {"it": NAMED, "en": NAMED},
    "conto": {"it": COUNTED, "en": COUNTED},
    "solo-it": {"it": PLAIN},
}
WORLD = World(TEMPLATES, frozenset(LISTS))
HEAD = "title: Welcome\nlist: comunita\n"


def document(text: str) -> Document:
    """A journey that ends as this text says; what every one needs stands in the first two lines."""
    return load_text(HEAD + text, "journeys/benvenuto.yaml")


def journey(text: str, facts: Facts = FACTS) -> Journey:
    """Read and checked: what is wrong fails the test."""
    found = document(text)
    read = written.read(found, facts)
    told = [str(each) for each in checks.check(read, found, WORLD)]
    assert told == [], told
    return read


def steps(*each: str, before: str = "") -> Journey:
    """A journey of these steps, one line of YAML each."""
    return journey(before + "steps:\n" + "".join(f"  - {step}\n" for step in each))


def problems(text: str, world: World = WORLD) -> list[str]:
    """«line: what; cure» for everything that is wrong; lines are counted from the text's own first."""
    found = document(text)
    try:
        all_problems: Iterable[object] = checks.check(written.read(found, FACTS), found, world)
        return [_told(each) for each in all_problems]
    except BadContent as bad:
        return [_told(each) for each in bad.problems]


def _told(problem: object) -> str:
    file, line, rest = str(problem).split(":", 2)
    assert file == "journeys/benvenuto.yaml"
    return f"{int(line) - HEAD.count(chr(10))}:{rest}"
