"""
The last twelve months replayed: what a draft would have done, the ladders in force, and what was.

Bounded: where there are more customers than a page can walk, evenly spread ones stand for all.
"""

from __future__ import annotations

import datetime as dt
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Select, func, or_, select

from portal.base.access import visible_to
from portal.base.work import Reader
from portal.core.ladder import Ladder
from portal.core.ladder_replay import OldItem, replay
from portal.core.period import Month
from portal.escalation.facts import Books
from portal.invoices.open_items import Scope, among
from portal.tables.escalation import Dunning
from portal.tables.invoices import Entry, Part
from portal.tables.payments import Allocation

MONTHS = 12
#: So many customers, or so many due parts, are walked at most.
MOST_CUSTOMERS, MOST_PARTS = 300, 6_000

#: A customer and a currency.
Key = tuple[int, str]
PartKey = tuple[int, int]


@dataclass(frozen=True)
class Side:
    """How many steps of each kind there were, month by month."""

    #: Step and channel, in the order in which they are climbed.
    steps: Sequence[tuple[str, str]]
    counts: Mapping[tuple[Month, str], int]

    def of_month(self, month: Month) -> int:
        """Every step of a month."""
        return sum(count for (of, _step), count in self.counts.items() if of == month)

    def of_step(self, step: str) -> int:
        """A step in all months."""
        return sum(count for (_month, of), count in self.counts.items() if of == step)

    @property
    def total(self) -> int:
        return sum(self.counts.values())

    @property
    def channels(self) -> list[str]:
        """The channel of each step that was done, as often as it was."""
        by_step = dict(self.steps)
        return [by_step[step] for (_month, step), n in self.counts.items() for _ in range(n)]


@dataclass(frozen=True)
class Replay:
    """Three looks at the same months."""

    first: dt.date
    last: dt.date
    months: Sequence[Month]
    draft: Side
    in_force: Side
    done: Side
    customers: int
    #: How many customers had something fall due.
    of: int


def replay_year(r: Reader, draft: Sequence[Ladder], in_force: Sequence[Ladder]) -> Replay:
    """The twelve months that end yesterday, on the customers whom the reader sees."""
    last = r.today - dt.timedelta(days=1)
    months = [Month.of(r.today).plus(-n) for n in range(MONTHS - 1, -1, -1)]
    first = months[0].first_on
    ids, of = _sample(r, first, last)
    whose = among(ids)
    items = _items(r, whose, first, last)
    return Replay(
        first,
        last,
        months,
        _walked(r, items, draft, (first, last), whose),
        _walked(r, items, in_force, (first, last), whose),
        _really(r, ids, first, last),
        len(ids),
        of,
    )


# ── Whom, and what was open when ─────────────────────────────────────────────


