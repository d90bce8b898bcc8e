"""What ends: limits and securities make a task 30 days before, limits another one once over."""

from __future__ import annotations

import datetime as dt

from sqlalchemy import select
from sqlalchemy.orm import aliased

from portal.approvals.tasks import NewTask, make_task
from portal.base.installation import Installation
from portal.base.work import Work
from portal.core.limit import SOON_DAYS
from portal.core.money import Money
from portal.customers.limits import newest_rows
from portal.tables.credit import Collateral, CreditLimit
from portal.tables.customers import Customer

SOON = dt.timedelta(days=SOON_DAYS)


def run(installation: Installation, on: dt.date) -> dict[str, int]:
    """Makes the tasks of a day; each limit and each security has each task once."""
    with installation.work(on=on) as w:
        limits = [_limit_task(w, *row) for row in _ending_limits(w)]
        securities = [_security_task(*row) for row in _ending_securities(w)]
        made = [make_task(w, task) for task in (*limits, *securities)]
    return {"made": sum(task is not None for task in made)}


def _ending_limits(w: Work) -> list[tuple[CreditLimit, str]]:
    """The limits in force that end soon or have ended, unless a later one begins in time."""
    newest = newest_rows(w.today)
    next_one = aliased(CreditLimit)
    later = select(next_one.id).where(
        next_one.customer_id == Customer.id,
        next_one.effective_on.between(w.today + dt.timedelta(days=1), w.today + SOON),
    )
    rows = (
        select(CreditLimit, Customer.name)
        .join(newest, newest.c.id == CreditLimit.id)
        .join(Customer, Customer.id == CreditLimit.customer_id)
        .where(CreditLimit.valid_until <= w.today + SOON, ~later.exists())
        .order_by(CreditLimit.id)
    )
    return [(limit, name) for limit, name in w.session.execute(rows)]


def _limit_task(w: Work, limit: CreditLimit, customer: str) -> NewTask:
    assert limit.valid_until is not None
    is_over = limit.valid_until < w.today
    return NewTask(
        limit.customer_id,
        "limit_over" if is_over else "limit_ending",
        f"limit/{limit.id}",
        w.today if is_over else limit.valid_until,
        {"number": customer, "on": limit.valid_until.isoformat()},
    )


def _ending_securities(w: Work) -> list[tuple[Collateral, str]]:
    rows = (
        select(Collateral, Customer.name)
        .join(Customer, Customer.id == Collateral.customer_id)
        .where(
            Collateral.ended_at.is_(None),
            Collateral.until_on.between(w.today, w.today + SOON),
        )
        .order_by(Collateral.id)
    )
    return [(security, name) for security, name in w.session.execute(rows)]


def _security_task(security: Collateral, customer: str) -> NewTask:
    assert security.until_on is not None
    amount = Money(security.amount_minor, security.currency)
    return NewTask(
        security.customer_id,
        "security_ending",
        f"collateral/{security.id}",
        security.until_on,
        {
            "number": customer,
            "on": security.until_on.isoformat(),
            "amount": amount.major(),
            "currency": amount.currency,
        },
    )
