"""
May an order be shipped: the facts are gathered in a few statements, and core decides on them.

Nothing is changed here; `orders` asks the same under the lock of the group and keeps the answer.
"""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

from sqlalchemy import select

from portal.base.access import visible_to
from portal.base.work import Reader
from portal.core.credit_decision import Asked, Bound, Decision, Overdue, decide
from portal.core.errors import RuleBroken
from portal.core.exposure import Elsewhere, Part, expose, left_of_order, ordered_once
from portal.core.lots import LotRule, Purchases
from portal.core.money import Money
from portal.core.payment_record import YEAR_DAYS, Trade, monthly_sales
from portal.credit.exposure import currencies_of, together
from portal.credit.exposure_sums import CHAINS, WHETHER, Added, figures_by_customer, read
from portal.credit.grades import prepays_by_grade
from portal.credit.groups import About, Group, about, as_day, group_of
from portal.credit.rates import rates_on
from portal.tables.customers import Customer
from portal.tables.orders import SalesOrder

CHAIN = CHAINS.replace("{which}", "o.code = :code").replace("o.id, ", WHETHER)
OLDEST = """select e.number, p.due_on from part p join entry e on e.id = p.entry_id
where p.customer_id = :customer_id and p.due_on < :cutoff and p.dated_on <= :on
and p.amount_minor > coalesce((select sum(a.amount_minor) from allocation a
  where a.customer_id = p.customer_id and a.entry_id = p.entry_id and a.part = p.part
  and a.memo = 0 and a.effective_on <= :on and (a.ended_on is null or a.ended_on > :on)), 0)
  + coalesce((select sum(coalesce(d.amount_minor, p.amount_minor)) from disputed_part d
  where d.customer_id = p.customer_id and d.entry_id = p.entry_id and d.part = p.part
  and d.from_on <= :on and (d.ended_on is null or d.ended_on > :on)), 0)
order by p.due_on, e.number limit 1"""


#: A customer's type, its first invoice in a currency, and a year's sales in it.
BOUGHT = """select c.customer_type, min(case when e.kind = 1 then e.dated_on end) as first_on,
  coalesce(sum(case when e.dated_on > :since then e.amount_minor else 0 end), 0) as sales
from customer c left join entry e on e.customer_id = c.id and e.currency = :currency
  and e.kind in (1, 3) and e.dated_on <= :on
where c.id = :customer_id group by c.customer_type"""
#: Every customer, of whatever type.
ANY_TYPE = "*"


@dataclass(frozen=True)
class AskCheck:
    """Whether goods for an amount may be shipped to a customer."""

    customer_id: int
    amount: Money
    #: An order that is known: it is taken out of the exposure first, and asked for as a whole.
    order_code: str = ""


@dataclass(frozen=True, slots=True)
class Chain:
    """What an order, its deliveries and its invoices come to, in minor units."""

    order_id: int
    currency: str
    ordered: int
    invoiced: int
    delivered: int
    #: Whether what is left of it counts at present.
    counts: bool
    decision: str | None

    @property
    def left(self) -> int:
        """What of it counts besides its invoices and deliveries."""
        return left_of_order(self.ordered, self.invoiced, self.delivered) if self.counts else 0

    def allows(self, minor: int) -> bool:
        """Whether so much of it was allowed already."""
        is_allowed = self.decision in {"allow", "released"}
        return self.counts and is_allowed and minor <= self.ordered


@dataclass(frozen=True)
class Checked:
    """The answer, and what would be added by what was asked for."""

    decision: Decision
    added: Money


def check(r: Reader, c: AskCheck, on: dt.date) -> Checked:
    """
    Whether it may be shipped on a day.

    Raises: order.of_another, order.currency_differs.
    """
    group = group_of(r, c.customer_id, on)
    return check_in(r, c, group, on)


def check_in(r: Reader, c: AskCheck, group: Group, on: dt.date) -> Checked:
    """The same for a group that was read already, under its lock where one is wanted."""
    known = about(r, group, on)
    members = group.below(group.path[-1].id)
    sums = {
        customer_id: dict(figures)
        for customer_id, figures in figures_by_customer(r, on, members).items()
    }
    chain = _chain(r, c, on)
    counted = {member.counted_in for member in group.path}
    rates = rates_on(r, on, currencies_of(sums) | counted | {c.amount.currency})
    added = c.amount
    if chain is not None:
        elsewhere = _taken_out(sums.setdefault(c.customer_id, {}), chain)
        whole = max(chain.ordered, c.amount.minor)
        left = left_of_order(whole, chain.invoiced, chain.delivered)
        told: Added = {(Part.ORDERS, chain.currency): left}
        for each, minor in elsewhere.items():
            told[Part.ORDERS, each._replace(left=left)] = minor
        added = ordered_once(told, chain.currency, group.customer.counted_in, rates, on)
    bounds = tuple(
        Bound(
            member.code,
            expose(together(sums, group.below(member.id)), member.counted_in, rates, on),
            member.limit,
            member.valid_until,
            _prepays(r, known, member.id, group),
        )
        for member in group.path
    )
    days = _hold_days(r, known)
    asked = Asked(
        amount=added,
        on=on,
        bounds=bounds,
        rates=tuple(rates),
        standing=known.standing,
        review_due_on=known.review_due_on,
        overdue=None if days is None else _oldest_overdue(r, c.customer_id, on, days),
        hold_overdue_days=days,
        purchases=_purchases(r, c.customer_id, added.currency, on),
        lots=_lot_rule(r),
        was_allowed=chain is not None and chain.allows(c.amount.minor),
    )
    return Checked(decide(asked), added)


