"""A customer's terms for the customer: what holds, what it gives an invoice, and what held."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from fractions import Fraction

from sqlalchemy import or_, select

from portal.base.access import visible_to
from portal.base.work import Reader
from portal.core.errors import RuleBroken
from portal.core.money import Money
from portal.core.terms import Discount, Terms, schedule
from portal.core.terms_in_force import TermsInForce
from portal.invoices.due_parts import parsed_terms
from portal.invoices.terms_of import TermsBook, TermsLoader
from portal.tables.contracts import Contract
from portal.tables.customers import Customer

#: What the invoice of an example comes to.
EXAMPLE = "10000"


@dataclass(frozen=True, slots=True)
class Early:
    """What paying early saves of an invoice of today: an example, no offer for one that exists."""

    amount: Money
    discount: Discount
    pay: Money


@dataclass(frozen=True, slots=True)
class Held:
    """Terms from a day on; without a day from the beginning."""

    from_on: dt.date | None
    terms: Terms | None
    #: company | grade | customer | none
    source: str
    is_to_come: bool


@dataclass(frozen=True, slots=True)
class OwnTerms:
    """All that a customer reads about their terms."""

    in_force: TermsInForce
    #: None: nothing is agreed, an invoice is due on its date.
    terms: Terms | None
    currency: str
    #: None: they offer no discount, or not from the invoice date.
    early: Early | None
    #: The term in days where the terms have one, and by how many days an item may be promised.
    term_days: int | None
    promise_days: int | None
    fraction: Fraction
    contracts: list[tuple[str, Terms]]
    #: The latest first.
    history: list[Held]


def terms_of_customer(r: Reader, customer_id: int) -> OwnTerms:
    """What holds for a customer whom the reader may see."""
    found = select(Customer.payment_terms, Customer.currency).where(Customer.id == customer_id)
    customer = r.session.execute(visible_to(found, r.actor, Customer.id)).one()
    loader = TermsLoader(r.session, {customer_id: customer.payment_terms or ""})
    codes = _contract_codes(r, customer_id)
    loader.look_up([customer_id], codes)
    book, today = loader.book, r.today.isoformat()
    in_force = book.of_customer(customer_id, today)
    terms = _parsed(in_force.text)
    currency = customer.currency or r.company.currency
    days = _term_days(r, terms, currency)
    fraction = r.policy.promise_fraction
    return OwnTerms(
        in_force=in_force,
        terms=terms,
        currency=currency,
        early=_early(r, terms, currency),
        term_days=days,
        promise_days=None if days is None else int(days * fraction),
        fraction=fraction,
        contracts=_contracts(book, codes, customer_id, today),
        history=_history(book, customer_id, r.today),
    )


def _parsed(text: str | None) -> Terms | None:
    """What a text says; nothing where it makes no sense any more."""
    if text is None:
        return None
    try:
        return parsed_terms(text)
    except RuleBroken:
        return None


def _term_days(r: Reader, terms: Terms | None, currency: str) -> int | None:
    """The days to the last due date of an invoice of today."""
    if terms is None:
        return 0
    try:
        amount = Money(1_000_000, currency)
        return schedule(terms.undiscounted, r.today, amount, r.calendar()).term_days
    except RuleBroken:
        return None


def _early(r: Reader, terms: Terms | None, currency: str) -> Early | None:
    """
    What an invoice of today would save.

    An invoice that is there may have other terms, be paid in part or be too old: its own page says
    what is on offer for it.
    """
    if terms is None or terms.discount is None or terms.baseline_kind != "invoice":
        return None
    amount = Money.parse(EXAMPLE, currency)
    try:
        offer = schedule(terms, r.today, amount, r.calendar()).discount
    except RuleBroken:
        return None
    return None if offer is None else Early(amount, offer, amount - offer.amount)


def _contract_codes(r: Reader, customer_id: int) -> list[str]:
    running = select(Contract.code).where(
        Contract.customer_id == customer_id,
        Contract.starts_on <= r.today,
        or_(Contract.ends_on.is_(None), Contract.ends_on >= r.today),
    )
    found = visible_to(running, r.actor, Contract.customer_id).order_by(Contract.code)
    return list(r.session.scalars(found))


def _contracts(
    book: TermsBook, codes: list[str], customer_id: int, today: str
) -> list[tuple[str, Terms]]:
    """The contracts that say how invoices that name them are paid."""
    told = []
    for code in codes:
        held = book.of(None, customer_id, code, today)
        terms = _parsed(held.text) if held.source.value == "contract" else None
        if terms is not None:
            told.append((code, terms))
    return told


def _history(book: TermsBook, customer_id: int, today: dt.date) -> list[Held]:
    """Each day on which the customer's invoices came to be paid otherwise, the latest first."""
    days = {version.day for version in book.versions}
    days |= {row.day for row in book.dated.get(customer_id, ())}
    for graded in book.grades.get(customer_id, ()):
        days.add(graded.day)
        if graded.until is not None:
            after = dt.date.fromisoformat(graded.until) + dt.timedelta(days=1)
            days.add(after.isoformat())
    before = book.of_customer(customer_id, dt.date.min.isoformat())
    told = [Held(None, _parsed(before.text), before.source.value, is_to_come=False)]
    for day in sorted(days):
        held = book.of_customer(customer_id, day)
        if held.text == before.text:
            continue
        on = dt.date.fromisoformat(day)
        told.append(Held(on, _parsed(held.text), held.source.value, is_to_come=on > today))
        before = held
    return told[::-1]
