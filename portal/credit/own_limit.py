"""
A customer's own limit as its people read it: what is used, what is left, and what would raise it.

Nothing of what the house thinks of them: no grade, no score, no signal, no note.
"""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

from sqlalchemy import func, select

from portal.base.access import visible_to
from portal.base.work import Reader
from portal.core.credit_decision import BARS
from portal.core.exposure import Exposure, Line, expose
from portal.core.limit import AskedLimit, Use, use_of
from portal.core.money import Money
from portal.credit.exposure import currencies_of, together
from portal.credit.exposure_sums import figures_by_customer
from portal.credit.grades import prepays_by_grade
from portal.credit.groups import Group, group_of
from portal.credit.limits import LimitInForce
from portal.credit.rates import rates_on
from portal.customers.grades import grade_held
from portal.customers.standings import standing_holds
from portal.invoices.open_items import due_parts, whose_items
from portal.tables.credit import CreditFact, CreditLimit, CreditStanding, CustomerGrade

#: Figures of a year end that is longer ago than this are asked for anew.
FIGURES_AGE_DAYS = 550


@dataclass(frozen=True, slots=True)
class OwnCredit:
    """What a customer's people see of its credit."""

    customer_id: int
    name: str
    ref: str
    limit: LimitInForce | None
    #: Every order is paid beforehand, whatever the limit says.
    prepays: bool
    #: Nothing is shipped at present, whatever the limit says.
    is_barred: bool
    #: Of what the reader may see; with `others` it makes up `used`.
    lines: tuple[Line, ...]
    #: What other companies of the group use of the limit.
    others: Money
    #: None: an exchange rate is missing.
    used: Money | None
    use: Use
    currency: str
    #: One above has a limit, in which everything counts too.
    is_shared: bool
    #: By currency: what is overdue.
    overdue: tuple[Money, ...]
    has_figures: bool

    @property
    def amount(self) -> Money | None:
        """The limit as it binds; None: there is none that is an amount."""
        if self.prepays:
            return Money.zero(self.currency)
        return self.limit.amount if self.limit else None

    @property
    def available(self) -> Money | None:
        """What is left of it, never below nothing; nothing at all while nothing is shipped."""
        if self.amount is None or self.used is None:
            return None
        if self.is_barred:
            return Money.zero(self.currency)
        return max(self.amount - self.used, Money.zero(self.currency))

    @property
    def over(self) -> Money | None:
        """What is used beyond it."""
        if self.amount is None or self.used is None or self.used <= self.amount:
            return None
        return self.used - self.amount


def own_credit(r: Reader, customer_id: int) -> OwnCredit:
    """The credit of a customer whom the reader may see."""
    group = group_of(r, customer_id, r.today)
    told = _told(r, group)
    own = group.customer
    has_limit = own.limit is not None or told.is_limit_decided
    limit = LimitInForce(own.limit, own.valid_until) if has_limit else None
    seen, whole = _exposures(r, group)
    asked = AskedLimit(own.limit, r.today, own.valid_until)
    used = whole.total
    nothing = Money.zero(whole.currency)
    others = used - seen.total if used is not None and seen.total is not None else nothing
    watch = int(r.policy.values["credit_watch_percent"])
    return OwnCredit(
        customer_id,
        own.name,
        r.refs.of("cu", customer_id),
        limit,
        told.prepays,
        told.is_barred,
        seen.lines,
        others,
        used,
        use_of(used or nothing, asked, r.today, watch, prepays=told.prepays),
        whole.currency,
        any(member.limit is not None for member in group.path[1:]),
        _overdue(r, customer_id),
        told.has_figures,
    )


def _overdue(r: Reader, customer_id: int) -> tuple[Money, ...]:
    """By currency: what is past its due date."""
    items = due_parts(r.today, whose_items(r.actor, customer_id))
    sums = (
        select(items.c.currency, func.sum(items.c.claim))
        .where(items.c.due_on < r.today)
        .group_by(items.c.currency)
        .order_by(items.c.currency)
    )
    found = (Money(int(minor), currency) for currency, minor in r.session.execute(sums))
    return tuple(each for each in found if each.minor > 0)


def _exposures(r: Reader, group: Group) -> tuple[Exposure, Exposure]:
    """The exposure of those in the group whom the reader may see, and that of all of them."""
    below = group.below(group.customer.id)
    sums = figures_by_customer(r, r.today, below)
    currency = group.customer.counted_in
    rates = rates_on(r, r.today, currencies_of(sums) | {currency})
    mine = below & set(r.actor.customer_ids) if r.actor.kind == "customer" else below
    seen, whole = (
        expose(together(sums, members), currency, rates, r.today) for members in (mine, below)
    )
    return seen, whole


@dataclass(frozen=True, slots=True)
class _Told:
    """What of a customer is no figure: what it told, and what was decided about it."""

    #: Figures of a recent year end were handed in.
    has_figures: bool
    is_limit_decided: bool
    prepays: bool
    is_barred: bool


def _told(r: Reader, group: Group) -> _Told:
    customer_id = group.customer.id
    since = r.today - dt.timedelta(days=FIGURES_AGE_DAYS)
    facts = select(func.count()).where(
        CreditFact.customer_id == customer_id,
        CreditFact.source == "application",
        CreditFact.as_of >= since,
    )
    limits = select(func.count()).where(
        CreditLimit.customer_id == customer_id, CreditLimit.effective_on <= r.today
    )
    standing = select(func.count()).where(
        CreditStanding.customer_id == customer_id,
        CreditStanding.kind == "prepayment",
        standing_holds(r.today),
    )
    grade = grade_held(CustomerGrade.grade, customer_id, r.today)
    asked = (facts, CreditFact), (limits, CreditLimit), (standing, CreditStanding)
    seen = [visible_to(each, r.actor, table.customer_id) for each, table in asked]
    seen.append(visible_to(grade, r.actor, CustomerGrade.customer_id))
    # That one above is barred binds the customer, though it may not see the other company.
    seen.append(
        select(func.count()).where(
            CreditStanding.customer_id.in_([member.id for member in group.path]),
            CreditStanding.kind.in_(BARS),
            standing_holds(r.today),
        )
    )
    found = r.session.execute(select(*(each.scalar_subquery() for each in seen))).one()
    figures, decided, prepaying, held, bars = found
    prepays = bool(prepaying) or prepays_by_grade(r, held or "")
    return _Told(bool(figures), bool(decided), prepays, bool(bars))
