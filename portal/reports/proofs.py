"""What was done about documents that bears on their limitation, each with its evidence."""

from __future__ import annotations

import datetime as dt
import json
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import ColumnElement, Select, and_, exists, select

from portal.base.work import Reader
from portal.core import case
from portal.core.ledger import Kind
from portal.core.limitation import Act, End, Fact, Proceeding, Reset
from portal.tables.cases import CaseEvent, CasePart, CollectionCase
from portal.tables.escalation import DunnedPart, Notice
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
#: How letters speak that demand; a polite reminder is none.
DEMANDS = ("firm", "final", "legal")
#: Of acts on one day the last named is told: the stronger proof.
ORDER = (
    *(Act.DEMAND, Act.PART_PAYMENT, Act.PROMISE, Act.PLAN, Act.ACKNOWLEDGEMENT),
    *(Act.SUIT, Act.ARBITRATION),
)
#: The events by which a claim comes before a court or a tribunal, and those that end that.
FILED = {case.Act.FILE: Act.SUIT, case.Act.ARBITRATE: Act.ARBITRATION}
OF_COURTS = (*FILED, case.Act.HEAR, case.Act.DECIDE, case.Act.ENFORCE)


@dataclass(frozen=True, slots=True)
class Proof:
    """An act that may begin a period anew, and the page with its evidence."""

    act: Act
    on: dt.date
    #: What the page is called: a promise's or statement's number.
    number: str
    path: str
    is_written: bool = True
    #: Of a suit: until when it lasted, and how it ended.
    court: Proceeding | None = None

    @property
    def fact(self) -> Fact:
        """The act as the law looks at it."""
        return self.court or Reset(self.act, self.on, self.is_written)


Found = Iterator[tuple[int, Proof]]


def proofs_of(r: Reader, entry_ids: Sequence[int]) -> dict[int, list[Proof]]:
    """By document, what was done about it until today, day by day; the strongest of a day last."""
    proofs: defaultdict[int, list[Proof]] = defaultdict(list)
    for at in range(0, len(entry_ids), AT_ONCE):
        some = entry_ids[at : at + AT_ONCE]
        for finds in (_payments, _promises, _plans, _acknowledged, _demanded, _delivered, _sued):
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


def _delivered(r: Reader, entry_ids: Sequence[int]) -> Found:
    """Letters that demanded it and that the post handed over: the day is the post's own."""
    same = and_(
        Notice.customer_id == DunnedPart.customer_id, Notice.dunning_id == DunnedPart.dunning_id
    )
    rows = (
        select(DunnedPart.entry_id, Notice.id, Notice.delivered_on)
        .join(Notice, same)
        .where(
            DunnedPart.entry_id.in_(entry_ids),
            Notice.delivered_on.is_not(None),
            Notice.strength.in_(DEMANDS),
        )
    )
    for row in r.session.execute(rows.distinct()):
        path = f"/desk/notices/{r.refs.of('nt', row.id)}"
        yield row.entry_id, Proof(Act.DEMAND, row.delivered_on, f"N-{row.id}", path)


def _sued(r: Reader, entry_ids: Sequence[int]) -> Found:
    """Suits and arbitrations about it, by the events of their cases."""
    columns: list[Any] = [CasePart.entry_id, CollectionCase, CaseEvent.kind, CaseEvent.on]
    rows = (
        select(*columns)
        .join(CollectionCase, CollectionCase.id == CasePart.case_id)
        .join(CaseEvent, CaseEvent.case_id == CollectionCase.id)
        .where(
            CasePart.entry_id.in_(entry_ids),
            CaseEvent.kind.in_([each.value for each in OF_COURTS]),
            CaseEvent.on <= r.today,
        )
        .order_by(CaseEvent.id)
    )
    told: defaultdict[tuple[int, int], dict[case.Act, dt.date]] = defaultdict(dict)
    cases: dict[int, CollectionCase] = {}
    for entry_id, row, kind, on in r.session.execute(rows):
        cases[row.id] = row
        told[entry_id, row.id][case.Act(kind)] = on
    for (entry_id, case_id), events in told.items():
        court = _court(cases[case_id], events, r.today)
        if court is not None:
            path = f"/desk/cases/{r.refs.of('cs', case_id)}"
            number = cases[case_id].number
            yield entry_id, Proof(court.act, court.on, number, path, court=court)


def _court(
    row: CollectionCase, events: Mapping[case.Act, dt.date], today: dt.date
) -> Proceeding | None:
    """
    What the events of a case make of it, each kind with its last day; None before it was filed.

    A decision that is heard again or enforced has not ended it.
    """
    begun = next((act for act in FILED if act in events), None)
    if begun is None:
        return None
    decided_on = events.get(case.Act.DECIDE)
    again = max(events.get(act, dt.date.min) for act in (case.Act.HEAR, case.Act.ENFORCE))
    is_decided = decided_on is not None and again < decided_on
    closed_on = row.closed_on if row.closed_on and row.closed_on <= today else None
    end = End.OTHER
    if decided_on is not None or row.outcome == case.Outcome.JUDGMENT:
        end = End.JUDGMENT
    elif row.outcome == case.Outcome.WITHDRAWN:
        end = End.WITHDRAWN
    return Proceeding(FILED[begun], events[begun], decided_on if is_decided else closed_on, end)


def entries_sued() -> Select[Any]:
    """The documents that cases at law are about."""
    at_law = CollectionCase.kind == case.Kind.LEGAL.value
    return (
        select(CasePart.entry_id)
        .join(CollectionCase, CollectionCase.id == CasePart.case_id)
        .where(at_law)
    )


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
