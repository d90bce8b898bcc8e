"""
What orders do every day: those that are held are asked again, the oldest first.

What fits by now may be shipped; a release that has run out on an order that was not shipped lets
it fall back. An answer that is as before is not written down again.
"""

from __future__ import annotations

import datetime as dt
from typing import Any

from sqlalchemy import and_, or_, select

from portal.base import failpoints
from portal.base.access import SYSTEM
from portal.base.installation import Installation
from portal.base.work import Reader
from portal.core.errors import RuleBroken
from portal.credit.orders import ask_again
from portal.tables.orders import SalesOrder


def run(installation: Installation, on: dt.date) -> dict[str, Any]:
    """Asks again for every order that is held, refused, or no longer released."""
    counts = {"asked": 0, "allowed": 0, "held_again": 0}
    with installation.reading(SYSTEM, on) as r:
        waiting = waiting_orders(r)
    for order_id, before in waiting:
        with installation.work(SYSTEM, on) as w:
            try:
                decided = ask_again(w, order_id, only_news=True).decision
            except RuleBroken:  # closed by a file in the meantime
                continue
        failpoints.reached("orders.after_commit")
        counts["asked"] += 1
        counts["allowed"] += decided == "allow"
        counts["held_again"] += before == "released" and decided != "allow"
    return counts


def waiting_orders(r: Reader) -> list[tuple[int, str]]:
    """The open orders that may not be shipped now, the oldest first, with their last answer."""
    has_run_out = and_(
        SalesOrder.decision == "released",
        or_(SalesOrder.released_until.is_(None), SalesOrder.released_until < r.today),
    )
    wanted = (
        select(SalesOrder.id, SalesOrder.decision)
        .where(
            SalesOrder.status == "open",
            or_(SalesOrder.decision.in_(["hold", "refuse"]), has_run_out),
        )
        .order_by(SalesOrder.ordered_on, SalesOrder.id)
    )
    return [(order_id, decision or "") for order_id, decision in r.session.execute(wanted)]
