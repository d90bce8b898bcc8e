"""
What ladders would do on a day, row by row as people look at it: whom, from which step to which.

The plan itself is planning.py's; here it is counted, compared with another, and told with names.
"""

from __future__ import annotations

import datetime as dt
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import select, tuple_

from portal.base.work import Reader
from portal.core.ladder import Ladder
from portal.core.ladder_day import Action, Excluded
from portal.core.ladder_difference import Told, channel_differences
from portal.core.money import Money
from portal.escalation.notices.readers import Addressee, Readers
from portal.escalation.planning import Plan, plan_day
from portal.escalation.running import count_customers
from portal.invoices.open_items import Scope, everyone, spanning
from portal.tables.customers import Customer
from portal.tables.escalation import ItemStep

#: In a larger house a look is taken at every second customer, every third …, and says so.
MOST_CUSTOMERS = 5_000
#: Currency → sum.
Sums = tuple[Money, ...]


@dataclass(frozen=True, slots=True)
class StepCount:
    """How many accounts get a step, and what they are asked for."""

    ladder: str
    step: str
    channel: str
    accounts: int
    customers: int
    items: int
    sums: Sums
    #: How many wait for a second person first.
    approvals: int


@dataclass(frozen=True, slots=True)
class AheadRow:
    """A step about an account, with the names and addresses that people know."""

    customer_ref: str
    customer_name: str
    code: str
    ladder: str
    #: The last step that the oldest item has had; empty: none yet.
    step_from: str
    step: str
    channel: str
    responsible: str
    needs_approval: bool
    numbers: tuple[str, ...]
    days_overdue: int
    amount: Money
    set_off: Money
    to: tuple[Addressee, ...]

    @property
    def languages(self) -> tuple[str, ...]:
        return tuple(dict.fromkeys(each.language for each in self.to))


@dataclass(frozen=True, slots=True)
class ExcludedRow:
    """An item, or a part of its amount, that is left out, and why."""

    customer_ref: str
    customer_name: str
    code: str
    number: str
    part: int
    amount: Money
    reason: str


@dataclass(frozen=True)
class Ahead:
    """A day's plan as a whole, and how it differs from that of the ladders in force."""

    plan: Plan
    steps: Sequence[StepCount]
    reasons: Sequence[tuple[str, int, Sums]]
    #: Channel → so many more or fewer; None: compared with nothing.
    differences: Sequence[tuple[str, int]] | None = None
    #: 1: at every customer; 20: at every twentieth.
    every: int = 1

    @property
    def customers(self) -> int:
        return len({each.customer_id for each in self.plan.actions})


