"""A dispute that a difference became follows it onto the statement's corrected version."""

from __future__ import annotations

from collections.abc import Mapping

from sqlalchemy import select

from portal.base.work import Work
from portal.tables.disputes import Dispute


def follow_to(
    w: Work, old_id: int, new_id: int, moves: Mapping[str, tuple[str, int | None]]
) -> None:
    """
    Disputes of a replaced version stand on its successor, where the same is said there.

    `moves` tells by its place on the old version where each stands on the new one, and on which
    line. What the new version lacks stays with the old one, open until it is decided.
    """
    rows = select(Dispute).where(Dispute.statement_id == old_id, Dispute.origin.in_(list(moves)))
    for each in w.session.scalars(rows.order_by(Dispute.id).with_for_update()):
        each.statement_id = new_id
        each.origin, each.seq = moves[each.origin]
    w.session.flush()
