"""What is typed to charge late interest or to waive it."""

from __future__ import annotations

import datetime as dt
import secrets
from typing import Any

import wtforms
from wtforms.validators import Length

from portal.base.language import N_
from portal.interest.charging import LONGEST_NOTE, Due, ProposeCharge
from portal.interest.waiving import LONGEST_REASON, WaiveInterest
from portal.web.forms import DateField, Filled, Form, RadioField, SelectField, key_of_form, options

DUES = [
    (Due.AT_ONCE.value, N_("At once")),
    (Due.BY_TERMS.value, N_("By the customer's terms")),
]
ALL = ("", N_("All that are late"))
WHEN = N_("Choose the last day that it covers.")


def _day(field: DateField) -> dt.date:
    """The day that was typed; a form that validates has one."""
    assert field.data is not None
    return field.data


class ChargeForm(Form):
    """Up to which day, and when it falls due."""

    key = wtforms.HiddenField()
    through_on = DateField(N_("Up to and with"), [Filled(WHEN)])
    due = RadioField(N_("Falls due"), choices=DUES, default=Due.AT_ONCE.value)
    note = wtforms.TextAreaField(N_("Reason"), [Length(max=LONGEST_NOTE)])

    def __init__(self, **kept: Any) -> None:
        """Its fields have names apart from those of waiving, and a page of its own."""
        super().__init__(prefix="charge-", **{"key": secrets.token_hex(16), **kept})

    def command(self, customer_id: int, currency: str) -> ProposeCharge:
        """What is proposed."""
        day = _day(self.through_on)
        due = Due(self.due.data)
        return ProposeCharge(customer_id, currency, day, due, self.note.data or "", key_of_form())


class WaiveForm(Form):
    """Of what, up to which day, and why."""

    key = wtforms.HiddenField()
    invoice = SelectField(N_("Of which invoice"), validate_choice=False)
    through_on = DateField(N_("Up to and with"), [Filled(WHEN)])
    reason = wtforms.TextAreaField(
        N_("Reason"), [Filled(N_("Say why it is waived.")), Length(max=LONGEST_REASON)]
    )

    def __init__(self, invoices: list[tuple[str, str]], **kept: Any) -> None:
        """The invoices that can be chosen: reference and number."""
        super().__init__(prefix="waive-", **{"key": secrets.token_hex(16), **kept})
        self.invoice.choices = options([ALL, *invoices])

    def command(self, customer_id: int, currency: str, entry_id: int | None) -> WaiveInterest:
        """What is waived."""
        day = _day(self.through_on)
        reason = self.reason.data or ""
        return WaiveInterest(customer_id, currency, day, reason, key_of_form(), entry_id)
