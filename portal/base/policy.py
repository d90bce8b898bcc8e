"""What an admin decides, as data: the policy in force on a day, above the shipped defaults."""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from fractions import Fraction
from functools import lru_cache
from typing import Any

import holidays
from sqlalchemy import select
from sqlalchemy.orm import Session

from portal.core.ageing import Scheme
from portal.core.grade import SHIPPED_GRADES, Grade
from portal.core.instalment import Limits
from portal.core.named_terms import NamedTerms
from portal.core.promise_kept import Leniency
from portal.core.provision import Matrix
from portal.core.workdays import MONDAY_TO_FRIDAY, Calendar
from portal.tables.settings import Policy

#: Saturday and Sunday, as date.weekday() counts.
WEEKEND = (5, 6)

#: RULES.md section 1: the shipped values.
DEFAULTS: dict[str, Any] = {
    "default_terms": "",
    "calendar_country": "",
    "calendar_days_off": [],
    "calendar_workdays": [],
    "ageing_buckets": [30, 60, 90],
    "statement_issue_on_workday": 3,
    "statement_confirm_within_workdays": 10,
    "statement_remind_after_workdays": [3, 5, 8],
    # Where a customer agreed to it: so long after the day by which to answer silence is agreement.
    "statement_silence_after_workdays": 10,
    # Deliveries not yet invoiced stand beside the balance, or inside it.
    "statement_deliveries": "beside",
    "statement_wording_law": "cn",
    # Chosen deliberately: the sentence that it is for checking only, not a demand.
    "statement_for_checking_only": False,
    "statement_interest_reserved": True,
    # law → language → clause → text, where an admin edited the shipped one.
    "statement_clauses": {},
    "retention_years": 10,
    # After the delivery; what has no invoice by then stands on a list and makes a task.
    "invoice_within_days": 7,
    # How far beyond its due date an item may be promised, as a part of its term.
    "promise_fraction_of_term": "1/3",
    # Broken promises, still unpaid, after which the next one needs an approval; 0 is no such rule.
    "promise_max_broken": 2,
    "promise_tolerance_days": 0,
    "dispute_answer_within_workdays": 10,
    "dispute_reopen_within_days": 14,
    # What a customer may ask for by themselves; a second person approves every plan, or none.
    "plan_max_instalments": 12,
    "plan_max_months": 12,
    "plan_needs_approval": True,
    "plan_tolerance_days": 0,
    # What the house offers with, in basis points a year, until it says otherwise.
    "plan_interest_bp": 0,
    "plan_penalty_bp": 0,
    # Empty: the shipped lists of core.dispute.
    "dispute_reasons": [],
    "dispute_root_causes": [],
    # By currency: what a clerk grants alone; in a currency that is not named, nothing.
    "dispute_credit_without_approval": {"CNY": "5000.00", "EUR": "600.00", "USD": "700.00"},
    # verdict → reason → language → text, where an admin's own stands before the shipped one.
    "dispute_answers": {},
    # INTERFACES section 7: [[terms]], [[grade]], [[scorecard.factor]], [[ladder]] as they are told;
    # empty lists are the shipped ones. `default_terms` is the name of one of the terms, or a text.
    "terms": [],
    "grades": [],
    "scorecard_factors": [],
    "ladders": [],
    # Of whose terms say nothing else.
    "grace_days": 0,
    "late_interest": {},
    # Round the interest of each day instead of the whole once.
    "late_interest_round_daily": False,
    # Which law caps rates that were agreed, and how much of what was owed is the most; null: none.
    "late_interest_cap": "none",
    "late_interest_most_percent": None,
    # name → day → per cent: reference rates that are newer than the shipped ones.
    "reference_rates": [],
    # Below so many per cent of known weight a grade is a guess.
    "scorecard_coverage_floor_percent": 60,
    # So many points beyond a bound before a grade changes.
    "scorecard_hysteresis_points": 3,
    # The suggested limit: so many times the month's sales, by the length of the term.
    "scorecard_limit_factor": "1",
    "credit_watch_percent": 90,
    # Of customers without a grade; null: no number of days holds their orders.
    "credit_hold_overdue_days": None,
    "credit_review_dealer_types": ["dealer"],
    "credit_review_dealer_months": 6,
    # So many danger signals at once raise an early warning.
    "credit_signals_warn_at": 2,
    # By currency: above it the admin decides over a limit; in a currency not named, always.
    "credit_limit_without_admin": {"CNY": "1000000.00", "EUR": "120000.00", "USD": "140000.00"},
    # So much more of its limit a customer earns that has paid on time for more than a year.
    "credit_reward_percent": 10,
    # One shipment to a dealer is so many days of what it usually buys; more is told, or held.
    "credit_lot_types": ["dealer"],
    "credit_lot_least_days": 15,
    "credit_lot_most_days": 30,
    "credit_lot_holds": False,
    # From when on who owes late is warned of: days, amounts by currency, per cent of the limit.
    # Null and empty: never.
    "warning_days_overdue": None,
    "warning_overdue_amount": {},
    "warning_share_of_limit_percent": None,
    "reminders_before_due_days": [7, 3, 0],
    "reminders_quiet_hours": ["20:00", "08:00"],
    # Whether messages to customers wait for the next workday: where the country's custom is so.
    "reminders_days_off": "as_country",
    # How long a demand gives until it is to be paid.
    "reminders_deadline_workdays": 5,
    # The first run of the ladders, and one with far more steps than usual, waits for a person.
    "reminders_hold_first_run": True,
    # [[notice]]: the texts that an admin wrote in place of the shipped ones.
    "notices": [],
    # Oldest due first, without asking.
    "allocation_automatic": False,
    "allocation_tolerance_percent": "0",
    # By currency: up to it one person approves a write-off; above it, and in others, two do.
    "write_off_with_one_approval": {},
    # What a security covers is not provided for.
    "provision_securities": True,
    # Empty: the shipped rates of core.provision.
    "provision_matrix": [],
}

