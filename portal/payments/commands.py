"""Money moved by hand: applied, un-applied, refunded, transferred; each act leaves its row."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

from sqlalchemy import select

from portal.base.access import NotFound, Permission
from portal.base.work import Work
from portal.core.errors import RuleBroken
from portal.core.ledger import Allocation as Applied
from portal.core.ledger import Kind
from portal.core.money import Money
from portal.customers.groups import Groups
from portal.payments.applying_singly import Key, apply_wholly
from portal.payments.asks import Ask
from portal.payments.by_hand import CLERK, Done, Leg, ask, find_credit, free_number, leave, locked
from portal.payments.by_hand import post as post_legs
from portal.payments.early_discounts import grant_discounts
from portal.tables.customers import Customer
from portal.tables.invoices import Entry
from portal.tables.payments import Allocation


@dataclass(frozen=True)
class Take:
    """How much of a credit goes to which due part."""

    entry_id: int
    part: int
    amount: Money


@dataclass(frozen=True)
class ApplyByHand:
    """That a credit pays due parts, of its customer or of others of the group."""

    credit_id: int
    takes: tuple[Take, ...]
    #: The day from which it counts; today where none is said.
    from_on: dt.date | None = None


@dataclass(frozen=True)
class EndApplication:
    """That an application of a credit ends from a day."""

    credit_id: int
    entry_id: int
    part: int
    nth: int
    from_on: dt.date


@dataclass(frozen=True)
class RefundByHand:
    """That money of a credit was paid back."""

    credit_id: int
    amount: Money
    reason: str = ""


@dataclass(frozen=True)
class TransferByHand:
    """That money of a credit belongs to another customer, who is named by the code."""

    credit_id: int
    customer_code: str
    amount: Money
    reason: str = ""


def apply_by_hand(w: Work, c: ApplyByHand) -> int:
    """
    Applies a credit to due parts as a person says; items of the group by a transfer.

    Raises: hand.nothing_chosen, hand.day_in_future, hand.currencies_differ, hand.another_group,
    hand.no_room.
    """
    w.require(Permission.PAYMENT_APPLY)
    credit = find_credit(w, c.credit_id)
    wanted = select(Entry).where(Entry.id.in_([take.entry_id for take in c.takes]))
    items = {each.id: each for each in w.session.scalars(wanted)}
    locked(w, {credit.customer_id, *(item.customer_id for item in items.values())})
    takes = [take for take in c.takes if take.amount.minor > 0]
    if not takes:
        raise RuleBroken("hand.nothing_chosen")
    day, done = _day(w, c.from_on), Done()
    asks = [one for take in takes for one in _asks(w, credit, items, take, day, done)]
    done.made = apply_wholly(w.session, asks, CLERK)
    granted = grant_discounts(w, {take.entry_id for take in takes})
    done.posted += [each.credit_id for each in granted]
    done.made += apply_wholly(w.session, granted, CLERK)
    total = Money.total((take.amount for take in takes), credit.currency)
    return leave(w, credit, "apply", total, day, done)


def _asks(
    w: Work, credit: Entry, items: dict[int, Entry], take: Take, day: dt.date, done: Done
) -> list[Ask]:
    """What one take asks for; across two customers it posts the transfer that carries it."""
    item = items.get(take.entry_id)
    if item is None or item.amount_minor <= 0:
        raise NotFound("item")
    if item.currency != credit.currency:
        raise RuleBroken("hand.currencies_differ", item=item.number, currency=item.currency)
    done.documents.append(item.number)
    from_on = max(day, credit.dated_on, item.dated_on)
    if item.customer_id == credit.customer_id:
        return [ask(credit.id, item, take.amount, from_on, take.part)]
    if not Groups(w.session).share(credit.customer_id, item.customer_id):
        raise RuleBroken("hand.another_group", item=item.number)
    taken, given = _transfer(w, credit, Move(item.customer_id, take.amount, from_on, item.id))
    done.posted += [taken.id, given.id]
    return [
        ask(credit.id, taken, take.amount, from_on),
        ask(given.id, item, take.amount, from_on, take.part),
    ]


@dataclass(frozen=True)
class Move:
    """Money that goes to another customer's account."""

    to_id: int
    amount: Money
    on: dt.date
    #: The item that it is for, where it is for one.
    about_id: int | None = None
    reason: str | None = None


