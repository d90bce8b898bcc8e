"""What is open on a day to be provided for: by bucket of the matrix, and at single rates."""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from collections.abc import Collection
from dataclasses import dataclass, replace
from decimal import Decimal
from typing import Any

from sqlalchemy import ColumnElement, Subquery, and_, func, not_, or_, select

from portal.base.work import Reader
from portal.core.money import Money
from portal.core.provision import allowance_of
from portal.invoices.open_items import Scope, among, both, bucket, open_items, seen_by
from portal.tables.bad_debts import SpecificProvision
from portal.tables.customers import Customer
from portal.tables.invoices import Entry

PREFIX = "sp"


@dataclass(frozen=True, slots=True)
class SpecificRow:
    """Something that is provided for by itself, with what is open of it and the allowance."""

    ref: str
    customer_ref: str
    customer_name: str
    #: Empty: all that the customer owes.
    number: str
    percent: Decimal
    reason: str
    from_on: dt.date
    exposure: Money
    allowance: Money
    customer_id: int
    #: What securities cover of it.
    covered: Money

    def with_cover(self, covered: Money) -> SpecificRow:
        """The same once securities cover some of it."""
        allowance = allowance_of(self.exposure - covered, self.percent)
        return replace(self, covered=covered, allowance=allowance)


def by_bucket(r: Reader, as_of: dt.date) -> dict[str, list[int]]:
    """What is open by currency, in the buckets of the matrix."""
    placed = _placed(r, as_of, seen_by(r.actor))
    columns: list[Any] = [placed.c.currency, placed.c.place, func.sum(placed.c.open)]
    rows = select(*columns).group_by(placed.c.currency, placed.c.place)
    found = _empty(r)
    for currency, place, minor in r.session.execute(rows):
        found[currency][int(place)] += int(minor)
    return dict(found)


def by_bucket_of(
    r: Reader, as_of: dt.date, customer_ids: Collection[int]
) -> dict[tuple[int, str], list[int]]:
    """The same of a few customers, each by itself."""
    placed = _placed(r, as_of, both(seen_by(r.actor), among(sorted(customer_ids))))
    account: list[Any] = [placed.c.customer_id, placed.c.currency, placed.c.place]
    columns = [*account, func.sum(placed.c.open)]
    rows = select(*columns).group_by(*account)
    found = _empty(r)
    for customer_id, currency, place, minor in r.session.execute(rows):
        found[customer_id, currency][int(place)] += int(minor)
    return dict(found)


def _empty(r: Reader) -> defaultdict[Any, list[int]]:
    buckets = len(r.policy.provision_matrix.scheme.names)
    return defaultdict(lambda: [0] * buckets)


def _placed(r: Reader, as_of: dt.date, whose: Scope) -> Subquery:
    """The open items of the matrix, each with its bucket."""
    items = open_items(as_of, whose, inside=True)
    index = bucket(items.c.due_on, as_of, r.policy.provision_matrix.scheme).label("place")
    columns: list[Any] = [items.c.customer_id, items.c.currency, index, items.c.open]
    return select(*columns).where(not_(_is_apart(items, as_of))).subquery("placed")


def _runs_on(as_of: dt.date) -> ColumnElement[bool]:
    """The single rates that hold on a day."""
    return and_(
        SpecificProvision.from_on <= as_of,
        or_(SpecificProvision.ended_on.is_(None), SpecificProvision.ended_on > as_of),
    )


def _is_apart(items: Any, as_of: dt.date) -> ColumnElement[bool]:
    """Whether an item is provided for by itself."""
    own = select(SpecificProvision.id).where(
        _runs_on(as_of),
        SpecificProvision.customer_id == items.c.customer_id,
        or_(SpecificProvision.entry_id.is_(None), SpecificProvision.entry_id == items.c.entry_id),
    )
    return own.exists()


def specific_rows(r: Reader, as_of: dt.date) -> list[SpecificRow]:
    """What has a rate of its own on a day; that of an invoice goes before its customer's."""
    items = open_items(as_of, seen_by(r.actor), inside=True)
    own = SpecificProvision.__table__.alias("own")
    has_own = (
        select(own.c.id)
        .where(
            own.c.customer_id == items.c.customer_id,
            own.c.entry_id == items.c.entry_id,
            own.c.from_on <= as_of,
            or_(own.c.ended_on.is_(None), own.c.ended_on > as_of),
        )
        .exists()
    )
    belongs = or_(
        SpecificProvision.entry_id == items.c.entry_id,
        and_(SpecificProvision.entry_id.is_(None), not_(has_own)),
    )
    columns: list[Any] = [
        SpecificProvision,
        Customer.name,
        Entry.number,
        items.c.currency,
        func.sum(items.c.open).label("open"),
    ]
    rows = (
        select(*columns)
        .select_from(SpecificProvision)
        .join(items, and_(items.c.customer_id == SpecificProvision.customer_id, belongs))
        .join(Customer, Customer.id == SpecificProvision.customer_id)
        .outerjoin(Entry, Entry.id == SpecificProvision.entry_id)
        .where(_runs_on(as_of), items.c.open != 0)
        .group_by(SpecificProvision.id, Customer.name, Entry.number, items.c.currency)
        .order_by(Customer.name, SpecificProvision.id, items.c.currency)
    )
    return [_specific_row(r, row) for row in r.session.execute(rows)]


def _specific_row(r: Reader, row: Any) -> SpecificRow:
    told: SpecificProvision = row.SpecificProvision
    exposure = Money(int(row.open), row.currency)
    return SpecificRow(
        ref=r.refs.of(PREFIX, told.id),
        customer_ref=r.refs.of("cu", told.customer_id),
        customer_name=row.name,
        number=row.number or "",
        percent=told.percent,
        reason=told.reason,
        from_on=told.from_on,
        exposure=exposure,
        allowance=allowance_of(exposure, told.percent),
        customer_id=told.customer_id,
        covered=Money.zero(row.currency),
    )
