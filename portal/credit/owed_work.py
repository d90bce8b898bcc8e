"""What waits for somebody in other lists of credit: how many of what, and where they are."""

from __future__ import annotations

from typing import Any

from sqlalchemy import func, select

from portal.base.access import visible_to
from portal.base.language import ngettext
from portal.base.work import Reader
from portal.tables.credit import CreditApplication, LimitProposal
from portal.tables.orders import SalesOrder

#: How many of it there are in words, the page that lists them, and what that is asked.
Work = tuple[str, str, dict[str, Any]]


def owed_work(r: Reader) -> list[Work]:
    """What waits, each with the list whose total it is; what is nothing is left out."""
    counts = (
        select(func.count(SalesOrder.id)).where(
            SalesOrder.status == "open", SalesOrder.decision == "hold"
        ),
        select(func.count(CreditApplication.id)).where(CreditApplication.state == "submitted"),
        select(func.count(LimitProposal.id)).where(LimitProposal.state == "waiting"),
    )
    whose = (SalesOrder.customer_id, CreditApplication.customer_id, LimitProposal.customer_id)
    seen = [visible_to(each, r.actor, column) for each, column in zip(counts, whose, strict=True)]
    together = select(*(each.scalar_subquery() for each in seen))
    held, applied, proposed = r.session.execute(together).one()
    found: list[tuple[int, Work]] = [
        (
            held,
            (
                ngettext("%(num)s order is held", "%(num)s orders are held", held),
                "desk_orders.index",
                {"decision": "hold"},
            ),
        ),
        (
            applied,
            (
                ngettext(
                    "%(num)s application waits for an answer",
                    "%(num)s applications wait for an answer",
                    applied,
                ),
                "desk_applications.index",
                {"state": "submitted"},
            ),
        ),
        (
            proposed,
            (
                ngettext(
                    "%(num)s limit waits for its approval",
                    "%(num)s limits wait for their approval",
                    proposed,
                ),
                "desk_approvals.index",
                {"kind": "limit"},
            ),
        ),
    ]
    return [work for count, work in found if count]
