"""
Books S and L of the benchmarks: made by rule, loaded by bare SQL, into bare tables and into ours.

The bare tables are what a floor runs on: no constraint, no history, no permission.
"""

import datetime as dt
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any

from sqlalchemy import text
from sqlalchemy.orm import Session

from portal.base.batch import insert_rows
from portal.base.installation import Installation
from portal.tables.customers import Customer
from portal.tables.invoices import Entry, Invoice, Part
from portal.tables.payments import Allocation
from portal.tables.statements import Pending

FIRST_DAY = dt.date(2025, 1, 1)
MONTHS_OF_DAYS = 730
POSTED_AT = dt.datetime(2027, 1, 1, tzinfo=dt.UTC)
CURRENCY = "CNY"


@dataclass(frozen=True)
class Size:
    """How many customers and invoices a book has."""

    name: str
    customers: int
    invoices: int


S = Size("S", 2_000, 50_000)
L = Size("L", 100_000, 1_000_000)
SIZES = {size.name: size for size in (S, L)}


@dataclass(frozen=True, slots=True)
class Document:
    """An invoice, and the payment that settled it or a part of it, if any."""

    id: int
    customer_id: int
    dated_on: dt.date
    due_on: dt.date
    minor: int
    payment_id: int
    paid_on: dt.date | None
    paid_minor: int


def mixed(number: int) -> int:
    """A number that looks random and is always the same."""
    number = (number ^ (number >> 16)) * 0x45D9F3B & 0xFFFFFFFF
    number = (number ^ (number >> 16)) * 0x45D9F3B & 0xFFFFFFFF
    return number ^ (number >> 16)


def documents(size: Size) -> Iterator[Document]:
    """Two years of invoices, customer by customer; most are paid, some late, some in part."""
    last_day = FIRST_DAY + dt.timedelta(days=MONTHS_OF_DAYS - 1)
    each = size.invoices // size.customers
    for number in range(1, size.invoices + 1):
        noise = mixed(number)
        dated_on = FIRST_DAY + dt.timedelta(days=noise % MONTHS_OF_DAYS)
        due_on = dated_on + dt.timedelta(days=30 + 15 * (noise >> 10 & 3))
        minor = 1_000 + mixed(noise) % 5_000_000
        paid_on = due_on + dt.timedelta(days=(noise >> 13) % 81 - 40)
        paid_on = max(paid_on, dated_on)
        is_paid = (noise >> 20) % 14 and paid_on <= last_day
        yield Document(
            id=number,
            customer_id=(number - 1) // each + 1,
            dated_on=dated_on,
            due_on=due_on,
            minor=minor,
            payment_id=size.invoices + number,
            paid_on=paid_on if is_paid else None,
            paid_minor=minor if (noise >> 24) % 10 else minor // 2,
        )


BARE = (
    (
        "create table bare_invoice (id bigint, customer_id bigint, currency char(3),"
        " dated_on date, due_on date, amount bigint)"
    ),
    (
        "create table bare_payment (id bigint, customer_id bigint, currency char(3),"
        " dated_on date, amount bigint)"
    ),
    (
        "create table bare_allocation (invoice_id bigint, payment_id bigint, customer_id bigint,"
        " effective_on date, amount bigint)"
    ),
)
INDEXES = (
    "create index bare_invoice_customer on bare_invoice (customer_id, dated_on)",
    "create index bare_payment_customer on bare_payment (customer_id, dated_on)",
    "create index bare_allocation_invoice on bare_allocation (invoice_id, effective_on)",
)


def load(installation: Installation, size: Size) -> None:
    """Loads a book into our tables, and the same figures into bare ones."""
    with installation.work() as w:
        session = w.session
        insert_rows(session, Customer.__table__, CUSTOMER, _customers(size))
        insert_rows(session, Entry.__table__, ENTRY, _entries(size))
        insert_rows(session, Invoice.__table__, INVOICE, _invoices(size))
        insert_rows(session, Part.__table__, PART, _parts(size))
        insert_rows(session, Allocation.__table__, ALLOCATION, _allocations(size))
        insert_rows(session, Pending.__table__, PENDING, _pending(size))
        _load_bare(session)
        advance_keys(session)
    refresh(installation)


