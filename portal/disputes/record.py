"""Our record beside a customer's claim: the deliveries that the disputed invoice bills."""

from __future__ import annotations

from sqlalchemy import select

from portal.base.access import visible_to
from portal.base.work import Reader
from portal.core.money import Money
from portal.disputes.desk_rows import DeliveryLine
from portal.tables.deliveries import Delivery


def list_deliveries(r: Reader, invoice_number: str) -> list[DeliveryLine]:
    """The deliveries that an invoice bills, the earliest first."""
    rows = (
        select(Delivery)
        .where(Delivery.invoice_code == invoice_number)
        .order_by(Delivery.delivered_on, Delivery.number)
    )
    return [
        DeliveryLine(
            each.number,
            each.delivered_on,
            each.order_code or "",
            each.received_by or "",
            Money(each.amount_minor, each.currency),
        )
        for each in r.session.scalars(visible_to(rows, r.actor, Delivery.customer_id))
    ]
