"""
What ladders will do on a day, to whom, and why not to the others; nothing is changed here.

The run, its preview, the editor beside a draft and the replay all ask the same plan.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import select

from portal.base.work import Reader
from portal.core.ladder import Ladder
from portal.core.ladder_day import Account, Action, Excluded, what_is_due
from portal.escalation.facts import Books, ladders_on
from portal.escalation.promised import Key
from portal.invoices.ageing import run_serially
from portal.invoices.open_items import Scope, between, both, everyone, seen_by
from portal.tables.customers import Customer
from portal.tables.escalation import Dunning

#: So many customers are looked at, and worked on, together.
SLICE = 1_000


@dataclass
class Plan:
    """What is due on a day."""

    on: dt.date
    #: The names of the ladders, in their order.
    ladders: tuple[str, ...]
    actions: list[Action] = field(default_factory=list)
    excluded: list[Excluded] = field(default_factory=list)
    #: The accounts whose waiting step nobody has to decide any more: customer, currency.
    settled: list[tuple[int, str]] = field(default_factory=list)

    def add(self, other: Plan) -> None:
        """Takes in what was found of more customers."""
        self.actions += other.actions
        self.excluded += other.excluded
        self.settled += other.settled


def plan_day(
    r: Reader, on: dt.date, ladders: Sequence[Ladder] | None = None, whose: Scope = everyone
) -> Plan:
    """
    What ladders do on a day about the customers whom the reader sees, by their codes.

    Those of the policy in force on that day, unless others are given, such as a draft's.
    """
    books = Books(r, on, ladders_on(r, on) if ladders is None else ladders)
    found = Plan(on, tuple(ladder.name for ladder in books.ladders))
    whose = both(seen_by(r.actor), whose)
    run_serially(r.session)
    for lowest, highest in slices(r, whose):
        found.add(plan_slice(books, both(between(lowest, highest), whose)))
    found.actions.sort(key=lambda each: (each.code, each.currency))
    found.excluded.sort(key=lambda each: (each.code, each.currency))
    return found


def most_steps(r: Reader, on: dt.date) -> int:
    """So many steps at most are due on a day; much sooner known than the plan itself."""
    books = Books(r, on, ladders_on(r, on))
    whose = seen_by(r.actor)
    run_serially(r.session)
    return sum(books.most_steps(both(between(*each), whose)) for each in slices(r, whose))


def slices(r: Reader, whose: Scope = everyone, after: int = 0) -> Iterator[tuple[int, int]]:
    """Ranges of some hundred customers each, by their ids, beyond one of them."""
    rows = select(Customer.id).where(Customer.id > after, whose(Customer.id))
    ids = list(r.session.scalars(rows.order_by(Customer.id)))
    return (
        (chunk[0], chunk[-1])
        for chunk in (ids[at : at + SLICE] for at in range(0, len(ids), SLICE))
    )


def plan_slice(books: Books, whose: Scope) -> Plan:
    """What is due about some customers."""
    found = Plan(books.on, tuple(ladder.name for ladder in books.ladders))
    waiting = _waiting(books.r, whose)
    for account, ladder in books.accounts_due(whose, waiting):
        waiting.discard((account.customer_id, account.currency))
        due = what_is_due(account, ladder, books.on)
        found.actions += due.actions
        found.excluded += due.excluded
        if due.settled:
            found.settled.append((account.customer_id, account.currency))
    # Nobody looks at one with nothing open any more.
    found.settled += sorted(waiting)
    return found


def _waiting(r: Reader, whose: Scope) -> set[Key]:
    """The accounts with a step that waits."""
    columns: list[Any] = [Dunning.customer_id, Dunning.currency]
    rows = select(*columns).where(Dunning.state == "waiting", whose(Dunning.customer_id))
    return {(customer_id, currency) for customer_id, currency in r.session.execute(rows)}


def account_of(books: Books, customer_id: int, currency: str) -> tuple[Account, Ladder] | None:
    """One account with its ladder; None where it has nothing open, or no ladder."""
    whose = between(customer_id, customer_id)
    found = books.accounts(whose)
    return next((each for each in found if each[0].currency == currency), None)