#: Where what falls on a day off is late only after the next workday.
MOVES_DAYS_OFF = frozenset({"CN", "DE"})


@dataclass(frozen=True)
class PolicyInForce:
    """One version of the policy; `id` is None for the shipped defaults."""

    id: int | None = None
    values: Mapping[str, Any] = field(default_factory=lambda: dict(DEFAULTS))

    @property
    def default_terms(self) -> str:
        return str(self.values["default_terms"])

    @property
    def scheme(self) -> Scheme:
        return Scheme(bounds=tuple(int(bound) for bound in self.values["ageing_buckets"]))

    @property
    def issue_on_workday(self) -> int:
        return int(self.values["statement_issue_on_workday"])

    @property
    def confirm_within_workdays(self) -> int:
        return int(self.values["statement_confirm_within_workdays"])

    @property
    def remind_after_workdays(self) -> tuple[int, ...]:
        return tuple(int(days) for days in self.values["statement_remind_after_workdays"])

    @property
    def silence_after_workdays(self) -> int:
        return int(self.values["statement_silence_after_workdays"])

    @property
    def retention_years(self) -> int:
        return int(self.values["retention_years"])

    @property
    def invoice_within_days(self) -> int:
        return int(self.values["invoice_within_days"])

    @property
    def promise_fraction(self) -> Fraction:
        return Fraction(str(self.values["promise_fraction_of_term"]))

    @property
    def promise_max_broken(self) -> int:
        return int(self.values["promise_max_broken"])

    @property
    def plan_needs_approval(self) -> bool:
        return bool(self.values["plan_needs_approval"])

    @property
    def plan_tolerance_days(self) -> int:
        return int(self.values["plan_tolerance_days"])

    @property
    def plan_limits(self) -> Limits:
        return Limits(int(self.values["plan_max_instalments"]), int(self.values["plan_max_months"]))

    @property
    def named_terms(self) -> Mapping[str, NamedTerms]:
        """The terms that have a name, by it."""
        return {str(told["name"]): NamedTerms.read(told) for told in self.values["terms"]}

    @property
    def grades(self) -> tuple[Grade, ...]:
        """The grades, the best first."""
        told = [Grade.read(each) for each in self.values["grades"]] or list(SHIPPED_GRADES)
        return tuple(sorted(told, key=lambda grade: -grade.min_score))

    def grade(self, name: str) -> Grade | None:
        """The grade of a name; None where this version has none such."""
        return next((grade for grade in self.grades if grade.name == name), None)

    @property
    def provision_matrix(self) -> Matrix:
        """What is provided for of each bucket of lateness."""
        return Matrix.read(self.values["provision_matrix"])

    def leniency(self) -> Leniency:
        """How late the money for a promise may be and still be in time."""
        moves = self.values["calendar_country"] in MOVES_DAYS_OFF
        days = int(self.values["promise_tolerance_days"])
        return Leniency(days, self.calendar() if moves else None)

    @property
    def rests_on_days_off(self) -> bool:
        """Whether messages to customers wait for the next workday."""
        told = self.values["reminders_days_off"]
        if told == "as_country":
            return self.values["calendar_country"] in MOVES_DAYS_OFF
        return bool(told == "wait")

    def calendar(self) -> Calendar:
        """The calendar: the country's holidays, the company's days off, make-up workdays."""
        return _calendar(
            str(self.values["calendar_country"]),
            tuple(self.values["calendar_days_off"]),
            tuple(self.values["calendar_workdays"]),
        )


