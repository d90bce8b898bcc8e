"""Our record beside a customer's claim: what it is about, and the deliveries that it bills."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import select

from portal.base.access import NotFound, visible_to
from portal.base.work import Reader
from portal.core.ledger import Kind
from portal.core.money import Money
from portal.disputes.desk_rows import DeliveryLine
from portal.disputes.telling import printed_number
from portal.tables.deliveries import Delivery
from portal.tables.disputes import Dispute
from portal.tables.invoices import Entry


@dataclass(frozen=True, slots=True)
class AboutDispute:
    """Whose dispute it is, and the references of what it is about; empty where there is none."""

    id: int
    ref: str
    number: str
    customer_id: int
    line: int | None
    invoice_ref: str
    statement_ref: str


def find_about(r: Reader, ref: str) -> AboutDispute:
    """What a dispute is about; `NotFound` where its customer is not the reader's to see."""
    rows = (
        select(Dispute, Entry.kind)
        .outerjoin(Entry, Entry.id == Dispute.entry_id)
        .where(Dispute.id == r.id_of("di", ref))
    )
    found = r.session.execute(visible_to(rows, r.actor, Dispute.customer_id)).first()
    if found is None:
        raise NotFound(ref)
    dispute, kind = found
    invoice_id = dispute.entry_id if kind == Kind.INVOICE else None
    return AboutDispute(
        dispute.id,
        ref,
        printed_number(dispute.id),
        dispute.customer_id,
        dispute.line,
        r.refs.of("iv", invoice_id) if invoice_id else "",
        r.refs.of("st", dispute.statement_id) if dispute.statement_id else "",
    )


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
