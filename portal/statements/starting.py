"""
A statement run that a page asks for: looked at first, opened in one act, done by a worker.

The command line works a run through itself (run.py); here the person may close the tab.
"""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import select

from portal.base.work import Reader, Work
from portal.core.errors import RuleBroken
from portal.core.period import Month
from portal.invoices.open_items import Scope, among, everyone
from portal.statements.plan import accounts_due, count_issued, skipped_customers
from portal.statements.run import IssueStatements, customer_ids, open_run
from portal.tables.customers import Customer
from portal.tables.journal import Outbox
from portal.tables.people import Membership, User

TASK = "statement_run"


@dataclass(frozen=True, slots=True)
class LeftOut:
    """Customers who get no statement, and why: nothing, not_this_month, stated_later."""

    reason: str
    customers: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class RunPreview:
    """What a run would do, and what is wrong with it already."""

    month: Month
    #: Statements by currency.
    accounts: tuple[tuple[str, int], ...]
    customers: int
    already: int
    left_out: tuple[LeftOut, ...]
    #: Customers with a statement and nobody to mail it to: (ref, name).
    unreachable: tuple[tuple[str, str], ...]

    @property
    def statements(self) -> int:
        """How many statements there would be."""
        return sum(count for _, count in self.accounts)


def preview_start(r: Reader, c: IssueStatements) -> RunPreview:
    """
    What a run of the month would do.

    Raises: statement_run.month_not_over, statement_run.unknown_customer.
    """
    check_month(r, c)
    ids = customer_ids(r, c)
    whose: Scope = everyone if ids is None else among(ids)
    due = accounts_due(r.session, whose, c.month)
    currencies: dict[str, int] = {}
    for _, currency in due:
        currencies[currency] = currencies.get(currency, 0) + 1
    customers = {customer_id for customer_id, _ in due}
    reasons: dict[str, list[str]] = {}
    for skipped in skipped_customers(r.session, whose, c.month, due):
        reasons.setdefault(skipped.reason, []).append(skipped.customer_code)
    return RunPreview(
        month=c.month,
        accounts=tuple(sorted(currencies.items())),
        customers=len(customers),
        already=count_issued(r.session, whose, c.month),
        left_out=tuple(LeftOut(reason, tuple(codes)) for reason, codes in sorted(reasons.items())),
        unreachable=_unreachable(r, customers),
    )


def start_run(w: Work, c: IssueStatements) -> int:
    """
    Opens the run and leaves its work to a worker; gives its id, also of one that goes on already.

    Raises: statement_run.month_not_over, statement_run.unknown_customer, statement_run.nothing_due.
    """
    w.require("statement.run")
    check_month(w, c)
    run_id = open_run(w, c.month, customer_ids(w, c))
    if run_id is None:
        raise RuleBroken("statement_run.nothing_due", field="month", month=str(c.month))
    _leave_to_a_worker(w, run_id)
    return run_id


def _leave_to_a_worker(w: Work, run_id: int) -> None:
    """Queues the task once; again where an earlier one ended and the run did not."""
    mine = f"{TASK}/{run_id}/"
    waits = select(Outbox.id).where(
        Outbox.kind == TASK,
        Outbox.state == "pending",
        Outbox.key.startswith(mine, autoescape=True),
    )
    if w.session.scalar(waits.limit(1)) is None:
        payload = {"run_id": run_id, "user_id": w.actor.user_id}
        w.later(f"{mine}{w.now.isoformat()}", TASK, payload)


def check_month(r: Reader, c: IssueStatements) -> None:
    """Refuses a month that has not ended: what is posted in it tomorrow would come too late."""
    if c.month.last_on >= r.today:
        raise RuleBroken("statement_run.month_not_over", field="month", ends_on=c.month.last_on)


def _unreachable(r: Reader, customer_ids: set[int]) -> tuple[tuple[str, str], ...]:
    """Of these customers those without a portal user who could be mailed, by code."""
    reached = set(
        r.session.scalars(
            select(Membership.customer_id)
            .join(User, User.id == Membership.user_id)
            .where(Membership.suspended_at.is_(None), User.disabled_at.is_(None))
            .distinct()
        )
    )
    found = r.session.execute(select(Customer.id, Customer.name).order_by(Customer.code))
    return tuple(
        (r.refs.of("cu", row.id), row.name)
        for row in found
        if row.id in customer_ids and row.id not in reached
    )
