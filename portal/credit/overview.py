"""
Where something is to be done about credit: limits over, near or ended, and who weighs most.

Everybody is looked at by one set of sums; nothing is added up across currencies, and of a group
only its head, whose limit the others share.
"""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from collections.abc import Callable, Iterable
from dataclasses import dataclass

from sqlalchemy import select

from portal.base.access import visible_to
from portal.base.work import Reader
from portal.core.credit_decision import BARS
from portal.core.limit import SOON_DAYS, AskedLimit, Use, use_of, vital_few
from portal.core.money import Money
from portal.credit.exposure import Exposed, exposures
from portal.credit.grades import grades_on, prepays_by_grade
from portal.credit.risks import high_risks
from portal.customers.standings import standing_holds
from portal.tables.credit import CreditStanding
from portal.tables.customers import Customer

#: What a list can be narrowed to, in the order in which the overview tells it.
SHOWN = ("over", "near", "expired", "ending", "unknown", "risky", "few", "limited")


@dataclass(frozen=True, slots=True)
class Stand:
    """A customer with its limit, what is used of it, and how that stands."""

    customer_id: int
    ref: str
    code: str
    name: str
    owner: str
    currency: str
    #: None: a rate is missing.
    used: Money | None
    limit: Money | None
    valid_until: dt.date | None
    use: Use
    grade: str
    is_risky: bool
    #: Its limit is shared by one above it, so that sums leave it out.
    is_below: bool

    @property
    def available(self) -> Money | None:
        """What is left; None where nothing is limited or known, and where it is paid before."""
        if self.limit is None or self.used is None or self.use is Use.PREPAYMENT:
            return None
        return self.limit - self.used


@dataclass(frozen=True, slots=True)
class Sums:
    """What limits come to in one currency, and what is used of them."""

    currency: str
    count: int
    limits: Money
    used: Money


def list_stands(r: Reader) -> list[Stand]:
    """Every customer whom the reader sees with a limit or something used, by code."""
    found = exposures(r, r.today)
    grades = grades_on(r, r.today)
    known, risky = _known(r), high_risks(r, grades)
    parents = {each.customer_id: each.parent_id for each in found}
    limited = {each.customer_id for each in found if each.limit is not None}
    rows = []
    for each in found:
        if each.limit is None and not each.exposure.lines:
            continue
        grade = grades[each.customer_id].grade if each.customer_id in grades else ""
        about = known[each.customer_id]
        rows.append(
            Stand(
                each.customer_id,
                r.refs.of("cu", each.customer_id),
                each.code,
                each.name,
                about.owner,
                each.exposure.currency,
                each.exposure.total,
                each.limit,
                each.valid_until,
                _use(r, each, prepays=about.prepays or prepays_by_grade(r, grade)),
                grade,
                about.is_barred or each.customer_id in risky,
                _is_below(each.customer_id, parents, limited),
            )
        )
    return rows


def _use(r: Reader, each: Exposed, *, prepays: bool) -> Use:
    asked = AskedLimit(each.limit, r.today, each.valid_until)
    used = each.exposure.total or Money.zero(each.exposure.currency)
    watch = int(r.policy.values["credit_watch_percent"])
    return use_of(used, asked, r.today, watch, prepays=prepays)


@dataclass(frozen=True, slots=True)
class _Known:
    """What of a customer is no figure: its sales owner, and what holds about it today."""

    owner: str
    is_barred: bool
    prepays: bool


def _known(r: Reader) -> dict[int, _Known]:
    standing = select(CreditStanding.customer_id).where(standing_holds(r.today))
    barred = standing.where(CreditStanding.kind.in_(BARS))
    prepaying = standing.where(CreditStanding.kind == "prepayment")
    columns = (Customer.id, Customer.owner, Customer.id.in_(barred), Customer.id.in_(prepaying))
    rows = r.session.execute(visible_to(select(*columns), r.actor, Customer.id))
    return {
        row_id: _Known(owner or "", is_barred, prepays)
        for row_id, owner, is_barred, prepays in rows
    }


def _is_below(customer_id: int, parents: dict[int, int | None], limited: set[int]) -> bool:
    """Whether one above has a limit, in which this one counts."""
    seen, above = {customer_id}, parents.get(customer_id)
    while above is not None and above not in seen:
        if above in limited:
            return True
        seen.add(above)
        above = parents.get(above)
    return False


def kept(rows: Iterable[Stand], shown: str, today: dt.date) -> list[Stand]:
    """The rows of one list of the overview, what presses most first."""
    rows = list(rows)
    soon = today + dt.timedelta(days=SOON_DAYS)
    few = set(heaviest(rows)) if shown == "few" else set()
    tests: dict[str, Callable[[Stand], bool]] = {
        "over": lambda row: row.use is Use.OVER,
        "near": lambda row: row.use is Use.NEAR,
        "expired": lambda row: _has_ended(row, today),
        "ending": lambda row: (
            row.valid_until is not None
            and today <= row.valid_until <= soon
            and row.limit is not None
        ),
        "unknown": lambda row: row.used is None,
        "risky": lambda row: row.is_risky,
        "few": lambda row: row.customer_id in few,
        "limited": lambda row: row.limit is not None,
    }
    return [row for row in sorted(rows, key=_pressing) if shown not in tests or tests[shown](row)]


def _has_ended(row: Stand, today: dt.date) -> bool:
    return row.limit is not None and row.valid_until is not None and row.valid_until < today


def _pressing(row: Stand) -> tuple[str, int, str]:
    """By currency, what is used most first."""
    return row.currency, -(row.used.minor if row.used else 0), row.code


def heaviest(rows: Iterable[Stand]) -> list[int]:
    """Who holds 80 % of what is used, currency by currency; of groups their heads alone."""
    amounts: dict[str, dict[int, int]] = defaultdict(dict)
    for row in rows:
        if row.used is not None and not row.is_below:
            amounts[row.currency][row.customer_id] = row.used.minor
    return [each for held in amounts.values() for each in vital_few(held)]


def sums_of(rows: Iterable[Stand]) -> list[Sums]:
    """By currency: the limits together and what is used of them, of groups their heads alone."""
    held: dict[str, list[Stand]] = defaultdict(list)
    for row in rows:
        if not row.is_below:
            held[row.currency].append(row)
    return [
        Sums(
            currency,
            len(each),
            Money.total((row.limit for row in each if row.limit), currency),
            Money.total((row.used for row in each if row.used), currency),
        )
        for currency, each in sorted(held.items())
    ]
