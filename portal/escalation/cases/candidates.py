"""What a case may be about: the overdue parts of an account, and what of each it would claim."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from sqlalchemy import Select, select

from portal.base.work import Reader
from portal.core.case import Kind
from portal.core.claim import ClaimItem, claimable
from portal.core.money import Money
from portal.escalation.cases.rows import Candidate
from portal.invoices.position import list_open_items
from portal.invoices.rows import OpenItemRow
from portal.promises.queries import running_on_parts
from portal.tables.cases import CasePart, CollectionCase

#: Cases that stand or wait: what they are about is in no other one.
STANDING = ("proposed", "open")


def list_candidates(r: Reader, customer_id: int, kind: Kind, currency: str) -> list[Candidate]:
    """The overdue open parts of an account, the earliest due first."""
    return candidates_among(r, customer_id, kind, list_overdue(r, customer_id, currency))


def list_overdue(r: Reader, customer_id: int, currency: str = "") -> list[OpenItemRow]:
    """The overdue open parts of a customer, the earliest due first."""
    items = list_open_items(r, customer_id, currency=currency)
    return [item for item in items if (item.days_late or 0) > 0]


def candidates_among(
    r: Reader, customer_id: int, kind: Kind, items: Sequence[OpenItemRow]
) -> list[Candidate]:
    """What a case would claim of some overdue parts of a customer."""
    elsewhere, promised = standing_parts(r, customer_id), running_on_parts(r, customer_id)
    found = []
    for item in items:
        key = (item.entry_id, item.part)
        until = promised[key].until if key in promised else None
        told = elsewhere.get(key, "")
        found.append(_candidate(item, kind, promised_until=until, elsewhere=told))
    return found


def _candidate(item: OpenItemRow, kind: Kind, **told: Any) -> Candidate:
    assert item.due_on is not None
    asked = claimable(kind, ClaimItem(item.open.minor, item.disputed.minor))
    return Candidate(
        entry_id=item.entry_id,
        ref=item.ref,
        number=item.number,
        kind=item.kind,
        part=item.part,
        dated_on=item.dated_on,
        due_on=item.due_on,
        days_late=item.days_late or 0,
        amount=item.amount,
        open=item.open,
        disputed=item.disputed,
        claimable=Money(asked, item.open.currency),
        **told,
    )


def standing_parts(r: Reader, customer_id: int) -> dict[tuple[int, int], str]:
    """By document and part of a customer: the number of the case that it is part of."""
    columns: list[Any] = [CasePart.entry_id, CasePart.part, CollectionCase.number]
    rows: Select[Any] = select(*columns).join(CollectionCase, CollectionCase.id == CasePart.case_id)
    found = r.session.execute(
        rows.where(CasePart.customer_id == customer_id, CollectionCase.state.in_(STANDING))
    )
    return {(entry_id, part): number for entry_id, part, number in found}
