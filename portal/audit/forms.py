"""What admins type for an auditor's seat, and what an auditor types for samples and requests."""

from __future__ import annotations

import secrets
from typing import Any

import wtforms
from wtforms.validators import Length, StopValidation

from portal.audit.answering import LARGEST_FILE, AnswerRequest
from portal.audit.samples import DrawSample
from portal.audit.seats import SeatTerms
from portal.base.evidence import Surroundings
from portal.base.filenames import plain_name
from portal.base.language import N_
from portal.base.language import gettext as _
from portal.base.sentences import sentence
from portal.base.storage import Storage
from portal.core.errors import RuleBroken
from portal.core.money import Money
from portal.core.sampling import Draw, Method
from portal.people.addresses import folded, is_address
from portal.people.forms import Whom
from portal.web.forms import (
    DateField,
    Filled,
    Form,
    MoneyField,
    RadioField,
    SelectField,
    options,
    plain_amount,
)

LONGEST_PURPOSE = 200
LONGEST_NAME = 100
LONGEST_NOTE = 2_000
METHODS = {
    Method.MUS: N_("Monetary units: every so many units of money"),
    Method.RANDOM: N_("By chance, with a printed seed"),
    Method.STRATA: N_("By size, then by chance"),
    Method.ABOVE: N_("Everything above an amount"),
    Method.TOP: N_("The largest"),
}
METHOD_HINTS = {
    Method.MUS: N_("Needs an interval. Large balances are hit for certain, small ones by chance."),
    Method.RANDOM: N_("Needs a number. The same seed draws the same sample again."),
    Method.STRATA: N_("Needs bounds and a number for each; above the last bound all are taken."),
    Method.ABOVE: N_("Needs one amount. Whichever side owes."),
    Method.TOP: N_("Needs a number. Whichever side owes."),
}


class SeatForm(Form):
    """The days of a seat and its purpose."""

    from_on = DateField(N_("First day"), [Filled(N_("Choose the first day."))])
    until_on = DateField(N_("Last day"), [Filled(N_("Choose the last day."))])
    purpose = wtforms.StringField(
        N_("Purpose"), [Filled(N_("Say what the seat is for.")), Length(max=LONGEST_PURPOSE)]
    )

    def terms(self) -> SeatTerms:
        """What was typed."""
        assert self.from_on.data is not None
        assert self.until_on.data is not None
        return SeatTerms(self.from_on.data, self.until_on.data, str(self.purpose.data).strip())


class InviteAuditorForm(Whom, SeatForm):
    """Somebody from outside, and their seat."""


def one_address(_form: wtforms.Form, field: wtforms.Field) -> None:
    """Refuses what cannot be an e-mail address."""
    if not is_address(folded(field.data or "")):
        raise StopValidation(_("Enter one e-mail address, such as name@example.com."))


class SampleForm(Form):
    """Which balances, and how they are chosen."""

    sample_name = wtforms.StringField(
        N_("Name of the sample"), [Filled(N_("Name the sample.")), Length(max=LONGEST_NAME)]
    )
    as_of = DateField(N_("Balances as at"), [Filled(N_("Choose the day."))])
    in_currency = SelectField(N_("Currency"))
    method = RadioField(
        N_("Method"),
        [Filled(N_("Choose a method."))],
        choices=[(method.value, label) for method, label in METHODS.items()],
        default=Method.MUS.value,
    )
    size = wtforms.IntegerField(N_("How many"), [wtforms.validators.Optional()])
    amounts = wtforms.StringField(N_("Amount, or bounds with semicolons between"))
    interval = MoneyField(N_("Sampling interval"))
    seed = wtforms.StringField(N_("Seed"), [Length(max=LONGEST_NAME)])
    auditor_name = wtforms.StringField(
        N_("Your firm and name"), [Filled(N_("Say who asks.")), Length(max=LONGEST_NAME)]
    )
    auditor_email = wtforms.EmailField(
        N_("Your address for questions"),
        [Filled(N_("Enter the address that customers may write to.")), one_address],
    )
    answer_by = DateField(N_("Answers by"), [Filled(N_("Choose the day to answer by."))])

    def __init__(self, currencies: list[str], **kept: Any) -> None:
        """Offer the currencies of the books; a fresh page gets a seed of its own."""
        kept.setdefault("seed", secrets.token_hex(8))
        super().__init__(**kept)
        self.in_currency.choices = options([(each, each) for each in currencies])

    def validate(self, *args: Any, **more: Any) -> bool:
        """Amounts are in the chosen currency."""
        self.interval.currency = str(self.in_currency.data or "")
        return bool(super().validate(*args, **more))

    def command(self) -> DrawSample | None:
        """What was typed; None where an amount cannot be read, which is then said."""
        currency = str(self.in_currency.data)
        try:
            bounds = tuple(
                Money.parse(plain_amount(text, currency), currency).minor
                for text in str(self.amounts.data or "").replace("；", ";").split(";")
                if text.strip()
            )
        except RuleBroken as broken:
            self.amounts.errors = [sentence(broken)]
            return None
        interval = self.interval.data
        draw = Draw(
            Method(self.method.data),
            self.size.data or 0,
            bounds,
            interval.minor if isinstance(interval, Money) else 0,
            str(self.seed.data or "").strip(),
        )
        assert self.as_of.data is not None
        assert self.answer_by.data is not None
        return DrawSample(
            str(self.sample_name.data).strip(),
            self.as_of.data,
            currency,
            draw,
            self.answer_by.data,
            str(self.auditor_name.data).strip(),
            folded(str(self.auditor_email.data)),
        )


class NoteForm(Form):
    """What the auditor did where nobody answered."""

    note = wtforms.TextAreaField(N_("Other evidence"), [Length(max=LONGEST_NOTE)])


class AnswerForm(Form):
    """A customer's answer to the auditor."""

    result = RadioField(
        N_("Your answer"),
        choices=[
            ("agreed", N_("The balance is correct by our books")),
            ("differs", N_("By our books it is another")),
        ],
        validate_choice=False,  # a blank request offers none; the act asks for what it needs
    )
    own_balance = MoneyField(N_("Balance by your books"))
    remark = wtforms.TextAreaField(N_("Remark"), [Length(max=LONGEST_NOTE)])
    file = wtforms.FileField(N_("File"))
    typed_name = wtforms.StringField(
        N_("Your name"), [Filled(N_("Type your name.")), Length(max=LONGEST_NAME)]
    )
    position = wtforms.StringField(N_("Your position"), [Length(max=LONGEST_NAME)])
    code = wtforms.StringField(
        N_("Six digits from the mail"), [Filled(N_("Enter the six digits from the mail."))]
    )

    def command(
        self, item_id: int, *, is_blank: bool, storage: Storage, surroundings: Surroundings
    ) -> AnswerRequest:
        """What was answered; the code is put in once it is known to be right."""
        upload = self.file.data
        name = getattr(upload, "filename", "") or ""
        agrees = self.result.data == "agreed"
        result = "stated" if is_blank else "agreed" if agrees else "differs"
        own = self.own_balance.data
        return AnswerRequest(
            item_id=item_id,
            code_id=0,
            result=result,
            own=own if isinstance(own, Money) and result != "agreed" else None,
            remark=str(self.remark.data or "").strip(),
            typed_name=str(self.typed_name.data).strip(),
            position=str(self.position.data or "").strip(),
            file_name=plain_name(name) if name else "",
            file=upload.read(LARGEST_FILE + 1) if name else b"",
            storage=storage,
            surroundings=surroundings,
        )
