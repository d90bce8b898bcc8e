"""Samples of a run that is prepared: a few of its statements, as they would be issued now."""

from __future__ import annotations

import random
from collections import Counter
from dataclasses import dataclass

from sqlalchemy import func, select

from portal.base.access import NotFound, visible_to
from portal.base.work import Reader
from portal.core.ledger import Kind
from portal.core.money import Money
from portal.core.period import Cycle
from portal.core.statement import Line, Party, Statement, canonical
from portal.invoices.open_items import one
from portal.statements.issuing.composing import AccountKey, Asked, Composed, compose
from portal.statements.issuing.drafts import DraftRow, due_in, whose_scope
from portal.statements.issuing.run import answer_day
from portal.statements.issuing.snapshot import Issue, head_of, issue_under
from portal.tables.customers import Customer
from portal.tables.invoices import Entry

#: How many at random, and how many of the largest.
RANDOM = LARGEST = 3


@dataclass(frozen=True, slots=True)
class Sample:
    """A statement of the run that is worth a look, and what its account comes to."""

    customer_ref: str
    customer_name: str
    customer_code: str
    is_largest: bool
    balance: Money


@dataclass(frozen=True, slots=True)
class Composing:
    """A statement as it would be issued now; `payload` is what its PDF is printed from."""

    statement: Statement
    payload: str
    customer_name: str


def list_samples(r: Reader, draft: DraftRow, draw: int = 0) -> tuple[list[Sample], int]:
    """A few statements of the run and how many there are; the same draw gives the same ones."""
    due = due_in(r, draft.scope)
    if not due:
        return [], 0
    balances = _balances(r, draft, due)
    currency = Counter(key[1] for key in due).most_common(1)[0][0]
    ordered = sorted(key for key in due if key[1] == currency)
    largest = sorted(ordered, key=lambda key: -abs(balances.get(key, 0)))[:LARGEST]
    others = sorted(due.keys() - set(largest))
    chance = random.Random(f"{draft.id}/{draw}")  # noqa: S311 - which to look at, no secret
    drawn = chance.sample(others, min(RANDOM, len(others)))
    names = {
        row.id: row
        for row in r.session.execute(
            select(Customer.id, Customer.code, Customer.name).where(
                Customer.id.in_({key[0] for key in (*largest, *drawn)})
            )
        )
    }
    return [
        Sample(
            customer_ref=r.refs.of("cu", key[0]),
            customer_name=names[key[0]].name,
            customer_code=names[key[0]].code,
            is_largest=key in largest,
            balance=Money(balances.get(key, 0), key[1]),
        )
        for key in (*largest, *drawn)
    ], len(due)


def _balances(r: Reader, draft: DraftRow, due: dict[AccountKey, int]) -> dict[AccountKey, int]:
    """What the accounts come to at the end of the period."""
    found = r.session.execute(
        select(Entry.customer_id, Entry.currency, func.sum(Entry.amount_minor))
        .where(
            Entry.memo == 0,
            Entry.dated_on <= draft.scope.month.last_on,
            whose_scope(draft.scope)(Entry.customer_id),
        )
        .group_by(Entry.customer_id, Entry.currency)
    )
    return {(row[0], row[1]): int(row[2]) for row in found if (row[0], row[1]) in due}


def get_sample(r: Reader, draft: DraftRow, customer_ref: str, currency: str) -> Composing:
    """One statement as the run would issue it; `NotFound` where it would not."""
    customer_id = r.id_of("cu", customer_ref)
    customer = r.session.scalar(
        visible_to(select(Customer), r.actor, Customer.id).where(Customer.id == customer_id)
    )
    if customer is None:
        raise NotFound(customer_ref)
    cycle = Cycle(customer.statement_cycle)
    asked = Asked(one(customer_id), draft.scope.month, r.policy.scheme, currency=currency)
    cycles = {customer_id: cycle} if cycle.ends_in(draft.scope.month) else {}
    composed = next(compose(r.session, asked, cycles), None)
    if composed is None:
        raise NotFound(currency)
    party = Party(customer.code, customer.legal_name or customer.name, customer.tax_id or "")
    return _composing(r, draft, composed, party)


def _composing(r: Reader, draft: DraftRow, composed: Composed, party: Party) -> Composing:
    confirm_by = draft.confirm_by or answer_day(r)
    issue: Issue = issue_under(r.policy, r.company, r.today, confirm_by)
    lines = tuple(Line(day, Kind(kind), *rest) for day, kind, *rest in composed.lines)
    head = head_of(composed, party, issue, 0)
    payload = canonical(head, composed.lines, composed.deliveries)
    return Composing(Statement(head, lines, composed.deliveries), payload.decode(), party.name)
