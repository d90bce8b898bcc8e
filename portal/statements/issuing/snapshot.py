"""
The statement as it is frozen and as it is told: its head and number, and its JSON form.

The frozen bytes themselves are `core.statement.canonical`; here they meet the company, the customer
and the deadline.
"""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from typing import Any

from portal.base.policy import PolicyInForce
from portal.core.deliveries import Delivered
from portal.core.ledger import Kind
from portal.core.money import Money
from portal.core.statement import Head, Line, Party, Statement, read_statement
from portal.core.statement_status import Status
from portal.core.wording import Wording
from portal.statements.issuing.composing import Composed
from portal.statements.wording.wording import wording_in_force
from portal.tables.settings import Company
from portal.tables.statements import Statement as StatementRow

#: What stands in the payload of a statement whose deliveries count.
COUNTED = '"deliveries_stand":"inside"'


@dataclass(frozen=True, slots=True)
class Issue:
    """What all statements of a run have in common."""

    supplier: Party
    issued_on: dt.date
    confirm_by: dt.date
    policy_id: int | None
    #: Of the ageing, in order.
    names: tuple[str, ...]
    wording: Wording
    #: Whether the balance to be confirmed holds what was delivered and not invoiced.
    counts_deliveries: bool


def issue_under(
    policy: PolicyInForce, company: Company, issued_on: dt.date, confirm_by: dt.date
) -> Issue:
    """What statements have in common that a company issues under a policy."""
    return Issue(
        supplier=Party("", company.legal_name, company.tax_id),
        issued_on=issued_on,
        confirm_by=confirm_by,
        policy_id=policy.id,
        names=policy.scheme.names,
        wording=wording_in_force(policy),
        counts_deliveries=policy.values["statement_deliveries"] == "inside",
    )


def statement_number(customer_code: str, period_to: dt.date, currency: str) -> str:
    """
    The number of a statement, the same for all its versions; it reads apart in only one way.

    >>> import datetime
    >>> statement_number("HD-001", datetime.date(2026, 10, 31), "CNY")
    '202610-HD-001-CNY'
    """
    return f"{period_to:%Y%m}-{customer_code}-{currency}"


def to_confirm(row: StatementRow) -> Money:
    """The balance that a stored statement asks to confirm, deliveries included where they count."""
    if COUNTED not in row.payload:  # so that most are not read
        return Money(row.closing_minor, row.currency)
    return Money(read_statement(row.payload).head.to_confirm_minor, row.currency)


def head_of(composed: Composed, customer: Party, issue: Issue, version: int) -> Head:
    """Everything on a statement but its lines."""
    return Head(
        number=statement_number(customer.code, composed.period.to_on, composed.currency),
        version=version,
        supplier=issue.supplier,
        customer=customer,
        currency=composed.currency,
        period=composed.period,
        issued_on=issue.issued_on,
        confirm_by=issue.confirm_by,
        policy_version=issue.policy_id,
        sums=composed.sums,
        buckets=tuple(zip(issue.names, composed.aged.buckets, strict=True)),
        unapplied_minor=composed.aged.unapplied_minor,
        disputed_minor=composed.aged.disputed_minor,
        delivered_minor=sum(each.amount_minor for each in composed.deliveries),
        counts_deliveries=issue.counts_deliveries,
        wording=issue.wording,
    )


def statement_json(
    statement: Statement, status: str, sha256: str | None, deemed_on: dt.date | None = None
) -> dict[str, Any]:
    """A statement as INTERFACES section 5 has it; a preview has no number, deadline or hash yet."""
    head, sums = statement.head, statement.head.sums
    is_preview = status == Status.PREVIEW

    def major(minor: int) -> str:
        return Money(minor, head.currency).major()

    return {
        "number": None if is_preview else head.number,
        "version": None if is_preview else head.version,
        "customer_id": head.customer.code,
        "currency": head.currency,
        "period": {"from": str(head.period.from_on), "to": str(head.period.to_on)},
        "opening": major(sums.opening_minor),
        "invoiced": major(sums.invoiced_minor),
        "charged": major(sums.charged_minor),
        "credited": major(sums.credited_minor),
        "received": major(sums.received_minor),
        "discounted": major(sums.discounted_minor),
        "refunded": major(sums.refunded_minor),
        "adjusted": major(sums.adjusted_minor),
        "closing": major(sums.closing_minor),
        "lines": [_line_json(line, head.currency) for line in statement.lines],
        "ageing": {name: major(minor) for name, minor in head.buckets},
        "unapplied": major(head.unapplied_minor),
        "disputed": major(head.disputed_minor),
        "delivered_not_invoiced": major(head.delivered_minor),
        # Added: the sum that the customer is asked to confirm, and what was delivered.
        "to_confirm": major(head.to_confirm_minor),
        "deliveries": [_delivered_json(each, head.currency) for each in statement.deliveries],
        "status": status,
        "confirm_by": None if is_preview else str(head.confirm_by),
        "sha256": sha256,
        # Nobody answered, and the customer agreed that silence counts; the status stays.
        "deemed_on": str(deemed_on) if deemed_on else None,
    }


def _delivered_json(each: Delivered, currency: str) -> dict[str, Any]:
    return {
        "delivered_on": str(each.delivered_on),
        "delivery": each.number,
        "order": each.order or "",
        "reference": each.reference or "",
        "received_by": each.received_by or "",
        "amount": Money(each.amount_minor, currency).major(),
    }


def _line_json(line: Line, currency: str) -> dict[str, Any]:
    return {
        "date": str(line.dated_on),
        "kind": Kind(line.kind).word,
        "document": line.document,
        "reference": line.reference or "",
        "due_on": str(line.due_on) if line.due_on else None,
        "parts": line.parts,
        "debit": Money(line.debit_minor, currency).major(),
        "credit": Money(line.credit_minor, currency).major(),
        "balance": Money(line.balance_minor, currency).major(),
        "late": line.late,
    }
