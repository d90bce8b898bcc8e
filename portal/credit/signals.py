"""
Danger signals at customers: noted by people, shown by the books, cleared again.

When enough of them run together an early warning is raised, once each time that happens: a task, a
mail to the credit managers, and a review that is due at once.
"""

from __future__ import annotations

import datetime as dt
from collections import Counter
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import Any

from sqlalchemy import select

from portal.approvals.tasks import NewTask, close_tasks, make_task
from portal.base.access import NotFound, Permission, roles_holding, visible_to
from portal.base.language import N_
from portal.base.locks import lock_customer, lock_row
from portal.base.mail import queue_mail
from portal.base.outbox import Letter, NotNeeded
from portal.base.work import Reader, Work
from portal.core.errors import RuleBroken
from portal.core.readable import readable
from portal.core.signals import SIGNALS, crosses
from portal.credit.signal_names import signal_name
from portal.tables.credit import WarningSignal
from portal.tables.customers import Customer
from portal.tables.people import User

WARNING = "early_warning"
CLEARED = N_("The signals were cleared")
LONGEST_NOTE = 1_000


@dataclass(frozen=True, slots=True)
class SignalRow:
    """A danger signal that somebody noted, and what became of it."""

    id: int
    ref: str
    signal: str
    note: str
    noted_on: dt.date
    noted_by: str
    cleared_at: dt.datetime | None
    cleared_by: str
    clear_note: str

    @property
    def is_running(self) -> bool:
        """Whether it still holds."""
        return self.cleared_at is None


@dataclass(frozen=True)
class NoteSignal:
    """That a danger signal was noticed."""

    customer_id: int
    signal: str
    note: str


@dataclass(frozen=True)
class ClearSignal:
    """That a signal is no danger any more, and why."""

    signal_id: int
    note: str


def list_signals(r: Reader, customer_id: int) -> list[SignalRow]:
    """A customer's signals: those that run first, the newest at the top."""
    noter, clearer = User.__table__.alias("noter"), User.__table__.alias("clearer")
    columns: list[Any] = [WarningSignal, noter.c.name, clearer.c.name]
    rows = (
        select(*columns)
        .outerjoin(noter, noter.c.id == WarningSignal.noted_by)
        .outerjoin(clearer, clearer.c.id == WarningSignal.cleared_by)
        .where(WarningSignal.customer_id == customer_id)
        .order_by(WarningSignal.cleared_at.is_not(None), WarningSignal.id.desc())
    )
    found = r.session.execute(visible_to(rows, r.actor, WarningSignal.customer_id))
    return [_row(r, *row) for row in found]


def _row(r: Reader, row: WarningSignal, noter: str | None, clearer: str | None) -> SignalRow:
    return SignalRow(
        row.id,
        r.refs.of("sg", row.id),
        row.signal,
        row.note,
        row.noted_on,
        noter or "",
        row.cleared_at,
        clearer or "",
        row.clear_note,
    )


def whose_signal(r: Reader, ref: str) -> int:
    """The customer whom a signal is about; `NotFound` where it is not the reader's to see."""
    rows = select(WarningSignal.customer_id).where(WarningSignal.id == r.id_of("sg", ref))
    found = r.session.scalar(visible_to(rows, r.actor, WarningSignal.customer_id))
    if found is None:
        raise NotFound(ref)
    return found


def running_signals(r: Reader, customer_id: int) -> list[SignalRow]:
    """Those of a customer's signals that still hold."""
    return [row for row in list_signals(r, customer_id) if row.is_running]


@dataclass(frozen=True, slots=True)
class Running:
    """How many signals run at a customer, and since when they were enough for a warning."""

    count: int
    warned_at: dt.datetime | None


def running_by_customer(
    r: Reader, customer_ids: Collection[int] | None = None
) -> Mapping[int, Running]:
    """By customer whom the reader may see: the signals that run, where any does."""
    rows = (
        select(WarningSignal.customer_id, WarningSignal.at)
        .where(WarningSignal.cleared_at.is_(None))
        .order_by(WarningSignal.id)
    )
    if customer_ids is not None:
        rows = rows.where(WarningSignal.customer_id.in_(customer_ids))
    warn_at = warns_at(r)
    counted: Counter[int] = Counter()
    warned: dict[int, dt.datetime] = {}
    for row in r.session.execute(visible_to(rows, r.actor, WarningSignal.customer_id)):
        counted[row.customer_id] += 1
        if counted[row.customer_id] == warn_at:
            warned[row.customer_id] = row.at
    return {key: Running(count, warned.get(key)) for key, count in counted.items()}


def warns_at(r: Reader) -> int:
    """How many signals at once raise an early warning."""
    return int(r.policy.values["credit_signals_warn_at"])


