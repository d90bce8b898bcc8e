"""The shape of the ladder editor: the ladder, its steps one by one, and buttons that move them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, ClassVar

import wtforms
from flask import request
from wtforms.validators import Length

from portal.base.access import STAFF_ROLES
from portal.base.language import N_
from portal.core.errors import RuleBroken
from portal.core.policy_canon import in_full
from portal.core.policy_rules import complaints
from portal.core.policy_schema import CHANNELS, LADDERS, RAISED, STEPS, STRENGTHS
from portal.escalation.ladders import names
from portal.escalation.names import CHANNELS as CHANNEL_NAMES
from portal.settings.pages_entries import EntryForm
from portal.settings.typed import amounts_typed, amounts_written, number_typed
from portal.terms.commands import LONGEST_REASON
from portal.web.forms import DateField, Filled, Form, SelectField
from portal.web.roles import ROLE_NAMES

SHORT, NUMBER = Length(max=60), Length(max=12)
DUE, AFTER = "due", "after"
SYSTEM = "system"
#: Which field says what is wrong with the days of a step.
BLAMED = {"policy.step_ends_early": "until_days"}
#: What the policy's text calls by its keys has other words in a form.
SAID = {
    "policy.first_step_alone": "ladder.first_step",
    "policy.ladder_without_steps": "ladder.no_steps",
    "policy.step_ends_early": "ladder.ends_early",
    "policy.step_without_day": "ladder.no_day",
}


class Needed:
    """Shows a field as required; that it is, the policy's own kinds say."""

    field_flags: Mapping[str, Any] = {"required": True}

    def __call__(self, _form: wtforms.Form, _field: wtforms.Field) -> None:
        """Nothing to add."""


class LadderForm(EntryForm):
    """A ladder without its steps: its name, for whom it is, from which sum on, how often."""

    rows = LADDERS
    shown_as: ClassVar[Mapping[str, str]] = {"applies_to": "customer_type"}

    name = wtforms.StringField(N_("Name of the ladder"), [Needed(), SHORT])
    customer_type = wtforms.StringField(N_("Customer type"), [Length(max=200)])
    grade = wtforms.StringField(N_("Grade"), [Length(max=200)])
    region = wtforms.StringField(N_("Region"), [Length(max=200)])
    owner = wtforms.StringField(N_("Sales owner"), [Length(max=200)])
    customer_id = wtforms.StringField(N_("Customer code"), [Length(max=200)])
    minimum = wtforms.TextAreaField(N_("Smallest sum that is asked for"), [Length(max=1000)])
    min_gap_days = wtforms.StringField(N_("Least days between two messages"), [NUMBER])

    @classmethod
    def kept(cls, entry: Mapping[str, Any]) -> dict[str, Any]:
        """What the form shows of a ladder."""
        return {
            "name": entry.get("name", ""),
            **entry.get("applies_to", {}),
            "minimum": amounts_written(entry.get("minimum", {})),
            "min_gap_days": str(entry.get("min_gap_days", 2)),
        }

    def typed(self) -> dict[str, Any]:
        """The ladder as it was typed."""
        told = {name: (self[name].data or "").strip() for name in names.APPLIES_TO}
        return {
            "name": self.entry_name or None,
            "applies_to": {name: value for name, value in told.items() if value},
            "minimum": amounts_typed(self.minimum.data),
            "min_gap_days": number_typed(self.min_gap_days.data),
        }


class StepForm(EntryForm):
    """A step: when it is reached, by which channel and in which words, and who does it."""

    rows = STEPS
    shown_as: ClassVar[Mapping[str, str]] = {
        "days_overdue": "days",
        "after_previous_days": "days",
    }

    name = wtforms.StringField(N_("Name of the step"), [Needed(), SHORT])
    trigger = SelectField(
        N_("Days counted from"),
        choices=[(DUE, N_("the due date")), (AFTER, N_("the step before"))],
    )
    days = wtforms.StringField(N_("On day"), [NUMBER])
    until_days = wtforms.StringField(N_("Last day overdue"), [NUMBER])
    with_previous = wtforms.BooleanField(N_("Goes in the same run as the step before"))
    channel = SelectField(N_("Channel"), choices=[(name, CHANNEL_NAMES[name]) for name in CHANNELS])
    strength = SelectField(
        N_("Words"), choices=[(name, names.STRENGTHS[name]) for name in STRENGTHS]
    )
    responsible = SelectField(
        N_("Done by"),
        choices=[
            (SYSTEM, N_("The portal itself")),
            *((role, ROLE_NAMES[role]) for role in STAFF_ROLES),
        ],
    )
    approval = wtforms.BooleanField(N_("A second person approves it first"))
    raises_grade_to = SelectField(
        N_("Grade of ageing from then on"),
        choices=[("", N_("As the dates say")), *((name, names.RAISED[name]) for name in RAISED)],
    )
    fee = wtforms.StringField(N_("Fee"), [Length(max=200)])

    @classmethod
    def kept(cls, entry: Mapping[str, Any]) -> dict[str, Any]:
        """What the form shows of a step."""
        is_after = "after_previous_days" in entry
        days = entry.get("after_previous_days" if is_after else "days_overdue", "")
        return {
            "name": entry["name"],
            "trigger": AFTER if is_after or days == "" else DUE,
            "days": str(days),
            "until_days": str(entry.get("until_days", "")),
            "with_previous": entry["with_previous"],
            "channel": entry["channel"],
            "strength": entry["strength"],
            "responsible": entry["responsible"],
            "approval": entry["approval"],
            "raises_grade_to": entry.get("raises_grade_to", ""),
            "fee": "; ".join(amounts_written(entry["fee"]).splitlines()),
        }

    def typed(self) -> dict[str, Any]:
        """The step as it was typed."""
        days = number_typed(self.days.data)
        return {
            "name": self.entry_name or None,
            "days_overdue" if self.trigger.data == DUE else "after_previous_days": days,
            "until_days": number_typed(self.until_days.data),
            "channel": self.channel.data,
            "responsible": self.responsible.data,
            "strength": self.strength.data,
            "approval": bool(self.approval.data),
            "fee": amounts_typed((self.fee.data or "").replace(";", "\n")),
            "with_previous": bool(self.with_previous.data),
            "raises_grade_to": self.raises_grade_to.data or None,
        }


