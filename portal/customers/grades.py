"""Which grade of a customer holds on a day, as a part of questions about many."""

from __future__ import annotations

from typing import Any

from sqlalchemy import ColumnElement, Select, and_, or_, select

from portal.tables.credit import CustomerGrade


def grade_holds(on: Any) -> ColumnElement[bool]:
    """Whether a row has begun and not ended by a day; the last such row is the grade in force."""
    return and_(
        CustomerGrade.effective_on <= on,
        or_(CustomerGrade.until_on.is_(None), CustomerGrade.until_on >= on),
    )


def grade_held(column: Any, customer_id: Any, on: Any) -> Select[Any]:
    """
    A column of the grade that a customer has on a day; both may be columns of another table.

    The last row that holds counts, so the grade before an override is back the day after it ends.
    """
    return (
        select(column)
        .where(CustomerGrade.customer_id == customer_id, grade_holds(on))
        .order_by(CustomerGrade.effective_on.desc(), CustomerGrade.id.desc())
        .limit(1)
    )
