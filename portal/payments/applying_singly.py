"""
Credits applied to due parts one after the other, day by day: for the few that sums cannot weigh.

Where applications were ended, room on an item or a credit differs from day to day.
"""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from dataclasses import dataclass, field

from sqlalchemy import Row, insert
from sqlalchemy.orm import Session

from portal.base.lookup import found_by, plain_day
from portal.base.recording import source_of
from portal.core.allocation import room
from portal.core.errors import RuleBroken
from portal.core.ledger import Allocation as Applied
from portal.core.money import Money
from portal.payments.asks import Ask
from portal.tables.payments import Allocation

PARTS_OF = """select p.entry_id, p.part, p.dated_on, p.due_on, p.amount_minor
from entry e join part p on p.customer_id = e.customer_id and p.entry_id = e.id
where e.id in (:keys) order by p.entry_id, p.due_on is null, p.due_on, p.part"""
TO_PARTS = """select a.* from entry e
join allocation a on a.customer_id = e.customer_id and a.entry_id = e.id where e.id in (:keys)"""
OF_CREDITS = """select a.* from entry e
join allocation a on a.customer_id = e.customer_id and a.credit_id = e.id where e.id in (:keys)"""
CREDITS = "select id, amount_minor from entry where id in (:keys)"


#: What names an application: customer, entry, part, credit, nth.
Key = tuple[int, int, int, int, int]


@dataclass
class Standing:
    """The parts and credits that are asked for, and what is applied of them already."""

    parts: dict[int, list[Row[tuple[object, ...]]]] = field(
        default_factory=lambda: defaultdict(list)
    )
    credits: dict[int, int] = field(default_factory=dict)
    to_part: dict[tuple[int, int], list[Applied]] = field(default_factory=lambda: defaultdict(list))
    of_credit: dict[int, list[Applied]] = field(default_factory=lambda: defaultdict(list))
    memos: set[int] = field(default_factory=set)
    #: What was made: customer, entry, part, credit, nth.
    made: list[Key] = field(default_factory=list)
    nth: dict[tuple[int, int, int], int] = field(default_factory=lambda: defaultdict(int))
    #: Who says so, where that is not the import of the session.
    source: str = ""


def apply(session: Session, asks: list[Ask]) -> list[tuple[Ask, int]]:
    """Applies as much of each ask as fits on every day; the asks of which something is left."""
    if not asks:
        return []
    standing = _standing(session, asks)
    undone = []
    for ask in asks:
        rest = _applied(session, ask, standing)
        if rest:
            undone.append((ask, rest))
    return undone


def apply_wholly(session: Session, asks: list[Ask], source: str) -> list[Key]:
    """
    Applies each ask in full; what names the applications made.

    Raises: hand.no_room.
    """
    standing = _standing(session, asks)
    standing.source = source
    for ask in asks:
        rest = _applied(session, ask, standing)
        if rest:
            fits = Money(ask.amount - rest, ask.currency)
            raise RuleBroken("hand.no_room", item=ask.number, fits=fits)
    return standing.made


def room_for(session: Session, ask: Ask) -> int:
    """What both the credit and the item have left for an ask, whichever customers they are of."""
    standing = _standing(session, [ask])
    from_on = _day(ask.acted_on)
    until = None if ask.ended_on is None else _day(ask.ended_on)
    parts = [part for part in standing.parts[ask.entry_id] if not ask.part or part.part == ask.part]
    of_credit = room(
        Money(standing.credits[ask.credit_id], ask.currency),
        standing.of_credit[ask.credit_id],
        from_on,
    )
    return min(of_credit.minor, sum(_room(ask, part, from_on, until, standing) for part in parts))


def _standing(session: Session, asks: list[Ask]) -> Standing:
    found = Standing()
    entries = {ask.entry_id for ask in asks}
    credit_ids = {ask.credit_id for ask in asks}
    for part in found_by(session, PARTS_OF, entries):
        found.parts[part.entry_id].append(part)
    found.credits = {row.id: -row.amount_minor for row in found_by(session, CREDITS, credit_ids)}
    found.memos = {ask.credit_id for ask in asks if ask.memo}
    for row in found_by(session, TO_PARTS, entries):
        found.to_part[row.entry_id, row.part].append(_as_plain(row))
        key = (row.entry_id, row.part, row.credit_id)
        found.nth[key] = max(found.nth[key], row.nth)
        if row.memo:
            found.memos.add(row.credit_id)
    for row in found_by(session, OF_CREDITS, credit_ids):
        found.of_credit[row.credit_id].append(_as_plain(row))
    return found


def _as_plain(row: Row[tuple[object, ...]]) -> Applied:
    return Applied(
        row.credit_id,
        row.entry_id,
        row.part,
        Money(row.amount_minor, row.currency),
        _day(row.effective_on),
        None if row.ended_on is None else _day(row.ended_on),
    )


def _day(value: dt.date | str) -> dt.date:
    return dt.date.fromisoformat(plain_day(value) or "")


def _applied(session: Session, ask: Ask, standing: Standing) -> int:
    """Applies one ask part by part; the amount that found no room."""
    rest = ask.amount
    for part in standing.parts[ask.entry_id]:
        if not rest or (ask.part and part.part != ask.part):
            continue
        from_on = max(_day(ask.acted_on), _day(part.dated_on))
        until = None if ask.ended_on is None else _day(ask.ended_on)
        if until is not None and until < from_on:
            continue
        amount = min(rest, _room(ask, part, from_on, until, standing))
        if amount > 0:
            made = Applied(
                ask.credit_id,
                ask.entry_id,
                part.part,
                Money(amount, ask.currency),
                from_on,
                until,
            )
            _keep(session, ask, made, standing)
            rest -= amount
    return rest


def _room(
    ask: Ask,
    part: Row[tuple[object, ...]],
    from_on: dt.date,
    until: dt.date | None,
    standing: Standing,
) -> int:
    """What both the part and the credit have left on every day of the application."""
    to_part = [
        each
        for each in standing.to_part[ask.entry_id, part.part]
        if ask.memo or each.credit_id not in standing.memos
    ]
    of_credit = standing.of_credit[ask.credit_id]
    wholes = ((part.amount_minor, to_part), (standing.credits[ask.credit_id], of_credit))
    return min(
        room(
            Money(whole, ask.currency),
            [each for each in made if until is None or each.effective_on < until],
            from_on,
        ).minor
        for whole, made in wholes
    )


def _keep(session: Session, ask: Ask, made: Applied, standing: Standing) -> None:
    key = (made.entry_id, made.part, made.credit_id)
    standing.nth[key] += 1
    standing.to_part[made.entry_id, made.part].append(made)
    standing.of_credit[made.credit_id].append(made)
    session.execute(
        insert(Allocation),
        {
            "customer_id": ask.customer_id,
            "entry_id": made.entry_id,
            "part": made.part,
            "credit_id": made.credit_id,
            "nth": standing.nth[key],
            "currency": ask.currency,
            "memo": ask.memo,
            "effective_on": made.effective_on,
            "ended_on": made.ended_on,
            "amount_minor": made.amount.minor,
            "source": standing.source or source_of(session),
        },
    )
    standing.made.append(
        (ask.customer_id, made.entry_id, made.part, made.credit_id, standing.nth[key])
    )
