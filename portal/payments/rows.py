"""The frozen rows that pages read of payments and other credits."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

from portal.core.money import Money
from portal.invoices.rows import PER_PAGE, AppliedRow


@dataclass(frozen=True, slots=True)
class CreditFilter:
    """What a list of credits is narrowed to; empty is no restriction."""

    customer_id: int | None = None
    #: payment | credit_note, or `unapplied`: those of which something is left
    state: str = ""
    from_on: dt.date | None = None
    to_on: dt.date | None = None
    #: Part of a number, a reference or a payer's name.
    text: str = ""
    #: date | amount | unapplied, with a minus in front for the largest first.
    sort: str = "-date"
    page: int = 1
    per_page: int = PER_PAGE


@dataclass(frozen=True, slots=True)
class CreditRow:
    """A payment, credit note or other credit, with what of it is not applied yet."""

    id: int
    ref: str
    customer_id: int
    customer_name: str
    kind: str
    number: str
    reference: str
    dated_on: dt.date
    method: str
    payer: str
    amount: Money
    unapplied: Money
    applied: tuple[AppliedRow, ...]


@dataclass(frozen=True, slots=True)
class CreditTotal:
    """The sums of a filtered set in one currency."""

    count: int
    amount: Money
    unapplied: Money


@dataclass(frozen=True, slots=True)
class CreditPage:
    """One page of credits, and the sums of all pages."""

    rows: list[CreditRow]
    totals: list[CreditTotal]
    page: int
    pages: int
    count: int
