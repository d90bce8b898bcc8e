"""
What waits for people, read from where it stands: one bounded select a source, all in one question.

Each looks at the most pressing or the newest of its rows alone, so that the queue costs the same
whatever the book. Which of them is worked on first is decided over what they give.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

from sqlalchemy import (
    BigInteger,
    ColumnElement,
    Date,
    Select,
    Text,
    and_,
    case,
    cast,
    exists,
    func,
    literal,
    literal_column,
    or_,
    select,
    union_all,
)
from sqlalchemy.orm import aliased

from portal.approvals.queries import is_decidable
from portal.approvals.task_kinds import ATTEND
from portal.approvals.task_list import is_awake, is_mine
from portal.base.access import Permission, allows, sees, visible_to
from portal.base.lookup import says
from portal.base.work import Reader
from portal.core.dispute import OPEN
from portal.core.ledger import Kind
from portal.invoices.open_items import counts_on
from portal.tables.approvals import Approval, Task
from portal.tables.customers import Customer
from portal.tables.disputes import Dispute, DisputeMessage
from portal.tables.invoices import Entry, Part
from portal.tables.orders import SalesOrder
from portal.tables.payments import Allocation
from portal.tables.people import User
from portal.tables.promises import Promise
from portal.tables.statements import Statement

#: So many tasks, and so many of each other source, are looked at.
MOST_TASKS = 200
MOST = 100
#: Of statements that nobody answered the last deadlines are looked at, so many.
MOST_LATE = 1000
LATE_STATES = ("issued", "prepared", "viewed")
#: Of what has no index for its state the newest are looked at, as many as this.
NEWEST = 5000


@dataclass(frozen=True, slots=True)
class Waiting:
    """What of all that waits is asked for; empty is no restriction."""

    #: mine | nobody | mine_or_nobody: whose tasks.
    whose: str = ""
    #: Kinds of tasks; empty: all.
    task_kinds: tuple[str, ...] = ()
    #: Part of a customer's name or code.
    text: str = ""
    customer_id: int | None = None
    #: What rests, instead of what does not.
    is_resting: bool = False
    #: One row alone: its source and id.
    only: tuple[str, int] | None = None


#: So many questions are kept as they were built: one for each reader, day and filter.
KEPT = 256
#: Tasks are counted no further.
MOST_COUNTED = 1000
Built = Callable[[Reader, Waiting], Select[Any]]
_built: dict[Any, Select[Any]] = {}


def waiting(r: Reader, asked: Waiting) -> Select[Any]:
    """Every source's rows with their customer, and who looks after them where somebody does."""
    return _once(_waiting, r, asked)


def kinds_counted(r: Reader, asked: Waiting) -> Select[Any]:
    """By kind how many tasks are asked for; many are counted no further."""
    return _once(_kinds_counted, r, asked)


def _once(build: Built, r: Reader, asked: Waiting) -> Select[Any]:
    """The question as it was built before for the same reader, day and filter."""
    who = r.actor
    key = (build, who.user_id, who.staff_role, who.name, who.email, who.covers, r.today, asked)
    found = _built.get(key)
    if found is None:
        if len(_built) >= KEPT:
            _built.clear()
        found = _built[key] = build(r, asked)
    return found


def _kinds_counted(r: Reader, asked: Waiting) -> Select[Any]:
    rows: Select[Any] = select(Task.kind).where(*tasks_kept(r, asked)).limit(MOST_COUNTED + 1)
    kinds = visible_to(rows, r.actor, Task.customer_id).subquery()
    return select(kinds.c.kind, func.count()).group_by(kinds.c.kind)


def _waiting(r: Reader, asked: Waiting) -> Select[Any]:
    found = union_all(*(select(each.subquery()) for each in _sources(r, asked))).subquery("waiting")
    attend, owner = aliased(Task), aliased(User)
    about = found.c.src + "/" + cast(found.c.id, Text)
    is_kept = and_(found.c.src != "task", attend.kind == ATTEND, attend.subject == about)
    owner_id = func.coalesce(attend.owner_id, found.c.owner_id).label("whose_id")
    columns: list[Any] = [
        *(found, owner_id, Customer.name.label("customer_name")),
        func.coalesce(attend.snoozed_until, found.c.snoozed_until).label("rests_until"),
        func.coalesce(func.nullif(owner.name, ""), owner.email, "").label("owner"),
    ]
    return (
        select(*columns)
        .outerjoin(Customer, Customer.id == found.c.customer_id)
        .outerjoin(attend, is_kept)
        .outerjoin(owner, owner.id == func.coalesce(attend.owner_id, found.c.owner_id))
    )


