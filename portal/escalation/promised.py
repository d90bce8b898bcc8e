"""What running promises and plans keep ladders away from, for a slice of customers."""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import or_, select

from portal.base.work import Reader
from portal.core.promise_kept import RUNNING
from portal.invoices.open_items import Scope, among
from portal.promises.facts import judged
from portal.tables.promises import Promise, PromisedPart

#: customer, currency
Key = tuple[int, str]
#: entry, part
PartKey = tuple[int, int]


@dataclass
class Taken:
    """What is promised of a part, and what lies within a plan."""

    promised: int = 0
    planned: int = 0


def promised(
    r: Reader, whose: Scope, on: dt.date
) -> tuple[Mapping[PartKey, Taken], Mapping[Key, int]]:
    """What running promises await, by part, and by account where they name no item."""
    running = _running(r, whose, on)
    if not running:
        return {}, {}
    wanted = select(Promise.id).where(Promise.id.in_([row.id for row in running]))
    found = judged(r, wanted, among(sorted({row.customer_id for row in running})), on)
    parts: defaultdict[PartKey, Taken] = defaultdict(Taken)
    accounts: defaultdict[Key, int] = defaultdict(int)
    for row in running:
        if found.states.get(row.id) not in RUNNING:
            continue
        outcome, shares = found.outcomes[row.id], found.shares.get(row.id, ())
        if not shares:
            accounts[row.customer_id, row.currency] += outcome.awaited_minor
        _add_shares(parts, shares, outcome.awaited, is_plan=row.plan_id is not None)
    return parts, accounts


def _running(r: Reader, whose: Scope, on: dt.date) -> Sequence[Any]:
    """Those whose day has not passed, and that count."""
    since = r.policy.leniency().first_running(on)
    rows = select(Promise.id, Promise.customer_id, Promise.currency, Promise.plan_id).where(
        whose(Promise.customer_id),
        Promise.promised_on >= since,
        Promise.made_on <= on,
        or_(Promise.ended_on.is_(None), Promise.ended_on > on),
    )
    return r.session.execute(rows.order_by(Promise.id)).all()


def _add_shares(
    parts: defaultdict[PartKey, Taken],
    shares: Iterable[PromisedPart],
    awaited: Mapping[Any, int],
    *,
    is_plan: bool,
) -> None:
    for share in shares:
        key = (share.entry_id, share.part)
        if is_plan:
            parts[key].planned += awaited.get(key, 0)
        else:
            parts[key].promised += awaited.get(key, 0)
