"""The frozen rows that pages read of disputes."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

from portal.core.dispute import OPEN, State
from portal.core.money import Money

PER_PAGE = 50


@dataclass(frozen=True, slots=True)
class DisputeFilter:
    """What a list of disputes is narrowed to; empty is no restriction."""

    customer_id: int | None = None
    #: open | decided | closed | withdrawn
    state: str = ""
    #: Part of the dispute's or a document's number.
    text: str = ""
    page: int = 1
    per_page: int = PER_PAGE


@dataclass(frozen=True, slots=True)
class DisputeRow:
    """A dispute as lists show it."""

    id: int
    ref: str
    number: str
    customer_id: int
    customer_name: str
    #: What it is about, and the references of the pages that show it; empty where there is none.
    document: str
    invoice_ref: str
    statement_ref: str
    statement_number: str
    reason: str
    amount: Money
    state: State
    way: str
    raised_on: dt.date
    answer_by: dt.date
    decided_at: dt.datetime | None
    row_version: int

    @property
    def is_open(self) -> bool:
        """Whether the house still owes an answer."""
        return self.state in OPEN


@dataclass(frozen=True, slots=True)
class DisputeTotal:
    """How many disputes of a filtered set are in one currency, and what they come to."""

    count: int
    amount: Money


@dataclass(frozen=True, slots=True)
class DisputePage:
    """One page of a list, and the sums of all its pages."""

    rows: list[DisputeRow]
    totals: list[DisputeTotal]
    page: int
    pages: int
    count: int


@dataclass(frozen=True, slots=True)
class FileRow:
    """A file as both sides read it."""

    ref: str
    name: str
    size: int


@dataclass(frozen=True, slots=True)
class MessageRow:
    """A message of one side, with the files that came with it."""

    side: str
    who: str
    body: str
    at: dt.datetime
    files: tuple[FileRow, ...]


@dataclass(frozen=True, slots=True)
class DecisionRow:
    """What the house decided, as the customer reads it."""

    verdict: str
    accepted: Money
    settlement: str
    answer: str
    at: dt.datetime
    #: The credit note that was posted for it.
    credit_number: str


@dataclass(frozen=True, slots=True)
class Effect:
    """What a dispute does to its document today: what it holds back, and what stays due."""

    open: Money
    held: Money
    rest: Money


@dataclass(frozen=True, slots=True)
class DisputeView:
    """One dispute with everything that its page shows its customer."""

    row: DisputeRow
    said: str
    who: str
    raised_at: dt.datetime
    line: int | None
    line_text: str
    reopen_until: dt.date | None
    files: tuple[FileRow, ...]
    messages: tuple[MessageRow, ...]
    #: The newest first; those that wait for a second person are not among them.
    decisions: tuple[DecisionRow, ...]
    #: None where it is about no document of the books.
    effect: Effect | None
