"""Grades, scorecard, and the rules of promises and plans: each change is drafted, then approved."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from flask import Blueprint, Response

from portal.base.access import allows
from portal.base.language import N_
from portal.base.language import gettext as _
from portal.core import policy_kinds as kinds
from portal.core.errors import RuleBroken
from portal.core.policy_canon import canonical_list, in_full
from portal.core.policy_schema import GRADES, SCORECARD
from portal.core.scorecard import FACTORS
from portal.credit.score_names import FACTOR_MEANINGS, FACTOR_NAMES
from portal.settings.pages_entries import (
    FactorForm,
    GradeForm,
    PromiseRulesForm,
    ScoringForm,
    Together,
    WhenForm,
    entry_forms,
    read_entries,
)
from portal.web import respond
from portal.web.current import actor, reader
from portal.web.forms import Form, options
from portal.web.guard import guard

desk_grades = Blueprint("desk_grades", __name__, url_prefix="/desk/settings")

#: field of the form → value of the policy
SCORING = {
    "coverage_floor": "scorecard_coverage_floor_percent",
    "hysteresis": "scorecard_hysteresis_points",
    "limit_factor": "scorecard_limit_factor",
}
PROMISES = {
    "fraction_of_term": "promise_fraction_of_term",
    "max_broken": "promise_max_broken",
    "promise_tolerance_days": "promise_tolerance_days",
    "max_instalments": "plan_max_instalments",
    "max_months": "plan_max_months",
    "plan_tolerance_days": "plan_tolerance_days",
    "needs_approval": "plan_needs_approval",
}
#: Per cent in the form, basis points in the policy.
RATES = {"interest": "plan_interest_bp", "penalty": "plan_penalty_bp"}


@desk_grades.get("/grades")
@guard("company.view")
def grades() -> Response:
    return _grades_page(_grade_forms(), _when())


@desk_grades.post("/grades")
@guard("terms.change")
def save_grades() -> Response:
    forms, when = _grade_forms(), _when()
    is_told = when.validate()
    entries = read_entries(forms, reader().policy.values)
    if is_told and entries and when.draft({"grades": canonical_list(GRADES, entries)}):
        return when.go_on()
    return _grades_page(forms, when)


@desk_grades.get("/scorecard")
@guard("company.view")
def scorecard() -> Response:
    return _scorecard_page(_factor_forms(), _scoring_form(), _when())


@desk_grades.post("/scorecard")
@guard("terms.change")
def save_scorecard() -> Response:
    forms, scoring, when = _factor_forms(), _scoring_form(), _when()
    is_told = [when.validate(), scoring.validate()]
    entries = read_entries(forms, reader().policy.values)
    after = _scoring(scoring) if all(is_told) and entries else None
    if after and entries and when.draft({SCORECARD.value: _factors(entries), **after}):
        return when.go_on()
    return _scorecard_page(forms, scoring, when)


@desk_grades.get("/promises")
@guard("company.view")
def promises() -> Response:
    return _promises_page(_promise_form(), _when())


@desk_grades.post("/promises")
@guard("terms.change")
def save_promises() -> Response:
    form, when = _promise_form(), _when()
    is_told = [when.validate(), form.validate()]
    after = _promise_rules(form) if all(is_told) else None
    if after and when.draft(after):
        return when.go_on()
    return _promises_page(form, when)


def _when() -> WhenForm:
    return WhenForm(effective_on=reader().today)


def _may_change() -> bool:
    return allows(actor(), "terms.change")


def _grade_forms() -> list[GradeForm]:
    held = in_full(GRADES, reader().policy.values["grades"])
    return entry_forms(GradeForm, held, GradeForm.kept)


def _grades_page(forms: list[GradeForm], when: WhenForm) -> Response:
    problems = Together(*forms, when)
    _at_least_one(forms, when)
    return respond.page(
        "settings/grades.html",
        problems.status,
        forms=forms,
        when=when,
        problems=problems,
        named=[told["name"] for told in reader().policy.values["terms"]],
        may_change=_may_change(),
    )


def _at_least_one(forms: list[GradeForm] | list[FactorForm], when: WhenForm) -> None:
    """A list that is empty would be the shipped one again, which nobody meant."""
    if when.is_submitted and all(form.is_left_out for form in forms):
        when.form_errors.append(_("Keep at least one of them."))


def _factor_forms() -> list[FactorForm]:
    held = in_full(SCORECARD, reader().policy.values["scorecard_factors"])
    forms = entry_forms(FactorForm, held, FactorForm.kept)
    choices = options([("", N_("No factor")), *((name, FACTOR_NAMES[name]) for name in FACTORS)])
    for form in forms:
        form.name.choices = choices
    return forms


def _factors(entries: list[dict[str, Any]]) -> list[dict[str, Any]]:
    return canonical_list(SCORECARD, entries)


def _scoring_form() -> ScoringForm:
    values = reader().policy.values
    return ScoringForm(**{field: values[name] for field, name in SCORING.items()})


def _scoring(form: ScoringForm) -> dict[str, Any] | None:
    """The values; None where the factor is no number."""
    factor = _read(form, "limit_factor", kinds.decimal("0", "100"))
    told = {name: form[field].data for field, name in SCORING.items()}
    return None if factor is None else {**told, SCORING["limit_factor"]: factor}


def _scorecard_page(forms: list[FactorForm], scoring: ScoringForm, when: WhenForm) -> Response:
    problems = Together(*forms, scoring, when)
    _at_least_one(forms, when)
    return respond.page(
        "settings/scorecard.html",
        problems.status,
        forms=forms,
        scoring=scoring,
        when=when,
        problems=problems,
        shares=_shares(forms),
        names=FACTOR_NAMES,
        meanings=FACTOR_MEANINGS,
        may_change=_may_change(),
    )


def _shares(forms: list[FactorForm]) -> dict[str, int]:
    """Of each factor its part of all weight in per cent, as far as weights can be read."""
    weights = {}
    for form in forms:
        try:
            weight = Decimal(kinds.number("0.001", "1000")((form.weight.data or "").strip()))
        except RuleBroken:
            continue
        if not form.is_left_out:
            weights[form.entry_name] = weight
    whole = sum(weights.values())
    return {name: round(weight * 100 / whole) for name, weight in weights.items()}


def _promise_form() -> PromiseRulesForm:
    values = reader().policy.values
    kept: dict[str, Any] = {field: values[name] for field, name in PROMISES.items()}
    kept |= {field: Decimal(values[name]) / 100 for field, name in RATES.items()}
    return PromiseRulesForm(**kept)


def _promise_rules(form: PromiseRulesForm) -> dict[str, Any] | None:
    """The values; None where something of them is wrong."""
    fraction = _read(form, "fraction_of_term", kinds.ratio)
    points = {field: (form[field].data or Decimal()) * 100 for field in RATES}
    for field, value in points.items():
        if value != int(value):
            form.blame(RuleBroken("policy.too_fine", field=field))
    if form.told():
        return None
    told: Mapping[str, Any] = {name: form[field].data for field, name in PROMISES.items()}
    rates = {RATES[field]: int(value) for field, value in points.items()}
    return {**told, "promise_fraction_of_term": fraction, **rates}


def _read(form: Form, field: str, kind: kinds.Kind) -> Any:
    """What a field says as a kind reads it; None and a sentence beside it where it cannot."""
    try:
        return kind(str(form[field].data or "").strip())
    except RuleBroken as broken:
        form.blame(RuleBroken(broken.code, field=field, **broken.facts))
        return None


def _promises_page(form: PromiseRulesForm, when: WhenForm) -> Response:
    problems = Together(form, when)
    return respond.page(
        "settings/promises.html",
        problems.status,
        form=form,
        when=when,
        problems=problems,
        may_change=_may_change(),
    )
