"""What pages read of invoices beside their contracts: the held ones first, and one in detail."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement, Select, case, func, select

from portal.base.access import NotFound, visible_to
from portal.base.lookup import says
from portal.base.paging import page_within
from portal.base.work import Reader
from portal.contracts.checking import as_differences
from portal.core.contract_check import Difference
from portal.core.money import Money
from portal.invoices.held import BLOCKED
from portal.tables.contracts import InvoiceCheck
from portal.tables.customers import Customer
from portal.tables.invoices import Entry, Invoice
from portal.tables.people import User

PER_PAGE = 50
STATES = ("held", "returned", "confirmed", "fits", "all")
#: What of the past the return rate counts.
WINDOW_DAYS = 365


@dataclass(frozen=True, slots=True)
class CheckFilter:
    """What a list of compared invoices is narrowed to."""

    #: One of STATES; `held` counts the returned ones too, since they wait as well.
    state: str = "held"
    text: str = ""
    aspect: str = ""
    customer_id: int | None = None
    page: int = 1
    per_page: int = PER_PAGE


@dataclass(frozen=True, slots=True)
class CheckRow:
    """An invoice beside its contract, as lists show it."""

    entry_id: int
    #: The invoice's own reference.
    ref: str
    number: str
    dated_on: dt.date
    customer_id: int
    customer_ref: str
    customer_name: str
    amount: Money
    contract_code: str
    #: Empty where the invoice names none that is kept for this customer.
    contract_ref: str
    state: str
    differences: tuple[Difference, ...]
    fingerprint: str
    checked_at: dt.datetime
    decided_by: str
    decided_at: dt.datetime | None
    comment: str

    @property
    def aspects(self) -> list[str]:
        """The aspects that differ, each once."""
        return list(dict.fromkeys(each.aspect for each in self.differences))

    @property
    def is_blocked(self) -> bool:
        """Whether the customer does not get it yet."""
        return self.state in BLOCKED


@dataclass(frozen=True, slots=True)
class CheckPage:
    """One page of compared invoices, and how many there are on all pages."""

    rows: list[CheckRow]
    page: int
    pages: int
    count: int


@dataclass(frozen=True, slots=True)
class CheckFigures:
    """How invoices keep to their contracts: what waits, and what of late was sent back."""

    held: int
    returned: int
    #: Compared within the window, whatever came of it.
    compared: int
    #: Sent back within the window.
    sent_back: int

    @property
    def return_rate(self) -> int | None:
        """The share of compared invoices that were sent back, in tenths of a per cent."""
        return round(self.sent_back * 1000 / self.compared) if self.compared else None


def list_checks(r: Reader, asked: CheckFilter) -> CheckPage:
    """One page of what a filter keeps: what is held first, the oldest invoice first."""
    kept = _kept(asked)
    counted: Select[Any] = _joined(select(func.count())).where(*kept)
    count = r.session.scalar(visible_to(counted, r.actor, InvoiceCheck.customer_id)) or 0
    page, pages = page_within(asked.page, count, asked.per_page)
    rank = case((InvoiceCheck.state == "held", 0), (InvoiceCheck.state == "returned", 1), else_=2)
    rows = _rows().where(*kept).order_by(rank, Entry.dated_on, Entry.id)
    cut = rows.limit(asked.per_page).offset((page - 1) * asked.per_page)
    found = r.session.execute(visible_to(cut, r.actor, InvoiceCheck.customer_id))
    return CheckPage([_row(r, each) for each in found], page, pages, count)


def get_check(r: Reader, ref: str) -> CheckRow:
    """One compared invoice by the invoice's reference; else `NotFound`."""
    row = find_check(r, r.id_of("iv", ref))
    if row is None:
        raise NotFound(ref)
    return row


def find_check(r: Reader, entry_id: int) -> CheckRow | None:
    """How an invoice stands beside its contract; None where it was not compared."""
    rows = _rows().where(InvoiceCheck.entry_id == entry_id)
    found = r.session.execute(visible_to(rows, r.actor, InvoiceCheck.customer_id)).first()
    return None if found is None else _row(r, found)


def checks_held(r: Reader) -> Select[Any]:
    """How many invoices wait for somebody to look, to be asked along with other counts."""
    counted: Select[Any] = select(func.count()).select_from(InvoiceCheck)
    held = counted.where(InvoiceCheck.state == "held")
    return visible_to(held, r.actor, InvoiceCheck.customer_id)


def check_figures(r: Reader) -> CheckFigures:
    """What waits now, and how the comparison went over the last year."""
    since = r.now - dt.timedelta(days=WINDOW_DAYS)
    lately = InvoiceCheck.checked_at >= since
    columns: list[Any] = [
        _how_many(InvoiceCheck.state == "held"),
        _how_many(InvoiceCheck.state == "returned"),
        _how_many(lately),
        _how_many((InvoiceCheck.state == "returned") & lately),
    ]
    rows: Select[Any] = select(*columns)
    found = r.session.execute(visible_to(rows, r.actor, InvoiceCheck.customer_id)).one()
    return CheckFigures(*(int(each or 0) for each in found))


def _how_many(which: ColumnElement[bool]) -> Any:
    return func.sum(case((which, 1), else_=0))


def _joined(rows: Select[Any]) -> Select[Any]:
    return (
        rows.select_from(InvoiceCheck)
        .join(Entry, Entry.id == InvoiceCheck.entry_id)
        .join(Invoice, Invoice.entry_id == InvoiceCheck.entry_id)
        .join(Customer, Customer.id == InvoiceCheck.customer_id)
        .outerjoin(User, User.id == InvoiceCheck.decided_by)
    )


def _rows() -> Select[Any]:
    columns: list[Any] = [
        *(InvoiceCheck, Entry.number, Entry.dated_on, Entry.amount_minor, Entry.currency),
        *(Invoice.contract_code, Customer.name.label("customer_name")),
        func.coalesce(func.nullif(User.name, ""), User.email, "").label("decider"),
    ]
    return _joined(select(*columns))


def _kept(asked: CheckFilter) -> list[ColumnElement[bool]]:
    kept: list[ColumnElement[bool]] = []
    if asked.state == "held":
        kept.append(InvoiceCheck.state.in_(BLOCKED))
    elif asked.state != "all":
        kept.append(InvoiceCheck.state == asked.state)
    if asked.aspect:
        kept.append(InvoiceCheck.differences.contains(f'"aspect": "{asked.aspect}"'))
    if asked.customer_id is not None:
        kept.append(InvoiceCheck.customer_id == asked.customer_id)
    return kept + says(
        asked.text, Entry.number, Invoice.contract_code, Customer.name, Customer.code
    )


def _row(r: Reader, found: Any) -> CheckRow:
    check: InvoiceCheck = found.InvoiceCheck
    return CheckRow(
        entry_id=check.entry_id,
        ref=r.refs.of("iv", check.entry_id),
        number=found.number,
        dated_on=found.dated_on,
        customer_id=check.customer_id,
        customer_ref=r.refs.of("cu", check.customer_id),
        customer_name=found.customer_name,
        amount=Money(found.amount_minor, found.currency),
        contract_code=found.contract_code or "",
        contract_ref=r.refs.of("ko", check.contract_id) if check.contract_id else "",
        state=check.state,
        differences=as_differences(check.differences),
        fingerprint=check.fingerprint,
        checked_at=check.checked_at,
        decided_by=found.decider,
        decided_at=check.decided_at,
        comment=check.comment,
    )
