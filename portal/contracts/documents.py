"""
The documents behind an invoice, from the order to the proof that its customer received it.

What is there, what is missing, and who of the customer's people looked at it when: the chain from
order to invoice (S-065), a voucher for each step (S-073), that the invoice was received (S-071).
"""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Select, and_, func, literal, or_, select, union_all

from portal.base.access import visible_to
from portal.base.work import Reader
from portal.contracts.queries import PREFIX, find_contract, said_on
from portal.core.money import Money
from portal.invoices.queries import get_invoice
from portal.invoices.rows import InvoiceView
from portal.tables.deliveries import Delivery
from portal.tables.journal import AccessLog, Outbox
from portal.tables.orders import SalesOrder
from portal.tables.people import User

#: So many traces are shown.
MOST_TRACES = 10


@dataclass(frozen=True, slots=True)
class OrderDocument:
    """The order that an invoice names."""

    number: str
    ordered_on: dt.date
    amount: Money
    status: str


@dataclass(frozen=True, slots=True)
class DeliveryDocument:
    """A delivery that the invoice is for."""

    number: str
    delivered_on: dt.date
    amount: Money
    received_by: str


@dataclass(frozen=True, slots=True)
class Trace:
    """That somebody of the customer's opened or downloaded the invoice, or was mailed about it."""

    at: dt.datetime
    act: str
    who: str


@dataclass(frozen=True, slots=True)
class Documents:
    """Everything behind one invoice."""

    view: InvoiceView
    order: OrderDocument | None
    deliveries: list[DeliveryDocument]
    #: Of the contract that it names, where that is kept.
    contract_ref: str
    #: What the contract says on the invoice's date, by field.
    clauses: dict[str, Any]
    traces: list[Trace]

    @property
    def missing(self) -> list[str]:
        """What should be there and is not, by name."""
        detail = self.view.detail
        lacking = {
            "contract": not detail.contract_code,
            "contract_unknown": bool(detail.contract_code) and not self.contract_ref,
            "order": not detail.order_code,
            "order_unknown": bool(detail.order_code) and self.order is None,
            "delivery": not self.deliveries and detail.delivered_on is None,
            "received_by": any(not each.received_by for each in self.deliveries),
            "receipt": not self.is_received,
        }
        return [name for name, is_lacking in lacking.items() if is_lacking]

    @property
    def is_received(self) -> bool:
        """Whether anything shows that the customer has the invoice."""
        seen = any(each.act in {"opened", "downloaded"} for each in self.traces)
        return seen or self.view.detail.received_on is not None


def documents_of(r: Reader, ref: str) -> Documents:
    """The documents behind an invoice; `NotFound` where it is not the reader's to see."""
    view = get_invoice(r, ref)
    contract = find_contract(r, view.row.customer_id, view.detail.contract_code)
    return Documents(
        view=view,
        order=_order(r, view),
        deliveries=_deliveries(r, view),
        contract_ref=r.refs.of(PREFIX, contract.id) if contract else "",
        clauses=said_on(r, contract, view.row.dated_on) if contract else {},
        traces=_traces(r, view),
    )


def _order(r: Reader, view: InvoiceView) -> OrderDocument | None:
    rows: Select[Any] = select(SalesOrder).where(
        SalesOrder.customer_id == view.row.customer_id, SalesOrder.code == view.detail.order_code
    )
    found = r.session.scalars(visible_to(rows, r.actor, SalesOrder.customer_id)).first()
    if found is None:
        return None
    amount = Money(found.amount_minor, found.currency)
    return OrderDocument(found.code, found.ordered_on, amount, found.status)


def _deliveries(r: Reader, view: InvoiceView) -> list[DeliveryDocument]:
    """The deliveries that name the invoice; those of its order that name none, too."""
    own = Delivery.invoice_code == view.row.number
    of_order = and_(
        Delivery.invoice_code.is_(None),
        Delivery.order_code == view.detail.order_code,
        Delivery.order_code != "",
    )
    rows: Select[Any] = select(Delivery).where(
        Delivery.customer_id == view.row.customer_id, or_(own, of_order)
    )
    seen = visible_to(rows, r.actor, Delivery.customer_id)
    return [
        DeliveryDocument(
            each.number,
            each.delivered_on,
            Money(each.amount_minor, each.currency),
            each.received_by or "",
        )
        for each in r.session.scalars(seen.order_by(Delivery.delivered_on, Delivery.number))
    ]


def _traces(r: Reader, view: InvoiceView) -> list[Trace]:
    """Looks and mails together, the newest first."""
    both = union_all(_looks(view), _mails(view)).subquery("traces")
    rows = select(both.c.at, both.c.act, both.c.who).order_by(both.c.at.desc()).limit(MOST_TRACES)
    return [Trace(*each) for each in r.session.execute(rows)]


def _looks(view: InvoiceView) -> Select[Any]:
    """When the customer's people opened or downloaded the invoice."""
    who = func.coalesce(func.nullif(User.name, ""), User.email).label("who")
    columns: list[Any] = [AccessLog.at.label("at"), AccessLog.act.label("act"), who]
    rows: Select[Any] = select(*columns).join(User, User.id == AccessLog.user_id)
    return rows.where(
        AccessLog.subject == f"invoice/{view.row.id}",
        AccessLog.customer_id == view.row.customer_id,
        User.staff_role.is_(None),
    )


def _mails(view: InvoiceView) -> Select[Any]:
    """The mails that left about the invoice, or about a statement on which it stands."""
    refs = [view.row.ref, *(each.ref for each in view.statements)]
    who = func.coalesce(func.nullif(Outbox.to_name, ""), Outbox.to_address)
    columns: list[Any] = [Outbox.sent_at, literal("mailed"), who]
    rows: Select[Any] = select(*columns)
    return rows.where(
        Outbox.customer_id == view.row.customer_id,
        Outbox.channel == "email",
        Outbox.state == "sent",
        Outbox.sent_at.is_not(None),
        or_(*(Outbox.documents.contains(f'"{ref}"') for ref in refs)),
    )
