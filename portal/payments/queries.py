"""What pages read of payments and other credits, and of what they were applied to."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from dataclasses import dataclass

from sqlalchemy import and_, func, select

from portal.base.work import Reader
from portal.core.ledger import Kind
from portal.core.money import Money
from portal.invoices.open_items import counts_on, whose_items
from portal.invoices.rows import PER_PAGE, AppliedRow
from portal.tables.invoices import Entry
from portal.tables.payments import Allocation, Payment


@dataclass(frozen=True, slots=True)
class CreditRow:
    """A payment, credit note or other credit, with what of it is not applied yet."""

    id: int
    ref: str
    kind: str
    number: str
    reference: str
    dated_on: dt.date
    method: str
    payer: str
    amount: Money
    unapplied: Money
    applied: tuple[AppliedRow, ...]


@dataclass(frozen=True, slots=True)
class CreditPage:
    """One page of credits, the newest first."""

    rows: list[CreditRow]
    page: int
    pages: int
    count: int


def list_credits(
    r: Reader, customer_id: int | None = None, page: int = 1, per_page: int = PER_PAGE
) -> CreditPage:
    """The credits dated by today, the newest first, each with the items it was applied to."""
    mine = (
        Entry.amount_minor < 0,
        Entry.memo == 0,
        Entry.dated_on <= r.today,
        whose_items(r.actor, customer_id)(Entry.customer_id),
    )
    count = r.session.scalar(select(func.count()).select_from(Entry).where(*mine)) or 0
    pages = max(1, -(-count // per_page))
    page = min(max(1, page), pages)
    found = r.session.execute(
        select(Entry, Payment)
        .outerjoin(Payment, Payment.entry_id == Entry.id)
        .where(*mine)
        .order_by(Entry.dated_on.desc(), Entry.number)
        .limit(per_page)
        .offset((page - 1) * per_page)
    ).all()
    applied = _applied(r, [credit for credit, _ in found])
    rows = [
        _credit_row(r, credit, payment, applied.get(credit.id, ())) for credit, payment in found
    ]
    return CreditPage(rows, page, pages, count)


def _applied(r: Reader, credits_: Iterable[Entry]) -> dict[int, tuple[AppliedRow, ...]]:
    """What each credit was applied to, in one query for them all."""
    customer_ids = {credit.customer_id for credit in credits_}
    same = and_(Entry.id == Allocation.entry_id, Entry.customer_id == Allocation.customer_id)
    found = r.session.execute(
        select(Allocation, Entry)
        .join(Entry, same)
        .where(
            Allocation.customer_id.in_(customer_ids),
            Allocation.credit_id.in_([credit.id for credit in credits_]),
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


def _credit_row(
    r: Reader, credit: Entry, payment: Payment | None, applied: tuple[AppliedRow, ...]
) -> CreditRow:
    amount = Money(-credit.amount_minor, credit.currency)
    return CreditRow(
        id=credit.id,
        ref=r.refs.of("iv", credit.id),
        kind=Kind(credit.kind).word,
        number=credit.number,
        reference=credit.reference or "",
        dated_on=credit.dated_on,
        method=(payment.method if payment else None) or "",
        payer=(payment.payer if payment else None) or "",
        amount=amount,
        unapplied=amount - Money.total((row.amount for row in applied), credit.currency),
        applied=applied,
    )
