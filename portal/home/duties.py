"""What staff must look at today, as counts and sums; each duty is a list somewhere."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement, Select, func, literal, select, union_all

from portal.approvals.queries import waiting_for
from portal.approvals.task_list import TaskFilter, tasks_counted
from portal.base.access import allows, sees
from portal.base.sms import shown_address
from portal.base.work import Reader
from portal.core.money import Money
from portal.customers.queries import CustomerFilter, customers_counted
from portal.disputes.desk import disputes_due
from portal.escalation.notices.queries import letters_counted
from portal.invoices.held import held_invoices
from portal.invoices.open_items import seen_by
from portal.invoices.uninvoiced import late_counted
from portal.payments.announced import list_arrived
from portal.promises.plans.turns import waiting_for_us
from portal.statements.queries import statements_counted
from portal.statements.rows import StatementFilter
from portal.tables.contracts import InvoiceCheck
from portal.tables.customers import Customer
from portal.tables.escalation import LadderRun
from portal.tables.journal import ImportRun, Outbox

#: How long a failed import is something to look at.
RECENT = dt.timedelta(days=7)

#: The duties that are lists of statements: its name → what it keeps.
STATEMENT_DUTIES = {
    "late": StatementFilter(late=True, newest=True),
    "refused": StatementFilter(state="refused", newest=True),
    "differing": StatementFilter(state="confirmed_with_differences", newest=True),
}


#: In the order of what presses most.
NAMES = (
    "tasks",
    "approvals",
    "ladder_runs",
    "letters",
    "held",
    "uninvoiced",
    "disputes",
    "plans",
    "arrived",
    *STATEMENT_DUTIES,
    "mails",
    "imports",
    "contacts",
)


@dataclass(frozen=True, slots=True)
class Duty:
    """Something to look at: how many of them, and what they come to by currency."""

    name: str
    count: int
    amounts: tuple[Money, ...] = ()


def list_duties(r: Reader) -> list[Duty]:
    """What there is to do, the most pressing first; what is nothing is left out."""
    counted: dict[str, tuple[int, tuple[Money, ...]]] = {}
    for name, currency, count, minor in r.session.execute(union_all(*_counted(r))):
        before, amounts = counted.get(name, (0, ()))
        more = (Money(int(minor), currency),) if currency else ()
        counted[name] = (before + int(count), (*amounts, *more))
    if allows(r.actor, "payment.apply"):
        counted["arrived"] = _arrived(r)
    return [Duty(name, *counted[name]) for name in NAMES if counted.get(name, (0,))[0]]


def _arrived(r: Reader) -> tuple[int, tuple[Money, ...]]:
    """The payments that customers announced and that have come: the rule of it is not SQL's."""
    amounts = [each.amount for each in list_arrived(r).values()]
    currencies = sorted({amount.currency for amount in amounts})
    sums = (
        Money.total((each for each in amounts if each.currency == currency), currency)
        for currency in currencies
    )
    return len(amounts), tuple(sums)


def _counted(r: Reader) -> Iterator[Select[Any]]:
    """One select a duty, all with name, currency, count and sum, so that they are one question."""
    for name, asked in STATEMENT_DUTIES.items():
        rows = statements_counted(r, asked).subquery()
        sums = (func.sum(rows.c.count), func.sum(rows.c.closing))
        columns: list[Any] = [literal(name), rows.c.currency, *sums]
        yield select(*columns).group_by(rows.c.currency)
    if allows(r.actor, "dispute.decide"):
        due = disputes_due(r).subquery()
        yield select(literal("disputes"), *due.c)
    if allows(r.actor, "invoice.confirm"):
        late = late_counted(r).subquery()
        yield select(literal("uninvoiced"), *late.c)
    if allows(r.actor, "plan.counter"):
        plans = waiting_for_us(r).subquery()
        yield select(literal("plans"), *plans.c)
    if allows(r.actor, "approval.decide"):
        waiting = waiting_for(r).subquery()
        yield select(literal("approvals"), *waiting.c)
    for name, many in _plain_counts(r).items():
        nothing: list[Any] = [literal(""), many.scalar_subquery(), literal(0)]
        yield select(literal(name), *nothing)


def _plain_counts(r: Reader) -> dict[str, Select[Any]]:
    counts = {
        "mails": select(func.count()).select_from(Outbox).where(*_mails_in(r, "failed")),
        "contacts": customers_counted(r, CustomerFilter(lacks_contact=True)),
    }
    if allows(r.actor, "task.do"):
        counts["tasks"] = tasks_counted(r, TaskFilter("mine_or_nobody", by=r.today))
    if allows(r.actor, "escalation.run"):
        waits = LadderRun.state == "held"
        counts["ladder_runs"] = select(func.count()).select_from(LadderRun).where(waits)
    if allows(r.actor, "notice.print"):
        counts["letters"] = letters_counted(r)
    if allows(r.actor, "invoice.confirm"):
        held = held_invoices(seen_by(r.actor)).where(InvoiceCheck.state == "held").subquery()
        counts["held"] = select(func.count()).select_from(held)
    if allows(r.actor, "import.view"):
        counts["imports"] = select(func.count()).where(
            ImportRun.state == "failed", ImportRun.started_at > r.now - RECENT
        )
    return counts


@dataclass(frozen=True, slots=True)
class MailRow:
    """A mail of the outbox: to whom, about what, and what became of it."""

    ref: str
    kind: str
    channel: str
    to: str
    to_name: str
    subject: str
    customer_ref: str
    customer_name: str
    created_at: dt.datetime
    sent_at: dt.datetime | None
    tries: int
    problem: str


def list_mails(r: Reader, state: str, limit: int) -> list[MailRow]:
    """The newest mails in a state, to customers the reader may see and to nobody's customer."""
    columns: list[Any] = [Outbox, Customer.id, Customer.name]
    rows: Select[Any] = (
        select(*columns)
        .outerjoin(Customer, Customer.id == Outbox.customer_id)
        .where(*_mails_in(r, state))
        .order_by(Outbox.id.desc())
        .limit(limit)
    )
    return [_mail(r, *row) for row in r.session.execute(rows)]


def _mails_in(r: Reader, state: str) -> list[ColumnElement[bool]]:
    seen = sees(r.actor, Outbox.customer_id)
    kept = [Outbox.state == state, Outbox.channel != "task"]
    return kept if seen is None else [*kept, seen]


def _mail(r: Reader, mail: Outbox, customer_id: int | None, customer_name: str | None) -> MailRow:
    return MailRow(
        ref=r.refs.of("ma", mail.id),
        kind=mail.kind,
        channel=mail.channel,
        to=shown_address(mail),
        to_name=mail.to_name,
        subject=mail.subject or "",
        customer_ref=r.refs.of("cu", customer_id) if customer_id else "",
        customer_name=customer_name or "",
        created_at=mail.created_at,
        sent_at=mail.sent_at,
        tries=mail.tries,
        problem=mail.problem or "",
    )
