"""Which own terms of a customer hold on a day, as a part of questions about one or about many."""

from __future__ import annotations

import datetime as dt
from typing import Any

from sqlalchemy import Select, Subquery, func, select

from portal.tables.terms import CustomerTerms


def terms_held(column: Any, customer_id: Any, on: Any) -> Select[Any]:
    """
    A column of the own terms that a customer has on a day; both may be columns of another table.

    The last dated row counts; before the first of them what the file said holds.
    """
    return (
        select(column)
        .where(CustomerTerms.customer_id == customer_id, CustomerTerms.effective_on <= on)
        .order_by(CustomerTerms.effective_on.desc(), CustomerTerms.id.desc())
        .limit(1)
    )


def newest_terms(on: dt.date) -> Subquery:
    """The row of own terms in force on a day of everybody who has one, as a table to join."""
    place = func.row_number().over(
        partition_by=CustomerTerms.customer_id,
        order_by=(CustomerTerms.effective_on.desc(), CustomerTerms.id.desc()),
    )
    ranked = select(CustomerTerms, place.label("place")).where(CustomerTerms.effective_on <= on)
    rows = ranked.subquery("ranked_terms")
    return select(rows).where(rows.c.place == 1).subquery("newest_terms")