def _transfer(w: Work, credit: Entry, move: Move) -> tuple[Entry, Entry]:
    """The two entries that carry money from a credit's account to another customer's."""
    number = free_number(w, credit, "transfer")
    sides = (
        (credit.customer_id, move.to_id, move.amount),
        (move.to_id, credit.customer_id, -move.amount),
    )
    legs = [
        Leg(
            mine,
            Kind.TRANSFER,
            signed,
            number,
            move.on,
            "transfer",
            move.reason,
            move.about_id,
            other,
            leg,
        )
        for leg, (mine, other, signed) in enumerate(sides)
    ]
    taken, given = post_legs(w, legs)
    return w.session.get_one(Entry, taken), w.session.get_one(Entry, given)


def end_application(w: Work, c: EndApplication) -> int:
    """
    Ends an application from a day, its first or a later one; it is never deleted.

    Raises: hand.day_in_future, allocation.ended_already, allocation.ends_too_early.
    """
    w.require(Permission.PAYMENT_APPLY)
    credit = find_credit(w, c.credit_id)
    locked(w, [credit.customer_id])
    key = (credit.customer_id, c.entry_id, c.part, credit.id, c.nth)
    row = w.session.get(Allocation, key, with_for_update=True)
    if row is None:
        raise NotFound("application")
    item = w.session.get_one(Entry, c.entry_id)
    amount = Money(row.amount_minor, row.currency)
    applied = Applied(credit.id, item.id, c.part, amount, row.effective_on, row.ended_on)
    try:
        row.ended_on = applied.ended(_day(w, c.from_on)).ended_on
    except RuleBroken as broken:
        raise RuleBroken(broken.code, "from_on", **broken.facts) from broken
    w.session.flush()
    done = Done(ended=[(key, c.from_on)], documents=[item.number])
    return leave(w, credit, "unapply", amount, c.from_on, done)


def refund_by_hand(w: Work, c: RefundByHand) -> int:
    """
    Posts that money of a credit was paid back, and applies the credit to it.

    Raises: hand.no_amount, hand.only_left.
    """
    w.require(Permission.PAYMENT_APPLY)
    credit = find_credit(w, c.credit_id)
    locked(w, [credit.customer_id])
    _check_amount(c.amount)
    number, day = free_number(w, credit, "refund"), max(w.today, credit.dated_on)
    leg = Leg(credit.customer_id, Kind.REFUND, c.amount, number, day, "refund", c.reason or None)
    refund = w.session.get_one(Entry, post_legs(w, [leg])[0])
    done = Done(posted=[refund.id], documents=[number])
    done.made = _used(w, ask(credit.id, refund, c.amount, day))
    return leave(w, credit, "refund", c.amount, day, done)


def transfer_by_hand(w: Work, c: TransferByHand) -> int:
    """
    Posts that money of a credit belongs to another customer, where it is on account from then on.

    Raises: hand.no_amount, hand.unknown_customer, hand.same_customer, hand.only_left.
    """
    w.require(Permission.PAYMENT_APPLY)
    credit = find_credit(w, c.credit_id)
    to_id = w.session.scalar(select(Customer.id).where(Customer.code == c.customer_code.strip()))
    if to_id is None:
        raise RuleBroken("hand.unknown_customer", "to", customer=c.customer_code)
    locked(w, [credit.customer_id, to_id])
    if to_id == credit.customer_id:
        raise RuleBroken("hand.same_customer", "to")
    _check_amount(c.amount)
    day = max(w.today, credit.dated_on)
    taken, given = _transfer(w, credit, Move(to_id, c.amount, day, None, c.reason or None))
    done = Done(posted=[taken.id, given.id], documents=[c.customer_code.strip()])
    done.made = _used(w, ask(credit.id, taken, c.amount, day))
    return leave(w, credit, "transfer", c.amount, day, done)


def _used(w: Work, wanted: Ask) -> list[Key]:
    """Applies a credit to what was posted about it; what is too much is told of its own field."""
    try:
        return apply_wholly(w.session, [wanted], CLERK)
    except RuleBroken as broken:
        raise RuleBroken("hand.only_left", "amount", fits=broken.facts["fits"]) from broken


def _day(w: Work, said: dt.date | None) -> dt.date:
    if said is not None and said > w.today:
        raise RuleBroken("hand.day_in_future", "from_on", today=w.today)
    return said or w.today


def _check_amount(amount: Money) -> None:
    if amount.minor <= 0:
        raise RuleBroken("hand.no_amount", "amount")