def _load_bare(session: Session) -> None:
    for statement in BARE:
        session.execute(text(statement))
    session.execute(
        text(
            "insert into bare_invoice select e.id, e.customer_id, e.currency, e.dated_on, p.due_on,"
            " e.amount_minor from entry e join part p on p.customer_id = e.customer_id"
            " and p.entry_id = e.id where e.kind = 1"
        )
    )
    session.execute(
        text(
            "insert into bare_payment select id, customer_id, currency, dated_on, -amount_minor"
            " from entry where kind = 4"
        )
    )
    session.execute(
        text(
            "insert into bare_allocation select entry_id, credit_id, customer_id, effective_on,"
            " amount_minor from allocation"
        )
    )
    for statement in INDEXES:
        session.execute(text(statement))


def advance_keys(session: Session) -> None:
    """Lets PostgreSQL give out keys after those that were loaded."""
    if session.get_bind().dialect.name == "postgresql":
        for table in ("customer", "entry"):
            session.execute(
                text(
                    f"select setval(pg_get_serial_sequence('{table}', 'id'), max(id)) from {table}"
                )
            )


def refresh(installation: Installation) -> None:
    """Statistics, as a database has them an hour after an import."""
    options = {"isolation_level": "AUTOCOMMIT"} if not installation.database.is_sqlite else {}
    with installation.database.engine.connect().execution_options(**options) as connection:
        connection.execute(text("analyze"))
        connection.commit()


CUSTOMER = ("id", "code", "name", "statement_cycle", "created_at")
ENTRY = (
    *("id", "customer_id", "currency", "kind", "space", "leg", "dated_on", "amount_minor"),
    *("memo", "number", "posted_at"),
)
INVOICE = ("entry_id", "terms_source")
PART = ("customer_id", "entry_id", "part", "currency", "dated_on", "due_on", "amount_minor")
ALLOCATION = (
    *("customer_id", "entry_id", "part", "credit_id", "nth", "currency", "memo"),
    *("effective_on", "amount_minor", "source"),
)
PENDING = ("customer_id", "entry_id", "currency", "dated_on")

Rows = Iterable[tuple[Any, ...]]


def _customers(size: Size) -> Rows:
    return (
        (n, f"C{n:06}", f"Customer {n} Ltd", "monthly", POSTED_AT)
        for n in range(1, size.customers + 1)
    )


def _entries(size: Size) -> Rows:
    for d in documents(size):
        yield (
            *(d.id, d.customer_id, CURRENCY, 1, 1, 0, d.dated_on, d.minor, 0, f"INV-{d.id:08}"),
            POSTED_AT,
        )
        if d.paid_on:
            yield (
                *(d.payment_id, d.customer_id, CURRENCY, 4, 2, 0, d.paid_on, -d.paid_minor, 0),
                *(f"PAY-{d.id:08}", POSTED_AT),
            )


def _invoices(size: Size) -> Rows:
    return ((d.id, "due_date") for d in documents(size))


def _parts(size: Size) -> Rows:
    return (
        (d.customer_id, d.id, 1, CURRENCY, d.dated_on, d.due_on, d.minor) for d in documents(size)
    )


def _allocations(size: Size) -> Rows:
    for d in documents(size):
        if d.paid_on:
            yield (
                *(d.customer_id, d.id, 1, d.payment_id, 1, CURRENCY, 0, d.paid_on),
                *(d.paid_minor, "import"),
            )


def _pending(size: Size) -> Rows:
    for d in documents(size):
        yield (d.customer_id, d.id, CURRENCY, d.dated_on)
        if d.paid_on:
            yield (d.customer_id, d.payment_id, CURRENCY, d.paid_on)
