"""
What pages read of invoices, as of the reader's today.

What is open is the claim: a write-off inside the house does not show here.
"""

from __future__ import annotations

from typing import Any

from sqlalchemy import Integer, and_, case, cast, func, select

from portal.base.access import NotFound
from portal.base.paging import page_within
from portal.base.work import Reader
from portal.core.ageing import days_late
from portal.core.ledger import Kind
from portal.core.money import Money
from portal.invoices.held import BLOCKED
from portal.invoices.listing import asked_listing
from portal.invoices.open_items import counts_on, due_parts, one, seen_by, with_disputes
from portal.invoices.rows import (
    AppliedRow,
    InvoiceDetail,
    InvoiceFilter,
    InvoicePage,
    InvoiceRow,
    InvoiceView,
    LineRow,
    Moved,
    OnStatement,
    PartRow,
    Total,
)
from portal.tables.contracts import ContractAmendment, InvoiceCheck
from portal.tables.customers import Customer
from portal.tables.invoices import Entry, Invoice, InvoiceLine
from portal.tables.payments import Allocation
from portal.tables.settings import Policy
from portal.tables.statements import Statement, StatementLine
from portal.tables.terms import CustomerTerms, PartMove

#: What gives terms a version → its table, whose rows say from when.
VERSIONS: dict[str, Any] = {
    "amendment": ContractAmendment,
    "customer_terms": CustomerTerms,
    "policy": Policy,
}


def list_invoices(r: Reader, asked: InvoiceFilter) -> InvoicePage:
    """One page of the invoices that a filter keeps, in its order, and the sums of them all."""
    listing, values = asked_listing(r, asked)
    totals = [
        Total(count, Money(int(amount), currency), Money(int(is_open), currency))
        for currency, count, amount, is_open in r.session.execute(listing.sums, values)
    ]
    count = sum(total.count for total in totals)
    page, pages = page_within(asked.page, count, asked.per_page)
    cut = {"most": asked.per_page, "before": (page - 1) * asked.per_page}
    found = [_invoice_row(r, row) for row in r.session.execute(listing.page, {**values, **cut})]
    return InvoicePage(found, totals, page, pages, count)


def _invoice_row(r: Reader, row: Any) -> InvoiceRow:
    return InvoiceRow(
        id=row.id,
        ref=r.refs.of("iv", row.id),
        number=row.number,
        customer_id=row.customer_id,
        customer_code=row.code,
        customer_name=row.name,
        reference=row.reference or "",
        dated_on=row.dated_on,
        due_on=row.due_on,
        amount=Money(row.amount, row.currency),
        open=Money(int(row.open), row.currency),
        disputed=Money(int(row.disputed), row.currency),
        days_late=days_late(row.due_on, r.today) if row.open else None,
    )


def get_invoice(r: Reader, ref: str) -> InvoiceView:
    """An invoice with its parts, lines, credits and statements; `NotFound` if it is not yours."""
    entry_id = r.id_of("iv", ref)
    columns: list[Any] = [Invoice, Entry, Customer, InvoiceCheck.state, _since(), *_moved()]
    found = r.session.execute(
        select(*columns)
        .join(Entry, Entry.id == Invoice.entry_id)
        .join(Customer, Customer.id == Entry.customer_id)
        .outerjoin(InvoiceCheck, InvoiceCheck.entry_id == Entry.id)
        .where(
            Entry.id == entry_id,
            Entry.kind == Kind.INVOICE,
            Entry.dated_on <= r.today,
            seen_by(r.actor)(Entry.customer_id),
        )
    ).first()
    if found is None:
        raise NotFound(ref)
    said, entry, customer, check, since, moved_from, moved_at, moved_by = found
    parts = _parts(r, entry)
    row = _row_of(r, entry, customer, parts)
    return InvoiceView(
        row=row,
        detail=_detail(said, row.amount.currency, customer.owner),
        parts=parts,
        lines=_lines(r, row),
        applied=_applied(r, row),
        statements=_statements(r, row),
        is_held=check in BLOCKED,
        since=since,
        moved=Moved(moved_from, moved_at, moved_by) if moved_by else None,
    )


def _since() -> Any:
    """From when what gave an invoice its terms holds: the day of `policy/7`, `amendment/5` …"""
    ways: list[Any] = []
    for version, table in VERSIONS.items():
        stem = f"{version}/"
        number = cast(func.substr(Invoice.terms_version, len(stem) + 1), Integer)
        is_such = Invoice.terms_version.startswith(stem, autoescape=True)
        wanted = case((is_such, number))
        day: Any = select(table.effective_on).where(table.id == wanted).correlate(Invoice)
        ways.append(day.scalar_subquery())
    return func.coalesce(*ways, type_=ways[0].type)


def _moved() -> list[Any]:
    """What the first due date was before it moved; when it was last moved, and by what."""
    of = (PartMove.customer_id == Entry.customer_id, PartMove.entry_id == Entry.id)
    first = select(PartMove.from_due_on).where(*of).order_by(PartMove.id)
    last: list[Any] = [
        select(column).where(*of).order_by(PartMove.id.desc())
        for column in (PartMove.at, PartMove.change_id)
    ]
    return [each.limit(1).correlate(Entry).scalar_subquery() for each in (first, *last)]


