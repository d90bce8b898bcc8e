"""The shape of the forms that change terms: of the company with its named terms, of a customer."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from decimal import Decimal, InvalidOperation
from typing import Any

import wtforms
from flask import request
from wtforms.validators import InputRequired, Length, NumberRange, Optional

from portal.base.language import N_
from portal.base.language import gettext as _
from portal.core.named_terms import read_late_interest
from portal.core.terms_in_force import key_of_name
from portal.terms.commands import LONGEST_REASON, Wanted
from portal.terms.late import LATE_KINDS, late_told, late_typed
from portal.terms.values import is_rate
from portal.web.forms import DateField, Filled, Form, MoneyField, RadioField, SelectField

LONGEST_TERMS = 1_000
#: More than these nobody tells apart.
MOST_NAMED = 60
EMPTY_ROWS = 2
REACHES = [
    ("new", N_("Only invoices dated from that day on")),
    ("open", N_("Also invoices that are open then")),
]
STARTS = [
    ("invoice", N_("the invoice date")),
    ("delivery", N_("the day of delivery")),
    ("shipment", N_("the day of shipment")),
    ("acceptance", N_("the day on which the goods are accepted")),
    ("receipt", N_("the day on which the invoice is received")),
    ("statement", N_("the day of the statement")),
]
THEN = [
    ("", N_("That day")),
    ("eom", N_("The end of that month")),
    ("next", N_("A day of the month, the next one")),
]
SHARE = [Optional(), Length(max=6)]
TERMS = Length(max=LONGEST_TERMS, message=N_("Write at most 1,000 characters."))


def _number(least: int, most: int) -> list[Any]:
    return [
        InputRequired(N_("Enter a number.")),
        NumberRange(least, most, N_("Enter a number within reach.")),
    ]


class WhenForm(Form):
    """From when a change holds, what it reaches and why; and the invoice of the preview."""

    effective_on = DateField(N_("From"), [Filled(N_("Enter the first day."))])
    reach = RadioField(N_("What changes?"), choices=REACHES, default="new")
    reason = wtforms.TextAreaField(
        N_("Why?"),
        [
            Filled(N_("Write why the terms change; who approves them reads it.")),
            Length(max=LONGEST_REASON),
        ],
    )
    example_on = DateField(N_("Invoice date"))
    example_amount = MoneyField(N_("Invoice amount"))
    row_version = wtforms.HiddenField()

    def wanted(self, after: Mapping[str, Any]) -> Wanted:
        """What the form asks for, with these values."""
        assert self.effective_on.data is not None
        return Wanted(
            self.effective_on.data, after, self.reason.data or "", self.reach.data or "new"
        )

    @property
    def version(self) -> int:
        typed = str(self.row_version.data or "")
        return int(typed) if typed.isdecimal() and len(typed) < 10 else 0


class NamedForm(Form):
    """One of the terms that have a name."""

    name = wtforms.StringField(N_("Name"), [Length(max=60)])
    text = wtforms.StringField(N_("Terms"), [TERMS])
    grace = wtforms.IntegerField(N_("Days of grace"), [Optional(), NumberRange(0, 90)])
    late = SelectField(N_("Late interest"), choices=LATE_KINDS)
    rate = wtforms.StringField(N_("Rate in %"), [Length(max=20)])

    @property
    def is_empty(self) -> bool:
        return not ((self.name.data or "").strip() or (self.text.data or "").strip())

    def entry(self, known: Mapping[str, Mapping[str, Any]]) -> dict[str, Any]:
        """The terms as the policy writes them down; what is as it was stays word for word."""
        name = " ".join((self.name.data or "").split())
        entry = dict(known.get(key_of_name(name), {}))
        entry |= {"name": name, "text": (self.text.data or "").strip()}
        if self.grace.data is None:
            entry.pop("grace_days", None)
        elif entry.get("grace_days") != self.grace.data:
            entry["grace_days"] = self.grace.data
        late = late_told(self.late.data or "", self.rate.data or "")
        if not late:
            entry.pop("late_interest", None)
        elif read_late_interest(late) != read_late_interest(entry.get("late_interest")):
            entry["late_interest"] = late
        return entry

    def validate_text(self, field: wtforms.StringField) -> None:
        """Terms with a name say something."""
        if (self.name.data or "").strip() and not (field.data or "").strip():
            raise wtforms.ValidationError(_("Write the terms, for example “net 30”."))

    def validate_rate(self, field: wtforms.StringField) -> None:
        """A rate where the kind of interest has one."""
        _check_rate(self.late.data or "", field)


class CompanyForm(WhenForm):
    """The company's terms, and the rules that go with them."""

    default_terms = wtforms.StringField(N_("Terms of customers without their own"), [TERMS])
    grace_days = wtforms.IntegerField(N_("Days of grace"), _number(0, 90))
    late = SelectField(N_("Late interest"), choices=LATE_KINDS)
    rate = wtforms.StringField(N_("Rate in %"), [Length(max=20)])
    promise_fraction_of_term = wtforms.StringField(
        N_("How far beyond the due date an item may be promised, as a part of its term"),
        [Filled(N_("Enter a part, such as 1/3."))],
    )
    promise_max_broken = wtforms.IntegerField(
        N_("Broken promises after which the next one needs an approval"), _number(0, 20)
    )
    plan_max_instalments = wtforms.IntegerField(
        N_("Most instalments that a customer asks for"), _number(1, 120)
    )
    plan_max_months = wtforms.IntegerField(N_("Most months of a plan"), _number(1, 120))
    plan_interest = wtforms.StringField(N_("Interest of a plan in % a year"))
    plan_penalty = wtforms.StringField(N_("Penalty interest of a plan in % a year"))
    statement_issue_on_workday = wtforms.IntegerField(
        N_("Statements are issued on this workday of the month"), _number(1, 20)
    )
    statement_confirm_within_workdays = wtforms.IntegerField(
        N_("Workdays to answer in"), _number(1, 60)
    )

    NUMBERS = (
        *("grace_days", "promise_max_broken", "plan_max_instalments", "plan_max_months"),
        *("statement_issue_on_workday", "statement_confirm_within_workdays"),
    )

    def after(self, held: Mapping[str, Any], named: Sequence[NamedForm]) -> dict[str, Any]:
        """The values that the form says; what is as it was stays word for word."""
        late = late_told(self.late.data or "", self.rate.data or "")
        if read_late_interest(late) == read_late_interest(held["late_interest"]):
            late = dict(held["late_interest"])
        known = {key_of_name(str(each["name"])): each for each in held["terms"]}
        return {
            **{name: self[name].data for name in self.NUMBERS},
            "default_terms": (self.default_terms.data or "").strip(),
            "late_interest": late,
            "promise_fraction_of_term": (self.promise_fraction_of_term.data or "").strip(),
            "plan_interest_bp": _basis_points(self.plan_interest.data),
            "plan_penalty_bp": _basis_points(self.plan_penalty.data),
            "terms": [row.entry(known) for row in named if not row.is_empty],
        }

    def validate_rate(self, field: wtforms.StringField) -> None:
        """A rate where the kind of interest has one."""
        _check_rate(self.late.data or "", field)

    def validate_promise_fraction_of_term(self, field: wtforms.StringField) -> None:
        """A part from nothing to the whole."""
        above, _slash, below = (field.data or "").strip().partition("/")
        is_fit = above.isdecimal() and (not below or below.isdecimal()) and len(above + below) < 7
        if not is_fit or not 0 <= int(above) <= int(below or "1") or int(below or "1") == 0:
            raise wtforms.ValidationError(_("Enter a part from 0 to 1, such as 1/3."))

    def validate_plan_interest(self, field: wtforms.StringField) -> None:
        """Per cent with at most two decimals."""
        _check_percent(field)

    def validate_plan_penalty(self, field: wtforms.StringField) -> None:
        """Per cent with at most two decimals."""
        _check_percent(field)


