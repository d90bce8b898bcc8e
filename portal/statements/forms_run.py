"""What staff type while they prepare a statement run: for whom, by when, and when to remind."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Any

import wtforms
from wtforms.validators import Length

from portal.base import formats
from portal.base.language import N_
from portal.base.language import gettext as _
from portal.core.period import Month
from portal.statements.drafts import DraftRow, KeepScope, KeepTerms, RunScope, StartDraft
from portal.statements.run import IssueStatements, RunTerms
from portal.web.forms import DateField, Filled, Form, RadioField, SelectField, options

#: How many months back a run may go.
MONTHS = 18
BETWEEN = re.compile(r"[,;\s，；、]+")
NOW, HOLD = "now", "hold"


def codes_in(text: str | None) -> tuple[str, ...]:
    """The customer codes that a text lists, each once."""
    return tuple(dict.fromkeys(code for code in BETWEEN.split(text or "") if code))


class ScopeForm(Form):
    """Of which month, and for whom; what is left empty narrows nothing."""

    month = SelectField(N_("Month"), [Filled(N_("Choose a month."))])
    customers = wtforms.StringField(N_("Only these customers"), [Length(max=20_000)])
    excluded = wtforms.StringField(N_("Without these customers"), [Length(max=20_000)])
    currency = SelectField(N_("Currency"))
    region = SelectField(N_("Region"))
    owner = SelectField(N_("Sales owner"))
    row_version = wtforms.HiddenField()

    def offer(self, newest: Month, **words: Sequence[str]) -> None:
        """Offers the months that are over, the newest first, and what customers have."""
        months = [newest.plus(-back) for back in range(MONTHS)]
        pairs = [(str(month), formats.month(month.first_on)) for month in months]
        self.month.choices = options(pairs)
        for name in ("currency", "region", "owner"):
            known = [(word, word) for word in words.get(name, ())]
            getattr(self, name).choices = options([("", _("All")), *known])

    def scope(self) -> RunScope:
        """For whom the form asks; `RuleBroken` where the month is none."""
        return RunScope(
            month=Month.parse(self.month.data or ""),
            chosen=codes_in(self.customers.data),
            excluded=codes_in(self.excluded.data),
            currency=self.currency.data or "",
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
        "currency": scope.currency,
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
