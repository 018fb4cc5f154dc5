"""Segments: conditions with a name, which stand for what they say wherever they are named."""

from collections.abc import Mapping
from datetime import datetime, timedelta
from pathlib import Path

import pytest
import sqlalchemy as sa
from sqlalchemy.orm import Session

from mailhub import conditions, content
from mailhub.content import BadContent
from mailhub.db import versions
from mailhub.db.session import Database
from mailhub.language import LANGUAGES
from mailhub.lists import asking, gazetteer_file
from mailhub.lists.gazetteer import Places
from mailhub.people import persons
from mailhub.people.segments import counting, explaining, planning, publishing, resolving
from mailhub.people.segments.definition import Segment, users
from mailhub.people.tables import Activity, Person
from mailhub.site import Site

KNOWN = asking.of_groups((("orto", None), ("piazza-alta", None)), Places())
NAMED = {
    "named": "title: {it: Con un nome, en: With a name}\nwhen: person.name is known\n",
    "in-english": "title: E\nwhen: [segment.named, person.language = en]\n",
    "others": "title: O\nwhen: segment.named and not segment.in_english\n",
    "of-orto": "title: G\nlist: orto\nwhen: segment.named\n",
}


def read(**texts: str) -> resolving.Read:
    files = {name.replace("_", "-"): text for name, text in texts.items()}
    return resolving.read_all(documents(files), KNOWN)


def documents(texts: Mapping[str, str]) -> list[content.Document]:
    return [content.load_text(text, f"segments/{slug}.yaml") for slug, text in texts.items()]


def when(said: str) -> str:
    return f"title: T\nwhen: {said}\n"


def segments() -> Mapping[str, Segment]:
    found = resolving.read_all(documents(NAMED), KNOWN)
    assert not found.problems
    return found.segments


def meets(session: Session, now: datetime) -> list[int]:
    """Ana, who reads English; Bruno; and somebody without a name."""
    made = [Person(name=name, language=tongue, created_at=now) for name, tongue in PEOPLE]
    session.add_all(made)
    session.flush()
    return [person.id for person in made]


PEOPLE = (("Ana", "en"), ("Bruno", "it"), ("", "en"))


def test_a_segment_stands_for_its_condition() -> None:
    found = segments()
    assert conditions.written(found["in-english"].when) == 'person.name is known and person.language = "en"'
    assert conditions.written(found["others"].when) == (
        'person.name is known and not (person.name is known and person.language = "en")'
    )
    assert conditions.written(found["of-orto"].when) == "list.orto.member = true and person.name is known"
    assert conditions.facts_used(found["others"].when) == {"person.name", "person.language"}


def test_who_is_about_whom_is_known_by_way_of_others() -> None:
    found = segments()
    assert users("named", found) == {"in-english", "others", "of-orto"}
    assert users("in-english", found) == {"others"}
    assert users("others", found) == frozenset()


@pytest.mark.parametrize(
    ("texts", "told"),
    [
        ({"a": when("segment.a")}, ['segments/a.yaml:2: "a" is said by itself: a → a; ']),
        (
            {"a": when("segment.b_c"), "b_c": "title: T\n\nwhen: {not: [segment.a]}\n"},
            [
                'segments/a.yaml:2: "a" is said by itself: a → b-c → a; write what it means instead of segment.b_c',
                'segments/b-c.yaml:3: "b-c" is said by itself: b-c → a → b-c; ',
            ],
        ),
        # whoever names a bad one is not told of it
        ({"a": when("person.nam is known"), "b": when("segment.a")}, ["segments/a.yaml:2: "]),
        ({"a": when("segment.b")}, ["segment.b is no segment here; write it into segments/"]),
        ({"senza": when("lists.member"), "b": when("segment.senzo")}, ["did you mean segment.senza?"]),
        (
            {"a": when("lists.member"), "b": when("segment.a = true")},
            ["segment.a holds or does not; write segment.a, or"],
        ),
        ({"a": when("lists.member"), "b": when("segment.a is known")}, ["segment.a holds or does not"]),
        ({"a": "title: T\n"}, ['"when" is missing']),
        ({"a": "when: lists.member\n"}, ['"title" is missing']),
        ({"a": when("posts.count = many")}, ["segments/a.yaml:2: condition", "write it without quotes"]),
        (
            {"a": f"{when('lists.member')}list: orti\n"},
            ['segments/a.yaml:3: there is no group "orti"; did you mean "orto"?'],
        ),
        ({"a": f"{when('lists.member')}lst: orto\n"}, ['segments/a.yaml:3: "lst" is not known here']),
        ({"A": when("lists.member")}, ['"A" is no name of a segment; use a-z']),
    ],
)
def test_what_cannot_be_a_segment_is_told_with_its_line_and_cure(texts: dict[str, str], told: list[str]) -> None:
    problems = "\n".join(map(str, read(**texts).problems))
    assert [each for each in told if each not in problems] == [], problems
    assert len(problems.splitlines()) == max(
        1, sum(each.startswith("segments/") and '" is said' in each for each in told)
    )


