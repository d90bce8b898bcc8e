"""What is typed about orders, releases, rates and standings."""

from __future__ import annotations

import re
from decimal import Decimal
from typing import Any

import wtforms

from portal.base.language import N_
from portal.base.language import gettext as _
from portal.core.errors import RuleBroken
from portal.core.money import CURRENCIES
from portal.credit.names import STANDINGS
from portal.credit.rates import TellRate
from portal.credit.releases import LONGEST_REASON, RequestRelease
from portal.credit.standing import EndStanding, SetStanding
from portal.web.forms import DateField, Filled, Form, SelectField

TOO_LONG = N_("Write at most %(max)d characters.")


class AskForm(Form):
    """Whether goods may be shipped; it is asked by its address, and kept by its button."""

    customer = wtforms.StringField(N_("Customer"), [Filled(N_("Name the customer."))])
    amount = wtforms.StringField(N_("Amount"), [Filled(N_("Write the amount."))])
    in_currency = wtforms.StringField(N_("Currency"))
    order_code = wtforms.StringField(N_("Order"))


class ReleaseForm(Form):
    """That a held order be shipped all the same."""

    until_on = DateField(N_("Release until"), [Filled(N_("Choose the last day."))])
    reason = wtforms.TextAreaField(
        N_("Why it may be shipped all the same"),
        [
            Filled(N_("Say why it may be shipped all the same.")),
            wtforms.validators.Length(max=LONGEST_REASON, message=TOO_LONG),
        ],
    )

    def command(self, order_id: int) -> RequestRelease:
        assert self.until_on.data is not None
        return RequestRelease(order_id, self.until_on.data, self.reason.data or "")


class RateForm(Form):
    """What one unit of a currency is worth in another."""

    from_currency = wtforms.StringField(N_("One"), [Filled(N_("Write a currency, such as EUR."))])
    to_currency = wtforms.StringField(
        N_("is worth in"), [Filled(N_("Write a currency, such as CNY."))]
    )
    rate_on = DateField(N_("From"), [Filled(N_("Choose the day."))])
    rate = wtforms.StringField(N_("Rate"), [Filled(N_("Write the rate, such as 7.83."))])

    def command(self) -> TellRate | None:
        """The rate, or nothing where what was typed is none."""
        codes = [(field.data or "").strip().upper() for field in self._codes()]
        for field, code in zip(self._codes(), codes, strict=True):
            if code not in CURRENCIES:
                field.errors = [_("This is no currency of ISO 4217. Write one such as EUR.")]
        rate = _number(self.rate.data or "")
        if rate is None:
            self.rate.errors = [_("Write a number with a point, such as 7.83.")]
            return None
        if any(field.errors for field in self._codes()) or self.rate_on.data is None:
            return None
        return TellRate(codes[0], codes[1], self.rate_on.data, rate)

    def _codes(self) -> tuple[wtforms.StringField, wtforms.StringField]:
        return (self.from_currency, self.to_currency)


class StandingForm(Form):
    """That something holds about a customer from today."""

    kind = SelectField(
        N_("What holds"), choices=[(kind, word) for kind, (word, _tone) in STANDINGS.items()]
    )
    until_on = DateField(N_("Until"), [wtforms.validators.Optional()])
    reason = wtforms.TextAreaField(
        N_("Reason"),
        [
            Filled(N_("Say why.")),
            wtforms.validators.Length(max=LONGEST_REASON, message=TOO_LONG),
        ],
    )

    def command(self, customer_id: int) -> SetStanding:
        return SetStanding(customer_id, self.kind.data, self.reason.data or "", self.until_on.data)


class EndForm(Form):
    """That a standing does not hold any more."""

    reason = wtforms.TextAreaField(
        N_("Why it ends"),
        [
            Filled(N_("Say why.")),
            wtforms.validators.Length(max=LONGEST_REASON, message=TOO_LONG),
        ],
    )

    def command(self, standing_id: int) -> EndStanding:
        return EndStanding(standing_id, self.reason.data or "")


def _number(text: str) -> Decimal | None:
    """
    The number that a text writes with a point or a comma; None where it writes none.

    >>> _number("7,83"), _number("nan"), _number("1e3")
    (Decimal('7.83'), None, None)
    """
    told = text.strip().replace(",", ".")
    return Decimal(told) if re.fullmatch(r"\d{1,15}(\.\d{1,20})?", told, re.ASCII) else None


def blame(form: Any, broken: RuleBroken, field: str) -> None:
    """Writes a broken rule onto a field, wherever it came from."""
    form.blame(RuleBroken(broken.code, field, **broken.facts))
