"""
What a ladder would have done over days that are over, reckoned from when items were open.

A simulation, not a history: nobody disputes or promises in it, every approval comes on the day it
is asked for, and money counts from the day on which it was applied. A day on which nothing can
happen is not looked at.
"""

import heapq
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta

from portal.core.ladder import How, Item, Ladder, Past
from portal.core.ladder_day import Account, Action, Due, what_is_due

ONE_DAY = timedelta(days=1)
PartKey = tuple[int, int]


@dataclass(frozen=True, slots=True)
class OldItem:
    """A due part, and what of it was open from which day on, in minor units."""

    entry_id: int
    part: int
    number: str
    due_on: date
    #: Days and what was open from each on, the earliest first; at its end what is open now.
    open_from: tuple[tuple[date, int], ...]

    def open_on(self, day: date) -> int:
        """What was open on a day; nothing before it was there."""
        amount = 0
        for begins, minor in self.open_from:
            if begins > day:
                break
            amount = minor
        return amount


@dataclass(frozen=True, slots=True)
class Stepped:
    """A step that would have been done."""

    on: date
    step: str
    channel: str
    amount: int


@dataclass(slots=True)
class _Walk:
    """An account on its way through the days."""

    ladder: Ladder
    first: date
    last: date
    past: dict[PartKey, dict[str, Past]] = field(default_factory=dict)
    told_on: date | None = None
    #: Days that are still to be looked at, the earliest first.
    days: list[date] = field(default_factory=list)

    def look_on(self, day: date) -> None:
        """Marks a day to be looked at."""
        if self.first <= day <= self.last:
            heapq.heappush(self.days, day)

    def next_day(self, after: date | None) -> date | None:
        """The next day to be looked at, each once."""
        while self.days:
            day = heapq.heappop(self.days)
            if after is None or day > after:
                return day
        return None


def replay(
    items: Sequence[OldItem], currency: str, ladder: Ladder, first: date, last: date
) -> Iterator[Stepped]:
    """
    The steps of an account from a day to another, both included.

    Rule: R337 — a replay walks the days as the runs would have, one step a run and the days between
    two messages kept; what was overdue already on its first day enters where its days ask (UX S6).

    >>> from portal.core.ladder import Step
    >>> ladder = Ladder("a", steps=(Step("mail", 1), Step("call", 8, channel="call")))
    >>> paid = ((date(2026, 1, 1), 500), (date(2026, 3, 6), 0))
    >>> late = OldItem(1, 1, "INV-1", date(2026, 3, 1), paid)
    >>> [
    ...     (each.on.day, each.step)
    ...     for each in replay([late], "EUR", ladder, date(2026, 1, 1), date(2026, 6, 30))
    ... ]
    [(2, 'mail')]
    """
    walk = _Walk(ladder, first, last)
    for item in items:
        _look_at(walk, item)
    day = walk.next_day(None)
    while day is not None:
        due = what_is_due(_account(walk, items, currency, day), ladder, day)
        yield from _done(walk, due, day)
        day = walk.next_day(day)


def _look_at(walk: _Walk, item: OldItem) -> None:
    """The days on which something can begin for an item."""
    walk.look_on(max(walk.first, item.due_on))
    for begins, _minor in item.open_from:
        walk.look_on(begins)  # what is paid lets the next one lead
    for step, asked in zip(walk.ladder.steps, walk.ladder.asks, strict=True):
        walk.look_on(item.due_on + timedelta(days=asked))
        if step.until_days is not None:
            walk.look_on(item.due_on + timedelta(days=step.until_days + 1))


def _account(walk: _Walk, items: Sequence[OldItem], currency: str, day: date) -> Account:
    """The account as it was, with what the walk did about it until then."""
    ahead = timedelta(days=max(0, -min(walk.ladder.asks, default=0)))
    found = (
        Item(
            each.entry_id,
            each.part,
            each.number,
            each.due_on,
            amount,
            past=walk.past.get((each.entry_id, each.part), {}),
            first_seen_on=walk.first,
        )
        for each in items
        if each.due_on <= day + ahead and (amount := each.open_on(day)) > 0
    )
    return Account(0, "", currency, tuple(found), last_message_on=walk.told_on)


def _done(walk: _Walk, due: Due, day: date) -> Iterator[Stepped]:
    for action in due.actions:
        _mark(walk, action, day)
        yield Stepped(day, action.step.name, action.step.channel, action.amount)
    if due.actions:
        walk.look_on(day + ONE_DAY)
        for step in walk.ladder.steps:
            if step.after_previous_days is not None:
                walk.look_on(day + timedelta(days=step.after_previous_days))
    elif any(each.reason == "min_gap" for each in due.excluded) and walk.told_on is not None:
        walk.look_on(walk.told_on + timedelta(days=walk.ladder.min_gap_days))


def _mark(walk: _Walk, action: Action, day: date) -> None:
    """Writes down how far the items are."""
    lead = (action.lead.entry_id, action.lead.part, action.step.name)
    marks: Mapping[How, Sequence[tuple[int, int, str]]] = {
        How.PASSED: action.passed,
        How.ALONG: action.along,
        How.DONE: (lead,),
    }
    for how, found in marks.items():
        for entry_id, part, step in found:
            walk.past.setdefault((entry_id, part), {})[step] = Past(how, day)
    if action.step.is_message:
        walk.told_on = day