class CustomerForm(WhenForm):
    """One customer's own terms; what stays empty is as for everybody."""

    terms = wtforms.StringField(N_("Terms"), [TERMS])
    grace_days = wtforms.IntegerField(N_("Days of grace"), [Optional(), NumberRange(0, 90)])
    late_rate = wtforms.StringField(N_("Late interest in % a year"), [Length(max=20)])
    day_count = SelectField(
        N_("Days of a year"), choices=[("", N_("As for everybody")), ("365", "365"), ("360", "360")]
    )

    def after(self) -> dict[str, Any]:
        """The values that the form says."""
        rate = (self.late_rate.data or "").strip()
        return {
            "terms": (self.terms.data or "").strip(),
            "grace_days": self.grace_days.data,
            "late_rate": rate or None,
            "day_count": int(self.day_count.data) if self.day_count.data else None,
        }

    def validate_late_rate(self, field: wtforms.StringField) -> None:
        """Per cent, or nothing."""
        if (field.data or "").strip():
            _check_rate("annual_365", field)


def company_form(held: Mapping[str, Any], **more: Any) -> CompanyForm:
    """The form with the values that hold, or with what was sent."""
    kind, rate = late_typed(held["late_interest"])
    kept = {name: held[name] for name in (*CompanyForm.NUMBERS, "default_terms")}
    return CompanyForm(
        **kept,
        promise_fraction_of_term=str(held["promise_fraction_of_term"]),
        late=kind,
        rate=rate,
        plan_interest=_percent(held["plan_interest_bp"]),
        plan_penalty=_percent(held["plan_penalty_bp"]),
        **more,
    )