def _taken_out(own: Added, chain: Chain) -> dict[Elsewhere, int]:
    """Takes an order out of the figures, and gives what it came to in other currencies."""
    key = (Part.ORDERS, chain.currency)
    own[key] = own.get(key, 0) - chain.left
    mine = [
        (part, each)
        for part, each in own
        if isinstance(each, Elsewhere) and each.order == str(chain.order_id)
    ]
    return {each: own.pop((part, each)) for part, each in mine}


def check_known(r: Reader, order_code: str) -> None:
    """
    Refuse an order that is not here: the answer to it would be that to a plain amount.

    Raises: order.unknown.
    """
    known = select(SalesOrder.id).where(SalesOrder.code == order_code)
    if r.session.scalar(visible_to(known, r.actor, SalesOrder.customer_id)) is None:
        raise RuleBroken("order.unknown", field="order", order=order_code)


def own_currency(r: Reader, customer_id: int, order_code: str = "") -> str:
    """The currency that an amount is in where nobody says: the order's, else the customer's."""
    of_order = select(SalesOrder.currency).where(
        SalesOrder.code == order_code, SalesOrder.customer_id == customer_id
    )
    found = r.session.scalar(of_order) if order_code else None
    own = visible_to(select(Customer.currency), r.actor, Customer.id)
    found = found or r.session.scalar(own.where(Customer.id == customer_id))
    return found or r.company.currency


def _prepays(r: Reader, known: About, member_id: int, group: Group) -> bool:
    """Whether a member of the path prepays; a grade speaks of the customer who is asked for."""
    is_asked = member_id == group.customer.id
    return member_id in known.prepaying or (is_asked and prepays_by_grade(r, known.grade))


def _hold_days(r: Reader, known: About) -> int | None:
    """More days overdue than these hold: those of the grade, without one the policy's."""
    grade = r.policy.grade(known.grade)
    if grade is not None:
        return grade.hold_overdue_days
    told = r.policy.values["credit_hold_overdue_days"]
    return None if told is None else int(told)


def _lot_rule(r: Reader) -> LotRule:
    values = r.policy.values
    least, most = int(values["credit_lot_least_days"]), int(values["credit_lot_most_days"])
    return LotRule(min(least, most), most, bool(values["credit_lot_holds"]))


def _purchases(r: Reader, customer_id: int, currency: str, on: dt.date) -> Purchases | None:
    """What the customer usually buys; None where the policy asks for no small lots from it."""
    types = {str(each).strip().lower() for each in r.policy.values["credit_lot_types"]}
    if not types:
        return None
    since = on - dt.timedelta(days=YEAR_DAYS)
    values = {"customer_id": customer_id, "currency": currency, "on": on, "since": since}
    row = read(r, BOUGHT, values).one()
    first_on = as_day(row.first_on)
    if not types & {ANY_TYPE, (row.customer_type or "").strip().lower()} or first_on is None:
        return None
    monthly = monthly_sales(Trade(currency, first_on, sales_minor=int(row.sales)), on)
    return None if monthly is None else Purchases(monthly, first_on)


def _chain(r: Reader, c: AskCheck, on: dt.date) -> Chain | None:
    """The order that is named, where it is known."""
    if not c.order_code:
        return None
    values = {"code": c.order_code, "on": on, "keys": [c.customer_id]}
    row = read(r, CHAIN, values).first()
    if row is None:
        return None
    if row.customer_id != c.customer_id:
        raise RuleBroken("order.customer_differs", field="order", order=c.order_code)
    if row.currency != c.amount.currency:
        raise RuleBroken("order.currency_differs", field="amount", currency=row.currency)
    sums = (int(row.ordered), int(row.invoiced), int(row.delivered))
    return Chain(row.id, row.currency, *sums, bool(row.counts), row.decision)


def _oldest_overdue(r: Reader, customer_id: int, on: dt.date, days: int) -> Overdue | None:
    """The oldest item that is more days late than hold, and not wholly disputed."""
    values = {"customer_id": customer_id, "on": on, "cutoff": on - dt.timedelta(days=days)}
    row = read(r, OLDEST, values).first()
    if row is None:
        return None
    due_on = as_day(row.due_on)
    assert due_on is not None
    return Overdue(row.number, due_on)
