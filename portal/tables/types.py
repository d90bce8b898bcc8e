"""Column types: the same meaning on SQLite (STRICT tables) and on PostgreSQL."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal
from typing import Annotated, Any

from sqlalchemy import (
    CHAR,
    BigInteger,
    Boolean,
    Date,
    DateTime,
    Integer,
    LargeBinary,
    SmallInteger,
    String,
    Text,
)
from sqlalchemy.engine import Dialect
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.orm import mapped_column
from sqlalchemy.types import TypeDecorator

# BIGINT keys do not count up on SQLite, INTEGER ones do and are 64 bits wide there.
BigId = BigInteger().with_variant(Integer(), "sqlite")

# Text compared and ordered by code point on both databases: keys, numbers, anything that
# enters canonical bytes or an export.
CodeText = Text().with_variant(Text(collation="C"), "postgresql")


class UtcMoment(TypeDecorator[dt.datetime]):
    """An aware moment in UTC; SQLite keeps it as ISO text without an offset."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: dt.datetime | None, dialect: Dialect) -> Any:
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError("a moment needs its time zone")
        moment = value.astimezone(dt.UTC)
        return moment.replace(tzinfo=None) if dialect.name == "sqlite" else moment

    def process_result_value(
        self, value: dt.datetime | None, dialect: Dialect
    ) -> dt.datetime | None:
        if value is None:
            return None
        return value.replace(tzinfo=dt.UTC) if value.tzinfo is None else value.astimezone(dt.UTC)


class PlainDecimal(TypeDecorator[Decimal]):
    """A quantity or unit price, kept as decimal text: it is shown and exported, never summed."""

    impl = CodeText
    cache_ok = True

    def process_bind_param(self, value: Decimal | None, dialect: Dialect) -> Any:
        return None if value is None else format(value, "f")

    def process_result_value(self, value: Any, dialect: Dialect) -> Decimal | None:
        return None if value is None else Decimal(value)


@compiles(Date, "sqlite")
@compiles(DateTime, "sqlite")
@compiles(String, "sqlite")
@compiles(Text, "sqlite")
@compiles(CHAR, "sqlite")
def _as_text(_element: Any, _compiler: Any, **_options: Any) -> str:
    return "TEXT"


@compiles(BigInteger, "sqlite")
@compiles(SmallInteger, "sqlite")
@compiles(Boolean, "sqlite")
def _as_integer(_element: Any, _compiler: Any, **_options: Any) -> str:
    return "INTEGER"


@compiles(LargeBinary, "sqlite")
def _as_blob(_element: Any, _compiler: Any, **_options: Any) -> str:
    return "BLOB"


Key = Annotated[int, mapped_column(BigId, primary_key=True)]
Minor = Annotated[int, mapped_column(BigInteger)]
CurrencyCode = Annotated[
    str, mapped_column(CHAR(3).with_variant(CHAR(3, collation="C"), "postgresql"))
]
Code = Annotated[str, mapped_column(CodeText)]
Words = Annotated[str, mapped_column(Text)]
Day = Annotated[dt.date, mapped_column(Date)]
Moment = Annotated[dt.datetime, mapped_column(UtcMoment)]
Small = Annotated[int, mapped_column(SmallInteger)]
Flag = Annotated[bool, mapped_column(Boolean)]
Bytes = Annotated[bytes, mapped_column(LargeBinary)]
