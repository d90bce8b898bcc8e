"""
What exposure stands on as plain data, and the figures of a customer's subtree on a day.

It is the reference that the SQL of `portal.credit` is compared with; it stores nothing.
"""

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, timedelta

from portal.core.deliveries import Delivery, not_invoiced
from portal.core.exposure import Elsewhere, Figures, Part, left_of_order
from portal.core.ledger import Account, Book, Kind, open_items, position
from portal.core.money import Money

Sums = dict[tuple[Part, str | Elsewhere], int]

#: The longest that a released order may wait for its shipment, from the day it is asked for.
LONGEST_RELEASE_DAYS = 31


@dataclass(frozen=True, slots=True)
class Order:
    """An order as the ERP tells it, and the last answer to whether it may be shipped."""

    code: str
    customer: str
    amount: Money
    ordered_on: date
    status: str = "open"
    #: Empty: nobody asked.
    decision: str = ""
    released_until: date | None = None

    def counts_on(self, day: date) -> bool:
        """
        Whether what is not invoiced of it counts on a day.

        Rule: R189 — an open order counts unless it is held or refused; a released one does until
        its last day, after which it is held again (RULES 2 'exposure', SECURITY 4.49).

        >>> order = Order(
        ...     "O", "C", Money(1, "EUR"), date(2026, 3, 1), "open", "released", date(2026, 3, 9)
        ... )
        >>> [order.counts_on(date(2026, 3, day)) for day in (9, 10)]
        [True, False]
        """
        if self.status != "open" or self.ordered_on > day:
            return False
        if self.decision == "released":
            return self.released_until is not None and day <= self.released_until
        return self.decision not in {"hold", "refuse"}


@dataclass(frozen=True, slots=True)
class Bill:
    """A note receivable and the payment in the books that it was taken for."""

    customer: str
    amount: Money
    received_on: date
    payment: str
    state: str = "held"
    state_on: date = date.min

    def counts_on(self, day: date, book: Book) -> bool:
        """
        Whether it is still at risk on a day.

        Rule: R178 — a bill counts while the payment it was taken for stands in the books and it is
        not honoured; one that was dishonoured counts until the payment is taken back there, for
        the claim is open again from then on (S-072, RULES 2 'exposure').

        >>> bill = Bill("C", Money(100, "EUR"), date(2026, 3, 1), "P", "honoured", date(2026, 6, 1))
        >>> bill.counts_on(date(2026, 3, 1), Book())
        False
        """
        if self.received_on > day or not self._is_booked(day, book):
            return False
        if self.state == "honoured":
            return day < self.state_on
        if self.state == "dishonoured":
            return day < self.state_on or not self._is_taken_back(day, book)
        return True

    def _is_booked(self, day: date, book: Book) -> bool:
        return any(
            entry.kind is Kind.PAYMENT
            and (entry.number, entry.customer) == (self.payment, self.customer)
            and entry.dated_on <= day
            for entry in book.entries
        )

    def _is_taken_back(self, day: date, book: Book) -> bool:
        return any(
            entry.kind is Kind.RETURNED_PAYMENT
            and (entry.customer, entry.amount) == (self.customer, self.amount)
            and self.received_on <= entry.dated_on <= day
            for entry in book.entries
        )


@dataclass(frozen=True, slots=True)
class Security:
    """What of a security is accepted, from a day to a day; ended by hand, it no longer covers."""

    customer: str
    accepted: Money
    from_on: date
    until_on: date | None = None
    ended_on: date | None = None

    def counts_on(self, day: date) -> bool:
        """Whether it covers anything on a day, its last one included."""
        is_over = self.until_on is not None and self.until_on < day
        is_ended = self.ended_on is not None and self.ended_on <= day
        return self.from_on <= day and not is_over and not is_ended


@dataclass(frozen=True)
class CreditBook:
    """The ledger and what stands beside it."""

    ledger: Book = field(default_factory=Book)
    deliveries: tuple[Delivery, ...] = ()
    orders: tuple[Order, ...] = ()
    bills: tuple[Bill, ...] = ()
    securities: tuple[Security, ...] = ()
    #: The number of an invoice → the order that it names.
    order_of: Mapping[str, str] = field(default_factory=dict)
    #: Customer → the one above it.
    parents: Mapping[str, str] = field(default_factory=dict)

    def subtree(self, customer: str) -> frozenset[str]:
        """
        The customer and all below; a circle is walked once.

        >>> sorted(CreditBook(parents={"B": "A", "C": "B", "D": "X"}).subtree("A"))
        ['A', 'B', 'C']
        >>> sorted(CreditBook(parents={"B": "A", "A": "B"}).subtree("A"))
        ['A', 'B']
        """
        found, fresh = {customer}, {customer}
        while fresh:
            fresh = {child for child, parent in self.parents.items() if parent in fresh} - found
            found |= fresh
        return frozenset(found)


