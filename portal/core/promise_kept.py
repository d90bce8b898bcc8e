"""
Whether promises were kept: a pure function of what was promised and what came, by value date.

Nothing of it is stored. Money that came on one item counts for one promise only.
"""

from __future__ import annotations

from collections.abc import Hashable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from enum import StrEnum

from portal.core.workdays import Calendar


class State(StrEnum):
    """Where a promise stands on a day."""

    OPEN = "open"
    KEPT = "kept"
    LATE_KEPT = "late_kept"
    PARTLY_KEPT = "partly_kept"
    BROKEN = "broken"
    BEING_CHECKED = "being_checked"
    ENDED = "ended"


#: Those of which something is still awaited by their day: they keep reminders away.
RUNNING = frozenset({State.OPEN})
#: Those that are over, and count in how reliable a customer is.
JUDGED = frozenset({State.KEPT, State.LATE_KEPT, State.PARTLY_KEPT, State.BROKEN})


@dataclass(frozen=True, slots=True)
class Came:
    """Money that was applied to a due part, by the value date of the payment it came from."""

    value_on: date
    minor: int


@dataclass(frozen=True, slots=True)
class PartFacts:
    """A due part as of a day: what of it is open, and which money was applied to it."""

    open_minor: int
    came: tuple[Came, ...] = ()


@dataclass(frozen=True, slots=True)
class Share:
    """What of a due part is promised, and what payments had covered of it by then."""

    part: Hashable
    minor: int
    paid_then_minor: int = 0


@dataclass(frozen=True, slots=True)
class Promised:
    """A promise as it was made; without shares it is one on the whole account."""

    key: int
    promised_on: date
    made_on: date
    minor: int
    shares: tuple[Share, ...] = ()
    #: The day from which it no longer counts.
    ended_on: date | None = None

    def is_ended(self, as_of: date) -> bool:
        """Whether it was withdrawn or replaced by a day."""
        return self.ended_on is not None and self.ended_on <= as_of


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of a promise: what is owed under it, and what came for it, with its days."""

    #: What was promised, less what meanwhile was taken off the items in another way.
    owed_minor: int
    came: tuple[Came, ...]
    #: What is still awaited of each due part.
    awaited: Mapping[Hashable, int] = field(default_factory=dict)
    #: What had not come when a later promise took the item over: it is awaited under that one.
    lost_minor: int = 0

    def came_by(self, day: date) -> int:
        """How much of it had come by a day, that day included."""
        return sum(each.minor for each in self.came if each.value_on <= day)

    @property
    def came_minor(self) -> int:
        """How much of it has come so far."""
        return sum(each.minor for each in self.came)

    @property
    def short_minor(self) -> int:
        """How much of it has not come."""
        return self.owed_minor - self.came_minor

    @property
    def awaited_minor(self) -> int:
        """How much of it is still to come."""
        return self.short_minor - self.lost_minor


@dataclass(frozen=True, slots=True)
class Leniency:
    """How late money may be and still be in time."""

    tolerance_days: int = 0
    #: Where given, a promise for a day off is late only after the next workday.
    calendar: Calendar | None = None

    def last_day(self, promised_on: date) -> date:
        """
        The last day on which money for a promise is in time.

        It is the promised day, or the workday after it where that is a day off and the company's
        calendar says so, and the tolerance that is decided.

        >>> from portal.core.workdays import MONDAY_TO_FRIDAY
        >>> sunday = date(2026, 11, 1)
        >>> Leniency(1).last_day(sunday).day, Leniency(1, MONDAY_TO_FRIDAY).last_day(sunday).day
        (2, 3)
        """
        day = self.calendar.on_or_after(promised_on) if self.calendar else promised_on
        return day + timedelta(days=self.tolerance_days)

    def first_running(self, as_of: date) -> date:
        """
        The earliest day for which a promise still runs: money for it is in time until `as_of`.

        >>> from portal.core.workdays import MONDAY_TO_FRIDAY
        >>> monday = date(2026, 11, 2)
        >>> Leniency(0).first_running(monday).day
        2
        >>> Leniency(0, MONDAY_TO_FRIDAY).first_running(monday).isoformat()
        '2026-10-31'
        """
        day = as_of - timedelta(days=self.tolerance_days)
        while self.last_day(day - timedelta(days=1)) >= as_of:
            day -= timedelta(days=1)
        return day


class _Line:
    """What came on one due part or account, the first value date first, as promises take of it."""

    def __init__(self, came: Iterable[Came], open_minor: int = 0) -> None:
        self.came = sorted(came, key=lambda each: each.value_on)
        self.left = [each.minor for each in self.came]
        self.open_minor = max(0, open_minor)

    def take(
        self, wanted: int, before: int = 0, since: date = date.min, until: date | None = None
    ) -> list[Came]:
        """As much as is wanted of what nobody took, but for the first `before` and other days'."""
        taken = []
        for place, each in enumerate(self.came):
            skipped = min(before, each.minor)
            before -= skipped
            amount = min(wanted, self.left[place], each.minor - skipped)
            if amount > 0 and since <= each.value_on < (until or date.max):
                taken.append(Came(each.value_on, amount))
                self.left[place] -= amount
                wanted -= amount
        return taken

    def wait_for(self, wanted: int) -> int:
        """As much as is wanted of what is open and is not awaited under another promise."""
        awaited = min(wanted, self.open_minor)
        self.open_minor -= awaited
        return awaited