def test_segments_of_segments_stay_small_enough_to_be_judged() -> None:
    texts = {"s0": when(" and ".join(["lists.member"] * 30))}
    texts |= {f"s{each}": when(f"segment.s{each - 1} or not segment.s{each - 1}") for each in range(1, 4)}
    found = read(**texts)
    assert set(found.segments) == {"s0", "s1"}
    assert "too many tests, those of segments counted" in str(found.problems[0])
    texts = {"s0": when("lists.member")} | {f"s{each}": when(f"not segment.s{each - 1}") for each in range(1, 40)}
    assert "too much inside one another" in str(read(**texts).problems[0])


def test_any_field_may_be_asked_and_what_names_the_segment_may_ask_it_too() -> None:
    found = read(near=when("person.field.town = Bra"), both=when("segment.near and lists.member"))
    known = publishing.known_with(KNOWN, found.segments)
    assert known.get("person.field.town") is not None
    parsed = conditions.parse("segment.both", known)
    assert "person.field.town" in conditions.facts_used(parsed)


def test_what_is_gone_takes_those_with_it_that_name_it_and_no_others() -> None:
    bodies = (("a", when("list.gone.member")), ("b", when("segment.a")), ("c", when("lists.member")))
    assert set(publishing.with_segments(KNOWN, bodies).segments) == {"segment.c"}


def test_people_are_counted_and_explained_alike(database: Database, now: datetime, site: Site) -> None:
    expected = {"named": [0, 1], "in-english": [0], "others": [1], "of-orto": []}
    with database.transaction() as session:
        ids = meets(session, now)
        for slug, one in segments().items():
            found = [ids.index(each) for each in session.scalars(counting.who(one.when, site, now=now))]
            assert sorted(found) == expected[slug], slug
            assert counting.count(session, one.when, site, now=now) == len(expected[slug])
            told = [explaining.reasons(session, site, one, each, "en", now=now).is_in for each in ids]
            assert [place for place, is_in in enumerate(told) if is_in] == expected[slug]


def test_whoever_was_erased_is_in_none(database: Database, now: datetime, site: Site) -> None:
    with database.transaction() as session:
        ids = meets(session, now)
        session.execute(sa.update(Person).where(Person.id == ids[0]).values(erased_at=now))
        assert counting.count(session, segments()["named"].when, site, now=now) == 1


@pytest.mark.parametrize("language", LANGUAGES)
def test_each_test_that_decided_is_told_with_value_and_time(
    database: Database, now: datetime, site: Site, language: str
) -> None:
    one = read(new=when("person.created > now - 2 days and person.name = Ana")).segments["new"]
    with database.transaction() as session:
        [ana, bruno, _] = meets(session, now - timedelta(days=1))
        inside = explaining.reasons(session, site, one, ana, language, now=now)
        outside = explaining.reasons(session, site, one, bruno, language, now=now)
    assert inside.is_in
    assert inside.flips_at == now + timedelta(days=1)
    assert len(inside.lines) == 2
    assert "2026-03-08T09:30+01:00" in inside.lines[0]
    assert "2026-03-07T09:30+01:00" in inside.lines[0]  # what now - 2 days was
    assert (outside.is_in, len(outside.lines)) == (False, 1)
    assert "Bruno" in outside.lines[0]


