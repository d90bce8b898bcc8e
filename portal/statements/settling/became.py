"""The disputes that differences of a statement became, by the place where they were said."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import ColumnElement, String, case, cast, exists, literal, select

from portal.base.access import visible_to
from portal.base.work import Reader
from portal.core.dispute import OPEN, State
from portal.disputes.telling import printed_number
from portal.tables.disputes import Dispute
from portal.tables.statements import Difference


@dataclass(frozen=True, slots=True)
class Became:
    """The dispute that a difference became."""

    ref: str
    number: str
    state: str

    @property
    def is_open(self) -> bool:
        """Whether the house owes an answer, be it again."""
        return self.state in OPEN

    @property
    def is_dropped(self) -> bool:
        """Whether the customer took it back."""
        return self.state == State.WITHDRAWN


def disputes_on(r: Reader, statement_id: int) -> dict[str, Became]:
    """By their place on a statement the disputes that differences became."""
    rows = select(Dispute.id, Dispute.origin, Dispute.state).where(
        Dispute.statement_id == statement_id
    )
    return {
        row.origin: Became(r.refs.of("di", row.id), printed_number(row.id), row.state)
        for row in r.session.execute(visible_to(rows, r.actor, Dispute.customer_id))
    }


def became_one(*states: str) -> ColumnElement[bool]:
    """Whether a difference became a dispute that is in one of these states."""
    beside = literal("own-") + cast(Difference.id, String)
    line = literal("line-") + cast(Difference.seq, String)
    return exists().where(
        Dispute.statement_id == Difference.statement_id,
        Dispute.origin == case((Difference.seq.is_(None), beside), else_=line),
        Dispute.state.in_(states),
    )
