"""The frozen rows that pages read of statements and of the runs that issued them."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from dataclasses import dataclass

from portal.core.money import Money
from portal.core.statement import Statement as Snapshot

PER_PAGE = 50


@dataclass(frozen=True, slots=True)
class StatementFilter:
    """What a list of statements is narrowed to; empty is no restriction."""

    customer_id: int | None = None
    #: The year in which the period ends.
    year: int | None = None
    #: A state, or `waiting` (not answered yet) or `answered`.
    state: str = ""
    run_id: int | None = None
    #: Part of a number, a customer's code or name.
    text: str = ""
    #: Replaced versions too.
    replaced: bool = False
    #: Only those not answered by their deadline.
    late: bool = False
    #: Only the newest of each account.
    newest: bool = False
    #: The last day of the period.
    period_to: dt.date | None = None
    #: The day of the answer that stands.
    answered_on: dt.date | None = None
    #: One of `duties.DUTIES`.
    duty: str = ""
    page: int = 1
    per_page: int = PER_PAGE


@dataclass(frozen=True, slots=True)
class StatementRow:
    """A statement as lists show it."""

    id: int
    ref: str
    number: str
    version: int
    customer_id: int
    customer_code: str
    customer_name: str
    currency: str
    period_from: dt.date
    period_to: dt.date
    opening: Money
    closing: Money
    overdue: Money
    line_count: int
    state: str
    confirm_by: dt.date
    issued_on: dt.date
    issued_at: dt.datetime
    sha256: str
    #: How many differences the customer has named so far.
    differences: int
    #: Since when it counts as agreed without an answer, where the customer agreed to that.
    deemed_on: dt.date | None = None

    @property
    def is_answered(self) -> bool:
        """Whether the customer has confirmed or refused it."""
        return self.state in {"confirmed", "confirmed_with_differences", "refused"}


@dataclass(frozen=True, slots=True)
class StatementPage:
    """One page of a list, the newest period first."""

    rows: list[StatementRow]
    page: int
    pages: int
    count: int


@dataclass(frozen=True, slots=True)
class StatementView:
    """A statement with its frozen content; `payload` are the bytes that were hashed."""

    row: StatementRow
    snapshot: Snapshot
    payload: bytes
    in_force: bool
    #: The version in force of the same period, where this one was replaced.
    replaced_by: str
    #: The ref of a line's document, by the line's number from one; empty where it leads nowhere.
    line_ref: Callable[[int], str]

    @property
    def to_confirm(self) -> Money:
        """The balance that is to be confirmed: the closing one, or with what was delivered."""
        return Money(self.snapshot.head.to_confirm_minor, self.row.currency)

    @property
    def delivered(self) -> Money:
        """What was delivered and not invoiced by the period's end."""
        return Money(self.snapshot.head.delivered_minor, self.row.currency)


@dataclass(frozen=True, slots=True)
class RunRow:
    """A statement run and how far it is."""

    id: int
    ref: str
    period_to: dt.date
    issued_on: dt.date
    confirm_by: dt.date
    started_at: dt.datetime
    finished_at: dt.datetime | None
    slices: int
    slices_done: int
    issued: int
    #: How many statements were due when it began; 0 where that was not noted.
    planned: int = 0
    #: How many were made since it began, or went on after a rest.
    issued_lately: int = 0
    paused_at: dt.datetime | None = None
    resumed_at: dt.datetime | None = None
    #: Its timetable of reminders; None where it has none of its own.
    remind_after: tuple[int, ...] | None = None
    #: Its mails wait until somebody lets them go.
    is_held: bool = False


@dataclass(frozen=True, slots=True)
class BoardRow:
    """A statement of a run, and whether it was mailed, opened and answered."""

    statement: StatementRow
    mailed_at: dt.datetime | None
    opened_at: dt.datetime | None
    answered_at: dt.datetime | None
    #: Why a mail could not be sent; empty when all went well.
    problem: str
    reminded_at: dt.datetime | None = None
    reminders: int = 0
    #: The last reminder is out.
    is_to_call: bool = False
    is_bounced: bool = False


@dataclass(frozen=True, slots=True)
class StateCount:
    """How many statements of a run stand in a state, and what they close with, by currency."""

    state: str
    currency: str
    count: int
    closing: Money
