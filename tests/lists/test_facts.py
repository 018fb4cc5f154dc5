"""Facts of groups: what people did here is found, noted when it changes, and cheap to ask about many."""

from collections.abc import Callable, Mapping
from typing import Any

import pytest
import sqlalchemy as sa

from mailhub import findings
from mailhub.archive.tables import Post
from mailhub.conditions import parse, where
from mailhub.delivery.facts import FACTS as OF_MAILBOXES
from mailhub.delivery.tables import Mailbox, Trouble
from mailhub.facts import Facts
from mailhub.lists import facts, things
from mailhub.lists.tables import MailList, Subscription
from mailhub.people import persons
from mailhub.people.facts import FACTS as OF_PEOPLE
from mailhub.people.tables import Activity, Address, Person
from tests.lists.village import Village

KNOWN = Facts([*facts.FACTS, *facts.facts_of(["piazza-alta", "orto"])])
NIVES = "nives@example.org"


def found(village: Village, email: str) -> Mapping[str, Any]:
    person_id = village.knows(email).id
    village.session.flush()
    return findings.read(village.session, list(KNOWN), [person_id])[person_id]


def test_facts_tell_who_belongs_since_when_and_how(village: Village) -> None:
    group = village.opens("piazza-alta")
    village.joins(group, NIVES)
    village.says(NIVES, "digest", things.of_list(group.id))
    nives, zoe = found(village, NIVES), found(village, "zoe@example.net")

    def both(name: str) -> tuple[object, object]:
        return nives[name], zoe[name]

    assert both("lists.member") == (True, False)
    assert both("lists.count") == (1, 0)
    assert both("lists.joined_at") == (village.now, None)
    assert both("lists.reads_letter") == (True, False)
    assert both("list.piazza_alta.member") == (True, False)
    assert both("list.piazza_alta.joined_at") == (village.now, None)
    assert both("list.piazza_alta.delivery") == ("digest", None)
    assert both("list.piazza_alta.paused") == (False, False)
    assert both("list.orto.member") == (False, False)
    village.says(NIVES, "each", things.of_list(group.id))
    village.says(NIVES, "pause", things.of_list(group.id))
    assert found(village, NIVES)["list.piazza_alta.paused"] is True
    assert found(village, NIVES)["lists.reads_letter"] is False


def test_facts_tell_what_somebody_wrote_in_each_group_and_in_all(village: Village) -> None:
    piazza, orto = village.opens("piazza-alta"), village.opens("orto", grace="2 min")
    for group in (piazza, orto):
        village.joins(group, NIVES, "aldo@example.org")
    assert (found(village, NIVES)["posts.count"], found(village, NIVES)["posts.last_at"]) == (0, None)

    village.writes(NIVES, piazza, "Chi porta le cesoie?")
    in_piazza = village.now
    village.passes(hours=1)
    village.writes(NIVES, orto, "Io porto la carriola")
    in_orto = village.now
    village.writes("aldo@example.org", orto, "E io il pane")

    nives = found(village, NIVES)
    assert (nives["posts.count"], nives["posts.last_at"]) == (2, in_orto)
    assert (nives["list.piazza_alta.posts"], nives["list.piazza_alta.last_post_at"]) == (1, in_piazza)
    assert (nives["list.orto.posts"], nives["list.orto.last_post_at"]) == (1, in_orto)
    village.says(NIVES, "withdraw", things.of_list(orto.id))
    nives = found(village, NIVES)
    assert (nives["posts.count"], nives["posts.last_at"]) == (1, in_piazza)
    assert (nives["list.orto.posts"], nives["list.orto.last_post_at"]) == (0, None)


def test_an_archive_that_was_read_in_is_nobodys_doing(village: Village) -> None:
    group = village.opens("orto")
    village.joins(group, NIVES)
    village.writes(NIVES, group)
    village.session.execute(sa.update(Post).values(origin="import"))

    assert found(village, NIVES)["posts.count"] == 0
    assert found(village, NIVES)["list.orto.last_post_at"] is None


