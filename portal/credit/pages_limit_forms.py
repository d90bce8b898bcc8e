"""What is typed to propose a limit, and to note a security."""

from __future__ import annotations

import datetime as dt
from typing import Any

import wtforms
from wtforms.validators import Length

from portal.base.language import N_
from portal.core.limit import AskedLimit
from portal.core.money import Money
from portal.credit.answering import LONGEST_ANSWER
from portal.credit.limit_names import SECURITIES
from portal.credit.proposing import LONGEST_REASON, ProposeLimit
from portal.credit.securities import LONGEST, NoteSecurity
from portal.web.forms import DateField, Filled, Form, MoneyField, RadioField, SelectField
from portal.web.uploads import FilesForm

AMOUNT, PREPAYMENT, NONE = "amount", "prepayment", "none"


class LimitForm(Form):
    """A limit, from when to when, and why."""

    what = RadioField(
        N_("How far the customer is trusted"),
        [Filled(N_("Choose one of the three."))],
        choices=[
            (AMOUNT, N_("Up to an amount")),
            (PREPAYMENT, N_("Prepayment only")),
            (NONE, N_("Not limited")),
        ],
    )
    amount = MoneyField(N_("Limit"))
    insured = MoneyField(N_("Insured part"))
    effective_on = DateField(N_("Valid from"), [Filled(N_("Enter the first day."))])
    valid_until = DateField(N_("Valid until"))
    reason = wtforms.TextAreaField(
        N_("Why"), [Filled(N_("Write why; whoever decides reads it.")), Length(max=LONGEST_REASON)]
    )
    answer = wtforms.TextAreaField(N_("Words for the customer"), [Length(max=LONGEST_ANSWER)])

    def validate(self, extra_validators: Any = None) -> bool:
        """An amount is needed where one is chosen."""
        is_fine = super().validate(extra_validators)
        if self.what.data == AMOUNT and self.amount.data is None and not self.amount.errors:
            from_words = N_("Enter the amount, or choose one of the other two.")
            self.amount.errors = [from_words]
            return False
        return is_fine

    @property
    def asked(self) -> AskedLimit:
        """The limit that is proposed."""
        first = self.effective_on.data
        assert isinstance(first, dt.date)
        return AskedLimit(self._amount(), first, self.valid_until.data, self.insured.data or None)

    def _amount(self) -> Money | None:
        if self.what.data == NONE:
            return None
        return Money.zero(self.currency) if self.what.data == PREPAYMENT else self.amount.data

    def command(self, customer_id: int, application_id: int | None) -> ProposeLimit:
        """What the page asks for."""
        reason, answer = self.reason.data or "", self.answer.data or ""
        return ProposeLimit(customer_id, self.asked, reason, application_id, answer)


class SecurityForm(FilesForm):
    """A security, what of it counts, and its papers."""

    kind = SelectField(N_("Kind"), choices=list(SECURITIES.items()))
    giver = wtforms.StringField(
        N_("Given by"), [Filled(N_("Write who gives it.")), Length(max=LONGEST)]
    )
    reference = wtforms.StringField(N_("Number of the document"), [Length(max=LONGEST)])
    amount = MoneyField(N_("Amount"), [Filled(N_("Enter an amount above zero."))])
    accepted = MoneyField(
        N_("Accepted part"), [Filled(N_("Enter what of it counts; 0 if nothing does."))]
    )
    from_on = DateField(N_("Valid from"), [Filled(N_("Enter the first day."))])
    until_on = DateField(N_("Valid until"))

    def command(self, customer_id: int) -> NoteSecurity | None:
        """What the page asks for; None where a file will not do."""
        first = self.from_on.data
        assert isinstance(first, dt.date)
        files = self.looked_at()
        if files is None:
            return None
        return NoteSecurity(
            customer_id,
            self.kind.data,
            self.giver.data or "",
            self.amount.data,
            self.accepted.data,
            first,
            self.until_on.data,
            self.reference.data or "",
            files,
        )
