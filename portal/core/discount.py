"""
Early-payment discount: what is on offer, and what a payment earns.

The discount becomes a movement of its own; posting it is not done here. Its window and its rate are
parts of the terms (S-044).
"""

from datetime import date

from portal.core.errors import RuleBroken
from portal.core.money import Money
from portal.core.terms import Discount, Terms, early_offer
from portal.core.workdays import MONDAY_TO_FRIDAY, Calendar


def discount_on_offer(
    terms: Terms,
    baseline: date,
    invoiced: Money,
    credited: Money,
    calendar: Calendar = MONDAY_TO_FRIDAY,
) -> Discount | None:
    """
    What may be taken off an invoice and until when, or None where its terms offer nothing.

    A fixed discount above what is left of the invoice, or finer than its currency, is none.

    Rule: R19 — the base of the discount is the invoice less its credit notes of that day (RULES 2).

    >>> from portal.core.terms import parse_terms
    >>> terms, credited = parse_terms("2/10 net 30"), Money(40000, "CNY")
    >>> offer = discount_on_offer(terms, date(2026, 10, 5), Money(1840000, "CNY"), credited)
    >>> str(offer.until), offer.amount.major()
    ('2026-10-15', '360.00')
    """
    try:
        return early_offer(terms, baseline, invoiced - credited, calendar)
    except RuleBroken:
        return None


def discount_earned(
    offer: Discount | None, open_before: Money, paid: Money, value_on: date
) -> Money:
    """
    What a payment is short of closing the item, where the discount covers it; else nothing.

    Rule: R20 — granted once, by itself, on the payment that closes the item within the window, its
    last day included, by value date; paid late, the short amount stays open (RULES 2).

    >>> offer = Discount(until=date(2022, 5, 21), amount=Money(24, "EUR"))
    >>> discount_earned(offer, Money(2280, "EUR"), Money(2256, "EUR"), date(2022, 5, 11)).major()
    '0.24'
    """
    short = open_before - paid
    nothing = Money.zero(paid.currency)
    if offer is None or value_on > offer.until or not nothing < short <= offer.amount:
        return nothing
    return short
