"""What the desk types to move money by hand."""

from __future__ import annotations

import secrets
from collections.abc import Collection
from typing import Any, TypeAlias

import wtforms
from wtforms.validators import Length

from portal.base import formats
from portal.base.language import N_
from portal.base.language import gettext as _
from portal.core.applying import Wish, taken
from portal.core.errors import RuleBroken
from portal.core.money import Money
from portal.core.remittance import Choice, Sum, summed
from portal.payments.advices import LONGEST_NOTE, LONGEST_REFERENCE, AnnouncePayment
from portal.payments.announceable import AnnounceableRow, PayableAccount
from portal.payments.commands import ApplyByHand, EndApplication, RefundByHand, Take, TransferByHand
from portal.payments.names import METHODS
from portal.payments.rows import PayableRow, Receipt
from portal.web.forms import DateField, Filled, Form, MoneyField, SelectField, key_of_form, options

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
    amounts: dict[str, Any] = {AMOUNT + key: each for key, each in receipt.amounts.items()}
    return kind(currency=receipt.credit.amount.currency, **ticks, **amounts, **kept)


class EndForm(Form):
    """Which application ends, and from when."""

    application = SelectField(N_("Cash application"), [Filled(N_("Choose an application."))])
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


class AdviceForm(Form):
    """A payment that is announced; `advice_form` adds a tick and an amount for each open item."""

    key = wtforms.HiddenField()
    pay_on = DateField(N_("Day of payment"), [Filled(N_("Enter the day on which you pay."))])
    method = SelectField(N_("How you pay"), choices=[("", N_("Not said")), *METHODS.items()])
    reference = wtforms.StringField(
        N_("Reference on the bank slip"), [Length(max=LONGEST_REFERENCE)]
    )
    total = MoneyField(N_("Amount you pay in all"))
    note = wtforms.TextAreaField(N_("Remark"), [Length(max=LONGEST_NOTE)])
    account: PayableAccount

    @property
    def lines(self) -> list[tuple[AnnounceableRow, wtforms.Field, wtforms.Field]]:
        """Each item with its two fields."""
        return [
            (item, self._fields[TICK + item.key], self._fields[AMOUNT + item.key])
            for item in self.account.items
        ]

    def summed(self) -> Sum:
        """
        What the choice comes to.

        Raises: as `core.remittance.summed`.
        """
        choices = [
            Choice(item.name, item.open, bool(tick.data), amount.data)
            for item, tick, amount in self.lines
        ]
        return summed(choices, self.total.data, self.account.currency)

    def is_chosen(self) -> bool:
        """Whether something fitting is chosen; what is wrong is told where it was typed."""
        try:
            self.summed()
        except RuleBroken as broken:
            named = broken.facts.get("item")
            fields = {item.name: AMOUNT + item.key for item, _tick, _amount in self.lines}
            field = fields.get(str(named), broken.field)
            self.blame(RuleBroken(broken.code, field, **broken.facts))
            return False
        return True

    def command(self) -> AnnouncePayment:
        """What is announced."""
        assert self.pay_on.data is not None
        amounts = zip(self.account.items, self.summed().amounts, strict=True)
        return AnnouncePayment(
            customer_id=self.account.customer_id,
            currency=self.account.currency,
            lines=tuple(Take(i.entry_id, i.part, amount) for i, amount in amounts if amount.minor),
            pay_on=self.pay_on.data,
            key=key_of_form(),
            total=self.total.data,
            method=str(self.method.data or ""),
            reference=str(self.reference.data or ""),
            note=str(self.note.data or ""),
        )


FormOfAdvice: TypeAlias = type[AdviceForm]


def advice_form(account: PayableAccount, chosen: Collection[str] = (), **kept: Any) -> AdviceForm:
    """The form over an account's open items; ticked are the chosen ones, by their references."""
    fields: dict[str, Any] = {"account": account}
    for item in account.items:
        fields[TICK + item.key] = wtforms.BooleanField(_("Pay %(item)s", item=item.number))
        fields[AMOUNT + item.key] = MoneyField(_("Amount for %(item)s", item=item.number))
        kept.setdefault(TICK + item.key, item.ref in chosen)
        kept.setdefault(AMOUNT + item.key, item.proposed)
    kept.setdefault("key", secrets.token_urlsafe(16))
    kind: FormOfAdvice = type("AdviceFormWithItems", (AdviceForm,), fields)
    return kind(currency=account.currency, **kept)
