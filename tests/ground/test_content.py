"""Content: what organisers write, with the line of every value and the cure for every slip."""

from datetime import timedelta
from enum import StrEnum
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import mailhub
from mailhub.content import (
    BadContent,
    Change,
    Kind,
    Localised,
    OnDisk,
    Problem,
    Reader,
    State,
    Value,
    canonical,
    compare,
    dump,
    files,
    fingerprint,
    load,
    load_text,
    set_values,
    starter,
    text_fingerprint,
)
from mailhub.content.scalars import is_fit
from mailhub.errors import MailhubError

GARDEN = """\
# Our garden.
title: {it: Orto urbano, en: City garden}
description:
  it: >
    Una riga lunga
    e un'altra.
  en: "quoted: text"
kind: discussion            # discussion | announce
aliases: [orto]   # short

# who may post
post: members               # anyone | members
transparent: false          # keeps the author's own DKIM signature,
                            # and demands much
topics:
- sdg-11
- sdg-15     # life
steps:
  - id: ciao
    send: {template: benvenuto/ciao}   # hello
  # then
  - id: dove
    wait: {for: 10d}
# end
"""


class Tone(StrEnum):
    QUIET = "quiet"
    LOUD = "loud"


def wrong(text: str) -> list[tuple[int, str, str]]:
    with pytest.raises(BadContent) as refused:
        load_text(text, "lists/x.yaml")
    return [(problem.line, problem.what, problem.cure) for problem in refused.value.problems]


# Reading


def test_every_value_knows_its_line() -> None:
    garden = load_text(GARDEN, "lists/garden.yaml")

    assert garden.line("title") == 2
    assert garden.line("description", "en") == 7
    assert garden.line("topics", 1) == 17
    assert garden.line("steps", 1, "wait", "for") == 23
    assert garden.get("steps", 1, "wait", "for") == "10d"


def test_what_is_not_there_has_the_line_of_what_should_hold_it() -> None:
    garden = load_text(GARDEN, "lists/garden.yaml")

    assert garden.line("description", "de") == 3
    assert garden.line("owner") == 2
    assert garden.get("description", "de") is None
    assert garden.get("kind", 0) is None


def test_lines_of_front_matter_count_from_where_it_begins() -> None:
    assert load_text("subject: Ciao\nlayout: letter\n", "templates/a.md", first_line=2).line("layout") == 3


@pytest.mark.parametrize(
    ("written", "meant"),
    [
        ("yes", "yes"),
        ("on", "on"),
        ("true", True),
        ("False", False),
        ("", None),
        ("~", None),
        ("null", None),
        ("12", 12),
        ("-12", -12),
        ("0o17", 15),
        ("0x1F", 31),
        ("012", 12),
        ("1_000", "1_000"),
        ("12:30", "12:30"),
        ("2026-03-14", "2026-03-14"),
        ("1.50", 1.5),
        ("1e3", 1000.0),
        (".5", 0.5),
        (".inf", ".inf"),
        ("1e999", "1e999"),
        ("1" * 41, "1" * 41),
        ("١٢", "١٢"),
        ('"12"', "12"),
        ("'true'", "true"),
        ("!!str 12", "12"),
        ("|\n  12\n", "12\n"),
    ],
)
def test_words_mean_what_yaml_1_2_says(written: str, meant: Value) -> None:
    for directive in ("", "%YAML 1.1\n---\n"):
        assert canonical(load_text(f"{directive}a: {written}\n", "x").values) == canonical({"a": meant})


