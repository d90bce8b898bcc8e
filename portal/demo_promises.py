"""
The demo's promises, one of each state: kept, kept late, kept in part, broken, running, and a wish.

The books know when each invoice is going to be paid; whoever promised did not.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from sqlalchemy import select

from portal.base.access import SYSTEM, Actor
from portal.base.installation import Installation
from portal.base.work import Reader, Work
from portal.core.ledger import Kind
from portal.core.promise import Reason, last_offered, unfit
from portal.demo_people import acting, surroundings_of
from portal.people.recognising import actor_of
from portal.promises import daily
from portal.promises.commands import make_promise, record_promise
from portal.promises.extending import ask_extension
from portal.promises.promisable import PromisableRow, list_promisable
from portal.promises.wishes import Wish, WishedItem
from portal.tables.customers import Customer
from portal.tables.invoices import Entry
from portal.tables.payments import Allocation
from portal.tables.people import User

#: Gives the installation with its clock at an hour of a day.
At = Callable[[dt.date, int], Installation]

NOW, LATELY = range(1), range(8, 60)
#: Nobody promises what is due in a month, nor for today.
NEAR, NOTICE = dt.timedelta(days=6), dt.timedelta(days=2)


@dataclass(frozen=True, slots=True)
class Bill:
    """An item that is open on a day, and the days on which money comes for it later."""

    item: PromisableRow
    paid_on: tuple[dt.date, ...]
    is_paid: bool


#: The day for which an item is promised; None where it is not the right one.
Choose = Callable[[Reader, Bill], dt.date | None]


def _in_time(r: Reader, bill: Bill) -> dt.date | None:
    """For the day on which it is going to be paid, or the workday after it."""
    return r.calendar().on_or_after(bill.paid_on[0]) if bill.is_paid else None


def _too_early(r: Reader, bill: Bill) -> dt.date | None:
    """For some days before it is going to be paid."""
    return r.calendar().add_workdays(bill.paid_on[0], -3) if bill.is_paid else None


def _of_a_part(r: Reader, bill: Bill) -> dt.date | None:
    """For the day on which a part of it comes."""
    is_part = bill.paid_on and not bill.is_paid
    return r.calendar().on_or_after(bill.paid_on[0]) if is_part else None


def _in_vain(r: Reader, bill: Bill) -> dt.date | None:
    """For a day by which nothing comes."""
    return None if bill.paid_on else r.calendar().add_workdays(r.today, 3)


def _soon(r: Reader, bill: Bill) -> dt.date | None:
    """For the day after tomorrow or the due date, or the last day that is offered."""
    last = last_offered(bill.item.limit, r.today, r.calendar())
    wanted = max(bill.item.due_on or r.today, r.today + NOTICE)
    return last and min(last, r.calendar().on_or_after(wanted))


def _beyond(r: Reader, bill: Bill) -> dt.date | None:
    """For a day two weeks beyond the limit."""
    latest = bill.item.limit.latest_on
    return latest and r.calendar().on_or_after(latest + dt.timedelta(days=14))


@dataclass(frozen=True)
class Story:
    """Who promises for which customer, how long ago, for which day, and what they say."""

    code: str
    email: str
    choose: Choose
    days_ago: range = LATELY
    act: Callable[[Work, Wish], int] = make_promise
    said: Mapping[str, Any] = field(default_factory=dict)


STORIES = (
    Story("DONGFANG", "sun.li@dongfang.example", _in_time),
    Story("PINNACLE", "dana.reyes@pinnacle.example", _too_early),
    Story("MISTRAL", "paul.martin@mistral.example", _of_a_part),
    Story(
        "BEIFANG",
        "wang.fang@lindqvist-motion.example",
        _in_vain,
        act=record_promise,
        said={"way": "phone", "given_by": "马超", "note": "客户的货款还没有到账"},
    ),
    Story("XINGHAI", "liu.yang@xinghai.example", _soon, NOW),
    Story("HUADONG", "chen.wei@huadong.example", _soon, NOW),
    Story(
        "YUNTAI",
        "luo.bin@yuntai.example",
        _beyond,
        NOW,
        ask_extension,
        {"note": "验收后工厂停产两周，复产后马上付款。"},
    ),
)


def promise_all(at: At, on: dt.date) -> None:
    """Each of the promises on its own day; then the day's look at all of them."""
    for story in STORIES:
        for days in story.days_ago:
            if _promised(at(on - dt.timedelta(days=days), 10), on, story):
                break
    daily.run(at(on, 6), on)


def _promised(then: Installation, on: dt.date, story: Story) -> bool:
    """Whether there was something to be promised on that day, which then is."""
    with then.reading(SYSTEM) as r:
        customer = r.session.scalars(select(Customer).where(Customer.code == story.code)).one()
        wishes = _wishes(r, on, story, customer.id, customer.currency or r.company.currency)
        wish = next(wishes, None)
        actor = _actor(r, story.email)
    if wish is None:
        return False
    with then.work(actor) as w:
        story.act(w, replace(wish, surroundings=surroundings_of(acting(w))))
    return True


def _wishes(
    r: Reader, on: dt.date, story: Story, customer_id: int, currency: str
) -> Iterator[Wish]:
    """What can be promised as the story goes, and is over by then where it began earlier."""
    if r.today < on and not r.calendar().is_workday(r.today):
        return
    for bill in _bills(r, on, customer_id, currency):
        item, pay_on = bill.item, story.choose(r, bill)
        earliest = max(r.today + NOTICE, item.due_on or r.today)
        if pay_on is None or pay_on < earliest or (r.today < on <= pay_on):
            continue
        latest = None if story.choose is _beyond else item.limit.latest_on or dt.date.min
        if unfit(pay_on, r.today, latest, r.calendar()) is None:
            yield Wish(
                customer_id,
                currency,
                (WishedItem(item.entry_id, item.part, item.room),),
                pay_on,
                Reason.AWAITING_OWN_CUSTOMER,
                key=f"demo/{story.code}/{item.number}",
                **story.said,
            )


def _bills(r: Reader, on: dt.date, customer_id: int, currency: str) -> Iterator[Bill]:
    """The items that nobody disputes and that are due by now or soon, the last due first."""
    paid: dict[tuple[int, int], list[tuple[dt.date, int]]] = {}
    later = r.session.execute(
        select(Allocation.entry_id, Allocation.part, Entry.dated_on, Allocation.amount_minor)
        .join(Entry, Entry.id == Allocation.credit_id)
        .where(
            Allocation.customer_id == customer_id,
            Allocation.ended_on.is_(None),
            Entry.kind == Kind.PAYMENT,
            Entry.dated_on.between(r.today, on),
        )
        .order_by(Entry.dated_on)
    )
    for entry_id, part, dated_on, minor in later:
        paid.setdefault((entry_id, part), []).append((dated_on, minor))
    for item in reversed(list_promisable(r, customer_id, currency)):
        is_near = item.due_on is not None and item.due_on <= r.today + NEAR
        if is_near and item.room.minor and not item.disputed.minor:
            came = paid.get((item.entry_id, item.part), [])
            whole = sum(minor for _, minor in came) >= item.open.minor
            yield Bill(item, tuple(day for day, _ in came), whole)


def _actor(r: Reader, email: str) -> Actor:
    user_id = r.session.scalars(select(User.id).where(User.email == email)).one()
    return actor_of(r, user_id)
