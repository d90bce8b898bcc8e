"""What became of each bucket at the house's own month ends: the flows of R432 over rows."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction
from itertools import pairwise
from typing import Any

from sqlalchemy import Select, and_, case, func, literal, select, union_all

from portal.base.work import Reader
from portal.core.period import Month
from portal.core.provision import SHIPPED, Matrix
from portal.core.roll_rate import Flow, Rolled, loss_shares, percent, rolled_by_bucket
from portal.core.toml_writing import assignment
from portal.invoices.ageing import run_serially
from portal.invoices.open_items import bucket, due_parts, seen_by

#: So many months are looked back at.
MONTHS = 12
#: So many of them are asked about in one statement.
TOGETHER = 4


@dataclass(frozen=True)
class History:
    """What the month ends say of one currency, beside the rates of the policy."""

    currency: str
    #: The first and the last month end.
    from_on: dt.date
    to_on: dt.date
    rolled: list[Rolled]
    #: Per cent that is lost of each bucket; None: too little is known.
    rates: list[str | None]
    matrix: Matrix

    @property
    def rows(self) -> list[tuple[str, Rolled, str | None, Decimal]]:
        """Each bucket: its name, what became of it, what is lost of it, and the rate in force."""
        matrix = self.matrix
        return list(zip(matrix.scheme.names, self.rolled, self.rates, matrix.percents, strict=True))

    @property
    def is_enough(self) -> bool:
        """Whether it says anything about any bucket."""
        return any(rate is not None for rate in self.rates)


def history_of(r: Reader, currency: str, as_of: dt.date, factor: int = 100) -> History:
    """The last month ends by a day; `factor` is per cent of history that is expected to come."""
    matrix = r.policy.provision_matrix
    ends = month_ends(as_of)
    run_serially(r.session)
    months = list(enumerate(pairwise(ends)))
    flows = [
        flow
        for at in range(0, len(months), TOGETHER)
        for flow in _flows(r, currency, months[at : at + TOGETHER])
    ]
    rolled = rolled_by_bucket(flows, len(matrix.scheme.names))
    shares = loss_shares(rolled, [Fraction(each) / 100 for each in matrix.percents])
    rates = [None if share is None else percent(share, factor) for share in shares]
    return History(currency, ends[0], ends[-1], rolled, rates, matrix)


def matrix_text(r: Reader, found: History) -> str:
    """The policy's matrix with the rates of the history, where it has any, as the policy's text."""
    told = r.policy.values["provision_matrix"] or SHIPPED
    lines = []
    for row, rate in zip(told, found.rates, strict=True):
        entry = {**row, "percent": rate or str(row["percent"])}
        written = [assignment(name, value) for name, value in entry.items() if value is not None]
        lines += ["[[provision]]", *written, ""]
    return "\n".join(lines)


def month_ends(as_of: dt.date) -> list[dt.date]:
    """
    The ends of months by a day, the earliest first: one more than the months that are looked at.

    >>> [day.isoformat() for day in month_ends(dt.date(2026, 11, 20))[-2:]]
    ['2026-09-30', '2026-10-31']
    >>> month_ends(dt.date(2026, 10, 31))[-1].isoformat()
    '2026-10-31'
    """
    last = Month.of(as_of + dt.timedelta(days=1)).plus(-1)
    return [last.plus(-back).last_on for back in range(MONTHS, -1, -1)]


def _flows(
    r: Reader, currency: str, months: Sequence[tuple[int, tuple[dt.date, dt.date]]]
) -> list[Flow]:
    moved = union_all(*(_moved(r, currency, month, *ends) for month, ends in months))
    return [Flow(*map(int, row)) for row in r.session.execute(moved)]


def _moved(r: Reader, currency: str, month: int, one: dt.date, next_one: dt.date) -> Select[Any]:
    """What stood at one month end, by its bucket there and at the next, and what is left of it."""
    scheme, whose = r.policy.provision_matrix.scheme, seen_by(r.actor)
    then, later = due_parts(one, whose).alias("then"), due_parts(next_one, whose).alias("later")
    same = and_(
        later.c.customer_id == then.c.customer_id,
        later.c.entry_id == then.c.entry_id,
        later.c.part == then.c.part,
    )
    stood: Any = then.c.house
    left = _between(later.c.house, stood)
    gone = stood - left
    # What the house does not expect any more and the customer still owes was written off.
    lost = _between(stood - later.c.house - (then.c.claim - later.c.claim), gone)
    place = bucket(then.c.due_on, one, scheme).label("place")
    to = bucket(then.c.due_on, next_one, scheme).label("to")
    rows = (
        select(place, to, stood.label("stood"), left.label("left"), lost.label("lost"))
        .join(later, same)
        .where(then.c.currency == currency, stood > 0)
        .subquery("flow")
    )
    columns: list[Any] = [rows.c.place, rows.c.to]
    sums = (func.sum(rows.c.stood), func.sum(rows.c.left), func.sum(rows.c.lost))
    return select(literal(month), *columns, *sums).group_by(*columns)


def _between(value: Any, most: Any) -> Any:
    """At least nothing, and no more than so much."""
    return case((value < 0, 0), (value > most, most), else_=value)
