"""
Applying credits to due parts: how much, to which part first, and from which day.

It proposes plain allocations; whether a person or a rule accepts them is decided elsewhere.
"""

from collections.abc import Iterable
from datetime import date

from portal.core.ledger import Allocation, Entry, OpenItem
from portal.core.money import Money


def effective_on(acted_on: date, credit: Entry, entry: Entry) -> date:
    """
    The day from which an application counts.

    Rule: R28 — an application counts from the latest of its own date and both documents' dates
    (INTERFACES 3).

    >>> from portal.core.ledger import Kind
    >>> invoice = Entry(1, "C1", Kind.INVOICE, "INV-1", date(2026, 5, 3), Money(100, "EUR"))
    >>> payment = Entry(2, "C1", Kind.PAYMENT, "P-1", date(2026, 5, 9), Money(-100, "EUR"))
    >>> effective_on(date(2026, 5, 1), payment, invoice)
    datetime.date(2026, 5, 9)
    """
    return max(acted_on, credit.dated_on, entry.dated_on)


def apply_credit(
    credit: Entry,
    available: Money,
    items: Iterable[OpenItem],
    acted_on: date,
) -> tuple[list[Allocation], Money]:
    """
    The allocations that a credit makes on open items, in their order, and what stays unapplied.

    Rule: R29 — an application never exceeds what is open nor what is left of the credit; it fills
    the earliest due part first, unless the items given are the part that was named (INTERFACES 3).

    >>> from portal.core.ledger import Kind, Part
    >>> invoice = Entry(1, "C1", Kind.INVOICE, "A", date(2022, 5, 11), Money(595, "EUR"))
    >>> part, nothing = Part(1, 1, date(2022, 5, 11), invoice.amount), Money.zero("EUR")
    >>> item = OpenItem(invoice, part, invoice.amount, invoice.amount, nothing)
    >>> payment = Entry(2, "C1", Kind.PAYMENT, "P", date(2022, 5, 12), Money(-900, "EUR"))
    >>> made, rest = apply_credit(payment, Money(900, "EUR"), [item], date(2022, 5, 12))
    >>> made[0].amount.major(), rest.major()
    ('5.95', '3.05')
    """
    made, rest = [], available
    for item in items:
        amount = min(item.house if credit.kind.is_memo else item.claim, rest)
        if amount.minor > 0:
            day = effective_on(acted_on, credit, item.entry)
            made.append(Allocation(credit.id, item.entry.id, item.part.part, amount, day))
            rest -= amount
    return made, rest


def room(whole: Money, allocations: Iterable[Allocation], from_on: date) -> Money:
    """
    What is left of a part or a credit on every day from one on, allocations to come included.

    Rule: R30 — on no day do the applications of a credit exceed it, nor those to a part the part
    (SECURITY 4.6).

    >>> later = Allocation(2, 1, 1, Money(70, "EUR"), date(2026, 6, 1))
    >>> room(Money(100, "EUR"), [later], date(2026, 5, 1)).major()
    '0.30'
    """
    made = list(allocations)
    days = {from_on} | {each.effective_on for each in made if each.effective_on > from_on}
    taken = (
        Money.total((each.amount for each in made if each.counts_on(day)), whole.currency)
        for day in days
    )
    return whole - max(taken)
