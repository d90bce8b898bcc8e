"""
Whose credit is due for review, and why; and what has changed since it was looked at last.

Due days follow from what is known, and are stored nowhere but where a review decided one.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, replace
from decimal import Decimal
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import Select, and_, func, or_, select

from portal.base.access import visible_to
from portal.base.paging import page_within
from portal.base.work import Reader
from portal.core.ledger import Kind
from portal.core.review import Due, Known, Rhythm, Urgency, next_review
from portal.credit.exemptions import exempt_on
from portal.credit.grades import grades_on
from portal.credit.reviewing import rhythm_of
from portal.credit.signals import Running, running_by_customer
from portal.tables.approvals import Task
from portal.tables.credit import CreditReview, Rating
from portal.tables.customers import Customer
from portal.tables.invoices import Entry
from portal.tables.people import User

PER_PAGE = 50
LATE_PATTERN = "late_pattern"
#: The order in which reviews press.
ORDER = (Urgency.OVERDUE, Urgency.DUE, Urgency.NEAR, Urgency.LATER, Urgency.EXEMPT)
#: Those that stand on the list unless others are asked for.
PRESSING = frozenset({Urgency.OVERDUE, Urgency.DUE, Urgency.NEAR})


@dataclass(frozen=True, slots=True)
class ReviewFilter:
    """What the list is narrowed to; empty is no restriction."""

    #: overdue | due | near | all; empty: those that press.
    standing: str = ""
    owner: str = ""
    grade: str = ""
    #: Part of a name or code.
    text: str = ""
    page: int = 1
    per_page: int = PER_PAGE


@dataclass(frozen=True, slots=True)
class Scored:
    """A score as the list shows it."""

    points: Decimal | None
    grade: str
    is_provisional: bool


@dataclass(frozen=True, slots=True)
class DueRow:
    """A customer with the day of its next review."""

    customer_id: int
    ref: str
    code: str
    name: str
    owner: str
    grade: str
    due: Due
    standing: Urgency
    #: Why it is exempt, where it is.
    exempt: str
    reviewed_on: dt.date | None
    #: The rating that the last review stood on.
    rating_id: int | None
    signals: int
    #: At the last review, and by the last rating.
    then: Scored | None = None
    now: Scored | None = None


@dataclass(frozen=True, slots=True)
class DuePage:
    """One page of the list, and how many there are on all pages, by standing."""

    rows: list[DueRow]
    page: int
    pages: int
    count: int
    counts: Mapping[Urgency, int]


def review_page(r: Reader, asked: ReviewFilter) -> DuePage:
    """One page of what a filter keeps: what is due first at the top."""
    every = [row for row in list_due(r) if _is_kept(row, asked)]
    counts = {each: sum(row.standing is each for row in every) for each in ORDER}
    kept = [row for row in every if _stands(row, asked.standing)]
    page, pages = page_within(asked.page, len(kept), asked.per_page)
    shown = kept[(page - 1) * asked.per_page : page * asked.per_page]
    return DuePage(_with_scores(r, shown), page, pages, len(kept), counts)


def _stands(row: DueRow, standing: str) -> bool:
    if not standing:
        return row.standing in PRESSING
    return standing in ("all", row.standing)


def _is_kept(row: DueRow, asked: ReviewFilter) -> bool:
    words = asked.text.strip().lower()
    if asked.owner and row.owner != asked.owner:
        return False
    if asked.grade and row.grade != asked.grade:
        return False
    return not words or words in row.name.lower() or words in row.code.lower()


def list_due(r: Reader, customer_ids: Collection[int] | None = None) -> list[DueRow]:
    """Every customer whom the reader may see, or some: what presses most first, then by name."""
    reviewed = _last_reviews(r, customer_ids)
    grades = grades_on(r, r.today, customer_ids)
    exempt = exempt_on(r, r.today, customer_ids)
    signals = running_by_customer(r, customer_ids)
    late = _late_since(r, customer_ids)
    dealt = _first_deals(r, customer_ids)
    rhythms: dict[str, Rhythm] = {}
    zone = ZoneInfo(r.company.timezone)
    found = []
    for row in r.session.execute(_customers(r, customer_ids)):
        grade = grades[row.id].grade if row.id in grades else ""
        last = reviewed.get(row.id)
        running = signals.get(row.id, Running(0, None))
        known = Known(
            since_on=row.created_at.astimezone(zone).date(),
            customer_type=row.customer_type or "",
            dealt_on=dealt.get(row.id),
            reviewed_on=last.reviewed_on if last else None,
            next_due_on=last.next_due_on if last else None,
            warned_on=_unseen(running.warned_at, last, zone),
            late_on=_unseen(late.get(row.id), last, zone),
            standings=[exempt[row.id]] if row.id in exempt else [],
        )
        if grade not in rhythms:
            rhythms[grade] = rhythm_of(r, grade)
        due = next_review(known, rhythms[grade])
        found.append(
            DueRow(
                customer_id=row.id,
                ref=r.refs.of("cu", row.id),
                code=row.code,
                name=row.name,
                owner=row.owner or "",
                grade=grade,
                due=due,
                standing=due.standing(r.today),
                exempt=exempt.get(row.id, ""),
                reviewed_on=known.reviewed_on,
                rating_id=last.rating_id if last else None,
                signals=running.count,
            )
        )
    return sorted(found, key=lambda row: (row.due.on or dt.date.max, row.name, row.customer_id))


def _customers(r: Reader, customer_ids: Collection[int] | None) -> Select[Any]:
    columns: list[Any] = [
        *(Customer.id, Customer.code, Customer.name, Customer.owner),
        *(Customer.customer_type, Customer.created_at),
    ]
    return visible_to(_among(select(*columns), Customer.id, customer_ids), r.actor, Customer.id)


def _among(rows: Select[Any], column: Any, customer_ids: Collection[int] | None) -> Select[Any]:
    return rows if customer_ids is None else rows.where(column.in_(customer_ids))


def _last_reviews(r: Reader, customer_ids: Collection[int] | None) -> dict[int, CreditReview]:
    rows = (
        select(CreditReview)
        .where(CreditReview.reviewed_on <= r.today)
        .order_by(CreditReview.reviewed_on, CreditReview.id)
    )
    rows = visible_to(
        _among(rows, CreditReview.customer_id, customer_ids), r.actor, CreditReview.customer_id
    )
    return {row.customer_id: row for row in r.session.scalars(rows)}


def _late_since(r: Reader, customer_ids: Collection[int] | None) -> dict[int, dt.datetime]:
    """By customer: when its slower payments were last found."""
    rows: Select[Any] = select(Task).where(Task.kind == LATE_PATTERN, Task.due_on <= r.today)
    rows = _among(rows, Task.customer_id, customer_ids).order_by(Task.id)
    found = r.session.scalars(visible_to(rows, r.actor, Task.customer_id))
    return {row.customer_id: row.made_at for row in found}


def _unseen(
    moment: dt.datetime | None, last: CreditReview | None, zone: ZoneInfo
) -> dt.date | None:
    """The day of something that came up, unless the last review came after it."""
    if moment is None or (last is not None and last.at >= moment):
        return None
    return moment.astimezone(zone).date()


def _first_deals(r: Reader, customer_ids: Collection[int] | None) -> dict[int, dt.date]:
    columns: list[Any] = [Entry.customer_id, func.min(Entry.dated_on)]
    rows = select(*columns).where(Entry.kind == Kind.INVOICE).group_by(Entry.customer_id)
    rows = _among(rows, Entry.customer_id, customer_ids)
    found = r.session.execute(visible_to(rows, r.actor, Entry.customer_id))
    return {row[0]: row[1] for row in found}


# ── Then and now ─────────────────────────────────────────────────────────────


def _with_scores(r: Reader, rows: Iterable[DueRow]) -> list[DueRow]:
    shown = list(rows)
    by_id, last = _ratings(r, shown)
    return [
        replace(
            row,
            then=_scored(by_id.get(row.rating_id or 0)),
            now=_scored(last.get(row.customer_id)),
        )
        for row in shown
    ]


def _scored(rating: Rating | None) -> Scored | None:
    if rating is None:
        return None
    points = rating.score_hundredths
    return Scored(
        None if points is None else Decimal(points).scaleb(-2),
        rating.grade,
        rating.is_provisional,
    )


def _ratings(r: Reader, shown: Iterable[DueRow]) -> tuple[dict[int, Rating], dict[int, Rating]]:
    """The ratings that the last reviews stood on by their ids, and the last ones by customer."""
    ids = [row.customer_id for row in shown]
    reviewed = [row.rating_id for row in shown if row.rating_id]
    newest = (
        select(func.max(Rating.as_of).label("as_of"), Rating.customer_id)
        .where(Rating.customer_id.in_(ids), Rating.as_of <= r.today)
        .group_by(Rating.customer_id)
        .subquery("newest")
    )
    is_newest = and_(newest.c.customer_id == Rating.customer_id, newest.c.as_of == Rating.as_of)
    rows = (
        select(Rating, newest.c.as_of.is_not(None))
        .outerjoin(newest, is_newest)
        .where(or_(Rating.id.in_(reviewed), newest.c.as_of.is_not(None)))
        .order_by(Rating.id)
    )
    found = r.session.execute(visible_to(rows, r.actor, Rating.customer_id)).all()
    by_id = {rating.id: rating for rating, _ in found}
    return by_id, {rating.customer_id: rating for rating, is_last in found if is_last}


# ── The reviews of one customer ──────────────────────────────────────────────


@dataclass(frozen=True, slots=True)
class ReviewRow:
    """A review as the history shows it."""

    id: int
    rating_id: int | None
    reviewed_on: dt.date
    at: dt.datetime
    score: Decimal | None
    grade: str
    outcome: str
    note: str
    next_due_on: dt.date | None
    reviewer: str


def list_reviews(r: Reader, customer_id: int) -> list[ReviewRow]:
    """The reviews of a customer, the last first."""
    columns: list[Any] = [CreditReview, Rating.score_hundredths, User.name, User.email]
    rows = (
        select(*columns)
        .join(User, User.id == CreditReview.reviewer_id)
        .outerjoin(Rating, Rating.id == CreditReview.rating_id)
        .where(CreditReview.customer_id == customer_id)
        .order_by(CreditReview.reviewed_on.desc(), CreditReview.id.desc())
    )
    found = r.session.execute(visible_to(rows, r.actor, CreditReview.customer_id))
    return [
        ReviewRow(
            row.id,
            row.rating_id,
            row.reviewed_on,
            row.at,
            None if points is None else Decimal(points).scaleb(-2),
            row.grade,
            row.outcome,
            row.note,
            row.next_due_on,
            name or email,
        )
        for row, points, name, email in found
    ]
