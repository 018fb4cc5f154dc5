"""The house stands as drawn: rooms in a line, pure rules, one door a library, one clock, nothing too long.

Everything is read from the sources; nothing is imported. A finding names the line to mend. A library's door is moved by
changing its line in DOORS, in the same commit.
"""

import ast
import re
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
LINE = (
    {"mail"},
    {"db"},
    {"people"},
    {"templates"},
    {"delivery"},
    {"archive"},
    {"lists"},
    {"campaigns", "journeys", "donors", "decisions", "events", "projects"},
    {"digests"},
    {"hub"},
    {"inbound", "web"},
    {"jobs"},
    {"sandbox"},
    {"cli"},
)
RANK = {room: place for place, side_by_side in enumerate(LINE) for room in side_by_side}

PURE_ROOMS = ("mail", "authority", "conditions")
PURE_MODULES = {"definition", "policy", "moves", "pacing", "threading", "routing"}
IMPURE = (
    "asyncio", "flask", "http.client", "mailhub.db", "psycopg", "smtplib", "socket", "sqlalchemy", "sqlite3", "ssl",
    "subprocess", "urllib.request",
)  # fmt: skip
WRITES_EXPRESSIONS = "conditions.sql"  # of SQLAlchemy, and never runs one
IMPURE_EXPRESSIONS = (*(name for name in IMPURE if name != "sqlalchemy"), "sqlalchemy.orm", "sqlalchemy.engine")

DOORS = {  # an outside library: the modules or rooms that may know it
    "PIL": ("mail.pictures",),
    "aiosmtpd": ("inbound.server",),
    "alembic": ("db",),
    "apscheduler": ("jobs.timetable",),
    "bs4": ("mail",),
    "click": ("cli",),
    "cryptography": ("cli.bench", "mail.dkim", "mail.reports.sns"),
    "dkim": ("mail.dkim",),
    "dns": ("hub.resolver",),
    "dramatiq": ("jobs.doorbell",),
    "email_validator": ("mail.address",),
    "flask": ("sandbox", "web"),
    "flufl": ("mail.reports.lasthelp",),
    "idna": ("mail.address",),
    "imaplib": ("inbound.mailbox",),
    "inscriptis": ("mail.body", "mail.markup"),
    "itsdangerous": ("web",),
    "jinja2": ("web",),
    "markdown_it": ("templates",),
    "markupsafe": ("web",),
    "mjml": ("templates",),
    "nh3": ("mail.sanitising",),
    "obstore": ("archive",),
    "pillow_heif": ("mail.pictures",),
    "psycopg": ("db",),
    "pydantic": ("config", "settings"),
    "rich": ("cli",),
    "ruamel": ("content",),
    "segno": ("lists.poster",),
    "smtplib": (
        "cli.bench.inbound",
        "delivery.opening",
        "sandbox.writing",
    ),  # the first and the last write as people do
    "snowballstemmer": ("archive.stemming",),
    "spf": ("mail.authenticity.spf",),
    "waitress": ("web.server",),
    "werkzeug": ("sandbox", "web"),
    "zstandard": ("archive.zstd",),
}
EVERYWHERE = {"sqlalchemy"}  # but in pure modules

SITE_TIME = {
    "datetime.date.today", "datetime.datetime.now", "datetime.datetime.today", "datetime.datetime.utcnow",
    "email.utils.localtime", "sqlalchemy.func.current_timestamp", "sqlalchemy.func.now", "time.ctime", "time.gmtime",
    "time.localtime", "time.time", "time.time_ns",
}  # fmt: skip
REAL_TIME = {"time.monotonic", "time.monotonic_ns", "time.perf_counter", "time.perf_counter_ns"}
TELLS_TIME = ("clock",)
TIMES_WORK = ("clock", "cli.bench", "delivery", "jobs", "offload")

LONGEST_MODULE = 350
LONGEST_FUNCTION = 45
MIGRATIONS = "db.migrations.versions"  # written once by Alembic and never changed, so their length harms nobody
NOT_SUBJECTS = {"common", "helpers", "managers", "misc", "services", "shared", "tools", "util", "utils"}


@dataclass(frozen=True)
class Module:
    """One source file; its name is the dotted one without `mailhub.`."""

    name: str
    source: str
    is_package: bool = False

    @property
    def room(self) -> str:
        return self.name.partition(".")[0]

    @property
    def tree(self) -> ast.Module:
        return _parsed(self.source)

    def is_in(self, places: tuple[str, ...]) -> bool:
        return any(self.name == place or self.name.startswith(f"{place}.") for place in places)


@cache
def _parsed(source: str) -> ast.Module:
    return ast.parse(source)


