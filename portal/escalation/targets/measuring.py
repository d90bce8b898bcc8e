"""
What collectors reached in a month, beside targets.

Money recovered, what is overdue at the month's end, talks and their success.
"""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import and_, case, func, select

from portal.base.access import visible_to
from portal.base.work import Reader
from portal.core.collecting import Contacts, Recovered, Standing, contacts_of
from portal.core.ledger import Kind
from portal.core.money import Money
from portal.core.period import Month
from portal.invoices.open_items import open_items, seen_by
from portal.tables.collecting import CollectionTarget, ContactLog
from portal.tables.customers import Customer
from portal.tables.invoices import Entry, Part
from portal.tables.payments import Allocation
from portal.tables.people import User

#: By the collector of a customer, else its owner; nobody's under the empty name.
WHOSE = func.coalesce(func.nullif(Customer.collector, ""), Customer.owner, "")

ONE_DAY = dt.timedelta(days=1)


@dataclass(frozen=True, slots=True)
class CollectorRow:
    """A collector's month in one currency, with what was to be reached."""

    name: str
    user_id: int | None
    recovered: Recovered
    #: At the month's end, or today.
    standing: Standing
    contacts: Contacts
    #: kind → minor units, a number, or per cent
    targets: Mapping[str, int]


@dataclass(slots=True)
class Sums:
    """A collector's money of a month in minor units."""

    overdue: int = 0
    came: int = 0
    open_now: int = 0
    overdue_now: int = 0

    def recovered(self, currency: str, cost: int) -> Recovered:
        """What was to be recovered, and was."""
        told = (Money(minor, currency) for minor in (self.overdue, self.came, cost))
        return Recovered(*told)

    def standing(self, currency: str) -> Standing:
        """How its end stands."""
        return Standing(Money(self.open_now, currency), Money(self.overdue_now, currency))


@dataclass(frozen=True)
class Report:
    """A month in one currency: each collector, and the team."""

    month: Month
    currency: str
    rows: Sequence[CollectorRow]
    team: CollectorRow


def report_of(r: Reader, month: Month, currency: str) -> Report:
    """Everybody's month, by name."""
    people = _people(r)
    money = _money(r, month, currency)
    talks = _talks(r, month)
    targets = _targets(r, month, currency)
    named = {name: people.get(name) for name in money}
    named |= {user.name or user.email: user.id for user in _talkers(r, talks)}
    rows = [
        _row(name, user_id, money.get(name), talks, targets, currency)
        for name, user_id in sorted(named.items())
        if name
    ]
    return Report(month, currency, rows, _team(money, talks, targets, currency))


def _row(
    name: str,
    user_id: int | None,
    money: Sums | None,
    talks: Mapping[int, list[tuple[str, int]]],
    targets: Mapping[int | None, dict[str, int]],
    currency: str,
) -> CollectorRow:
    own = targets.get(user_id, {}) if user_id is not None else {}
    sums = money or Sums()
    return CollectorRow(
        name,
        user_id,
        sums.recovered(currency, own.get("cost", 0)),
        sums.standing(currency),
        contacts_of(talks.get(user_id or 0, [])),
        own,
    )


def _team(
    money: Mapping[str, Sums],
    talks: Mapping[int, list[tuple[str, int]]],
    targets: Mapping[int | None, dict[str, int]],
    currency: str,
) -> CollectorRow:
    own = targets.get(None, {})
    cost = own.get("cost", sum(each.get("cost", 0) for key, each in targets.items() if key))
    all_of = Sums(
        *(
            sum(getattr(each, name) for each in money.values())
            for name in ("overdue", "came", "open_now", "overdue_now")
        )
    )
    return CollectorRow(
        "",
        None,
        all_of.recovered(currency, cost),
        all_of.standing(currency),
        contacts_of([each for those in talks.values() for each in those]),
        own,
    )


