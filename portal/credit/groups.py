"""
A customer with those above and below it, and what holds about each of them on a day.

Limits bind upwards: what a customer holds counts in its own limit and in those above it.
"""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import Row, select

from portal.base.access import NotFound, sees, visible_to
from portal.base.work import Reader
from portal.core.credit_decision import BARS
from portal.core.money import Money
from portal.credit.exposure_sums import read
from portal.tables.customers import Customer

#: The customers from one up to the top; a circle is walked once.
UP = """up(id, parent_id) as (
  select id, parent_id from customer where id = :customer_id
  union select c.id, c.parent_id from customer c join up on c.id = up.parent_id)"""
#: The limit in force: the last dated row, before the first what the file said.
MEMBERS = f"""with recursive {UP}, tree(id) as (
  select id from up union select c.id from customer c join tree on c.parent_id = tree.id)
select c.id, c.parent_id, c.code, c.name, c.currency, c.credit_limit_minor,
  c.credit_limit_currency, l.id as limit_id, l.amount_minor, l.currency as limit_currency,
  l.valid_until
from tree join customer c on c.id = tree.id
left join credit_limit l on l.id = (select d.id from credit_limit d
  where d.customer_id = c.id and d.effective_on <= :on
  order by d.effective_on desc, d.id desc limit 1)
order by c.id"""  # noqa: S608 - words of our own
ABOUT = """select 'standing', s.customer_id, s.kind, cast(null as date) from credit_standing s
where s.customer_id {keys} and s.from_on <= :on and (s.until_on is null or s.until_on >= :on)
  and (s.ended_on is null or s.ended_on > :on)
union all select 'grade', c.id, g.grade, null from customer c join customer_grade g on g.id = (
  select h.id from customer_grade h where h.customer_id = c.id and h.effective_on <= :on
  and (h.until_on is null or h.until_on >= :on)
  order by h.effective_on desc, h.id desc limit 1) where c.id = :customer_id
union all select 'review', c.id, '', w.next_due_on from customer c join credit_review w on w.id = (
  select v.id from credit_review v where v.customer_id = c.id and v.reviewed_on <= :on
  order by v.reviewed_on desc, v.id desc limit 1) where c.id = :customer_id"""


@dataclass(frozen=True, slots=True)
class Member:
    """A customer of a group with the limit that it has on a day."""

    id: int
    parent_id: int | None
    code: str
    name: str
    currency: str
    #: None: none is set.
    limit: Money | None
    valid_until: dt.date | None

    @property
    def counted_in(self) -> str:
        """The currency that its exposure is counted in: its limit's, else its own."""
        return self.limit.currency if self.limit else self.currency


@dataclass(frozen=True)
class Group:
    """A customer, those above it up to the top, and all that are below the top."""

    customer: Member
    members: dict[int, Member]
    _children: dict[int, list[int]] = field(default_factory=dict)

    @property
    def path(self) -> list[Member]:
        """The customer first, then each one above it."""
        found, here = [self.customer], self.customer
        while (above := self.members.get(here.parent_id or 0)) and above not in found:
            found.append(above)
            here = above
        return found

    def below(self, member_id: int) -> set[int]:
        """A member and all below it."""
        found, fresh = {member_id}, [member_id]
        while fresh:
            fresh = [
                child
                for each in fresh
                for child in self._children.get(each, [])
                if child not in found
            ]
            found.update(fresh)
        return found


@dataclass(frozen=True, slots=True)
class About:
    """What holds about a customer besides figures."""

    #: Of those above it only what bars, and that they prepay.
    standing: frozenset[str]
    #: The members that are said to prepay.
    prepaying: frozenset[int]
    grade: str
    review_due_on: dt.date | None


def group_of(r: Reader, customer_id: int, on: dt.date) -> Group:
    """The group of a customer whom the actor may see; else `NotFound`."""
    _check_seen(r, customer_id)
    members: dict[int, Member] = {}
    children: dict[int, list[int]] = {}
    for row in read(r, MEMBERS, {"customer_id": customer_id, "on": on}):
        members[row.id] = member_of(row, r.company.currency)
        children.setdefault(row.parent_id or 0, []).append(row.id)
    if customer_id not in members:
        raise NotFound("customer")
    return Group(members[customer_id], members, children)


def _check_seen(r: Reader, customer_id: int) -> None:
    """Refuses who may not see the customer; who sees all of them need not be looked up."""
    if sees(r.actor, Customer.id) is None:
        return
    seen = select(Customer.id).where(Customer.id == customer_id)
    if r.session.scalar(visible_to(seen, r.actor, Customer.id)) is None:
        raise NotFound("customer")


def member_of(row: Row[Any], own_currency: str) -> Member:
    """A row with a customer and its limit in force; one that is dated stands before the file's."""
    minor, currency = row.credit_limit_minor, row.credit_limit_currency
    if row.limit_id is not None:
        minor, currency = row.amount_minor, row.limit_currency
    own = row.currency or own_currency
    limit = None if minor is None else Money(minor, currency or own)
    until = as_day(row.valid_until)
    return Member(row.id, row.parent_id, row.code, row.name, own, limit, until)


def about(r: Reader, group: Group, on: dt.date) -> About:
    """What holds about a group's customer on a day."""
    path = [member.id for member in group.path]
    values = {"keys": path, "on": on, "customer_id": path[0]}
    grade, due_on = "", None
    standing: set[str] = set()
    prepaying: set[int] = set()
    for what, customer_id, word, due in read(r, ABOUT, values):
        if what == "grade":
            grade = word
        elif what == "review":
            due_on = as_day(due)
        elif word == "prepayment":
            prepaying.add(customer_id)
        elif customer_id == path[0] or word in BARS:
            standing.add(word)
    return About(frozenset(standing), frozenset(prepaying), grade, due_on)


def as_day(value: Any) -> dt.date | None:
    """A day as a statement in words gives it, on either database."""
    return dt.date.fromisoformat(value) if isinstance(value, str) else value
