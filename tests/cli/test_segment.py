"""`mailhub segment`, and segments beside the rest of a site: checked, planned, published, exported, taken back."""

from datetime import timedelta

import pytest

from mailhub.hub.build import Hub
from mailhub.journeys.tables import JourneyRow
from mailhub.people import persons
from tests.cli.conftest import Cli
from tests.cli.test_publishing import NOTHING, within
from tests.cli.test_publishing_journeys import comes

NAMED = "title: {it: Di paese, en: Of the village}\ndescription: Who lives here.\nwhen: person.field.town = Bra\n"
WAY = "title: Way\nlist: orto\ntrigger: {segment: segment.of_village}\nsteps: [{id: rest, wait: 1 d}]\n"


def lives(site: Cli, **towns: str) -> None:
    """These people have said in which town they live."""

    def keep(hub: Hub) -> None:
        now = hub.clock.now()
        with hub.database.transaction() as session:
            for name, town in towns.items():
                person, _ = persons.meet(session, f"{name}@example.org", name=name.title(), now=now)
                persons.set_field(session, person.id, "town", town, now=now)

    within(site, keep)


def row(site: Cli) -> dict[str, object]:
    found: dict[str, object] = {}

    def look(hub: Hub) -> None:
        with hub.database.reading() as session:
            one = session.query(JourneyRow).filter_by(slug="way").one()
            found.update(fire=one.next_fire, until=one.fired_until)

    within(site, look)
    return found


@pytest.fixture
def village(site: Cli) -> Cli:
    """A site with a segment of its own, two of whom it is about."""
    lives(site, nives="Bra", rita="Bra", zoe="Alba")
    site.file("segments/of-village.yaml", NAMED)
    site.says("apply")
    return site


def test_starters_are_published_with_the_first_run(site: Cli) -> None:
    said = site.says("segment", "list", "--language", "it").splitlines()
    assert [line.split()[1] for line in said] == ["chi-scrive", "senza-parola", "vicino-a-pietrafiore"]
    assert said[0].split() == ["0", "chi-scrive", "Chi", "scrive"]


def test_a_segment_is_planned_with_its_people_before_and_after(site: Cli) -> None:
    lives(site, nives="Bra", rita="Bra", zoe="Alba")
    site.file("segments/of-village.yaml", NAMED)
    assert site.says("plan") == "segments/of-village.yaml: new\n    people it is about now: 2\n"
    assert site.says("apply").startswith("published   segments/of-village.yaml\n    people it is about now: 2\n")
    assert site.says("plan") == NOTHING
    site.file("segments/of-village.yaml", f"# nothing but a remark\n{NAMED}")
    assert site.says("plan") == NOTHING
    site.file("segments/of-village.yaml", NAMED.replace("= Bra", "in (Bra, Alba)"))
    said = site.says("plan", "--no-diff")
    assert said == "segments/of-village.yaml: changed\n    people it is about: 2 before, 3 after, as things are now\n"
    assert "changed     segments/of-village.yaml" in site.says("apply")
    assert site.lines("segment", "list", "--json")[1] == {
        "segment": "of-village",
        "title": "Of the village",
        "people": 3,
    }


def test_mistakes_are_told_with_their_line_by_check_and_plan(site: Cli) -> None:
    site.file("segments/a.yaml", "title: A\nwhen: segment.b\n")
    site.file("segments/b.yaml", "title: B\nwhen: segment.a\n")
    site.file("segments/c.yaml", "title: C\nlist: orti\nwhen: posts.count = many\n")
    for said in (site.runs("check").stdout, site.refuses("plan"), site.refuses("apply")):
        assert 'segments/a.yaml:2: "a" is said by itself: a → b → a; write what it means instead of segment.b' in said
        assert 'segments/b.yaml:2: "b" is said by itself: b → a → b' in said
        assert 'segments/c.yaml:2: there is no group "orti"; did you mean "orto"?' in said
        assert "segments/c.yaml:3: condition" in said


def test_a_segment_is_shown_in_both_languages_and_as_json(village: Cli) -> None:
    assert village.says("segment", "show", "of-village") == (
        'Of the village\nWho lives here.\n\nperson.field.town = "Bra"\n\npeople now: 2\n'
    )
    assert "persone adesso: 2" in village.says("segment", "show", "of-village", "--language", "it")
    assert village.lines("segment", "show", "segment.of_village", "--json") == [
        {
            "segment": "of-village",
            "title": "Of the village",
            "description": "Who lives here.",
            "when": 'person.field.town = "Bra"',
            "list": None,
            "people": 2,
            "named_by": [],
        }
    ]
    assert 'did you mean "of-village"?' in village.refuses("segment", "show", "of-vilage")