def share_out(
    promises: Sequence[Promised],
    parts: Mapping[Hashable, PartFacts],
    account: Sequence[Came] = (),
    as_of: date = date.max,
) -> dict[int, Outcome]:
    """
    What came for each promise of one account that still counts, by its key.

    `account` is what was received on the account as a whole, for promises that name no item.
    Rule: R109 — money counts once, for the promise with the earliest day; what was paid before a
    promise was made keeps none, and what is taken off an item is no longer owed under it (S-113).
    Rule: R118 — an item that is promised again after the day of a promise is the new one's from
    then on, and so is its money: the old one stays as it was then (S-113).

    >>> part = PartFacts(4000, (Came(date(2026, 11, 6), 6000),))
    >>> two = [
    ...     Promised(1, date(2026, 11, 6), date(2026, 11, 2), 6000, (Share("A", 6000),)),
    ...     Promised(2, date(2026, 11, 13), date(2026, 11, 2), 4000, (Share("A", 4000),)),
    ... ]
    >>> [each.came_minor for each in share_out(two, {"A": part}).values()]
    [6000, 0]
    >>> again = Promised(2, date(2026, 11, 13), date(2026, 11, 9), 4000, (Share("A", 4000),))
    >>> part = PartFacts(0, (Came(date(2026, 11, 13), 4000),))
    >>> [each.came_minor for each in share_out([two[0], again], {"A": part}).values()]
    [0, 4000]
    """
    received = _Line(account)
    found = {}
    counting = [promise for promise in in_order(promises) if not promise.is_ended(as_of)]
    again = _promised_again(counting)
    # Of the parts that are given, many more than these may be other accounts'.
    lines = {key: _Line(parts[key].came, parts[key].open_minor) for key in again}
    for promise in counting:
        if promise.shares:
            found[promise.key] = _of_items(promise, lines, again)
        else:
            found[promise.key] = _of_account(promise, received)
    return found


def in_order(promises: Iterable[Promised]) -> list[Promised]:
    """
    Promises as money counts for them: the earliest day first, of one day the one made first.

    >>> made = date(2026, 11, 2)
    >>> two = [Promised(1, date(2026, 11, 9), made, 1), Promised(2, date(2026, 11, 6), made, 1)]
    >>> [each.key for each in in_order(two)]
    [2, 1]
    """
    return sorted(promises, key=lambda each: (each.promised_on, each.key))


