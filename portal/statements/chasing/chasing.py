"""
Who is reminded of which statement on a day, and who is not and why; nothing is sent here.

The timetable, the preview before somebody reminds by hand, and both acts ask the same plan.
"""

from __future__ import annotations

import datetime as dt
import json
from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from sqlalchemy import ColumnElement, Select, exists, select
from sqlalchemy.orm import aliased

from portal.base.access import visible_to
from portal.base.work import Reader
from portal.core.chasing import (
    BY_HAND,
    Tone,
    hand_step,
    is_far_enough,
    step_days,
    step_due,
    tone_by_hand,
    tone_of,
)
from portal.core.money import Money
from portal.core.statement_status import ANSWERED
from portal.invoices.open_items import Scope
from portal.statements.chasing.recipients import People, Person, people_of
from portal.tables.agreements import Deemed
from portal.tables.customers import Customer
from portal.tables.runs import Chase, RunPlan
from portal.tables.statements import Statement


@dataclass(frozen=True, slots=True)
class Open:
    """A statement that may be chased, with what its run says of reminders."""

    id: int
    customer_id: int
    customer_code: str
    customer_name: str
    number: str
    closing: Money
    state: str
    is_deemed: bool
    #: Since when its reminders count; None while its mails are held.
    since_on: dt.date | None
    timetable: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Past:
    """How a statement was chased so far."""

    done: int = 0
    count: int = 0
    last_on: dt.date | None = None


@dataclass(frozen=True, slots=True)
class Reminder:
    """A reminder that is due: its step, how it speaks, and to whom."""

    statement: Open
    step: str
    tone: Tone
    is_last: bool
    last_on: dt.date | None
    to: tuple[Person, ...]


@dataclass(frozen=True, slots=True)
class NotReminded:
    """A statement that is not reminded of: answered, deemed, held, not_due, already …"""

    statement: Open
    reason: str
    last_on: dt.date | None = None


@dataclass(frozen=True)
class ChasePlan:
    """Who would be reminded, and who not, each by customer code and number."""

    reminders: list[Reminder]
    skipped: list[NotReminded]


@dataclass(frozen=True)
class Chosen:
    """Which statements a plan looks at: of these customers, among these ids where some are."""

    whose: Scope
    ids: tuple[int, ...] | None = None
    #: By hand: whatever the timetable says.
    by_hand: bool = False


def newest_of_account() -> ColumnElement[bool]:
    """Whether no later statement of the same account has followed: only that one is chased."""
    later = aliased(Statement)
    followed = select(later.id).where(
        later.customer_id == Statement.customer_id,
        later.currency == Statement.currency,
        later.period_to > Statement.period_to,
        later.in_force == 1,
    )
    return ~exists(followed)


class Planner:
    """Makes the plan of a day; asks the books a fixed number of times, however many customers."""

    def __init__(self, r: Reader, chosen: Chosen) -> None:
        self._r = r
        self._chosen = chosen
        self._days: dict[tuple[dt.date, tuple[int, ...]], tuple[dt.date, ...]] = {}

    def plan(self) -> ChasePlan:
        """Who is reminded today, and who not."""
        reminders: list[Reminder] = []
        skipped: list[NotReminded] = []
        for statement in self._statements():
            found = self._look(statement)
            if isinstance(found, Reminder):
                reminders.append(found)
            else:
                skipped.append(found)
        return ChasePlan(reminders, skipped)

    def _look(self, statement: Open) -> Reminder | NotReminded:
        past = self._past.get(statement.id, Past())
        reason = _settled(statement)
        if reason:
            return NotReminded(statement, reason, past.last_on)
        by_hand = self._by_hand(past) if self._chosen.by_hand else self._by_time(statement, past)
        if isinstance(by_hand, str):
            return NotReminded(statement, by_hand, past.last_on)
        step, tone, is_last = by_hand
        people = self._people.get(statement.customer_id, People())
        to = tuple(people.reached(statement.state))
        if not to:
            refused = bool(people.meant(statement.state))
            return NotReminded(statement, "bounced" if refused else "no_recipient", past.last_on)
        return Reminder(statement, step, tone, is_last, past.last_on, to)

    def _by_hand(self, past: Past) -> tuple[str, Tone, bool] | str:
        if not is_far_enough(self._r.today, past.last_on):
            return "already"
        return hand_step(self._r.today), tone_by_hand(past.count), False

    def _by_time(self, statement: Open, past: Past) -> tuple[str, Tone, bool] | str:
        """The step of the timetable that is due, or why there is none."""
        if statement.since_on is None:
            return "held"
        of = len(statement.timetable)
        if past.done >= of:
            return "already"
        days = self._step_days(statement.since_on, statement.timetable)
        step = step_due(days, self._r.today, past.done, past.last_on)
        if step is None:
            return "already" if past.last_on == self._r.today else "not_due"
        return str(step), tone_of(step, of), step == of

    def _step_days(self, since_on: dt.date, timetable: tuple[int, ...]) -> tuple[dt.date, ...]:
        key = since_on, timetable
        if key not in self._days:
            self._days[key] = step_days(since_on, timetable, self._r.calendar())
        return self._days[key]

    @cached_property
    def _people(self) -> dict[int, People]:
        return people_of(self._r, self._chosen.whose)

    @cached_property
    def _past(self) -> dict[int, Past]:
        chased = select(Chase.statement_id, Chase.step, Chase.on).where(
            self._chosen.whose(Chase.customer_id)
        )
        if self._chosen.ids is not None:
            chased = chased.where(Chase.statement_id.in_(self._chosen.ids))
        rows: defaultdict[int, list[Any]] = defaultdict(list)
        for row in self._r.session.execute(chased):
            rows[row.statement_id].append(row)
        return {statement_id: _past_of(found) for statement_id, found in rows.items()}

    def _statements(self) -> Iterator[Open]:
        rows = _in_force(self._r, self._chosen)
        return (_open(self._r, row) for row in self._r.session.execute(rows))