def test_the_newest_version_runs_until_it_is_taken_back(database: Database, now: datetime, tmp_path: Path) -> None:
    folder = tmp_path / "segments"
    folder.mkdir()
    (folder / "named.yaml").write_text(NAMED["named"])
    with database.transaction() as session:
        for text in (NAMED["named"], NAMED["named"], NAMED["named"].replace("known", "unknown")):
            (folder / "named.yaml").write_text(text)
            publishing.apply_files(session, publishing.read_folder(tmp_path, KNOWN).values(), now=now)
        assert versions.latest(session, "segment")["named"].number == 2
        [running] = publishing.running(session, KNOWN).segments.values()
        assert conditions.written(running.when) == "person.name is unknown"
        publishing.take_back(session, "named", now=now)
        assert publishing.bodies(session) == ()
        assert publishing.published(session) == {}
        publishing.apply_files(session, publishing.read_folder(tmp_path, KNOWN).values(), now=now)
        assert [slug for slug, _ in publishing.bodies(session)] == ["named"]
        noted = session.scalars(sa.select(Activity.what).order_by(Activity.id)).all()
        assert noted == ["segment.published", "segment.published", "segment.closed", "segment.published"]


def test_a_folder_may_name_what_runs_without_a_file(database: Database, now: datetime, tmp_path: Path) -> None:
    folder = tmp_path / "segments"
    folder.mkdir()
    (folder / "named.yaml").write_text(NAMED["named"])
    with database.transaction() as session:
        publishing.apply_files(session, publishing.read_folder(tmp_path, KNOWN).values(), now=now)
        (folder / "named.yaml").rename(folder / "other.yaml")
        (folder / "other.yaml").write_text(when("segment.named"))
        with pytest.raises(BadContent, match=r"segment.named is no segment here"):
            publishing.read_folder(tmp_path, KNOWN)
        assert set(publishing.read_folder(tmp_path, KNOWN, publishing.documents(session))) == {"other"}


def test_what_publishing_would_mean_is_told_with_counts_before_and_after(
    database: Database, now: datetime, site: Site
) -> None:
    found = segments()
    with database.transaction() as session:
        [ana, *_] = meets(session, now)
        persons.set_field(session, ana, "town", "Bra", now=now)
        new = planning.effects(session, site, found["named"], None, (), now=now)
        changed = planning.effects(session, site, found["named"], found["others"], ("journeys/a.yaml",), now=now)
        slips = read(bra=when("person.field.twon = Bra and person.field.town is known")).segments["bra"]
        slip = planning.effects(session, site, slips, None, (), now=now)
    assert [each.told("en") for each in new] == ["people it is about now: 2"]
    assert [each.told("en") for each in changed] == [
        "people it is about: 1 before, 2 after, as things are now",
        "named by journeys/a.yaml: there it means these people at once; nobody comes into a journey by this alone",
    ]
    assert [each.told("en") for each in slip] == [
        "people it is about now: 0",
        "nothing is kept as person.field.twon about anybody; a slip?",
    ]
    every = (*new, *changed, *slip, *planning.closing(()), *planning.closing(("segments/b.yaml",)))
    assert all(each.told("it") for each in every)


def test_when_somebody_last_wrote_is_answered_by_its_index(database: Database) -> None:
    if not database.is_sqlite:
        pytest.skip("PostgreSQL decides by what is in its tables")
    fact = KNOWN.get("posts.last_at")
    assert fact is not None
    with database.reading() as session:
        asked = str(sa.select(Person.id, fact.sql(Person.id.expression)).compile(session.connection()))
        plan = [row[-1] for row in session.connection().exec_driver_sql(f"EXPLAIN QUERY PLAN {asked}")]
    assert any("COVERING INDEX ix_post_written (person_id=?)" in line for line in plan), plan


def test_the_starters_are_good_and_about_somebody() -> None:
    folder = content.starter()
    with_towns = asking.of_groups((), gazetteer_file.in_folder(folder))
    found = publishing.read_folder(folder, with_towns)
    assert set(found) == {"chi-scrive", "senza-parola", "vicino-a-pietrafiore"}
    for one in found.values():
        assert all(one.segment.title.into(language) for language in LANGUAGES)
