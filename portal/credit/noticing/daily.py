"""
What the books show beyond doubt is noted every day: a bill that was not honoured.

Each such bill is noted once while no signal about one runs; a signal that somebody cleared since
stays cleared. Every other signal of the books is shown to people, who decide (R200).
"""

from __future__ import annotations

import datetime as dt

from sqlalchemy import exists, select

from portal.base.access import SYSTEM
from portal.base.installation import Installation
from portal.base.work import Reader
from portal.core.errors import RuleBroken
from portal.core.money import Money
from portal.core.signals import RECENT_DAYS
from portal.credit.signals import NoteSignal, note_signal
from portal.tables.credit import Bill, WarningSignal

BOUNCED = "bounced_cheque"


def run(installation: Installation, on: dt.date) -> dict[str, int]:
    """Notes a signal at each customer of whom a bill was not honoured of late."""
    noted = 0
    with installation.reading(SYSTEM, on) as r:
        wanted = _bounced(r)
    for customer_id, note in wanted.items():
        with installation.work(SYSTEM, on) as w:
            try:
                note_signal(w, NoteSignal(customer_id, BOUNCED, note))
            except RuleBroken:  # somebody noted it in the meantime
                continue
        noted += 1
    return {"noted": noted}


def _bounced(r: Reader) -> dict[int, str]:
    """By customer: the last bill that was not honoured and that no signal knows of."""
    known = exists().where(
        WarningSignal.customer_id == Bill.customer_id,
        WarningSignal.signal == BOUNCED,
        WarningSignal.noted_on >= Bill.state_on,
    )
    since = r.today - dt.timedelta(days=RECENT_DAYS)
    rows = (
        select(Bill)
        .where(Bill.state == "dishonoured", Bill.state_on > since, Bill.state_on <= r.today, ~known)
        .order_by(Bill.customer_id, Bill.state_on, Bill.id)
    )
    return {row.customer_id: _note(row) for row in r.session.scalars(rows)}


def _note(row: Bill) -> str:
    """Its number, amount and day: no sentence, since its readers speak several languages."""
    amount = Money(row.amount_minor, row.currency)
    return f"{row.number}: {amount.currency} {amount.major()}, {row.state_on.isoformat()}"
