"""What an admin decides about disputes, as a page of the settings."""

from __future__ import annotations

import wtforms
from flask import Blueprint, Response
from wtforms.validators import Length, NumberRange

from portal.base.access import allows
from portal.base.language import N_
from portal.base.language import gettext as _
from portal.core import dispute
from portal.disputes import names
from portal.disputes.policy import ChangeDisputeRules, change_dispute_rules, written
from portal.disputes.reasons import reasons_of, root_causes_of
from portal.web import respond
from portal.web.current import actor, reader
from portal.web.forms import Filled, Form
from portal.web.guard import guard

desk_dispute_settings = Blueprint("desk_dispute_settings", __name__, url_prefix="/desk/settings")

LONG = Length(max=10_000)


class DisputeRulesForm(Form):
    """Reasons, root causes, days, and what a clerk grants alone."""

    answer_within_workdays = wtforms.IntegerField(
        N_("Workdays to answer a dispute in"), [NumberRange(1, 60, N_("Enter 1 to 60 workdays."))]
    )
    reopen_within_days = wtforms.IntegerField(
        N_("Days in which a customer can open it again"),
        [NumberRange(1, 365, N_("Enter 1 to 365 days."))],
    )
    reasons = wtforms.TextAreaField(
        N_("Reasons that customers choose from"), [Filled(N_("Enter at least one.")), LONG]
    )
    root_causes = wtforms.TextAreaField(
        N_("Root causes that the house chooses from"), [Filled(N_("Enter at least one.")), LONG]
    )
    credit_alone = wtforms.TextAreaField(
        N_("What is credited without a second person, by currency"), [LONG]
    )

    def command(self) -> ChangeDisputeRules:
        """What is decided."""
        return ChangeDisputeRules(
            self.answer_within_workdays.data or 0,
            self.reopen_within_days.data or 0,
            self.reasons.data or "",
            self.root_causes.data or "",
            self.credit_alone.data or "",
        )


@desk_dispute_settings.get("/disputes")
@guard("company.view")
def show() -> Response:
    policy = reader().policy
    alone = policy.values["dispute_credit_without_approval"]
    return _page(
        DisputeRulesForm(
            answer_within_workdays=policy.values["dispute_answer_within_workdays"],
            reopen_within_days=policy.values["dispute_reopen_within_days"],
            reasons=written(reasons_of(policy)),
            root_causes=written(root_causes_of(policy)),
            credit_alone="\n".join(f"{currency} {most}" for currency, most in alone.items()),
        )
    )


@desk_dispute_settings.post("/disputes")
@guard("company.change")
def save() -> Response:
    form = DisputeRulesForm()
    if form.validate() and respond.attempt(form, change_dispute_rules, form.command()):
        respond.say(
            _("Saved. It counts from today on.") if form.outcome else _("Nothing was changed.")
        )
        return respond.see_other(".show")
    return _page(form)


def _page(form: DisputeRulesForm) -> Response:
    return respond.page(
        "disputes/settings.html",
        form.status if form.told() else 200,
        form=form,
        may_change=allows(actor(), "company.change"),
        shipped=[(name, names.reason_name(name, {})) for name in dispute.REASONS],
        shipped_causes=[(name, names.cause_name(name, {})) for name in dispute.ROOT_CAUSES],
    )
