"""The shape of what people type about contracts."""

from __future__ import annotations

import datetime as dt
import re
from decimal import Decimal, InvalidOperation
from typing import Any

import wtforms
from wtforms.validators import Length, Optional

from portal.base.kept_files import Files
from portal.base.language import N_
from portal.base.language import gettext as _
from portal.contracts.amending import AmendContract
from portal.contracts.confirming import LONGEST_COMMENT, DecideInvoice
from portal.contracts.keeping import AddFiles, KeepContract, PassContract
from portal.contracts.looking import LONGEST_NOTE, LookAtContract
from portal.contracts.names import FIELDS, FILE_KINDS, OUTCOMES, SEALS
from portal.core.contract import AMENDABLE
from portal.core.money import CURRENCIES, Money
from portal.tables.contracts import Contract
from portal.web.forms import DateField, Filled, Form, MoneyField, SelectField, plain_amount
from portal.web.uploads import FilesForm

LINE, LONG = Length(max=500), Length(max=10_000)
RATE = re.compile(r"\d{1,4}(\.\d{1,6})?", re.ASCII)


class RateField(wtforms.StringField):
    """Per cent a year; `data` is a Decimal or None."""

    data: Any

    def process_formdata(self, valuelist: list[Any]) -> None:
        """Read the rate, or say how a rate is written."""
        typed = str(valuelist[0]) if valuelist else ""
        plain = plain_amount(typed.replace("%", "").replace("\N{FULLWIDTH PERCENT SIGN}", ""))
        self.data = None
        if not plain:
            return
        try:
            self.data = Decimal(plain) if RATE.fullmatch(plain) else Decimal("x")
        except InvalidOperation as error:
            raise ValueError(_("Enter per cent a year, such as 12.25.")) from error

    def _value(self) -> str:
        if self.raw_data:
            return str(self.raw_data[0])
        return "" if self.data is None else format(self.data, "f")


class TermsFields(Form):
    """What a contract agrees on, first or by an amendment."""

    ends_on = DateField(FIELDS["ends_on"])
    currency_code = wtforms.StringField(FIELDS["currency"], [Length(max=3)])
    payment_terms = wtforms.StringField(FIELDS["payment_terms"], [Length(max=1_000)])
    payment_method = wtforms.StringField(FIELDS["payment_method"], [LINE])
    late_interest_rate = RateField(FIELDS["late_interest_rate"])
    breach_liability = wtforms.TextAreaField(FIELDS["breach_liability"], [LONG])
    price_list = wtforms.StringField(FIELDS["price_list"], [Length(max=200)])
    quality_standard = wtforms.TextAreaField(FIELDS["quality_standard"], [LONG])
    acceptance_manner = wtforms.StringField(FIELDS["acceptance_manner"], [LINE])
    transport = wtforms.StringField(FIELDS["transport"], [LINE])
    renewal = wtforms.StringField(FIELDS["renewal"], [LINE])
    collection_manner = wtforms.TextAreaField(FIELDS["collection_manner"], [LONG])

    def agreed(self) -> dict[str, Any]:
        """What is agreed on, by field; nothing where nothing was typed."""
        names = {name: name for name in AMENDABLE} | {"currency": "currency_code"}
        told = {name: _stripped(self._fields[field].data) for name, field in names.items()}
        if told["currency"]:
            told["currency"] = str(told["currency"]).upper()
        return told


def _stripped(value: Any) -> Any:
    return (value.strip() or None) if isinstance(value, str) else value


class ContractForm(FilesForm, TermsFields):
    """A contract as it was agreed, and how it was signed."""

    customer_code = wtforms.StringField(
        N_("Customer code"), [Filled(N_("Enter the customer’s code."))]
    )
    code = wtforms.StringField(
        FIELDS["code"], [Filled(N_("Enter the contract’s number.")), Length(max=200)]
    )
    category = wtforms.StringField(FIELDS["category"], [Length(max=100)])
    starts_on = DateField(FIELDS["starts_on"], [Filled(N_("Enter its first day."))])
    amount = MoneyField(FIELDS["amount"])
    signed_on = DateField(FIELDS["signed_on"])
    signer_name = wtforms.StringField(FIELDS["signer_name"], [Length(max=200)])
    signer_title = wtforms.StringField(FIELDS["signer_title"], [Length(max=200)])
    sealed_with = SelectField(
        FIELDS["sealed_with"], choices=[("", N_("Not signed yet")), *SEALS.items()]
    )
    next_look_on = DateField(FIELDS["next_look_on"])
    row_version = wtforms.IntegerField(default=0)

    def command(self, customer_id: int, contract_id: int | None, files: Files) -> KeepContract:
        """The contract as it was typed."""
        amount = self.amount.data
        values = self.agreed() | {
            "code": str(self.code.data or "").strip(),
            "category": _stripped(self.category.data),
            "starts_on": self.starts_on.data,
            "amount_minor": amount.minor if isinstance(amount, Money) else None,
            "signed_on": self.signed_on.data,
            "signer_name": _stripped(self.signer_name.data),
            "signer_title": _stripped(self.signer_title.data),
            "sealed_with": self.sealed_with.data or None,
            "next_look_on": self.next_look_on.data,
        }
        return KeepContract(
            customer_id, values, contract_id, int(self.row_version.data or 0), files
        )