@pytest.mark.parametrize(
    ("text", "line", "what", "cure"),
    [
        ("a: [1\nb: 2", 2, "not YAML", "check the indentation"),
        ("a: 1\n\tb: 2", 2, "not YAML", "spaces instead of tabs"),
        ("a:\n  b: 1\n c: 2", 3, "not YAML", "indentation"),
        ("a: 'x\nb: 2\n", 3, "not YAML", "close every quote"),
        ("a: Ore 9: prato", 1, "not YAML", "needs quotes"),
        ("a: 1\nb: 2\na: 3", 3, '"a" is written twice, first in line 1', "keep one"),
        ("b: 1\n1: x", 2, "the key 1 is not text", '"1"'),
        ("true: x", 1, "the key true is not text", '"true"'),
        ("a: 1\n? [b]\n: 2", 2, "a key must be one word", "without"),
        ("a: &x {b: 1}\nc:\n  <<: *x", 3, '"<<" does not merge', "write the keys out"),
        ("a: 1\nb: *nowhere", 2, "*nowhere stands for nothing", "write the value out"),
        ("a: &x [*x]", 1, "*x stands for nothing", "write the value out"),
        ("a: !secret 1", 1, "tags such as !secret", "take the tag away"),
        ("a: 1\n---\nb: 2", 2, "a second document", "one document"),
        ("- a\n- b", 1, "keys and values", "title: Garden"),
        ("only words", 1, "keys and values", "title: Garden"),
        ('a: 1\nb: "\\0"', 2, "not text", "control characters"),
        ('b: "\\ud800"', 1, "not text", "control characters"),
        ("a: 1\nb: \x07", 2, "not text", "control characters"),
        ('a: "\\UFFFFFFFF"', 1, "no character", "again"),
    ],
)
def test_a_file_that_cannot_be_used_is_refused_with_line_and_cure(text: str, line: int, what: str, cure: str) -> None:
    found = wrong(text)

    assert [found_line for found_line, _, _ in found] == [line]
    assert what in found[0][1]
    assert cure in found[0][2]


def test_all_problems_are_told_at_once() -> None:
    assert [line for line, _, _ in wrong("a: 1\na: 2\n3: x\nb: !foo 1\n")] == [2, 3, 4]


def test_a_problem_is_told_as_file_line_what_and_cure() -> None:
    problem = Problem("journeys/welcome.yaml", 14, '"wait" is 3', "write it as 3d")

    assert str(problem) == 'journeys/welcome.yaml:14: "wait" is 3; write it as 3d'
    assert str(BadContent([problem])) == str(problem)


@pytest.mark.parametrize(
    "text",
    [
        "a: " + "[" * 100_000,
        "{a: " * 100_000,
        "- " * 100_000,
        "\n".join(" " * depth + "a:" for depth in range(500)),
        "a: [" + "1," * 100_000 + "]",
        "a0: &a0 [1, 1, 1, 1, 1, 1, 1, 1, 1]\n"
        + "".join(f"a{n}: &a{n} [{', '.join([f'*a{n - 1}'] * 9)}]\n" for n in range(1, 12)),
        "a: " + "x" * (1 << 20),
    ],
    ids=["brackets", "braces", "dashes", "indents", "values", "aliases", "length"],
)
def test_a_hostile_file_is_refused_before_it_costs_much(text: str) -> None:
    [(_, _, cure)] = wrong(text)
    assert cure in ("nest less deeply", "split the file")


def test_an_alias_stands_for_its_value_at_its_own_line() -> None:
    document = load_text("a: &x {b: [1, 2]}\nc:\n  - *x\n", "x")

    assert document.values == {"a": {"b": [1, 2]}, "c": [{"b": [1, 2]}]}
    assert document.line("c", 0) == 3


@settings(max_examples=300, deadline=None)
@given(st.text(st.sampled_from("ab: \n-[]{},&*!?|>'\"#%@\\0~<\t\r…é")) | st.text())
def test_no_text_breaks_the_loader(text: str) -> None:
    try:
        document = load_text(text, "x")
    except BadContent as refused:
        lines = {problem.line for problem in refused.problems}
    else:
        lines = {document.line(key) for key in document.values} or {1}
    assert all(1 <= line <= text.count("\n") + text.count("\r") + 5 for line in lines)


def test_files_are_read_as_utf8_with_or_without_a_mark(tmp_path: Path) -> None:
    home = tmp_path / "lists"
    home.mkdir()
    (home / "a.yaml").write_bytes("\ufefftitle: Città\r\nkind: x\r\n".encode())
    (home / "b.yaml").write_bytes("title: ok\nkind: Città\n".encode("latin-1"))

    assert load(home / "a.yaml").values == {"title": "Città", "kind": "x"}
    with pytest.raises(BadContent, match=r"^lists/b\.yaml:2: this is not UTF-8; save the file as UTF-8$"):
        load(home / "b.yaml")
    with pytest.raises(BadContent, match=r"^lists/c\.yaml:1: this file cannot be read"):
        load(home / "c.yaml")


# Typed values


