"""
What a change of terms would do to the books, before it is handed in: a simulation, set-based.

What is open is told as it is; what will be invoiced is told as if the next quarter were the last.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from portal.base.work import Reader
from portal.core.impact import (
    WEEKS,
    Item,
    Moves,
    Stretch,
    cash_by_week,
    limits_that_move,
    moves_of,
    sums,
)
from portal.core.money import Money
from portal.core.workdays import ONE_DAY, Calendar
from portal.invoices.open_items import Scope, both, one, seen_by
from portal.terms.concerned import Concern, Redating, grouped, open_parts, recent_parts
from portal.terms.crossing import Crossing, list_crossings
from portal.terms.replacing import Change, Policies, policies_of, replacing_of

#: A quarter: what was invoiced in it stands for what will be in the next one.
LOOKED_BACK = dt.timedelta(weeks=WEEKS)

#: What is no invoice has no terms.
CHARGE = "charge"

OPEN = ("source", "key", "baseline", "parts", "place", "due_on", "term_days", "currency")
RECENT = ("key", "baseline", "parts", "place", "dated_on", "due_on", "term_days", "currency")


@dataclass(frozen=True)
class Stays:
    """What is open and stays as it is, by where its terms come from."""

    #: Where its terms come from: invoice | contract | customer | …, or `charge`; of those whose
    #: terms are replaced: only_new | no_baseline | other_parts | same.
    why: str
    count: int
    amounts: tuple[Money, ...]


@dataclass(frozen=True)
class StatementDays:
    """The next statement's day and by when it is answered, before and after."""

    before: tuple[dt.date, dt.date]
    after: tuple[dt.date, dt.date]


@dataclass(frozen=True)
class Cash:
    """Money of one currency by week, with what of it is open and what is still to be invoiced."""

    currency: str
    weeks: Sequence[Stretch]
    open: Money
    coming: Money


@dataclass(frozen=True)
class Overdue:
    """How many open parts would be overdue on the day of the change, before and after."""

    before: int
    after: int


@dataclass
class Simulation:
    """What a change would do; its concern knows every new due date that was worked out."""

    change: Change
    concern: Concern
    moves: Moves
    stays: list[Stays]
    #: Of the last quarter's invoices: how far they would have moved.
    recent: Moves
    recent_count: int
    cash: list[Cash]
    crossings: list[Crossing]
    promise_limits: int
    overdue: Overdue
    statement_days: StatementDays | None

    @property
    def does_nothing(self) -> bool:
        """Whether nothing that is simulated becomes otherwise."""
        return not (
            self.moves.count
            or self.recent.count
            or self.crossings
            or self.promise_limits
            or self.statement_days
        )


def simulate(r: Reader, change: Change) -> Simulation:
    """What the change would do to the books as they are today."""
    policies = policies_of(r, change)
    concern = concern_of(r, change, policies, seen_by(r.actor))
    open_items, stays = _open(r, change, concern)
    recent, coming = _recent(r, change, concern)
    before, after = policies.before.promise_fraction, policies.after.promise_fraction
    return Simulation(
        change=change,
        concern=concern,
        moves=moves_of(open_items),
        stays=stays,
        recent=moves_of(recent),
        recent_count=sum(item.count for item in recent),
        cash=_cash(r.today, open_items, coming),
        crossings=list_crossings(r, change, policies, concern),
        promise_limits=limits_that_move(open_items, before, after),
        overdue=_overdue(open_items, change.effective_on),
        statement_days=_statement_days(r, change, policies),
    )


def concern_of(r: Reader, change: Change, policies: Policies, whose: Scope) -> Concern:
    """What the change concerns of the books that are looked at."""
    replacing = replacing_of(r, change, policies)
    if change.customer_id is not None:
        whose = both(whose, one(change.customer_id))
    return Concern(whose, replacing, Redating(replacing.by_key, policies.after.calendar()))


