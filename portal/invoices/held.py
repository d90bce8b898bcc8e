"""
Invoices that differ from their contract: held from their customer until somebody lets them pass.

The books stay complete. What is held is what goes out about it: its PDF and every reminder.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from sqlalchemy import Select, select

from portal.base.work import Reader
from portal.invoices.open_items import Scope, everyone
from portal.tables.contracts import InvoiceCheck

#: held: nobody has looked yet; returned: somebody sent it back to be put right.
BLOCKED = ("held", "returned")


def held_invoices(whose: Scope = everyone) -> Select[Any]:
    """The ids of the invoices that are not handed out and that nobody is reminded of."""
    held: Select[Any] = select(InvoiceCheck.entry_id)
    return held.where(whose(InvoiceCheck.customer_id), InvoiceCheck.state.in_(BLOCKED))


def held_among(r: Reader, entry_ids: Iterable[int]) -> set[int]:
    """Those of these invoices that are held."""
    wanted = list(entry_ids)
    if not wanted:
        return set()
    return set(r.session.scalars(held_invoices().where(InvoiceCheck.entry_id.in_(wanted))))


def may_not_have(r: Reader, entry_ids: Iterable[int]) -> set[int]:
    """Those of these invoices that the reader is not handed; the house has all of them."""
    return held_among(r, entry_ids) if r.actor.kind == "customer" else set()
