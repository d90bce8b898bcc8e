"""
What stands in somebody's calendar feed: the days that wait for them, as their pages tell them.

A customer's person gets each thing by itself; staff get one line a day for what is many. Whatever
is in it comes through the reader's own eyes: what a page hides is not here either.
"""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from collections.abc import Iterable, Iterator
from itertools import chain
from typing import Any

from sqlalchemy import func, or_, select

from portal.approvals.queries import waiting_for
from portal.base import formats
from portal.base.access import allows, visible_to
from portal.base.calendars import DayEvent, calendar, event
from portal.base.language import gettext as _
from portal.base.language import ngettext, speaking
from portal.base.work import Reader
from portal.core.dispute import OPEN
from portal.core.money import Money
from portal.disputes.telling import printed_number
from portal.home.feeding import FoundFeed
from portal.invoices.open_items import open_items, whose_items
from portal.promises.board import BoardFilter, awaited_promises, sums_of
from portal.promises.queries import list_promises
from portal.promises.rows import PromiseFilter, PromiseRow
from portal.statements.duties import waits
from portal.tables.approvals import Approval, Task
from portal.tables.customers import Customer
from portal.tables.disputes import Dispute
from portal.tables.invoices import Entry
from portal.tables.statements import Statement

#: How long a day that is over stays in the calendar, and how far ahead due dates are looked for.
BACK, AHEAD = dt.timedelta(days=31), dt.timedelta(days=366)
#: No calendar shows more of a kind with any use.
MOST = 300
UNDECIDED = sorted(OPEN)


def write_feed(r: Reader, feed: FoundFeed) -> bytes:
    """The calendar of a feed, for the reader who is its owner, in their language."""
    with speaking(feed.language):
        kinds: list[Iterable[DayEvent]]
        if r.actor.kind == "staff":
            kinds = [_promised(r, feed), _to_answer(r, feed), _tasks(r, feed), _to_approve(r, feed)]
        else:
            kinds = [_statements(r), _promises(r), _disputes(r)]
            kinds += [_invoices(r)] if feed.with_invoices else []
        events = sorted(chain(*kinds), key=lambda each: (each.on, each.uid))
        return calendar(_("%(company)s: what is due", company=r.company.name), events)


def _event(
    r: Reader, thing: str, on: dt.date, said: tuple[str, str, str], at: dt.datetime
) -> DayEvent:
    """A day of something; `said` is its summary, its description, and the path that shows it."""
    summary, description, path = said
    config = r.keys.config
    url = config.public_url.rstrip("/") + path
    return event(f"{thing}@{config.public_host}", on, summary, description, url, at=at)


# ── A customer's ─────────────────────────────────────────────────────────────


def _statements(r: Reader) -> Iterator[DayEvent]:
    """The statements that wait for an answer, on the day by which it is asked."""
    columns: list[Any] = [Statement, Customer.name]
    rows = (
        select(*columns)
        .join(Customer, Customer.id == Statement.customer_id)
        .where(Statement.in_force == 1, waits())
        .order_by(Statement.confirm_by.desc(), Statement.id)
        .limit(MOST)
    )
    for statement, name in r.session.execute(
        visible_to(rows, r.actor, Statement.customer_id)
    ).all():
        ref = r.refs.of("st", statement.id)
        period = formats.period(statement.period_from, statement.period_to)
        told = _("Answer the statement for %(period)s", period=period)
        said = (told, f"{name}, {statement.number}", f"/statements/{ref}")
        yield _event(r, ref, statement.confirm_by, said, statement.issued_at)


def _promises(r: Reader) -> Iterator[DayEvent]:
    """The promises and instalments that are still to be paid, on the promised day."""
    asked = PromiseFilter(from_on=r.today - BACK, counts=True)
    running = [row for row in list_promises(r, asked) if row.awaited.minor]
    for row in running[:MOST]:
        amount = formats.money(row.awaited)
        if row.plan_id is None:
            told = _("Pay %(amount)s as promised", amount=amount)
        else:
            told = _("Pay the instalment of %(amount)s", amount=amount)
        said = (told, f"{row.customer_name}, {row.number}", f"/promises/{row.ref}")
        yield _event(r, row.ref, row.promised_on, said, row.made_at)


def _disputes(r: Reader) -> Iterator[DayEvent]:
    """The disputes that wait for the house's answer, on the day by which it is due."""
    columns: list[Any] = [Dispute, Customer.name]
    rows = (
        select(*columns)
        .join(Customer, Customer.id == Dispute.customer_id)
        .where(Dispute.state.in_(UNDECIDED), Dispute.answer_by >= r.today - BACK)
        .order_by(Dispute.answer_by, Dispute.id)
        .limit(MOST)
    )
    for dispute, name in r.session.execute(visible_to(rows, r.actor, Dispute.customer_id)).all():
        ref = r.refs.of("di", dispute.id)
        told = _("Our answer to dispute %(number)s is due", number=printed_number(dispute.id))
        yield _event(r, ref, dispute.answer_by, (told, name, f"/disputes/{ref}"), dispute.raised_at)


