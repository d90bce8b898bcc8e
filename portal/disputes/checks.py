"""What must hold of all disputes: `accord verify` tells what does not."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from sqlalchemy import Select, and_, exists, func, or_, select

from portal.base.chain import Check
from portal.base.work import Reader
from portal.core.dispute import State
from portal.disputes.deciding import counts
from portal.disputes.telling import printed_number
from portal.invoices.checks import told
from portal.tables.disputes import Dispute, DisputeDecision, DisputedPart

#: What is answered and over, or was taken back, holds nothing back.
OVER = (State.CLOSED.value, State.WITHDRAWN.value)
ANSWERED = (State.DECIDED.value, State.CLOSED.value)


def check_disputes(r: Reader) -> Iterator[Check]:
    """The disputes: what they hold back of their documents, and that answers are there."""
    yield told("disputes hold back what they are about, while they last", _held_too_much(r))
    yield told("answered disputes have their answer", _unanswered(r))


def _held_too_much(r: Reader) -> Iterator[str]:
    runs = and_(
        DisputedPart.dispute_id == Dispute.id,
        DisputedPart.from_on <= r.today,
        or_(DisputedPart.ended_on.is_(None), DisputedPart.ended_on > r.today),
    )
    held = func.sum(DisputedPart.amount_minor)
    columns: list[Any] = [Dispute.id, Dispute.state, Dispute.amount_minor, held.label("held")]
    rows: Select[Any] = (
        select(*columns)
        .join(DisputedPart, runs)
        .group_by(Dispute.id, Dispute.state, Dispute.amount_minor)
        .having(or_(Dispute.state.in_(OVER), held > Dispute.amount_minor))
        .order_by(Dispute.id)
    )
    for row in r.session.execute(rows):
        yield f"{printed_number(row.id)}, {row.state}, holds back {row.held} of {row.amount_minor}"


def _unanswered(r: Reader) -> Iterator[str]:
    answer = exists().where(DisputeDecision.dispute_id == Dispute.id, counts())
    rows = select(Dispute.id).where(
        Dispute.state.in_(ANSWERED), or_(~answer, Dispute.decided_at.is_(None))
    )
    for dispute_id in r.session.scalars(rows.order_by(Dispute.id)):
        yield f"{printed_number(dispute_id)} has no answer"
