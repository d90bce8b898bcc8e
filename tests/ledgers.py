"""
Books for tests: a `core.ledger.Book` put into an installation's tables, row for row.

It posts nothing by the product's own acts, so that reads can be compared with core without them.
"""

from collections.abc import Iterable, Iterator
from typing import Any

from sqlalchemy import select, text

from portal.base.batch import insert_rows
from portal.base.installation import Installation
from portal.base.work import Work
from portal.core.deliveries import Delivery
from portal.core.ledger import Allocation, Book, Entry, Kind
from portal.tables.customers import Customer
from portal.tables.deliveries import Delivery as DeliveryTable
from portal.tables.disputes import DisputedPart as DisputeTable
from portal.tables.invoices import Entry as EntryTable
from portal.tables.invoices import Invoice as InvoiceTable
from portal.tables.invoices import Part as PartTable
from portal.tables.payments import Allocation as AllocationTable
from portal.tables.statements import Pending

ENTRY = (
    *("id", "customer_id", "currency", "kind", "space", "leg", "dated_on", "amount_minor"),
    *("memo", "number", "reference", "posted_at"),
)
PART = ("customer_id", "entry_id", "part", "currency", "dated_on", "due_on", "amount_minor")
INVOICE = ("entry_id", "terms_source", "terms_text", "region", "product")
ALLOCATION = (
    *("customer_id", "entry_id", "part", "credit_id", "nth", "currency", "memo"),
    *("effective_on", "ended_on", "amount_minor", "source"),
)
DISPUTE = ("customer_id", "entry_id", "part", "from_on", "ended_on", "amount_minor")
DELIVERY = (
    *("customer_id", "currency", "delivered_on", "number", "order_code", "reference"),
    *("received_by", "amount_minor", "invoice_code", "posted_at"),
)
PENDING = ("customer_id", "entry_id", "currency", "dated_on")


def add_customers(w: Work, codes: Iterable[str], **columns: Any) -> dict[str, int]:
    """Customers named by their codes; those that are there already stay as they are."""
    known = dict(w.session.execute(select(Customer.code, Customer.id)).all())
    for code in sorted(set(codes) - known.keys()):
        w.session.add(Customer(code=code, name=f"{code} Ltd", created_at=w.now, **columns))
    w.session.flush()
    return dict(w.session.execute(select(Customer.code, Customer.id)).all())


def store(
    installation: Installation, book: Book, terms: str | None = None, **customer_columns: Any
) -> None:
    """
    Puts a book, or what is new of it, into the tables; its entries wait for their statement.

    Its invoices carry terms where these are given: nobody tells them afterwards.
    """
    with installation.work() as w:
        codes = {entry.customer for entry in book.entries}
        ids = add_customers(w, codes, **customer_columns)
        there = set(w.session.scalars(select(EntryTable.id)))
        fresh = [entry for entry in book.entries if entry.id not in there]
        new = {entry.id for entry in fresh}
        insert_rows(w.session, EntryTable.__table__, ENTRY, _entries(w, fresh, ids))
        invoices = ((e.id, "due_date", terms, "", "") for e in fresh if e.kind is Kind.INVOICE)
        insert_rows(w.session, InvoiceTable.__table__, INVOICE, invoices)
        waiting = (
            (ids[e.customer], e.id, e.amount.currency, e.dated_on)
            for e in fresh
            if not e.kind.is_memo
        )
        insert_rows(w.session, Pending.__table__, PENDING, waiting)
        insert_rows(w.session, PartTable.__table__, PART, _parts(book, ids, new))
        insert_rows(
            w.session, AllocationTable.__table__, ALLOCATION, list(_allocations(w, book, ids))
        )
        insert_rows(w.session, DisputeTable.__table__, DISPUTE, _disputes(book, ids, new))


def store_deliveries(installation: Installation, deliveries: Iterable[Delivery]) -> None:
    """Puts deliveries into their table."""
    given = list(deliveries)
    with installation.work() as w:
        ids = add_customers(w, {each.account.customer for each in given})
        rows = [
            (
                ids[each.account.customer],
                each.account.currency,
                *each.delivered,
                each.invoice,
                w.now,
            )
            for each in given
        ]
        insert_rows(w.session, DeliveryTable.__table__, DELIVERY, rows)


def count_on(installation: Installation) -> None:
    """What is posted after a stored book gets ids of its own: PostgreSQL counts by itself."""
    with installation.work() as w:
        if w.session.get_bind().dialect.name == "postgresql":
            w.session.execute(
                text("select setval(pg_get_serial_sequence('entry', 'id'), max(id)) from entry")
            )


def _entries(w: Work, entries: Iterable[Entry], ids: dict[str, int]) -> Iterator[tuple[Any, ...]]:
    for entry in entries:
        yield (
            entry.id,
            ids[entry.customer],
            entry.amount.currency,
            int(entry.kind),
            entry.kind.space,
            entry.leg,
            entry.dated_on,
            entry.amount.minor,
            int(entry.kind.is_memo),
            entry.number,
            entry.reference or None,
            w.now,
        )


def _parts(book: Book, ids: dict[str, int], new: set[int]) -> Iterator[tuple[Any, ...]]:
    for part in book.parts:
        if part.entry_id in new:
            entry = book.by_id[part.entry_id]
            yield (
                ids[entry.customer],
                entry.id,
                part.part,
                part.amount.currency,
                entry.dated_on,
                part.due_on,
                part.amount.minor,
            )


def _allocations(w: Work, book: Book, ids: dict[str, int]) -> Iterator[tuple[Any, ...]]:
    there = w.session.execute(
        select(
            AllocationTable.entry_id,
            AllocationTable.part,
            AllocationTable.credit_id,
            AllocationTable.nth,
        )
    )
    known = {tuple(row) for row in there}
    counted: dict[tuple[int, int, int], int] = {}
    for allocation in book.allocations:
        key = (allocation.entry_id, allocation.part, allocation.credit_id)
        counted[key] = nth = counted.get(key, 0) + 1
        if (*key, nth) not in known:
            yield _allocation(book, allocation, ids, nth)


def _allocation(
    book: Book, allocation: Allocation, ids: dict[str, int], nth: int
) -> tuple[Any, ...]:
    entry, credit = book.by_id[allocation.entry_id], book.by_id[allocation.credit_id]
    return (
        ids[entry.customer],
        entry.id,
        allocation.part,
        credit.id,
        nth,
        allocation.amount.currency,
        int(credit.kind.is_memo),
        allocation.effective_on,
        allocation.ended_on,
        allocation.amount.minor,
        "import",
    )


def _disputes(book: Book, ids: dict[str, int], new: set[int]) -> Iterator[tuple[Any, ...]]:
    for dispute in book.disputes:
        if dispute.entry_id in new:
            yield (
                ids[book.by_id[dispute.entry_id].customer],
                dispute.entry_id,
                dispute.part,
                dispute.from_on,
                dispute.ended_on,
                None if dispute.amount is None else dispute.amount.minor,
            )
