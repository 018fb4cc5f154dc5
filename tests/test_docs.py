"""The documents say what there is: every table, key, command and word in them exists, and none is left out."""

import re
from pathlib import Path

import pytest
from click import Group

from mailhub import conditions, wording
from mailhub.cli.main import COMMANDS, main
from mailhub.db import migrate
from mailhub.db.base import Base
from mailhub.delivery.facts import FACTS as OF_MAILBOXES
from mailhub.facts import Facts
from mailhub.hub.build import all_verbs
from mailhub.inbound import other_account
from mailhub.lists import facts as list_facts
from mailhub.lists.gazetteer import Place, Places
from mailhub.lists.nearby import Neighbourhood
from mailhub.lists.written import keys
from mailhub.people import facts as person_facts
from mailhub.people.segments import written as segments
from mailhub.settings import Settings
from mailhub.templates import written as templates
from mailhub.templates.compiling import compiled
from mailhub.templates.definition import MEANINGS
from mailhub.templates.filters import FILTERS
from mailhub.templates.lint import lint
from mailhub.templates.remarks import Remarks

ROOT = Path(__file__).parents[1]
GUIDES = sorted([*ROOT.glob("*.md"), *(ROOT / "docs").rglob("*.md")])
BY_HAND = {"post_search"}  # no table of the metadata
LONGEST_GUIDE = 250  # lines
KINDS_MEMBERS_MEET = ("list", "post", "held", "join")
FIRST_CELL = {"it": re.compile(r"^\| «([^»]+)»", re.MULTILINE), "en": re.compile(r'^\| "([^"]+)"', re.MULTILINE)}


def read(name: str) -> str:
    return (ROOT / name).read_text(encoding="utf-8")


def code(text: str) -> set[str]:
    """Everything between backticks."""
    return set(re.findall(r"`([^`\n]+)`", text))


def tables_described() -> dict[str, tuple[str, str]]:
    """Each table of both pages of tables with its room and what is said of it."""
    found = {}
    for part in re.split(r"^## ", read("docs/data.md") + read("docs/data-rooms.md"), flags=re.MULTILINE)[1:]:
        room = part.split()[0]
        for section in re.split(r"^### ", part, flags=re.MULTILINE)[1:]:
            heading, _, text = section.partition("\n")
            found[heading.strip("` ")] = (room, text)
    return found


def commands_described() -> dict[str, str]:
    return dict(re.findall(r"^\| `([a-z]+)` \| (.+) \|$", read("docs/sysadmins.md"), flags=re.MULTILINE))


def halves() -> dict[str, str]:
    """The members' page in each of its languages."""
    italian, english = read("docs/members.md").split("\n# For members of a group\n")
    return {"it": italian, "en": english}


def test_every_table_is_described_and_no_other() -> None:
    migrate.know_all_tables()
    assert set(tables_described()) - BY_HAND == set(Base.metadata.tables)


def test_every_column_is_named_beside_its_table() -> None:
    migrate.know_all_tables()
    described = tables_described()
    missing = {
        f"{table.name}.{column.name}"
        for table in Base.metadata.tables.values()
        for column in table.columns
        if column.name not in code(described[table.name][1])
    }
    assert not missing


def test_a_table_stands_under_the_room_that_declares_it() -> None:
    migrate.know_all_tables()
    described = tables_described()
    for mapper in Base.registry.mappers:
        assert described[mapper.local_table.description][0] == mapper.class_.__module__.split(".")[1]


def test_every_key_of_a_group_stands_in_its_table_as_the_code_has_it() -> None:
    rows = [f"| `{key.name}` | {key.form} | {key.default} | {key.meaning} |" for key in keys()]
    text = read("docs/lists.md")
    said = [line for line in text.splitlines() if re.match(r"\| `[a-z_]+` \|", line)]
    assert said == rows


def test_every_key_of_a_segment_stands_in_its_table_as_the_code_has_it() -> None:
    rows = [f"| `{name}` | {form} | {meaning} |" for name, (form, meaning) in segments.KEYS.items()]
    said = [line for line in read("docs/segments.md").splitlines() if re.match(r"\| `[a-z_]+` \|", line)]
    assert said == rows


@pytest.mark.parametrize(
    ("heading", "rows"),
    [
        ("| key |", [f"| `{key.name}` | {key.form} | {key.default} | {key.meaning} |" for key in templates.KEYS]),
        (
            "| key of a variable |",
            [f"| `{key.name}` | {key.form} | {key.default} | {key.meaning} |" for key in templates.VAR_KEYS],
        ),
        ("| type |", [f"| `{kind}` | {meaning} |" for kind, meaning in MEANINGS.items()]),
        (
            "| filter |",
            [f"| `{f.name}` | {f.takes_in_words} | `{f.escaped_example}` | {f.meaning} |" for f in FILTERS.values()],
        ),
    ],
)
def test_every_table_about_templates_says_what_the_code_has(heading: str, rows: list[str]) -> None:
    table = read("docs/templates.md").partition(f"\n{heading}")[2].partition("\n\n")[0]
    assert table.splitlines()[2:] == rows


def test_the_template_of_the_docs_is_a_good_one() -> None:
    text = read("docs/templates.md").partition("```\n")[2].partition("```")[0]
    remarks = Remarks("docs/templates.md")
    lint(compiled(text, "potatura", "it", None, remarks), text, remarks)
    assert (remarks.errors, remarks.warnings) == ([], [])


def test_every_command_is_described_and_no_other() -> None:
    assert set(commands_described()) == set(COMMANDS)


