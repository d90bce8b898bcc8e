"""
What pages read of payments and other credits, and of what they were applied to.

As of the reader's today: an application that begins later, or was ended, does not count.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from sqlalchemy import ColumnElement, Select, Subquery, and_, desc, func, select

from portal.base.lookup import says
from portal.base.paging import page_within
from portal.base.work import Reader
from portal.core.ledger import Kind
from portal.core.money import Money
from portal.invoices.open_items import Scope, counts_on, whose_items
from portal.invoices.rows import AppliedRow
from portal.payments.rows import CreditFilter, CreditPage, CreditRow, CreditTotal
from portal.tables.customers import Customer
from portal.tables.invoices import Entry
from portal.tables.payments import Allocation, Payment

#: The states of a filter that are kinds of entries.
KINDS = {"payment": Kind.PAYMENT, "credit_note": Kind.CREDIT_NOTE}


def list_credits(r: Reader, asked: CreditFilter) -> CreditPage:
    """One page of the credits that a filter keeps, in its order, and the sums of them all."""
    rows = _credits(r, whose_items(r.actor, asked.customer_id))
    kept = _filtered(rows, asked)
    totals = [
        CreditTotal(count, Money(int(amount), currency), Money(int(unapplied), currency))
        for currency, count, amount, unapplied in r.session.execute(
            select(
                rows.c.currency, func.count(), func.sum(rows.c.amount), func.sum(rows.c.unapplied)
            )
            .where(*kept)
            .group_by(rows.c.currency)
            .order_by(rows.c.currency)
        )
    ]
    count = sum(total.count for total in totals)
    page, pages = page_within(asked.page, count, asked.per_page)
    found = r.session.execute(
        select(rows)
        .where(*kept)
        .order_by(*_order(rows, asked.sort))
        .limit(asked.per_page)
        .offset((page - 1) * asked.per_page)
    ).all()
    applied = _applied(r, found)
    shown = [_credit_row(r, row, applied.get(row.id, ())) for row in found]
    return CreditPage(shown, totals, page, pages, count)


def _credits(r: Reader, whose: Scope) -> Subquery:
    """Every credit dated by today, with what of it is not applied."""
    used = (
        select(
            Allocation.customer_id,
            Allocation.credit_id,
            func.sum(Allocation.amount_minor).label("amount"),
        )
        .where(whose(Allocation.customer_id), counts_on(r.today))
        .group_by(Allocation.customer_id, Allocation.credit_id)
        .subquery("used")
    )
    same = and_(used.c.credit_id == Entry.id, used.c.customer_id == Entry.customer_id)
    amount: Any = -Entry.amount_minor
    columns: list[Any] = [
        *(Entry.id, Entry.customer_id, Entry.currency, Entry.kind, Entry.number, Entry.reference),
        *(Entry.dated_on, Payment.method, Payment.payer, Customer.name.label("customer_name")),
        amount.label("amount"),
        (amount - func.coalesce(used.c.amount, 0)).label("unapplied"),
    ]
    rows: Select[Any] = select(*columns).join(Customer, Customer.id == Entry.customer_id)
    return (
        rows.outerjoin(Payment, Payment.entry_id == Entry.id)
        .outerjoin(used, same)
        .where(
            Entry.amount_minor < 0,
            Entry.memo == 0,
            Entry.dated_on <= r.today,
            whose(Entry.customer_id),
        )
        .subquery("credit")
    )


def _filtered(rows: Subquery, asked: CreditFilter) -> list[ColumnElement[bool]]:
    kept: list[ColumnElement[bool]] = []
    if asked.state in KINDS:
        kept.append(rows.c.kind == KINDS[asked.state])
    elif asked.state:
        kept.append(rows.c.unapplied > 0)
    if asked.currency:
        kept.append(rows.c.currency == asked.currency)
    if asked.from_on:
        kept.append(rows.c.dated_on >= asked.from_on)
    if asked.to_on:
        kept.append(rows.c.dated_on <= asked.to_on)
    return kept + says(asked.text, rows.c.number, rows.c.reference, rows.c.payer)


def _order(rows: Subquery, sort: str) -> list[Any]:
    """The columns that a sort names; the number makes it total."""
    columns = {"date": rows.c.dated_on, "amount": rows.c.amount, "unapplied": rows.c.unapplied}
    column = columns.get(sort.removeprefix("-"), rows.c.dated_on)
    return [desc(column) if sort.startswith("-") else column, rows.c.number, rows.c.id]


def _applied(r: Reader, credits_: Iterable[Any]) -> dict[int, tuple[AppliedRow, ...]]:
    """What each credit was applied to, in one query for them all."""
    wanted = list(credits_)
    same = and_(Entry.id == Allocation.entry_id, Entry.customer_id == Allocation.customer_id)
    found = r.session.execute(
        select(Allocation, Entry)
        .join(Entry, same)
        .where(
            Allocation.customer_id.in_({credit.customer_id for credit in wanted}),
            Allocation.credit_id.in_([credit.id for credit in wanted]),
            counts_on(r.today),
        )
        .order_by(Allocation.effective_on, Entry.number, Allocation.part, Allocation.nth)
    )
    rows: dict[int, tuple[AppliedRow, ...]] = {}
    for allocation, entry in found:
        row = AppliedRow(
            id=entry.id,
            ref=r.refs.of("iv", entry.id),
            number=entry.number,
            kind=Kind(entry.kind).word,
            dated_on=entry.dated_on,
            effective_on=allocation.effective_on,
            part=allocation.part,
            amount=Money(allocation.amount_minor, allocation.currency),
        )
        rows[allocation.credit_id] = (*rows.get(allocation.credit_id, ()), row)
    return rows


def _credit_row(r: Reader, row: Any, applied: tuple[AppliedRow, ...]) -> CreditRow:
    return CreditRow(
        id=row.id,
        ref=r.refs.of("iv", row.id),
        customer_id=row.customer_id,
        customer_name=row.customer_name,
        kind=Kind(row.kind).word,
        number=row.number,
        reference=row.reference or "",
        dated_on=row.dated_on,
        method=row.method or "",
        payer=row.payer or "",
        amount=Money(row.amount, row.currency),
        unapplied=Money(int(row.unapplied), row.currency),
        applied=applied,
    )
