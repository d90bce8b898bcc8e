"""
The statement of a month, whether it has been issued or not: the one in force, else a preview.

A preview covers the month by the documents' dates alone and opens with the ledger's balance of the
day before; it is stored nowhere.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from dataclasses import dataclass

from sqlalchemy import select

from portal.base.work import Reader
from portal.core.ledger import Kind
from portal.core.period import Cycle, Month, month_period
from portal.core.statement import Line, Party, Statement, Sums, read_statement
from portal.core.statement_status import Status
from portal.invoices.ageing import AgedAccount
from portal.invoices.open_items import Scope, whose_items
from portal.statements.issuing.composing import Asked, Composed, compose
from portal.statements.issuing.snapshot import head_of, issue_under
from portal.tables.agreements import Deemed
from portal.tables.customers import Customer
from portal.tables.statements import Statement as Issued


@dataclass(frozen=True, slots=True)
class Told:
    """A statement with its status; a preview has no hash."""

    statement: Statement
    status: str
    sha256: str | None
    #: Since when it counts as agreed without an answer.
    deemed_on: dt.date | None = None

    @property
    def currency(self) -> str:
        """The currency it is in."""
        return self.statement.head.currency


def statements_of(r: Reader, month: Month, customer_id: int | None = None) -> list[Told]:
    """
    Every account's statement of a month, by customer code and currency: in force, or a preview.

    Accounts without movement and balance have none.
    """
    whose = whose_items(r.actor, customer_id)
    told = {_key(each): each for each in _in_force(r, month, whose)}
    for preview in _previews(r, month, whose):
        told.setdefault(_key(preview), preview)
    return [told[key] for key in sorted(told)]


def _key(told: Told) -> tuple[str, str]:
    return told.statement.head.customer.code, told.currency


def _in_force(r: Reader, month: Month, whose: Scope) -> Iterator[Told]:
    found = r.session.execute(
        select(Issued.payload, Issued.state, Issued.sha256, Deemed.on)
        .outerjoin(Deemed, Deemed.statement_id == Issued.id)
        .where(
            Issued.in_force == 1,
            Issued.period_to == month.last_on,
            whose(Issued.customer_id),
        )
    )
    for row in found:
        yield Told(read_statement(row.payload), row.state, row.sha256, row.on)


def _previews(r: Reader, month: Month, whose: Scope) -> Iterator[Told]:
    asked = Asked(whose, month, r.policy.scheme, by_dates_only=True)
    parties = _parties(r, whose)
    everyone = dict.fromkeys(parties, Cycle.MONTHLY)
    for composed in compose(r.session, asked, everyone):
        yield _preview(r, composed, parties[composed.customer_id])


def empty_preview(r: Reader, month: Month, customer_id: int, currency: str) -> Told:
    """The statement of an account on which nothing happened and nothing is owed."""
    [party] = _parties(r, whose_items(r.actor, customer_id)).values()
    aged = AgedAccount(customer_id, currency, (0,) * len(r.policy.scheme.names), 0, 0)
    period = month_period(month)
    nothing = Composed(customer_id, currency, period, None, Sums(), [], [], aged)
    return _preview(r, nothing, party)


def _parties(r: Reader, whose: Scope) -> dict[int, Party]:
    found = r.session.execute(
        select(
            Customer.id, Customer.code, Customer.legal_name, Customer.name, Customer.tax_id
        ).where(whose(Customer.id))
    )
    return {row.id: Party(row.code, row.legal_name or row.name, row.tax_id or "") for row in found}


def _preview(r: Reader, composed: Composed, customer: Party) -> Told:
    issue = issue_under(r.policy, r.company, r.today, r.today)
    lines = tuple(Line(day, Kind(kind), *rest) for day, kind, *rest in composed.lines)
    head = head_of(composed, customer, issue, 0)
    return Told(Statement(head, lines, composed.deliveries), Status.PREVIEW, None)
