"""
The facts that promises are judged by, for as many of them as are asked for, in a few statements.

Money is what payments, transfers and opening credits bring, on the value date; a credit note only
lowers what is open. What is written off inside the house does not count.
"""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from collections.abc import Hashable, Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement, Select, and_, exists, func, or_, select

from portal.base.work import Reader
from portal.core.ledger import Kind
from portal.core.promise_kept import (
    Came,
    Outcome,
    PartFacts,
    Promised,
    Share,
    State,
    judge,
    share_out,
)
from portal.invoices.open_items import Scope, among, counts_on, due_parts
from portal.tables.invoices import Entry
from portal.tables.payments import Allocation
from portal.tables.promises import Promise, PromisedPart

#: The kinds of entries that bring money.
MONEY = (Kind.PAYMENT, Kind.TRANSFER, Kind.OPENING)
#: entry, part
PartKey = tuple[int, int]
#: customer, currency
Account = tuple[int, str]


@dataclass(frozen=True, slots=True)
class Judged:
    """What is known of promises: which parts, what came, and where each stands."""

    shares: Mapping[int, tuple[PromisedPart, ...]]
    parts: Mapping[PartKey, Any]
    outcomes: Mapping[int, Outcome]
    states: Mapping[int, State]


def judged(r: Reader, wanted: Select[Any], whose: Scope, as_of: dt.date) -> Judged:
    """
    The state of the promises whose ids are selected, on a day.

    Those that share a due part with them are looked at too, as money counts for one promise only.
    """
    shares = _shares(r, wanted)
    promises = _promises(r, wanted)
    entries = select(PromisedPart.entry_id).where(PromisedPart.promise_id.in_(_touching(wanted)))
    parts = _parts(r, entries, whose, as_of)
    lines = _lines(r, entries, whose, as_of)
    facts: dict[Hashable, PartFacts] = {
        key: PartFacts(int(row.claim), tuple(lines[key])) for key, row in parts.items()
    }
    received = _received(r, [p for p in promises if p.id not in shares], as_of)
    outcomes: dict[int, Outcome] = {}
    by_account: dict[Account, list[Promised]] = defaultdict(list)
    for promise in promises:
        account = (promise.customer_id, promise.currency)
        by_account[account].append(_as_promised(promise, shares.get(promise.id, ())))
    for account, made in by_account.items():
        outcomes |= share_out(made, facts, received.get(account, ()), as_of)
    return Judged(shares, parts, outcomes, _states(r, by_account, outcomes, as_of))


def _touching(wanted: Select[Any]) -> Select[Any]:
    """The promises that cover something of the same due parts, those asked for among them."""
    theirs = PromisedPart.__table__.alias("theirs")
    same = and_(
        theirs.c.customer_id == PromisedPart.customer_id,
        theirs.c.entry_id == PromisedPart.entry_id,
        theirs.c.part == PromisedPart.part,
    )
    return select(PromisedPart.promise_id).join(theirs, same).where(theirs.c.promise_id.in_(wanted))


def _shares(r: Reader, wanted: Select[Any]) -> dict[int, tuple[PromisedPart, ...]]:
    found: dict[int, tuple[PromisedPart, ...]] = {}
    rows = (
        select(PromisedPart)
        .where(PromisedPart.promise_id.in_(_touching(wanted)))
        .order_by(PromisedPart.promise_id, PromisedPart.entry_id, PromisedPart.part)
    )
    for share in r.session.scalars(rows):
        found[share.promise_id] = (*found.get(share.promise_id, ()), share)
    return found


def _promises(r: Reader, wanted: Select[Any]) -> list[Promise]:
    """Those asked for, those that share parts with them, and those on the same whole accounts."""
    on_account = ~exists().where(PromisedPart.promise_id == Promise.id)
    theirs = select(Promise.customer_id).where(Promise.id.in_(wanted))
    rows = select(Promise).where(
        or_(
            Promise.id.in_(wanted),
            Promise.id.in_(_touching(wanted)),
            and_(on_account, Promise.customer_id.in_(theirs)),
        )
    )
    return list(r.session.scalars(rows))