def _past_of(rows: Iterable[Any]) -> Past:
    steps = [(row.step, row.on) for row in rows]
    by_time = [int(step) for step, _ in steps if not step.startswith(BY_HAND)]
    return Past(max(by_time, default=0), len(steps), max(on for _, on in steps))


def _settled(statement: Open) -> str:
    if statement.state in ANSWERED:
        return "answered"
    return "deemed" if statement.is_deemed else ""


def _in_force(r: Reader, chosen: Chosen) -> Select[Any]:
    """The statements in question, by customer code and number."""
    deemed = exists(select(Deemed.statement_id).where(Deemed.statement_id == Statement.id))
    columns: list[Any] = [
        Statement.id,
        Statement.customer_id,
        Customer.code,
        Customer.name,
        Statement.number,
        Statement.currency,
        Statement.closing_minor,
        Statement.state,
        Statement.issued_on,
        deemed.label("is_deemed"),
        RunPlan.remind_after,
        RunPlan.holds_mails,
        RunPlan.released_on,
    ]
    rows: Select[Any] = (
        select(*columns)
        .join(Customer, Customer.id == Statement.customer_id)
        .outerjoin(RunPlan, RunPlan.run_id == Statement.run_id)
        .where(
            Statement.in_force == 1,
            Statement.issued_on <= r.today,
            chosen.whose(Statement.customer_id),
            newest_of_account(),
        )
        .order_by(Customer.code, Statement.number)
    )
    if chosen.ids is not None:
        rows = rows.where(Statement.id.in_(chosen.ids))
    return visible_to(rows, r.actor, Statement.customer_id)


def _open(r: Reader, row: Any) -> Open:
    timetable = r.policy.remind_after_workdays
    since_on = row.issued_on
    if row.remind_after is not None:
        timetable = tuple(json.loads(row.remind_after))
    if row.holds_mails:
        since_on = row.released_on and max(row.released_on, row.issued_on)
    return Open(
        id=row.id,
        customer_id=row.customer_id,
        customer_code=row.code,
        customer_name=row.name,
        number=row.number,
        closing=Money(row.closing_minor, row.currency),
        state=row.state,
        is_deemed=bool(row.is_deemed),
        since_on=since_on,
        timetable=timetable,
    )


def chase_slices(r: Reader, *, waiting_only: bool) -> list[tuple[int, int]]:
    """Ranges of a few hundred customers who have a statement in force, one that waits if asked."""
    rows = select(Statement.customer_id).where(Statement.in_force == 1)
    if waiting_only:
        rows = rows.where(Statement.state.not_in(sorted(ANSWERED)))
    mine = visible_to(rows.distinct(), r.actor, Statement.customer_id)
    ids = list(r.session.scalars(mine.order_by(Statement.customer_id)))
    return [
        (chunk[0], chunk[-1]) for chunk in (ids[at : at + 500] for at in range(0, len(ids), 500))
    ]


def is_left_to_the_clerk() -> ColumnElement[bool]:
    """Whether the last reminder of a statement's timetable has been sent."""
    last = select(Chase.id).where(Chase.statement_id == Statement.id, Chase.is_last.is_(True))
    return exists(last)
