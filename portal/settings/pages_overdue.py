"""What is done about who owes late: when it warns, what caps late interest, what lowers a loss."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import wtforms
from flask import Blueprint, Response
from wtforms.validators import Length

from portal.base.access import allows
from portal.base.language import N_
from portal.core import policy_kinds as kinds
from portal.core.errors import RuleBroken
from portal.settings.pages_entries import Together, WhenForm
from portal.settings.typed import amounts_typed, amounts_written, number_typed
from portal.web import respond
from portal.web.current import actor, reader
from portal.web.forms import Form, SelectField
from portal.web.guard import guard

desk_overdue = Blueprint("desk_overdue", __name__, url_prefix="/desk/settings")

CAPS = [(kinds.NO_CAP, N_("None")), ("cn", N_("China: four times the one-year LPR"))]
#: field of the form → value of the policy and its kind; what is left empty never holds
NUMBERS = {
    "days_overdue": ("warning_days_overdue", kinds.whole(1, 3650)),
    "share_of_limit": ("warning_share_of_limit_percent", kinds.whole(1, 1000)),
    "most_percent": ("late_interest_most_percent", kinds.whole(1, 1000)),
}


class OverdueForm(Form):
    """Thresholds that warn, caps of late interest, and what securities do."""

    days_overdue = wtforms.StringField(N_("Days that the oldest item is overdue"), [Length(max=9)])
    overdue_amount = wtforms.TextAreaField(N_("Overdue amount"), [Length(max=1000)])
    share_of_limit = wtforms.StringField(
        N_("Per cent of the credit limit that are overdue"), [Length(max=9)]
    )
    cap = SelectField(N_("Law that caps agreed rates"), choices=CAPS)
    most_percent = wtforms.StringField(
        N_("Most late interest in per cent of what was owed"), [Length(max=9)]
    )
    securities = wtforms.BooleanField(N_("What securities cover is not provided for"))

    @classmethod
    def kept(cls, values: Mapping[str, Any]) -> dict[str, Any]:
        """What the form shows of the policy in force."""
        numbers = {field: values[name] for field, (name, _kind) in NUMBERS.items()}
        return {
            **{field: "" if each is None else str(each) for field, each in numbers.items()},
            "overdue_amount": amounts_written(values["warning_overdue_amount"]),
            "cap": values["late_interest_cap"],
            "securities": values["provision_securities"],
        }

    def after(self) -> dict[str, Any] | None:
        """The values that it says; None where something is wrong, which stands at its field."""
        told: dict[str, Any] = {
            name: self._read(field, number_typed(self[field].data), kind)
            for field, (name, kind) in NUMBERS.items()
        }
        amounts = amounts_typed(self.overdue_amount.data)
        told["warning_overdue_amount"] = self._read("overdue_amount", amounts, kinds.amounts)
        told["late_interest_cap"] = str(self.cap.data)
        told["provision_securities"] = bool(self.securities.data)
        return None if self.told() else told

    def _read(self, field: str, typed: Any, kind: kinds.Kind) -> Any:
        try:
            return None if typed is None else kind(typed)
        except RuleBroken as broken:
            self.blame(RuleBroken(broken.code, field=field, **broken.facts))
            return None


@desk_overdue.get("/overdue")
@guard("company.view")
def show() -> Response:
    return _page(_form(), _when())


@desk_overdue.post("/overdue")
@guard("terms.change")
def save() -> Response:
    form, when = _form(), _when()
    is_told = [when.validate(), form.validate()]
    after = form.after() if all(is_told) else None
    if after and when.draft(after):
        return when.go_on()
    return _page(form, when)


def _form() -> OverdueForm:
    return OverdueForm(**OverdueForm.kept(reader().policy.values))


def _when() -> WhenForm:
    return WhenForm(effective_on=reader().today)


def _page(form: OverdueForm, when: WhenForm) -> Response:
    problems = Together(form, when)
    return respond.page(
        "settings/overdue.html",
        problems.status,
        form=form,
        when=when,
        problems=problems,
        may_change=allows(actor(), "terms.change"),
    )
