"""Which due parts a plan can cover: what is open of an account and not disputed."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass

from sqlalchemy import and_, select

from portal.base.work import Reader, Work
from portal.core.errors import RuleBroken
from portal.core.instalment import State
from portal.core.money import Money
from portal.promises.accounts import SOON
from portal.promises.facts import PartKey
from portal.promises.plans.reading import standings
from portal.promises.plans.rows import LIVE, number_of
from portal.promises.promisable import PromisableRow, list_promisable
from portal.tables.promises import Plan, PlannedPart


@dataclass(frozen=True, slots=True)
class Chosen:
    """A due part that is to be paid by instalments, and what was free of it when it was shown."""

    entry_id: int
    part: int
    seen: Money

    @property
    def key(self) -> PartKey:
        """What names it."""
        return self.entry_id, self.part


def free_of(row: PromisableRow) -> Money:
    """What of a part is open and not disputed: all of it goes into a plan, or nothing."""
    return row.open - row.disputed


def list_plannable(
    r: Reader, customer_id: int, currency: str, also: Collection[PartKey] = ()
) -> list[PromisableRow]:
    """The items of an account that a plan can cover, the earliest due first."""
    rows = list_promisable(r, customer_id, currency, also)
    return [row for row in rows if free_of(row).minor > 0 or (row.entry_id, row.part) in also]


def meant_keys(r: Reader, rows: Sequence[PromisableRow]) -> list[str]:
    """The items that are ticked at first: what is due or soon is; where nothing is, all of them."""
    due = [row for row in rows if row.due_on and row.due_on <= r.today + SOON]
    return [row.key for row in due or rows]


def planned_keys(r: Reader, plan_id: int) -> list[PartKey]:
    """The parts that a plan covers."""
    rows = select(PlannedPart.entry_id, PlannedPart.part).where(PlannedPart.plan_id == plan_id)
    return [(entry_id, part) for entry_id, part in r.session.execute(rows)]


def elsewhere(r: Reader, customer_id: int, plan_id: int | None = None) -> dict[PartKey, int]:
    """Which parts of a customer another plan covers that is talked about or runs: the plan's id."""
    rows = (
        select(PlannedPart.entry_id, PlannedPart.part, Plan.id)
        .join(Plan, and_(Plan.id == PlannedPart.plan_id))
        .where(Plan.customer_id == customer_id, Plan.state.in_(LIVE))
    )
    found = {(entry_id, part): other for entry_id, part, other in r.session.execute(rows)}
    if not found:
        return {}
    stand = standings(r, r.today, Plan.customer_id == customer_id)
    done = {other for other, each in stand.items() if each.state is State.DONE}
    return {key: other for key, other in found.items() if other not in {plan_id, *done}}


def check_chosen(
    w: Work, account: tuple[int, str], chosen: Sequence[Chosen], plan_id: int | None = None
) -> list[tuple[PromisableRow, Money]]:
    """
    Each chosen part with what the plan covers of it, the earliest due first.

    Raises: plan.nothing_chosen, plan.item.stale, plan.already_done.
    """
    if not chosen:
        raise RuleBroken("plan.nothing_chosen")
    customer_id, currency = account
    seen = {each.key: each.seen for each in chosen}
    rows = {
        (row.entry_id, row.part): row
        for row in list_plannable(w, customer_id, currency, list(seen))
    }
    others = elsewhere(w, customer_id, plan_id)
    for key, was in seen.items():
        if key not in rows:
            raise RuleBroken("plan.nothing_chosen")
        row = rows[key]
        if key in others:
            other = number_of(others[key])
            raise RuleBroken("plan.already_done", number=row.number, plan=other)
        if free_of(row) != was or not was.minor:
            raise RuleBroken("plan.item.stale", number=row.number, was=was, now=free_of(row))
    return [(row, free_of(row)) for key, row in rows.items() if key in seen]
