"""The shape of what the house types about disputes."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace
from typing import Any

import wtforms

from portal.base.kept_files import Files
from portal.base.language import N_
from portal.base.language import gettext as _
from portal.core.crediting import LONGEST_ANSWER
from portal.core.dispute import LONGEST_TEXT, Reason, Settlement, Verdict
from portal.core.money import Money
from portal.disputes.answers import Facts, filled
from portal.disputes.credit_requests import LONGEST_NUMBER, PostCreditNote
from portal.disputes.deciding import Decided, DecideDispute
from portal.disputes.names import SETTLEMENTS, cause_name
from portal.disputes.notes import WriteNote
from portal.web.forms import DateField, Filled, Form, MoneyField, SelectField, options
from portal.web.uploads import FilesForm

ANSWER = wtforms.validators.Length(max=LONGEST_ANSWER)
LONG = wtforms.validators.Length(max=LONGEST_TEXT)


class VersionForm(Form):
    """Says which version of the dispute somebody looked at."""

    row_version = wtforms.IntegerField(default=-1)

    @property
    def version(self) -> int:
        """The version; none that ever was, where the page did not say."""
        return -1 if self.row_version.data is None else int(self.row_version.data)


class DecideForm(VersionForm):
    """What the house decides, for one verdict: an amount is only asked for a part."""

    accepted = MoneyField(N_("Accepted amount"))
    root_cause = SelectField(
        N_("Why did it come to this?"), [Filled(N_("Choose why it came to this."))]
    )
    settlement = SelectField(N_("How is it settled?"))
    answer = wtforms.TextAreaField(
        N_("What the customer reads"), [Filled(N_("Write what the customer is to read.")), ANSWER]
    )

    def __init__(
        self, verdict: Verdict, disputed: Money, causes: dict[str, Reason], **kept: Any
    ) -> None:
        """Offer the root causes, and the settlements that the amount can have."""
        super().__init__(currency=disputed.currency, **kept)
        self.verdict, self.disputed = verdict, disputed
        named = [(name, cause_name(name, causes)) for name in causes]
        self.root_cause.choices = options([("", _("Choose")), *named])
        ways = [(each.value, _(SETTLEMENTS[each])) for each in self.settlements]
        self.settlement.choices = options(ways)
        if not ways:
            del self.settlement
        if self.asks_amount:
            self.accepted.flags.required = True

    @property
    def asks_amount(self) -> bool:
        """Whether the accepted amount is a question: only a part of it is."""
        return self.verdict is Verdict.ACCEPT_PART

    @property
    def settlements(self) -> list[Settlement]:
        """How what is accepted can be settled; nothing is to settle of what is not."""
        if self.verdict is Verdict.REJECT:
            return []
        return list(Settlement) if self.disputed.minor else [Settlement.CORRECTION]

    def validate_accepted(self, field: MoneyField) -> None:
        """A part has an amount."""
        if self.asks_amount and field.data is None:
            raise wtforms.ValidationError(_("Enter the amount that is accepted."))

    def command(self, dispute_id: int, facts: Facts, language: str) -> DecideDispute:
        """What is decided, its text filled in the language that it is written in."""
        whole = Money(0 if self.verdict is Verdict.REJECT else self.disputed.minor, self.currency)
        accepted = self.accepted.data if self.asks_amount else whole
        told = replace(facts, accepted=accepted)
        settlement = Settlement(self.settlement.data) if self.settlements else None
        return DecideDispute(
            dispute_id,
            self.version,
            Decided(
                self.verdict,
                accepted,
                settlement,
                str(self.root_cause.data),
                filled(str(self.answer.data or ""), told, language),
            ),
        )


class AssignForm(Form):
    """Who is to have the dispute."""

    owner = SelectField(N_("Who has it?"))

    def __init__(self, people: list[tuple[str, str]], **kept: Any) -> None:
        """Offer those who may decide."""
        super().__init__(**kept)
        self.owner.choices = options([("", _("Nobody yet")), *people])


class NoteForm(FilesForm):
    """A note of the house for itself."""

    body = wtforms.TextAreaField(N_("Note"), [Filled(N_("Write the note.")), LONG])

    def command(self, dispute_id: int, files: Files) -> WriteNote:
        """What is noted."""
        return WriteNote(dispute_id, str(self.body.data or ""), files)


class CreditNoteForm(Form):
    """The number and the day of a credit note that is posted."""

    number = wtforms.StringField(
        N_("Number of the credit note"),
        [
            Filled(N_("Enter the number of the credit note.")),
            wtforms.validators.Length(max=LONGEST_NUMBER),
        ],
    )
    dated_on = DateField(
        N_("Date of the credit note"), [Filled(N_("Enter the day of the credit note."))]
    )

    def command(self, request_id: int) -> PostCreditNote:
        """What is posted."""
        assert isinstance(self.dated_on.data, dt.date)
        return PostCreditNote(request_id, str(self.number.data or ""), self.dated_on.data)
