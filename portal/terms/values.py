"""What a change of terms can change: its values by name, what they are, and what they may be."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from portal.base.policy import policy_on
from portal.base.work import Reader
from portal.core.errors import RuleBroken
from portal.core.policy_rules import complaints
from portal.core.policy_sections import VALUES
from portal.core.terms import parse_terms
from portal.core.terms_in_force import key_of_name, notation_of
from portal.customers.own_terms import FIELDS, values_on
from portal.tables.customers import Customer

COMPANY, CUSTOMER = "company", "customer"
#: Values of the policy that have to do with terms and credit.
POLICY_NAMES = (
    *("default_terms", "terms", "grace_days", "late_interest"),
    *("promise_fraction_of_term", "promise_max_broken", "promise_tolerance_days"),
    *("plan_max_instalments", "plan_max_months", "plan_interest_bp", "plan_penalty_bp"),
    *("plan_needs_approval", "plan_tolerance_days"),
    *("statement_issue_on_workday", "statement_confirm_within_workdays"),
    "grades",
    *("scorecard_factors", "scorecard_coverage_floor_percent"),
    *("scorecard_hysteresis_points", "scorecard_limit_factor"),
    *("credit_watch_percent", "credit_hold_overdue_days", "credit_review_dealer_types"),
    *("credit_review_dealer_months", "credit_signals_warn_at", "credit_limit_without_admin"),
    "credit_reward_percent",
    *("credit_lot_types", "credit_lot_least_days", "credit_lot_most_days", "credit_lot_holds"),
)
#: Value → the least and the most.
BOUNDS = {
    "grace_days": (0, 90),
    "promise_max_broken": (0, 20),
    "promise_tolerance_days": (0, 30),
    "plan_tolerance_days": (0, 30),
    "plan_max_instalments": (1, 120),
    "plan_max_months": (1, 120),
    "plan_interest_bp": (0, 10_000),
    "plan_penalty_bp": (0, 10_000),
    "statement_issue_on_workday": (1, 20),
    "statement_confirm_within_workdays": (1, 60),
}
LONGEST_NAME = 60
DAY_COUNTS = (360, 365)
HIGHEST_RATE = 100
_PLAIN_RATE = re.compile(r"[0-9]{1,3}(\.[0-9]{1,9})?", re.ASCII)

Values = Mapping[str, Any]


def values_in_force(r: Reader, customer: Customer | None, on: dt.date) -> dict[str, Any]:
    """What holds on a day: of one customer their own, else the company's."""
    if customer is not None:
        return as_told(values_on(r, customer, on))
    policy = policy_on(r.session, on)
    return {name: policy.values[name] for name in VALUES}


def as_told(own: Values) -> dict[str, Any]:
    """A customer's own terms as a change writes them down: rates are texts."""
    rate = own["late_rate"]
    return {**own, "late_rate": None if rate is None else format(Decimal(rate), "f")}


def check_values(r: Reader, customer: Customer | None, after: Values, on: dt.date) -> None:
    """
    Refuses what could not be lived with; the broken rule names the value as its field.

    Raises: terms.*, policy.*.
    """
    known = FIELDS if customer is not None else VALUES
    assert set(after) <= set(known), sorted(set(after) - set(known))
    for name, value in after.items():
        _check_bounds(name, value)
    if customer is not None:
        _check_own(r, after, on)
    else:
        _check_company(r, after, on)


def _check_bounds(name: str, value: Any) -> None:
    least, most = BOUNDS.get(name, (0, 0))
    if name in BOUNDS and value is not None and not least <= int(value) <= most:
        raise RuleBroken("terms.out_of_bounds", field=name, least=least, most=most)


def _check_own(r: Reader, after: Values, on: dt.date) -> None:
    if after.get("terms"):
        _check_text(str(after["terms"]), policy_on(r.session, on).named_terms, "terms")
    if after.get("late_rate") is not None:
        _check_rate(str(after["late_rate"]), "late_rate")
    if after.get("day_count") not in {None, *DAY_COUNTS}:
        raise RuleBroken("policy.day_count", field="day_count")


def _check_company(r: Reader, after: Values, on: dt.date) -> None:
    values = {**policy_on(r.session, on).values, **after}
    for each in after.get("terms", ()):
        _check_name(str(each["name"]))
    if "late_interest" in after:
        _check_late(after["late_interest"], "late_interest")
    for each in after.get("terms", ()):
        _check_late(each.get("late_interest") or {}, "terms")
    for complaint in complaints(values):
        if complaint.value in after:
            broken = complaint.broken
            raise RuleBroken(broken.code, field=complaint.value, **broken.facts)


def _check_text(text: str, named: Mapping[str, Any], field: str) -> None:
    try:
        notation_of(text, named)
    except RuleBroken as broken:
        raise RuleBroken(broken.code, field=field, **broken.facts) from broken


def _check_name(name: str) -> None:
    """A name is short, and no notation: `net 30` must not mean something else."""
    if not key_of_name(name) or len(name) > LONGEST_NAME:
        raise RuleBroken("terms.name_missing", field="terms", longest=LONGEST_NAME)
    try:
        parse_terms(name)
    except RuleBroken:
        return
    raise RuleBroken("terms.name_is_notation", field="terms", part=name)


def _check_late(told: Values, field: str) -> None:
    for name in ("annual_rate", "daily_rate"):
        if name in told:
            _check_rate(str(told[name]), field)


def _check_rate(rate: str, field: str) -> None:
    if not is_rate(rate):
        raise RuleBroken("terms.rate_out_of_bounds", field=field)


def is_rate(text: str) -> bool:
    """
    Per cent from nothing to a hundred, in plain digits: a power of ten would be kept in full.

    >>> is_rate("12.25"), is_rate("100.01"), is_rate("1e-999999999")
    (True, False, False)
    """
    return bool(_PLAIN_RATE.fullmatch(text)) and Decimal(text) <= HIGHEST_RATE
