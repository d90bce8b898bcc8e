"""Whose newest statement is not agreed yet: that is cleared up before its money is chased."""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Select, or_, select

from portal.base.access import visible_to
from portal.base.work import Reader
from portal.core.statement_status import Status
from portal.statements.duties import is_newest, waits
from portal.tables.statements import Statement


@dataclass(frozen=True, slots=True)
class Unconfirmed:
    """The newest statement of an account, which nobody answered or its customer did not accept."""

    ref: str
    number: str
    period_to: dt.date
    state: str


def list_unconfirmed(
    r: Reader, customer_ids: Collection[int]
) -> dict[tuple[int, str], Unconfirmed]:
    """
    By customer and currency the statement to clear up first; accounts that agree are not in it.

    Both sides agree on the figures before money is asked for (S-082); what counts as agreed by an
    accepted agreement on silence is agreed.
    """
    columns: list[Any] = [
        *(Statement.id, Statement.customer_id, Statement.currency),
        *(Statement.number, Statement.period_to, Statement.state),
    ]
    rows: Select[Any] = select(*columns).where(
        Statement.customer_id.in_(customer_ids),
        Statement.in_force == 1,
        is_newest(),
        or_(waits(), Statement.state == Status.REFUSED),
    )
    return {
        (row.customer_id, row.currency): Unconfirmed(
            r.refs.of("st", row.id), row.number, row.period_to, row.state
        )
        for row in r.session.execute(visible_to(rows, r.actor, Statement.customer_id))
    }
