"""Exchange rates: what is known of them on a day, and a rate told by hand."""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection
from dataclasses import dataclass
from decimal import Decimal

from sqlalchemy import and_, func, select
from sqlalchemy.orm import aliased

from portal.base.access import Permission
from portal.base.paging import page_within
from portal.base.work import Reader, Work
from portal.core.errors import RuleBroken
from portal.core.exposure import Rate
from portal.core.money import CURRENCIES
from portal.tables.orders import Rate as RateRow

PER_PAGE = 50
#: A larger one is a slip of the pen.
LARGEST_RATE = Decimal(10) ** 12


@dataclass(frozen=True)
class TellRate:
    """What one unit of a currency is worth in another from a day on."""

    from_currency: str
    to_currency: str
    rate_on: dt.date
    rate: Decimal


@dataclass(frozen=True)
class RatePage:
    """Rates of a list, the newest first."""

    rows: list[RateRow]
    page: int
    pages: int
    count: int


def rates_on(r: Reader, on: dt.date, currencies: Collection[str] | None = None) -> list[Rate]:
    """The last rate of every pair on or before a day; of some currencies where they are named."""
    if currencies is not None and len(currencies) < 2:
        return []
    older = aliased(RateRow)
    last = (
        select(func.max(older.rate_on))
        .where(
            older.from_currency == RateRow.from_currency,
            older.to_currency == RateRow.to_currency,
            older.rate_on <= on,
        )
        .correlate(RateRow)
        .scalar_subquery()
    )
    wanted = select(RateRow.from_currency, RateRow.to_currency, RateRow.rate_on, RateRow.rate)
    if currencies is not None:
        both = and_(RateRow.from_currency.in_(currencies), RateRow.to_currency.in_(currencies))
        wanted = wanted.where(both)
    rows = r.session.execute(wanted.where(RateRow.rate_on == last))
    return [Rate(*row) for row in rows]


def list_rates(r: Reader, page: int = 1, currency: str = "") -> RatePage:
    """Rates by day, the newest first; of one currency where one is named."""
    kept = []
    if currency:
        kept = [(RateRow.from_currency == currency) | (RateRow.to_currency == currency)]
    count = r.session.scalar(select(func.count()).select_from(RateRow).where(*kept)) or 0
    page, pages = page_within(page, count, PER_PAGE)
    rows = r.session.scalars(
        select(RateRow)
        .where(*kept)
        .order_by(RateRow.rate_on.desc(), RateRow.from_currency, RateRow.to_currency)
        .limit(PER_PAGE)
        .offset((page - 1) * PER_PAGE)
    )
    return RatePage(list(rows), page, pages, count)


def tell_rate(w: Work, c: TellRate) -> bool:
    """
    A rate is known from its day on; told again with another value, the new one holds.

    Raises: rate.same_currency, rate.not_above_zero, money.unknown_currency.
    """
    w.require(Permission.CREDIT_DECIDE)
    check_rate(c)
    key = (c.from_currency, c.to_currency, c.rate_on)
    row = w.session.get(RateRow, key, with_for_update=True)
    before = None if row is None else row.rate
    if before == c.rate:
        return False
    if row is None:
        names = ("from_currency", "to_currency", "rate_on")
        w.session.add(RateRow(**dict(zip(names, key, strict=True)), rate=c.rate))
    else:
        row.rate = c.rate
    w.audit(
        "rate.told",
        f"rate/{c.from_currency}-{c.to_currency}",
        on=c.rate_on.isoformat(),
        rate=format(c.rate, "f"),
        before=None if before is None else format(before, "f"),
    )
    return True


def check_rate(c: TellRate) -> None:
    """Refuses a rate that can be none."""
    for name in ("from_currency", "to_currency"):
        code = getattr(c, name)
        if code not in CURRENCIES:
            raise RuleBroken("money.unknown_currency", field=name, currency=code)
    if c.from_currency == c.to_currency:
        raise RuleBroken("rate.same_currency", field="to_currency")
    if not 0 < c.rate <= LARGEST_RATE:
        raise RuleBroken("rate.not_above_zero", field="rate")
