"""The credit part of a customer's file: its limit, what is used of it, and what it stands on."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from dataclasses import dataclass

from sqlalchemy import select

from portal.base.access import visible_to
from portal.base.work import Reader
from portal.core.exposure import Exposure, expose
from portal.core.limit import AskedLimit, Use, use_of
from portal.core.money import Money
from portal.credit.exposure import currencies_of, together
from portal.credit.exposure_sums import figures_by_customer
from portal.credit.grades import GradeInForce, list_grades, prepays_by_grade
from portal.credit.groups import group_of
from portal.credit.limits import LimitRow, list_limits
from portal.credit.proposals import ProposalView, find_waiting
from portal.credit.rates import rates_on
from portal.credit.securities import SecurityRow, list_securities
from portal.customers.limits import LimitInForce
from portal.customers.queries import CustomerFile
from portal.customers.standings import standing_holds
from portal.tables.credit import CreditStanding


@dataclass(frozen=True, slots=True)
class MemberUse:
    """A customer of the group, and what it and all below it use."""

    ref: str
    name: str
    used: Money | None
    limit: Money | None
    #: The one whose limit binds it too, and those that count in its own.
    is_above: bool


@dataclass(frozen=True)
class CreditFile:
    """What is known of a customer's credit today."""

    limit: LimitInForce | None
    #: Every order is paid beforehand, whatever the limit says.
    prepays: bool
    exposure: Exposure
    use: Use
    history: list[LimitRow]
    waiting: ProposalView | None
    securities: list[SecurityRow]
    grades: list[GradeInForce]
    #: The kinds of standing that hold today.
    standings: list[str]
    members: list[MemberUse]
    on: dt.date

    @property
    def bound(self) -> Money | None:
        """The limit as it binds: of who prepays nothing."""
        if self.prepays:
            return Money.zero(self.exposure.currency)
        return self.limit.amount if self.limit else None

    @property
    def available(self) -> Money | None:
        """What is left of the limit; None where there is none or a rate is missing."""
        if self.bound is None or self.exposure.total is None:
            return None
        return self.bound - self.exposure.total

    @property
    def grade(self) -> GradeInForce | None:
        """The grade in force."""
        return in_force_of(self.grades, self.on)


def credit_file(r: Reader, customer: CustomerFile) -> CreditFile:
    """The credit of one customer whom the reader sees."""
    row_id, limit = customer.row.id, customer.limit
    exposure, members = _group(r, row_id)
    asked = AskedLimit(
        limit.amount if limit else None, r.today, limit.valid_until if limit else None
    )
    watch = int(r.policy.values["credit_watch_percent"])
    used = exposure.total or Money.zero(exposure.currency)
    grades, standings = list_grades(r, row_id), _standings(r, row_id)
    held = in_force_of(grades, r.today)
    prepays = "prepayment" in standings or prepays_by_grade(r, held.grade if held else "")
    return CreditFile(
        limit=limit,
        prepays=prepays,
        exposure=exposure,
        use=use_of(used, asked, r.today, watch, prepays=prepays),
        history=list_limits(r, row_id),
        waiting=find_waiting(r, row_id),
        securities=list_securities(r, row_id),
        grades=grades,
        standings=standings,
        members=members,
        on=r.today,
    )


def in_force_of(grades: Iterable[GradeInForce], on: dt.date) -> GradeInForce | None:
    """The grade in force on a day, of a customer's grades, the last first."""
    holding = (
        each
        for each in grades
        if each.effective_on <= on and (each.until_on is None or each.until_on >= on)
    )
    return next(holding, None)


def _standings(r: Reader, customer_id: int) -> list[str]:
    """What holds about a customer today besides figures."""
    rows = (
        visible_to(select(CreditStanding.kind), r.actor, CreditStanding.customer_id)
        .where(CreditStanding.customer_id == customer_id, standing_holds(r.today))
        .order_by(CreditStanding.id)
    )
    return list(r.session.scalars(rows))


def _group(r: Reader, customer_id: int) -> tuple[Exposure, list[MemberUse]]:
    """The exposure of a customer with all below it, and the use of each in its group."""
    group = group_of(r, customer_id, r.today)
    everyone = group.below(group.path[-1].id)
    sums = figures_by_customer(r, r.today, everyone)
    members = {*everyone, *(member.id for member in group.path)}
    counted = {group.members[each].counted_in for each in members}
    rates = rates_on(r, r.today, currencies_of(sums) | counted)
    found = {
        each: expose(
            together(sums, group.below(each)), group.members[each].counted_in, rates, r.today
        )
        for each in members
    }
    above = {member.id for member in group.path[1:]}
    uses = [
        MemberUse(
            r.refs.of("cu", each),
            group.members[each].name,
            found[each].total,
            group.members[each].limit,
            each in above,
        )
        for each in sorted(members - {customer_id}, key=lambda one: group.members[one].code)
        if each in above or each in group.below(customer_id)
    ]
    return found[customer_id], uses
