"""How often a customer gets a statement: changed by whoever issues them."""

from __future__ import annotations

from dataclasses import dataclass

from portal.base.access import NotFound
from portal.base.work import Work
from portal.core.period import Cycle
from portal.tables.customers import Customer


@dataclass(frozen=True)
class ChangeCycle:
    """The cycle that a customer's statements shall have from the next one on."""

    customer_id: int
    cycle: Cycle


def change_cycle(w: Work, c: ChangeCycle) -> None:
    """The next statement follows the new cycle; what is issued stays as it is."""
    customer = w.session.get(Customer, c.customer_id, with_for_update=True)
    if customer is None:
        raise NotFound("customer")
    w.require("statement.run", customer)
    if customer.statement_cycle == c.cycle.value:
        return
    before, customer.statement_cycle = customer.statement_cycle, c.cycle.value
    w.audit(
        "customer.cycle_changed",
        f"customer/{customer.id}",
        customer_id=customer.id,
        before=before,
        cycle=c.cycle.value,
    )
