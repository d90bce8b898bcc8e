"""The frozen rows that pages and reports read of invoices, open items and credits."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

from portal.core.money import Money

PER_PAGE = 50


@dataclass(frozen=True, slots=True)
class InvoiceFilter:
    """What a list of invoices is narrowed to; empty is no restriction."""

    customer_id: int | None = None
    #: open | overdue | disputed | promised | paid
    state: str = ""
    #: The invoices that running promises cover: what `promised` keeps.
    promised_ids: frozenset[int] = frozenset()
    from_on: dt.date | None = None
    to_on: dt.date | None = None
    #: Part of a number or reference.
    text: str = ""
    currency: str = ""
    #: date | due | amount | open | number, with a minus in front for the largest first.
    sort: str = "-date"
    page: int = 1
    per_page: int = PER_PAGE


@dataclass(frozen=True, slots=True)
class InvoiceRow:
    """An invoice as lists show it, as of the reader's today."""

    id: int
    ref: str
    number: str
    customer_id: int
    customer_code: str
    customer_name: str
    reference: str
    dated_on: dt.date
    #: The first open part's, else the last part's; None until its baseline is known.
    due_on: dt.date | None
    amount: Money
    open: Money
    disputed: Money
    #: Of the first open part; None when paid or not dated.
    days_late: int | None

    @property
    def state(self) -> str:
        """paid, disputed, overdue or open."""
        if not self.open.minor:
            return "paid"
        if self.disputed.minor:
            return "disputed"
        return "overdue" if (self.days_late or 0) > 0 else "open"


@dataclass(frozen=True, slots=True)
class Total:
    """The sums of a filtered set in one currency."""

    count: int
    amount: Money
    open: Money


@dataclass(frozen=True, slots=True)
class InvoicePage:
    """One page of a list, and the sums of all its pages."""

    rows: list[InvoiceRow]
    totals: list[Total]
    page: int
    pages: int
    count: int


@dataclass(frozen=True, slots=True)
class PartRow:
    """A due part of an invoice."""

    part: int
    due_on: dt.date | None
    amount: Money
    open: Money
    disputed: Money
    days_late: int | None


@dataclass(frozen=True, slots=True)
class AppliedRow:
    """A credit applied to an invoice, or an invoice that a credit was applied to."""

    id: int
    ref: str
    number: str
    kind: str
    dated_on: dt.date
    effective_on: dt.date
    part: int
    amount: Money


@dataclass(frozen=True, slots=True)
class LineRow:
    """A line of an invoice, as printed."""

    line: int
    description: str
    product_code: str
    unit: str
    quantity: str
    unit_price: str
    tax_rate: str
    tax: Money | None
    amount: Money


@dataclass(frozen=True, slots=True)
class OnStatement:
    """A statement in force on which a document stands."""

    id: int
    ref: str
    number: str
    period_to: dt.date
    state: str


@dataclass(frozen=True, slots=True)
class InvoiceDetail:
    """What an invoice says besides its amount."""

    terms_text: str
    #: invoice | contract | customer | grade | company | none | due_date | parts
    terms_source: str
    #: What gave them, such as policy/7; empty where that is undated.
    terms_version: str
    tax: Money | None
    tax_invoice_no: str
    contract_code: str
    order_code: str
    shipped_on: dt.date | None
    delivered_on: dt.date | None
    accepted_on: dt.date | None
    received_on: dt.date | None
    description: str
    region: str
    product: str
    #: Whom its customer asks: the sales owner.
    owner: str


@dataclass(frozen=True, slots=True)
class Moved:
    """That a due date was moved: from what at first, and when and by which change at last."""

    from_on: dt.date | None
    at: dt.datetime
    change_id: int


@dataclass(frozen=True, slots=True)
class InvoiceView:
    """One invoice with everything that its page shows."""

    row: InvoiceRow
    detail: InvoiceDetail
    parts: list[PartRow]
    lines: list[LineRow]
    applied: list[AppliedRow]
    statements: list[OnStatement]
    #: It differs from its contract, and nobody has let it pass.
    is_held: bool = False
    #: From when what gave the terms holds; None where that is undated, or the invoice says them.
    since: dt.date | None = None
    moved: Moved | None = None

    @property
    def before_tax(self) -> Money | None:
        """What the lines come to, where the tax stands apart from them."""
        tax, whole = self.detail.tax, self.row.amount
        lines = Money.total((line.amount for line in self.lines), whole.currency)
        return lines if tax and tax.minor and lines + tax == whole else None


@dataclass(frozen=True, slots=True)
class OpenItemRow:
    """A due part of which something is open."""

    entry_id: int
    ref: str
    kind: str
    number: str
    reference: str
    part: int
    dated_on: dt.date
    due_on: dt.date | None
    amount: Money
    open: Money
    disputed: Money
    days_late: int | None


@dataclass(frozen=True, slots=True)
class Position:
    """What is owed in one currency as of a day; `memo` is what the house wrote off of it."""

    currency: str
    names: tuple[str, ...]
    buckets: tuple[Money, ...]
    open: Money
    overdue: Money
    due_soon: Money
    not_due: Money
    unapplied: Money
    disputed: Money
    balance: Money
    memo: Money
