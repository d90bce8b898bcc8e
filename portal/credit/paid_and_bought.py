"""
What the books tell of how customers pay and buy, for all of them at once, as sums by currency.

Two statements over the ledger, one over decided disputes, and the promises of the year; what the
sums mean stands in `core.payment_record`.
"""

from __future__ import annotations

import datetime as dt
from collections import Counter, defaultdict
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import (
    BigInteger,
    ColumnElement,
    Subquery,
    and_,
    case,
    cast,
    func,
    literal,
    or_,
    select,
)

from portal.base.batch import plain_rows
from portal.base.daycount import days_between
from portal.base.work import Reader
from portal.core.dispute import Verdict
from portal.core.ledger import Kind
from portal.core.payment_record import BEFORE_DAYS, RECENT_DAYS, YEAR_DAYS, Lateness, Trade
from portal.core.promise_kept import JUDGED, State
from portal.disputes.deciding import counts
from portal.invoices.open_items import Scope, both, everyone, seen_by
from portal.invoices.paid_parts import paid_parts
from portal.promises.queries import list_promises
from portal.promises.rows import PromiseFilter
from portal.tables.disputes import Dispute, DisputeDecision
from portal.tables.invoices import Entry, Part
from portal.tables.promises import Promise

#: part and whole, both counted
Shares = Mapping[int, tuple[int, int]]
#: What falls due and is paid late or in time.
OWED = (Kind.INVOICE, Kind.CHARGE)


@dataclass(frozen=True, slots=True)
class Record:
    """The sums of customers, by their ids; who has none is not among them."""

    lateness: Mapping[int, list[Lateness]] = field(default_factory=dict)
    trade: Mapping[int, list[Trade]] = field(default_factory=dict)
    #: Promises kept in time of those that are over.
    promises: Shares = field(default_factory=dict)
    #: Disputes that were right at least in part of those decided.
    disputes: Shares = field(default_factory=dict)


def record_of(r: Reader, on: dt.date, whom: Scope = everyone) -> Record:
    """What the books tell on a day of everybody whom the reader may see, or of some."""
    whose = both(seen_by(r.actor), whom)
    return Record(
        _lateness(r, on, whose),
        _trade(r, on, whose),
        _promises(r, on, whom),
        _disputes(r, on, whose),
    )


def lateness_of(r: Reader, on: dt.date, whom: Scope) -> Mapping[int, list[Lateness]]:
    """How late those whom the reader may see have paid, by the end of a day."""
    return _lateness(r, on, both(seen_by(r.actor), whom))


# ── How late ─────────────────────────────────────────────────────────────────


def _lateness(r: Reader, on: dt.date, whose: Scope) -> dict[int, list[Lateness]]:
    """
    Due parts that were paid wholly, by the value date of the credit that settled them, or overdue.

    The latter are late up to the day, and count as of that day.
    """
    items = judged_parts(on, whose)
    minor, late, paid_on = items.c.amount_minor, items.c.late, items.c.paid_on
    recent = paid_on > on - dt.timedelta(days=RECENT_DAYS)
    before = and_(~recent, paid_on > on - dt.timedelta(days=RECENT_DAYS + BEFORE_DAYS))
    sums: list[Any] = [
        func.count(),
        _whole(case((late == 0, 1), else_=0)),
        _whole(minor),
        func.sum(minor * late),
    ]
    for part in (recent, before):
        sums += [
            _whole(case((part, 1), else_=0)),
            _whole(case((part, minor), else_=0)),
            func.sum(case((part, minor * late), else_=0)),
        ]
    sums.append(_whole(items.c.term))
    found = defaultdict(list)
    rows = select(items.c.customer_id, *sums).group_by(items.c.customer_id, items.c.currency)
    for customer_id, *told in plain_rows(r.session, rows):
        found[customer_id].append(Lateness(*map(int, told)))
    return found


def _whole(values: Any) -> ColumnElement[int]:
    """A sum that PostgreSQL gives as a whole number, which is read sooner than a decimal one."""
    return cast(func.sum(values), BigInteger)


