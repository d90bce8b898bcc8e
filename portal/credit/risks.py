"""Which customers are of high risk today: by their grade, by a guess at it, by danger signals."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from sqlalchemy import Integer, Select, func, literal, select, union_all

from portal.base.access import visible_to
from portal.base.work import Reader
from portal.core.risk import Looks, risks_of
from portal.credit.grades import GradeInForce
from portal.credit.signals import warns_at
from portal.invoices.open_items import open_items, seen_by
from portal.tables.credit import Rating, WarningSignal


def high_risks(r: Reader, grades: Mapping[int, GradeInForce]) -> set[int]:
    """The customers of high risk whom the reader may see, by their grades in force."""
    lowest, warn_at = r.policy.grades[-1].name, warns_at(r)
    signals: dict[int, int] = {}
    guessed: set[int] = set()
    for customer_id, running in r.session.execute(union_all(_signals(r), _guessed_and_overdue(r))):
        if running is None:
            guessed.add(customer_id)
        else:
            signals[customer_id] = running
    found = set()
    for customer_id in grades.keys() | signals.keys() | guessed:
        looks = Looks(
            is_lowest_grade=customer_id in grades and grades[customer_id].grade == lowest,
            is_provisional=customer_id in guessed,
            is_overdue=customer_id in guessed,
            signals=signals.get(customer_id, 0),
        )
        if risks_of(looks, warn_at):
            found.add(customer_id)
    return found


def _signals(r: Reader) -> Select[Any]:
    """Each customer with danger signals that run, and how many."""
    columns: list[Any] = [WarningSignal.customer_id, func.count().label("running")]
    rows = select(*columns).where(WarningSignal.cleared_at.is_(None))
    seen: Select[Any] = visible_to(rows, r.actor, WarningSignal.customer_id)
    return seen.group_by(WarningSignal.customer_id)


def _guessed_and_overdue(r: Reader) -> Select[Any]:
    """Each customer whose last rating is no more than a guess and with whom something is late."""
    newest = select(func.max(Rating.id)).where(Rating.as_of <= r.today).group_by(Rating.customer_id)
    guesses = select(Rating.customer_id).where(Rating.id.in_(newest), Rating.is_provisional)
    items = open_items(r.today, seen_by(r.actor))
    columns: list[Any] = [items.c.customer_id, literal(None, Integer()).label("running")]
    is_late = (items.c.due_on < r.today, items.c.open > 0)
    return select(*columns).where(*is_late, items.c.customer_id.in_(guesses)).distinct()
