"""
Limits of customers as credit reads them: in force on a day, of a group, and one after the other.

What a limit is and which one holds stands in `portal.customers.limits`: the customer's file shows
it too.
"""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

from sqlalchemy import select

from portal.base.access import visible_to
from portal.base.work import Reader
from portal.core.money import Money
from portal.customers.limits import LimitInForce, limit_of, limits_on
from portal.tables.approvals import Approval
from portal.tables.credit import CreditLimit
from portal.tables.people import User

__all__ = ["LimitInForce", "LimitRow", "limit_of", "limits_on", "list_limits"]


@dataclass(frozen=True, slots=True)
class LimitRow:
    """A limit as the history shows it: from when, by whom, and who approved it."""

    id: int
    effective_on: dt.date
    valid_until: dt.date | None
    currency: str
    #: None: not limited.
    amount: Money | None
    insured: Money | None
    #: decision | file
    source: str
    reason: str
    author: str
    approved_by: str
    at: dt.datetime


def list_limits(r: Reader, customer_id: int) -> list[LimitRow]:
    """The dated limits of a customer, the last first."""
    rows = (
        visible_to(select(CreditLimit, User.name, User.email), r.actor, CreditLimit.customer_id)
        .outerjoin(Approval, Approval.id == CreditLimit.approval_id)
        .outerjoin(User, User.id == Approval.decided_by)
        .where(CreditLimit.customer_id == customer_id)
        .order_by(CreditLimit.effective_on.desc(), CreditLimit.id.desc())
    )
    return [_row(row, name or email or "") for row, name, email in r.session.execute(rows)]


def _row(row: CreditLimit, approver: str) -> LimitRow:
    return LimitRow(
        row.id,
        row.effective_on,
        row.valid_until,
        row.currency,
        None if row.amount_minor is None else Money(row.amount_minor, row.currency),
        None if row.insured_minor is None else Money(row.insured_minor, row.currency),
        row.source,
        row.reason,
        row.author,
        approver,
        row.at,
    )
