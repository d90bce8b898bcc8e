"""What is typed about customers, accounts and invoices that are left alone."""

from __future__ import annotations

from collections.abc import Sequence

import wtforms

from portal.base.language import N_
from portal.escalation.holds import LONGEST_REASON, Hold
from portal.web.forms import DateField, Filled, Form, SelectField


class HoldForm(Form):
    """That somebody or something is left alone from today."""

    what = SelectField(N_("What is left alone"), [wtforms.validators.Optional()])
    until_on = DateField(N_("Last day"), [wtforms.validators.Optional()])
    reason = wtforms.TextAreaField(
        N_("Why"),
        [
            Filled(N_("Say why the customer is left alone.")),
            wtforms.validators.Length(
                max=LONGEST_REASON, message=N_("Write at most %(max)d characters.")
            ),
        ],
    )

    def offer(self, choices: Sequence[tuple[str, str]]) -> HoldForm:
        """What can be left alone, by what names it: nothing for all, a currency, an invoice."""
        self.what.choices = list(choices)
        return self

    def command(self, customer_id: int, entries: dict[str, int]) -> Hold:
        """The hold; `entries` are the ids of the invoices that can be named."""
        what = self.what.data or ""
        return Hold(
            customer_id,
            self.reason.data or "",
            self.until_on.data,
            currency=what if what and what not in entries else None,
            entry_id=entries.get(what),
        )


class EndForm(Form):
    """That the ladder goes on; there is nothing to type."""
