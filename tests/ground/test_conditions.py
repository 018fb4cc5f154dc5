"""Conditions: one language, two judges that must agree."""

import random
from collections.abc import Iterator, Mapping
from contextlib import suppress
from datetime import UTC, date, datetime, timedelta, timezone
from decimal import Decimal
from enum import StrEnum
from typing import Any

import pytest
import sqlalchemy as sa
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from mailhub.conditions import (
    And,
    Comparison,
    Condition,
    Membership,
    Not,
    Operator,
    Or,
    Presence,
    explain,
    facts_used,
    holds,
    parse,
    read,
    reasons,
    where,
    written,
)
from mailhub.content import BadContent, Reader, load_text
from mailhub.db.base import UtcDateTime, word
from mailhub.facts import Fact, Facts, FactType
from tests import databases


class Tongue(StrEnum):
    IT = "it"
    EN = "en"


# What tempts two judges to differ: case, accents, digits, letters beyond U+FFFF, spaces at the end, fractions.
TEXTS = [
    "",
    " ",
    "a",
    "A",
    "a ",
    "à",
    "a\u0300",
    "B",
    "b",
    "é",
    "z",
    "Z",
    "10",
    "9",
    "it",
    "\uffff",
    "\U00010000",
    "'",
    "%",
]
INTEGERS = [-3, 0, 1, 2, 3, 10, 123_456_789_012_345]
AMOUNTS = [
    Decimal("-0.1"),
    Decimal(0),
    Decimal("0.1"),
    Decimal("0.3"),
    Decimal("2.5"),
    Decimal(3),
    Decimal("99999.999"),
]
DOUBLES = [-0.1, 0.0, 0.1, 0.30000000000000004, 0.3, 1e-7, 2.5, 3.0]
DATES = [date(1, 1, 1), date(1999, 12, 31), date(2026, 3, 14), date(2026, 3, 15), date(9999, 12, 31)]
INSTANTS = [
    datetime(1969, 12, 31, 23, 59, 59, 999_999, UTC),
    datetime(2026, 3, 14, 9, tzinfo=UTC),
    datetime(2026, 3, 14, 9, 0, 0, 1, UTC),
    datetime(2026, 3, 14, 10, tzinfo=timezone(timedelta(hours=2))),
]

META = sa.MetaData()
SORTED_OTHERWISE = sa.String().with_variant(sa.String(collation="NOCASE"), "sqlite")
FOLK = sa.Table(
    "folk",
    META,
    sa.Column("id", sa.Integer, primary_key=True),
    sa.Column("city", SORTED_OTHERWISE.with_variant(sa.String(collation="und-x-icu"), "postgresql")),
    sa.Column("street", sa.Text),
    sa.Column("age", sa.Integer),
    sa.Column("gifts", sa.BigInteger),
    sa.Column("amount", sa.Numeric(12, 3)),
    sa.Column("weight", sa.Double),
    sa.Column("away", sa.Boolean),
    sa.Column("born", sa.Date),
    sa.Column("died", sa.Date),
    sa.Column("joined_at", UtcDateTime),
    sa.Column("left_at", UtcDateTime),
    sa.Column("language", word(Tongue)),
    prefixes=["TEMPORARY"],
)
POOLS: dict[str, tuple[FactType, list[Any]]] = {
    "city": (FactType.TEXT, TEXTS),
    "street": (FactType.TEXT, TEXTS),
    "age": (FactType.NUMBER, [-3, 0, 1, 2, 3, 10]),
    "gifts": (FactType.NUMBER, INTEGERS),
    "amount": (FactType.NUMBER, AMOUNTS),
    "weight": (FactType.NUMBER, DOUBLES),
    "away": (FactType.FLAG, [True, False]),
    "born": (FactType.DATE, DATES),
    "died": (FactType.DATE, DATES),
    "joined_at": (FactType.INSTANT, INSTANTS),
    "left_at": (FactType.INSTANT, INSTANTS),
    "language": (FactType.CHOICE, list(Tongue)),
}


def of_folk(column: str) -> Fact:
    def sql(person: sa.ColumnElement[int]) -> sa.ColumnElement[Any]:
        folk = FOLK.alias()
        return sa.select(folk.c[column]).where(folk.c.id == person).scalar_subquery()

    kind = POOLS[column][0]
    choices = tuple(Tongue) if kind is FactType.CHOICE else ()
    return Fact(name=f"person.{column}", type=kind, sql=sql, changed_by=("person.changed",), choices=choices)


def has_gifts(person: sa.ColumnElement[int]) -> sa.ColumnElement[bool]:
    folk = FOLK.alias()
    return sa.exists().where(folk.c.id == person, folk.c.gifts > 0)


