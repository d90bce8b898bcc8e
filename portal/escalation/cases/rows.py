"""The frozen rows that pages, papers and packs read of cases."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass, field

from portal.base.kept_files import FileRow
from portal.core.case import Kind, Stage
from portal.core.money import Money

#: What stands before the reference of a case, of a pack, of a step of the ladder.
PREFIX, PACK_PREFIX, STEP_PREFIX = "cs", "ep", "dn"
PER_PAGE = 50
STATES = ("proposed", "open", "closed", "refused")


@dataclass(frozen=True, slots=True)
class CaseFilter:
    """What the list of cases is narrowed to; empty is no restriction."""

    #: One of STATES.
    state: str = ""
    kind: str = ""
    stage: str = ""
    #: mine | nobody
    owner: str = ""
    currency: str = ""
    customer_id: int | None = None
    #: Part of a number, a customer's name or code, or of who has it.
    text: str = ""
    page: int = 1
    per_page: int = PER_PAGE


@dataclass(frozen=True, slots=True)
class CaseRow:
    """A case as lists show it."""

    id: int
    ref: str
    number: str
    customer_id: int
    customer_ref: str
    customer_code: str
    customer_name: str
    kind: Kind
    state: str
    stage: Stage
    partner: str
    owner_id: int | None
    owner: str
    opened_on: dt.date
    closed_on: dt.date | None
    outcome: str
    #: When somebody looks at it next, as its last event says.
    next_on: dt.date | None
    #: What was claimed when it was proposed, and what is open of that today.
    amount: Money
    open: Money
    row_version: int

    @property
    def is_open(self) -> bool:
        """Whether it stands."""
        return self.state == "open"


@dataclass(frozen=True, slots=True)
class CaseTotal:
    """The sums of a filtered list in one currency."""

    count: int
    amount: Money
    open: Money


@dataclass(frozen=True, slots=True)
class CasePage:
    """One page of the list, and the sums of all pages."""

    rows: list[CaseRow]
    totals: list[CaseTotal]
    page: int
    pages: int
    count: int


@dataclass(frozen=True, slots=True)
class Candidate:
    """An overdue due part that a case may be about."""

    entry_id: int
    ref: str
    number: str
    kind: str
    part: int
    dated_on: dt.date
    due_on: dt.date
    days_late: int
    amount: Money
    open: Money
    disputed: Money
    #: What a case of the kind in question would be about.
    claimable: Money
    #: The day until which a running promise covers it.
    promised_until: dt.date | None = None
    #: The number of the standing case that it is part of.
    elsewhere: str = ""

    @property
    def key(self) -> str:
        """What a form names it by."""
        return f"{self.ref}-{self.part}"


@dataclass(frozen=True, slots=True)
class EventRow:
    """Something that happened in a case."""

    id: int
    on: dt.date
    kind: str
    words: str
    cost: Money | None
    next_on: dt.date | None
    by: str
    at: dt.datetime


@dataclass(frozen=True, slots=True)
class PackRow:
    """An evidence pack that was asked for."""

    id: int
    ref: str
    state: str
    language: str
    asked_by: str
    asked_at: dt.datetime
    made_at: dt.datetime | None
    size: int
    sha256: str
    manifest_sha256: str
    problem: str


@dataclass(frozen=True, slots=True)
class CaseView:
    """One case with everything that belongs to it."""

    row: CaseRow
    reason: str
    partner_contact: str
    partner_number: str
    opened_by: str
    #: The step of the ladder that asked for it.
    step: str
    approval_ref: str
    parts: list[tuple[int, int]]
    events: list[EventRow]
    costs: Money
    files: list[FileRow] = field(default_factory=list)
    packs: list[PackRow] = field(default_factory=list)