class DraftForm(Form):
    """From when a draft holds, and why."""

    effective_on = DateField(N_("In force from"), [Filled(N_("Enter the first day."))])
    reason = wtforms.TextAreaField(
        N_("Why?"),
        [Filled(N_("Write why; who approves it reads it.")), Length(max=LONGEST_REASON)],
    )
    row_version = wtforms.HiddenField()

    @property
    def version(self) -> int:
        """The version of the draft that the page showed."""
        said = str(self.row_version.data or "")
        return int(said) if said.isdecimal() and len(said) < 10 else 0


@dataclass
class Editor:
    """The forms of one ladder on the editor's page."""

    ladder: LadderForm
    steps: list[StepForm]
    draft: DraftForm

    def told(self) -> list[tuple[str, str]]:
        """Everything that is wrong with any of them, in the order of the page."""
        return [each for form in self._forms() for each in form.told()]

    @property
    def status(self) -> int:
        return max((form.status for form in self._forms() if form.told()), default=200)

    def _forms(self) -> list[Form]:
        return [self.ladder, *self.steps, self.draft]

    def read(
        self, held: Mapping[str, Any], ladders: Sequence[Mapping[str, Any]], place: int
    ) -> list[dict[str, Any]] | None:
        """
        The ladders with this one in its place; None where something is wrong, said beside it.

        `held` are the other values of the policy.
        """
        fits = [form.validate() for form in self._forms()]
        head = self.ladder.read()
        steps = [step.read() for step in self.steps]
        if head is None or None in steps or not all(fits):
            return None
        entry = {**head, "step": [step for step in steps if step is not None]}
        whole = [*map(dict, ladders[:place]), entry, *map(dict, ladders[place + 1 :])]
        return None if self._complain({**held, LADDERS.value: whole}, place) else whole

    def _complain(self, values: Mapping[str, Any], place: int) -> bool:
        """Writes what does not fit together beside its step."""
        found = [
            each
            for each in complaints(values)
            if each.value == LADDERS.value and each.below and each.below[0] == place
        ]
        for each in found:
            where, told = each.below[1:], each.broken
            broken = RuleBroken(SAID.get(told.code, told.code), told.field, **told.facts)
            if len(where) < 2:
                self.ladder.blame_key(str((*where, "")[0]), broken)
            else:
                key = str(where[2]) if len(where) > 2 else BLAMED.get(told.code, "days")
                self.steps[int(where[1])].blame_key(key, broken)
        return bool(found)

    def do(self, told: str) -> int:
        """
        Moves, adds or takes out a step, as a button says: `up:2`, `down:2`, `add:2`, `remove:2`.

        The place of the step that was meant, to look at next.
        """
        act, _colon, number = told.partition(":")
        nth = int(number) if number.isdecimal() and len(number) < 4 else 0
        rows = [step.data for step in self.steps]
        place = _moved(rows, act, nth)
        self.steps = fresh_steps(rows)
        return place


def _moved(rows: list[dict[str, Any]], act: str, nth: int) -> int:
    """Where the step stands after a button was pressed; the rows are changed."""
    last = len(rows) - 1
    if act == "add" and len(rows) < STEPS.most:
        place = min(nth + 1, len(rows))
        rows.insert(place, {**EMPTY, "strength": rows[place - 1]["strength"] if rows else "polite"})
        return place
    if not 0 <= nth <= last:
        return 0
    if act == "remove":
        del rows[nth]
        return max(0, min(nth, last - 1))
    place = min(max(nth + {"up": -1, "down": 1}.get(act, 0), 0), last)
    rows.insert(place, rows.pop(nth))
    return place


EMPTY: dict[str, Any] = {
    "name": "",
    "trigger": AFTER,
    "days": "4",
    "until_days": "",
    "with_previous": False,
    "channel": "email",
    "responsible": SYSTEM,
    "approval": False,
    "raises_grade_to": "",
    "fee": "",
}


def fresh_steps(rows: Sequence[Mapping[str, Any]]) -> list[StepForm]:
    """A form for each step, filled with what is given rather than with what was sent."""
    return [StepForm(prefix=f"s{n}-", is_fresh=True, **row) for n, row in enumerate(rows)]


def editor_of(entry: Mapping[str, Any], **draft: Any) -> Editor:
    """The editor of a ladder as it stands, or as it was sent."""
    steps = [StepForm.kept(step) for step in in_full(STEPS, entry.get("step", ()))]
    sent = request.form.get("steps", "")
    if not sent.isdecimal() or len(sent) > 3:
        head = LadderForm(prefix="l-", **LadderForm.kept(entry))
        return Editor(head, fresh_steps(steps), DraftForm(**draft))
    count = min(int(sent), STEPS.most)
    forms = [StepForm(prefix=f"s{n}-") for n in range(count)]
    return Editor(LadderForm(prefix="l-"), forms, DraftForm())
