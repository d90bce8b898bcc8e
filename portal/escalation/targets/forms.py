"""What a lead types about targets."""

from __future__ import annotations

import wtforms
from wtforms.validators import NumberRange, Optional

from portal.base.language import N_
from portal.core.money import Money
from portal.core.period import Month
from portal.escalation.targets.setting import SetTargets
from portal.web.forms import Form, MoneyField, SelectField


class TargetForm(Form):
    """What somebody is to reach in a month."""

    who = SelectField(N_("Whose targets"))
    recovered = MoneyField(N_("To be recovered"), [Optional()])
    contacts = wtforms.IntegerField(N_("Talks"), [Optional(), NumberRange(0, 100_000)])
    success_percent = wtforms.IntegerField(
        N_("Success, in per cent"), [Optional(), NumberRange(0, 100)]
    )
    cost = MoneyField(N_("Cost of collecting"), [Optional()])

    def command(self, month: Month, currency: str) -> SetTargets:
        """The targets as they were typed."""
        minors = {
            name: field.data.minor if isinstance(field.data, Money) else None
            for name, field in (("recovered", self.recovered), ("cost", self.cost))
        }
        numbers = {"contacts": self.contacts.data, "success_percent": self.success_percent.data}
        who = str(self.who.data or "")
        return SetTargets(month.first_on, int(who) if who else None, currency, minors | numbers)
