"""Statements made once do what SQLAlchemy's would: one row or many, each type as it went in, on both databases."""

from collections.abc import Iterator, Mapping
from datetime import UTC, date, datetime, timedelta, timezone
from enum import StrEnum
from typing import Any

import pytest
import sqlalchemy as sa
from sqlalchemy.orm import Session

from mailhub.db import prepared
from mailhub.db.base import UtcDateTime, word
from mailhub.db.session import Database


class Colour(StrEnum):
    RED = "the-red"
    BLUE = "the-blue"


META = sa.MetaData()
THING = sa.Table(
    "thing",
    META,
    sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), primary_key=True, autoincrement=False),
    sa.Column("part", sa.Integer, primary_key=True),
    sa.Column("name", sa.String),
    sa.Column("colour", word(Colour)),
    sa.Column("at", UtcDateTime()),
    sa.Column("day", sa.Date),
    sa.Column("kept", sa.JSON),
    sa.Column("raw", sa.LargeBinary),
    sa.Column("is_open", sa.Boolean),
    prefixes=["TEMPORARY"],
)
NAMES = ("id", "part", "name", "colour", "at", "day", "kept", "raw", "is_open")
NOON = datetime(2026, 3, 29, 12, 0, 0, 123456, tzinfo=UTC)


def row(number: int, **others: Any) -> dict[str, Any]:
    return {
        "id": 5_000_000_000 + number, "part": number, "name": f'«è» "{number}" \\ {{a,b}} \n', "colour": Colour.BLUE,
        "at": NOON.astimezone(timezone(timedelta(hours=2))), "day": date(2026, 3, 29),
        "kept": {"a": [1, None, "è"], "b": {}},
        "raw": b"\x00\\x\xff", "is_open": number % 2 == 0, "not of this table": object,
    } | others  # fmt: skip


NOTHING = dict.fromkeys(("name", "colour", "at", "day", "raw", "is_open"))
SOME = {
    "one": [row(1)],
    "one of nothing": [row(1, **NOTHING)],
    "many": [row(1), row(2, **NOTHING), row(3, colour=Colour.RED), row(4, name="", kept={})],
}


@pytest.fixture
def session(database: Database) -> Iterator[Session]:
    with database.transaction() as session:
        META.create_all(session.connection())
        yield session


@pytest.mark.parametrize("rows", SOME.values(), ids=SOME)
def test_rows_come_out_as_they_went_in(session: Session, rows: list[dict[str, Any]]) -> None:
    rows = [{name: value for name, value in each.items() if name in NAMES} for each in rows]
    assert prepared.insert(THING, *NAMES).run(session.connection(), rows) == len(rows)
    assert found(session) == rows


@pytest.mark.parametrize("count", [1, 3])
def test_a_value_it_does_not_name_is_passed_over(session: Session, count: int) -> None:
    some = prepared.insert(THING, "id", "part", "name")
    some.run(session.connection(), [{**row(number), "kept": number} for number in range(count)])
    assert [each["kept"] for each in found(session)] == [None] * count


@pytest.mark.parametrize("numbers", [[1], [1, 2, 2, 3]], ids=str)
def test_a_row_whose_key_is_there_is_left_alone_and_not_counted(session: Session, numbers: list[int]) -> None:
    statement = prepared.insert_new(THING, *NAMES)
    statement.run(session.connection(), [row(1, name="first")])
    new = len({*numbers} - {1})
    assert statement.run(session.connection(), [row(number, name="later") for number in numbers]) == new
    assert [each["name"] for each in found(session)] == ["first"] + ["later"] * new


@pytest.mark.parametrize("numbers", [[1], [1, 2, 9]], ids=str)
def test_an_update_finds_its_rows_by_every_key(session: Session, numbers: list[int]) -> None:
    prepared.insert(THING, *NAMES).run(session.connection(), [row(1), row(2), row(3)])
    statement = prepared.update(THING, {"id": "its_id", "part": "its_part"}, "name", "at", "colour", "kept")
    changes = [
        {"its_id": row(n)["id"], "its_part": n, "name": None, "at": NOON, "colour": Colour.RED, "kept": {"n": n}}
        for n in numbers
    ]
    assert statement.run(session.connection(), changes) == len({*numbers} & {1, 2, 3})
    assert statement.run(session.connection(), [{**changes[0], "its_part": 7}]) == 0
    after = {each["part"]: (each["name"], each["at"], each["colour"], each["kept"]) for each in found(session)}
    before: Mapping[str, Any] = row(3)
    assert after[1] == (None, NOON, Colour.RED, {"n": 1})
    assert after[3] == (before["name"], before["at"], before["colour"], before["kept"])


@pytest.mark.parametrize("count", [1, 2])
def test_an_instant_without_a_zone_is_refused(session: Session, count: int) -> None:
    naive = [row(number, at=datetime(2026, 3, 1)) for number in range(count)]  # noqa: DTZ001 - that is the point
    with pytest.raises(ValueError, match="without a time zone"):
        prepared.insert(THING, *NAMES).run(session.connection(), naive)


def found(session: Session) -> list[dict[str, Any]]:
    return [dict(each) for each in session.connection().execute(sa.select(THING).order_by(THING.c.part)).mappings()]
