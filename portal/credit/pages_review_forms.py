"""What is typed into a review: figures with their day and remark, and what is decided."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import wtforms
from wtforms.validators import Length

from portal.base.language import N_
from portal.base.language import gettext as _
from portal.core.errors import RuleBroken
from portal.core.scorecard import FACTORS, Source
from portal.credit.facts import Fact, NoteFact, check_day, figure_typed
from portal.credit.overriding import LONGEST_REASON, ProposeGrade
from portal.credit.reviewing import LONGEST_NOTE, ReviewCustomer
from portal.credit.score_names import factor_name
from portal.credit.scoring import CustomerScore, Input
from portal.web.forms import DateField, Filled, Form, SelectField, options

DAY, NOTE = "_on", "_note"
LONGEST_REMARK = 300


@dataclass(frozen=True)
class Typed:
    """The fields of a factor that is typed: its figure, its day where it has one, its remark."""

    value: wtforms.Field
    note: wtforms.Field
    day: wtforms.Field | None


class ReviewForm(Form):
    """What a review decides; `review_form` adds the fields of each factor that is typed."""

    decision = SelectField(
        N_("What is decided"),
        choices=[("follow", N_("The grade that the score gives")), ("stop", N_("Stop credit"))],
    )
    #: Only where the score gives none; the command knows the grades.
    grade = SelectField(N_("Grade"), choices=[], validate_choice=False)
    effective_on = DateField(N_("Holds from"))
    next_due_on = DateField(N_("Next review"))
    note = wtforms.TextAreaField(
        N_("What was found"),
        [Filled(N_("Write what you found; the next reviewer reads it.")), Length(max=LONGEST_NOTE)],
    )
    leave_out = wtforms.BooleanField(N_("Leave figures that are too old out, as unknown"))
    seen = wtforms.HiddenField()
    found: CustomerScore
    known: Mapping[str, Input]
    #: Of what is shown now, whatever was seen when the form was made.
    fresh_seen: str

    def typed(self, name: str) -> Typed | None:
        """The fields of a factor; None where it comes from the books."""
        if name not in self.known:
            return None
        of = self._fields
        return Typed(of[name], of[name + NOTE], of.get(name + DAY))

    def facts(self) -> Iterator[NoteFact]:
        """The figures that say something else than what is known."""
        for name, before in self.known.items():
            fields = self.typed(name)
            assert fields is not None
            text, note = str(fields.value.data or ""), str(fields.note.data or "")
            day = fields.day.data if fields.day else None
            if text.strip() and self._is_news(before, (text, day, note)):
                as_of = day or self.found.on
                yield NoteFact(self.found.customer_id, name, text, as_of, note)

    @staticmethod
    def _is_news(before: Input, typed: tuple[str, dt.date | None, str]) -> bool:
        shown = "" if before.value is None else format(before.value, "f")
        text, day, note = typed
        same_day = day is None or day == before.as_of
        return (text.strip(), note.strip()) != (shown, before.note) or not same_day

    def preview(self) -> dict[str, Fact]:
        """What was typed, as facts; what makes no sense is said at its field."""
        found = {}
        for each in self.facts():
            try:
                value = figure_typed(each.factor, each.value)
                check_day(each, self.found.on)
            except RuleBroken as broken:
                self.blame(broken)
            else:
                found[each.factor] = Fact(value, each.as_of, FACTORS[each.factor].value, each.note)
        return found

    def command(self) -> ReviewCustomer:
        """What is decided."""
        return ReviewCustomer(
            customer_id=self.found.customer_id,
            seen=str(self.seen.data or ""),
            note=str(self.note.data or ""),
            effective_on=self.effective_on.data or self.found.on,
            figures=tuple(self.facts()),
            grade=str(self.grade.data or ""),
            next_due_on=self.next_due_on.data,
            is_stopped=self.decision.data == "stop",
            leaves_out_stale=bool(self.leave_out.data),
        )


def review_form(
    found: CustomerScore, grades: list[str], seen: str, *, is_fresh: bool = False
) -> ReviewForm:
    """The form over a score: what is known stands in its fields."""
    typed = {each.name: each for each in found.inputs if each.source != Source.BOOKS.value}
    fields: dict[str, Any] = {"found": found, "known": typed, "fresh_seen": seen}
    kept: dict[str, Any] = {"seen": seen, "effective_on": found.on, "decision": "follow"}
    for name, each in typed.items():
        label = factor_name(name)
        fields[name] = wtforms.StringField(label)
        fields[name + NOTE] = wtforms.StringField(
            _("Remark on %(factor)s", factor=label), [Length(max=LONGEST_REMARK)]
        )
        kept[name] = "" if each.value is None else format(each.value, "f")
        kept[name + NOTE] = each.note
        if FACTORS[name] is Source.APPLICATION:
            fields[name + DAY] = DateField(_("Day of %(factor)s", factor=label))
            kept[name + DAY] = each.as_of if each.value is not None else None
    kind: type[ReviewForm] = type("ReviewFormWithFactors", (ReviewForm,), fields)
    form = kind(is_fresh=is_fresh, **kept)
    form.grade.choices = options([("", _("Choose one")), *((name, name) for name in grades)])
    return form


class OverrideForm(Form):
    """A grade against the score: which, until when, and why."""

    grade = SelectField(N_("Grade"), choices=[])
    until_on = DateField(N_("Holds until"))
    reason = wtforms.TextAreaField(
        N_("Why"),
        [
            Filled(N_("Write why this grade is right although the score says another.")),
            Length(max=LONGEST_REASON),
        ],
    )

    def __init__(self, grades: list[str], **kept: Any) -> None:
        """Offer the grades."""
        super().__init__(**kept)
        self.grade.choices = options([("", _("Choose one")), *((name, name) for name in grades)])

    def command(self, customer_id: int) -> ProposeGrade:
        """What is proposed."""
        return ProposeGrade(
            customer_id,
            str(self.grade.data or ""),
            self.until_on.data,
            str(self.reason.data or ""),
        )
