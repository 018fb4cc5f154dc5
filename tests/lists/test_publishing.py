"""Making definitions run, and saying before what that would mean."""

from pathlib import Path

import pytest

from mailhub.content import BadContent, starter
from mailhub.db import versions
from mailhub.lists import planning, publishing, reading
from mailhub.lists.naming import Found
from mailhub.people import roles
from tests.lists.village import Village

ORTO = "title: {it: Orto, en: Garden}\naliases: [garden]\norganisers: [olga@example.org]\n"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "lists").mkdir()
    (tmp_path / "lists" / "orto.yaml").write_text(ORTO, encoding="utf-8")
    return tmp_path


def write(folder: Path, slug: str, text: str) -> None:
    (folder / "lists" / f"{slug}.yaml").write_text(text, encoding="utf-8")


def test_a_folder_becomes_lists_with_names_parents_and_roles(village: Village, folder: Path) -> None:
    write(folder, "aiuole", "title: Aiuole\nparent: orto\nmoderators: [mo@example.org]")
    applied = publishing.apply_folder(village.session, village.verbs, folder, now=village.now)
    assert [group.slug for group in applied] == ["orto", "aiuole"]
    orto, aiuole = applied
    assert aiuole.parent_id == orto.id
    assert reading.below(village.session, orto.id) == [aiuole.id]
    names = reading.names(village.session, village.verbs)
    assert names.resolve("garden-iscriviti") == Found(orto.id, verb="join")
    assert publishing.people_of(village.session, aiuole.id) == {"organisers": (), "moderators": ("mo@example.org",)}
    assert roles.may_organise(village.session, village.knows("olga@example.org").id, orto.id)


def test_publishing_again_changes_only_what_changed(village: Village, folder: Path) -> None:
    publishing.apply_folder(village.session, village.verbs, folder, now=village.now)
    write(folder, "orto", f"# a comment\n{ORTO}")
    assert publishing.apply_folder(village.session, village.verbs, folder, now=village.now) == []
    write(folder, "orto", ORTO + "join: approval\n")
    [changed] = publishing.apply_folder(village.session, village.verbs, folder, now=village.now)
    assert reading.definition_of(changed).join.value == "approval"
    assert versions.latest(village.session, "list")["orto"].number == 2


def test_a_role_stays_when_its_file_forgets_it_and_a_lost_one_stays_lost(village: Village, folder: Path) -> None:
    [group] = publishing.apply_folder(village.session, village.verbs, folder, now=village.now)
    write(folder, "orto", ORTO.replace("olga", "omar"))
    publishing.apply_folder(village.session, village.verbs, folder, now=village.now)
    assert publishing.people_of(village.session, group.id)["organisers"] == ("olga@example.org", "omar@example.org")
    omar = village.knows("omar@example.org")
    assert roles.take(village.session, omar.id, roles.ORGANISER, group.id, now=village.now)
    write(folder, "orto", ORTO.replace("olga", "omar") + "subject_tag: true\n")
    publishing.apply_folder(village.session, village.verbs, folder, now=village.now)
    assert publishing.people_of(village.session, group.id)["organisers"] == ("olga@example.org",)


def test_an_alias_moves_from_list_to_list_in_one_go(village: Village, folder: Path) -> None:
    write(folder, "zolle", "title: Zolle")
    publishing.apply_folder(village.session, village.verbs, folder, now=village.now)
    write(folder, "orto", "title: Orto")
    write(folder, "zolle", "title: Zolle\naliases: [garden]")
    publishing.apply_folder(village.session, village.verbs, folder, now=village.now)
    zolle = reading.by_slug(village.session, "zolle")
    assert zolle is not None
    assert reading.names(village.session, village.verbs).lists["garden"] == zolle.id


def test_everything_wrong_in_a_folder_is_told_at_once(village: Village, folder: Path) -> None:
    write(folder, "uno", "title: Uno\nkind: forum")
    write(folder, "due", "title: Due\ngrace: presto")
    with pytest.raises(BadContent) as raised:
        publishing.read_folder(folder, village.verbs)
    assert [problem.file for problem in raised.value.problems] == ["lists/due.yaml", "lists/uno.yaml"]


def test_the_console_publishes_against_what_runs(village: Village) -> None:
    village.opens("orto")
    with pytest.raises(BadContent, match="belongs to"):
        village.opens("piazza", aliases=["orto"])


def test_a_closed_list_keeps_its_people_and_opens_again(village: Village, folder: Path) -> None:
    [group] = publishing.apply_folder(village.session, village.verbs, folder, now=village.now)
    village.joins(group, "nives@example.org")
    publishing.close(village.session, group.id, now=village.now)
    assert reading.open_lists(village.session) == []
    assert [effect.told("en") for effect in planning.effects(village.session, publishing.read_folder(
        folder, village.verbs)[0].definition)] == ["the group opens again, with the people it had: 1"]  # fmt: skip
    publishing.apply_folder(village.session, village.verbs, folder, now=village.now)
    assert reading.open_lists(village.session) == [group]
    assert reading.members(village.session, group.id) == 1


@pytest.mark.parametrize(
    ("line", "expected"),
    [
        ("addresses: members", "2 people would show their address to the others"),
        ("kind: announce", "2 people could no longer write to everybody"),
        ("moderate: everyone", "every message of 2 people would be read first"),
        ("archive: public", "1 messages could be read by who does not belong to the group"),
        ("moderators: [mo@example.org]", "would have a role: mo@example.org"),
    ],
)
def test_a_plan_says_what_changes_and_for_how_many(village: Village, folder: Path, line: str, expected: str) -> None:
    [group] = publishing.apply_folder(village.session, village.verbs, folder, now=village.now)
    village.joins(group, "nives@example.org", "aldo@example.org")
    village.writes("nives@example.org", group)
    write(folder, "orto", f"{ORTO}{line}\n")
    [one] = publishing.read_folder(folder, village.verbs)
    assert [effect.told("en") for effect in planning.effects(village.session, one.definition)] == [expected]
    assert all(effect.told("it") for effect in planning.effects(village.session, one.definition))


def test_a_plan_names_what_nobody_will_answer(village: Village, folder: Path) -> None:
    publishing.apply_folder(village.session, village.verbs, folder, now=village.now)
    write(folder, "orto", "title: Orto")
    [one] = publishing.read_folder(folder, village.verbs)
    assert [e.told("en") for e in planning.effects(village.session, one.definition)] == [
        "nobody would answer at these addresses any more: garden"
    ]
    assert [e.told("en") for e in planning.closing(village.session, "orto")] == [
        "the group closes: 0 people would get nothing any more"
    ]


def test_the_starters_are_sound_and_name_nobody(village: Village) -> None:
    lists = publishing.read_folder(starter(), village.verbs)
    assert {one.definition.slug for one in lists} >= {"piazza", "orto", "notizie"}
    assert all(not one.definition.organisers and not one.definition.moderators for one in lists)
    assert all(one.definition.title.into("it") and one.definition.title.into("en") for one in lists)
