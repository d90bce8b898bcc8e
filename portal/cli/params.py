"""The values that commands take: days and months as ISO 8601 writes them."""

from __future__ import annotations

import datetime as dt
import re
from typing import Any

import click


class Day(click.ParamType[dt.date]):
    """A date, YYYY-MM-DD."""

    name = "date"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> Any:
        """The date, or what is wrong with it."""
        if isinstance(value, dt.date):
            return value
        if re.fullmatch(r"\d{4}-\d\d-\d\d", value):
            try:
                return dt.date.fromisoformat(value)
            except ValueError:
                pass
        return self.fail(f"{value} is no date; write it as YYYY-MM-DD.", param, ctx)


class Month(click.ParamType[dt.date]):
    """A month, YYYY-MM, as its first day."""

    name = "month"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> Any:
        """The first day of the month, or what is wrong with it."""
        if isinstance(value, dt.date):
            return value
        if re.fullmatch(r"\d{4}-(0[1-9]|1[0-2])", value) and value >= "0001":
            return dt.date.fromisoformat(f"{value}-01")
        return self.fail(f"{value} is no month; write it as YYYY-MM.", param, ctx)


DAY = Day()
MONTH = Month()
