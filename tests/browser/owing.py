"""What customers of the demo owe, as journeys choose from it."""

from sqlalchemy import select

from portal.base.access import SYSTEM
from portal.invoices.position import list_open_items
from portal.invoices.rows import OpenItemRow
from portal.promises.promisable import PromisableRow, list_promisable
from portal.tables.customers import Customer
from tests.browser.company import Portal


def promisable(portal: Portal, code: str) -> list[PromisableRow]:
    """What of a customer nobody has promised, and what may still be."""
    with portal.installation.reading(SYSTEM) as r:
        customer = r.session.scalars(select(Customer).where(Customer.code == code)).one()
        rows = list_promisable(r, customer.id, customer.currency or r.company.currency)
        return [
            row
            for row in rows
            if row.room.minor and row.limit.latest_on is not None and row.limit.latest_on > r.today
        ]


def open_invoice(portal: Portal, code: str) -> OpenItemRow:
    """An invoice of a customer that is open and that nobody disputes."""
    with portal.installation.reading(SYSTEM) as r:
        customer_id = r.session.scalars(select(Customer.id).where(Customer.code == code)).one()
        return next(
            item
            for item in reversed(list_open_items(r, customer_id))
            if item.kind == "invoice" and not item.disputed.minor
        )