STEPS: Mapping[str, Callable[[Village, MailList], object]] = {
    "joins": lambda village, group: village.joins(group, NIVES),
    "digest": lambda village, group: village.says(NIVES, "digest", things.of_list(group.id)),
    "each": lambda village, group: village.says(NIVES, "each", things.of_list(group.id)),
    "writes": lambda village, group: village.writes(NIVES, group, f"Sono le {village.now:%H:%M}"),
    "withdraws": lambda village, group: village.says(NIVES, "withdraw", things.of_list(group.id)),
    "pauses": lambda village, group: village.says(NIVES, "pause", things.of_list(group.id)),
    "resumes": lambda village, group: village.says(NIVES, "resume", things.of_list(group.id)),
    "leaves": lambda village, group: village.says(NIVES, "leave", things.of_list(group.id)),
}


def test_when_a_fact_changes_an_activity_that_it_names_is_noted_of_that_person(village: Village) -> None:
    group = village.opens("orto", grace="2 min")
    before, changed = found(village, NIVES), set[str]()
    order = [*STEPS, "joins", "writes"]
    for step in order:
        village.passes(minutes=1)
        last = village.session.scalar(sa.select(sa.func.max(Activity.id))) or 0
        STEPS[step](village, group)
        after = found(village, NIVES)
        noted = sa.select(Activity.what).where(Activity.id > last, Activity.person_id == village.knows(NIVES).id)
        may_change = {name for what in village.session.scalars(noted) for name in KNOWN.changed_by(what)}
        different = {name for name in after if after[name] != before[name]}
        assert different, step
        assert different <= may_change, step
        before, changed = after, changed | different
    assert changed == {fact.name for fact in KNOWN if not fact.name.startswith("list.piazza_alta")}


@pytest.mark.parametrize("column", [Person.id, Subscription.person_id, Post.person_id, Address.person_id])
def test_a_condition_may_be_asked_of_any_row_that_names_a_person(
    village: Village, column: sa.orm.InstrumentedAttribute[int]
) -> None:
    """Whatever rows the query reads, those that a fact looks at are its own."""
    group = village.opens("orto")
    village.joins(group, NIVES, "aldo@example.org")
    village.writes(NIVES, group)
    village.session.flush()
    texts = (
        "lists.member and lists.count = 1 and lists.joined_at is known and not lists.reads_letter",
        "posts.count = 1 and posts.last_at is known and list.orto.posts = 1 and list.orto.last_post_at is known",
        "list.orto.member and list.orto.joined_at is known and not list.orto.paused and list.orto.delivery = each",
        "not mailbox.out_of_reach and not person.organiser",
    )
    known = Facts([*KNOWN, *OF_MAILBOXES, *OF_PEOPLE])

    asked = sa.select(column).where(*(where(parse(text, known), column.expression) for text in texts))

    assert set(village.session.scalars(asked)) == {village.knows(NIVES).id}


def test_no_fact_walks_through_a_table(village: Village) -> None:
    session = village.session
    if session.connection().dialect.name != "sqlite":
        pytest.skip("PostgreSQL decides by what is in its tables")
    village.opens("orto")

    for fact in (*KNOWN, *OF_MAILBOXES, *OF_PEOPLE):
        asked = sa.select(fact.sql(Person.id.expression)).where(Person.id == 1)
        said = str(asked.compile(session.connection(), compile_kwargs={"literal_binds": True}))
        plan = [row[-1] for row in session.connection().exec_driver_sql(f"EXPLAIN QUERY PLAN {said}")]
        assert [line for line in plan if line.startswith("SCAN")] == [], fact.name


def test_whoever_has_two_addresses_is_out_of_reach_by_the_first_whichever_row_is_asked(village: Village) -> None:
    nives = village.knows(NIVES)
    persons.add_address(village.session, nives, "nives@example.net", now=village.now)
    first = persons.write_to(village.session, [nives.id])[nives.id]
    village.session.add(
        Mailbox(
            address_id=first.id,
            person_id=nives.id,
            since=village.now,
            trouble=next(iter(Trouble)),
            set_aside_at=village.now,
        )
    )
    village.session.flush()
    condition = where(parse("mailbox.out_of_reach", Facts(OF_MAILBOXES)), Address.person_id.expression)

    assert len(village.session.scalars(sa.select(Address.email).where(condition)).all()) == 2
