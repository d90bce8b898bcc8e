"""What a change of terms puts in the place of what: by a customer's own terms, and by grade."""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

from sqlalchemy import select, union

from portal.base.policy import PolicyInForce, policy_on
from portal.base.work import Reader
from portal.core.errors import RuleBroken
from portal.core.later_versions import carried
from portal.core.named_terms import NamedTerms
from portal.core.terms import Terms, parse_terms
from portal.core.terms_in_force import find_named
from portal.customers.grades import grade_held
from portal.tables.credit import CustomerGrade
from portal.tables.customers import Customer
from portal.tables.terms import CustomerTerms, TermsChange
from portal.terms.changes import ChangeView

#: Nobody says anything: due on the day of the invoice.
AT_ONCE = "0d"
#: How terms that are replaced are named: by the customer's own text, by grade, or all of them.
OWN, GRADE, EVERYWHERE = "own:", "grade:", "all"
#: What of the policy says how invoices are paid that nobody nearer has agreed about.
TERMS_VALUES = frozenset({"default_terms", "terms", "grades"})


@dataclass(frozen=True)
class Change:
    """A change of terms as it is looked at: drafted, or with another day or reach for a moment."""

    id: int
    scope: str
    customer_id: int | None
    effective_on: dt.date
    reach: str
    before: Mapping[str, Any]
    after: Mapping[str, Any]
    #: Approved: the policy and the customer's terms say already what it says.
    is_in_force: bool = False

    @classmethod
    def of(cls, row: TermsChange) -> Change:
        """The change that a row tells."""
        return cls(
            row.id,
            row.scope,
            row.customer_id,
            row.effective_on,
            row.reach,
            json.loads(row.before),
            json.loads(row.after),
            row.state == "approved",
        )

    @classmethod
    def seen(cls, view: ChangeView) -> Change:
        """The change that a page shows."""
        return cls(
            view.id,
            view.scope,
            view.customer_id,
            view.effective_on,
            view.reach,
            view.before,
            view.after,
            view.state == "approved",
        )

    def looked_at(self, effective_on: dt.date, reach: str) -> Change:
        """The same change from another day on, or of another reach."""
        return replace(self, effective_on=effective_on, reach=reach)


@dataclass(frozen=True)
class Policies:
    """The policy on the day of a change, without it and with it."""

    before: PolicyInForce
    after: PolicyInForce

    def differ_in(self, name: str) -> bool:
        return bool(self.before.values[name] != self.after.values[name])


@dataclass(frozen=True)
class Replacing:
    """
    The new terms, where they are others than before: by own terms, and by grade.

    `everywhere` is what a customer's change gives all their invoices that are paid by their own
    terms or by those of the grade or the company.
    """

    own: Mapping[str, Terms]
    grades: Mapping[str, Terms]
    everywhere: Terms | None = None
    #: The grades that are paid otherwise than who has none.
    told_apart: frozenset[str] = frozenset()

    @property
    def by_key(self) -> Mapping[str, Terms]:
        """The new terms by what finds them in SQL: `own:…`, `grade:…`, or `all`."""
        found = {f"{OWN}{text}": terms for text, terms in self.own.items()}
        for grade, terms in self.grades.items():
            if not grade or grade in self.told_apart:
                found[f"{GRADE}{grade}"] = terms
        return found if self.everywhere is None else {EVERYWHERE: self.everywhere}


def policies_of(r: Reader, change: Change) -> Policies:
    """The policy as it would be on the day of the change, without it and with it."""
    is_there = change.is_in_force or change.effective_on > r.today
    on_day = policy_on(r.session, change.effective_on) if is_there else r.policy
    if change.scope != "company":
        return Policies(on_day, on_day)
    was, will = change.before, change.after
    if change.is_in_force:
        was, will = will, was
    other = {name: _carried(was[name], will[name], on_day.values[name]) for name in will}
    changed = PolicyInForce(None, {**on_day.values, **other})
    return Policies(changed, on_day) if change.is_in_force else Policies(on_day, changed)


def _carried(was: Any, will: Any, held: Any) -> Any:
    """What is said then: of lists, what somebody else has changed meanwhile stays as it is."""
    return carried(was, will, held) if isinstance(held, list | dict) else will


def replacing_of(r: Reader, change: Change, policies: Policies) -> Replacing:
    """What the change puts in the place of what; nothing where invoices are paid as before."""
    if change.scope == "customer":
        return _of_customer(r, change, policies.after)
    if not any(policies.differ_in(name) for name in TERMS_VALUES):
        return Replacing({}, {})
    before, after = policies.before, policies.after
    grades = {grade.name for policy in (before, after) for grade in policy.grades} | {""}
    by_grade = {
        grade: found
        for grade in sorted(grades)
        if (found := _other(_by_grade(grade, before), _by_grade(grade, after)))
    }
    own = _replaced_names(r, policies) if policies.differ_in("terms") else {}
    told_apart = {grade for grade in grades if by_grade.get(grade) != by_grade.get("")}
    return Replacing(own, by_grade, told_apart=frozenset(told_apart))


def _replaced_names(r: Reader, policies: Policies) -> dict[str, Terms]:
    """Customers' own texts that name terms which read otherwise then."""
    return {
        text: found
        for text in _own_texts(r)
        if (found := _other(_notation(text, policies.before), _notation(text, policies.after)))
    }


def _of_customer(r: Reader, change: Change, policy: PolicyInForce) -> Replacing:
    if "terms" not in change.after:
        return Replacing({}, {})
    own = [_said(change.before), _said(change.after)]
    grade = "" if all(own) else grade_on(r, change.customer_id, change.effective_on)
    texts = [_notation(text, policy) if text else _by_grade(grade, policy) for text in own]
    return Replacing({}, {}, _other(*texts))


def _said(values: Mapping[str, Any]) -> str:
    return str(values.get("terms") or "")


def grade_on(r: Reader, customer_id: int | None, on: dt.date) -> str:
    """The grade of one customer on a day; empty where they have none."""
    return r.session.scalar(grade_held(CustomerGrade.grade, customer_id, on)) or ""


def _own_texts(r: Reader) -> list[str]:
    """The texts that customers have for their own terms, each once."""
    dated = select(CustomerTerms.terms.label("text")).where(CustomerTerms.terms != "")
    undated = select(Customer.payment_terms).where(Customer.payment_terms != "")
    return sorted(r.session.scalars(union(dated, undated)))


def _notation(text: str, policy: PolicyInForce) -> str:
    named: Mapping[str, NamedTerms] = policy.named_terms
    found = find_named(text, named)
    return found.text if found else text


def _by_grade(name: str, policy: PolicyInForce) -> str:
    """How an invoice is paid that neither itself nor its customer says anything about."""
    grade = policy.grade(name) if name else None
    text = (grade.terms if grade else "") or policy.default_terms
    return _notation(text, policy) if text else AT_ONCE


def _other(before: str, after: str) -> Terms | None:
    """The new terms, where they say something else; what makes no sense replaces nothing."""
    try:
        terms = parse_terms(after)
    except RuleBroken:
        return None
    return None if _meant(before) == str(terms) else terms


def _meant(text: str) -> str:
    try:
        return str(parse_terms(text))
    except RuleBroken:
        return text
