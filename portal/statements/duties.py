"""What a list of statements can be narrowed to besides their state: what is still to be done."""

from __future__ import annotations

import datetime as dt
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import ColumnElement, and_, exists, select
from sqlalchemy.orm import aliased

from portal.base.work import Reader
from portal.core.statement_status import UNANSWERED
from portal.statements.rows import StatementFilter
from portal.tables.agreements import Deemed
from portal.tables.journal import Event
from portal.tables.runs import Bounce, Chase
from portal.tables.statements import Confirmation, Statement

#: Duties by name; `to_call` is left to the clerk: the last reminder is out.
DUTIES = ("unmailed", "bounced", "reminded", "to_call")


def deemed_on() -> Any:
    """Since when a statement counts as agreed without an answer; null where it does not."""
    return select(Deemed.on).where(Deemed.statement_id == Statement.id).scalar_subquery()


def waits() -> ColumnElement[bool]:
    """Whether an answer is still wanted."""
    return and_(Statement.state.in_(sorted(UNANSWERED)), deemed_on().is_(None))


def is_mailed() -> ColumnElement[bool]:
    """Whether at least one mail about it has left."""
    told = select(Event.id).where(
        Event.customer_id == Statement.customer_id,
        Event.subject_kind == "statement",
        Event.subject_id == Statement.id,
        Event.kind == "notified",
    )
    return exists(told)


def is_bounced() -> ColumnElement[bool]:
    """Whether a mail about it came back, from an address that nobody has cleared since."""
    back = select(Bounce.id).where(Bounce.statement_id == Statement.id, Bounce.cleared_at.is_(None))
    return exists(back)


def is_reminded() -> ColumnElement[bool]:
    """Whether its customer was reminded of it."""
    return exists(select(Chase.id).where(Chase.statement_id == Statement.id))


def is_to_call() -> ColumnElement[bool]:
    """Whether it waits although the last reminder of its timetable is out."""
    last = select(Chase.id).where(Chase.statement_id == Statement.id, Chase.is_last.is_(True))
    return and_(waits(), exists(last))


def is_newest() -> ColumnElement[bool]:
    """Whether no later statement of the same account has followed."""
    later = aliased(Statement)
    followed = select(later.id).where(
        later.customer_id == Statement.customer_id,
        later.currency == Statement.currency,
        later.period_to > Statement.period_to,
        later.in_force == 1,
    )
    return ~exists(followed)


def kept_by_duty(r: Reader, asked: StatementFilter) -> list[ColumnElement[bool]]:
    """The conditions that a filter stands for, besides state, customer, run and words."""
    kept: list[ColumnElement[bool]] = []
    if asked.late:
        kept += [waits(), Statement.confirm_by < r.today]
    if asked.newest:
        kept.append(is_newest())
    if asked.period_to is not None:
        kept.append(Statement.period_to == asked.period_to)
    if asked.answered_on is not None:
        kept.append(_answered_on(r, asked.answered_on))
    conditions = {
        "unmailed": ~is_mailed(),
        "bounced": is_bounced(),
        "reminded": is_reminded(),
        "to_call": is_to_call(),
    }
    if asked.duty:
        kept.append(conditions[asked.duty])
    return kept


def _answered_on(r: Reader, on: dt.date) -> ColumnElement[bool]:
    """Whether the answer that stands was given on that day of the company's."""
    zone = ZoneInfo(r.company.timezone)
    begins = dt.datetime.combine(on, dt.time(), zone)
    ends = dt.datetime.combine(on + dt.timedelta(days=1), dt.time(), zone)
    answer = select(Confirmation.id).where(
        Confirmation.statement_id == Statement.id,
        Confirmation.withdrawn_at.is_(None),
        Confirmation.signed_at >= begins,
        Confirmation.signed_at < ends,
    )
    return exists(answer)
