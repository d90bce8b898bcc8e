"""
The grades of ageing that follow from what was decided: by a ladder's step, a case, a write-off.

Read from what those acts leave; who does them stands above the ledger.
"""

from __future__ import annotations

import datetime as dt
from typing import Any

from sqlalchemy import (
    ColumnElement,
    Select,
    Subquery,
    and_,
    case,
    func,
    literal,
    or_,
    select,
    union_all,
)

from portal.core.ageing import GRADES, AgeingScheme
from portal.core.case import RAISES
from portal.invoices.open_items import Scope, bucket, counts_on
from portal.tables.cases import CasePart, CollectionCase
from portal.tables.escalation import Dunning, ItemStep
from portal.tables.payments import Allocation

#: What is told of a step that reached an item, whether it led it or went along.
REACHED = ("done", "along")


def raised_parts(as_of: dt.date, whose: Scope, *, inside: bool = False) -> Subquery:
    """
    By due part the highest grade that something decided has raised it to by a day.

    Write-offs are known to who looks at it `inside` the house, and to nobody else.
    """
    memos = [_by_memos(as_of, whose)] if inside else []
    found = union_all(_by_steps(as_of, whose), _by_cases(as_of, whose), *memos)
    rows = found.subquery("raising")
    columns: list[Any] = [
        *(rows.c.customer_id, rows.c.entry_id, rows.c.part, func.max(rows.c.place).label("place"))
    ]
    by_part = select(*columns).group_by(rows.c.customer_id, rows.c.entry_id, rows.c.part)
    return by_part.subquery("raised")


def _place(grade: Any) -> ColumnElement[int]:
    """Where a grade that a step names stands among the eight."""
    return case({name: place for place, name in enumerate(GRADES.names)}, value=grade, else_=0)


def _by_steps(as_of: dt.date, whose: Scope) -> Select[Any]:
    """A step of the ladder that the item has reached, and that was done."""
    same = and_(
        Dunning.customer_id == ItemStep.customer_id,
        Dunning.id == ItemStep.dunning_id,
        Dunning.step == ItemStep.step,
    )
    columns: list[Any] = [
        *(ItemStep.customer_id, ItemStep.entry_id, ItemStep.part),
        _place(Dunning.raises_grade_to).label("place"),
    ]
    return (
        select(*columns)
        .join(Dunning, same)
        .where(
            whose(ItemStep.customer_id),
            ItemStep.how.in_(REACHED),
            ItemStep.on <= as_of,
            Dunning.raises_grade_to.is_not(None),
        )
    )


def _by_cases(as_of: dt.date, whose: Scope) -> Select[Any]:
    """A case that stands on the day, by the stage that it has reached by now."""
    raised = case(
        *(
            (
                and_(
                    CollectionCase.kind == kind.value,
                    CollectionCase.stage.in_(sorted(stage.value for stage in stages)),
                ),
                GRADES.names.index(grade.value),
            )
            for kind, (stages, grade) in RAISES.items()
        ),
        else_=0,
    )
    columns: list[Any] = [
        *(CasePart.customer_id, CasePart.entry_id, CasePart.part, raised.label("place"))
    ]
    return (
        select(*columns)
        .join(CollectionCase, CollectionCase.id == CasePart.case_id)
        .where(
            whose(CasePart.customer_id),
            CollectionCase.state.in_(("open", "closed")),
            CollectionCase.opened_on <= as_of,
            or_(CollectionCase.closed_on.is_(None), CollectionCase.closed_on > as_of),
        )
    )


def _by_memos(as_of: dt.date, whose: Scope) -> Select[Any]:
    """What is left of an item of which a part was written off."""
    columns: list[Any] = [
        *(Allocation.customer_id, Allocation.entry_id, Allocation.part),
        literal(GRADES.names.index("bad_debt")).label("place"),
    ]
    return (
        select(*columns)
        .where(whose(Allocation.customer_id), Allocation.memo == 1, counts_on(as_of))
        .distinct()
    )


def stretch(
    day: Any, as_of: dt.date, scheme: AgeingScheme, raised: Subquery | None
) -> ColumnElement[int]:
    """
    Which of the scheme's names holds for an item: by its days, or by what was decided about it.

    `raised` is joined by `on_part` where the scheme has the grades that are decided.
    """
    by_days = bucket(day, as_of, scheme)
    if raised is None:
        return by_days
    return case((raised.c.place > by_days, raised.c.place), else_=by_days)


def raised_for(
    as_of: dt.date, scheme: AgeingScheme, whose: Scope, *, inside: bool = False
) -> Subquery | None:
    """What was decided about items, where the scheme has grades for it."""
    return raised_parts(as_of, whose, inside=inside) if scheme.is_decided else None


def on_part(items: Any, raised: Subquery) -> ColumnElement[bool]:
    """Whether a row of what was decided is about an item."""
    return and_(
        raised.c.customer_id == items.c.customer_id,
        raised.c.entry_id == items.c.entry_id,
        raised.c.part == items.c.part,
    )
