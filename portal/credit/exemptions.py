"""Who is exempt from credit investigation on a day: public bodies, institutions, small ones."""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection

from sqlalchemy import select

from portal.base.access import visible_to
from portal.base.work import Reader
from portal.core.review import EXEMPT
from portal.customers.standings import standing_holds
from portal.tables.credit import CreditStanding


def exempt_on(
    r: Reader, on: dt.date, customer_ids: Collection[int] | None = None
) -> dict[int, str]:
    """By customer whom the reader may see: why it is exempt, where it is."""
    rows = (
        select(CreditStanding.customer_id, CreditStanding.kind)
        .where(CreditStanding.kind.in_(EXEMPT), standing_holds(on))
        .order_by(CreditStanding.id)
    )
    if customer_ids is not None:
        rows = rows.where(CreditStanding.customer_id.in_(customer_ids))
    found = r.session.execute(visible_to(rows, r.actor, CreditStanding.customer_id))
    return {row.customer_id: row.kind for row in found}
