"""
A customer's own terms by their dates: what holds on a day, and one more row from a day on.

A row says everything that holds from its day, so what is decided for an earlier day is carried into
the later rows, as the policy does with its versions.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from sqlalchemy import select

from portal.base.access import visible_to
from portal.base.work import Reader, Work
from portal.core.later_versions import carried
from portal.customers.terms_held import newest_terms, terms_held
from portal.tables.customers import Customer
from portal.tables.terms import CustomerTerms

#: What a row says, by the names of its columns.
FIELDS = ("terms", "grace_days", "late_rate", "day_count")

Values = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Decided:
    """Who says so, and why."""

    #: decision | file
    source: str
    reason: str
    change_id: int | None = None
    #: Who proposed it, where that is not who acts.
    author: str = ""


def values_on(r: Reader, customer: Customer, on: dt.date) -> dict[str, Any]:
    """What a customer's own terms say on a day; before the first dated row what the file said."""
    found = terms_held(CustomerTerms, customer.id, on)
    row = r.session.scalars(visible_to(found, r.actor, CustomerTerms.customer_id)).first()
    return _said(row) if row else undated(customer.payment_terms)


def undated(payment_terms: str | None) -> dict[str, Any]:
    """What holds without a date."""
    return {"terms": payment_terms or "", "grace_days": None, "late_rate": None, "day_count": None}


def terms_on(r: Reader, on: dt.date) -> dict[int, str]:
    """By customer: the terms of the dated row in force on a day, of those who have one."""
    newest = newest_terms(on)
    rows = visible_to(
        select(CustomerTerms.customer_id, CustomerTerms.terms), r.actor, CustomerTerms.customer_id
    ).join(newest, newest.c.id == CustomerTerms.id)
    return {row.customer_id: row.terms for row in r.session.execute(rows)}


def append_terms(
    w: Work, customer: Customer, changes: Values, effective_on: dt.date, decided: Decided
) -> int:
    """
    The row that says so from a day on; rows of later days follow, but for what they say themselves.

    The caller has locked the customer.
    """
    later = _in_force_after(w, customer.id, effective_on)
    before = values_on(w, customer, effective_on)
    after = {**before, **changes}
    row_id = _append(w, customer.id, after, effective_on, decided)
    for row in later:
        said = _said(row)
        says = carried(before, after, said)
        if says != said:
            told = Decided(row.source, row.reason, row.change_id, row.author)
            _append(w, customer.id, says, row.effective_on, told)
        before, after = said, says
    return row_id


def _in_force_after(w: Work, customer_id: int, on: dt.date) -> Collection[CustomerTerms]:
    found = (
        select(CustomerTerms)
        .where(CustomerTerms.customer_id == customer_id, CustomerTerms.effective_on > on)
        .order_by(CustomerTerms.effective_on, CustomerTerms.id)
    )
    return {row.effective_on: row for row in w.session.scalars(found)}.values()


def _append(w: Work, customer_id: int, values: Values, on: dt.date, decided: Decided) -> int:
    row = CustomerTerms(
        customer_id=customer_id,
        effective_on=on,
        terms=values["terms"] or "",
        grace_days=values["grace_days"],
        late_rate=values["late_rate"],
        day_count=values["day_count"],
        source=decided.source,
        reason=decided.reason,
        change_id=decided.change_id,
        author=decided.author or w.actor.name,
        at=w.now,
    )
    w.session.add(row)
    w.session.flush()
    w.audit(
        "customer_terms.changed",
        f"customer_terms/{row.id}",
        customer_id=customer_id,
        source=decided.source,
        effective_on=on.isoformat(),
        **{name: _plain(values[name]) for name in FIELDS},
    )
    return row.id


def _said(row: CustomerTerms) -> dict[str, Any]:
    return {name: getattr(row, name) for name in FIELDS}


def _plain(value: object) -> object:
    return str(value) if isinstance(value, Decimal) else value
