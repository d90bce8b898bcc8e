"""Which items owners are asked about on a day, with what was answered last; one select, paged."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement, Select, Subquery, and_, func, or_, select

from portal.base.access import visible_to
from portal.base.paging import page_within
from portal.base.people import stands_in_on
from portal.base.work import Reader
from portal.core.due_round import PROBLEM_DAYS, SECOND_CALL_DAYS, Answer, Given
from portal.core.money import Money
from portal.core.promise import Limit, promise_limit
from portal.invoices.open_items import open_items, seen_by
from portal.tables.approvals import StandIn
from portal.tables.collecting import DueAnswer
from portal.tables.customers import Customer
from portal.tables.invoices import Entry, Part
from portal.tables.people import User

PER_PAGE = 50
SHOWN = ("asked", "soon", "month", "overdue", "answered")
#: What falls due within so many days is near due, for a list that is gone through once a month.
MONTH_DAYS = 31


@dataclass(frozen=True, slots=True)
class RoundFilter:
    """Which items of the round, and whose."""

    show: str = "asked"
    #: The names under which customers are owned; None: everybody's.
    owners: tuple[str, ...] | None = None
    page: int = 1
    per_page: int = PER_PAGE


@dataclass(frozen=True, slots=True)
class RoundItem:
    """An item of the round, with the last answer about it."""

    customer_id: int
    entry_id: int
    part: int
    customer_ref: str
    customer_name: str
    owner: str
    invoice_ref: str
    number: str
    due_on: dt.date
    open: Money
    days_overdue: int
    limit: Limit
    given: Given | None
    #: Why, in which words, and who gave that answer; empty where none was given.
    reason: str
    note: str
    said_by: str
    #: Of today: noted already, sent in or not.
    draft: DueAnswer | None

    @property
    def key(self) -> str:
        return f"{self.entry_id}_{self.part}"


@dataclass(frozen=True, slots=True)
class RoundPage:
    """One page of the round, with the sums of all pages by currency."""

    items: list[RoundItem]
    totals: list[tuple[int, Money]]
    page: int
    pages: int
    count: int


def days_before(r: Reader) -> int:
    """How long before its day an item is asked about first."""
    return max(r.policy.values["reminders_before_due_days"], default=0)


def answered_names(r: Reader, user_id: int | None) -> tuple[str, ...]:
    """
    The names under which customers are owned for whom somebody answers today.

    Their own, and those of colleagues who are away and named them as substitute (S-095).
    """
    away = select(StandIn.user_id).where(StandIn.stand_in_id == user_id, stands_in_on(r.today))
    rows = select(User.name, User.email).where(or_(User.id == user_id, User.id.in_(away)))
    return tuple(sorted({name for row in r.session.execute(rows) for name in row if name}))


def list_round(r: Reader, asked: RoundFilter) -> RoundPage:
    """One page of the items of a round, the oldest due first."""
    found = _found(r, asked)
    sums = (
        select(found.c.currency, func.count(), func.sum(found.c.rest))
        .group_by(found.c.currency)
        .order_by(found.c.currency)
    )
    told: Any = r.session.execute(sums)
    totals = [(count, Money(int(minor), currency)) for currency, count, minor in told]
    count = sum(each for each, _money in totals)
    page, pages = page_within(asked.page, count, asked.per_page)
    cut = (
        select(found)
        .order_by(found.c.due_on, found.c.name, found.c.number, found.c.part)
        .limit(asked.per_page)
        .offset((page - 1) * asked.per_page)
    )
    rows = r.session.execute(cut).all()
    drafts = _drafts(r, [(row.customer_id, row.entry_id, row.part) for row in rows])
    items = [_item(r, row, drafts.get((row.entry_id, row.part))) for row in rows]
    return RoundPage(items, totals, page, pages, count)


def asked_of(r: Reader, owners: tuple[str, ...]) -> Select[Any]:
    """What the owner of these names is asked about today: amounts and days of it."""
    return select(_found(r, RoundFilter(owners=owners)))


def every_asked(r: Reader) -> Subquery:
    """What any owner is asked about today and has not sent in."""
    return _found(r, RoundFilter())


def _found(r: Reader, asked: RoundFilter) -> Subquery:
    items = open_items(r.today, seen_by(r.actor), inside=True)
    rest = items.c.open - items.c.disputed
    last = _last_answers(r)
    same = and_(
        last.c.customer_id == items.c.customer_id,
        last.c.entry_id == items.c.entry_id,
        last.c.part == items.c.part,
    )
    columns: list[Any] = [
        items.c.customer_id,
        items.c.entry_id,
        items.c.part,
        items.c.currency,
        items.c.due_on,
        rest.label("rest"),
        Part.term_days,
        Entry.number,
        Customer.name,
        Customer.owner,
        last.c.answered_on,
        last.c.answer,
        last.c.pay_on,
        last.c.reason,
        last.c.note,
        func.coalesce(func.nullif(User.name, ""), User.email, "").label("said_by"),
    ]
    same_part = and_(
        Part.customer_id == items.c.customer_id,
        Part.entry_id == items.c.entry_id,
        Part.part == items.c.part,
    )
    rows = (
        select(*columns)
        .select_from(items)
        .join(Part, same_part)
        .join(Entry, Entry.id == items.c.entry_id)
        .join(Customer, Customer.id == items.c.customer_id)
        .outerjoin(last, same)
        .outerjoin(User, User.id == last.c.user_id)
        .where(
            rest > 0,
            items.c.due_on <= r.today + dt.timedelta(days=_days_ahead(r, asked)),
            *_shown(r, asked, items, last),
        )
    )
    if asked.owners is not None:
        rows = rows.where(Customer.owner.in_(asked.owners))
    return visible_to(rows, r.actor, Customer.id).subquery("round")


def _days_ahead(r: Reader, asked: RoundFilter) -> int:
    """How far the list looks ahead: as the round does, or over a month (S-106)."""
    return MONTH_DAYS if asked.show == "month" else days_before(r)


def _shown(r: Reader, asked: RoundFilter, items: Any, last: Any) -> list[ColumnElement[bool]]:
    if asked.show in {"soon", "month"}:
        return [items.c.due_on >= r.today]
    if asked.show == "overdue":
        return [items.c.due_on < r.today]
    if asked.show == "answered":
        return [last.c.answer.is_not(None)]
    return [is_asked_sql(items.c.due_on, last, r.today)]


def is_asked_sql(due_on: Any, last: Any, today: dt.date) -> ColumnElement[bool]:
    """`core.due_round.is_asked` over rows whose due day is within the days of the round."""
    second_call = [
        and_(
            due_on == today + dt.timedelta(days=ahead),
            last.c.answered_on < today - dt.timedelta(days=SECOND_CALL_DAYS - ahead),
        )
        for ahead in range(SECOND_CALL_DAYS + 1)
    ]
    overtaken = [
        and_(last.c.answer == Answer.ON_TIME.value, last.c.answered_on <= due_on),
        and_(last.c.answer == Answer.LATER.value, last.c.pay_on < today),
        and_(
            last.c.answer == Answer.PROBLEM.value,
            last.c.answered_on <= today - dt.timedelta(days=PROBLEM_DAYS),
        ),
    ]
    return or_(last.c.answer.is_(None), *second_call, and_(due_on < today, or_(*overtaken)))


def _last_answers(r: Reader) -> Subquery:
    """Of each part the last answer that was sent in by today."""
    sent = (
        select(
            DueAnswer.customer_id,
            DueAnswer.entry_id,
            DueAnswer.part,
            DueAnswer.on.label("answered_on"),
            DueAnswer.answer,
            DueAnswer.pay_on,
            DueAnswer.reason,
            DueAnswer.note,
            DueAnswer.user_id,
            func.row_number()
            .over(
                partition_by=(DueAnswer.customer_id, DueAnswer.entry_id, DueAnswer.part),
                order_by=DueAnswer.on.desc(),
            )
            .label("nth"),
        )
        .where(DueAnswer.sent_at.is_not(None), DueAnswer.on <= r.today)
        .subquery("sent")
    )
    return select(sent).where(sent.c.nth == 1).subquery("last")


def _drafts(r: Reader, keys: Sequence[tuple[int, int, int]]) -> dict[tuple[int, int], DueAnswer]:
    """What was noted or sent in today, by document and part."""
    rows = select(DueAnswer).where(
        DueAnswer.on == r.today, DueAnswer.entry_id.in_({entry_id for _c, entry_id, _p in keys})
    )
    return {(row.entry_id, row.part): row for row in r.session.scalars(rows)}


def _item(r: Reader, row: Any, draft: DueAnswer | None) -> RoundItem:
    given = Given(row.answered_on, Answer(row.answer), row.pay_on) if row.answer else None
    return RoundItem(
        customer_id=row.customer_id,
        entry_id=row.entry_id,
        part=row.part,
        customer_ref=r.refs.of("cu", row.customer_id),
        customer_name=row.name,
        owner=row.owner or "",
        invoice_ref=r.refs.of("iv", row.entry_id),
        number=row.number,
        due_on=row.due_on,
        open=Money(int(row.rest), row.currency),
        days_overdue=max(0, (r.today - row.due_on).days),
        limit=promise_limit(row.due_on, row.term_days or 0, r.policy.promise_fraction),
        given=given,
        reason=row.reason or "",
        note=row.note or "",
        said_by=row.said_by if given else "",
        draft=draft,
    )
