"""
The ageing report: who owes how much since when, by customer, owner, region and more.

As the house sees it: what was written off inside it has left. Rows and totals are per currency.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any

from sqlalchemy import ColumnElement, ScalarSelect, case, exists, literal, or_, select

from portal.base.work import Reader
from portal.core.ageing import BUCKETS, AgeingScheme, Basis
from portal.core.money import Money
from portal.customers.grades import grade_held
from portal.invoices.ageing import AgedAccount, AsOf, aged_accounts
from portal.invoices.open_items import Scope, both, whose_items
from portal.tables.credit import Collateral, CustomerGrade
from portal.tables.customers import Customer


class By(StrEnum):
    """What a row of the report stands for."""

    CUSTOMER = "customer"
    REGION = "region"
    PRODUCT = "product"
    OWNER = "owner"
    #: The grade in force on the report's day.
    GRADE = "grade"
    #: From selling, or from interest, fees and adjustments.
    ORIGIN = "origin"
    #: Whether the customer has given a security that holds on the report's day.
    SECURITY = "security"

    @property
    def column(self) -> str:
        """By what a customer's own items are divided; empty where all stand together."""
        return self.value if self in {By.REGION, By.PRODUCT, By.ORIGIN} else ""


@dataclass(frozen=True)
class AskAgeing:
    """How the report is asked for; no customer is everyone the reader may see."""

    as_of: dt.date
    by: By = By.CUSTOMER
    scheme: AgeingScheme = BUCKETS
    basis: Basis = Basis.DUE
    customer_id: int | None = None
    #: The salesperson whose customers it is about; empty: everybody's (S-177).
    owner: str = ""


@dataclass(frozen=True, slots=True)
class AgeingRow:
    """What is open under one key in one currency; buckets in the order of the report's names."""

    key: str
    name: str
    currency: str
    buckets: tuple[Money, ...]
    open: Money
    unapplied: Money
    balance: Money
    disputed: Money


@dataclass(frozen=True, slots=True)
class AgeingTotal:
    """The sums of a currency of the books, be it nothing; `credit_balances`: whom we owe."""

    row: AgeingRow
    credit_balances: Money


@dataclass(frozen=True, slots=True)
class AgeingReport:
    """The whole report: rows by key and currency, totals by currency."""

    asked: AskAgeing
    names: tuple[str, ...]
    rows: list[AgeingRow]
    totals: list[AgeingTotal]


@dataclass(slots=True)
class Tally:
    """A row in the making, in minor units."""

    buckets: list[int] = field(default_factory=list)
    unapplied: int = 0
    disputed: int = 0

    def add(self, account: AgedAccount) -> None:
        """Counts one more account in."""
        counted = self.buckets or [0] * len(account.buckets)
        self.buckets = [one + more for one, more in zip(counted, account.buckets, strict=True)]
        self.unapplied += account.unapplied_minor
        self.disputed += account.disputed_minor

    def row(self, key: str, name: str, currency: str) -> AgeingRow:
        """The finished row."""
        is_open = sum(self.buckets)
        return AgeingRow(
            key=key,
            name=name,
            currency=currency,
            buckets=tuple(Money(minor, currency) for minor in self.buckets),
            open=Money(is_open, currency),
            unapplied=Money(self.unapplied, currency),
            balance=Money(is_open - self.unapplied, currency),
            disputed=Money(self.disputed, currency),
        )


@dataclass(frozen=True, slots=True)
class Facts:
    """What of a customer the report groups by."""

    code: str
    name: str
    region: str
    owner: str
    #: Empty: none is in force on the day.
    grade: str
    security: str


def ageing_report(r: Reader, asked: AskAgeing) -> AgeingReport:
    """The ageing of everyone, or of one customer, as of a day; rows by key, then currency."""
    whose = scope_of(r, asked)
    as_of = AsOf(asked.as_of, asked.scheme, asked.basis, inside=True)
    accounts = aged_accounts(r.session, as_of, whose, asked.by.column, settled=True)
    named: Any = select(
        *(Customer.id, Customer.code, Customer.name, Customer.region, Customer.owner),
        grade_on(asked.as_of) if asked.by is By.GRADE else literal(""),
        security_on(asked.as_of) if asked.by is By.SECURITY else literal(""),
    )
    facts = {
        row_id: Facts(code, name, region or "", owner or "", grade or "", security)
        for row_id, code, name, region, owner, grade, security in r.session.execute(
            named.where(whose(Customer.id))
        )
    }
    return AgeingReport(
        asked, asked.scheme.names, _rows(asked.by, accounts, facts), _totals(accounts)
    )


def scope_of(r: Reader, asked: AskAgeing) -> Scope:
    """Whose rows the report is about: one customer's, a salesperson's, or all that may be seen."""
    whose = whose_items(r.actor, asked.customer_id)
    if not asked.owner:
        return whose
    theirs = select(Customer.id).where(Customer.owner == asked.owner)
    return both(whose, lambda customer_id: customer_id.in_(theirs))


def security_on(as_of: dt.date) -> ColumnElement[str]:
    """Whether the customer at hand has given a security that counts on a day (S-169)."""
    holds = exists(
        select(Collateral.id).where(
            Collateral.customer_id == Customer.id,
            Collateral.accepted_minor > 0,
            Collateral.from_on <= as_of,
            or_(Collateral.until_on.is_(None), Collateral.until_on >= as_of),
            Collateral.ended_at.is_(None),
        )
    )
    return case((holds.correlate(Customer), "secured"), else_="unsecured")


def grade_on(as_of: dt.date) -> ScalarSelect[str]:
    """The grade in force of the customer at hand on a day: the last row that holds on it."""
    held = grade_held(CustomerGrade.grade, Customer.id, as_of)
    return held.correlate(Customer).scalar_subquery()


def _named(by: By, account: AgedAccount, facts: Facts) -> tuple[str, str]:
    """The key and the name of the row in which an account counts."""
    if by is By.CUSTOMER:
        return facts.code, facts.name
    if by is By.OWNER:
        return facts.owner, facts.owner
    if by is By.GRADE:
        return facts.grade, facts.grade
    if by is By.SECURITY:
        return facts.security, facts.security
    if by is By.ORIGIN:  # unapplied money has none
        return account.split, account.split
    key = account.split or (facts.region if by is By.REGION else "")
    return key, key


def _rows(by: By, accounts: Iterable[AgedAccount], facts: dict[int, Facts]) -> list[AgeingRow]:
    tallies: dict[tuple[str, str, str], Tally] = {}
    for account in accounts:
        if account.is_settled:
            continue
        key, name = _named(by, account, facts[account.customer_id])
        tallies.setdefault((key, account.currency, name), Tally()).add(account)
    return [
        tally.row(key, name, currency)
        for (key, currency, name), tally in sorted(tallies.items(), key=lambda item: item[0])
    ]


def _totals(accounts: Iterable[AgedAccount]) -> list[AgeingTotal]:
    tallies: dict[str, Tally] = {}
    balances: dict[tuple[str, int], int] = {}
    for account in accounts:
        tallies.setdefault(account.currency, Tally()).add(account)
        key = (account.currency, account.customer_id)
        balances[key] = balances.get(key, 0) + account.balance_minor
    owed: dict[str, int] = {}
    for (currency, _), balance in balances.items():
        owed[currency] = owed.get(currency, 0) + min(balance, 0)
    return [
        AgeingTotal(tallies[currency].row("", "", currency), Money(owed[currency], currency))
        for currency in sorted(tallies)
    ]