def test_why_somebody_is_in_it_or_not_is_told(village: Cli) -> None:
    assert village.says("segment", "show", "of-village", "--person", "nives@example.org") == (
        'nives@example.org is in of-village, because\n  person.field.town = "Bra" is true: person.field.town is "Bra"\n'
    )
    said = village.says("segment", "show", "of-village", "--person", "zoe@example.org", "--language", "it")
    assert said.startswith("zoe@example.org non è in of-village, perché\n")
    assert '"Alba"' in said
    comes(village, "zoe@example.org")
    [silent] = village.lines("segment", "show", "senza-parola", "--person", "zoe@example.org", "--json")
    assert (silent["in"], silent["until"]) == (True, None)
    assert any("posts.last_at is not known" in line for line in silent["because"])
    assert "nobody is known" in village.refuses("segment", "show", "of-village", "--person", "no@example.org")


def test_those_of_a_segment_are_written_out_and_find_that_in_their_data(village: Cli) -> None:
    comes(village, "rita@example.org", "zoe@example.org")
    whole = village.runs("export", "members", "--segment", "of-village").stdout.splitlines()
    assert whole == [
        "email,name,language,time_zone,town",
        "nives@example.org,Nives,,,Bra",
        "rita@example.org,Rita,,,Bra",
    ]
    both = village.runs("export", "members", "--segment", "of-village", "--list", "orto").stdout.splitlines()
    assert both[0] == "email,name,language,time_zone,delivery,state,joined_at,town"
    assert [line.split(",")[0] for line in both[1:]] == ["rita@example.org"]
    assert '"export members"' in village.runs("export", "person", "nives@example.org").stdout
    assert '"export members"' not in village.runs("export", "person", "zoe@example.org").stdout
    assert "there is no such segment" in village.refuses("export", "members", "--segment", "none")
    assert "Say of whom" in village.refuses("export", "members", code=2)


def test_a_journey_names_a_segment_of_the_same_folder(site: Cli) -> None:
    site.file("segments/of-village.yaml", NAMED)
    site.file("journeys/way.yaml", WAY)
    lives(site, nives="Bra", rita="Bra")
    comes(site, "nives@example.org")
    assert "0 errors" in site.runs("check").stdout
    said = site.says("plan")
    assert "people who fit what brings people in, as things are today: 1" in said
    site.says("apply")
    assert site.lines("segment", "show", "of-village", "--json")[0]["named_by"] == ["journeys/way.yaml"]
    site.file("journeys/way.yaml", WAY.replace("of_village", "of_vilage"))
    assert "did you mean segment.of_village" in site.refuses("plan")


def test_a_change_is_planned_with_what_names_it_and_looks_at_everybody_anew(village: Cli) -> None:
    village.file("segments/all.yaml", "title: All\nwhen: segment.of_village or person.field.town = Alba\n")
    village.file("journeys/way.yaml", WAY.replace("of_village", "all"))
    village.says("apply")

    def runs(hub: Hub) -> None:
        with hub.database.transaction() as session:
            one = session.query(JourneyRow).filter_by(slug="way").one()
            one.fired_until = hub.clock.now()
            one.next_fire = hub.clock.now() + timedelta(hours=8)

    within(village, runs)
    village.file("segments/of-village.yaml", NAMED.replace("Bra", "Alba"))
    told = "named by segments/all.yaml, journeys/way.yaml: there it means these people at once"
    assert told in village.says("plan")
    assert row(village)["fire"] is not None
    village.says("apply")
    assert row(village) == {"fire": None, "until": None}


def test_what_is_named_is_not_taken_back_before_that_is_changed(village: Cli) -> None:
    village.file("segments/all.yaml", "title: All\nwhen: segment.of_village or person.field.town = Alba\n")
    village.file("journeys/way.yaml", WAY)
    village.says("apply")
    (village.folder / "segments" / "of-village.yaml").unlink()
    kept = "named by segments/all.yaml, journeys/way.yaml: it cannot be taken back before that is changed"
    assert kept in village.says("plan")
    assert "Still published, though their file is gone: of-village." in village.says("apply")
    refused = village.refuses("apply", "--close")
    assert "segments/of-village.yaml: segments/all.yaml, journeys/way.yaml names it" in refused
    (village.folder / "segments" / "all.yaml").unlink()
    (village.folder / "journeys" / "way.yaml").unlink()
    said = village.says("apply", "--close")
    assert "taken back  of-village" in said
    assert "taken back  all" in said
    assert "there is no such segment" in village.refuses("segment", "show", "of-village")
    assert village.says("plan") == NOTHING


def test_what_runs_is_written_back_into_the_files(village: Cli) -> None:
    path = village.folder / "segments" / "of-village.yaml"
    path.write_text(NAMED.replace("Bra", "Alba"))
    assert village.says("export", "content", "--theirs") == "segments/of-village.yaml\n"
    assert path.read_text() == NAMED
    assert village.says("plan") == NOTHING


def test_a_journey_that_is_imagined_may_name_what_is_not_published(site: Cli) -> None:
    site.file("segments/of-village.yaml", NAMED)
    site.file("journeys/way.yaml", WAY)
    assert "rest" in site.says("simulate", "way")
