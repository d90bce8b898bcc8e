"""A week planned customer by customer, and what came of it from the books."""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import func, select

from portal.base.access import NotFound, Permission, visible_to
from portal.base.work import Reader, Work
from portal.core.ledger import Kind
from portal.core.money import Money
from portal.core.week import Outcome, check_plan, sunday_of
from portal.invoices.open_items import open_items, seen_by
from portal.tables.collecting import WeekPlan
from portal.tables.customers import Customer
from portal.tables.invoices import Entry
from portal.tables.people import User

LONGEST = 500
MOST = 300


@dataclass(frozen=True)
class PlanWeek:
    """What somebody plans to collect of a customer in a week."""

    customer_id: int
    week_on: dt.date
    amount: Money
    planned_on: dt.date
    measure: str


@dataclass(frozen=True)
class RemarkPlan:
    """What is said of what came otherwise."""

    customer_id: int
    week_on: dt.date
    currency: str
    remark: str


@dataclass(frozen=True, slots=True)
class WeekRow:
    """A customer in a currency: what is due by the week's end, planned, and came."""

    customer_id: int
    customer_ref: str
    customer_name: str
    due: Money
    plan: WeekPlan | None
    came: Money

    @property
    def planned(self) -> Money:
        minor = self.plan.amount_minor if self.plan else 0
        return Money(minor, self.due.currency)

    @property
    def variance(self) -> Money:
        return self.came - self.planned


@dataclass(frozen=True)
class Week:
    """A person's week: its rows, the largest due first, and the outcome by currency."""

    monday: dt.date
    rows: Sequence[WeekRow]
    outcomes: Sequence[Outcome]


def week_of(r: Reader, user: User, monday: dt.date) -> Week:
    """What a person planned and what came, with who owes something by the end of the week."""
    plans = _plans(r, user.id, monday)
    due = _due(r, user, monday)
    keys = list(dict.fromkeys([*sorted(due, key=lambda key: -due[key]), *plans]))[:MOST]
    came = _came(r, monday, {customer_id for customer_id, _currency in keys})
    names = _names(r, {customer_id for customer_id, _currency in keys})
    rows = [
        WeekRow(
            customer_id,
            r.refs.of("cu", customer_id),
            names[customer_id],
            Money(due.get((customer_id, currency), 0), currency),
            plans.get((customer_id, currency)),
            Money(came.get((customer_id, currency), 0), currency),
        )
        for customer_id, currency in keys
        if customer_id in names
    ]
    return Week(monday, rows, _outcomes(rows))


def _outcomes(rows: Sequence[WeekRow]) -> list[Outcome]:
    by_currency: defaultdict[str, list[WeekRow]] = defaultdict(list)
    for row in rows:
        by_currency[row.due.currency].append(row)
    found = []
    for currency, those in sorted(by_currency.items()):
        nothing = Money.zero(currency)
        planned = sum((row.planned for row in those), start=nothing)
        came = sum((row.came for row in those if row.plan), start=nothing)
        unplanned = sum((row.came for row in those if not row.plan), start=nothing)
        found.append(Outcome(planned, came, unplanned))
    return found


def _plans(r: Reader, user_id: int, monday: dt.date) -> dict[tuple[int, str], WeekPlan]:
    rows = (
        select(WeekPlan)
        .join(Customer, Customer.id == WeekPlan.customer_id)
        .where(WeekPlan.user_id == user_id, WeekPlan.week_on == monday)
        .order_by(WeekPlan.planned_on, WeekPlan.id)
    )
    found = r.session.scalars(visible_to(rows, r.actor, Customer.id))
    return {(row.customer_id, row.currency): row for row in found}


def _due(r: Reader, user: User, monday: dt.date) -> dict[tuple[int, str], int]:
    """What the person's customers owe by the end of the week, what is disputed left out."""
    items = open_items(min(r.today, sunday_of(monday)), seen_by(r.actor), inside=True)
    rest = func.sum(items.c.open - items.c.disputed)
    columns: list[Any] = [items.c.customer_id, items.c.currency, rest]
    names = [name for name in (user.name, user.email) if name]
    rows = (
        select(*columns)
        .join(Customer, Customer.id == items.c.customer_id)
        .where(items.c.due_on <= sunday_of(monday), Customer.owner.in_(names))
        .group_by(items.c.customer_id, items.c.currency)
        .having(rest > 0)
    )
    return {(row[0], row[1]): int(row[2]) for row in r.session.execute(rows)}


def _came(r: Reader, monday: dt.date, customer_ids: set[int]) -> dict[tuple[int, str], int]:
    """The payments of the week, by their value dates."""
    columns: list[Any] = [Entry.customer_id, Entry.currency, func.sum(-Entry.amount_minor)]
    rows = (
        select(*columns)
        .where(
            Entry.customer_id.in_(customer_ids),
            Entry.kind == Kind.PAYMENT.value,
            Entry.dated_on.between(monday, sunday_of(monday)),
        )
        .group_by(Entry.customer_id, Entry.currency)
    )
    return {(row[0], row[1]): int(row[2]) for row in r.session.execute(rows)}


