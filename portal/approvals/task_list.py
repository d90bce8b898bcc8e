"""What there is to do, as lists show it: the first day first, and whose it is."""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement, Select, func, or_, select

from portal.approvals.task_kinds import ATTEND
from portal.base.access import NotFound, visible_to
from portal.base.lookup import says
from portal.base.paging import page_within
from portal.base.people import stands_in_on
from portal.base.work import Reader
from portal.tables.approvals import StandIn, Task
from portal.tables.customers import Customer
from portal.tables.people import User

PER_PAGE = 50


@dataclass(frozen=True, slots=True)
class TaskFilter:
    """What a list of tasks is narrowed to; empty is no restriction."""

    #: mine | nobody | mine_or_nobody
    whose: str = ""
    kind: str = ""
    #: Part of a customer's name or code, or of what the task is about.
    text: str = ""
    is_done: bool = False
    #: Those that are due by a day.
    by: dt.date | None = None
    customer_id: int | None = None
    page: int = 1
    per_page: int = PER_PAGE


@dataclass(frozen=True, slots=True)
class TaskRow:
    """A task as lists show it."""

    id: int
    ref: str
    customer_ref: str
    customer_name: str
    kind: str
    #: The kind and the id of what it is about: ("promise", 17).
    about: tuple[str, int]
    about_ref: str
    facts: Mapping[str, str]
    due_on: dt.date
    owner_id: int | None
    owner: str
    done_at: dt.datetime | None
    done_by: str
    outcome: str
    #: It rests until this day; None: it does not.
    snoozed_until: dt.date | None = None


@dataclass(frozen=True, slots=True)
class TaskPage:
    """One page of tasks, and how many there are on all pages."""

    rows: list[TaskRow]
    page: int
    pages: int
    count: int


#: What a task is about → the prefix of its reference.
PREFIXES = {
    "promise": "pr",
    "plan": "pl",
    "dispute": "di",
    "part": "iv",
    "approval": "ap",
    "application": "ca",
    "bill": "bl",
    "contract": "ko",
    "limit": "cl",
    "collateral": "sc",
    "delivery": "dv",
    "dunning": "dn",
    "notice": "no",
    "case": "cs",
    "talk": "tk",
    "comment": "cm",
    "write_off": "wo",
    # About the customer itself.
    **dict.fromkeys(("review", "visit", "warning", "customer", "clearance"), "cu"),
}


def tasks_counted(r: Reader, asked: TaskFilter) -> Select[Any]:
    """How many tasks a filter keeps, to be asked along with other counts."""
    counted: Select[Any] = select(func.count(Task.id)).join(
        Customer, Customer.id == Task.customer_id
    )
    return visible_to(counted, r.actor, Task.customer_id).where(*_kept(r, asked))


def list_tasks(r: Reader, asked: TaskFilter) -> TaskPage:
    """One page of what a filter keeps: what is due first, or was done last."""
    count = r.session.scalar(tasks_counted(r, asked)) or 0
    page, pages = page_within(asked.page, count, asked.per_page)
    order = (Task.done_at.desc(), Task.id) if asked.is_done else (Task.due_on, Task.id)
    rows = (
        _rows(r)
        .where(*_kept(r, asked))
        .order_by(*order)
        .limit(asked.per_page)
        .offset((page - 1) * asked.per_page)
    )
    return TaskPage([_row(r, row) for row in r.session.execute(rows)], page, pages, count)


def get_task(r: Reader, ref: str) -> TaskRow:
    """One task; `NotFound` where there is none or its customer is not the reader's to see."""
    found = r.session.execute(_rows(r).where(Task.id == r.id_of("ta", ref))).first()
    if found is None:
        raise NotFound(ref)
    return _row(r, found)


def is_mine(r: Reader, owner_id: Any) -> ColumnElement[bool]:
    """Whose it is: the reader, or a colleague who is away and for whom they stand in (S-192)."""
    mine = StandIn.stand_in_id == r.actor.user_id
    away = select(StandIn.user_id).where(mine, stands_in_on(r.today))
    return or_(owner_id == r.actor.user_id, owner_id.in_(away))


def is_awake(today: dt.date) -> ColumnElement[bool]:
    """Whether a task does not rest on a day."""
    return or_(Task.snoozed_until.is_(None), Task.snoozed_until <= today)


def _kept(r: Reader, asked: TaskFilter) -> list[ColumnElement[bool]]:
    kept: list[ColumnElement[bool]] = [Task.kind != ATTEND]
    kept.append(Task.done_at.is_not(None) if asked.is_done else Task.done_at.is_(None))
    if asked.whose:
        mine, nobodys = is_mine(r, Task.owner_id), Task.owner_id.is_(None)
        whose = {"mine": mine, "nobody": nobodys, "mine_or_nobody": or_(mine, nobodys)}
        kept.append(whose[asked.whose])
    if asked.kind:
        kept.append(Task.kind == asked.kind)
    if asked.by is not None:
        kept += [Task.due_on <= asked.by, is_awake(r.today)]
    if asked.customer_id is not None:
        kept.append(Task.customer_id == asked.customer_id)
    return kept + says(asked.text, Customer.name, Customer.code, Task.facts)


def _rows(r: Reader) -> Select[Any]:
    owner, done_by = User.__table__.alias("owner"), User.__table__.alias("done_by")
    columns: list[Any] = [
        Task,
        Customer.name.label("customer_name"),
        func.coalesce(func.nullif(owner.c.name, ""), owner.c.email, "").label("owner"),
        func.coalesce(func.nullif(done_by.c.name, ""), done_by.c.email, "").label("doer"),
    ]
    rows: Select[Any] = (
        select(*columns)
        .join(Customer, Customer.id == Task.customer_id)
        .outerjoin(owner, owner.c.id == Task.owner_id)
        .outerjoin(done_by, done_by.c.id == Task.done_by)
    )
    return visible_to(rows, r.actor, Task.customer_id)


def _row(r: Reader, row: Any) -> TaskRow:
    task: Task = row[0]
    kind, _slash, rest = task.subject.partition("/")
    about = (kind, int(rest.partition("/")[0]))
    snoozed = task.snoozed_until
    return TaskRow(
        id=task.id,
        ref=r.refs.of("ta", task.id),
        customer_ref=r.refs.of("cu", task.customer_id),
        customer_name=row.customer_name,
        kind=task.kind,
        about=about,
        about_ref=r.refs.of(PREFIXES[kind], about[1]),
        facts=json.loads(task.facts),
        due_on=task.due_on,
        owner_id=task.owner_id,
        owner=row.owner,
        done_at=task.done_at,
        done_by=row.doer,
        outcome=task.outcome,
        snoozed_until=snoozed if snoozed and snoozed > r.today else None,
    )
