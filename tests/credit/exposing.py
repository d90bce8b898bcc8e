"""Random credit books: orders, deliveries, bills and securities beside a random ledger."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace
from decimal import Decimal
from random import Random

from sqlalchemy import select, update

from portal.base.installation import Installation
from portal.core.credit_book import Bill, CreditBook, Order, Security
from portal.core.exposure import Rate
from portal.core.ledger import Book, Entry, Kind
from portal.core.money import Money
from portal.tables.credit import Bill as BillRow
from portal.tables.credit import Collateral as CollateralRow
from portal.tables.customers import Customer
from portal.tables.invoices import Invoice
from portal.tables.orders import Rate as RateRow
from portal.tables.orders import SalesOrder
from portal.tables.people import User
from tests.ledgers import add_customers, store, store_deliveries
from tests.random_books import CURRENCIES, DAYS, FIRST_DAY, a_random_book, random_deliveries

#: Of the customers C0 to C5; C4 stands alone.
PARENTS = {"C1": "C0", "C2": "C0", "C3": "C2", "C5": "C3"}
RATES = (
    Rate("JPY", "CNY", FIRST_DAY, Decimal("0.0461")),
    Rate("JPY", "CNY", FIRST_DAY + dt.timedelta(days=150), Decimal("0.0487")),
)
STATES = ("held", "discounted", "endorsed", "honoured", "dishonoured")
DECISIONS = ("", "", "allow", "hold", "refuse", "released")


def a_credit_book(seed: int) -> CreditBook:
    """A credit book that is the same for the same seed; its customers stand in one tree."""
    random = Random(f"credit/{seed}")
    ledger = a_random_book(seed)
    orders = tuple(_order(random, turn) for turn in range(40))
    order_of = {
        entry.number: random.choice(orders).code
        for entry in ledger.entries
        if entry.kind is Kind.INVOICE and random.random() < 0.7
    }
    deliveries = tuple(
        replace(
            each, delivered=each.delivered._replace(order=random.choice([None, *codes(orders)]))
        )
        for each in random_deliveries(ledger, seed)
    )
    securities = tuple(_security(random) for _ in range(12))
    bills = tuple(_bills(random, ledger))
    ledger = _with_returns(ledger, random, bills)
    return CreditBook(ledger, deliveries, orders, bills, securities, order_of, PARENTS)


def codes(orders: tuple[Order, ...]) -> list[str]:
    return [order.code for order in orders]


def _day(random: Random) -> dt.date:
    return FIRST_DAY + dt.timedelta(days=random.randrange(DAYS))


def _money(random: Random) -> Money:
    return Money(random.randint(1, 90_000), random.choice(CURRENCIES))


def _order(random: Random, turn: int) -> Order:
    decision, day = random.choice(DECISIONS), _day(random)
    until = day + dt.timedelta(days=random.randrange(31)) if decision == "released" else None
    status = random.choice(["open", "open", "open", "closed", "cancelled"])
    code = f"{random.choice(['号', 'o', 'O'])}{turn}"
    return Order(code, f"C{turn % 6}", _money(random), day, status, decision, until)


def _security(random: Random) -> Security:
    from_on = _day(random)
    until_on = random.choice([None, from_on + dt.timedelta(days=random.randrange(90))])
    ended_on = random.choice([None, None, from_on + dt.timedelta(days=random.randrange(90))])
    return Security(f"C{random.randrange(6)}", _money(random), from_on, until_on, ended_on)


def _bills(random: Random, ledger: Book) -> list[Bill]:
    """Bills for payments of the book, for one that nobody posted, and for one of another."""
    found = []
    for entry in ledger.entries:
        if entry.kind is not Kind.PAYMENT or random.random() < 0.6:
            continue
        customer = random.choice([entry.customer] * 4 + ["C4"])
        payment = random.choice([entry.number] * 5 + ["P-none", ""])
        state = random.choice(STATES)
        state_on = entry.dated_on + dt.timedelta(days=random.randrange(120))
        bill = Bill(customer, -entry.amount, entry.dated_on, payment, state, state_on)
        found.append(bill)
    return found


def _with_returns(ledger: Book, random: Random, bills: tuple[Bill, ...]) -> Book:
    """Some dishonoured bills come back as returned payments; they fall due like any item."""
    entries = list(ledger.entries)
    for bill in bills:
        if bill.state == "dishonoured" and random.random() < 0.5:
            dated_on = bill.state_on + dt.timedelta(days=random.randrange(20))
            number = f"R{len(entries) + 1}"
            kind, amount = Kind.RETURNED_PAYMENT, bill.amount
            entries.append(Entry(len(entries) + 1, bill.customer, kind, number, dated_on, amount))
    return replace(ledger, entries=tuple(entries))


# ── Into the tables ──────────────────────────────────────────────────────────


def store_credit(installation: Installation, book: CreditBook) -> None:
    """Puts a credit book and the rates into an installation's tables."""
    store(installation, book.ledger)
    store_deliveries(installation, book.deliveries)
    with installation.work() as w:
        ids = add_customers(w, [f"C{turn}" for turn in range(6)])
        user = User(
            email="noter@supplier.example",
            name="N",
            staff_role="clerk",
            language="en",
            created_at=w.now,
        )
        w.session.add(user)
        w.session.flush()
        for child, parent in book.parents.items():
            w.session.execute(
                update(Customer).where(Customer.id == ids[child]).values(parent_id=ids[parent])
            )
        entry_ids = {entry.number: entry.id for entry in book.ledger.entries}
        for number, code in book.order_of.items():
            w.session.execute(
                update(Invoice).where(Invoice.entry_id == entry_ids[number]).values(order_code=code)
            )
        w.session.add_all(_order_row(w, order, ids) for order in book.orders)
        w.session.add_all(
            _bill_row(w, bill, ids, user.id, turn) for turn, bill in enumerate(book.bills)
        )
        w.session.add_all(_security_row(w, each, ids, user.id) for each in book.securities)
        w.session.add_all(_rate_row(rate) for rate in RATES)