def contract_form(company_currency: str, customer_code: str, **kept: Any) -> ContractForm:
    """The form of a contract; its value is read in the currency that is typed beside it."""
    form = ContractForm(customer_code=customer_code, **kept)
    typed = str(form.currency_code.data or "").strip().upper()
    form.amount.currency = typed if typed in CURRENCIES else company_currency
    return form


def values_of(contract: Contract, amount: Money | None) -> dict[str, Any]:
    """A kept contract as its form shows it."""
    agreed = [name for name in AMENDABLE if name != "currency"]
    names = ("code", "category", "starts_on", *agreed, "signed_on", "signer_name")
    names = (*names, "signer_title", "sealed_with", "next_look_on", "row_version")
    kept = {name: getattr(contract, name) for name in names}
    return {
        **kept,
        "currency_code": contract.currency,
        "sealed_with": contract.sealed_with or "",
        "amount": amount,
    }


class AmendmentForm(FilesForm, TermsFields):
    """What a contract says otherwise from a day on; an empty field stays as it is."""

    effective_on = DateField(
        N_("In force from"), [Filled(N_("Enter the day from which it holds."))]
    )
    without_end = wtforms.BooleanField(N_("From then on it has no last day"))
    content = wtforms.TextAreaField(N_("What was agreed, in words"), [LONG])

    def command(self, contract_id: int, files: Files) -> AmendContract:
        """What changes."""
        assert isinstance(self.effective_on.data, dt.date)
        changes: dict[str, str | None] = {
            name: _as_text(value) for name, value in self.agreed().items() if value is not None
        }
        if self.without_end.data:
            changes["ends_on"] = None
        content = str(self.content.data or "")
        return AmendContract(contract_id, self.effective_on.data, changes, content, files)


def _as_text(value: Any) -> str:
    if isinstance(value, dt.date):
        return value.isoformat()
    return format(value, "f") if isinstance(value, Decimal) else str(value)


class NoteForm(Form):
    """A remark on what somebody looked at."""

    note = wtforms.TextAreaField(N_("Note"), [Length(max=LONGEST_NOTE)])

    def command(self, contract_id: int) -> PassContract:
        """That it was looked at."""
        return PassContract(contract_id, str(self.note.data or ""))


class LookForm(NoteForm):
    """How both sides keep a contract, and when somebody looks again."""

    found = SelectField(
        N_("How is it kept?"), choices=[(name, word) for name, (word, _t) in OUTCOMES.items()]
    )
    next_look_on = DateField(N_("Look again on"))

    def look(self, contract_id: int) -> LookAtContract:
        """What was found."""
        return LookAtContract(
            contract_id,
            str(self.found.data),
            str(self.note.data or ""),
            self.next_look_on.data,
        )


class ContractFilesForm(FilesForm):
    """Files that belong to a contract."""

    kind = SelectField(N_("What it is"), choices=[*FILE_KINDS.items()])

    def command(self, contract_id: int, files: Files) -> AddFiles:
        """The files that are added."""
        return AddFiles(contract_id, str(self.kind.data), files)


class DecideForm(Form):
    """What is decided about an invoice that differs."""

    comment = wtforms.TextAreaField(
        N_("Comment"), [Optional(), Length(max=LONGEST_COMMENT)], render_kw={"rows": 3}
    )
    fingerprint = wtforms.HiddenField()

    def command(self, entry_id: int) -> DecideInvoice:
        """The decision, on what was on the page."""
        return DecideInvoice(
            entry_id, str(self.fingerprint.data or ""), str(self.comment.data or "")
        )
