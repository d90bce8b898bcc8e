"""What happens to disputes every day: what was answered and is not opened again is closed."""

from __future__ import annotations

import datetime as dt
from zoneinfo import ZoneInfo

from sqlalchemy import exists, select

from portal.base.access import SYSTEM
from portal.base.installation import Installation
from portal.base.work import Work
from portal.core.dispute import Act, Side, State, after
from portal.disputes.crediting import PENDING
from portal.disputes.reasons import reopen_within_days
from portal.disputes.telling import printed_number
from portal.tables.disputes import CreditRequest, Dispute


def run(installation: Installation, on: dt.date) -> dict[str, int]:
    """Closes what its customer can no longer open again."""
    with installation.work(SYSTEM, on) as w:
        return {"closed": close_over(w)}


def close_over(w: Work) -> int:
    """
    How many decided disputes are closed, since their customers can no longer open them again.

    One whose credit note is still to be posted waits for it.
    """
    waits = exists().where(CreditRequest.dispute_id == Dispute.id, CreditRequest.state.in_(PENDING))
    first_day = w.today - dt.timedelta(days=reopen_within_days(w))
    first = dt.datetime.combine(first_day, dt.time(), ZoneInfo(w.company.timezone))
    decided = select(Dispute).where(
        Dispute.state == State.DECIDED.value, Dispute.decided_at < first, ~waits
    )
    over = list(w.session.scalars(decided.order_by(Dispute.id).with_for_update()))
    for each in over:
        _close(w, each)
    return len(over)


def _close(w: Work, dispute: Dispute) -> None:
    dispute.state = after(State(dispute.state), Act.CLOSE, Side.HOUSE).value
    dispute.closed_at = w.now
    dispute.row_version += 1
    w.tell(dispute.customer_id, ("dispute", dispute.id), "closed")
    subject, number = f"dispute/{dispute.id}", printed_number(dispute.id)
    w.audit("dispute.closed", subject, customer_id=dispute.customer_id, dispute=number)
