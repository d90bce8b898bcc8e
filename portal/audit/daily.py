"""What the auditor's side does every day: seats that are over, and the chain read back."""

from __future__ import annotations

import datetime as dt
from typing import Any

from sqlalchemy import select

from portal.audit.chain import read_back
from portal.audit.seats import end_sessions
from portal.base.access import SYSTEM
from portal.base.installation import Installation
from portal.people.recognising import AUDITOR
from portal.tables.audits import AuditorSeat
from portal.tables.people import Session, User


def run(installation: Installation, on: dt.date) -> dict[str, Any]:
    """Ends the sessions of seats that are over, and reads the audit chain back from its start."""
    with installation.work(SYSTEM, on) as w:
        ended = list(
            w.session.scalars(
                select(Session.user_id)
                .join(AuditorSeat, AuditorSeat.user_id == Session.user_id)
                .join(User, User.id == Session.user_id)
                .where(
                    User.staff_role == AUDITOR,
                    AuditorSeat.until_on < on,
                    Session.ended_at.is_(None),
                )
                .distinct()
                .order_by(Session.user_id)
            )
        )
        if ended:
            end_sessions(w, ended)
            w.audit("auditor.seat_over", "auditors", people=ended)
    state = read_back(installation)
    return {"seats_over": len(ended), "chain": state.detail, "broken": state.broken_id}
