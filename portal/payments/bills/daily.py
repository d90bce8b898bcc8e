"""What happens to bills every day: those that mature within a week are seen to."""

from __future__ import annotations

import datetime as dt

from sqlalchemy import select

from portal.approvals.tasks import make_task
from portal.base.access import SYSTEM
from portal.base.installation import Installation
from portal.core.bill import DUE_SOON_DAYS
from portal.payments.bills.queries import OPEN
from portal.payments.bills.seeing_to import DUE, task_about
from portal.tables.credit import Bill


def run(installation: Installation, on: dt.date) -> dict[str, int]:
    """Makes a task for each bill that matures within a week and is still to be honoured."""
    with installation.work(SYSTEM, on) as w:
        soon = w.today + dt.timedelta(days=DUE_SOON_DAYS)
        rows = select(Bill).where(Bill.state.in_(OPEN), Bill.matures_on <= soon)
        found = w.session.scalars(rows.order_by(Bill.matures_on, Bill.id)).all()
        return {"tasks": sum(make_task(w, task_about(each, DUE)) is not None for each in found)}