def _invoices(r: Reader) -> Iterator[DayEvent]:
    """The open parts of documents, on the day on which they are due."""
    items = open_items(r.today, whose_items(r.actor))
    columns: list[Any] = [items.c.entry_id, items.c.part, items.c.due_on, items.c.open]
    rows = (
        select(*columns, items.c.currency, items.c.dated_on, Entry.number, Customer.name)
        .join(Entry, Entry.id == items.c.entry_id)
        .join(Customer, Customer.id == items.c.customer_id)
        .where(items.c.open > 0, items.c.due_on.between(r.today - BACK, r.today + AHEAD))
        .order_by(items.c.due_on, items.c.entry_id, items.c.part)
        .limit(MOST)
    )
    for row in r.session.execute(rows):
        ref = r.refs.of("iv", row.entry_id)
        amount = formats.money(Money(row.open, row.currency))
        told = _("%(amount)s of %(number)s is due", amount=amount, number=row.number)
        at = dt.datetime.combine(row.dated_on, dt.time(), dt.UTC)
        said = (told, row.name, f"/invoices/{ref}")
        yield _event(r, f"{ref}-{row.part}", row.due_on, said, at)


# ── Staff's: one line a day ──────────────────────────────────────────────────


def _promised(r: Reader, feed: FoundFeed) -> Iterator[DayEvent]:
    """What is awaited under promises, by the last day on which it is in time."""
    if not allows(r.actor, "promise.view"):
        return
    by_day: defaultdict[dt.date, list[PromiseRow]] = defaultdict(list)
    for row in awaited_promises(r, BoardFilter()):
        if row.last_day >= r.today - BACK:
            by_day[row.last_day].append(row)
    for day, rows in by_day.items():
        amounts = ", ".join(formats.money(each.awaited) for each in sums_of(rows))
        told = ngettext(
            "%(num)s promise: %(amounts)s",
            "%(num)s promises: %(amounts)s",
            len(rows),
            amounts=amounts,
        )
        at = max(row.made_at for row in rows)
        yield _event(r, f"promises-{day}-{feed.ref}", day, (told, "", "/desk/promises"), at)


def _to_answer(r: Reader, feed: FoundFeed) -> Iterator[DayEvent]:
    """The disputes to be answered, by day."""
    if not allows(r.actor, "dispute.decide"):
        return
    columns: list[Any] = [Dispute.answer_by, func.count(), func.max(Dispute.raised_at)]
    rows = select(*columns).where(Dispute.state.in_(UNDECIDED), Dispute.answer_by >= r.today - BACK)
    mine = visible_to(rows, r.actor, Dispute.customer_id).group_by(Dispute.answer_by)
    for day, count, at in r.session.execute(mine.order_by(Dispute.answer_by)).all():
        told = ngettext("%(num)s dispute to answer", "%(num)s disputes to answer", count)
        yield _event(r, f"disputes-{day}-{feed.ref}", day, (told, "", "/desk/disputes"), at)


def _tasks(r: Reader, feed: FoundFeed) -> Iterator[DayEvent]:
    """The open tasks that are the reader's or nobody's, by day."""
    if not allows(r.actor, "task.do"):
        return
    columns: list[Any] = [Task.due_on, func.count(), func.max(Task.made_at)]
    rows = select(*columns).where(
        Task.done_at.is_(None),
        Task.due_on >= r.today - BACK,
        or_(Task.owner_id.is_(None), Task.owner_id == r.actor.user_id),
    )
    mine = visible_to(rows, r.actor, Task.customer_id).group_by(Task.due_on)
    for day, count, at in r.session.execute(mine.order_by(Task.due_on)).all():
        told = ngettext("%(num)s task", "%(num)s tasks", count)
        yield _event(r, f"tasks-{day}-{feed.ref}", day, (told, "", "/desk/tasks"), at)


def _to_approve(r: Reader, feed: FoundFeed) -> Iterator[DayEvent]:
    """What waits for the reader's approval, today: it has no day of its own."""
    if not allows(r.actor, "approval.decide"):
        return
    found = r.session.execute(waiting_for(r).add_columns(func.max(Approval.asked_at))).all()
    if found:
        count, at = sum(row[1] for row in found), max(row[3] for row in found)
        told = ngettext("%(num)s request to approve", "%(num)s requests to approve", count)
        yield _event(r, f"approvals-{feed.ref}", r.today, (told, "", "/desk/approvals"), at)
