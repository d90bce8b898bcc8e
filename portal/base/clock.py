"""The only place that asks what time it is."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from zoneinfo import ZoneInfo


@dataclass(frozen=True)
class Clock:
    """The machine's clock; `fixed_at` makes it stand still, for tests and the demo."""

    fixed_at: dt.datetime | None = None

    def now(self) -> dt.datetime:
        """This moment, aware, in UTC."""
        return self.fixed_at or dt.datetime.now(dt.UTC)

    def today(self, zone: str) -> dt.date:
        """The business date in the company's time zone."""
        return self.now().astimezone(ZoneInfo(zone)).date()
