"""The frozen rows that the dispute desk reads."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

from portal.core.dispute import OPEN, State
from portal.core.money import Money
from portal.disputes.rows import PER_PAGE, DisputeTotal


@dataclass(frozen=True, slots=True)
class DeskFilter:
    """What the desk is narrowed to; empty is no restriction."""

    #: open | due | waiting | to_post | decided | closed | withdrawn
    state: str = ""
    #: mine | nobody
    owner: str = ""
    reason: str = ""
    customer_id: int | None = None
    #: Part of a number, or of the customer's name or code.
    text: str = ""
    page: int = 1
    per_page: int = PER_PAGE


@dataclass(frozen=True, slots=True)
class DeskRow:
    """A dispute as the desk lists it."""

    id: int
    ref: str
    number: str
    state: State
    reason: str
    customer_ref: str
    customer_name: str
    document: str
    amount: Money
    raised_on: dt.date
    answer_by: dt.date
    owner_id: int | None
    owner: str
    #: How its credit note stands that is still to come: waiting | approved; else empty.
    credit: str
    #: The request for a second person's word that waits; else empty.
    approval_ref: str

    @property
    def is_open(self) -> bool:
        """Whether the house still owes an answer."""
        return self.state in OPEN

    def is_late(self, on: dt.date) -> bool:
        """Whether the answer is overdue on a day."""
        return self.is_open and self.answer_by < on

    @property
    def next_step(self) -> str:
        """What somebody has to do now: take | decide | approve | post, or nothing."""
        if self.credit:
            return "approve" if self.credit == "waiting" else "post"
        if self.is_open:
            return "take" if self.owner_id is None else "decide"
        return ""


@dataclass(frozen=True, slots=True)
class DeskPage:
    """One page of the desk, and the sums of all its pages."""

    rows: list[DeskRow]
    totals: list[DisputeTotal]
    page: int
    pages: int
    count: int


@dataclass(frozen=True, slots=True)
class DeskDecision:
    """A decision as the house reads it: who made it, and how it stands."""

    verdict: str
    accepted: Money
    settlement: str
    root_cause: str
    answer: str
    who: str
    at: dt.datetime
    #: counts | waiting | refused | dropped
    standing: str
    #: What became of its credit note: waiting | approved | refused | posted | void; else empty.
    credit: str
    request_ref: str
    credit_number: str


@dataclass(frozen=True, slots=True)
class CreditRow:
    """A credit note that is to be posted, or was."""

    ref: str
    dispute_ref: str
    dispute_number: str
    customer_ref: str
    customer_name: str
    invoice: str
    amount: Money
    state: str
    asked_at: dt.datetime
    who: str
    credit_number: str


@dataclass(frozen=True, slots=True)
class OtherDispute:
    """Another dispute of the customer, in a line."""

    ref: str
    number: str
    document: str
    reason: str
    amount: Money
    state: State
    raised_on: dt.date
    verdict: str


@dataclass(frozen=True, slots=True)
class DeliveryLine:
    """A delivery that the invoice bills."""

    number: str
    delivered_on: dt.date
    order_code: str
    received_by: str
    amount: Money


@dataclass(frozen=True, slots=True)
class Disputed:
    """What of all that is open is disputed, in one currency."""

    open: Money
    disputed: Money
    #: In percent, with one decimal; empty where nothing is open.
    share: str
