"""What a customer types when they answer, and what staff type to start a run."""

from __future__ import annotations

import secrets
from typing import Any, cast

import wtforms
from wtforms.validators import Length, Optional

from portal.base.language import N_
from portal.base.language import gettext as _
from portal.core.confirmation import OF_LINES, Reason, Result
from portal.core.money import Money
from portal.statements.answers import LONGEST_NOTE, SayDifference
from portal.statements.confirming import ConfirmStatement
from portal.statements.evidence import Surroundings
from portal.statements.names import REASONS
from portal.statements.own_documents import SayOwnDocument
from portal.web.forms import DateField, Filled, Form, MoneyField

LONGEST_NAME = 100
#: How many months back a run may go.
MONTHS = 18
#: Why a document may stand in the customer's books only.
OF_BOOKS = (
    Reason.MISSING_DOCUMENT,
    Reason.TIMING,
    Reason.WRONG_BRANCH,
    Reason.DUPLICATE,
    Reason.OTHER,
)
RESULT_LABELS = {
    Result.CONFIRMED: N_("Confirm"),
    Result.CONFIRMED_WITH_DIFFERENCES: N_("Confirm with differences"),
    Result.REFUSED: N_("Do not agree"),
}


class DifferenceForm(Form):
    """Why a line differs, and what stands in one's own books."""

    reason = wtforms.SelectField(N_("What is different?"), [Filled(N_("Choose a reason."))])
    own_amount = MoneyField(N_("Amount in your books"))
    note = wtforms.TextAreaField(N_("Note"), [Length(max=LONGEST_NOTE)])

    def __init__(self, *, currency: str, **kept: Any) -> None:
        """Offer the reasons in the language of the moment."""
        super().__init__(currency=currency, **kept)
        self.reason.choices = [
            ("", _("Choose")),
            *((reason.value, _(REASONS[reason.value])) for reason in OF_LINES),
        ]

    def command(self, statement_id: int, seq: int, row_version: int) -> SayDifference:
        """What was said of a line."""
        return SayDifference(
            statement_id,
            seq,
            row_version,
            Reason(self.reason.data),
            cast("Money | None", self.own_amount.data),
            str(self.note.data or ""),
        )


class OwnDocumentForm(Form):
    """A document that only the customer's books have, and what it does to the balance."""

    document = wtforms.StringField(
        N_("Number of the document"),
        [Filled(N_("Enter the document's number as your books have it.")), Length(max=100)],
    )
    dated_on = DateField(N_("Date"), [Optional()])
    own_amount = MoneyField(
        N_("Amount"), [Filled(N_("Enter the amount that stands in your books."))]
    )
    effect = wtforms.RadioField(N_("What it does"), [Filled(N_("Say what the document does."))])
    reason = wtforms.SelectField(N_("Why is it missing here?"), [Filled(N_("Choose a reason."))])
    note = wtforms.TextAreaField(N_("Note"), [Length(max=LONGEST_NOTE)])

    def __init__(self, *, currency: str, **kept: Any) -> None:
        """Offer the two effects and the reasons in the language of the moment."""
        super().__init__(currency=currency, **kept)
        self.effect.choices = [
            ("raises", _("It raises what we owe, such as an invoice")),
            ("lowers", _("It lowers what we owe, such as a payment or a credit")),
        ]
        self.reason.choices = [
            ("", _("Choose")),
            *((reason.value, _(REASONS[reason.value])) for reason in OF_BOOKS),
        ]

    def command(self, statement_id: int) -> SayOwnDocument:
        """The document as it was typed, signed by its effect."""
        amount = cast("Money", self.own_amount.data)
        return SayOwnDocument(
            statement_id,
            Reason(self.reason.data),
            str(self.document.data or ""),
            self.dated_on.data,
            Money(abs(amount.minor) * (-1 if self.effect.data == "lowers" else 1), self.currency),
            str(self.note.data or ""),
        )


class SignForm(Form):
    """The answer to a statement, signed."""

    result = wtforms.RadioField(N_("Your answer"), [Filled(N_("Choose an answer."))])
    remark = wtforms.TextAreaField(N_("Remark"), [Length(max=LONGEST_NOTE)])
    typed_name = wtforms.StringField(
        N_("Your name"), [Filled(N_("Type your name.")), Length(max=LONGEST_NAME)]
    )
    position = wtforms.StringField(N_("Your position"), [Length(max=LONGEST_NAME)])
    owes = wtforms.BooleanField(N_("We owe this balance"))
    is_authorised = wtforms.BooleanField(N_("I am authorised to sign"))
    code = wtforms.StringField(
        N_("Six digits from the mail"), [Filled(N_("Enter the six digits from the mail."))]
    )
    sha256 = wtforms.HiddenField()
    answers_sha256 = wtforms.HiddenField()
    first_sha256 = wtforms.HiddenField()
    key = wtforms.HiddenField()

    def __init__(self, **kept: Any) -> None:
        """Offer the three answers; a fresh page gets a key of its own."""
        kept.setdefault("key", secrets.token_urlsafe(16))
        super().__init__(**kept)
        self.result.choices = [(each.value, _(label)) for each, label in RESULT_LABELS.items()]

    def command(
        self, statement_id: int, surroundings: Surroundings, grant: str = ""
    ) -> ConfirmStatement:
        """The answer that was typed."""
        return ConfirmStatement(
            statement_id=statement_id,
            result=Result(self.result.data),
            sha256=str(self.sha256.data),
            answers_sha256=str(self.answers_sha256.data),
            typed_name=str(self.typed_name.data),
            title=str(self.position.data or ""),
            remark=str(self.remark.data or ""),
            is_authorised=bool(self.is_authorised.data),
            owes=bool(self.owes.data),
            first_sha256=str(self.first_sha256.data or ""),
            key=str(self.key.data),
            grant=grant,
            surroundings=surroundings,
        )


class CheckForm(Form):
    """A certificate to be checked: its code, or its file."""

    code = wtforms.StringField(N_("Code of the certificate"))
    file = wtforms.FileField(N_("The certificate as PDF"))
