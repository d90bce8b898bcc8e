"""What owners answer in the round, and plan for a week."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from typing import Any, TypeAlias

import wtforms
from wtforms.validators import Length, Optional

from portal.base import formats
from portal.base.language import N_
from portal.base.language import gettext as _
from portal.core.due_round import Answer, Said
from portal.core.promise import Reason, last_offered
from portal.core.workdays import Calendar
from portal.escalation.due.answering import LONGEST_NOTE, AnswerOne, AnswerRound
from portal.escalation.due.asking import RoundItem
from portal.escalation.due.names import ANSWERS
from portal.promises.names import reason_choices
from portal.web.forms import DateField, Filled, Form, MoneyField, RadioField, SelectField


class RoundForm(Form):
    """The answers of a page of the round; `round_form` adds the fields of each item."""

    items: Sequence[RoundItem]
    last_days: dict[str, dt.date | None]

    @property
    def lines(self) -> list[tuple[RoundItem, dict[str, wtforms.Field], dt.date | None]]:
        """Each item with its fields, and the last day that the rule offers."""
        return [
            (
                item,
                {name: self._fields[f"{name}_{item.key}"] for name in FIELDS},
                self.last_days[item.key],
            )
            for item in self.items
        ]

    def answers(self) -> list[AnswerOne]:
        """What was answered; items without an answer are left out."""
        return [
            AnswerOne(
                item.customer_id,
                item.entry_id,
                item.part,
                Said(
                    Answer(fields["answer"].data),
                    fields["pay_on"].data,
                    Reason(fields["reason"].data or Reason.UNSAID.value),
                ),
                str(fields["note"].data or ""),
            )
            for item, fields, _last in self.lines
            if fields["answer"].data
        ]

    def command(self, *, is_sent: bool) -> AnswerRound:
        """What is said."""
        return AnswerRound(self.answers(), is_sent)


FIELDS = ("answer", "pay_on", "reason", "note")
FormOfRound: TypeAlias = type[RoundForm]


def round_form(items: Sequence[RoundItem], today: dt.date, calendar: Calendar) -> RoundForm:
    """The form over items, with what was noted of them today."""
    fields: dict[str, Any] = {"items": items, "last_days": {}}
    kept: dict[str, Any] = {}
    for item in items:
        fields["last_days"][item.key] = last_offered(item.limit, today, calendar)
        fields |= _fields(item, fields["last_days"][item.key])
        kept |= _kept(item)
    kind: FormOfRound = type("RoundFormWithItems", (RoundForm,), fields)
    return kind(**kept)


def _fields(item: RoundItem, last: dt.date | None) -> dict[str, Any]:
    offered = [
        (name, word)
        for name, word in ANSWERS.items()
        if not (name == "on_time" and item.days_overdue) and not (name == "later" and last is None)
    ]
    hint = _("until %(day)s", day=formats.short_day(last)) if last else ""
    label = _("Will be paid on (%(hint)s)", hint=hint) if hint else _("Will be paid on")
    return {
        f"answer_{item.key}": RadioField(
            _("%(number)s of %(customer)s", number=item.number, customer=item.customer_name),
            [Optional()],
            choices=offered,
        ),
        f"pay_on_{item.key}": DateField(label, [Optional()]),
        f"reason_{item.key}": SelectField(_("Reason"), choices=reason_choices(is_house=True)),
        f"note_{item.key}": wtforms.StringField(_("Remark"), [Length(max=LONGEST_NOTE)]),
    }


def _kept(item: RoundItem) -> dict[str, Any]:
    draft = item.draft
    if draft is None:
        return {}
    return {
        f"answer_{item.key}": draft.answer,
        f"pay_on_{item.key}": draft.pay_on,
        f"reason_{item.key}": draft.reason or Reason.UNSAID.value,
        f"note_{item.key}": draft.note,
    }


class PlanForm(Form):
    """What is planned with a customer in a week."""

    amount = MoneyField(N_("Amount"), [Filled(N_("Enter the amount."))])
    planned_on = DateField(N_("Day"), [Filled(N_("Choose a day of that week."))])
    measure = wtforms.StringField(N_("What will be done"), [Length(max=LONGEST_NOTE)])


class RemarkForm(Form):
    """What is said on Friday of what came otherwise."""

    remark = wtforms.StringField(N_("Remark"), [Length(max=LONGEST_NOTE)])
