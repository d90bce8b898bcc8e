"""
The roof's daily run: each feature's act in order, once a day, missed days caught up.

An act may be killed anywhere and run again: what it does is held by unique keys. That it is done
for a day is written down last.
"""

from __future__ import annotations

import datetime as dt
import json
import logging
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

from sqlalchemy import func, select

from portal.audit import daily as audit
from portal.bad_debts import daily as bad_debts
from portal.base.access import SYSTEM
from portal.base.installation import Installation
from portal.contracts import daily as contracts
from portal.credit import daily as orders
from portal.credit.ending import daily as endings
from portal.credit.noticing import daily as noticing
from portal.credit.scores import daily as scores
from portal.credit.warnings import daily as warnings
from portal.disputes import daily as disputes
from portal.escalation import daily as escalation
from portal.escalation.due import daily as due_round
from portal.escalation.notices import daily as notices
from portal.escalation.work import daily as working
from portal.invoices import daily as downloads
from portal.invoices.invoicing import daily as invoicing
from portal.payments.bills import daily as bills
from portal.people import daily as people
from portal.promises import daily as promises
from portal.promises.plans import daily as plans
from portal.reports import daily as limitation
from portal.statements import daily as statements
from portal.statements.certificate.stamping import stamp_again
from portal.tables.journal import DayRun
from portal.terms import daily as terms

log = logging.getLogger(__name__)

Run = Callable[[Installation, dt.date], Any]

#: In this order: what a later act reads, an earlier one has done.
ACTS: tuple[tuple[str, Run], ...] = (
    ("terms", terms.run),
    ("contracts", contracts.run),
    ("statements", statements.run),
    ("chasing", statements.chase),
    ("promises", promises.run),
    ("plans", plans.run),
    ("promised_days", promises.remind),
    ("disputes", disputes.run),
    ("bills", bills.run),
    ("invoicing", invoicing.run),
    ("noticing", noticing.run),
    ("warnings", warnings.run),
    ("limitation", limitation.run),
    ("bad_debts", bad_debts.run),
    ("endings", endings.run),
    ("orders", orders.run),
    ("scores", scores.rescore),
    ("reviews", scores.remind_reviews),
    ("reminders", notices.run),
    ("escalation", escalation.run),
    ("recovery", working.measure),
    ("due_round", due_round.run),
    ("seals", stamp_again),
    ("downloads", downloads.run),
    ("people", people.run),
    ("audit", audit.run),
    ("digest", people.send_digests),
)

#: These look at a day as a whole: days that they missed are caught up with the last one, at once.
AT_ONCE = frozenset(
    {
        "bad_debts",
        "bills",
        "chasing",
        "contracts",
        "disputes",
        "due_round",
        "endings",
        "invoicing",
        "limitation",
    }
    | {"escalation", "noticing", "orders", "promises", "recovery", "reminders", "reviews", "scores"}
    | {"warnings"}
)


@dataclass(frozen=True)
class DoneAct:
    """What an act did on a day: `done`, `already`, or `failed`."""

    act: str
    on: dt.date
    state: str
    result: Any = None


def run_day(
    installation: Installation, on: dt.date, acts: tuple[tuple[str, Run], ...] = ACTS
) -> list[DoneAct]:
    """Runs every act for every day that it missed up to `on`; a second call does nothing."""
    return [done for name, run in acts for done in _catch_up(installation, on, name, run)]


def is_day_done(
    installation: Installation, on: dt.date, acts: tuple[tuple[str, Run], ...] = ACTS
) -> bool:
    """Whether every act was done for that day or a later one."""
    return all((_last_day(installation, name) or dt.date.min) >= on for name, _ in acts)


def _catch_up(installation: Installation, on: dt.date, name: str, run: Run) -> Iterator[DoneAct]:
    last = _last_day(installation, name)
    if last is not None and last >= on:
        yield DoneAct(name, on, "already")
        return
    first = on if last is None or name in AT_ONCE else last + dt.timedelta(days=1)
    for days in range((on - first).days + 1):
        done = _run_once(installation, first + dt.timedelta(days=days), name, run)
        yield done
        if done.state == "failed":
            return  # a later day must not be done before this one


def _run_once(installation: Installation, on: dt.date, name: str, run: Run) -> DoneAct:
    try:
        result = run(installation, on)
    except Exception as error:
        log.exception("the daily act %s failed for %s", name, on)
        return DoneAct(name, on, "failed", f"{type(error).__name__}: {error}")
    _note(installation, on, name, result)
    return DoneAct(name, on, "done", result)


def _note(installation: Installation, on: dt.date, name: str, result: Any) -> None:
    with installation.work(SYSTEM) as w:
        if w.session.get(DayRun, (name, on), with_for_update=True) is None:
            text = json.dumps(result, ensure_ascii=False, default=str)
            w.session.add(DayRun(act=name, on=on, done_at=w.now, result=text))
            w.audit("day.done", f"day/{on.isoformat()}", act=name)


def _last_day(installation: Installation, name: str) -> dt.date | None:
    with installation.reading(SYSTEM) as r:
        return r.session.scalar(select(func.max(DayRun.on)).where(DayRun.act == name))