def customer_form(held: Mapping[str, Any], **more: Any) -> CustomerForm:
    """The form with the values that hold, or with what was sent."""
    kept = {**held, "late_rate": held["late_rate"] or "", "day_count": str(held["day_count"] or "")}
    return CustomerForm(**kept, **more)


def named_forms(held: Mapping[str, Any]) -> list[NamedForm]:
    """A form for each of the named terms, and some empty ones."""
    entries: list[dict[str, Any]] = [dict(each) for each in held["terms"]]
    count = len(entries) + EMPTY_ROWS
    sent = request.form.get("rows", "")
    if sent.isdecimal() and len(sent) < 4:
        count = int(sent)
    forms = []
    for nth in range(min(count, MOST_NAMED)):
        each = entries[nth] if nth < len(entries) else {}
        kind, rate = late_typed(each.get("late_interest") or {})
        kept = {"name": each.get("name", ""), "text": each.get("text", "")}
        forms.append(
            NamedForm(prefix=f"t{nth}-", **kept, grace=each.get("grace_days"), late=kind, rate=rate)
        )
    return forms


def example_day(form: WhenForm, today: dt.date) -> dt.date:
    """The date of the preview's invoice: as typed, else the first day of the change."""
    found: dt.date = form.example_on.data or form.effective_on.data or today
    return found


def _check_rate(kind: str, field: wtforms.StringField) -> None:
    typed = (field.data or "").strip()
    if not kind or kind in {"eu", "uk", "cn"}:
        return
    if not is_rate(typed):
        raise wtforms.ValidationError(_("Enter a rate from 0 to 100 per cent, such as 12.25."))


def _check_percent(field: wtforms.StringField) -> None:
    try:
        typed = Decimal((field.data or "0").strip() or "0")
        is_fit = 0 <= typed <= 100 and typed * 100 == int(typed * 100)
    except (InvalidOperation, ValueError, OverflowError):
        is_fit = False
    if not is_fit:
        raise wtforms.ValidationError(_("Enter per cent from 0 to 100, such as 5 or 4.35."))


def _basis_points(typed: str | None) -> int:
    return int(Decimal((typed or "0").strip() or "0") * 100)


def _percent(basis_points: int) -> str:
    told = Decimal(basis_points) / 100
    return format(told.normalize(), "f")


# ── Writing the notation for who does not know it by heart ───────────────────


class BuilderForm(Form):
    """Net days, end or day of a month, a first part, a discount."""

    days = wtforms.IntegerField(N_("Days"), [Optional(), NumberRange(0, 3660)])
    start = SelectField(N_("counted from"), choices=STARTS)
    then = SelectField(N_("and due on"), choices=THEN)
    day = wtforms.IntegerField(N_("Day of the month"), [Optional(), NumberRange(1, 31)])
    first = wtforms.StringField(N_("First part in %"), SHARE)
    first_days = wtforms.IntegerField(
        N_("Days of the first part"), [Optional(), NumberRange(0, 3660)]
    )
    off = wtforms.StringField(N_("Discount in %"), SHARE)
    within = wtforms.IntegerField(N_("Discount within days"), [Optional(), NumberRange(0, 3660)])

    def written(self) -> str:
        """The notation of what is chosen."""
        steps = f"{self.days.data or 0}d"
        if self.then.data == "eom":
            steps += " eom"
        elif self.then.data == "next":
            steps += f" day {self.day.data or 1}"
        first = _share_typed(self.first.data)
        if first:
            steps = f"{first}% {self.first_days.data or 0}d, balance {steps}"
        text = steps if self.start.data == "invoice" else f"from {self.start.data} {steps}"
        off = _share_typed(self.off.data)
        return f"{text}; discount {off}% {self.within.data or 0}d" if off else text


def builder_form() -> BuilderForm:
    """The builder as it was sent, beside the form that it helps to fill."""
    return BuilderForm(prefix="b-", days=30)


def _share_typed(typed: str | None) -> str:
    """A share in per cent between nothing and all; empty where it is none."""
    text = (typed or "").strip().removesuffix("%").strip()
    try:
        value = Decimal(text)
    except InvalidOperation:
        return ""
    return format(value.normalize(), "f") if value.is_finite() and 0 < value < 100 else ""
