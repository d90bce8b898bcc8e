"""What pages read of talks: those with a customer, and how many of them were had and reached."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement, Select, and_, case, func, select

from portal.base.access import visible_to
from portal.base.paging import page_within
from portal.base.work import Reader
from portal.core.talk import COUNTED_DAYS, SUCCESSES, UNREACHED
from portal.tables.collecting import ContactLog
from portal.tables.people import User

PER_PAGE = 50
#: Counts beside a customer are of these days.
LATELY = dt.timedelta(days=COUNTED_DAYS)


@dataclass(frozen=True, slots=True)
class TalkRow:
    """A talk as lists show it."""

    id: int
    on: dt.date
    channel: str
    is_incoming: bool
    outcome: str
    reason: str
    spoke_with: str
    decides: bool
    note: str
    next_on: dt.date | None
    by: str
    at: dt.datetime


@dataclass(frozen=True, slots=True)
class TalkPage:
    """One page of talks, and how many there are on all pages."""

    rows: list[TalkRow]
    page: int
    pages: int
    count: int


@dataclass(frozen=True, slots=True)
class TalkCount:
    """How many talks were had, in how many somebody was reached, and how many moved money."""

    made: int = 0
    reached: int = 0
    successes: int = 0


def list_talks(r: Reader, customer_id: int, page: int = 1, per_page: int = PER_PAGE) -> TalkPage:
    """One page of the talks with a customer, the newest first."""
    of_it = ContactLog.customer_id == customer_id
    counted: Select[Any] = select(func.count(ContactLog.id)).where(of_it)
    count = r.session.scalar(visible_to(counted, r.actor, ContactLog.customer_id)) or 0
    page, pages = page_within(page, count, per_page)
    return TalkPage(_talks(r, of_it, per_page, (page - 1) * per_page), page, pages, count)


def last_talks(r: Reader, customer_id: int, most: int = 3) -> list[TalkRow]:
    """The newest talks with a customer."""
    return _talks(r, ContactLog.customer_id == customer_id, most, 0)


def _talks(r: Reader, kept: ColumnElement[bool], most: int, after: int) -> list[TalkRow]:
    columns: list[Any] = [ContactLog, User.name, User.email]
    rows: Select[Any] = (
        select(*columns)
        .join(User, User.id == ContactLog.user_id)
        .where(kept)
        .order_by(ContactLog.on.desc(), ContactLog.id.desc())
        .limit(most)
        .offset(after)
    )
    found = r.session.execute(visible_to(rows, r.actor, ContactLog.customer_id))
    return [_row(talk, name or email) for talk, name, email in found]


def _row(talk: ContactLog, by: str) -> TalkRow:
    return TalkRow(
        id=talk.id,
        on=talk.on,
        channel=talk.channel,
        is_incoming=talk.direction == "in",
        outcome=talk.outcome,
        reason=talk.reason,
        spoke_with=talk.spoke_with,
        decides=bool(talk.decides),
        note=talk.note,
        next_on=talk.next_on,
        by=by,
        at=talk.at,
    )


# ── Counted (S-119, S-175) ───────────────────────────────────────────────────


def talks_by_person(r: Reader, from_on: dt.date, to_on: dt.date) -> dict[int, TalkCount]:
    """By colleague: the talks of a span of days, both ends included, that the reader may see."""
    return _counts(r, ContactLog.user_id, ContactLog.on.between(from_on, to_on))


def talks_with(r: Reader, customer_id: int, from_on: dt.date, to_on: dt.date) -> TalkCount:
    """The talks with a customer in a span of days, both ends included."""
    kept = and_(ContactLog.customer_id == customer_id, ContactLog.on.between(from_on, to_on))
    return _counts(r, ContactLog.customer_id, kept).get(customer_id, TalkCount())


def _counts(r: Reader, by: Any, kept: ColumnElement[bool]) -> dict[int, TalkCount]:
    """Rule R360 over rows."""
    unreached = sorted(each.value for each in UNREACHED)
    successes = sorted(each.value for each in SUCCESSES)
    columns: list[Any] = [
        *(by, func.count()),
        func.sum(case((ContactLog.outcome.in_(unreached), 0), else_=1)),
        func.sum(case((ContactLog.outcome.in_(successes), 1), else_=0)),
    ]
    rows: Select[Any] = select(*columns).where(kept).group_by(by)
    found = r.session.execute(visible_to(rows, r.actor, ContactLog.customer_id))
    return {key: TalkCount(made, int(reached), int(won)) for key, made, reached, won in found}
