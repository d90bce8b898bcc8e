"""The days between two dates, in SQL, on both databases."""

from __future__ import annotations

from typing import Any

from sqlalchemy import Integer
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.sql.functions import GenericFunction


class days_between(GenericFunction[int]):  # noqa: N801 - reads as the function that it is
    """How many days the second date comes after the first."""

    type = Integer()
    inherit_cache = True


@compiles(days_between, "sqlite")
def _by_julian_day(element: Any, compiler: Any, **options: Any) -> str:
    first, second = (compiler.process(each, **options) for each in element.clauses)
    return f"cast(julianday({second}) - julianday({first}) as integer)"


@compiles(days_between, "postgresql")
def _by_difference(element: Any, compiler: Any, **options: Any) -> str:
    first, second = (compiler.process(each, **options) for each in element.clauses)
    return f"({second} - {first})"