def _as_promised(promise: Promise, shares: Iterable[PromisedPart]) -> Promised:
    return Promised(
        promise.id,
        promise.promised_on,
        promise.made_on,
        promise.amount_minor,
        tuple(Share((s.entry_id, s.part), s.amount_minor, s.paid_minor) for s in shares),
        promise.ended_on,
    )


def _parts(r: Reader, entries: Select[Any], whose: Scope, as_of: dt.date) -> dict[PartKey, Any]:
    items = due_parts(as_of, whose, entries)
    named = select(items, Entry.number, Entry.kind).join(Entry, Entry.id == items.c.entry_id)
    return {(row.entry_id, row.part): row for row in r.session.execute(named)}


def is_money() -> ColumnElement[bool]:
    """Whether an entry brings money."""
    return and_(Entry.kind.in_(MONEY), Entry.amount_minor < 0)


def _lines(
    r: Reader, entries: Select[Any], whose: Scope, as_of: dt.date
) -> dict[PartKey, list[Came]]:
    found = r.session.execute(
        select(Allocation.entry_id, Allocation.part, Entry.dated_on, Allocation.amount_minor)
        .join(Entry, Entry.id == Allocation.credit_id)
        .where(
            counts_on(as_of),
            whose(Allocation.customer_id),
            Allocation.entry_id.in_(entries),
            is_money(),
        )
    )
    lines: dict[PartKey, list[Came]] = defaultdict(list)
    for entry_id, part, value_on, minor in found:
        lines[entry_id, part].append(Came(value_on, minor))
    return lines


def _received(r: Reader, promises: list[Promise], as_of: dt.date) -> dict[Account, list[Came]]:
    """What came in on accounts as a whole, for the promises that name no item."""
    if not promises:
        return {}
    found = r.session.execute(
        select(Entry.customer_id, Entry.currency, Entry.dated_on, Entry.amount_minor).where(
            Entry.customer_id.in_({promise.customer_id for promise in promises}),
            Entry.dated_on >= min(promise.made_on for promise in promises),
            Entry.dated_on <= as_of,
            is_money(),
        )
    )
    received: dict[Account, list[Came]] = defaultdict(list)
    for customer_id, currency, value_on, minor in found:
        received[customer_id, currency].append(Came(value_on, -minor))
    return received


def _states(
    r: Reader,
    by_account: Mapping[Account, list[Promised]],
    outcomes: Mapping[int, Outcome],
    as_of: dt.date,
) -> dict[int, State]:
    leniency = r.policy.leniency()
    late = {
        account
        for account, made in by_account.items()
        for each in made
        if each.key in outcomes
        and outcomes[each.key].awaited_minor > 0
        and leniency.last_day(each.promised_on) < as_of
    }
    on_account = _on_account(r, late, as_of)
    states: dict[int, State] = {}
    for account, made in by_account.items():
        states |= judge(made, outcomes, leniency, as_of, on_account.get(account, 0))
    return states


def _on_account(r: Reader, accounts: set[Account], as_of: dt.date) -> dict[Account, int]:
    """Money that is not applied to anything yet, by account."""
    if not accounts:
        return {}
    whose = among(sorted({customer_id for customer_id, _ in accounts}))
    used = (
        select(Allocation.credit_id, func.sum(Allocation.amount_minor).label("amount"))
        .where(whose(Allocation.customer_id), counts_on(as_of))
        .group_by(Allocation.credit_id)
        .subquery("used")
    )
    left = func.sum(-Entry.amount_minor - func.coalesce(used.c.amount, 0))
    found = r.session.execute(
        select(Entry.customer_id, Entry.currency, left)
        .outerjoin(used, used.c.credit_id == Entry.id)
        .where(whose(Entry.customer_id), Entry.dated_on <= as_of, is_money())
        .group_by(Entry.customer_id, Entry.currency)
    )
    return {(customer_id, currency): int(minor) for customer_id, currency, minor in found}