def _sources(r: Reader, asked: Waiting) -> Iterator[Select[Any]]:
    """The sources that the reader does something about; the one that is asked for alone."""
    named = {
        "task": (Permission.DESK_VIEW, _tasks),
        "dispute": (Permission.DISPUTE_REPLY, _disputes),
        "statement": (Permission.STATEMENT_CHASE, _statements),
        "receipt": (Permission.PAYMENT_APPLY, _receipts),
        "promise": (Permission.PROMISE_RECORD, _promises),
        "order": (Permission.CREDIT_RELEASE, _orders),
        "approval": (Permission.APPROVAL_DECIDE, _approvals),
    }
    wanted = {"task"} if asked.task_kinds else set(named)
    wanted &= {asked.only[0]} if asked.only else wanted
    yielded = False
    for name, (permission, source) in named.items():
        if name in wanted and allows(r.actor, permission):
            yielded = True
            yield source(r, asked)
    if not yielded:
        yield _tasks(r, Waiting(only=("task", 0)))


def _columns(src: str, **told: Any) -> list[Any]:
    """The columns that all sources have, in one order; what a source does not tell is null."""
    empty: dict[str, Any] = {
        "id": None,
        "customer_id": None,
        "currency": literal(None, Text),
        "minor": literal(None, BigInteger),
        "since_on": literal(None, Date),
        "due_on": literal(None, Date),
        "owner_id": literal(None, BigInteger),
        "kind": literal(""),
        "told": literal(""),
        "snoozed_until": literal(None, Date),
    }
    columns: list[Any] = [literal(src).label("src")]
    return columns + [(empty | told)[name].label(name) for name in empty]


def _kept(asked: Waiting, key: Any, customer_id: Any) -> list[ColumnElement[bool]]:
    """Which rows: one, a customer's, or those of customers whose name or code has a text in it."""
    kept: list[ColumnElement[bool]] = []
    if asked.only is not None:
        kept.append(key == asked.only[1])
    if asked.customer_id is not None:
        kept.append(customer_id == asked.customer_id)
    like = says(asked.text, Customer.name, Customer.code)
    if like:
        kept.append(customer_id.in_(select(Customer.id).where(*like)))
    return kept


def _newest(r: Reader, asked: Waiting, key: Any) -> list[ColumnElement[bool]]:
    """The newest rows of a table by its key; all of them where few customers are looked at."""
    if asked.customer_id or asked.only or sees(r.actor, Customer.id) is not None:
        return []
    return [key > select(func.max(key) - NEWEST).scalar_subquery()]


# ── The sources ──────────────────────────────────────────────────────────────


def tasks_kept(r: Reader, asked: Waiting) -> list[ColumnElement[bool]]:
    """The open tasks that are asked for."""
    kept = [Task.done_at.is_(None), Task.kind != ATTEND]
    rests = Task.snoozed_until > r.today
    kept.append(rests if asked.is_resting else is_awake(r.today))
    mine, nobodys = is_mine(r, Task.owner_id), Task.owner_id.is_(None)
    whose = {"mine": mine, "nobody": nobodys, "mine_or_nobody": or_(mine, nobodys)}
    if asked.whose:
        kept.append(whose[asked.whose])
    if asked.task_kinds:
        kept.append(Task.kind.in_(asked.task_kinds))
    return kept + _kept(asked, Task.id, Task.customer_id)


def _tasks(r: Reader, asked: Waiting) -> Select[Any]:
    columns = _columns(
        "task",
        id=Task.id,
        customer_id=Task.customer_id,
        due_on=Task.due_on,
        owner_id=Task.owner_id,
        kind=Task.kind,
        told=Task.facts,
        snoozed_until=Task.snoozed_until,
    )
    rows: Select[Any] = select(*columns).where(*tasks_kept(r, asked))
    seen = visible_to(rows, r.actor, Task.customer_id)
    return seen.order_by(Task.due_on, Task.id).limit(MOST_TASKS)


def _disputes(r: Reader, asked: Waiting) -> Select[Any]:
    """Open disputes, the first answer first; those in which the customer wrote last are replies."""
    newest = (
        select(func.max(DisputeMessage.id))
        .where(DisputeMessage.dispute_id == Dispute.id)
        .correlate(Dispute)
        .scalar_subquery()
    )
    is_reply = exists().where(DisputeMessage.id == newest, DisputeMessage.side == "customer")
    due = (
        select(func.min(Part.due_on))
        .where(Part.customer_id == Dispute.customer_id, Part.entry_id == Dispute.entry_id)
        .correlate(Dispute)
        .scalar_subquery()
    )
    columns = _columns(
        "dispute",
        id=Dispute.id,
        customer_id=Dispute.customer_id,
        currency=Dispute.currency,
        minor=Dispute.amount_minor,
        since_on=due,
        due_on=Dispute.answer_by,
        owner_id=Dispute.owner_id,
        kind=case((is_reply, literal("reply")), else_=literal("dispute")),
    )
    rows: Select[Any] = select(*columns).where(
        Dispute.state.in_(sorted(OPEN)), *_kept(asked, Dispute.id, Dispute.customer_id)
    )
    seen = visible_to(rows, r.actor, Dispute.customer_id)
    return seen.order_by(Dispute.answer_by, Dispute.id).limit(MOST)


