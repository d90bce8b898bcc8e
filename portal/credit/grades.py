"""
The grade in force of a customer on a day: by a review, or by an override until it ends.

A score alone is only a suggestion; which terms and what limit a grade grants is the policy's.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Select, select

from portal.base.access import visible_to
from portal.base.work import Reader
from portal.customers.grades import grade_holds
from portal.tables.credit import CustomerGrade


@dataclass(frozen=True, slots=True)
class GradeInForce:
    """A grade as it holds on a day, and since when."""

    id: int
    grade: str
    effective_on: dt.date
    #: The last day on which it holds.
    until_on: dt.date | None
    is_override: bool
    reason: str
    author: str


def grade_of(r: Reader, customer_id: int, on: dt.date) -> GradeInForce | None:
    """The grade in force of a customer on a day; None: it never had one by then."""
    return grades_on(r, on, [customer_id]).get(customer_id)


def grades_on(
    r: Reader, on: dt.date, customer_ids: Collection[int] | None = None
) -> dict[int, GradeInForce]:
    """
    By customer: the grade in force on a day, of each whom the reader may see.

    The last row that holds on the day counts, so that the grade before an override is back the day
    after it ends.
    """
    rows = _holding(r, customer_ids).where(grade_holds(on))
    return {row.customer_id: _in_force(row) for row in r.session.scalars(rows)}


def prepays_by_grade(r: Reader, name: str) -> bool:
    """Whether nothing is sold on credit to who has a grade; an empty name is none."""
    grade = r.policy.grade(name)
    return grade is not None and grade.prepayment_only


def list_grades(r: Reader, customer_id: int) -> list[GradeInForce]:
    """Every grade that a customer has had or will have, the last first."""
    rows = _holding(r, [customer_id])
    return [_in_force(row) for row in r.session.scalars(rows)][::-1]


def _holding(r: Reader, customer_ids: Collection[int] | None) -> Select[Any]:
    rows: Select[Any] = select(CustomerGrade).order_by(
        CustomerGrade.customer_id, CustomerGrade.effective_on, CustomerGrade.id
    )
    if customer_ids is not None:
        rows = rows.where(CustomerGrade.customer_id.in_(customer_ids))
    return visible_to(rows, r.actor, CustomerGrade.customer_id)


def _in_force(row: CustomerGrade) -> GradeInForce:
    return GradeInForce(
        row.id,
        row.grade,
        row.effective_on,
        row.until_on,
        row.is_override,
        row.reason,
        row.author,
    )
