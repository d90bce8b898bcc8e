"""
What is wrong with the books before a run: what keeps it from starting, and what one should know.

Asked in a fixed number of queries, however many customers the run is for.
"""

from __future__ import annotations

import datetime as dt
from collections import Counter
from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement, Select, exists, func, or_, select, union_all

from portal.base.work import Reader
from portal.core.ledger import Kind
from portal.core.money import Money
from portal.core.period import Cycle, Month
from portal.invoices.held import held_invoices
from portal.invoices.open_items import Scope, counts_on, credits_dated
from portal.statements.chasing.recipients import ACTING, SIGNATORY
from portal.statements.issuing.composing import AccountKey
from portal.statements.issuing.drafts import RunScope, due_in, whose_scope
from portal.tables.contracts import InvoiceCheck
from portal.tables.customers import Contact, Customer
from portal.tables.deliveries import Delivery
from portal.tables.invoices import Entry
from portal.tables.payments import Allocation
from portal.tables.people import Membership, User
from portal.tables.runs import Bounce
from portal.tables.statements import Statement, StatementRun

#: On how many of the period's last workdays a payment is looked for.
LAST_WORKDAYS = 2


@dataclass(frozen=True, slots=True)
class Finding:
    """Something that was found: its code, whether it blocks, whom it is about."""

    code: str
    is_blocking: bool = False
    #: (ref, name) by code; those to be looked after.
    customers: tuple[tuple[str, str], ...] = ()
    amounts: tuple[Money, ...] = ()
    on: dt.date | None = None


@dataclass(frozen=True, slots=True)
class RunChecks:
    """Who is due, who is not, and what was found."""

    #: Statements by currency.
    accounts: tuple[tuple[str, int], ...]
    #: Customers due by cycle, and in scope by cycle.
    cycles: tuple[tuple[str, int, int], ...]
    customers: int
    already: int
    #: Who gets none, by reason: not_this_month, already, stated_later, nothing.
    left_out: tuple[tuple[str, tuple[tuple[str, str], ...]], ...]
    findings: tuple[Finding, ...]

    @property
    def statements(self) -> int:
        """How many statements there would be."""
        return sum(count for _, count in self.accounts)

    @property
    def is_blocked(self) -> bool:
        """Whether the run cannot be started as things are."""
        return any(finding.is_blocking for finding in self.findings)


def check_run(r: Reader, scope: RunScope) -> RunChecks:
    """Everything that is to be known before a run of this scope."""
    due = due_in(r, scope)
    people = r.session.execute(_customers(scope)).all()
    ids = {key[0] for key in due}
    expected = [row for row in people if row.id in ids]
    facts = r.session.execute(_facts(scope.month, whose_scope(scope))).one()
    found = [
        *_blocking(facts, due),
        *_about_customers(r, expected),
        *_unapplied(r, scope, expected),
        *_bank_day(r, scope.month, facts.paid_on),
    ]
    if not r.company.bank_account:
        found.append(Finding("payee"))
    currencies = Counter(currency for _, currency in due)
    in_scope = Counter(row.statement_cycle for row in people)
    due_now = Counter(row.statement_cycle for row in expected)
    return RunChecks(
        accounts=tuple(sorted(currencies.items())),
        cycles=tuple(
            (cycle.value, due_now[cycle.value], in_scope[cycle.value])
            for cycle in Cycle
            if in_scope[cycle.value]
        ),
        customers=len(expected),
        already=facts.already or 0,
        left_out=_left_out(r, scope.month, [row for row in people if row.id not in ids]),
        findings=tuple(found),
    )


def _customers(scope: RunScope) -> Select[Any]:
    """The customers of a scope by code, each with what may be missing."""
    here = Customer.id
    member = (
        select(Membership.user_id)
        .join(User, User.id == Membership.user_id)
        .where(
            Membership.customer_id == here,
            Membership.suspended_at.is_(None),
            User.disabled_at.is_(None),
        )
    )
    newest = select(func.max(Statement.period_to)).where(
        Statement.customer_id == here, Statement.in_force == 1
    )
    refusing = select(Bounce.id).where(Bounce.customer_id == here, Bounce.cleared_at.is_(None))
    columns: list[Any] = [
        Customer.id,
        Customer.code,
        Customer.name,
        Customer.language,
        Customer.statement_cycle,
        exists(member.where(Membership.role.in_(ACTING))).label("has_people"),
        exists(member.where(Membership.role == SIGNATORY)).label("has_signatory"),
        exists(select(Contact.id).where(Contact.customer_id == here)).label("has_contact"),
        exists(refusing).label("is_refusing"),
        newest.scalar_subquery().label("newest_to"),
        exists(_not_invoiced(scope.month.last_on)).label("has_deliveries"),
        exists(_held(scope.month.last_on)).label("has_held"),
    ]
    rows: Select[Any] = select(*columns).where(whose_scope(scope)(Customer.id))
    return rows.order_by(Customer.code)


