"""
What ladders go by: the accounts of some customers with their items, holds, promises and past steps.

Set-based: a fixed number of statements for a slice of customers, however many items they have.
"""

from __future__ import annotations

import datetime as dt
from bisect import bisect_left
from collections import defaultdict
from collections.abc import Container, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, fields
from functools import cached_property
from typing import Any

from sqlalchemy import Select, and_, select

from portal.base.batch import plain_rows
from portal.base.policy import policy_on, policy_version
from portal.base.work import Reader
from portal.core.ladder import Item, Ladder, Past, ladder_for, ladders_of, next_reached
from portal.core.ladder_day import Account
from portal.core.policy_canon import in_full
from portal.core.policy_schema import LADDERS
from portal.customers.grades import grade_held
from portal.escalation.gathering import Gathered, OpenPart, PastStep
from portal.escalation.promised import Key, PartKey
from portal.invoices.open_items import Scope, both, open_items, spanning
from portal.tables.credit import CustomerGrade
from portal.tables.customers import Customer
from portal.tables.escalation import ItemStep, LadderRun
from portal.tables.invoices import Entry

#: So many columns tell of a part; one of its steps follows.
ABOUT = len(fields(OpenPart)) - 1


def ladders_on(r: Reader, on: dt.date) -> tuple[Ladder, ...]:
    """The ladders of the policy in force on a day."""
    told = r.policy if on == r.today else policy_on(r.session, on)
    return _ladders(told.values)


def ladders_of_version(r: Reader, policy_id: int | None) -> tuple[Ladder, ...]:
    """The ladders of one version of the policy."""
    return _ladders(policy_version(r.session, policy_id).values)


def _ladders(values: Mapping[str, Any]) -> tuple[Ladder, ...]:
    return ladders_of(in_full(LADDERS, values["ladders"]))


@dataclass(frozen=True)
class Climb:
    """How far a part is on its ladder; the same for all with the same days and past."""

    past: Mapping[str, Past]
    first_seen_on: dt.date | None
    is_reached: bool


