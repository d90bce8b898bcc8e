"""What was done about documents that begins a limitation period anew, each with its evidence."""

from __future__ import annotations

import datetime as dt
import json
from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from zoneinfo import ZoneInfo

from sqlalchemy import ColumnElement, and_, exists, select

from portal.base.work import Reader
from portal.core.ledger import Kind
from portal.core.limitation import Act, Reset
from portal.tables.invoices import Entry
from portal.tables.journal import Event
from portal.tables.payments import Allocation
from portal.tables.promises import Plan, PlannedPart, PlanSignature, Promise, PromisedPart
from portal.tables.settings import Policy
from portal.tables.statements import Confirmation, Difference, Statement, StatementLine

#: No database takes more values at once.
AT_ONCE = 10_000
#: How a signed acknowledgement of the debt stands in the evidence of a confirmation.
OWES = '"name":"owes"'
#: Ways of a promise of which nothing is in the customer's own writing.
SPOKEN = frozenset({"phone", "import"})
#: Of acts on one day the last named is told: the stronger proof.
ORDER = (Act.DEMAND, Act.PART_PAYMENT, Act.PROMISE, Act.PLAN, Act.ACKNOWLEDGEMENT)


@dataclass(frozen=True, slots=True)
class Proof:
    """An act that may begin a period anew, and the page with its evidence."""

    act: Act
    on: dt.date
    #: What the page is called: a promise's or statement's number.
    number: str
    path: str
    is_written: bool = True

    @property
    def reset(self) -> Reset:
        """The act as the law looks at it."""
        return Reset(self.act, self.on, self.is_written)


Found = Iterator[tuple[int, Proof]]


def proofs_of(r: Reader, entry_ids: Sequence[int]) -> dict[int, list[Proof]]:
    """By document, what was done about it until today, day by day; the strongest of a day last."""
    proofs: defaultdict[int, list[Proof]] = defaultdict(list)
    for at in range(0, len(entry_ids), AT_ONCE):
        some = entry_ids[at : at + AT_ONCE]
        for finds in (_payments, _promises, _plans, _acknowledged, _demanded):
            for entry_id, proof in finds(r, some):
                if proof.on <= r.today:
                    proofs[entry_id].append(proof)
    for each in proofs.values():
        each.sort(key=lambda proof: (proof.on, ORDER.index(proof.act), proof.number))
    return dict(proofs)


def _payments(r: Reader, entry_ids: Sequence[int]) -> Found:
    """Money that the customer paid on it, on its value date."""
    rows = (
        select(Allocation.entry_id, Entry.id, Entry.number, Entry.dated_on)
        .join(Entry, Entry.id == Allocation.credit_id)
        .where(
            Allocation.entry_id.in_(entry_ids),
            Allocation.memo == 0,
            Allocation.ended_on.is_(None),
            Entry.kind == Kind.PAYMENT,
        )
    )
    for row in r.session.execute(rows.distinct()):
        path = f"/desk/receipts/{r.refs.of('iv', row.id)}"
        yield row.entry_id, Proof(Act.PART_PAYMENT, row.dated_on, row.number, path)


def _promises(r: Reader, entry_ids: Sequence[int]) -> Found:
    """Promises to pay it, kept or not: what was said stays said."""
    rows = (
        select(PromisedPart.entry_id, Promise.id, Promise.code, Promise.made_on, Promise.way)
        .join(Promise, Promise.id == PromisedPart.promise_id)
        .where(PromisedPart.entry_id.in_(entry_ids), Promise.plan_id.is_(None))
    )
    for row in r.session.execute(rows.distinct()):
        path = f"/promises/{r.refs.of('pr', row.id)}"
        number, is_written = row.code or f"PRM-{row.id}", row.way not in SPOKEN
        proof = Proof(Act.PROMISE, row.made_on, number, path, is_written)
        yield row.entry_id, proof


def _plans(r: Reader, entry_ids: Sequence[int]) -> Found:
    """Instalment plans that the customer signed."""
    rows = (
        select(PlannedPart.entry_id, Plan.id, PlanSignature.at)
        .join(Plan, Plan.id == PlannedPart.plan_id)
        .join(PlanSignature, PlanSignature.plan_id == Plan.id)
        .where(PlannedPart.entry_id.in_(entry_ids), PlanSignature.side == "customer")
    )
    for row in r.session.execute(rows.distinct()):
        path = f"/plans/{r.refs.of('pl', row.id)}"
        yield row.entry_id, Proof(Act.PLAN, _day(r, row.at), f"PLN-{row.id}", path)


def _acknowledged(r: Reader, entry_ids: Sequence[int]) -> Found:
    """Statements whose balance the customer signed to owe, but for what they said differs."""
    differs = exists().where(
        StatementLine.statement_id == Statement.id,
        StatementLine.entry_id == Entry.id,
        Difference.statement_id == Statement.id,
        Difference.seq == StatementLine.seq,
    )
    whole = exists().where(
        Difference.statement_id == Statement.id, Difference.seq.is_(None), Difference.document == ""
    )
    rows = (
        select(Entry.id.label("entry_id"), Statement.id, Statement.number, Confirmation.signed_at)
        .join(Statement, Statement.customer_id == Entry.customer_id)
        .join(Confirmation, Confirmation.statement_id == Statement.id)
        .where(
            Entry.id.in_(entry_ids),
            Statement.currency == Entry.currency,
            Statement.period_to >= Entry.dated_on,
            Confirmation.withdrawn_at.is_(None),
            Confirmation.result.in_(("confirmed", "confirmed_with_differences")),
            Confirmation.evidence.contains(OWES, autoescape=True),
            ~differs,
            ~whole,
        )
    )
    for row in r.session.execute(rows):
        path = f"/statements/{r.refs.of('st', row.id)}/certificate"
        on = _day(r, row.signed_at)
        yield row.entry_id, Proof(Act.ACKNOWLEDGEMENT, on, row.number, path)


def _demanded(r: Reader, entry_ids: Sequence[int]) -> Found:
    """
    Statements that asked for payment and whose receipt was acknowledged: a demand that arrived.

    The receipt says nothing of the debt. A statement for checking only demands nothing.
    """
    rows = (
        select(
            StatementLine.entry_id, Statement.id, Statement.number, Event.at, Statement.policy_id
        )
        .join(Statement, Statement.id == StatementLine.statement_id)
        .join(Event, _receipt_of(Event))
        .where(StatementLine.entry_id.in_(entry_ids))
    )
    checking = _policies_for_checking_only(r)
    for row in r.session.execute(rows):
        if row.policy_id not in checking:
            path = f"/statements/{r.refs.of('st', row.id)}"
            yield row.entry_id, Proof(Act.DEMAND, _day(r, row.at), row.number, path)


def _receipt_of(event: type[Event]) -> ColumnElement[bool]:
    return and_(
        event.customer_id == Statement.customer_id,
        event.subject_kind == "statement",
        event.subject_id == Statement.id,
        event.kind == "acknowledged",
    )


def _policies_for_checking_only(r: Reader) -> set[int]:
    told = r.session.execute(select(Policy.id, Policy.body))
    return {row.id for row in told if json.loads(row.body).get("statement_for_checking_only")}


def _day(r: Reader, moment: dt.datetime) -> dt.date:
    return moment.astimezone(ZoneInfo(r.company.timezone)).date()
