"""
The marks that a dispute leaves on due parts: what of them is neither chased nor due.

A dispute's marks stand beside those of the ledger's files and of other disputes; the open-items
query adds them up. Who calls has locked the customer.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

from sqlalchemy import or_, select

from portal.base.work import Reader, Work
from portal.core.dispute import OpenPart, as_far_as_free
from portal.invoices.open_items import due_parts, one, with_disputes
from portal.tables.disputes import Dispute, DisputedPart
from portal.tables.invoices import Part


def free_parts(r: Reader, customer_id: int, entry_ids: Sequence[int]) -> dict[int, list[OpenPart]]:
    """Of documents: their due parts today, the earliest due first, with what is disputed."""
    of = select(Part.entry_id).where(Part.entry_id.in_(entry_ids), Part.customer_id == customer_id)
    items = with_disputes(
        due_parts(r.today, one(customer_id), of), r.today, one(customer_id)
    ).subquery("part_of")
    undated = items.c.due_on.is_(None)
    rows = r.session.execute(
        select(items)
        .where(items.c.entry_id.in_(entry_ids))
        .order_by(items.c.entry_id, undated, items.c.due_on, items.c.part)
    )
    found: dict[int, list[OpenPart]] = {}
    for row in rows:
        part = OpenPart(row.part, row.due_on, int(row.open), int(row.disputed))
        found.setdefault(row.entry_id, []).append(part)
    return found


def mark(w: Work, dispute: Dispute, taken: Mapping[int, int]) -> None:
    """From today on these amounts of the document's parts are disputed."""
    assert dispute.entry_id is not None
    for part, minor in sorted(taken.items()):
        w.session.add(
            DisputedPart(
                customer_id=dispute.customer_id,
                entry_id=dispute.entry_id,
                part=part,
                dispute_id=dispute.id,
                from_on=w.today,
                amount_minor=minor,
            )
        )
    w.session.flush()


def end_marks(w: Work, dispute_ids: Iterable[int]) -> None:
    """From today on nothing is held back by these disputes."""
    running = select(DisputedPart).where(
        DisputedPart.dispute_id.in_(list(dispute_ids)), DisputedPart.ended_on.is_(None)
    )
    for each in w.session.scalars(running):
        each.ended_on = max(w.today, each.from_on)
    w.session.flush()


def hold_back(w: Work, dispute: Dispute, minor: int) -> int:
    """
    From today on the dispute holds back this much of its document, as far as it is undisputed.

    What it held before counts no more. Tells how much it holds.
    """
    end_marks(w, [dispute.id])
    if dispute.entry_id is None or minor <= 0:
        return 0
    parts = free_parts(w, dispute.customer_id, [dispute.entry_id]).get(dispute.entry_id, [])
    taken = as_far_as_free(minor, parts)
    mark(w, dispute, taken)
    return sum(taken.values())


def marked_minor(r: Reader, dispute_ids: Sequence[int]) -> dict[int, int]:
    """What each dispute marks today, whether as much is still open or not."""
    rows = r.session.execute(
        select(DisputedPart.dispute_id, DisputedPart.amount_minor).where(
            DisputedPart.dispute_id.in_(dispute_ids),
            DisputedPart.from_on <= r.today,
            or_(DisputedPart.ended_on.is_(None), DisputedPart.ended_on > r.today),
        )
    )
    found = dict.fromkeys(dispute_ids, 0)
    for dispute_id, minor in rows:
        found[dispute_id or 0] += minor or 0
    return found