@cache
def modules() -> tuple[Module, ...]:
    package = ROOT / "mailhub"
    found = []
    for path in sorted(package.rglob("*.py")):
        parts = path.relative_to(package).with_suffix("").parts
        is_package = parts[-1] == "__init__"
        found.append(Module(".".join(parts[:-1] if is_package else parts), path.read_text("utf-8"), is_package))
    return tuple(found)


def imports(module: Module, *, for_types_too: bool = True) -> Iterator[tuple[int, str]]:
    """Line and whole dotted name of everything the module imports, wherever in it."""
    only_for_types = set()
    for node in ast.walk(module.tree):
        if isinstance(node, ast.If) and ast.unparse(node.test).endswith("TYPE_CHECKING"):
            only_for_types |= {id(inner) for statement in node.body for inner in ast.walk(statement)}
    for node in ast.walk(module.tree):
        if id(node) in only_for_types and not for_types_too:
            continue
        if isinstance(node, ast.Import):
            yield from ((node.lineno, alias.name) for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            start = _start(module, node)
            yield from ((node.lineno, f"{start}.{alias.name}") for alias in node.names)


def _start(module: Module, node: ast.ImportFrom) -> str:
    """What `from` names, with leading dots resolved."""
    if not node.level:
        return node.module or ""
    parts = ["mailhub", *module.name.split(".")]
    here = parts[: len(parts) - node.level + module.is_package]
    return ".".join([*here, node.module] if node.module else here)


def is_under(name: str, above: str) -> bool:
    return name == above or name.startswith(f"{above}.")


def is_pure(module: Module) -> bool:
    last = module.name.rpartition(".")[2]
    return module.room in PURE_ROOMS or (module.room in RANK and last in PURE_MODULES)


# The rules. Each gives a line for everything that breaks it.


def wrong_ways(module: Module) -> Iterator[str]:
    """Imports that do not lead leftwards."""
    for line, name in imports(module):
        package, _, inner = name.partition(".")
        target = inner.partition(".")[0]
        if package != "mailhub" or target == module.room or target not in RANK:
            continue
        if module.room not in RANK:
            yield f"{module.name}:{line}: ground imports the room {target}"
        elif RANK[target] >= RANK[module.room]:
            yield f"{module.name}:{line}: {module.room} imports {target}, which does not stand left of it"


def impurities(module: Module) -> Iterator[str]:
    """Databases, sockets and the web in a module that takes values and returns values."""
    if is_pure(module):
        refused = IMPURE_EXPRESSIONS if module.name == WRITES_EXPRESSIONS else IMPURE
        for line, name in imports(module):
            yield from (f"{module.name}:{line}: pure, and imports {name}" for bad in refused if is_under(name, bad))


def back_doors(module: Module) -> Iterator[str]:
    """Outside libraries known where they should not be, or to nobody's agreement."""
    for line, name in imports(module):
        library = name.partition(".")[0]
        if library in DOORS and not module.is_in(DOORS[library]):
            yield f"{module.name}:{line}: {library} is known only to {', '.join(DOORS[library])}"
        elif library not in DOORS and library not in sys.stdlib_module_names | EVERYWHERE | {"mailhub"}:
            yield f"{module.name}:{line}: {library} has no line in DOORS"


def clock_readings(module: Module) -> Iterator[str]:
    """Readings of a clock outside the module that may read it."""
    known = {
        alias.asname or alias.name.partition(".")[0]: alias.name if alias.asname else alias.name.partition(".")[0]
        for node in ast.walk(module.tree)
        if isinstance(node, ast.Import)
        for alias in node.names
    } | {
        alias.asname or alias.name: f"{node.module}.{alias.name}"
        for node in ast.walk(module.tree)
        if isinstance(node, ast.ImportFrom)
        for alias in node.names
    }
    for node in ast.walk(module.tree):
        if isinstance(node, ast.Attribute | ast.Name):
            first, _, rest = ast.unparse(node).partition(".")
            read = f"{known.get(first, '')}.{rest}".rstrip(".")
            if (read in SITE_TIME and not module.is_in(TELLS_TIME)) or (
                read in REAL_TIME and not module.is_in(TIMES_WORK)
            ):
                yield f"{module.name}:{node.lineno}: reads {read}"


def long_things(module: Module) -> Iterator[str]:
    """Modules and functions that do not fit their reader."""
    if module.is_in((MIGRATIONS,)):
        return
    lines = module.source.count("\n")
    if lines > LONGEST_MODULE:
        yield f"{module.name}: {lines} lines, {LONGEST_MODULE} is the limit"
    for node in ast.walk(module.tree):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            length = (node.end_lineno or node.lineno) - node.lineno + 1
            if length > LONGEST_FUNCTION:
                yield f"{module.name}:{node.lineno}: {node.name} has {length} lines, {LONGEST_FUNCTION} is the limit"


def kinds_of_thing(module: Module) -> Iterator[str]:
    """Names that say what sort of code there is, and not what it is about."""
    for part in set(module.name.split(".")[:-1] if not module.is_package else module.name.split(".")) & NOT_SUBJECTS:
        yield f"{module.name}: {part} is no subject"


RULES = (wrong_ways, impurities, back_doors, clock_readings, long_things, kinds_of_thing)


@pytest.mark.parametrize("rule", RULES)
def test_the_house_keeps(rule: object) -> None:
    assert callable(rule)
    findings = [finding for module in modules() for finding in rule(module)]
    assert not findings, "\n".join(["", *findings])


def test_ground_modules_do_not_import_one_another_in_circles() -> None:
    ground = {module.name: module for module in modules() if module.room not in RANK and module.name}
    needs = {name: _needs(module, ground) for name, module in ground.items()}
    while free := {name for name, wanted in needs.items() if not wanted}:
        needs = {name: wanted - free for name, wanted in needs.items() if name not in free}
    assert not needs, f"in or behind a circle: {', '.join(sorted(needs))}"


def _needs(module: Module, ground: dict[str, Module]) -> set[str]:
    """Ground modules this one cannot be loaded without."""
    found = set()
    for _, name in imports(module, for_types_too=False):
        inner = name.removeprefix("mailhub.")
        found |= {inner if inner in ground else inner.rpartition(".")[0]} & ground.keys()
    return found - {module.name}


@pytest.mark.parametrize("folder", ["lists", "journeys", "templates", "segments"])
def test_content_folders_hold_no_code(folder: str) -> None:
    assert not list((ROOT / folder).rglob("*.py"))


# The rules themselves can fail.


@pytest.mark.parametrize(
    ("rule", "name", "source"),
    [
        (wrong_ways, "mail.body", "from mailhub.lists import policy"),
        (wrong_ways, "lists.posting", "def f():\n    from mailhub import hub"),
        (wrong_ways, "inbound.intake", "import mailhub.web.app"),
        (wrong_ways, "journeys.moves", "from mailhub.donors.facts import FACTS"),
        (wrong_ways, "lists.posting", "from ..delivery import outbox\nfrom ..hub import Hub"),
        (wrong_ways, "facts", "from mailhub.db.base import Base"),
        (impurities, "mail.body", "import socket"),
        (impurities, "lists.policy", "from sqlalchemy.orm import Session"),
        (impurities, "delivery.pacing", "from mailhub.db import base"),
        (impurities, "conditions.sql", "from sqlalchemy.orm import Session"),
        (impurities, "conditions.values", "import sqlalchemy as sa"),
        (back_doors, "lists.posting", "import smtplib"),
        (back_doors, "web.server", "import requests"),
        (clock_readings, "lists.posting", "from datetime import datetime\nnow = datetime.now"),
        (clock_readings, "lists.posting", "import datetime as dt\ndt.datetime.now()"),
        (clock_readings, "lists.posting", "from time import time as t\nt()"),
        (clock_readings, "archive.posts", "import time\ntime.monotonic()"),
        (clock_readings, "people.consent", "import sqlalchemy as sa\nsa.func.now()"),
        (long_things, "lists.posting", "x = 1\n" * 351),
        (long_things, "lists.posting", "def f():\n" + "    x = 1\n" * 45),
        (kinds_of_thing, "lists.utils.names", ""),
    ],
)
def test_a_breach_is_found(rule: object, name: str, source: str) -> None:
    assert callable(rule)
    assert len(list(rule(Module(name, source)))) == 1


@pytest.mark.parametrize(
    ("name", "source"),
    [
        ("lists.posting", "from mailhub.delivery import outbox\nfrom mailhub.lists import policy\nimport sqlalchemy"),
        (
            "journeys.runner",
            "from . import moves\nfrom mailhub.lists import subscriptions\nfrom mailhub.errors import x",
        ),
        ("conditions.sql", "import sqlalchemy as sa"),
        ("delivery.transport", "import time\ntime.monotonic()"),
        ("clock", "from datetime import UTC, datetime\ndatetime.now(UTC)"),
        ("mail.dates", "from datetime import datetime\ndatetime.fromisoformat('')\nnow = datetime"),
        ("lists.posting", "def f():\n" + "    x = 1\n" * 44),
        ("web.shared", "import flask"),
    ],
)
def test_what_is_allowed_is_let_be(name: str, source: str) -> None:
    assert [finding for rule in RULES for finding in rule(Module(name, source))] == []


GROUP_POSSESSIVE = re.compile(r"(?<!\\)\)(?:[*+?]|\{[0-9,]+\})\+|\(\?>")


def test_no_group_is_possessive() -> None:
    """Debian 12's Python, 3.11.2, matches those wrongly where what they hold may step back (CPython issue 106052)."""
    found = [path for path in (ROOT / "mailhub").rglob("*.py") if GROUP_POSSESSIVE.search(path.read_text("utf-8"))]
    assert found == []
