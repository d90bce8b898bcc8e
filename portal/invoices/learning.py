"""Days learned after an invoice was posted, such as its delivery: they can make it fall due."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from sqlalchemy import Row, text

from portal.base.lookup import plain_day
from portal.base.work import Work
from portal.core.money import Money
from portal.invoices.due_parts import BASELINES, Scheduler

#: A due day is set once, from nothing: the guards of the table hold that.
DUE = """update part set due_on = :due_on, term_days = :term_days
where customer_id = :customer_id and entry_id = :entry_id and part = :part and due_on is null"""


def learn_days(w: Work, scheduler: Scheduler, standing: Row[Any], days: Mapping[str, str]) -> None:
    """Keeps the days with the invoice, and the due days that follow where they were not known."""
    w.session.execute(
        text(
            "update invoice set "  # noqa: S608 - names of our own columns
            + ", ".join(f"{name} = :{name}" for name in days)
            + " where entry_id = :of"
        ),
        {**days, "of": standing.id},
    )
    if standing.terms_text is None or standing.due_on is not None:
        return
    known = {name: plain_day(getattr(standing, name)) for name in BASELINES.values()}
    due = scheduler.by_terms(
        standing.terms_text,
        standing.customer_id,
        Money(standing.amount_minor, standing.currency),
        {"invoice_date": plain_day(standing.dated_on), **known, **days},
    )
    for part, (due_on, term_days, _) in enumerate(due.parts, start=1):
        if due_on is not None:
            values = {
                "customer_id": standing.customer_id,
                "entry_id": standing.id,
                "part": part,
                "due_on": due_on,
                "term_days": term_days,
            }
            w.session.execute(text(DUE), values)