GIVER = Fact(name="person.giver", type=FactType.FLAG, sql=has_gifts, changed_by=(), nullable=False)
# The column itself, with its collation, which a subquery would hide on SQLite.
TOWN = Fact(name="person.town", type=FactType.TEXT, sql=lambda person: FOLK.c.city, changed_by=())
FACTS = Facts([*(of_folk(column) for column in POOLS), GIVER, TOWN])


def fact(name: str) -> Fact:
    found = FACTS.get(name)
    assert found is not None
    return found


def everyone() -> list[dict[str, Any]]:
    """Eighty people, always the same; every fifth value is not known."""
    dice = random.Random(7)
    return [
        {"id": number, **{c: None if dice.random() < 0.2 else dice.choice(pool) for c, (_, pool) in POOLS.items()}}
        for number in range(1, 81)
    ]


@pytest.fixture(scope="module", params=["sqlite", "postgresql"])
def folk(request: pytest.FixtureRequest) -> Iterator[sa.Connection]:
    """People in a table of this connection's own."""
    engine = sa.create_engine("sqlite://") if request.param == "sqlite" else postgres()
    with engine.connect() as connection:
        META.create_all(connection)
        connection.execute(FOLK.insert(), everyone())
        yield connection
        connection.rollback()
    engine.dispose()


def postgres() -> sa.Engine:
    engine = sa.create_engine(databases.POSTGRES, connect_args={"connect_timeout": 3})
    try:
        engine.connect().close()
    except sa.exc.OperationalError as error:
        databases._no_server(str(error.orig).strip().splitlines()[0])
    return engine


@pytest.fixture(scope="module")
def values(folk: sa.Connection) -> dict[int, Mapping[str, Any]]:
    """Each person's facts, found by the facts' own expressions."""
    rows = folk.execute(sa.select(FOLK.c.id, *(each.sql(FOLK.c.id).label(each.name) for each in FACTS))).mappings()
    return {row["id"]: dict(row) for row in rows}


def constants(of: Fact) -> st.SearchStrategy[Any]:
    if of.type is FactType.NUMBER:
        exact = [Decimal(repr(double)) for double in DOUBLES if len(repr(double)) < 15]
        return st.sampled_from([*INTEGERS, *AMOUNTS, *exact])
    if of is GIVER:
        return st.booleans()
    return st.sampled_from(TEXTS if of is TOWN else POOLS[of.name.removeprefix("person.")][1])


def operators(of: Fact) -> st.SearchStrategy[Operator]:
    without_order = of.type in (FactType.FLAG, FactType.CHOICE)
    return st.sampled_from([Operator.EQUAL, Operator.UNEQUAL] if without_order else list(Operator))


@st.composite
def some_test(draw: st.DrawFn) -> Condition:
    first = draw(st.sampled_from(list(FACTS)))
    match draw(st.integers(0, 5)):
        case 0:
            return Presence(first, draw(st.booleans()))
        case 1:
            return Membership(first, tuple(draw(st.lists(constants(first), min_size=1, max_size=4))))
        case 2:
            others = [other for other in FACTS if other.type is first.type]
            return Comparison(first, draw(operators(first)), draw(st.sampled_from(others)))
        case _:
            return Comparison(first, draw(operators(first)), draw(constants(first)))


def joined(parts: st.SearchStrategy[Condition]) -> st.SearchStrategy[Condition]:
    several = st.lists(parts, min_size=2, max_size=3).map(tuple)
    return parts.map(Not) | several.map(And) | several.map(Or)


CONDITIONS = st.recursive(some_test(), joined, max_leaves=6)


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large])
@given(batch=st.lists(CONDITIONS, min_size=5, max_size=10))
def test_both_judges_agree_on_every_condition_and_person(
    folk: sa.Connection, values: dict[int, Mapping[str, Any]], batch: list[Condition]
) -> None:
    columns = [
        sa.case((where(condition, FOLK.c.id), 1), else_=0).label(f"c{place}") for place, condition in enumerate(batch)
    ]
    found = {row[0]: [bool(each) for each in row[1:]] for row in folk.execute(sa.select(FOLK.c.id, *columns))}

    for person, facts in values.items():
        expected = [holds(condition, facts) for condition in batch]
        differing = [written(c) for c, one, other in zip(batch, expected, found[person], strict=True) if one != other]
        assert not differing, (differing, facts)


@settings(max_examples=150, deadline=None)
@given(condition=CONDITIONS)
def test_a_condition_written_out_is_read_as_itself(condition: Condition) -> None:
    assert parse(written(condition), FACTS) == condition