def look_ahead(
    r: Reader,
    on: dt.date,
    ladders: Sequence[Ladder] | None = None,
    against: Sequence[Ladder] | None = None,
) -> Ahead:
    """What ladders do on a day, those in force where none are given; compared with others."""
    every = max(1, -(-count_customers(r) // MOST_CUSTOMERS))
    plan = plan_day(r, on, ladders, _spread(every))
    differences = None
    if against is not None:
        other = plan_day(r, on, against, _spread(every))
        differences = channel_differences(_channels(other), _channels(plan))
    counted, reasons = count_steps(plan.actions), count_reasons(plan.excluded)
    return Ahead(plan, counted, reasons, differences, every)


def _spread(every: int) -> Scope:
    """Every customer, or one of so many, the same on every look."""
    return everyone if every == 1 else lambda customer_id: customer_id % every == 0


def _channels(plan: Plan) -> Iterable[str]:
    return (each.step.channel for each in plan.actions)


def told_steps(actions: Iterable[Action]) -> list[Told]:
    """The steps as they are compared."""
    return [
        Told(each.customer_id, each.currency, each.step.name, each.step.channel, each.amount)
        for each in actions
    ]


def count_steps(actions: Iterable[Action]) -> list[StepCount]:
    """By ladder and step, in the order of the ladders."""
    by_step: defaultdict[tuple[str, str, str], list[Action]] = defaultdict(list)
    for each in actions:
        by_step[each.ladder, each.step.name, each.step.channel].append(each)
    return [
        StepCount(
            *key,
            accounts=len(found),
            customers=len({each.customer_id for each in found}),
            items=sum(len(each.items) for each in found),
            sums=sums_of((each.currency, each.amount) for each in found),
            approvals=sum(each.step.approval for each in found),
        )
        for key, found in sorted(by_step.items(), key=lambda pair: _first_day(pair[1]))
    ]


def _first_day(actions: Sequence[Action]) -> tuple[str, int]:
    return actions[0].ladder, min(each.lead.days_overdue for each in actions)


def count_reasons(excluded: Iterable[Excluded]) -> list[tuple[str, int, Sums]]:
    """By reason, the most frequent first: how many items, and what they come to."""
    found: defaultdict[str, list[Excluded]] = defaultdict(list)
    for each in excluded:
        found[each.reason].append(each)
    ordered = sorted(found.items(), key=lambda pair: (-len(pair[1]), pair[0]))
    return [
        (reason, len(rows), sums_of((each.currency, each.amount) for each in rows))
        for reason, rows in ordered
    ]


def sums_of(amounts: Iterable[tuple[str, int]]) -> Sums:
    """The sum of each currency, by its code."""
    total: Counter[str] = Counter()
    for currency, minor in amounts:
        total[currency] += minor
    return tuple(Money(minor, currency) for currency, minor in sorted(total.items()))


def ahead_rows(r: Reader, actions: Sequence[Action]) -> list[AheadRow]:
    """The steps with names, recipients and where their items stood; three questions for all."""
    names = names_of(r, {each.customer_id for each in actions})
    stood = _stood(r, actions)
    readers = Readers(r, spanning({each.customer_id for each in actions}))
    return [
        AheadRow(
            *names[each.customer_id],
            code=each.code,
            ladder=each.ladder,
            step_from=stood.get(_lead_key(each), ""),
            step=each.step.name,
            channel=each.step.channel,
            responsible=each.step.responsible,
            needs_approval=each.step.approval,
            numbers=tuple(item.number for item in each.items),
            days_overdue=each.lead.days_overdue,
            amount=Money(each.amount, each.currency),
            set_off=Money(each.set_off, each.currency),
            to=tuple(
                readers.of(each.customer_id, each.step.channel) if each.step.is_message else ()
            ),
        )
        for each in actions
    ]


def excluded_rows(r: Reader, excluded: Sequence[Excluded]) -> list[ExcludedRow]:
    """What is left out, with the customers' names."""
    names = names_of(r, {each.customer_id for each in excluded})
    return [
        ExcludedRow(
            *names[each.customer_id],
            code=each.code,
            number=each.number,
            part=each.part,
            amount=Money(each.amount, each.currency),
            reason=each.reason,
        )
        for each in excluded
    ]


def names_of(r: Reader, ids: Iterable[int]) -> Mapping[int, tuple[str, str]]:
    """By customer its public reference and its name."""
    rows = select(Customer.id, Customer.name).where(Customer.id.in_(sorted(ids)))
    return {row.id: (r.refs.of("cu", row.id), row.name) for row in r.session.execute(rows)}


def _lead_key(action: Action) -> tuple[int, int, int, str]:
    return action.customer_id, action.lead.entry_id, action.lead.part, action.ladder


def _stood(r: Reader, actions: Sequence[Action]) -> Mapping[tuple[int, int, int, str], str]:
    """By lead and ladder the last step that it has had."""
    leads = [_lead_key(each)[:3] for each in actions]
    columns: list[Any] = [
        *(ItemStep.customer_id, ItemStep.entry_id, ItemStep.part, ItemStep.ladder, ItemStep.step)
    ]
    rows = (
        select(*columns)
        .where(
            tuple_(ItemStep.customer_id, ItemStep.entry_id, ItemStep.part).in_(leads),
            ItemStep.how.in_(("done", "along")),
        )
        .order_by(ItemStep.on)
    )
    return {tuple(row[:4]): row.step for row in r.session.execute(rows)}