def _statements(r: Reader, asked: Waiting) -> Select[Any]:
    """The newest statements in force of accounts that nobody answered by their day."""
    newer, late = aliased(Statement), aliased(Statement)
    has_newer = exists().where(
        newer.customer_id == Statement.customer_id,
        newer.currency == Statement.currency,
        newer.period_to > Statement.period_to,
        newer.in_force == 1,
    )
    # In the words of its index, so that both databases read the few that nobody answered.
    unanswered: list[Any] = [literal_column(f"'{state}'") for state in LATE_STATES]
    kept = [
        late.in_force == literal_column("1"),
        late.state.in_(unanswered),
        late.confirm_by < r.today,
        *_kept(asked, late.id, late.customer_id),
    ]
    rows_late: Select[Any] = select(late.id).where(*kept).order_by(late.confirm_by.desc(), late.id)
    latest = visible_to(rows_late, r.actor, late.customer_id).limit(MOST_LATE)
    columns = _columns(
        "statement",
        id=Statement.id,
        customer_id=Statement.customer_id,
        currency=Statement.currency,
        minor=Statement.closing_minor,
        due_on=Statement.confirm_by,
        kind=literal("statement"),
        told=Statement.number,
    )
    rows: Select[Any] = select(*columns).where(Statement.id.in_(latest), ~has_newer)
    return rows.order_by(Statement.closing_minor.desc(), Statement.id).limit(MOST)


def _receipts(r: Reader, asked: Waiting) -> Select[Any]:
    """The newest payments of which something is not applied."""
    used = (
        select(func.coalesce(func.sum(Allocation.amount_minor), 0))
        .where(
            Allocation.customer_id == Entry.customer_id,
            Allocation.credit_id == Entry.id,
            counts_on(r.today),
        )
        .correlate(Entry)
        .scalar_subquery()
    )
    left: Any = -Entry.amount_minor - used
    columns = _columns(
        "receipt",
        id=Entry.id,
        customer_id=Entry.customer_id,
        currency=Entry.currency,
        minor=left,
        due_on=Entry.dated_on,
        kind=literal("receipt"),
        told=Entry.number,
    )
    rows: Select[Any] = select(*columns).where(
        Entry.kind == Kind.PAYMENT,
        Entry.dated_on <= r.today,
        left > 0,
        *_newest(r, asked, Entry.id),
        *_kept(asked, Entry.id, Entry.customer_id),
    )
    return visible_to(rows, r.actor, Entry.customer_id).order_by(Entry.id.desc()).limit(MOST)


def _promises(r: Reader, asked: Waiting) -> Select[Any]:
    """Promises whose day is today: whether they are kept is seen in what comes in."""
    columns = _columns(
        "promise",
        id=Promise.id,
        customer_id=Promise.customer_id,
        currency=Promise.currency,
        minor=Promise.amount_minor,
        due_on=Promise.promised_on,
        kind=literal("promise"),
    )
    rows: Select[Any] = select(*columns).where(
        Promise.promised_on == r.today,
        or_(Promise.ended_on.is_(None), Promise.ended_on > r.today),
        *_kept(asked, Promise.id, Promise.customer_id),
    )
    seen = visible_to(rows, r.actor, Promise.customer_id)
    return seen.order_by(Promise.amount_minor.desc(), Promise.id).limit(MOST)


def _orders(r: Reader, asked: Waiting) -> Select[Any]:
    """Orders that may not be shipped: held, refused, or released for too long."""
    has_run_out = and_(
        SalesOrder.decision == "released",
        or_(SalesOrder.released_until.is_(None), SalesOrder.released_until < r.today),
    )
    columns = _columns(
        "order",
        id=SalesOrder.id,
        customer_id=SalesOrder.customer_id,
        currency=SalesOrder.currency,
        minor=SalesOrder.amount_minor,
        due_on=SalesOrder.ordered_on,
        kind=literal("hold"),
        told=SalesOrder.code,
    )
    rows: Select[Any] = select(*columns).where(
        SalesOrder.status == "open",
        or_(SalesOrder.decision.in_(["hold", "refuse"]), has_run_out),
        *_newest(r, asked, SalesOrder.id),
        *_kept(asked, SalesOrder.id, SalesOrder.customer_id),
    )
    seen = visible_to(rows, r.actor, SalesOrder.customer_id)
    return seen.order_by(SalesOrder.amount_minor.desc(), SalesOrder.id).limit(MOST)


def _approvals(r: Reader, asked: Waiting) -> Select[Any]:
    """Requests that wait for the reader's decision, the oldest first."""
    columns = _columns(
        "approval",
        id=Approval.id,
        customer_id=Approval.customer_id,
        currency=Approval.currency,
        minor=Approval.amount_minor,
        due_on=func.date(Approval.asked_at, type_=Date),
        kind=literal("approval"),
        told=Approval.kind,
    )
    rows: Select[Any] = select(*columns).where(
        is_decidable(r), *_kept(asked, Approval.id, Approval.customer_id)
    )
    return visible_to(rows, r.actor, Approval.customer_id).order_by(Approval.id).limit(MOST)