def _names(r: Reader, customer_ids: set[int]) -> dict[int, str]:
    rows = select(Customer.id, Customer.name).where(Customer.id.in_(customer_ids))
    return {row.id: row.name for row in r.session.execute(visible_to(rows, r.actor, Customer.id))}


@dataclass(frozen=True, slots=True)
class CollectorWeek:
    """What somebody planned in a currency in a week, and what came of it."""

    user_id: int
    name: str
    planned: Money
    came: Money


def list_collectors(r: Reader, monday: dt.date) -> list[CollectorWeek]:
    """Everybody's plans of a week, by name and currency (S-104)."""
    came = (
        select(Entry.customer_id, Entry.currency, func.sum(-Entry.amount_minor).label("minor"))
        .where(Entry.kind == Kind.PAYMENT.value, Entry.dated_on.between(monday, sunday_of(monday)))
        .group_by(Entry.customer_id, Entry.currency)
        .subquery("came")
    )
    columns: list[Any] = [
        User.id,
        User.name,
        User.email,
        WeekPlan.currency,
        func.sum(WeekPlan.amount_minor),
        func.sum(func.coalesce(came.c.minor, 0)),
    ]
    rows = (
        select(*columns)
        .join(User, User.id == WeekPlan.user_id)
        .join(Customer, Customer.id == WeekPlan.customer_id)
        .outerjoin(
            came,
            (came.c.customer_id == WeekPlan.customer_id) & (came.c.currency == WeekPlan.currency),
        )
        .where(WeekPlan.week_on == monday)
        .group_by(User.id, User.name, User.email, WeekPlan.currency)
        .order_by(User.name, WeekPlan.currency)
    )
    return [
        CollectorWeek(
            row[0], row[1] or row[2], Money(int(row[4]), row[3]), Money(int(row[5]), row[3])
        )
        for row in r.session.execute(visible_to(rows, r.actor, Customer.id))
    ]


def find_colleague(r: Reader, user_id: int | None) -> User:
    """A person of the house; `NotFound` for anybody else."""
    user = r.session.get(User, user_id) if user_id is not None else None
    if user is None or user.staff_role is None:
        raise NotFound("user")
    return user


# ── Done ─────────────────────────────────────────────────────────────────────


def plan_week(w: Work, c: PlanWeek) -> int:
    """
    The plan's id; planned again, the new figures hold.

    Raises: what `check_plan` raises.
    """
    _require(w, c.customer_id)
    check_plan(c.amount, c.planned_on, c.week_on, w.today)
    assert w.actor.user_id is not None
    row = _row(w, c.customer_id, c.week_on, c.amount.currency)
    if row is None:
        row = WeekPlan(
            user_id=w.actor.user_id,
            week_on=c.week_on,
            customer_id=c.customer_id,
            currency=c.amount.currency,
            amount_minor=c.amount.minor,
            planned_on=c.planned_on,
            measure="",
            made_at=w.now,
            changed_at=w.now,
        )
        w.session.add(row)
    row.amount_minor, row.planned_on = c.amount.minor, c.planned_on
    row.measure, row.changed_at = c.measure.strip()[:LONGEST], w.now
    w.session.flush()
    w.audit(
        "week.planned",
        f"week_plan/{row.id}",
        customer_id=c.customer_id,
        week=c.week_on.isoformat(),
        amount=c.amount.major(),
        currency=c.amount.currency,
    )
    return row.id


def remark_plan(w: Work, c: RemarkPlan) -> None:
    """What is said of a plan's outcome is kept with it; `NotFound` where nothing was planned."""
    _require(w, c.customer_id)
    row = _row(w, c.customer_id, c.week_on, c.currency)
    if row is None:
        raise NotFound("plan")
    row.remark, row.changed_at = c.remark.strip()[:LONGEST], w.now
    w.session.flush()
    w.audit("week.remarked", f"week_plan/{row.id}", customer_id=c.customer_id)


def _require(w: Work, customer_id: int) -> None:
    rows = visible_to(select(Customer.id).where(Customer.id == customer_id), w.actor, Customer.id)
    if w.session.scalar(rows) is None:
        raise NotFound("customer")
    w.require(Permission.DUE_ANSWER)


def _row(w: Work, customer_id: int, week_on: dt.date, currency: str) -> WeekPlan | None:
    return w.session.scalars(
        select(WeekPlan)
        .where(
            WeekPlan.user_id == w.actor.user_id,
            WeekPlan.week_on == week_on,
            WeekPlan.customer_id == customer_id,
            WeekPlan.currency == currency,
        )
        .with_for_update()
    ).first()
