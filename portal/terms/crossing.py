"""
Who comes above a limit by a change of terms: by its grade's cap, by being watched, by owing more.

What is owed here are open items in the limit's currency, branches in their parent's limit. Orders,
deliveries not invoiced, securities and other currencies are not in it: a projection is no check.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from fractions import Fraction
from typing import Any

from sqlalchemy import ColumnElement, Select, func, or_, select
from sqlalchemy.orm import aliased

from portal.base.access import visible_to
from portal.base.batch import plain_rows
from portal.base.work import Reader
from portal.core.impact import WEEKS, Habit, crosses, is_above_cap, is_newly_watched, projected
from portal.core.money import Money
from portal.customers.grades import grade_held
from portal.customers.limits import AMOUNT, BASE, amount_in_force
from portal.invoices.open_items import Scope, both, due_parts, everyone, seen_by
from portal.tables.credit import CreditLimit, CustomerGrade
from portal.tables.customers import Customer
from portal.terms.concerned import Concern, grouped, recent_parts
from portal.terms.replacing import Change, Policies

HABIT = ("customer_id", "currency", "key", "baseline", "parts", "place")
LOOKED_BACK = dt.timedelta(weeks=WEEKS)


@dataclass(frozen=True, slots=True)
class Crossing:
    """A customer who comes above a limit, and how."""

    customer_id: int
    ref: str
    code: str
    name: str
    #: cap | watched | owes_more
    how: str
    limit: Money
    #: What is owed now; for a cap the cap as it was, None where there was none.
    before: Money | None
    #: What would be owed; for a cap the new cap.
    after: Money


@dataclass(slots=True)
class _Account:
    """A customer with their limit, if any, and what they owe and would owe in its currency."""

    id: int
    parent_id: int | None
    code: str
    name: str
    limit: Money | None
    grade: str
    owed: dict[str, Money] = field(default_factory=dict)
    then: dict[str, Money] = field(default_factory=dict)


@dataclass(slots=True)
class _Sums:
    """What was invoiced to a customer of late, and for how many days altogether."""

    parts: int = 0
    amount: int = 0
    days: int = 0
    then: int = 0


#: What an account owes with its branches, and would owe.
Owed = tuple[Money, Money]


def list_crossings(
    r: Reader, change: Change, policies: Policies, concern: Concern
) -> list[Crossing]:
    """Who crosses: those above a cap, those who would owe more, those who are watched."""
    has_caps = change.scope == "company" and policies.differ_in("grades")
    has_watch = policies.differ_in("credit_watch_percent")
    has_terms = bool(concern.redating.by_key)
    if not (has_terms or has_caps or has_watch):
        return []
    habits = _habits(r, concern) if has_terms else {}
    accounts = _accounts(r, change, habits)
    limited = [each for each in accounts.values() if each.limit is not None]
    found = [*_above_caps(r, limited, policies)] if has_caps else []
    owed = _with_branches(accounts)
    for each in limited:
        found += _crossing(r, each, owed[each.id], policies)
    return found


def _above_caps(r: Reader, accounts: Iterable[_Account], policies: Policies) -> Iterator[Crossing]:
    caps = [
        {grade.name: grade for grade in policy.grades}
        for policy in (policies.before, policies.after)
    ]
    for each in accounts:
        limit = each.limit
        held = [by_name.get(each.grade) for by_name in caps]
        if limit is None or not any(held):
            continue
        before, after = (grade.cap(limit.currency) if grade else None for grade in held)
        if after is not None and is_above_cap(limit, before, after):
            yield _told(r, each, "cap", before, after)


def _crossing(r: Reader, account: _Account, owed: Owed, policies: Policies) -> Iterator[Crossing]:
    limit, (now, then) = account.limit, owed
    assert limit is not None
    shares = [
        int(each.values["credit_watch_percent"]) for each in (policies.before, policies.after)
    ]
    if crosses(limit, now, then):
        yield _told(r, account, "owes_more", now, then)
    elif is_newly_watched(limit, now, *shares):
        yield _told(r, account, "watched", now, now)


def _told(r: Reader, account: _Account, how: str, before: Money | None, after: Money) -> Crossing:
    assert account.limit is not None
    ref = r.refs.of("cu", account.id)
    return Crossing(account.id, ref, account.code, account.name, how, account.limit, before, after)


def _with_branches(accounts: Mapping[int, _Account]) -> dict[int, Owed]:
    """What each account with a limit owes in its currency, branches and theirs included."""
    sums = {each.id: [0, 0] for each in accounts.values() if each.limit is not None}
    for each in accounts.values():
        for above in _upwards(each, accounts):
            if above.limit is not None:
                currency = above.limit.currency
                for place, side in enumerate((each.owed, each.then)):
                    sums[above.id][place] += side[currency].minor if currency in side else 0
    limits = {each.id: each.limit for each in accounts.values()}
    return {
        row_id: (Money(now, limit.currency), Money(then, limit.currency))
        for row_id, (now, then) in sums.items()
        if (limit := limits[row_id]) is not None
    }


def _upwards(account: _Account, accounts: Mapping[int, _Account]) -> Iterator[_Account]:
    """An account and those above it, each once."""
    seen: set[int] = set()
    at: _Account | None = account
    while at is not None and at.id not in seen:
        seen.add(at.id)
        yield at
        at = accounts.get(at.parent_id) if at.parent_id is not None else None


def _accounts(
    r: Reader, change: Change, habits: Mapping[tuple[int, str], Habit]
) -> dict[int, _Account]:
    """
    Customers with their limits and what they owe by currency.

    Two questions, put together here: joined, a database may look through all of the one for each
    of the other.
    """
    family, company = _family(change.customer_id), r.company.currency
    found = {
        row.id: _Account(
            *(row.id, row.parent_id, row.code, row.name),
            amount_in_force(row, company),
            row.grade or "",
        )
        for row in plain_rows(r.session, _account_rows(r, change, family))
    }
    for customer_id, currency, minor in plain_rows(r.session, _owed_rows(r, family)):
        account = found.get(customer_id)
        if account is not None:
            owed = Money(int(minor), currency)
            account.owed[currency] = owed
            account.then[currency] = projected(owed, habits.get((customer_id, currency)))
    return found


def _owed_rows(r: Reader, family: Scope) -> Select[Any]:
    items = due_parts(r.today, both(seen_by(r.actor), family))
    of = (items.c.customer_id, items.c.currency)
    return select(*of, func.sum(items.c.claim)).group_by(*of)


def _account_rows(r: Reader, change: Change, family: Scope) -> Select[Any]:
    on = max(change.effective_on, r.today)
    columns: list[Any] = [
        *(Customer.id, Customer.parent_id, Customer.code, Customer.name),
        *(*BASE[1:], *AMOUNT),
        grade_held(CustomerGrade.grade, Customer.id, on).scalar_subquery().label("grade"),
    ]
    rows = (
        select(*columns)
        .select_from(Customer)
        .outerjoin(CreditLimit, CreditLimit.id == _newest_limit(on))
        .where(family(Customer.id), _counts_somewhere())
        .order_by(Customer.code)
    )
    return visible_to(rows, r.actor, Customer.id)


def _counts_somewhere() -> ColumnElement[bool]:
    """Whether a customer has a limit, or one above may have it."""
    return or_(
        Customer.credit_limit_minor.is_not(None),
        CreditLimit.id.is_not(None),
        Customer.parent_id.is_not(None),
    )


def _newest_limit(on: dt.date) -> Any:
    """The dated limit of a customer on a day."""
    of = aliased(CreditLimit)
    wanted = select(of.id).where(of.customer_id == Customer.id, of.effective_on <= on)
    return wanted.order_by(of.effective_on.desc(), of.id.desc()).limit(1).scalar_subquery()


def _family(customer_id: int | None) -> Scope:
    """The customers who share a limit with one: all above it, and all below those."""
    if customer_id is None:
        return everyone
    own = select(Customer.id, Customer.parent_id).where(Customer.id == customer_id)
    up = own.cte("up", recursive=True)
    up = up.union(select(Customer.id, Customer.parent_id).where(Customer.id == up.c.parent_id))
    family = select(up.c.id).cte("family", recursive=True)
    family = family.union(select(Customer.id).where(Customer.parent_id == family.c.id))
    return lambda column: column.in_(select(family.c.id))


def _habits(r: Reader, concern: Concern) -> dict[tuple[int, str], Habit]:
    """How customers were invoiced in the last quarter, where the change would have mattered."""
    rows = recent_parts(r, r.today - LOOKED_BACK, concern)
    days = func.sum(func.coalesce(rows.c.term_days, 0)).label("days")
    found: dict[tuple[int, str], _Sums] = {}
    for row in r.session.execute(grouped(rows, HABIT).add_columns(days)):
        told = found.setdefault((row.customer_id, row.currency), _Sums())
        then = concern.redating.date(row.key, row.baseline, row.parts, row.place)
        told.parts += row.alike
        told.amount += int(row.amount)
        told.days += int(row.days)
        told.then += then[1] * row.alike if then else int(row.days)
    return {
        key: Habit(
            Fraction(told.days, told.parts),
            Fraction(told.then, told.parts),
            Money(told.amount, key[1]),
        )
        for key, told in found.items()
        if told.days != told.then
    }
