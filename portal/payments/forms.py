"""What the desk types to move money by hand."""

from __future__ import annotations

from typing import Any, TypeAlias

import wtforms
from wtforms.validators import Length

from portal.base import formats
from portal.base.language import N_
from portal.base.language import gettext as _
from portal.core.applying import Wish, taken
from portal.core.errors import RuleBroken
from portal.core.money import Money
from portal.payments.commands import ApplyByHand, EndApplication, RefundByHand, Take, TransferByHand
from portal.payments.rows import PayableRow, Receipt
from portal.web.forms import DateField, Filled, Form, MoneyField, SelectField, options

TICK, AMOUNT = "take_", "amount_"
SHORT = Length(max=200)


class ApplyForm(Form):
    """Which items a credit pays; `apply_form` adds a tick and an amount for each of them."""

    from_on = DateField(N_("Counts from"), [Filled(N_("Enter the day from which it counts."))])
    receipt: Receipt

    @property
    def lines(self) -> list[tuple[PayableRow, wtforms.Field, wtforms.Field]]:
        """Each item with its two fields."""
        return [
            (item, self._fields[TICK + item.key], self._fields[AMOUNT + item.key])
            for item in self.receipt.items
        ]

    def takes(self) -> list[tuple[PayableRow, Money]]:
        """
        What each item takes; a broken rule names the item's own field.

        Raises: as `core.applying.taken`.
        """
        wishes = [
            Wish(item.number, item.open, bool(tick.data), amount.data)
            for item, tick, amount in self.lines
        ]
        try:
            amounts = taken(self.receipt.credit.unapplied, wishes)
        except RuleBroken as broken:
            raise RuleBroken(broken.code, self._field_of(broken), **broken.facts) from broken
        pairs = zip(self.receipt.items, amounts, strict=True)
        return [(item, amount) for item, amount in pairs if amount.minor]

    def is_chosen(self) -> bool:
        """Whether something fitting is chosen; what is wrong is told."""
        try:
            self.takes()
        except RuleBroken as broken:
            self.blame(broken)
            return False
        return True

    def _field_of(self, broken: RuleBroken) -> str | None:
        named = broken.facts.get("item")
        return next((f"{AMOUNT}{i.key}" for i in self.receipt.items if i.number == named), None)

    def command(self) -> ApplyByHand:
        """What is asked for."""
        takes = tuple(Take(item.entry_id, item.part, amount) for item, amount in self.takes())
        return ApplyByHand(self.receipt.credit.id, takes, self.from_on.data)


FormOfApply: TypeAlias = type[ApplyForm]


def apply_form(receipt: Receipt, **kept: Any) -> ApplyForm:
    """The form that applies a credit, ticked as the proposal says until something is typed."""
    fields: dict[str, Any] = {"receipt": receipt}
    for item in receipt.items:
        fields[TICK + item.key] = wtforms.BooleanField(_("Pay %(item)s", item=item.number))
        fields[AMOUNT + item.key] = MoneyField(_("Amount for %(item)s", item=item.number))
    kind: FormOfApply = type("ApplyFormWithItems", (ApplyForm,), fields)
    ticks: dict[str, Any] = {TICK + key: True for key in receipt.proposal}
    return kind(currency=receipt.credit.amount.currency, **ticks, **kept)


class EndForm(Form):
    """Which application ends, and from when."""

    application = SelectField(N_("Application"), [Filled(N_("Choose an application."))])
    from_on = DateField(N_("Not from"), [Filled(N_("Enter the day from which it ends."))])

    def __init__(self, receipt: Receipt, **kept: Any) -> None:
        """Offer the applications that run."""
        self._receipt = receipt
        super().__init__(prefix="end-", **kept)
        running = [each for each in receipt.applications if each.ended_on is None]
        self.application.choices = options(
            [
                (
                    each.key,
                    _(
                        "%(item)s, %(amount)s since %(day)s",
                        item=each.number,
                        amount=formats.money(each.amount),
                        day=formats.day(each.effective_on),
                    ),
                )
                for each in running
            ]
        )

    def command(self) -> EndApplication:
        """What is asked for."""
        assert self.from_on.data is not None
        entry_id, part, nth = (int(number) for number in self.application.data.split("-"))
        return EndApplication(self._receipt.credit.id, entry_id, part, nth, self.from_on.data)


class RefundForm(Form):
    """How much was paid back, and why."""

    amount = MoneyField(N_("Amount paid back"), [Filled(N_("Enter the amount."))])
    reason = wtforms.StringField(N_("Reason"), [SHORT])

    def __init__(self, receipt: Receipt, **kept: Any) -> None:
        """Take amounts in the credit's currency."""
        self._receipt = receipt
        super().__init__(prefix="refund-", currency=receipt.credit.amount.currency, **kept)

    def command(self) -> RefundByHand:
        """What is asked for."""
        return RefundByHand(self._receipt.credit.id, self.amount.data, self.reason.data or "")


class TransferForm(Form):
    """Whose the money is, how much of it, and why."""

    to = wtforms.StringField(N_("Customer code"), [Filled(N_("Enter a customer code.")), SHORT])
    amount = MoneyField(N_("Amount"), [Filled(N_("Enter the amount."))])
    reason = wtforms.StringField(N_("Reason"), [SHORT])

    def __init__(self, receipt: Receipt, **kept: Any) -> None:
        """Take amounts in the credit's currency."""
        self._receipt = receipt
        super().__init__(prefix="transfer-", currency=receipt.credit.amount.currency, **kept)

    def command(self) -> TransferByHand:
        """What is asked for."""
        told = (self.to.data or "", self.amount.data, self.reason.data or "")
        return TransferByHand(self._receipt.credit.id, *told)