def _order_row(w, order, ids):
    return SalesOrder(
        customer_id=ids[order.customer],
        code=order.code,
        currency=order.amount.currency,
        ordered_on=order.ordered_on,
        amount_minor=order.amount.minor,
        status=order.status,
        decision=order.decision or None,
        released_until=order.released_until,
        created_at=w.now,
    )


def _bill_row(w, bill, ids, user_id, turn):
    return BillRow(
        customer_id=ids[bill.customer],
        number=f"B{turn}",
        kind="bank_acceptance",
        currency=bill.amount.currency,
        amount_minor=bill.amount.minor,
        received_on=bill.received_on,
        matures_on=bill.received_on + dt.timedelta(days=180),
        drawer="",
        acceptor="",
        payment_code=bill.payment,
        state=bill.state,
        state_on=bill.state_on,
        noted_by=user_id,
        at=w.now,
    )


def _security_row(w, security, ids, user_id):
    ended_on = security.ended_on
    # Noon in Shanghai, of the day from which it no longer covers.
    noon = ended_on and dt.datetime.combine(ended_on, dt.time(4), dt.UTC)
    return CollateralRow(
        customer_id=ids[security.customer],
        kind="guarantee",
        giver="",
        reference="",
        currency=security.accepted.currency,
        amount_minor=security.accepted.minor,
        accepted_minor=security.accepted.minor,
        from_on=security.from_on,
        until_on=security.until_on,
        noted_by=user_id,
        noted_at=w.now,
        ended_at=noon,
        ended_by=user_id if noon else None,
    )


def _rate_row(rate):
    names = ("from_currency", "to_currency", "rate_on", "rate")
    return RateRow(**dict(zip(names, rate, strict=True)))


def ids_by_code(r) -> dict[str, int]:
    return dict(r.session.execute(select(Customer.code, Customer.id)).all())
