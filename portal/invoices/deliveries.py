"""What was delivered and not invoiced by a day, as statements list it; read for many accounts."""

from __future__ import annotations

import datetime as dt
from collections import defaultdict

from sqlalchemy import exists, select
from sqlalchemy.orm import Session

from portal.core.deliveries import Delivered
from portal.core.ledger import Kind
from portal.invoices.open_items import Scope
from portal.tables.deliveries import Delivery
from portal.tables.invoices import Entry

#: An account's deliveries by day and number.
ByAccount = dict[tuple[int, str], list[Delivered]]


def not_invoiced(session: Session, until: dt.date, whose: Scope) -> ByAccount:
    """The deliveries up to a day that no invoice dated up to it bills, by customer and currency."""
    billed = exists().where(
        Entry.space == Kind.INVOICE.space,
        Entry.number == Delivery.invoice_code,
        Entry.leg == 0,
        Entry.dated_on <= until,
    )
    rows = session.execute(
        select(
            Delivery.customer_id,
            Delivery.currency,
            Delivery.delivered_on,
            Delivery.number,
            Delivery.order_code,
            Delivery.reference,
            Delivery.received_by,
            Delivery.amount_minor,
        )
        .where(Delivery.delivered_on <= until, whose(Delivery.customer_id), ~billed)
        .order_by(Delivery.customer_id, Delivery.currency, Delivery.delivered_on, Delivery.number)
    )
    found: ByAccount = defaultdict(list)
    for customer_id, currency, *delivered in rows:
        found[customer_id, currency].append(Delivered._make(delivered))
    return dict(found)
