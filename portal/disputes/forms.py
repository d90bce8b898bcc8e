"""The shape of what customers type about disputes."""

from __future__ import annotations

from typing import Any

import wtforms

from portal.base.kept_files import Files
from portal.base.language import N_
from portal.base.language import gettext as _
from portal.core.dispute import LONGEST_TEXT, Reason
from portal.core.money import Money
from portal.disputes.living import ReopenDispute
from portal.disputes.names import reason_name
from portal.disputes.raising import RaiseDispute
from portal.disputes.subjects import Subject
from portal.disputes.talking import SayInDispute
from portal.web.forms import Filled, MoneyField, SelectField, options
from portal.web.uploads import FilesForm

LONG = wtforms.validators.Length(
    max=LONGEST_TEXT, message=N_("Write at most 4,000 characters; put the rest in a file.")
)


class DisputeForm(FilesForm):
    """What is wrong with a document, and how much of it."""

    reason = SelectField(N_("What is wrong?"), [Filled(N_("Choose what is wrong."))])
    amount = MoneyField(N_("Amount that you dispute"))
    said = wtforms.TextAreaField(N_("What should we know?"), [LONG])

    def __init__(self, subject: Subject, reasons: dict[str, Reason], **kept: Any) -> None:
        """Offer the reasons; all that can be disputed is disputed unless somebody says less."""
        most: Money = subject.most
        super().__init__(currency=subject.currency, amount=most if most.minor else None, **kept)
        self.subject = subject
        self.amount.flags.required = subject.has_amount
        named = [(name, reason_name(name, reasons)) for name in reasons]
        self.reason.choices = options([("", _("Choose")), *named])

    def command(self, files: Files) -> RaiseDispute:
        """What is disputed."""
        return RaiseDispute(
            self.subject.about,
            str(self.reason.data),
            self.amount.data,
            str(self.said.data or ""),
            files,
        )


class MessageForm(FilesForm):
    """Words for the other side, or the reason why a dispute is opened again."""

    body = wtforms.TextAreaField(N_("Your message"), [LONG], render_kw={"data-key": "r"})

    def message(self, dispute_id: int, files: Files) -> SayInDispute:
        """What is written."""
        return SayInDispute(dispute_id, str(self.body.data or ""), files)

    def reopening(self, dispute_id: int, files: Files) -> ReopenDispute:
        """Why it is opened again."""
        return ReopenDispute(dispute_id, str(self.body.data or ""), files)