def _left_out(
    r: Reader, month: Month, rows: list[Any]
) -> tuple[tuple[str, tuple[tuple[str, str], ...]], ...]:
    """The customers in scope who are not due, each with the reason."""
    by_reason: dict[str, list[tuple[str, str]]] = {}
    for row in rows:
        by_reason.setdefault(_reason(row, month), []).append((r.refs.of("cu", row.id), row.name))
    return tuple((reason, tuple(found)) for reason, found in sorted(by_reason.items()))


def _reason(row: Any, month: Month) -> str:
    if not Cycle(row.statement_cycle).ends_in(month):
        return "not_this_month"
    if row.newest_to is None or row.newest_to < month.last_on:
        return "nothing"
    return "already" if row.newest_to == month.last_on else "stated_later"


def _not_invoiced(until: dt.date) -> Select[Any]:
    """What was delivered to the customer by then, and is not invoiced by then."""
    invoiced = select(Entry.id).where(
        Entry.kind == Kind.INVOICE,
        Entry.number == Delivery.invoice_code,
        Entry.dated_on <= until,
    )
    return select(Delivery.id).where(
        Delivery.customer_id == Customer.id,
        Delivery.delivered_on <= until,
        or_(Delivery.invoice_code.is_(None), ~exists(invoiced)),
    )


def _held(until: dt.date) -> Select[Any]:
    """The customer's invoices by then that differ from their contract and nobody confirmed."""
    held = held_invoices(lambda customer_id: customer_id == Customer.id)
    return held.join(Entry, Entry.id == InvoiceCheck.entry_id).where(Entry.dated_on <= until)


def _facts(month: Month, whose: Scope) -> Select[Any]:
    """What is asked of the books as a whole: one row."""
    paid_on = select(func.max(Entry.dated_on)).where(
        Entry.kind == Kind.PAYMENT, Entry.dated_on.between(month.first_on, month.last_on)
    )
    already = select(func.count(Statement.id)).where(
        Statement.in_force == 1,
        Statement.period_to == month.last_on,
        whose(Statement.customer_id),
    )
    going: ColumnElement[bool] = exists().where(
        StatementRun.period_to == month.last_on, StatementRun.finished_at.is_(None)
    )
    return select(
        paid_on.scalar_subquery().label("paid_on"),
        already.scalar_subquery().label("already"),
        going.label("goes_on"),
    )


def _blocking(facts: Any, due: dict[AccountKey, int]) -> list[Finding]:
    found = []
    if facts.goes_on:
        found.append(Finding("goes_on", is_blocking=True))
    if not due:
        found.append(Finding("nobody", is_blocking=True))
    return found


def _about_customers(r: Reader, rows: list[Any]) -> list[Finding]:
    """What is missing at customers who are due, in the order of its weight."""
    lacking = {
        "no_contact": [row for row in rows if not row.has_people and not row.has_contact],
        "not_invited": [row for row in rows if not row.has_people and row.has_contact],
        "no_signatory": [row for row in rows if row.has_people and not row.has_signatory],
        "refusing": [row for row in rows if row.is_refusing],
        "no_language": [row for row in rows if not row.language],
        "deliveries": [row for row in rows if row.has_deliveries],
        "held": [row for row in rows if row.has_held],
    }
    return [
        Finding(code, customers=tuple((r.refs.of("cu", row.id), row.name) for row in found))
        for code, found in lacking.items()
        if found
    ]


def _unapplied(r: Reader, scope: RunScope, rows: list[Any]) -> list[Finding]:
    """Customers due whose money is not wholly applied at the end of the period."""
    until, whose = scope.month.last_on, whose_scope(scope)
    money = credits_dated(until, whose).subquery("money")
    used = select(Allocation.customer_id, Allocation.currency, -Allocation.amount_minor).where(
        counts_on(until), Allocation.memo == 0, whose(Allocation.customer_id)
    )
    both = union_all(
        select(money.c.customer_id, money.c.currency, money.c.credit.label("minor")), used
    ).subquery("both")
    left = func.sum(both.c.minor)
    found = r.session.execute(
        select(both.c.customer_id, both.c.currency, left.label("left"))
        .group_by(both.c.customer_id, both.c.currency)
        .having(left != 0)
    ).all()
    expected = {row.id: row for row in rows}
    mine = [each for each in found if each.customer_id in expected]
    if not mine:
        return []
    sums: Counter[str] = Counter()
    for each in mine:
        sums[each.currency] += int(each.left)
    ids = {each.customer_id for each in mine}
    names = tuple((r.refs.of("cu", row.id), row.name) for row in rows if row.id in ids)
    amounts = tuple(Money(minor, currency) for currency, minor in sorted(sums.items()))
    return [Finding("unapplied", customers=names, amounts=amounts)]


def _bank_day(r: Reader, month: Month, paid_on: dt.date | None) -> list[Finding]:
    """Where no payment is dated on the last workdays of the month: the bank may not be in yet."""
    calendar = r.calendar()
    last = calendar.on_or_before(month.last_on)
    first = calendar.add_workdays(last, 1 - LAST_WORKDAYS)
    return [] if paid_on is not None and paid_on >= first else [Finding("bank_day", on=last)]