@pytest.mark.parametrize(
    "name", [name for name in COMMANDS if name in ("db", "import", "export", "journey", "segment")]
)
def test_what_a_command_can_be_followed_by_is_named(name: str) -> None:
    group = main.get_command(main.make_context("mailhub", ["--help"], resilient_parsing=True), name)
    assert isinstance(group, Group)
    said = {word.removeprefix(f"{name} ") for word in code(commands_described()[name]) if not word.startswith("--")}
    assert said == set(group.commands)


def test_every_section_of_the_configuration_is_named_and_no_other() -> None:
    named = {found for text in code(read("docs/sysadmins.md")) for found in re.findall(r"\[([a-z]+)\]", text)}
    assert named - {"postgres"} == set(Settings.model_fields)


def test_keys_that_the_guides_name_exist() -> None:
    for guide in GUIDES:
        for text in code(guide.read_text(encoding="utf-8")):
            if found := re.match(r"\[([a-z]+)\] ([a-z_]+)", text):
                shape = Settings.model_fields[found[1]].annotation
                assert shape is not None
                assert found[2] in shape.model_fields, f"{guide.name}: {text}"


@pytest.mark.parametrize("language", ["it", "en"])
def test_the_words_members_are_told_work(language: str) -> None:
    verbs = all_verbs()
    said = FIRST_CELL[language].findall(halves()[language])
    found = [verbs.recognise(word, "list") for word in said]
    assert None not in found, said
    told = {call.verb.name for call in found if call is not None}
    assert told | {"join"} == {verb.name for verb in verbs.for_kind("list")}


@pytest.mark.parametrize("language", ["it", "en"])
def test_words_in_quotation_marks_that_are_to_be_written_are_verbs(language: str) -> None:
    """«rispondi «sì»», "reply \"yes\"": whatever follows such a word must be understood somewhere."""
    asks = {
        "it": r"(?:rispondi|scrivi|scrivere) «([^»]+)»",
        "en": r'(?:reply|write|writing) "([^"]+)"',
    }
    verbs = all_verbs()
    for verb in other_account.verbs(lambda *_: None):
        verbs.add(verb)
    for guide in ("README.md", "docs/members.md", "docs/organisers.md"):
        for word in re.findall(asks[language], read(guide)):
            assert any(verbs.recognise(word, kind) for kind in (*KINDS_MEMBERS_MEET, other_account.KIND)), (
                f"{guide}: {word}"
            )


@pytest.mark.parametrize("language", ["it", "en"])
def test_addresses_that_members_are_told_are_commands(language: str) -> None:
    verbs = all_verbs()
    told = re.findall(r"(?:orto|garden)-([a-z]+)@", halves()[language])
    assert set(told) == {verb.suffixes[language][0] for verb in verbs if verb.suffixes}


@pytest.mark.parametrize("language", ["it", "en"])
def test_the_page_for_members_speaks_as_our_mails_do(language: str) -> None:
    plain = re.sub(r"`[^`]*`|\*\*|!?\[[^]]*\]\([^)]*\)|^# .*$", "", halves()[language], flags=re.MULTILINE)
    assert list(wording.faults(language, plain)) == []


@pytest.mark.parametrize("guide", GUIDES, ids=lambda path: path.name)
def test_links_and_paths_lead_somewhere(guide: Path) -> None:
    text = guide.read_text(encoding="utf-8")
    for target in re.findall(r"\]\(([^)\s]+)\)", text):
        if not re.match(r"https?:|mailto:|#", target):
            assert (guide.parent / target.partition("#")[0]).exists(), target
    rooms = {path.name for path in (ROOT / "mailhub").iterdir() if path.is_dir()}
    for named in code(text):
        path = named.removeprefix("mailhub/")
        if re.fullmatch(r"[a-z_]+/[a-z_/]+", path) and path.partition("/")[0] in rooms:
            there = ROOT / "mailhub" / path
            assert there.exists() or there.with_suffix(".py").exists() or (ROOT / path).exists(), named


@pytest.mark.parametrize("guide", GUIDES, ids=lambda path: path.name)
def test_a_guide_can_be_read_in_one_go(guide: Path) -> None:
    assert len(guide.read_text(encoding="utf-8").splitlines()) <= LONGEST_GUIDE


def test_decisions_are_numbered_without_a_gap() -> None:
    numbers = [int(path.name[:3]) for path in sorted((ROOT / "docs" / "decisions").glob("*.md"))]
    assert numbers == list(range(1, len(numbers) + 1))


def test_every_fact_is_described_and_every_condition_shown_can_be_judged() -> None:
    of_lists = [*list_facts.FACTS, *list_facts.facts_of(["orto", "piazza-alta"])]
    places = Neighbourhood(Places([Place("Bra", 44.7, 7.85)]), {"orto": "Bra"})
    named = {"segment.senza_parola": conditions.parse("lists.member", Facts(of_lists))}
    known = Facts([*person_facts.FACTS, person_facts.field("town"), *OF_MAILBOXES, *of_lists], named, places)
    guide = read("docs/conditions.md")
    table = guide.partition("## What may be asked")[2]
    described = {name for name in code(table) if re.fullmatch(r"[a-z]+\.[a-z_.]+", name)}

    assert described == {fact.name for fact in known if not fact.name.startswith("list.piazza")} | {
        "list.piazza_alta.member"
    }
    shown = [text for text in code(guide) if " " in text and text.split()[0] in {fact.name for fact in known}]
    assert len(shown) > 10
    for text in shown:
        conditions.parse(text, known)
