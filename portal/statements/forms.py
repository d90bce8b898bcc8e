"""What a customer types when they answer, and what staff type to start a run."""

from __future__ import annotations

import re
import secrets
from collections.abc import Sequence
from typing import Any, cast

import wtforms
from wtforms.validators import Length, Optional

from portal.base import formats
from portal.base.evidence import Surroundings
from portal.base.language import N_
from portal.base.language import gettext as _
from portal.core.confirmation import OF_LINES, Reason, Result
from portal.core.money import Money
from portal.core.period import Month
from portal.statements.answers import LONGEST_NOTE, SayDifference
from portal.statements.issuing.drafts import DraftRow, KeepScope, KeepTerms, RunScope, StartDraft
from portal.statements.issuing.run import IssueStatements, RunTerms
from portal.statements.names import REASONS
from portal.statements.settling.own_documents import SayOwnDocument
from portal.statements.signing.authorities import Signatory
from portal.statements.signing.confirming import ConfirmStatement
from portal.statements.signing.passing import PassStatement, ReturnStatement
from portal.web.forms import DateField, Filled, Form, MoneyField, RadioField, SelectField, options

LONGEST_NAME = 100
#: Any of the signatories.
ALL = "all"
#: How many months back a run may go.
MONTHS = 18
BETWEEN = re.compile(r"[,;\s，；、]+")
NOW, HOLD = "now", "hold"
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


def codes_in(text: str | None) -> tuple[str, ...]:
    """The customer codes that a text lists, each once."""
    return tuple(dict.fromkeys(code for code in BETWEEN.split(text or "") if code))


class ScopeForm(Form):
    """Of which month, and for whom; what is left empty narrows nothing."""

    month = SelectField(N_("Month"), [Filled(N_("Choose a month."))])
    customers = wtforms.StringField(N_("Only these customers"), [Length(max=20_000)])
    excluded = wtforms.StringField(N_("Without these customers"), [Length(max=20_000)])
    #: A form has a currency of its own already.
    in_currency = SelectField(N_("Currency"), default="", name="currency")
    region = SelectField(N_("Region"), default="")
    owner = SelectField(N_("Sales owner"), default="")
    row_version = wtforms.HiddenField()

    def offer(self, newest: Month, **words: Sequence[str]) -> None:
        """Offers the months that are over, the newest first, and what customers have."""
        months = [newest.plus(-back) for back in range(MONTHS)]
        pairs = [(str(month), formats.month(month.first_on)) for month in months]
        self.month.choices = options(pairs)
        for name in ("in_currency", "region", "owner"):
            known = [(word, word) for word in words.get(name, ())]
            getattr(self, name).choices = options([("", _("All")), *known])

    def scope(self) -> RunScope:
        """For whom the form asks; `RuleBroken` where the month is none."""
        return RunScope(
            month=Month.parse(self.month.data or ""),
            chosen=codes_in(self.customers.data),
            excluded=codes_in(self.excluded.data),
            currency=self.in_currency.data or "",
            region=self.region.data or "",
            owner=self.owner.data or "",
        )

    def command(self, draft_id: int | None = None) -> KeepScope:
        """The draft as it shall be kept."""
        version = whole_number(self.row_version.data)
        return KeepScope(self.scope(), draft_id, version)

    def at_once(self) -> IssueStatements:
        """The run that begins without a draft: of the month, for the chosen customers."""
        return IssueStatements(Month.parse(self.month.data or ""), codes_in(self.customers.data))


def kept_scope(draft: DraftRow) -> dict[str, Any]:
    """What the form shows of a draft."""
    scope = draft.scope
    return {
        "month": str(scope.month),
        "customers": ", ".join(scope.chosen),
        "excluded": ", ".join(scope.excluded),
        "in_currency": scope.currency,
        "region": scope.region,
        "owner": scope.owner,
        "row_version": str(draft.row_version),
    }


class TermsForm(Form):
    """By when answers are due, when is reminded, and whether the mails leave at once."""

    confirm_by = DateField(
        N_("Answers are due by"), [Filled(N_("Enter the day by which to answer."))]
    )
    remind_after = wtforms.StringField(N_("Remind after so many workdays"), [Length(max=100)])
    mails = RadioField(
        N_("Mails"),
        [Filled(N_("Choose when the mails leave."))],
        choices=[(NOW, N_("Send them as the statements are issued")), (HOLD, N_("Hold them"))],
    )
    expected = wtforms.HiddenField()
    row_version = wtforms.HiddenField()

    def validate_remind_after(self, field: wtforms.StringField) -> None:
        """Whole numbers, divided by commas; nothing is no reminder."""
        if not all(part.isascii() and part.isdecimal() for part in codes_in(field.data)):
            raise wtforms.ValidationError(_("Enter workdays, such as 3, 5, 8."))

    def terms(self, currency: str) -> RunTerms:
        """What was chosen."""
        return RunTerms(
            currency=currency,
            confirm_by=self.confirm_by.data,
            remind_after=tuple(int(part) for part in codes_in(self.remind_after.data)),
            holds_mails=self.mails.data == HOLD,
        )

    def keep(self, draft: DraftRow) -> KeepTerms:
        """The draft as it shall be kept."""
        version = whole_number(self.row_version.data)
        return KeepTerms(draft.id, version, self.terms(draft.scope.currency))

    def start(self, draft: DraftRow) -> StartDraft:
        """The run as the page shows it."""
        version, expected = whole_number(self.row_version.data), whole_number(self.expected.data)
        return StartDraft(draft.id, version, expected, self.terms(draft.scope.currency))


def whole_number(text: str | None) -> int:
    """
    The number that a hidden field carries; 0 where somebody changed it into none.

    >>> whole_number("214"), whole_number("x"), whole_number(None)
    (214, 0, 0)
    """
    told = (text or "").strip()
    return int(told) if told.isascii() and told.isdecimal() and len(told) <= 9 else 0


class PassForm(Form):
    """To which signatory, and what to tell them."""

    to = wtforms.RadioField(N_("Who shall sign?"), [Filled(N_("Choose who shall sign."))])
    comment = wtforms.TextAreaField(N_("Comment"), [Length(max=LONGEST_NOTE)])

    def offer(self, signatories: list[Signatory]) -> None:
        """Offers the signatories, and all of them where there are several."""
        named = [(each.ref, _named(each)) for each in signatories]
        every = [(ALL, _("Any of them"))] if len(named) > 1 else []
        self.to.choices = [*every, *named]
        if self.to.data is None and named:
            self.to.data = self.to.choices[0][0]

    def command(self, statement_id: int, to_id: int | None) -> PassStatement:
        """What was filled in."""
        return PassStatement(statement_id, to_id, str(self.comment.data or ""))


def _named(each: Signatory) -> str:
    if not each.for_name:
        return each.name
    return _("%(name)s, on behalf of %(other)s", name=each.name, other=each.for_name)


class ReturnForm(Form):
    """What should be looked at again."""

    comment = wtforms.TextAreaField(
        N_("What should be looked at again?"),
        [Filled(N_("Say in a sentence what should be looked at again.")), Length(max=LONGEST_NOTE)],
    )

    def command(self, statement_id: int) -> ReturnStatement:
        """What was filled in."""
        return ReturnStatement(statement_id, str(self.comment.data or ""))
