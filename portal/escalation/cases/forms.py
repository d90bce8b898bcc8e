"""The shape of what people type about cases."""

from __future__ import annotations

from dataclasses import dataclass

import wtforms
from wtforms.validators import Length

from portal.base.kept_files import Files
from portal.base.language import N_
from portal.base.language import gettext as _
from portal.core.case import LONGEST_TEXT, Act, Happened, Kind, Outcome
from portal.core.money import Money
from portal.escalation.cases.keeping import AddFiles, ChangeCase, CloseCase, NoteEvent
from portal.escalation.cases.names import EVENTS, FILE_KINDS, OUTCOMES
from portal.escalation.cases.opening import LONGEST_NAME, Partner, ProposeCase
from portal.escalation.cases.pack.ordering import OrderPack
from portal.escalation.cases.rows import Candidate, CaseRow
from portal.web.forms import (
    DateField,
    Filled,
    Form,
    MoneyField,
    RadioField,
    SelectField,
    key_of_form,
)
from portal.web.uploads import FilesForm

LINE, LONG = Length(max=LONGEST_NAME), Length(max=LONGEST_TEXT)
Colleagues = list[tuple[int, str]]


@dataclass(frozen=True)
class Account:
    """What a case would be about: whose money, in which currency, with whom, asked for by what."""

    customer_id: int
    currency: str
    kind: Kind
    dunning_id: int | None = None


class OwnerFields(Form):
    """Who has a case outside, and who keeps it inside."""

    partner = wtforms.StringField(N_("Agency, law firm or court"), [LINE])
    contact = wtforms.StringField(N_("How to reach it"), [LINE])
    number = wtforms.StringField(N_("Their number of the case"), [LINE])
    owner = SelectField(N_("Who keeps it here"), choices=[])

    def offer(self, colleagues: Colleagues) -> None:
        """Offers the colleagues who keep cases, and nobody."""
        offered = ((str(user_id), name) for user_id, name in colleagues)
        self.owner.choices = [("", _("Nobody in particular")), *offered]

    def said(self) -> Partner:
        """Who has it, as it was typed."""
        typed = (self.partner.data, self.contact.data, self.number.data)
        return Partner(*(str(each or "") for each in typed))

    def keeper(self) -> int | None:
        """Who was chosen to keep it."""
        return int(self.owner.data) if self.owner.data else None


class ProposeForm(OwnerFields):
    """What a case is to be about, and why."""

    reason = wtforms.TextAreaField(
        N_("Why"), [Filled(N_("Write why the case is needed.")), LONG], render_kw={"rows": 3}
    )
    #: The items that are ticked, by `Candidate.key`.
    items = wtforms.SelectMultipleField(N_("Items"), validate_choice=False)

    def command(self, about: Account, candidates: list[Candidate]) -> ProposeCase:
        """The proposal, about the items that were ticked."""
        chosen = set(self.items.data or [])
        return ProposeCase(
            about.customer_id,
            about.kind,
            about.currency,
            [(each.entry_id, each.part) for each in candidates if each.key in chosen],
            str(self.reason.data or ""),
            self.said(),
            self.keeper(),
            about.dunning_id,
        )


class ChangeForm(OwnerFields):
    """Who has a case now."""

    row_version = wtforms.IntegerField(default=0)

    def command(self, case_id: int) -> ChangeCase:
        """What was typed, upon what was on the page."""
        return ChangeCase(case_id, int(self.row_version.data or 0), self.said(), self.keeper())


class EventForm(FilesForm):
    """Something that happened in a case."""

    key = wtforms.HiddenField()
    act = RadioField(N_("What happened?"), choices=[])
    on = DateField(N_("On"), [Filled(N_("Enter the day on which it happened."))])
    words = wtforms.TextAreaField(N_("In a few words"), [LONG], render_kw={"rows": 3})
    cost = MoneyField(N_("What it cost"))
    next_on = DateField(N_("Look at it again on"))

    def offer(self, acts: list[Act]) -> None:
        """Offers what may happen now."""
        self.act.choices = [(act.value, _(EVENTS[act.value])) for act in acts]

    def command(self, case_id: int, files: Files) -> NoteEvent:
        """What happened, as it was typed."""
        cost, on = self.cost.data, self.on.data
        assert on is not None
        minor = cost.minor if isinstance(cost, Money) else None
        told = Happened(Act(self.act.data), on, self.next_on.data, minor)
        return NoteEvent(case_id, told, key_of_form(), str(self.words.data or ""), files)


class CloseForm(Form):
    """How a case ended."""

    key = wtforms.HiddenField()
    result = RadioField(N_("How did it end?"), choices=[])
    on = DateField(N_("On"), [Filled(N_("Enter the day on which it ended."))])
    words = wtforms.TextAreaField(N_("In a few words"), [LONG], render_kw={"rows": 3})

    def offer(self, outcomes: list[Outcome]) -> None:
        """Offers how it may end as it stands."""
        self.result.choices = [(each.value, _(OUTCOMES[each])) for each in outcomes]

    def command(self, row: CaseRow) -> CloseCase:
        """The end, as it was typed."""
        words, on = str(self.words.data or ""), self.on.data
        assert on is not None
        return CloseCase(row.id, Outcome(self.result.data), on, key_of_form(), words)


class CaseFilesForm(FilesForm):
    """Files that belong to a case."""

    kind = SelectField(N_("What it is"), choices=[*FILE_KINDS.items()])

    def command(self, case_id: int, files: Files) -> AddFiles:
        """The files that are added."""
        return AddFiles(case_id, str(self.kind.data), files)


class PackForm(Form):
    """Which evidence pack is wanted."""

    language = SelectField(N_("Language"), choices=[("en", "English"), ("zh-CN", "简体中文")])
    contacts = wtforms.BooleanField(N_("With the log of talks, notes included"), default=True)

    def command(self, case_id: int) -> OrderPack:
        """The pack that is wanted."""
        return OrderPack(case_id, str(self.language.data), bool(self.contacts.data))


class DemandForm(Form):
    """A letter of law."""

    key = wtforms.HiddenField()
    pay_by = DateField(N_("Pay until"), [Filled(N_("Enter the day until which they may pay."))])
    language = SelectField(N_("Language"), choices=[("en", "English"), ("zh-CN", "简体中文")])
    law = wtforms.StringField(N_("Law or clause that is cited"), [LINE])
    sender = wtforms.StringField(N_("Signed by"), [Filled(N_("Enter who signs it.")), LINE])
