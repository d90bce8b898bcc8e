"""The shape of what people type about bills."""

from __future__ import annotations

from typing import Any

import wtforms
from wtforms.validators import Length

from portal.base.language import N_
from portal.core.bill import FOLLOWING, State
from portal.core.money import CURRENCIES, Money
from portal.payments.bills.commands import LONGEST_NOTE, MoveBill, NoteBill
from portal.payments.bills.names import KINDS, STATES
from portal.payments.bills.queries import BillRow
from portal.web.forms import DateField, Filled, Form, MoneyField, SelectField, options

LINE, LONG = Length(max=200), Length(max=LONGEST_NOTE)


class BillForm(Form):
    """A bill that came in."""

    customer_code = wtforms.StringField(
        N_("Customer code"), [Filled(N_("Enter the customer’s code."))]
    )
    number = wtforms.StringField(N_("Number of the bill"), [Filled(N_("Enter its number.")), LINE])
    kind = SelectField(N_("Kind"), choices=[*KINDS.items()])
    currency_code = wtforms.StringField(N_("Currency"), [Length(max=3)])
    amount = MoneyField(N_("Amount"), [Filled(N_("Enter the amount."))])
    received_on = DateField(N_("Received on"), [Filled(N_("Enter the day it came."))])
    matures_on = DateField(N_("Matures on"), [Filled(N_("Enter the day it matures."))])
    drawer = wtforms.StringField(N_("Drawer"), [LINE])
    acceptor = wtforms.StringField(N_("Acceptor"), [LINE])
    payment_code = wtforms.StringField(N_("Payment in the books"), [LINE])
    note = wtforms.TextAreaField(N_("Note"), [LONG])

    def command(self, customer_id: int) -> NoteBill:
        """The bill as it was typed."""
        amount = self.amount.data
        received_on, matures_on = self.received_on.data, self.matures_on.data
        assert isinstance(amount, Money)
        assert received_on is not None
        assert matures_on is not None
        return NoteBill(
            customer_id,
            str(self.number.data),
            str(self.kind.data),
            amount,
            received_on,
            matures_on,
            str(self.drawer.data or ""),
            str(self.acceptor.data or ""),
            str(self.payment_code.data or ""),
            str(self.note.data or ""),
        )


def bill_form(currency: str, **kept: Any) -> BillForm:
    """The form of a new bill; its amount is read in the currency that is typed beside it."""
    form = BillForm(currency_code=currency, **kept)
    typed = str(form.currency_code.data or "").strip().upper()
    form.amount.currency = typed if typed in CURRENCIES else currency
    return form


class MoveForm(Form):
    """What became of a bill."""

    then = SelectField(N_("What became of it?"))
    on = DateField(N_("On"), [Filled(N_("Enter the day."))])
    note = wtforms.TextAreaField(N_("Note"), [LONG])
    row_version = wtforms.IntegerField(default=0)

    def __init__(self, row: BillRow, **kept: Any) -> None:
        """Offer what can become of it from where it is."""
        super().__init__(row_version=row.row_version, **kept)
        following = FOLLOWING[State(row.state)]
        words = [(each.value, STATES[each.value][0]) for each in State if each in following]
        self.then.choices = options(words)

    def command(self, bill_id: int) -> MoveBill:
        """What became of it."""
        assert self.on.data is not None
        return MoveBill(
            bill_id,
            State(self.then.data),
            self.on.data,
            int(self.row_version.data or 0),
            str(self.note.data or ""),
        )
