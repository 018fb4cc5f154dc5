"""The shapes every table shares: named constraints, aware instants, short words for states."""

from collections.abc import Callable, Mapping
from datetime import UTC, datetime, timedelta
from enum import Enum
from typing import Annotated, Any

import sqlalchemy as sa
from sqlalchemy.engine import Dialect
from sqlalchemy.orm import DeclarativeBase, mapped_column
from sqlalchemy.types import TypeDecorator

NAMES = {
    "ix": "ix_%(table_name)s_%(column_0_N_name)s",
    "uq": "uq_%(table_name)s_%(column_0_N_name)s",
    "ck": "ck_%(table_name)s_%(constraint_name)s",
    "fk": "fk_%(table_name)s_%(column_0_N_name)s_%(referred_table_name)s",
    "pk": "pk_%(table_name)s",
}

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
MICROSECOND = timedelta(microseconds=1)

# SQLite counts row ids only in a column called exactly INTEGER.
BigInt = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


class UtcDateTime(TypeDecorator[datetime]):
    """An aware instant: timestamptz on PostgreSQL, integer microseconds since 1970 on SQLite."""

    impl = sa.DateTime(timezone=True)
    cache_ok = True

    def load_dialect_impl(self, dialect: Dialect) -> Any:
        if dialect.name == "sqlite":
            return dialect.type_descriptor(sa.BigInteger())
        return dialect.type_descriptor(sa.DateTime(timezone=True))

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> Any:
        return (_count if dialect.name == "sqlite" else _instant)(value)

    def process_result_value(self, value: Any, dialect: Dialect) -> datetime | None:
        return (_counted if dialect.name == "sqlite" else _instant)(value)

    # The same without the way there: every instant of every row goes through one of these.
    def bind_processor(self, dialect: Dialect) -> Callable[[datetime | None], Any]:
        return _count if dialect.name == "sqlite" else _instant

    def result_processor(self, dialect: Dialect, _coltype: object) -> Callable[[Any], datetime | None]:
        return _counted if dialect.name == "sqlite" else _instant


def _count(value: datetime | None) -> int | None:
    if value is None:
        return None
    if value.tzinfo is None:
        raise ValueError("a datetime without a time zone reached the database")
    return (value - EPOCH) // MICROSECOND


def _counted(value: int | None) -> datetime | None:
    return None if value is None else EPOCH + timedelta(microseconds=value)


def _instant(value: datetime | None) -> datetime | None:
    if value is None:
        return None
    if value.tzinfo is None:
        raise ValueError("a datetime without a time zone reached the database")
    return value.astimezone(UTC)


def word(kind: type[Enum]) -> sa.Enum:
    """A state kept as its short word, so that a person can read the table."""
    return sa.Enum(kind, native_enum=False, length=24, values_callable=lambda members: [m.value for m in members])


Id = Annotated[int, mapped_column(BigInt, primary_key=True)]
Big = Annotated[int, mapped_column(BigInt)]
Json = Annotated[dict[str, Any], mapped_column(sa.JSON)]


class Base(DeclarativeBase):
    """Every table of ours; a row id is never used twice, since tokens in people's mailboxes name it."""

    metadata = sa.MetaData(naming_convention=NAMES)
    type_annotation_map = {  # noqa: RUF012 - SQLAlchemy reads it so
        datetime: UtcDateTime(),
        int: BigInt,
        bytes: sa.LargeBinary(),
        Mapping[str, Any]: sa.JSON(),
        dict[str, Any]: sa.JSON(),
    }
    __table_args__: Any = {"sqlite_autoincrement": True}  # noqa: RUF012


def table(*constraints: Any) -> tuple[Any, ...]:
    """`__table_args__` of a table with constraints or indexes of its own."""
    return (*constraints, {"sqlite_autoincrement": True})