def judged_parts(on: dt.date, whose: Scope) -> Subquery:
    """Each due part that is over: when it was paid or the day itself, and how late that is."""
    settled = paid_parts(on, whose)
    same_part = and_(
        settled.c.customer_id == Part.customer_id,
        settled.c.entry_id == Part.entry_id,
        settled.c.part == Part.part,
        settled.c.paid == Part.amount_minor,
    )
    paid_on: Any = func.coalesce(settled.c.settled_on, literal(on, Part.due_on.type))
    late: Any = case((paid_on > Part.due_on, days_between(Part.due_on, paid_on)), else_=0)
    return (
        select(
            Part.customer_id,
            Part.currency,
            Part.amount_minor,
            late.label("late"),
            paid_on.label("paid_on"),
            days_between(Part.dated_on, Part.due_on).label("term"),
        )
        .join(Entry, and_(Entry.id == Part.entry_id, Entry.kind.in_(OWED)))
        .outerjoin(settled, same_part)
        .where(
            Part.dated_on <= on,
            Part.due_on.is_not(None),
            whose(Part.customer_id),
            or_(settled.c.paid.is_not(None), Part.due_on < on),
        )
        .subquery("judged")
    )


# ── How much ─────────────────────────────────────────────────────────────────


def _trade(r: Reader, on: dt.date, whose: Scope) -> dict[int, list[Trade]]:
    year = Entry.dated_on > on - dt.timedelta(days=YEAR_DAYS)
    is_invoice = Entry.kind == Kind.INVOICE
    is_sale = Entry.kind.in_((Kind.INVOICE, Kind.CREDIT_NOTE))
    columns: list[Any] = [
        *(Entry.customer_id, Entry.currency),
        func.min(case((is_invoice, Entry.dated_on))),
        _whole(case((and_(is_invoice, year), 1), else_=0)),
        _whole(case((and_(is_sale, year), Entry.amount_minor), else_=0)),
        _whole(Entry.amount_minor),
    ]
    rows = (
        select(*columns)
        .where(Entry.dated_on <= on, Entry.memo == 0, whose(Entry.customer_id))
        .group_by(Entry.customer_id, Entry.currency)
    )
    found = defaultdict(list)
    for customer_id, currency, first_on, *told in plain_rows(r.session, rows):
        found[customer_id].append(Trade(currency, first_on, *map(int, told)))
    return found


# ── How reliable ─────────────────────────────────────────────────────────────


def _promises(r: Reader, on: dt.date, whom: Scope) -> Shares:
    """As `core.promise_board` counts them: those of the year that are over, by number."""
    since, where = on - dt.timedelta(days=YEAR_DAYS), (whom(Promise.customer_id),)
    asked = PromiseFilter(from_on=since, to_on=on, counts=True, where=where)
    kept: Counter[int] = Counter()
    judged: Counter[int] = Counter()
    for row in list_promises(r, asked, on):
        judged[row.customer_id] += row.state in JUDGED
        kept[row.customer_id] += row.state is State.KEPT
    return {key: (kept[key], count) for key, count in judged.items() if count}


def _disputes(r: Reader, on: dt.date, whose: Scope) -> Shares:
    """As `core.dispute_measures` counts them: each as last decided, where that was in the year."""
    zone = ZoneInfo(r.company.timezone)
    until = dt.datetime.combine(on + dt.timedelta(days=1), dt.time(), zone)
    newest = (
        select(func.max(DisputeDecision.id).label("id"))
        .where(counts(), DisputeDecision.at < until)
        .group_by(DisputeDecision.dispute_id)
        .subquery("newest")
    )
    is_right = case((DisputeDecision.verdict == Verdict.REJECT, 0), else_=1)
    rows = (
        select(Dispute.customer_id, func.sum(is_right), func.count())
        .join(DisputeDecision, DisputeDecision.dispute_id == Dispute.id)
        .join(newest, newest.c.id == DisputeDecision.id)
        .where(
            DisputeDecision.at >= until - dt.timedelta(days=YEAR_DAYS), whose(Dispute.customer_id)
        )
        .group_by(Dispute.customer_id)
    )
    return {key: (int(right), int(count)) for key, right, count in r.session.execute(rows)}