def _open(r: Reader, change: Change, concern: Concern) -> tuple[list[Item], list[Stays]]:
    """What is open as it is and as it would be, and why some of it stays."""
    rows = grouped(open_parts(r.today, concern), OPEN)
    items: list[Item] = []
    staying: dict[str, list[Item]] = {}
    for row in r.session.execute(rows):
        then = concern.redating.date(row.key, row.baseline, row.parts, row.place)
        item = _item(row, then if change.reach == "open" else None)
        items.append(item)
        if not item.does_move:
            staying.setdefault(_why(row, then, change.reach), []).append(item)
    stays = [
        Stays(why, sum(item.count for item in alike), sums(item.amount for item in alike))
        for why, alike in staying.items()
    ]
    return items, sorted(stays, key=lambda each: (-each.count, each.why))


def _item(row: Any, then: tuple[dt.date, int] | None) -> Item:
    due_on, days = then or (row.due_on, row.term_days)
    amount = Money(int(row.amount), row.currency)
    return Item(amount, row.due_on, due_on, row.term_days, days, row.alike)


def _why(row: Any, then: tuple[dt.date, int] | None, reach: str) -> str:
    if row.key is None:
        return str(row.source) or CHARGE
    if then is None:
        return "no_baseline" if row.baseline is None else "other_parts"
    return "same" if then[0] == row.due_on else f"only_{reach}"


def _recent(r: Reader, change: Change, concern: Concern) -> tuple[list[Item], list[Item]]:
    """
    The last quarter's invoices as if the change had held, and the next quarter's as if the last.

    Of the next quarter's those before the day of the change have the terms of today.
    """
    rows = grouped(recent_parts(r, r.today - LOOKED_BACK, concern), RECENT)
    held, coming = [], []
    for row in r.session.execute(rows):
        item = _item(row, concern.redating.date(row.key, row.baseline, row.parts, row.place))
        held.append(item)
        is_under_it = row.dated_on + LOOKED_BACK >= change.effective_on
        then_on = item.then_on if is_under_it else item.due_on
        coming.append(Item(item.amount, _later(item.due_on), _later(then_on), count=item.count))
    return held, coming


def _later(day: dt.date | None) -> dt.date | None:
    return None if day is None else day + min(LOOKED_BACK, dt.date.max - day)


def _cash(today: dt.date, is_open: list[Item], coming: list[Item]) -> list[Cash]:
    def total(items: Iterable[Item], currency: str) -> Money:
        mine = (item.amount for item in items if item.amount.currency == currency)
        return Money.total(mine, currency)

    items = [*is_open, *coming]
    return [
        Cash(
            currency,
            cash_by_week(items, currency, today),
            total(is_open, currency),
            total(coming, currency),
        )
        for currency in sorted({item.amount.currency for item in items})
    ]


def _overdue(items: list[Item], on: dt.date) -> Overdue:
    def late(days: Iterator[tuple[dt.date | None, int]]) -> int:
        return sum(count for day, count in days if day is not None and day < on)

    return Overdue(
        late((item.due_on, item.count) for item in items),
        late((item.then_on, item.count) for item in items),
    )


def _statement_days(r: Reader, change: Change, policies: Policies) -> StatementDays | None:
    """The first statement that goes out on the day of the change or later."""
    names = ("statement_issue_on_workday", "statement_confirm_within_workdays")
    if not any(policies.differ_in(name) for name in names):
        return None
    calendar, on = policies.after.calendar(), max(change.effective_on, r.today)
    days = [
        _next_statement(calendar, on, policy.issue_on_workday, policy.confirm_within_workdays)
        for policy in (policies.before, policies.after)
    ]
    return StatementDays(*days)


def _next_statement(
    calendar: Calendar, on: dt.date, workday: int, within: int
) -> tuple[dt.date, dt.date]:
    issued_on = calendar.nth_workday(on.year, on.month, workday)
    if issued_on < on:
        after = on.replace(day=28) + 4 * ONE_DAY
        issued_on = calendar.nth_workday(after.year, after.month, workday)
    return issued_on, calendar.add_workdays(issued_on, within)