def _promised_again(promises: Iterable[Promised]) -> dict[Hashable, list[date]]:
    """The days on which each due part was promised, the first one first."""
    days: dict[Hashable, list[date]] = {}
    for promise in sorted(promises, key=lambda each: each.made_on):
        for share in promise.shares:
            days.setdefault(share.part, []).append(promise.made_on)
    return days


def _of_items(
    promise: Promised, lines: Mapping[Hashable, _Line], again: Mapping[Hashable, list[date]]
) -> Outcome:
    came: list[Came] = []
    awaited: dict[Hashable, int] = {}
    lost = 0
    for share in promise.shares:
        line = lines[share.part]
        until = next((day for day in again[share.part] if day > promise.promised_on), None)
        taken = line.take(share.minor, share.paid_then_minor, until=until)
        came += taken
        short = share.minor - sum(each.minor for each in taken)
        if until is not None:
            lost += short
        elif waiting := line.wait_for(short):
            awaited[share.part] = waiting
    owed = sum(each.minor for each in came) + sum(awaited.values()) + lost
    return Outcome(owed, tuple(came), awaited, lost)


def _of_account(promise: Promised, received: _Line) -> Outcome:
    """What was received since the promise was made."""
    return Outcome(promise.minor, tuple(received.take(promise.minor, since=promise.made_on)))


def state_of(outcome: Outcome | None, last_day: date, as_of: date, on_account: int = 0) -> State:
    """
    The state of a promise on a day; `on_account` is money not applied yet that may be meant for it.

    Rule: R108 — by value date, days off and tolerance granted: all in time is kept, all of it after
    its day late-kept, some in time partly kept, nothing broken; money on account that covers what
    is short keeps it 'being checked'; one of which nothing is owed any more is ended (S-113,
    RULES 1 'promise kept', 'day off').

    >>> friday = date(2026, 11, 6)
    >>> def state(*came, on_account=0):
    ...     paid = tuple(Came(date(2026, 11, day), minor) for day, minor in came)
    ...     return state_of(Outcome(100, paid), friday, date(2026, 11, 9), on_account).value
    >>> state((6, 100)), state((7, 100)), state((6, 40), (7, 60)), state((7, 60))
    ('kept', 'late_kept', 'partly_kept', 'broken')
    >>> state((6, 40), on_account=60)
    'being_checked'
    """
    if outcome is None or outcome.owed_minor <= 0:
        return State.ENDED
    in_time = outcome.came_by(last_day)
    if in_time >= outcome.owed_minor:
        return State.KEPT
    if as_of <= last_day:
        return State.OPEN
    if on_account >= outcome.awaited_minor > 0:
        return State.BEING_CHECKED
    if in_time:
        return State.PARTLY_KEPT
    return State.BROKEN if outcome.short_minor > 0 else State.LATE_KEPT


def judge(
    promises: Sequence[Promised],
    outcomes: Mapping[int, Outcome],
    leniency: Leniency,
    as_of: date,
    on_account: int = 0,
) -> dict[int, State]:
    """
    The state of every promise of one account; its money on account counts for one promise only.

    >>> made = date(2026, 11, 2)
    >>> two = [Promised(key, date(2026, 11, 6), made, 100) for key in (1, 2)]
    >>> nothing = {key: Outcome(100, ()) for key in (1, 2)}
    >>> [each.value for each in judge(two, nothing, Leniency(), date(2026, 11, 9), 150).values()]
    ['being_checked', 'broken']
    """
    states = {}
    for promise in in_order(promises):
        outcome = outcomes.get(promise.key)
        last_day = leniency.last_day(promise.promised_on)
        states[promise.key] = state_of(outcome, last_day, as_of, on_account)
        if outcome is not None and states[promise.key] is State.BEING_CHECKED:
            on_account -= outcome.awaited_minor
    return states
