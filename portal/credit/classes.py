"""Who carries most of what is owed, and who is of high risk: for the first page of credit."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from sqlalchemy import case, func, select

from portal.base.access import visible_to
from portal.base.work import Reader
from portal.core.classes import Looks, Risk, classes_of, risks_of
from portal.core.money import Money
from portal.credit.grades import grades_on
from portal.credit.signals import running_by_customer, warns_at
from portal.invoices.open_items import open_items, seen_by
from portal.tables.credit import Rating
from portal.tables.customers import Customer


@dataclass(frozen=True, slots=True)
class RiskRow:
    """A customer of high risk, and why it is one."""

    ref: str
    code: str
    name: str
    owner: str
    grade: str
    risks: tuple[Risk, ...]
    #: By currency.
    overdue: tuple[Money, ...]


@dataclass(frozen=True, slots=True)
class ClassRow:
    """A class of customers in one currency: how many, and what of all that is open they owe."""

    currency: str
    name: str
    customers: int
    open: Money
    #: In whole per cent of all that is open in the currency.
    share: int


@dataclass(frozen=True, slots=True)
class Classes:
    """The classes of every currency, and the class of each customer in each."""

    rows: tuple[ClassRow, ...]
    of: Mapping[tuple[int, str], str]


def receivable_classes(r: Reader) -> Classes:
    """A, B and C by share of what is open, of the customers whom the reader may see."""
    owed: dict[str, dict[int, int]] = defaultdict(dict)
    for (customer_id, currency), (is_open, _overdue) in _owed(r).items():
        owed[currency][customer_id] = is_open
    rows: list[ClassRow] = []
    of: dict[tuple[int, str], str] = {}
    for currency in sorted(owed):
        found = classes_of(owed[currency])
        whole = sum(minor for minor in owed[currency].values() if minor > 0)
        of |= {(key, currency): name for key, name in found.items()}
        for name in sorted(set(found.values())):
            mine = [owed[currency][key] for key, each in found.items() if each == name]
            share = (200 * sum(mine) + whole) // (2 * whole)
            rows.append(ClassRow(currency, name, len(mine), Money(sum(mine), currency), share))
    return Classes(tuple(rows), of)


def high_risks(r: Reader) -> list[RiskRow]:
    """The customers of high risk, those with the most reasons first, then by name."""
    overdue: dict[int, list[Money]] = defaultdict(list)
    for (customer_id, currency), (_open, late) in sorted(_owed(r).items()):
        if late > 0:
            overdue[customer_id].append(Money(late, currency))
    grades, signals, guesses = grades_on(r, r.today), running_by_customer(r), _guesses(r)
    lowest = r.policy.grades[-1].name
    columns: list[Any] = [Customer.id, Customer.code, Customer.name, Customer.owner]
    found = []
    for row in r.session.execute(visible_to(select(*columns), r.actor, Customer.id)):
        grade = grades[row.id].grade if row.id in grades else ""
        owed = tuple(overdue.get(row.id, ()))
        running = signals[row.id].count if row.id in signals else 0
        looks = Looks(grade == lowest, row.id in guesses, sum(m.minor for m in owed), running)
        if risks := risks_of(looks, warns_at(r)):
            ref = r.refs.of("cu", row.id)
            told = (ref, row.code, row.name, row.owner or "", grade)
            found.append(RiskRow(*told, risks, owed))
    return sorted(found, key=lambda each: (-len(each.risks), each.name, each.code))


def _owed(r: Reader) -> dict[tuple[int, str], tuple[int, int]]:
    """By customer and currency: what is open, and what of it is overdue."""
    items = open_items(r.today, seen_by(r.actor))
    late = case((items.c.due_on < r.today, items.c.open), else_=0)
    rows = select(
        items.c.customer_id, items.c.currency, func.sum(items.c.open), func.sum(late)
    ).group_by(items.c.customer_id, items.c.currency)
    return {(row[0], row[1]): (int(row[2]), int(row[3])) for row in r.session.execute(rows)}


def _guesses(r: Reader) -> set[int]:
    """The customers whose last rating is no more than a guess."""
    newest = (
        select(func.max(Rating.id).label("id"))
        .where(Rating.as_of <= r.today)
        .group_by(Rating.customer_id)
    )
    rows = select(Rating.customer_id).where(Rating.id.in_(newest), Rating.is_provisional)
    return set(r.session.scalars(visible_to(rows, r.actor, Rating.customer_id)))
