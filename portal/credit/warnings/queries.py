"""Which customers an overdue warning holds for on a day, and why: rule R430 over rows."""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from fractions import Fraction
from typing import Any

from sqlalchemy import Subquery, func, select

from portal.base.work import Reader
from portal.core.exposure import Pair, Rate, rate_between
from portal.core.money import exponent
from portal.core.overdue_warning import Crossed, Late, LimitHeld, Thresholds, crossed
from portal.credit.rates import rates_on
from portal.customers.limits import limits_on
from portal.invoices.ageing import run_serially
from portal.invoices.open_items import Scope, among, both, open_items, whose_items

LateBy = Mapping[int, Sequence[Late]]
Warned = Mapping[int, tuple[Crossed, ...]]


def warned_customers(r: Reader, customer_id: int | None = None) -> Warned:
    """The thresholds that each customer has reached whom the reader sees; one where it is named."""
    thresholds = Thresholds.read(r.policy.values)
    if not thresholds.warns:
        return {}
    if customer_id is not None:
        return _judged(r, _by_day(r, whose_items(r.actor, customer_id)), thresholds)
    run_serially(r.session)
    return _judged(r, _in_all(r, whose_items(r.actor)), thresholds)


def in_full(r: Reader, customer_ids: Collection[int]) -> Warned:
    """The same of a few customers, with the days since when they reached each threshold."""
    whose = both(whose_items(r.actor), among(sorted(customer_ids)))
    return _judged(r, _by_day(r, whose), Thresholds.read(r.policy.values))


def _judged(r: Reader, late: LateBy, thresholds: Thresholds) -> Warned:
    limits = _limits(r, late) if thresholds.share_percent is not None else {}
    found = {
        customer_id: crossed(each, thresholds, r.today, limits.get(customer_id))
        for customer_id, each in late.items()
    }
    return {customer_id: reasons for customer_id, reasons in found.items() if reasons}


def _overdue(r: Reader, whose: Scope) -> Subquery:
    """What is undisputed of the items that are overdue, as the house sees them."""
    items = open_items(r.today, whose, inside=True)
    left: Any = (items.c.open - items.c.disputed).label("left")
    columns: list[Any] = [items.c.customer_id, items.c.currency, items.c.due_on, left]
    return (
        select(*columns)
        .where(items.c.open > items.c.disputed, items.c.due_on < r.today)
        .subquery("overdue")
    )


def _in_all(r: Reader, whose: Scope) -> LateBy:
    """A row an account: all of it stands on the earliest day, which is enough to tell who."""
    late = _overdue(r, whose)
    account: list[Any] = [late.c.customer_id, late.c.currency]
    columns: list[Any] = [*account, func.min(late.c.due_on), func.sum(late.c.left)]
    return _read(r, select(*columns).group_by(*account))


def _by_day(r: Reader, whose: Scope) -> LateBy:
    late = _overdue(r, whose)
    place: list[Any] = [late.c.customer_id, late.c.currency, late.c.due_on]
    columns: list[Any] = [*place, func.sum(late.c.left)]
    return _read(r, select(*columns).group_by(*place).order_by(*place))


def _read(r: Reader, rows: Any) -> LateBy:
    found: defaultdict[int, dict[str, list[tuple[dt.date, int]]]] = defaultdict(dict)
    for customer_id, currency, due_on, minor in r.session.execute(rows):
        found[customer_id].setdefault(currency, []).append((due_on, int(minor)))
    return {
        customer_id: [Late(currency, days) for currency, days in sorted(accounts.items())]
        for customer_id, accounts in found.items()
    }


def _limits(r: Reader, late: LateBy) -> dict[int, LimitHeld]:
    """The limits of those who are late, with what their currencies are worth in theirs today."""
    one_only = list(late) if len(late) == 1 else None
    held = {
        key: each.amount for key, each in limits_on(r, r.today, one_only).items() if key in late
    }
    limits = {key: amount for key, amount in held.items() if amount is not None}
    owed = {each.currency for accounts in late.values() for each in accounts}
    rates = rates_on(r, r.today, owed | {each.currency for each in limits.values()})
    found = {}
    for key, amount in limits.items():
        worth = {
            each.currency: _worth(rates, Pair(each.currency, amount.currency), r.today)
            for each in late[key]
        }
        told = {name: each for name, each in worth.items() if each is not None}
        found[key] = LimitHeld(amount, told)
    return found


def _worth(rates: Sequence[Rate], pair: Pair, on: dt.date) -> Fraction | None:
    """What one minor unit is worth in minor units of the other currency; None: nobody said."""
    rate = rate_between(rates, pair, on)
    shift = exponent(pair.to_currency) - exponent(pair.from_currency)
    return None if rate is None else rate * Fraction(10) ** shift