@settings(max_examples=150, deadline=None)
@given(condition=CONDITIONS, person=st.integers(1, 80))
def test_the_tests_that_decided_all_point_the_way_of_the_whole(condition: Condition, person: int) -> None:
    row = everyone()[person - 1]
    facts = {f"person.{column}": value for column, value in row.items()}

    result = holds(condition, facts)

    decided = reasons(condition, facts)
    assert decided
    assert {reason.held for reason in decided} == {result}


def test_what_is_selected_for_many_is_what_where_says(folk: sa.Connection) -> None:
    condition = parse("person.age = 1 and person.city is known", FACTS)

    chosen = folk.scalars(sa.select(FOLK.c.id).where(where(condition, FOLK.c.id)))

    assert sorted(chosen) == [p["id"] for p in everyone() if p["age"] == 1 and p["city"] is not None] != []


@pytest.mark.parametrize(
    ("text", "known", "unknown"),
    [
        ("person.age = 1", True, False),
        ("not person.age = 1", False, False),
        ("not not person.age = 1", True, False),
        ("person.age != 1", False, False),
        ("person.age in (1, 2)", True, False),
        ("person.age not in (1, 2)", False, False),
        ("not (person.age = 1 and person.away)", True, True),
        ("not (person.age = 1 or not person.away)", False, False),
        ("person.age is unknown", False, True),
        ("not person.age is unknown", True, False),
        ("person.age is unknown or person.age = 2", False, True),
        ("person.age = person.gifts", False, False),
        ("not person.age = person.gifts", False, False),
    ],
)
def test_what_is_not_known_compares_as_false_also_under_not(text: str, known: bool, unknown: bool) -> None:
    condition = parse(text, FACTS)

    assert holds(condition, {"person.age": 1, "person.away": False}) is known
    assert holds(condition, {"person.away": False}) is unknown


@pytest.mark.parametrize(
    ("text", "meaning"),
    [
        ("person.language = it", 'person.language = "it"'),
        ("person.city == 'Reggio Emilia'", 'person.city = "Reggio Emilia"'),
        (r'person.city = "l\"orto\\"', r'person.city = "l\"orto\\"'),
        ("18 <= person.age", "person.age >= 18"),
        ("person.away", "person.away = true"),
        ("not person.away and person.age < 3", "not person.away = true and person.age < 3"),
        (
            "person.away or person.age < 3 and person.age > 1",
            "person.away = true or (person.age < 3 and person.age > 1)",
        ),
        (
            "(person.away or person.age < 3) and person.giver",
            "(person.away = true or person.age < 3) and person.giver = true",
        ),
        ("person.age in [1, 2.50, -3]", "person.age in (1, 2.5, -3)"),
        ("person.language not in (it)", 'not person.language in ("it")'),
        ("person.joined_at < 2026-03-14T09:00+01:00", "person.joined_at < 2026-03-14T08:00:00Z"),
        ("person.born >= 2026-03-14", "person.born >= 2026-03-14"),
        ("person.amount\n  > 100.0", "person.amount > 100"),
    ],
)
def test_conditions_are_read_as_organisers_write_them(text: str, meaning: str) -> None:
    assert written(parse(text, FACTS)) == meaning


