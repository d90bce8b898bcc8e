"""A statement of nobody, so that an admin sees how the wording prints before it is in force."""

from __future__ import annotations

import datetime as dt

from portal.base.work import Reader
from portal.core.deliveries import Delivered
from portal.core.ledger import Kind
from portal.core.period import Month, Period
from portal.core.statement import Head, Line, Party, Statement, Sums
from portal.core.wording import Wording

OPENING, INVOICED, RECEIVED, DELIVERED = 12_840_000, 841_900, 300_000, 126_000


def sample_statement(r: Reader, wording: Wording, *, counts_deliveries: bool) -> Statement:
    """Last month's statement of a customer who does not exist, in the company's currency."""
    month = Month.of(r.today).plus(-1)
    first = month.first_on
    invoice_on, paid_on = first + dt.timedelta(days=4), first + dt.timedelta(days=17)
    due_on = invoice_on + dt.timedelta(days=30)
    after = OPENING + INVOICED
    closing = after - RECEIVED
    head = Head(
        number=f"{month.last_on:%Y%m}-SAMPLE-{r.company.currency}",
        version=1,
        supplier=Party("", r.company.legal_name, r.company.tax_id),
        customer=Party("SAMPLE", "Sample Trading Co., Ltd.", ""),
        currency=r.company.currency,
        period=Period(first, month.last_on),
        issued_on=r.today,
        confirm_by=r.calendar().add_workdays(r.today, r.policy.confirm_within_workdays),
        policy_version=r.policy.id,
        sums=Sums(OPENING, INVOICED, received_minor=RECEIVED),
        buckets=tuple(zip(r.policy.scheme.names, _aged(r, closing), strict=True)),
        unapplied_minor=0,
        disputed_minor=0,
        delivered_minor=DELIVERED,
        counts_deliveries=counts_deliveries,
        wording=wording,
    )
    lines = (
        Line(invoice_on, Kind.INVOICE, "INV-0001", "PO-7", due_on, 1, INVOICED, after, late=False),
        Line(paid_on, Kind.PAYMENT, "RCT-0001", "", None, 0, -RECEIVED, closing, late=False),
    )
    waiting = Delivered(paid_on, "DN-0001", "SO-0001", "", "", DELIVERED)
    return Statement(head, lines, (waiting,))


def _aged(r: Reader, closing: int) -> list[int]:
    """All of it in the first column: not due."""
    return [closing, *[0] * (len(r.policy.scheme.names) - 1)]
