"""What is typed into an application: the fields of a page from their list, files, and answers."""

from __future__ import annotations

import unicodedata
from typing import Any

import wtforms
from wtforms.validators import Length

from portal.base.language import N_
from portal.base.language import gettext as _
from portal.base.sentences import sentence
from portal.core.application import Answers, Field, Shape, Step, fields_of, read_answer
from portal.core.errors import RuleBroken
from portal.credit.answering import LONGEST_ANSWER, LONGEST_NOTE, VERDICTS
from portal.credit.application_names import CHOICES, FILE_KINDS, STATES, field_name
from portal.credit.applications import FILE_KINDS as FILES_ASKED
from portal.credit.applications import OTHER_FILE
from portal.web.forms import Filled, Form, RadioField, SelectField, day_typed, plain_amount
from portal.web.uploads import FilesForm


class StepForm(Form):
    """One page of an application; `step_form` adds its fields."""

    version = wtforms.IntegerField()
    asked: tuple[Field, ...] = ()

    def validate(self, extra_validators: Any = None) -> bool:
        """Every field says by itself what is wrong with it."""
        is_fine = super().validate(extra_validators)
        for field in self.asked:
            try:
                read_answer(field, self.typed(field), self.currency)
            except RuleBroken as broken:
                is_fine = False
                shown = self._fields[field.name]
                shown.errors = [*shown.errors, sentence(broken)]
        return is_fine

    def typed(self, field: Field) -> str:
        """What was typed into a field, as plain as it is certain."""
        text = unicodedata.normalize("NFKC", str(self._fields[field.name].data or "")).strip()
        if field.shape is Shape.AMOUNT:
            return plain_amount(text, self.currency)
        if field.shape is Shape.DAY:
            day = day_typed(text)
            return day.isoformat() if day else text
        return text

    def typed_all(self) -> dict[str, str]:
        """Everything that was typed, by field."""
        return {field.name: self.typed(field) for field in self.asked}


def step_form(step: Step, answers: Answers, currency: str, version: int) -> StepForm:
    """The form of a page, filled with what was told before."""
    asked = fields_of(step)
    fields: dict[str, Any] = {"asked": asked, **{each.name: _control(each) for each in asked}}
    kind: type[StepForm] = type("StepFormWithFields", (StepForm,), fields)
    kept: dict[str, Any] = {**answers, "version": version}
    return kind(currency=currency, **kept)


def _control(field: Field) -> Any:
    label = field_name(field)
    if field.shape is Shape.CHOICE:
        choices = [("", _("Not told")), *((each, _(CHOICES[each])) for each in field.choices)]
        return SelectField(label, choices=choices, validate_choice=False)
    if field.shape is Shape.STORY:
        return wtforms.TextAreaField(label)
    return wtforms.StringField(label)


class ApplicationFilesForm(FilesForm):
    """Files for an application, all of one kind."""

    kind = SelectField(
        N_("What the files are"),
        choices=[(each, FILE_KINDS[each]) for each in (*FILES_ASKED, OTHER_FILE)],
    )


class AnswerForm(Form):
    """What came of an application, in words for the customer."""

    verdict = RadioField(
        N_("Answer"),
        [Filled(N_("Choose what came of it."))],
        choices=[(each, STATES[each][0]) for each in VERDICTS],
    )
    answer = wtforms.TextAreaField(
        N_("Words for the customer"),
        [Filled(N_("Write the answer; the customer reads it.")), Length(max=LONGEST_ANSWER)],
    )


class NoteForm(Form):
    """A note of the house on an application."""

    note = wtforms.TextAreaField(
        N_("Note"), [Filled(N_("Write the note.")), Length(max=LONGEST_NOTE)]
    )
