"""
Reminders before the day: each due part once for each of its days, one message an account and day.

What is disputed, promised, held or paid is not reminded of; what was missed is caught up with while
the day has not passed.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterator, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass
from typing import Any

from sqlalchemy import select

from portal.base import failpoints
from portal.base.batch import insert_rows
from portal.base.work import Reader, Work
from portal.core.due_reminders import of_customers, reminder_due
from portal.core.ladder import Ladder, Step
from portal.core.ladder_day import Account
from portal.core.notice_items import Asked, still_asked
from portal.core.notice_text import Strength
from portal.escalation.facts import Books
from portal.escalation.notices.queueing import REMINDER, NewNotice, queue_new
from portal.escalation.notices.readers import EMAIL
from portal.escalation.notices.times import counted_on, reminder_speaks
from portal.escalation.planning import slices
from portal.invoices.open_items import Scope, between, open_items
from portal.tables.customers import Customer
from portal.tables.escalation import RemindedPart

AUDIENCE = "customer"
REMINDED = ("customer_id", "entry_id", "part", "audience", "days_before", "on", "notice_id")

Begin = Callable[[], AbstractContextManager[Work]]


@dataclass(frozen=True, slots=True)
class Reminder:
    """What an account is reminded of on a day, and which reminder each part gets."""

    customer_id: int
    currency: str
    parts: tuple[tuple[Asked, int], ...]
    strength: Strength


def remind_all(begin: Begin) -> int:
    """How many messages the reminders of a day made; a second call makes none."""
    with begin() as w:
        ranges = list(slices(w, _soon(w))) if _offsets(w) else []
    made = 0
    for lowest, highest in ranges:
        with begin() as w:
            made += _remind(w, between(lowest, highest))
        failpoints.reached("notices.after_slice")
    return made


def _offsets(r: Reader) -> tuple[int, ...]:
    return of_customers(r.policy.values["reminders_before_due_days"])


def _soon(r: Reader) -> Scope:
    """Customers of whom something falls due within the days of a reminder."""
    items = open_items(r.today, inside=True)
    until = r.today + dt.timedelta(days=max(_offsets(r)))
    back = r.today - dt.timedelta(days=14)  # what fell due on days off counts on the next workday
    due = select(items.c.customer_id).where(items.c.due_on.between(back, until))
    return lambda column: column.in_(due)


def _remind(w: Work, whose: Scope) -> int:
    """Reminds some customers, under their locks: another run waits, and finds nothing to do."""
    locks = select(Customer.id).where(whose(Customer.id)).order_by(Customer.id)
    w.session.execute(locks.with_for_update(key_share=True)).all()
    found = list(plan_reminders(w, whose))
    told = [_new_notice(w, each) for each in found]
    by_account = {(each.customer_id, each.currency): each for each in found}
    first: dict[tuple[int, str], int] = {}
    made = queue_new(w, told)
    for notice, notice_id in made:
        first.setdefault((notice.customer_id, notice.currency), notice_id)
    rows = list(_reminded(w, by_account.values(), first))
    insert_rows(w.session, RemindedPart.__table__, REMINDED, rows)
    if made:
        w.audit("notices.reminded", f"reminders/{w.today}", count=len(made))
    return len(made)


def plan_reminders(r: Reader, whose: Scope) -> Iterator[Reminder]:
    """What some customers are to be reminded of today."""
    offsets = _offsets(r)
    if not offsets:
        return
    early = Ladder("", steps=(Step("", days_overdue=-max(offsets)),))
    done = _done(r, whose)
    for account, _ladder in Books(r, r.today, (early,)).accounts(whose):
        parts = tuple(_parts(r, account, offsets, done))
        if parts:
            days = [asked.item.due_on or r.today for asked, _ in parts]
            strength = reminder_speaks(r, days) or Strength.DUE_TODAY
            yield Reminder(account.customer_id, account.currency, parts, strength)


def _parts(
    r: Reader, account: Account, offsets: Sequence[int], done: set[tuple[int, int, int]]
) -> Iterator[tuple[Asked, int]]:
    keys = {(item.entry_id, item.part) for item in account.items}
    for asked in still_asked(account, keys):
        item = asked.item
        offset = reminder_due(counted_on(r, item.due_on or r.today), r.today, offsets)
        if offset is not None and (item.entry_id, item.part, offset) not in done:
            yield asked, offset


def _done(r: Reader, whose: Scope) -> set[tuple[int, int, int]]:
    columns: list[Any] = [RemindedPart.entry_id, RemindedPart.part, RemindedPart.days_before]
    rows = select(*columns).where(
        whose(RemindedPart.customer_id), RemindedPart.audience == AUDIENCE
    )
    return {(row[0], row[1], row[2]) for row in r.session.execute(rows)}


def _new_notice(w: Work, reminder: Reminder) -> NewNotice:
    oldest = reminder.parts[0][0].item
    about = f"{reminder.customer_id}/{reminder.currency}/{w.today}/{oldest.entry_id}-{oldest.part}"
    parts = [[asked.item.entry_id, asked.item.part] for asked, _ in reminder.parts]
    return NewNotice(
        customer_id=reminder.customer_id,
        currency=reminder.currency,
        about=f"{REMINDER}/{about}",
        kind=REMINDER,
        step="",
        channel=EMAIL,
        strength=reminder.strength.value,
        on=w.today,
        facts={"parts": parts},
    )


def _reminded(
    w: Work, found: Any, notices: dict[tuple[int, str], int]
) -> Iterator[tuple[Any, ...]]:
    """That each part was reminded of; also of who cannot be reached, once is enough."""
    for each in found:
        notice_id = notices.get((each.customer_id, each.currency))
        for asked, offset in each.parts:
            item = asked.item
            yield (
                *(each.customer_id, item.entry_id, item.part),
                *(AUDIENCE, offset, w.today, notice_id),
            )