def _row_of(r: Reader, entry: Entry, customer: Customer, parts: list[PartRow]) -> InvoiceRow:
    """An invoice as lists show it, from what its parts say; due is the next open one's day."""
    days = [part.due_on for part in parts if part.due_on]
    next_on = min((part.due_on for part in parts if part.due_on and part.open.minor), default=None)
    due_on = next_on or max(days, default=None)
    is_open = Money.total((part.open for part in parts), entry.currency)
    return InvoiceRow(
        id=entry.id,
        ref=r.refs.of("iv", entry.id),
        number=entry.number,
        customer_id=customer.id,
        customer_code=customer.code,
        customer_name=customer.name,
        reference=entry.reference or "",
        dated_on=entry.dated_on,
        due_on=due_on,
        amount=Money(entry.amount_minor, entry.currency),
        open=is_open,
        disputed=Money.total((part.disputed for part in parts), entry.currency),
        days_late=days_late(due_on, r.today) if is_open.minor else None,
    )


def _detail(said: Invoice, currency: str, owner: str | None) -> InvoiceDetail:
    return InvoiceDetail(
        terms_text=said.terms_text or "",
        terms_source=said.terms_source,
        terms_version=said.terms_version or "",
        tax=None if said.tax_minor is None else Money(said.tax_minor, currency),
        tax_invoice_no=said.tax_invoice_no or "",
        contract_code=said.contract_code or "",
        order_code=said.order_code or "",
        shipped_on=said.shipped_on,
        delivered_on=said.delivered_on,
        accepted_on=said.accepted_on,
        received_on=said.received_on,
        description=said.description or "",
        region=said.region or "",
        product=said.product or "",
        owner=owner or "",
    )


def _parts(r: Reader, entry: Entry) -> list[PartRow]:
    whose = one(entry.customer_id)
    items = with_disputes(due_parts(r.today, whose), r.today, whose).subquery("part_of")
    found = r.session.execute(
        select(items).where(items.c.entry_id == entry.id).order_by(items.c.part)
    )
    return [
        PartRow(
            part=part.part,
            due_on=part.due_on,
            amount=Money(part.amount_minor, entry.currency),
            open=Money(int(part.open), entry.currency),
            disputed=Money(int(part.disputed), entry.currency),
            days_late=days_late(part.due_on, r.today) if part.open else None,
        )
        for part in found
    ]


def _lines(r: Reader, row: InvoiceRow) -> list[LineRow]:
    currency = row.amount.currency
    found = r.session.scalars(
        select(InvoiceLine).where(InvoiceLine.entry_id == row.id).order_by(InvoiceLine.line)
    )
    return [
        LineRow(
            line=line.line,
            description=line.description,
            product_code=line.product_code or "",
            unit=line.unit or "",
            quantity=str(line.quantity),
            unit_price=str(line.unit_price),
            tax_rate="" if line.tax_rate is None else str(line.tax_rate),
            tax=None if line.tax_minor is None else Money(line.tax_minor, currency),
            amount=Money(line.amount_minor, currency),
        )
        for line in found
    ]


def _applied(r: Reader, row: InvoiceRow) -> list[AppliedRow]:
    same = and_(
        Allocation.credit_id == Entry.id,
        Allocation.customer_id == Entry.customer_id,
        # A write-off is no payment: only the house sees it, and not here.
        Allocation.memo == 0,
    )
    found = r.session.execute(
        select(Entry, Allocation)
        .join(Allocation, same)
        .where(
            Allocation.customer_id == row.customer_id,
            Allocation.entry_id == row.id,
            counts_on(r.today),
        )
        .order_by(Allocation.effective_on, Entry.number, Allocation.part, Allocation.nth)
    )
    return [
        AppliedRow(
            id=credit.id,
            ref=r.refs.of("iv", credit.id),
            number=credit.number,
            kind=Kind(credit.kind).word,
            dated_on=credit.dated_on,
            effective_on=allocation.effective_on,
            part=allocation.part,
            amount=Money(allocation.amount_minor, allocation.currency),
        )
        for credit, allocation in found
    ]


def _statements(r: Reader, row: InvoiceRow) -> list[OnStatement]:
    found = r.session.execute(
        select(Statement.id, Statement.number, Statement.period_to, Statement.state)
        .join(
            StatementLine,
            and_(
                StatementLine.customer_id == Statement.customer_id,
                StatementLine.statement_id == Statement.id,
            ),
        )
        .where(
            StatementLine.customer_id == row.customer_id,
            StatementLine.entry_id == row.id,
            Statement.in_force == 1,
        )
        .order_by(Statement.period_to)
    )
    return [
        OnStatement(each.id, r.refs.of("st", each.id), each.number, each.period_to, each.state)
        for each in found
    ]