def test_a_reader_takes_values_of_every_kind() -> None:
    reader = Reader(
        load_text(
            """\
title: {en: Garden, it: Orto}
note: One for all
slug: "  garden "
about: |
  Two
  lines
kind: loud
join: open
grace: 2 min
limit: 1.5 MB
footer: false
most: 3
aliases: [orto, campo]
attachments: {beyond: link}
steps: [{id: a}, {id: b}]
own: {one: 1, two: 2}
""",
            "lists/garden.yaml",
        )
    )

    assert reader.localised("title") == Localised.of({"it": "Orto", "en": "Garden"})
    assert reader.localised("note").as_dict() == {"it": "One for all", "en": "One for all"}
    assert reader.text("slug") == "garden"
    assert reader.text("about", lines=True) == "Two\nlines"
    assert reader.choice("kind", Tone, Tone.QUIET) is Tone.LOUD
    assert reader.choice("join", {"open", "approval"}) == "open"
    assert reader.duration("grace") == timedelta(minutes=2)
    assert reader.size("limit") == 1_500_000
    assert reader.flag("footer", True) is False
    assert reader.number("most") == 3
    assert reader.words("aliases") == ("orto", "campo")
    assert reader.mapping("attachments").choice("beyond", {"link", "drop"}) == "link"
    assert [step.text("id") for step in reader.mappings("steps")] == ["a", "b"]
    own = reader.mapping("own")
    assert {key: own.number(key) for key in own.keys()} == {"one": 1, "two": 2}  # noqa: SIM118 - a reader is no mapping
    reader.check()


def test_what_is_not_written_has_its_default() -> None:
    reader = Reader(load_text("title:\nnote: ''\n", "x"))

    assert reader.text("title", "Garden") == "Garden"
    assert reader.text("note", None) is None
    assert reader.choice("kind", Tone, Tone.QUIET) is Tone.QUIET
    assert reader.duration("grace", timedelta(0)) == timedelta(0)
    assert reader.words("aliases", ()) == ()
    assert reader.mapping("attachments").size("limit", 7) == 7
    assert reader.mappings("steps") == ()
    assert not reader.has("title")
    reader.check()


def test_a_localised_text_falls_back_to_the_language_there_is() -> None:
    assert Localised.of({"it": "Orto", "en": "Garden"}).into("en") == "Garden"
    assert Localised.of({"it": "Orto"}).into("en") == "Orto"


def test_a_reader_tells_every_problem_with_its_line_and_cure() -> None:
    reader = Reader(
        load_text(
            """\
title: {it: Orto, fr: Jardin}
kind: lod
grace: 5
limit: 3 h
footer: yes
most: -1
joins: open
topics:
  - a
  - 7
attachments: {limit: 9999999999999 GB, beyond: link}
aliases: orto
note: 2026
about: |
  Two
  lines
steps: [a]
long: 999999999 w
""",
            "lists/garden.yaml",
        )
    )
    reader.localised("title")
    reader.choice("kind", Tone, Tone.QUIET)
    reader.duration("grace")
    reader.size("limit", 1)
    reader.flag("footer")
    reader.number("most")
    reader.choice("join", ("open", "approval"), "open")
    reader.words("topics")
    reader.mapping("attachments").size("limit", 1)
    reader.words("aliases")
    reader.text("note")
    reader.text("about")
    reader.mappings("steps")
    reader.duration("long")
    reader.text("owner")

    with pytest.raises(BadContent) as refused:
        reader.check()

    assert str(refused.value).splitlines() == [
        f"lists/garden.yaml:{line}"
        for line in (
            '1: "title" has a text for "fr", which is no language here; write one of: it, en',
            '1: "owner" is missing; add a line "owner: …"',
            '2: "kind" is lod; did you mean "loud"?',
            '3: "grace" is 5; write it as "30 min", "2 h" or "3 d"',
            '4: "limit" is 3 h; write it as "200 kB", "25 MB" or "25 MiB"',
            '5: "footer" is yes; write true or false',
            '6: "most" is -1; write a whole number, 0 or more',
            '7: "joins" is not known here; did you mean "join"?',
            '10: "topics" is 7, not text; put it in quotes: "7"',
            '11: "limit" is 9999999999999 GB; write it as "200 kB", "25 MB" or "25 MiB"',
            '11: "beyond" is not known here; write one of: limit',
            '12: "aliases" is not a list; write it in brackets: aliases: [orto]',
            '13: "note" is 2026, not text; put it in quotes: "2026"',
            '14: "about" has several lines; write it in one',
            '17: "steps" is not a list of mappings; begin each with "- "',
            '18: "long" is 999999999 w, which is too much; write less',
        )
    ]


def test_a_definition_adds_problems_of_its_own() -> None:
    reader = Reader(load_text("a:\n  b: 1\n  c: 2\n", "x"), "a")
    reader.number("b")
    reader.number("c")

    reader.problem("c follows b", "write c first", "c")

    assert [str(problem) for problem in reader.problems] == ["x:3: c follows b; write c first"]


