"""What people type about bad debts."""

from __future__ import annotations

import datetime as dt
import secrets
from collections.abc import Mapping, Sequence
from typing import Any, TypeAlias

import wtforms
from wtforms.validators import Length

from portal.bad_debts.expected import ExpectedPart, PartKey
from portal.bad_debts.names import REASONS
from portal.bad_debts.proposing import LONGEST_NOTE, ProposeWriteOff
from portal.bad_debts.providing import LONGEST_REASON, ProvideFor
from portal.base.language import N_
from portal.base.language import gettext as _
from portal.core.bad_debt import Reason
from portal.core.money import Money
from portal.web.forms import DateField, Filled, Form, MoneyField, SelectField, key_of_form, options

AMOUNT = "amount_"


class WriteOffForm(Form):
    """Which items are thought to be lost; `write_off_form` adds an amount for each of them."""

    reason = SelectField(N_("Why is it lost?"), choices=[*REASONS.items()])
    note = wtforms.TextAreaField(
        N_("What was done to collect it?"),
        [Filled(N_("Say what was done to collect it.")), Length(max=LONGEST_NOTE)],
    )
    key = wtforms.HiddenField(default=lambda: secrets.token_hex(16))
    parts: Sequence[ExpectedPart]

    @property
    def lines(self) -> list[tuple[ExpectedPart, wtforms.Field]]:
        """Each item with its amount."""
        return [(part, self._fields[_name(part)]) for part in self.parts]

    def amounts(self) -> Mapping[PartKey, Money]:
        """What of each item; those left empty are left out."""
        return {part.key: field.data for part, field in self.lines if field.data is not None}

    def command(self, customer_id: int) -> ProposeWriteOff:
        """What is proposed."""
        return ProposeWriteOff(
            customer_id,
            self.amounts(),
            Reason(self.reason.data),
            str(self.note.data or ""),
            key_of_form(),
        )


def _name(part: ExpectedPart) -> str:
    return f"{AMOUNT}{part.entry_id}_{part.part}"


FormOfWriteOff: TypeAlias = type[WriteOffForm]


def write_off_form(parts: Sequence[ExpectedPart], currency: str) -> WriteOffForm:
    """The form over what the house still expects in one currency, all of it at first."""
    fields: dict[str, Any] = {"parts": parts}
    for part in parts:
        fields[_name(part)] = MoneyField(_("Write off of %(item)s", item=part.number))
    kind: FormOfWriteOff = type("WriteOffFormWithItems", (WriteOffForm,), fields)
    whole: dict[str, Any] = {_name(part): part.expected for part in parts}
    return kind(currency=currency, **whole)


class SpecificForm(Form):
    """A rate for a customer or one of its invoices."""

    invoice = SelectField(N_("For"))
    percent = wtforms.DecimalField(
        N_("Rate, in per cent"), [Filled(N_("Enter a rate from 0 to 100 per cent."))], places=None
    )
    from_on = DateField(N_("From"), [Filled(N_("Enter the day."))])
    reason = wtforms.TextAreaField(
        N_("Reason"),
        [Filled(N_("Say why it is provided for by itself.")), Length(max=LONGEST_REASON)],
    )

    def __init__(self, parts: Sequence[ExpectedPart], today: dt.date) -> None:
        """Offer all that is owed, and each document of it."""
        super().__init__(from_on=today)
        documents = {str(part.entry_id): part.number for part in parts}
        self.invoice.choices = options([("", _("All that the customer owes")), *documents.items()])

    def command(self, customer_id: int) -> ProvideFor:
        """What is noted."""
        assert self.from_on.data is not None
        assert self.percent.data is not None
        chosen = str(self.invoice.data or "")
        return ProvideFor(
            customer_id,
            int(chosen) if chosen else None,
            self.percent.data,
            str(self.reason.data or ""),
            self.from_on.data,
        )


class PostForm(Form):
    """The day whose provision is posted."""

    as_of = DateField(N_("As of"), [Filled(N_("Enter the day."))])

    @property
    def day(self) -> dt.date:
        """The day that was typed."""
        assert self.as_of.data is not None
        return self.as_of.data

    def __init__(self, **kept: Any) -> None:
        """Its field has a name apart from the filter's."""
        super().__init__(prefix="post-", **kept)