def _sample(r: Reader, first: dt.date, last: dt.date) -> tuple[list[int], int]:
    """The customers who are walked, and how many had something fall due."""
    columns: list[Any] = [Part.customer_id, func.count()]
    rows = visible_to(select(*columns), r.actor, Part.customer_id).where(
        Part.due_on >= first, Part.due_on <= last
    )
    found = r.session.execute(rows.group_by(Part.customer_id).order_by(Part.customer_id)).all()
    apart = max(1, -(-len(found) // MOST_CUSTOMERS))
    chosen: list[int] = []
    parts = 0
    for customer_id, count in found[::apart]:
        if chosen and parts + count > MOST_PARTS:
            continue
        chosen.append(customer_id)
        parts += count
    return chosen, len(found)


def _items(r: Reader, whose: Scope, first: dt.date, last: dt.date) -> dict[Key, list[OldItem]]:
    """By account the parts that were open at some time, each with what was open when."""
    applied = _applied(r, whose)
    found: defaultdict[Key, list[OldItem]] = defaultdict(list)
    for row in r.session.execute(_parts(whose, first, last)):
        key = (row.entry_id, row.part)
        history = _history(row.dated_on, int(row.amount_minor), applied.get(key, ()))
        item = OldItem(row.entry_id, row.part, row.number, row.due_on, history)
        if _was_chased(item, first):
            found[row.customer_id, row.currency].append(item)
    return found


def _parts(whose: Scope, first: dt.date, last: dt.date) -> Select[Any]:
    """What fell due in these months, and what was older and not paid when they began."""
    paid: Any = (
        select(func.coalesce(func.sum(Allocation.amount_minor), 0))
        .where(
            Allocation.customer_id == Part.customer_id,
            Allocation.entry_id == Part.entry_id,
            Allocation.part == Part.part,
            Allocation.effective_on <= first,
            or_(Allocation.ended_on.is_(None), Allocation.ended_on > first),
        )
        .scalar_subquery()
    )
    columns: list[Any] = [
        *(Part.customer_id, Part.currency, Part.entry_id, Part.part, Part.dated_on),
        *(Part.due_on, Part.amount_minor, Entry.number),
    ]
    return (
        select(*columns)
        .join(Entry, Entry.id == Part.entry_id)
        .where(
            whose(Part.customer_id),
            Part.due_on <= last,
            or_(Part.due_on >= first, Part.amount_minor > paid),
        )
        .order_by(Part.due_on, Entry.number, Part.part)
    )


def _applied(r: Reader, whose: Scope) -> dict[PartKey, list[tuple[dt.date, int]]]:
    """By part the days on which something was applied to it or taken back, and how much."""
    columns: list[Any] = [
        *(Allocation.entry_id, Allocation.part, Allocation.effective_on),
        *(Allocation.ended_on, Allocation.amount_minor),
    ]
    found: defaultdict[PartKey, list[tuple[dt.date, int]]] = defaultdict(list)
    for row in r.session.execute(select(*columns).where(whose(Allocation.customer_id))):
        found[row.entry_id, row.part].append((row.effective_on, -int(row.amount_minor)))
        if row.ended_on is not None:
            found[row.entry_id, row.part].append((row.ended_on, int(row.amount_minor)))
    return found


def _history(
    dated_on: dt.date, amount: int, moves: Iterable[tuple[dt.date, int]]
) -> tuple[tuple[dt.date, int], ...]:
    """What was open from which day on."""
    told = [(dated_on, amount)]
    for day, minor in sorted(moves):
        told.append((max(day, dated_on), told[-1][1] + minor))
    return tuple(told)


def _was_chased(item: OldItem, first: dt.date) -> bool:
    """Whether anything of it was open once it was overdue: what is paid in time is left out."""
    begin = max(item.due_on, first)
    if item.open_on(begin) > 0:
        return True
    return any(minor > 0 and day > begin for day, minor in item.open_from)


# ── Three sides ──────────────────────────────────────────────────────────────


def _walked(
    r: Reader,
    items: Mapping[Key, Sequence[OldItem]],
    ladders: Sequence[Ladder],
    within: tuple[dt.date, dt.date],
    whose: Scope,
) -> Side:
    """What ladders would have done, each customer on the one that it is on today."""
    on = Books(r, r.today, ladders).ladders_of_customers(whose)
    found = [
        step
        for (customer_id, currency), told in items.items()
        if customer_id in on
        for step in replay(told, currency, on[customer_id][1], *within)
    ]
    names = [(step.name, step.channel) for ladder in ladders for step in ladder.steps]
    return _side(names, ((each.on, each.step) for each in found))


def _side(names: Iterable[tuple[str, str]], told: Iterable[tuple[dt.date, str]]) -> Side:
    counts = Counter((Month.of(on), step) for on, step in told)
    return Side(list(dict(names).items()), counts)


def _really(r: Reader, ids: Sequence[int], first: dt.date, last: dt.date) -> Side:
    """What was done about the same customers."""
    columns: list[Any] = [Dunning.done_on, Dunning.step, Dunning.channel]
    rows = visible_to(select(*columns), r.actor, Dunning.customer_id).where(
        Dunning.customer_id.in_(ids),
        Dunning.state == "done",
        Dunning.done_on >= first,
        Dunning.done_on <= last,
    )
    found = r.session.execute(rows.order_by(Dunning.done_on, Dunning.id)).all()
    names = [(row.step, row.channel) for row in found]
    return _side(names, ((row.done_on, row.step) for row in found))