# Homes


def test_the_starters_stand_beside_the_package_in_a_checkout() -> None:
    assert starter() == Path(mailhub.__file__).parents[1]


def test_the_starters_are_in_the_package_where_it_is_installed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    package = tmp_path / "site-packages" / "mailhub"
    (package.parent / "templates").mkdir(parents=True)  # somebody else's
    monkeypatch.setattr(mailhub, "__file__", str(package / "__init__.py"))
    with pytest.raises(MailhubError, match="install mailhub again"):
        starter()

    for folder in ("lists", "journeys", "templates", "segments"):
        (package / "starter" / folder).mkdir(parents=True)
    (package / "starter" / "config.example.toml").touch()

    assert starter() == package / "starter"


def test_only_content_is_found_in_a_content_folder(tmp_path: Path) -> None:
    outside = tmp_path / "outside.yaml"
    outside.touch()
    content = tmp_path / "site"
    listed = ["b.yaml", "a.yaml", ".hidden.yaml", "a.yaml~", "places.csv", "deep/c.yaml"]
    lettered = ["hi/hi.it.md", "layouts/x.mjml", ".git/z.md"]
    for name in [*(f"lists/{name}" for name in listed), *(f"templates/{name}" for name in lettered)]:
        (content / name).parent.mkdir(parents=True, exist_ok=True)
        (content / name).touch()
    (content / "lists/stolen.yaml").symlink_to(outside)

    def found(kind: Kind) -> list[str]:
        return [str(path.relative_to(content)) for path in files(content, kind)]

    assert found(Kind.LIST) == ["lists/a.yaml", "lists/b.yaml"]
    assert found(Kind.TEMPLATE) == ["templates/hi/hi.it.md", "templates/layouts/x.mjml"]
    assert found(Kind.JOURNEY) == []


def test_two_files_for_one_definition_are_refused(tmp_path: Path) -> None:
    (tmp_path / "lists").mkdir()
    for name in ("a.yaml", "a.yml"):
        (tmp_path / "lists" / name).touch()

    with pytest.raises(BadContent, match=r"lists/a\.yml:1: a\.yaml is there too; keep one of the two"):
        files(tmp_path, Kind.LIST)


# Editing


def changed_lines(changes: dict[str, Value]) -> tuple[list[str], list[str]]:
    """The lines of GARDEN that an edit takes away, and those it adds."""
    before, after = GARDEN.splitlines(), set_values(GARDEN, changes).splitlines()
    return [line for line in before if line not in after], [line for line in after if line not in before]


@pytest.mark.parametrize(
    ("changes", "gone", "come"),
    [
        ({}, [], []),
        ({"kind": "discussion"}, [], []),
        (
            {"kind": "announce"},
            ["kind: discussion            # discussion | announce"],
            ["kind: announce              # discussion | announce"],
        ),
        (
            {"transparent": True},
            ["transparent: false          # keeps the author's own DKIM signature,"],
            ["transparent: true           # keeps the author's own DKIM signature,"],
        ),
        ({"aliases": None}, ["aliases: [orto]   # short"], []),
        (
            {"title": {"it": "Orto: nuovo", "en": "City garden"}},
            ["title: {it: Orto urbano, en: City garden}"],
            ["title: {it: 'Orto: nuovo', en: City garden}"],
        ),
        ({"topics": ["sdg-11", "sdg-15", "sdg-1"]}, [], ["- sdg-1"]),
        ({"grace": "5 min"}, [], ["grace: 5 min"]),
        ({"notes": ["a\nb\n"]}, [], ["notes:", "  - |", "    a", "    b"]),
    ],
)
def test_an_edit_touches_only_the_lines_it_must(changes: dict[str, Value], gone: list[str], come: list[str]) -> None:
    assert changed_lines(changes) == (gone, come)


def test_an_edit_inside_a_list_keeps_the_comments_around_it() -> None:
    steps = load_text(GARDEN, "x").get("steps")
    assert isinstance(steps, list)

    gone, come = changed_lines({"steps": [*steps, {"id": "fine", "end": {}}]})

    assert (gone, come) == ([], ["  - id: fine", "    end: {}"])


