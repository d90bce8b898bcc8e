"""How the statements of each month stand: how many were issued, answered how, and are late."""

from __future__ import annotations

import datetime as dt
from collections import Counter
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Select, and_, case, func, select

from portal.base.access import visible_to
from portal.base.work import Reader
from portal.core.statement_status import ANSWERED
from portal.statements.duties import deemed_on, waits
from portal.tables.statements import Statement

PER_CENT = 100


@dataclass(frozen=True, slots=True)
class MonthStanding:
    """The statements in force whose period ends in one month."""

    period_to: dt.date
    issued: int
    states: Counter[str]
    late: int
    #: Count as agreed without an answer, by an agreement.
    deemed: int

    @property
    def answered(self) -> int:
        """How many have their answer."""
        return sum(self.states[state.value] for state in ANSWERED)

    @property
    def waiting(self) -> int:
        """How many have none, whatever counts as agreed."""
        return self.issued - self.answered

    @property
    def percent(self) -> int:
        """The share that is answered, rounded down: 100 is everyone."""
        return self.answered * PER_CENT // self.issued if self.issued else 0


def list_standings(r: Reader, months: int = 24) -> list[MonthStanding]:
    """The newest months first, each with how its statements stand."""
    late = and_(waits(), Statement.confirm_by < r.today)
    columns: list[Any] = [
        Statement.period_to,
        Statement.state,
        func.count().label("count"),
        func.sum(case((late, 1), else_=0)).label("late"),
        func.sum(case((deemed_on().is_not(None), 1), else_=0)).label("deemed"),
    ]
    rows: Select[Any] = visible_to(select(*columns), r.actor, Statement.customer_id)
    found = r.session.execute(
        rows.where(Statement.in_force == 1)
        .group_by(Statement.period_to, Statement.state)
        .order_by(Statement.period_to.desc())
    )
    by_month: dict[dt.date, list[Any]] = {}
    for row in found:
        by_month.setdefault(row.period_to, []).append(row)
    return [_standing(on, rows_of) for on, rows_of in list(by_month.items())[:months]]


def _standing(period_to: dt.date, rows: list[Any]) -> MonthStanding:
    states = Counter({row.state: row.count for row in rows})
    late, deemed = (sum(int(getattr(row, name)) for row in rows) for name in ("late", "deemed"))
    return MonthStanding(period_to, states.total(), states, late, deemed)