class _Holidays:
    """A country's public holidays and the company's own days off, asked a day at a time."""

    def __init__(self, country: str, days_off: frozenset[dt.date]) -> None:
        self._public = holidays.country_holidays(country) if country else None
        self._own = days_off

    def __contains__(self, day: object) -> bool:
        return day in self._own or (self._public is not None and day in self._public)


class _MadeUp:
    """The weekend days that are worked: those of the country, and the company's own."""

    def __init__(self, country: str, workdays: frozenset[dt.date]) -> None:
        self._public = holidays.country_holidays(country) if country else None
        self._own = workdays

    def __contains__(self, day: object) -> bool:
        if day in self._own:
            return True
        if self._public is None or not isinstance(day, dt.date) or day.weekday() not in WEEKEND:
            return False
        return self._public.is_working_day(day)


@lru_cache(maxsize=16)
def _calendar(country: str, days_off: tuple[str, ...], workdays: tuple[str, ...]) -> Calendar:
    if not country and not days_off and not workdays:
        return MONDAY_TO_FRIDAY
    off = frozenset(dt.date.fromisoformat(day) for day in days_off)
    on = frozenset(dt.date.fromisoformat(day) for day in workdays)
    return Calendar(holidays=_Holidays(country, off), made_up=_MadeUp(country, on))


def policy_on(session: Session, on: dt.date) -> PolicyInForce:
    """The policy in force on a day: the last version effective by then, else the defaults."""
    row = session.execute(
        select(Policy.id, Policy.body)
        .where(Policy.effective_on <= on)
        .order_by(Policy.effective_on.desc(), Policy.id.desc())
        .limit(1)
    ).first()
    if row is None:
        return PolicyInForce()
    return PolicyInForce(row.id, {**DEFAULTS, **json.loads(row.body)})


def policy_version(session: Session, policy_id: int | None) -> PolicyInForce:
    """One version of the policy, whenever it is asked for; without an id the shipped defaults."""
    if policy_id is None:
        return PolicyInForce()
    row = session.get_one(Policy, policy_id)
    return PolicyInForce(row.id, {**DEFAULTS, **json.loads(row.body)})