VALUES = st.recursive(
    st.none()
    | st.booleans()
    | st.integers(-(10**20), 10**20)
    | st.floats(allow_nan=False, allow_infinity=False)
    | st.sampled_from(
        ["", "yes", "null", "1.5", "012", "0o7", "2026-03-14", "- a", "a: b", "#", "a #b", "<<", "a\n\n b\n"]
    )
    | st.text().filter(is_fit),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5).filter(is_fit), inner, max_size=3),
    max_leaves=8,
)
FILES: st.SearchStrategy[dict[str, Any]] = st.dictionaries(st.text(max_size=5).filter(is_fit), VALUES, max_size=4)


@settings(max_examples=100, deadline=None)
@given(values=FILES, old=FILES)
def test_what_is_written_says_what_was_meant_whatever_was_there_before(
    values: dict[str, Any], old: dict[str, Any]
) -> None:
    before = dump(old)
    for wanted, text in [
        (values, dump(values)),
        (values, dump(values, before)),
        ({**old, **values}, dump({**old, **values}, before)),
        (values, dump(values, GARDEN)),
    ]:
        assert canonical(load_text(text, "x").values) == canonical(wanted)


@pytest.mark.parametrize(
    "old",
    ["{a: 1, b: 2} # all", "a: &x 1\nb: *x\n", "--- # top\na: 1\nb: 2026-99-99\n...\n", "a: 1\r\nb: 2", "a: [", "- a"],
)
def test_a_file_of_any_shape_can_be_edited(old: str) -> None:
    assert load_text(dump({"a": 5, "c": [True]}, old), "x").values == {"a": 5, "c": [True]}


# Versions


def test_comments_layout_and_order_of_keys_do_not_make_a_new_version() -> None:
    one = load_text("a: 1\nb: {c: [x, y], d: 'z'}\n", "x").values
    other = load_text("# why\nb:\n  d: z\n  c:\n  - x\n  - y\na: 1\n", "x").values

    assert fingerprint(one) == fingerprint(other)
    assert fingerprint(one) != fingerprint({**one, "b": {"c": ["y", "x"], "d": "z"}})
    assert fingerprint({"a": 1}) != fingerprint({"a": "1"}) != fingerprint({"a": True})
    assert (
        text_fingerprint("Ciao\r\nMarta\r\n") == text_fingerprint("Ciao\nMarta\n") != text_fingerprint("Ciao Marta\n")
    )


class Version:
    def __init__(self, slug: str, sha256: str) -> None:
        self.kind, self.slug, self.number, self.sha256, self.body = "list", slug, 4, sha256, f"a: 1\nb: {sha256}\n"


def outcome(file: str | None, version: str | None, agreed: str | None) -> Change:
    on_disk = [OnDisk("list", "x", "lists/x.yaml", file, f"a: 1\nb: {file}\n")] if file else []
    running = [Version("x", version)] if version else []
    [change] = compare(on_disk, running, {("list", "x"): agreed} if agreed else {})
    return change


@pytest.mark.parametrize(
    ("file", "version", "agreed", "state"),
    [
        ("f", None, None, State.NEW),
        ("f", "f", "f", State.UNCHANGED),
        ("f", "f", "a", State.UNCHANGED),  # both moved to the same place
        ("f", "f", None, State.UNCHANGED),
        ("f", "a", "a", State.CHANGED),
        ("a", "v", "a", State.BEHIND),
        ("f", "v", "a", State.CONFLICT),
        ("f", "v", None, State.CONFLICT),
        (None, "a", "a", State.GONE),
        (None, "v", "a", State.CONFLICT),
        (None, "v", None, State.BEHIND),  # born in the console
    ],
)
def test_a_comparison_says_which_side_moved(
    file: str | None, version: str | None, agreed: str | None, state: State
) -> None:
    assert outcome(file, version, agreed).state is state


def test_a_change_shows_its_lines() -> None:
    assert outcome("f", "a", "a") == Change(
        kind="list",
        slug="x",
        state=State.CHANGED,
        file="lists/x.yaml",
        number=4,
        diff="--- list x, version 4\n+++ lists/x.yaml\n@@ -1,2 +1,2 @@\n a: 1\n-b: a\n+b: f",
    )


def test_every_definition_is_compared_in_order() -> None:
    changes = compare(
        [OnDisk("list", "b", "lists/b.yaml", "1", ""), OnDisk("journey", "z", "journeys/z.yaml", "1", "")],
        [Version("c", "1"), Version("b", "1")],
        {},
    )

    assert [(change.kind, change.slug) for change in changes] == [("journey", "z"), ("list", "b"), ("list", "c")]