@dataclass
class Books:
    """The books as ladders read them on a day; made once for a run, asked slice by slice."""

    r: Reader
    on: dt.date
    ladders: Sequence[Ladder]
    #: Items that fall due later too: for what comes next.
    looks_ahead: bool = False
    _by_version: dict[int | None, frozenset[str]] = field(default_factory=dict)
    _climbs: dict[tuple[Any, ...], Climb] = field(default_factory=dict)

    def accounts(self, whose: Scope) -> Iterator[tuple[Account, Ladder]]:
        """Every account of these customers with an open item, and the ladder it is on."""
        found, ladders = self._chased(whose)
        return self._put_together(found, ladders, whose)

    def accounts_due(
        self, whose: Scope, waiting: Container[Key]
    ) -> Iterator[tuple[Account, Ladder]]:
        """
        Those of the accounts of which an item has reached a step, or whose step waits.

        Of any other nothing is due on this day and nothing is left out: most, on most days.
        """
        found, ladders = self._chased(whose)
        due = {
            key: parts
            for key, parts in found.items()
            if key in waiting or self._is_any_reached(parts, ladders[key[0]][1])
        }
        return self._put_together(due, ladders, whose)

    def most_steps(self, whose: Scope) -> int:
        """So many steps at most are due of these customers, whatever may keep some of them back."""
        found, ladders = self._chased(whose)
        return sum(
            ladders[customer_id][1].most_at_once
            for (customer_id, _), parts in found.items()
            if self._is_any_reached(parts, ladders[customer_id][1])
        )

    def _is_any_reached(self, parts: Iterable[OpenPart], ladder: Ladder) -> bool:
        return any(self._climb(part, ladder).is_reached for part in parts)

    def _put_together(
        self,
        found: Mapping[Key, Sequence[OpenPart]],
        ladders: Mapping[int, tuple[str, Ladder]],
        whose: Scope,
    ) -> Iterator[tuple[Account, Ladder]]:
        those = spanning({customer_id for customer_id, _ in found})
        about = Gathered(self.r, self.on, both(whose, those))
        for key, parts in found.items():
            code, ladder = ladders[key[0]]
            items = tuple(self._item(part, ladder, about) for part in parts)
            yield about.account(key, code, items), ladder

    def _item(self, part: OpenPart, ladder: Ladder, about: Gathered) -> Item:
        climb = self._climb(part, ladder)
        return about.item(part, climb.past, climb.first_seen_on)

    # ── What is open, and of whom ────────────────────────────────────────────

    def _chased(
        self, whose: Scope
    ) -> tuple[dict[Key, list[OpenPart]], dict[int, tuple[str, Ladder]]]:
        """By account the open parts of who is on a ladder; and by customer its code and ladder."""
        parts = self._open_parts(whose)
        ladders = self.ladders_of_customers(whose) if parts else {}
        found: dict[Key, list[OpenPart]] = {}
        for part in parts:
            if part.customer_id in ladders:
                found.setdefault((part.customer_id, part.currency), []).append(part)
        return found, ladders

    def _open_parts(self, whose: Scope) -> list[OpenPart]:
        found: dict[PartKey, OpenPart] = {}
        for row in plain_rows(self.r.session, self._items(whose)):
            about, step = row[:ABOUT], row[ABOUT:]
            key = (about[2], about[3])
            part = found.get(key)
            if part is None:
                part = found[key] = OpenPart(*about)
            if step[0] is not None:
                part.steps += (step,)
        return list(found.values())

    def _items(self, whose: Scope) -> Select[Any]:
        """The open items that a step may speak of, as the house sees them, with their steps."""
        items = open_items(self.on, whose, inside=True)
        last = self.on + dt.timedelta(days=self._ahead)
        until = items.c.due_on.is_not(None) if self.looks_ahead else items.c.due_on <= last
        columns: list[Any] = [
            *(items.c.customer_id, items.c.currency, items.c.entry_id, items.c.part),
            *(items.c.due_on, items.c.open, items.c.disputed),
            *(Entry.number, Entry.kind, Entry.subkind, Entry.posted_at),
            *(ItemStep.ladder, ItemStep.step, ItemStep.how, ItemStep.on),
        ]
        same_part = and_(
            ItemStep.customer_id == items.c.customer_id,
            ItemStep.entry_id == items.c.entry_id,
            ItemStep.part == items.c.part,
        )
        return (
            select(*columns)
            .join(Entry, Entry.id == items.c.entry_id)
            .outerjoin(ItemStep, same_part)
            .where(until, items.c.open > 0)
            .order_by(items.c.customer_id, items.c.currency)
        )

    @cached_property
    def _ahead(self) -> int:
        """How many days before its due day an item may have a step."""
        asked = [days for ladder in self.ladders for days in ladder.asks]
        return max(0, -min(asked, default=0))

    def ladders_of_customers(self, whose: Scope) -> dict[int, tuple[str, Ladder]]:
        """By customer: its code and its ladder today; who has none is not chased."""
        by_grade = any(ladder.applies_to.get("grade", "*") != "*" for ladder in self.ladders)
        grade: Any = (
            grade_held(CustomerGrade.grade, Customer.id, self.on).scalar_subquery()
            if by_grade
            else Customer.customer_type
        )
        columns: list[Any] = [
            *(Customer.id, Customer.code, Customer.customer_type, Customer.region),
            *(Customer.owner, grade.label("grade")),
        ]
        found = {}
        for row in self.r.session.execute(select(*columns).where(whose(Customer.id))):
            ladder = ladder_for(self.ladders, _about(row))
            if ladder is not None:
                found[row.id] = (row.code, ladder)
        return found

    # ── How far a part is on its ladder ──────────────────────────────────────

    def _climb(self, part: OpenPart, ladder: Ladder) -> Climb:
        """Worked out once for all parts with the same days and past: there are few such."""
        # One that was on another ladder is new on this one.
        seen_on = None if part.steps else self.first_seen(ladder, part.posted_at)
        key = (ladder.name, part.due_on, part.steps, seen_on)
        found = self._climbs.get(key)
        if found is None:
            past = _past(ladder, part.steps)
            item = Item(0, 0, "", part.due_on, part.open, past=past, first_seen_on=seen_on)
            is_reached = next_reached(ladder, item, self.on) is not None
            found = self._climbs[key] = Climb(past, seen_on, is_reached)
        return found

    def first_seen(self, ladder: Ladder, posted_at: dt.datetime) -> dt.date | None:
        """The day of the first run of a ladder that could see what was posted by then."""
        made_at, days = self._seen[ladder.name]
        place = bisect_left(made_at, posted_at)
        return days[place] if place < len(days) else None

    @cached_property
    def _seen(self) -> Mapping[str, tuple[list[dt.datetime], list[dt.date]]]:
        seen: defaultdict[str, tuple[list[dt.datetime], list[dt.date]]] = defaultdict(
            lambda: ([], [])
        )
        runs = select(LadderRun.made_at, LadderRun.on, LadderRun.policy_id)
        for made_at, on, policy_id in self.r.session.execute(runs.order_by(LadderRun.made_at)):
            for name in self._names_of(policy_id):
                seen[name][0].append(made_at)
                seen[name][1].append(on)
        return seen

    def _names_of(self, policy_id: int | None) -> frozenset[str]:
        if policy_id not in self._by_version:
            told = ladders_of_version(self.r, policy_id)
            self._by_version[policy_id] = frozenset(ladder.name for ladder in told)
        return self._by_version[policy_id]


def _about(row: Any) -> dict[str, str]:
    return {
        "customer_id": row.code,
        "customer_type": row.customer_type or "",
        "grade": row.grade or "",
        "region": row.region or "",
        "owner": row.owner or "",
    }


def _past(ladder: Ladder, steps: Sequence[PastStep]) -> dict[str, Past]:
    """By step what became of it on this ladder."""
    return {step: Past(how, on) for name, step, how, on in steps if name == ladder.name}