def figures_of(book: CreditBook, customer: str, on: date) -> Figures:
    """
    What a customer and all below it hold of ours on a day, by part and currency.

    >>> order = Order("O-1", "C2", Money(5000, "EUR"), date(2026, 3, 1))
    >>> figures_of(CreditBook(orders=(order,), parents={"C2": "C1"}), "C1", date(2026, 3, 1))
    {(<Part.ORDERS: 'orders'>, 'EUR'): 5000}
    """
    sums: Sums = defaultdict(int)
    for member in sorted(book.subtree(customer)):
        _add_ledger(book, member, on, sums)
        _add_chains(book, member, on, sums)
        _add_papers(book, member, on, sums)
    return {key: minor for key, minor in sums.items() if minor}


def _add_ledger(book: CreditBook, customer: str, on: date, sums: Sums) -> None:
    ledger = book.ledger
    for account in ledger.accounts:
        if account.customer != customer:
            continue
        told = position(ledger, account, on)
        notes = _open_notes(ledger, account, on)
        sums[Part.OPEN, account.currency] += _open_inside(ledger, account, on)
        sums[Part.CREDIT_NOTES, account.currency] += notes
        sums[Part.MONEY, account.currency] += told.unapplied.minor - notes


def _open_inside(ledger: Book, account: Account, on: date) -> int:
    """What the house expects of an account: a claim that it wrote off and was paid is no gain."""
    items = (item for item in open_items(ledger, on) if item.entry.account == account)
    return sum(max(0, item.house.minor) for item in items)


def _open_notes(ledger: Book, account: Account, on: date) -> int:
    """What is left of the credit notes of an account."""
    notes = {
        entry.id: -entry.amount.minor
        for entry in ledger.entries
        if entry.account == account and entry.kind is Kind.CREDIT_NOTE and entry.dated_on <= on
    }
    applied = sum(
        allocation.amount.minor
        for allocation in ledger.allocations
        if allocation.credit_id in notes and allocation.counts_on(on)
    )
    return sum(notes.values()) - applied


def _add_chains(book: CreditBook, customer: str, on: date, sums: Sums) -> None:
    delivered: dict[tuple[str, str], int] = defaultdict(int)
    accounts = {each.account for each in book.deliveries if each.account.customer == customer}
    for account in accounts:
        for each in not_invoiced(book.deliveries, book.ledger.entries, account, on):
            sums[Part.DELIVERED, account.currency] += each.amount_minor
            delivered[each.order or "", account.currency] += each.amount_minor
    for order in book.orders:
        if order.customer == customer and order.counts_on(on):
            currency = order.amount.currency
            left = left_of_order(
                order.amount.minor,
                _invoiced(book, order, currency, on),
                delivered[order.code, currency],
            )
            sums[Part.ORDERS, currency] += left
            others = {each.currency for each in book.ledger.accounts} | {c for _, c in delivered}
            for other in others - {currency}:
                minor = _invoiced(book, order, other, on) + delivered[order.code, other]
                if left and minor:
                    sums[Part.ORDERS, Elsewhere(order.code, currency, left, other)] += minor


def _add_papers(book: CreditBook, customer: str, on: date, sums: Sums) -> None:
    for bill in book.bills:
        if bill.customer == customer and bill.counts_on(on, book.ledger):
            sums[Part.BILLS, bill.amount.currency] += bill.amount.minor
    for security in book.securities:
        if security.customer == customer and security.counts_on(on):
            sums[Part.COLLATERAL, security.accepted.currency] += security.accepted.minor


def _invoiced(book: CreditBook, order: Order, currency: str, on: date) -> int:
    """What its customer was invoiced in a currency by invoices that name the order."""
    return sum(
        entry.amount.minor
        for entry in book.ledger.entries
        if entry.kind is Kind.INVOICE
        and entry.account == Account(order.customer, currency)
        and entry.dated_on <= on
        and book.order_of.get(entry.number) == order.code
    )


def last_day_of_release(asked_on: date) -> date:
    """
    The last day until which a held order may be released.

    Rule: R187 — a release holds until a day that was said, at most 31 days on; unshipped by then
    the order is held again, and nobody releases what they asked for (SECURITY 4.49, S-040).

    >>> last_day_of_release(date(2026, 3, 1))
    datetime.date(2026, 4, 1)
    """
    return asked_on + timedelta(days=LONGEST_RELEASE_DAYS)


def oldest_overdue(ledger: Book, customer: str, on: date) -> date | None:
    """
    The earliest due date before a day of which something undisputed is open; None: nothing is late.

    >>> oldest_overdue(Book(), "C1", date(2026, 3, 1)) is None
    True
    """
    late = [
        item.part.due_on
        for item in open_items(ledger, on)
        if item.entry.customer == customer
        and item.part.due_on is not None
        and item.part.due_on < on
        and item.claim > item.disputed
    ]
    return min(late, default=None)
