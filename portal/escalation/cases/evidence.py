"""Which evidence there is for each item of a claim, read for all of them at once."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Select, exists, or_, select

from portal.base.work import Reader
from portal.core.claim import Evidence, lacking
from portal.escalation.cases.claim import ClaimLine
from portal.tables.contracts import Contract
from portal.tables.deliveries import Delivery
from portal.tables.escalation import DunnedPart, Notice
from portal.tables.invoices import Entry, Invoice
from portal.tables.promises import PlannedPart, PlanSignature, PromisedPart
from portal.tables.statements import Confirmation, Difference, Statement, StatementLine

#: Notices that have left the house.
LEFT = ("sent", "printed")
AGREED = ("confirmed", "confirmed_with_differences")

Ids = Select[Any]


@dataclass(frozen=True, slots=True)
class Completeness:
    """How much of the evidence of a claim is there, and what lacks, by kind and item."""

    there: int
    wanted: int
    lacking: dict[Evidence, list[str]]


def completeness_of(r: Reader, customer_id: int, lines: Sequence[ClaimLine]) -> Completeness:
    """How complete the evidence of a claim's invoices is; charges need none of their own."""
    wanted = {line.entry_id: line.number for line in lines if line.kind == "invoice"}
    found = evidence_of(r, customer_id, list(wanted))
    told = {number: found.get(entry_id, frozenset()) for entry_id, number in wanted.items()}
    there = sum(len(kinds) for kinds in told.values())
    return Completeness(there, len(told) * len(Evidence), lacking(told))


def evidence_of(
    r: Reader, customer_id: int, entry_ids: Sequence[int]
) -> dict[int, frozenset[Evidence]]:
    """By document: the kinds of evidence that there are."""
    found: dict[int, set[Evidence]] = defaultdict(set)
    for kind, asks in QUESTIONS:
        for entry_id in r.session.scalars(asks(customer_id, entry_ids)):
            found[entry_id].add(kind)
    return {entry_id: frozenset(kinds) for entry_id, kinds in found.items()}


def _contracts(customer_id: int, entry_ids: Sequence[int]) -> Ids:
    """Those that name a contract which is kept."""
    return (
        select(Invoice.entry_id)
        .join(Contract, Contract.code == Invoice.contract_code)
        .where(Contract.customer_id == customer_id, Invoice.entry_id.in_(entry_ids))
    )


def _deliveries(customer_id: int, entry_ids: Sequence[int]) -> Ids:
    """Those that a delivery names, or that say when the goods were delivered."""
    named = exists().where(
        Delivery.customer_id == customer_id, Delivery.invoice_code == Entry.number
    )
    is_said = or_(Invoice.delivered_on.is_not(None), Invoice.accepted_on.is_not(None))
    return _invoices(entry_ids).where(or_(named, is_said))


def _received(customer_id: int, entry_ids: Sequence[int]) -> Ids:
    """Those of which a delivery says who received it, or that say when it was accepted."""
    named = exists().where(
        Delivery.customer_id == customer_id,
        Delivery.invoice_code == Entry.number,
        Delivery.received_by.is_not(None),
        Delivery.received_by != "",
    )
    return _invoices(entry_ids).where(or_(named, Invoice.accepted_on.is_not(None)))


def _invoices(entry_ids: Sequence[int]) -> Ids:
    rows: Ids = select(Entry.id).join(Invoice, Invoice.entry_id == Entry.id)
    return rows.where(Entry.id.in_(entry_ids))


def _confirmed(customer_id: int, entry_ids: Sequence[int]) -> Ids:
    """Those on a statement that the customer agreed to, but for what they said differs."""
    differs = exists().where(
        Difference.statement_id == StatementLine.statement_id, Difference.seq == StatementLine.seq
    )
    return (
        select(StatementLine.entry_id)
        .join(Statement, Statement.id == StatementLine.statement_id)
        .join(Confirmation, Confirmation.statement_id == Statement.id)
        .where(
            StatementLine.customer_id == customer_id,
            StatementLine.entry_id.in_(entry_ids),
            Confirmation.result.in_(AGREED),
            Confirmation.withdrawn_at.is_(None),
            ~differs,
        )
    )


def _promised(customer_id: int, entry_ids: Sequence[int]) -> Ids:
    """Those that the customer promised to pay, kept or not."""
    return select(PromisedPart.entry_id).where(
        PromisedPart.customer_id == customer_id, PromisedPart.entry_id.in_(entry_ids)
    )


def _planned(customer_id: int, entry_ids: Sequence[int]) -> Ids:
    """Those in an instalment plan that the customer signed."""
    return (
        select(PlannedPart.entry_id)
        .join(PlanSignature, PlanSignature.plan_id == PlannedPart.plan_id)
        .where(
            PlannedPart.customer_id == customer_id,
            PlannedPart.entry_id.in_(entry_ids),
            PlanSignature.side == "customer",
        )
    )


def _demanded(customer_id: int, entry_ids: Sequence[int]) -> Ids:
    """Those that a demand was about which left the house."""
    return (
        select(DunnedPart.entry_id)
        .join(Notice, Notice.dunning_id == DunnedPart.dunning_id)
        .where(
            DunnedPart.customer_id == customer_id,
            Notice.customer_id == customer_id,
            DunnedPart.entry_id.in_(entry_ids),
            Notice.state.in_(LEFT),
        )
    )


QUESTIONS: tuple[tuple[Evidence, Callable[[int, Sequence[int]], Ids]], ...] = (
    (Evidence.CONTRACT, _contracts),
    (Evidence.DELIVERY, _deliveries),
    (Evidence.RECEIPT, _received),
    (Evidence.ACKNOWLEDGEMENT, _confirmed),
    (Evidence.ACKNOWLEDGEMENT, _promised),
    (Evidence.ACKNOWLEDGEMENT, _planned),
    (Evidence.DEMAND, _demanded),
)