def _money(r: Reader, month: Month, currency: str) -> dict[str, Sums]:
    """By collector: what was overdue when the month began, what of it was paid, how it ended."""
    began, ends = month.first_on, min(month.last_on, r.today)
    found: defaultdict[str, Sums] = defaultdict(Sums)
    for name, _minor, overdue in r.session.execute(_open_by(r, began - ONE_DAY, began, currency)):
        found[name].overdue = int(overdue)
    for name, minor in r.session.execute(_paid(r, month, currency)):
        found[name].came = int(minor)
    if began <= ends:
        for name, minor, overdue in r.session.execute(_open_by(r, ends, ends, currency)):
            found[name].open_now, found[name].overdue_now = int(minor), int(overdue)
    return dict(found)


def _open_by(r: Reader, as_of: dt.date, late_from: dt.date, currency: str) -> Any:
    """By collector what is open at the end of a day, and what of it was due before another."""
    items = open_items(as_of, seen_by(r.actor))
    overdue = func.sum(case((items.c.due_on < late_from, items.c.open), else_=0))
    columns: list[Any] = [WHOSE, func.sum(items.c.open), overdue]
    return (
        select(*columns)
        .join(Customer, Customer.id == items.c.customer_id)
        .where(items.c.currency == currency, items.c.open > 0)
        .group_by(WHOSE)
    )


def _paid(r: Reader, month: Month, currency: str) -> Any:
    """Payments applied in a month to what was overdue when it began."""
    same = and_(
        Part.customer_id == Allocation.customer_id,
        Part.entry_id == Allocation.entry_id,
        Part.part == Allocation.part,
    )
    is_payment = and_(Entry.id == Allocation.credit_id, Entry.kind == Kind.PAYMENT.value)
    stays = case((Allocation.ended_on <= month.last_on, 0), else_=Allocation.amount_minor)
    columns: list[Any] = [WHOSE, func.sum(stays)]
    rows = (
        select(*columns)
        .select_from(Allocation)
        .join(Part, same)
        .join(Entry, is_payment)
        .join(Customer, Customer.id == Allocation.customer_id)
        .where(
            Allocation.currency == currency,
            Allocation.memo == 0,
            Allocation.effective_on.between(month.first_on, month.last_on),
            Part.due_on < month.first_on,
        )
        .group_by(WHOSE)
    )
    return visible_to(rows, r.actor, Customer.id)


def _talks(r: Reader, month: Month) -> dict[int, list[tuple[str, int]]]:
    """By person: the outcomes of their talks in a month, counted."""
    columns: list[Any] = [ContactLog.user_id, ContactLog.outcome, func.count()]
    rows = (
        select(*columns)
        .join(Customer, Customer.id == ContactLog.customer_id)
        .where(ContactLog.on.between(month.first_on, month.last_on))
        .group_by(ContactLog.user_id, ContactLog.outcome)
    )
    found: defaultdict[int, list[tuple[str, int]]] = defaultdict(list)
    for user_id, outcome, count in r.session.execute(visible_to(rows, r.actor, Customer.id)):
        found[user_id].append((outcome, count))
    return dict(found)


def _talkers(r: Reader, talks: Mapping[int, Any]) -> list[User]:
    return list(r.session.scalars(select(User).where(User.id.in_(talks)).order_by(User.id)))


def _people(r: Reader) -> dict[str, int]:
    """The people of the house by name and by address."""
    rows = r.session.scalars(select(User).where(User.staff_role.is_not(None)))
    found: dict[str, int] = {}
    for user in rows:
        found |= {name: user.id for name in (user.email, user.name) if name}
    return found


def _targets(r: Reader, month: Month, currency: str) -> dict[int | None, dict[str, int]]:
    rows = select(CollectionTarget).where(
        CollectionTarget.month_on == month.first_on,
        CollectionTarget.currency.in_(("", currency)),
    )
    found: defaultdict[int | None, dict[str, int]] = defaultdict(dict)
    for row in r.session.scalars(rows):
        found[row.user_id][row.kind] = row.value
    return dict(found)


def list_currencies(r: Reader) -> list[str]:
    """The currencies in which something was ever owed, the company's own first."""
    rows = select(Entry.currency).distinct().order_by(Entry.currency)
    found = list(r.session.scalars(visible_to(rows, r.actor, Entry.customer_id)))
    own = r.company.currency
    return [own, *(each for each in found if each != own)]
