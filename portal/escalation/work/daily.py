"""Once a month: what the books say about how much still comes in of what is overdue."""

from __future__ import annotations

import datetime as dt
import json
from typing import Any

from sqlalchemy import select

from portal.base.access import SYSTEM
from portal.base.installation import Installation
from portal.escalation.work.history import ACT, measured, written
from portal.tables.journal import DayRun


def measure(installation: Installation, on: dt.date) -> dict[str, Any]:
    """The curve's history as of the month; measured anew on the first day that is run of it."""
    with installation.reading(SYSTEM, on) as r:
        first = on.replace(day=1)
        rows = select(DayRun.result).where(DayRun.act == ACT, DayRun.on >= first)
        kept = r.session.scalar(rows.order_by(DayRun.on.desc()).limit(1))
        if kept is not None:
            found: dict[str, Any] = json.loads(kept)
            return found
        return written(measured(r, on))
