"""What holds about a customer besides figures, as of a day: barred, frozen, prepaying, exempt."""

from __future__ import annotations

import datetime as dt

from sqlalchemy import ColumnElement, and_, or_, select

from portal.base.work import Reader
from portal.core.credit_decision import BARS
from portal.tables.credit import CreditStanding


def standing_holds(on: dt.date) -> ColumnElement[bool]:
    """Whether a standing has begun by a day, and neither ended nor been ended by then."""
    return and_(
        CreditStanding.from_on <= on,
        or_(CreditStanding.until_on.is_(None), CreditStanding.until_on >= on),
        or_(CreditStanding.ended_on.is_(None), CreditStanding.ended_on > on),
    )


def is_barred(r: Reader, customer_id: int) -> bool:
    """Whether a customer itself is blacklisted, or its deliveries are stopped, today."""
    bars = select(CreditStanding.id).where(
        CreditStanding.customer_id == customer_id,
        CreditStanding.kind.in_(BARS),
        standing_holds(r.today),
    )
    return r.session.scalar(bars.limit(1)) is not None
