"""The frozen rows that pages, the board and other features read of promises."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

from sqlalchemy import ColumnElement

from portal.core.money import Money
from portal.core.promise_kept import RUNNING, State


@dataclass(frozen=True, slots=True)
class PromiseFilter:
    """What promises are narrowed to; empty is no restriction."""

    customer_id: int | None = None
    ids: frozenset[int] = frozenset()
    #: Of the promised day, both days included.
    from_on: dt.date | None = None
    to_on: dt.date | None = None
    #: Without those that were withdrawn or replaced.
    counts: bool = False
    #: Those that cover something of this document.
    entry_id: int | None = None
    plan_id: int | None = None
    #: More conditions on `promise`: whose owner, of which customers, what is still unsettled.
    where: tuple[ColumnElement[bool], ...] = ()


@dataclass(frozen=True, slots=True)
class PromisedItem:
    """What a promise covers of a due part, as it stands now."""

    entry_id: int
    #: The document's reference.
    ref: str
    kind: str
    number: str
    part: int
    due_on: dt.date | None
    promised: Money
    #: What has not come yet of what was promised.
    awaited: Money
    #: What is open of the whole part.
    open: Money


@dataclass(frozen=True, slots=True)
class PromiseRow:
    """A promise with what became of it, as of the reader's day."""

    id: int
    ref: str
    number: str
    customer_id: int
    customer_code: str
    customer_name: str
    owner: str
    promised_on: dt.date
    #: The last day on which money for it is in time.
    last_day: dt.date
    made_on: dt.date
    made_at: dt.datetime
    amount: Money
    #: What came for it so far, and of that what was in time, by value date.
    came: Money
    in_time: Money
    #: What is still awaited under it.
    awaited: Money
    #: What had not come when its items were promised again.
    lost: Money
    state: State
    reason: str
    note: str
    method: str
    #: portal | statement | phone | import | extension | plan
    way: str
    user_id: int | None
    given_by: str
    latest_on: dt.date | None
    approval_id: int | None
    plan_id: int | None
    ended_on: dt.date | None
    #: withdrawn | replaced, and empty where it still counts.
    ended_as: str
    replaced_by_id: int | None
    items: tuple[PromisedItem, ...]

    @property
    def is_running(self) -> bool:
        """Whether it keeps reminders away: its day has not passed, and something is awaited."""
        return self.state in RUNNING


@dataclass(frozen=True, slots=True)
class PartPromise:
    """What running promises cover of a due part, and until when reminders rest."""

    awaited: Money
    until: dt.date
    #: Of the promise with the earliest day.
    promise_id: int
    ref: str
    number: str