@pytest.mark.parametrize(
    ("text", "letter", "what", "cure"),
    [
        ("person.langage = it", 1, "not a known fact", "did you mean person.language?"),
        ("person.away and persona.age = 1", 17, "not a known fact", "did you mean person.age?"),
        ("person.age = 'many'", 14, 'person.age is a number, "many" is not', "without quotes"),
        ("person.city = 3", 15, "person.city is text, 3 is not", "in quotes"),
        ("person.city = person.age", 15, "person.city is text, person.age is a number", "one type"),
        ("person.language = de", 19, "never de", "write one of: it, en"),
        ("person.language > it", 17, "has no order", "= or !="),
        ("person.away = yes", 15, "yes is not", "true or false"),
        ("person.born < 2026-02-30", 15, "not in the calendar", "year-month-day"),
        ("person.joined_at < 2026-03-14", 20, "is an instant", "2026-03-14T09:00+01:00"),
        ("person.joined_at < 2026-03-14T09:00", 20, "no time zone", "2026-03-14T09:00+01:00"),
        ("person.joined_at < 0001-01-01T00:00+02:00", 20, "no instant", "zone"),
        ("person.age = null", 14, "nothing compares with null", "write person.age is unknown"),
        ("person.city != null", 16, "nothing compares with null", "write person.city is known"),
        ("person.city = unknown", 15, "no text", "person.city is unknown"),
        ("person.city is not known", 16, "takes known or unknown", "person.city is unknown"),
        ("person.city", 12, "neither true nor false", "person.city is known"),
        ("(person.away", 13, ") is missing", "close the bracket"),
        ("person.away && person.giver", 13, "& is not understood", 'write "and"'),
        ("person.city = “Faenza”", 15, "“ is not understood", "straight quotes"),
        ("person.city = 'Faenza", 15, "not understood", "close the quotes"),
        ("person.city = Reggio Emilia", 22, "does not follow", "quotes"),
        ("1 < person.age < 3", 16, "does not follow", "and"),
        ("1 = 1", 1, "no fact", "person.language"),
        ("", 1, "begins with a fact", "person.language"),
        ("count(person.gifts) > 1", 1, "count(…) is not known", "without functions"),
        ("person.age in ()", 16, "compared with nothing", "write a value"),
        ("person.age = 1234567890123456", 14, "too long", "15 digits"),
        ("not " * 30 + "person.away", 81, "inside one another", "20 levels"),
        ("(" * 3_000, 21, "inside one another", "20 levels"),
        ("person.city = 'a\x00'", 1, "not text", "4000"),
        ("x" * 5_000, 1, "too long", "4000"),
        (" or ".join(["person.away"] * 101), 1501, "too many tests", "100"),
    ],
)
def test_a_condition_that_cannot_be_judged_is_refused_with_place_and_cure(
    text: str, letter: int, what: str, cure: str
) -> None:
    with pytest.raises(BadContent) as refused:
        parse(text, FACTS, file="lists/garden.yaml", line=14)

    [problem] = refused.value.problems
    assert (problem.file, problem.line) == ("lists/garden.yaml", 14)
    assert f"letter {letter}: " in problem.what
    assert what in problem.what
    assert cure in problem.cure


@settings(max_examples=300, deadline=None)
@given(st.text(st.sampled_from("person.age city=<>!()[],'\"\\ and or not in is 0123-T:Z\n"), max_size=60) | st.text())
def test_no_text_breaks_the_parser(text: str) -> None:
    with suppress(BadContent):
        assert facts_used(parse(text, FACTS))


def test_facts_used_names_both_sides_of_every_test() -> None:
    condition = parse(
        "person.age = person.gifts and not (person.away or person.city in (a)) or person.born is known", FACTS
    )

    assert facts_used(condition) == {"person.age", "person.gifts", "person.away", "person.city", "person.born"}


def test_yaml_joins_conditions_with_all_any_and_not() -> None:
    text = """\
when:
  any:
    - person.city is unknown
    - not: {all: [person.away, person.age > 3]}
where:
  - person.away
  - person.age > 3
if: person.age > 3
"""
    reader = Reader(load_text(text, "journeys/x.yaml"))

    assert read(reader, "when", FACTS) == parse("person.city is unknown or not (person.away and person.age > 3)", FACTS)
    assert read(reader, "where", FACTS) == parse("person.away and person.age > 3", FACTS)
    assert read(reader, "if", FACTS) == parse("person.age > 3", FACTS)
    assert read(reader, "unless", FACTS) is None
    reader.check()


def test_every_wrong_condition_in_yaml_is_reported_at_its_line() -> None:
    text = """\
when:
  any:
    - person.city is unknown
    - person.citta = Lugo
    - {none: [person.away]}
    - not:
        person.age = old
if: true
"""
    reader = Reader(load_text(text, "journeys/x.yaml"))

    assert read(reader, "when", FACTS) is None
    assert read(reader, "if", FACTS) is None
    assert [problem.line for problem in reader.problems] == [4, 5, 6, 8]


def test_yaml_cannot_join_more_tests_than_a_database_nests() -> None:
    lines = "\n".join(["  - person.away"] * 101)
    reader = Reader(load_text(f"when:\n{lines}\n", "x"))

    assert read(reader, "when", FACTS) is None
    assert [str(problem) for problem in reader.problems] == ["x:1: too many tests; write 100 at most"]


def test_an_explanation_names_what_decided_in_both_languages() -> None:
    condition = parse("person.age >= 18 and (person.city = Faenza or not person.away)", FACTS)

    assert explain(condition, {"person.age": 40, "person.away": False}, "it") == (
        "person.age >= 18 è vero: person.age è 40",
        "not person.away = true è vero: person.away è false",
    )
    assert explain(condition, {"person.age": 3, "person.city": "Faenza"}, "en") == (
        "person.age >= 18 is not true: person.age is 3",
    )
    assert explain(condition, {"person.age": 40, "person.city": "Lugo"}, "en") == (
        'person.city = "Faenza" is not true: person.city is "Lugo"',
        "not person.away = true is not true: person.away is not known",
    )
