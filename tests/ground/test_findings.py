"""Findings: the facts of many people are those of each, in the types that facts promise."""

from collections.abc import Iterator
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

import pytest
import sqlalchemy as sa
from hypothesis import HealthCheck, given, settings
from sqlalchemy.orm import Session

from mailhub import findings
from mailhub.conditions import Condition, facts_used, holds, resolved, where
from mailhub.facts import Fact, FactType
from tests.ground.test_conditions import CONDITIONS, FACTS, FOLK, NOWS, everyone, folk

__all__ = ["folk"]

META = sa.MetaData()
PERSON = sa.Table("person", META, sa.Column("id", sa.Integer, primary_key=True), prefixes=["TEMPORARY"])
ASKED = [fact for fact in FACTS if fact.name != "person.town"]  # which is no expression about a person of its own
TYPES: dict[FactType, tuple[type, ...]] = {
    FactType.TEXT: (str,),
    FactType.CHOICE: (str,),
    FactType.NUMBER: (int, Decimal),
    FactType.FLAG: (bool,),
    FactType.DATE: (date,),
    FactType.INSTANT: (datetime,),
}


@pytest.fixture(scope="module")
def session(folk: sa.Connection) -> Iterator[Session]:
    META.create_all(folk)
    folk.execute(PERSON.insert(), [{"id": person["id"]} for person in everyone()])
    with Session(folk) as session:
        yield session


def test_what_is_found_for_many_is_what_is_found_for_each(session: Session) -> None:
    found = findings.read(session, ASKED, range(1, 100))

    assert sorted(found) == [person["id"] for person in everyone()]
    for person_id, values in found.items():
        for fact in ASKED:
            alone = session.scalar(sa.select(fact.sql(sa.literal(person_id))))
            value = values[fact.name]
            assert value == (Decimal(repr(alone)) if isinstance(alone, float) else alone), fact.name
            assert value is None or type(value) in TYPES[fact.type], fact.name


def test_values_are_the_same_in_value_and_type_on_both_databases(session: Session) -> None:
    def keep(name: str, kind: FactType, expression: Any) -> Fact:
        return Fact(name=f"it.{name}", type=kind, sql=lambda person: expression, changed_by=())

    total = keep("total", FactType.NUMBER, sa.select(sa.func.sum(FOLK.c.gifts)).scalar_subquery())
    half = keep("half", FactType.NUMBER, sa.literal(Decimal("2.500"), sa.Numeric(12, 3)))
    flag = keep("flag", FactType.FLAG, sa.exists().where(FOLK.c.id == 1))
    first = keep("first", FactType.INSTANT, sa.select(sa.func.min(FOLK.c.joined_at)).scalar_subquery())

    values = findings.read(session, [total, half, flag, first], [1])[1]

    before_1970 = datetime(1969, 12, 31, 23, 59, 59, 999_999, UTC)
    gifts = sum(person["gifts"] or 0 for person in everyone())
    assert values == {"it.total": gifts, "it.half": Decimal("2.5"), "it.flag": True, "it.first": before_1970}
    assert [type(values[f"it.{name}"]) for name in ("total", "half", "flag")] == [int, Decimal, bool]
    assert values["it.first"].tzinfo is UTC


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.too_slow, HealthCheck.filter_too_much])
@given(written_so=CONDITIONS.filter(lambda one: "person.town" not in facts_used(one)), now=NOWS)
def test_what_is_found_is_judged_as_the_database_judges(session: Session, written_so: Condition, now: datetime) -> None:
    condition = resolved(written_so, now, "Europe/Rome")
    values = findings.read(session, ASKED, range(1, 81))

    chosen = session.scalars(sa.select(PERSON.c.id).where(where(condition, PERSON.c.id)))

    assert sorted(chosen) == [person for person in sorted(values) if holds(condition, values[person])]


def test_one_statement_serves_a_page_of_people(session: Session, monkeypatch: pytest.MonkeyPatch) -> None:
    said: list[str] = []
    engine = session.connection().engine
    listener = lambda *args: said.append(args[2])  # noqa: E731
    sa.event.listen(engine, "before_cursor_execute", listener)
    try:
        findings.read(session, ASKED, range(1, 81))
        findings.read(session, ASKED, [])
        assert len(said) == 1
        monkeypatch.setattr(findings, "PAGE", 30)
        assert len(findings.read(session, ASKED[:1], range(1, 81))) == 80
        assert len(said) == 4
    finally:
        sa.event.remove(engine, "before_cursor_execute", listener)


def test_two_facts_of_one_name_are_not_taken_for_each_other(session: Session) -> None:
    """Facts made anew, as those of each list are, may say something else under a name that was asked before."""

    def word(text: str) -> Fact:
        return Fact(name="it.word", type=FactType.TEXT, sql=lambda person: sa.literal(text), changed_by=())

    assert findings.read(session, [word("one")], [1]) == {1: {"it.word": "one"}}
    assert findings.read(session, [word("other")], [1]) == {1: {"it.word": "other"}}


@pytest.mark.parametrize("kind", [FactType.TEXT, FactType.FLAG, FactType.DATE, FactType.INSTANT])
def test_an_expression_of_another_type_than_its_facts_is_a_fault(session: Session, kind: FactType) -> None:
    wrong = Fact(name="it.wrong", type=kind, sql=lambda person: sa.literal(3), changed_by=())

    with pytest.raises(TypeError, match=r"it\.wrong gives 3"):
        findings.read(session, [wrong], [1])
