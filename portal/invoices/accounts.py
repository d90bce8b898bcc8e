"""
Customers with what they owe today: a row an account, which is one customer in one currency.

As everywhere on lists, what is open is the claim. Nothing is summed across currencies.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import select

from portal.base.paging import page_within
from portal.base.work import Reader
from portal.core.money import Money
from portal.customers.queries import CustomerFilter, CustomerRow, filtered, list_customers
from portal.invoices.abnormal import abnormal_customers
from portal.invoices.ageing import AgedAccount, AsOf, aged_accounts
from portal.invoices.open_items import Scope, both, seen_by
from portal.invoices.rows import PER_PAGE
from portal.tables.customers import Customer

ABNORMAL = "abnormal"
SORTS = ("name", "code", "balance", "overdue", "not_due", "unapplied")


@dataclass(frozen=True, slots=True)
class AccountFilter:
    """What the list of accounts is narrowed to; empty is no restriction."""

    customers: CustomerFilter = field(default_factory=CustomerFilter)
    #: overdue | owing | unapplied | abnormal
    state: str = ""
    #: Only what is overdue of these customers; None: of everybody.
    overdue_of: frozenset[int] | None = None
    currency: str = ""
    #: One of SORTS, with a minus in front for the largest first.
    sort: str = "-overdue"
    page: int = 1
    per_page: int = PER_PAGE


@dataclass(frozen=True, slots=True)
class Owed:
    """What is owed in one currency: balance = not due + overdue − unapplied."""

    currency: str
    not_due: Money
    overdue: Money
    unapplied: Money
    disputed: Money

    @property
    def balance(self) -> Money:
        """What is owed in all."""
        return self.not_due + self.overdue - self.unapplied


@dataclass(frozen=True, slots=True)
class AccountRow:
    """A customer and one account of theirs; `owed` is None where there is nothing."""

    customer: CustomerRow
    owed: Owed | None


@dataclass(frozen=True, slots=True)
class AccountPage:
    """One page of accounts, and the sums of all pages by currency."""

    rows: list[AccountRow]
    totals: list[Owed]
    page: int
    pages: int
    count: int


def list_accounts(r: Reader, asked: AccountFilter) -> AccountPage:
    """One page of the accounts that a filter keeps, in its order, and the sums of them all."""
    rows = all_accounts(r, asked)
    page, pages = page_within(asked.page, len(rows), asked.per_page)
    first = (page - 1) * asked.per_page
    totals = _totals(row.owed for row in rows if row.owed)
    return AccountPage(rows[first : first + asked.per_page], totals, page, pages, len(rows))


def all_accounts(r: Reader, asked: AccountFilter) -> list[AccountRow]:
    """Every account that a filter keeps, in its order; customers who owe nothing too."""
    owed = _owed_by_customer(r, asked)
    nothing: list[Owed | None] = [None]
    asked_for: Collection[int] | None = asked.overdue_of
    if asked.state == ABNORMAL:
        asked_for = abnormal_customers(r)
    rows = [
        AccountRow(customer, account)
        for customer in list_customers(r, asked.customers)
        for account in owed.get(customer.id, nothing)
        if _is_kept(account, asked) and (asked_for is None or customer.id in asked_for)
    ]
    return _sorted(rows, asked.sort, r.company.currency)


def _owed_by_customer(r: Reader, asked: AccountFilter) -> dict[int, list[Owed | None]]:
    found: dict[int, list[Owed | None]] = {}
    scope = both(seen_by(r.actor), _of(asked.customers))
    for account in aged_accounts(r.session, AsOf(r.today, r.policy.scheme), scope):
        found.setdefault(account.customer_id, []).append(_owed(account))
    return found


def _of(asked: CustomerFilter) -> Scope:
    """The customers that a filter keeps; everyone needs no condition."""
    kept = filtered(asked)
    wanted = select(Customer.id).where(*kept)
    return lambda customer_id: customer_id.in_(wanted) if kept else customer_id.is_not(None)


def _owed(account: AgedAccount) -> Owed:
    not_due, *late = account.buckets
    return Owed(
        currency=account.currency,
        not_due=Money(not_due, account.currency),
        overdue=Money(sum(late), account.currency),
        unapplied=Money(account.unapplied_minor, account.currency),
        disputed=Money(account.disputed_minor, account.currency),
    )


def _is_kept(owed: Owed | None, asked: AccountFilter) -> bool:
    if owed is None:
        return not (asked.state or asked.currency)
    if asked.currency and owed.currency != asked.currency:
        return False
    amount = {"overdue": owed.overdue, "owing": owed.balance, "unapplied": owed.unapplied}
    # Who is abnormal is asked of the customer; of its accounts those that are overdue are shown.
    return not asked.state or amount.get(asked.state, owed.overdue).minor > 0


def _sorted(rows: list[AccountRow], sort: str, own_currency: str) -> list[AccountRow]:
    """
    In the order of a sort, ties by code.

    Amounts of different currencies do not compare: the company's own currency stands first.
    """
    name = sort.removeprefix("-") if sort.removeprefix("-") in SORTS else "name"
    falls = sort.startswith("-")

    def words(row: AccountRow) -> Any:
        return row.customer.code if name == "code" else row.customer.name.casefold()

    if name in {"name", "code"}:
        return sorted(rows, key=words, reverse=falls)

    def figure(row: AccountRow) -> Any:
        if row.owed is None:
            return (2, "", 0)
        minor: int = getattr(row.owed, name).minor
        is_foreign = row.owed.currency != own_currency
        return (int(is_foreign), row.owed.currency, -minor if falls else minor)

    return sorted(rows, key=figure)


def _totals(accounts: Iterable[Owed]) -> list[Owed]:
    sums: dict[str, Owed] = {}
    for each in accounts:
        so_far = sums.get(each.currency)
        sums[each.currency] = each if so_far is None else _sum(so_far, each)
    return [sums[currency] for currency in sorted(sums)]


def _sum(left: Owed, right: Owed) -> Owed:
    return Owed(
        currency=left.currency,
        not_due=left.not_due + right.not_due,
        overdue=left.overdue + right.overdue,
        unapplied=left.unapplied + right.unapplied,
        disputed=left.disputed + right.disputed,
    )
