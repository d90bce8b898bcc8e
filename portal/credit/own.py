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
from portal.core.exposure import Exposure, Line, expose
from portal.core.limit import AskedLimit, Use, use_of
from portal.core.money import Money
from portal.credit.exposure import currencies_of, together
from portal.credit.figures import figures_by_customer
from portal.credit.limits import LimitInForce, limit_of
from portal.credit.rates import rates_on
from portal.credit.trees import Group, group_of
from portal.invoices.position import customer_position
from portal.tables.credit import CreditApplication, CreditFact

#: Figures of a year end that is longer ago than this are asked for anew.
FIGURES_AGE_DAYS = 550


@dataclass(frozen=True, slots=True)
class OwnCredit:
    """What a customer's people see of its credit."""

    customer_id: int
    name: str
    ref: str
    limit: LimitInForce | None
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
    has_applied: bool

    @property
    def amount(self) -> Money | None:
        """The limit; None: there is none that is an amount."""
        return self.limit.amount if self.limit else None

    @property
    def available(self) -> Money | None:
        """What is left of it, never below nothing."""
        if self.amount is None or self.used is None:
            return None
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
    limit = limit_of(r, customer_id, r.today)
    seen, whole = _exposures(r, group)
    asked = AskedLimit(
        limit.amount if limit else None, r.today, limit.valid_until if limit else None
    )
    used = whole.total
    nothing = Money.zero(whole.currency)
    others = used - seen.total if used is not None and seen.total is not None else nothing
    watch = int(r.policy.values["credit_watch_percent"])
    positions = customer_position(r, customer_id)
    return OwnCredit(
        customer_id,
        group.customer.name,
        r.refs.of("cu", customer_id),
        limit,
        seen.lines,
        others,
        used,
        use_of(used or nothing, asked, r.today, watch),
        whole.currency,
        any(member.limit is not None for member in group.path[1:]),
        tuple(each.overdue for each in positions if each.overdue.minor > 0),
        _has_figures(r, customer_id),
        _has_applied(r, customer_id),
    )


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


def _has_figures(r: Reader, customer_id: int) -> bool:
    """Whether figures of a recent year end were handed in."""
    since = r.today - dt.timedelta(days=FIGURES_AGE_DAYS)
    rows = select(func.count()).where(
        CreditFact.customer_id == customer_id,
        CreditFact.source == "application",
        CreditFact.as_of >= since,
    )
    return bool(r.session.scalar(visible_to(rows, r.actor, CreditFact.customer_id)))


def _has_applied(r: Reader, customer_id: int) -> bool:
    """Whether an application for a limit waits for its answer."""
    rows = select(func.count()).where(
        CreditApplication.customer_id == customer_id,
        CreditApplication.kind.in_(("limit", "opening")),
        CreditApplication.state == "submitted",
    )
    return bool(r.session.scalar(visible_to(rows, r.actor, CreditApplication.customer_id)))
