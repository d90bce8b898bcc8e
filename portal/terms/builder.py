"""A builder that writes the notation for who does not know it by heart."""

from __future__ import annotations

from decimal import Decimal, InvalidOperation

import wtforms
from wtforms.validators import Length, NumberRange, Optional

from portal.base.language import N_
from portal.web.forms import Form, SelectField

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
        first = _share(self.first.data)
        if first:
            steps = f"{first}% {self.first_days.data or 0}d, balance {steps}"
        text = steps if self.start.data == "invoice" else f"from {self.start.data} {steps}"
        off = _share(self.off.data)
        return f"{text}; discount {off}% {self.within.data or 0}d" if off else text


def builder_form() -> BuilderForm:
    """The builder as it was sent, beside the form that it helps to fill."""
    return BuilderForm(prefix="b-", days=30)


def _share(typed: str | None) -> str:
    """A share in per cent between nothing and all; empty where it is none."""
    text = (typed or "").strip().removesuffix("%").strip()
    try:
        value = Decimal(text)
    except InvalidOperation:
        return ""
    return format(value.normalize(), "f") if value.is_finite() and 0 < value < 100 else ""