def note_signal(w: Work, c: NoteSignal) -> int:
    """
    The id of the signal that was noted; with it an early warning may be raised.

    Raises: signal.none_chosen, signal.note_missing, signal.already_noted.
    """
    customer = lock_customer(w, c.customer_id)
    w.require(Permission.SIGNAL_NOTE, customer)
    if c.signal not in SIGNALS:
        raise RuleBroken("signal.none_chosen", field="signal")
    if not readable(c.note):
        raise RuleBroken("signal.note_missing", field="note")
    running = _running(w, customer.id)
    if c.signal in running:
        raise RuleBroken("signal.already_noted", field="signal")
    row = WarningSignal(
        customer_id=customer.id,
        signal=c.signal,
        note=c.note.strip()[:LONGEST_NOTE],
        noted_on=w.today,
        noted_by=w.actor.user_id,
        at=w.now,
    )
    w.session.add(row)
    w.session.flush()
    w.audit("signal.noted", f"signal/{row.id}", customer_id=customer.id, signal=c.signal)
    if crosses(len(running), len(running) + 1, warns_at(w)):
        _warn(w, customer, row.id, len(running) + 1)
    return row.id


def _running(w: Work, customer_id: int) -> list[str]:
    rows = select(WarningSignal.signal).where(
        WarningSignal.customer_id == customer_id, WarningSignal.cleared_at.is_(None)
    )
    return list(w.session.scalars(rows))


def _warn(w: Work, customer: Customer, signal_id: int, count: int) -> None:
    """A task and a mail, under the key of the signal that was one too many."""
    facts = {"number": str(count), "on": w.today.isoformat()}
    subject = f"warning/{customer.id}/{signal_id}"
    make_task(w, NewTask(customer.id, WARNING, subject, w.today, facts))
    w.audit("signal.warned", f"signal/{signal_id}", customer_id=customer.id, number=count)
    managers = select(User).where(User.staff_role.in_(_who_decides()), User.disabled_at.is_(None))
    for person in w.session.scalars(managers.order_by(User.id)):
        queue_mail(
            w,
            f"{WARNING}/{signal_id}/{person.id}",
            WARNING,
            person,
            {"customer_id": customer.id, "user_id": person.id},
            customer_id=customer.id,
        )


def _who_decides() -> list[str]:
    """The credit managers; the admin reads it on the list."""
    return [role for role in roles_holding(Permission.CREDIT_DECIDE) if role != "admin"]


def clear_signal(w: Work, c: ClearSignal) -> None:
    """
    A signal is no danger any more; once too few run, the task about them is done.

    Raises: signal.already_cleared, signal.why_cleared.
    """
    row = lock_row(w, WarningSignal, c.signal_id)
    w.require(Permission.SIGNAL_NOTE, row)
    if row.cleared_at is not None:
        raise RuleBroken("signal.already_cleared")
    if not readable(c.note):
        raise RuleBroken("signal.why_cleared")
    row.cleared_at, row.cleared_by = w.now, w.actor.user_id
    row.clear_note = c.note.strip()[:LONGEST_NOTE]
    w.session.flush()
    w.audit("signal.cleared", f"signal/{row.id}", customer_id=row.customer_id, signal=row.signal)
    if len(_running(w, row.customer_id)) < warns_at(w):
        ids = select(WarningSignal.id).where(WarningSignal.customer_id == row.customer_id)
        subjects = [f"warning/{row.customer_id}/{each}" for each in w.session.scalars(ids)]
        close_tasks(w, WARNING, subjects, CLEARED)


def close_warnings(w: Work, customer_id: int, outcome: str) -> int:
    """How many waiting early warnings of a customer are done, as it was reviewed."""
    ids = select(WarningSignal.id).where(WarningSignal.customer_id == customer_id)
    subjects = [f"warning/{customer_id}/{each}" for each in w.session.scalars(ids)]
    return close_tasks(w, WARNING, subjects, outcome)


def warning_values(r: Reader, payload: Mapping[str, Any]) -> Mapping[str, Any]:
    """The mail to a credit manager: which signals run; `NotNeeded` once too few do."""
    customer = r.session.get_one(Customer, payload["customer_id"])
    rows = running_signals(r, customer.id)
    if len(rows) < max(1, warns_at(r)):
        raise NotNeeded("Too few signals were still running.")
    ref = r.refs.of("cu", customer.id)
    return {
        "customer_name": customer.name,
        "signals": [(row.signal, row.note) for row in rows],
        "signal_name": signal_name,
        "path": f"/desk/credit/reviews/{ref}",
    }


LETTERS = {WARNING: Letter(warning_values)}
