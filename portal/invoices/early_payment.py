"""What paying early saves: the discounts on offer today, of one invoice and of all open ones."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from sqlalchemy import ScalarSelect, Select, func, or_, select
from sqlalchemy.orm import aliased

from portal.base.work import Reader
from portal.core.discount import discount_on_offer
from portal.core.ledger import Kind
from portal.core.money import Money
from portal.core.terms import ShareKind, Terms
from portal.core.workdays import Calendar
from portal.invoices.due_parts import BASELINES, parsed_terms
from portal.invoices.held import held_invoices
from portal.invoices.open_items import Scope, counts_on, disputed_parts, due_parts, seen_by
from portal.invoices.rows import InvoiceView
from portal.tables.invoices import Entry, Invoice
from portal.tables.payments import Allocation

#: A discount is for early payers: older invoices are not looked at.
OLDEST = dt.timedelta(days=120)
#: How every text that offers a discount begins to say so: `2/10 net 30`, `30d; discount 2% 10d`.
OFFERING = ("%/%", "%discount%")


@dataclass(frozen=True, slots=True)
class Offer:
    """What may be left off when the rest is paid by a day, that day included."""

    until: dt.date
    pay: Money
    save: Money
    #: As the terms say it, empty where they name an amount instead.
    percent: Decimal | None


@dataclass(frozen=True, slots=True)
class Asked:
    """What of an invoice decides over its discount."""

    terms_text: str
    #: invoice, delivery, … → the day from which terms may count.
    days: Mapping[str, dt.date | None]
    amount: Money
    credited: Money
    open: Money


@dataclass(frozen=True, slots=True)
class InvoiceOffer:
    """An open invoice with a discount on offer."""

    ref: str
    number: str
    offer: Offer


def find_offer(r: Reader, view: InvoiceView) -> Offer | None:
    """The discount on offer for an invoice today; None where there is none, or no longer."""
    row, text = view.row, view.detail.terms_text
    # What is disputed is not settled by a discount, and what is held is not to be paid yet.
    if not row.open.minor or row.disputed.minor or view.is_held:
        return None
    # The calendar is asked for only where it matters: it costs a look into the policy.
    if not text or parsed_terms(text).discount is None:
        return None
    credited = [each.amount for each in view.applied if each.kind == Kind.CREDIT_NOTE.word]
    days = {kind: getattr(view.detail, column) for kind, column in BASELINES.items()}
    asked = Asked(
        text,
        {"invoice": row.dated_on, **days},
        row.amount,
        Money.total(credited, row.amount.currency),
        row.open,
    )
    return offer_for(asked, r.today, r.calendar())


def offer_for(asked: Asked, today: dt.date, calendar: Calendar) -> Offer | None:
    """The offer of terms to an invoice on a day."""
    terms = parsed_terms(asked.terms_text)
    baseline = asked.days.get(terms.baseline_kind)
    if terms.discount is None or baseline is None:
        return None
    found = discount_on_offer(terms, baseline, asked.amount, asked.credited, calendar)
    if found is None or found.until < today or not 0 < found.amount.minor < asked.open.minor:
        return None
    return Offer(found.until, asked.open - found.amount, found.amount, _percent(terms))


def _percent(terms: Terms) -> Decimal | None:
    share = terms.discount.share if terms.discount else None
    if share is None or share.kind is not ShareKind.PERCENT:
        return None
    return Decimal(share.value)


def list_offers(r: Reader) -> list[InvoiceOffer]:
    """The discounts on offer today to those whom the reader may see, the first to end first."""
    mine = seen_by(r.actor)
    offering = (
        select(Entry.id)
        .join(Invoice, Invoice.entry_id == Entry.id)
        .where(
            mine(Entry.customer_id),
            Entry.dated_on > r.today - OLDEST,
            or_(*(Invoice.terms_text.like(words) for words in OFFERING)),
            Entry.id.not_in(held_invoices(mine)),
            Entry.id.not_in(_disputed(r, mine)),
        )
    )
    items = due_parts(r.today, mine, offering)
    is_open = func.sum(items.c.claim)
    open_invoices = (
        select(items.c.entry_id, is_open.label("open"))
        .group_by(items.c.entry_id)
        .having(is_open > 0)
        .subquery("open_invoice")
    )
    found = r.session.execute(
        select(Entry, Invoice, open_invoices.c.open, _credited(r.today).label("credited"))
        .join(open_invoices, open_invoices.c.entry_id == Entry.id)
        .join(Invoice, Invoice.entry_id == Entry.id)
    )
    offers = [
        InvoiceOffer(r.refs.of("iv", entry.id), entry.number, offer)
        for entry, invoice, minor, credited in found
        if (offer := offer_for(_asked(entry, invoice, minor, credited), r.today, r.calendar()))
    ]
    return sorted(offers, key=lambda one: (one.offer.until, one.number))


def _disputed(r: Reader, mine: Scope) -> Select[Any]:
    """The documents of which some part is disputed today."""
    marks = disputed_parts(r.today, mine)
    return select(marks.c.entry_id)


def _credited(today: dt.date) -> ScalarSelect[int]:
    """What credit notes have taken off an invoice by a day."""
    credit = aliased(Entry)
    return (
        select(func.coalesce(func.sum(Allocation.amount_minor), 0))
        .join(credit, credit.id == Allocation.credit_id)
        .where(
            Allocation.customer_id == Entry.customer_id,
            Allocation.entry_id == Entry.id,
            credit.kind == Kind.CREDIT_NOTE,
            counts_on(today),
        )
        .correlate(Entry)
        .scalar_subquery()
    )


def _asked(entry: Entry, invoice: Invoice, is_open: int, credited: int) -> Asked:
    days = {kind: getattr(invoice, column) for kind, column in BASELINES.items()}
    return Asked(
        invoice.terms_text or "",
        {"invoice": entry.dated_on, **days},
        Money(entry.amount_minor, entry.currency),
        Money(int(credited), entry.currency),
        Money(int(is_open), entry.currency),
    )
