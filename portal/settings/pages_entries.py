"""Forms that draft a change of the policy: from when and why, and lists entry by entry."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any, ClassVar, TypeVar

import wtforms
from flask import Response, request, url_for
from wtforms.validators import InputRequired, Length, NumberRange, Optional

from portal.base.language import N_
from portal.base.language import gettext as _
from portal.core.errors import RuleBroken
from portal.core.policy_rules import complaints
from portal.core.policy_schema import GRADES, SCORECARD, Rows
from portal.settings.typed import (
    amounts_typed,
    amounts_written,
    number_typed,
    pairs_typed,
    pairs_written,
    read_entry,
)
from portal.terms.commands import LONGEST_REASON, DraftChange, Wanted, draft_change
from portal.web import respond
from portal.web.current import reader
from portal.web.forms import DateField, Filled, Form, SelectField

#: That can be added at a time.
EMPTY_ENTRIES = 2
LINEAR, BANDS = "linear", "bands"


def _number(least: int, most: int, message: str) -> list[Any]:
    """A whole number must be there, within bounds."""
    return [InputRequired(message), NumberRange(least, most, message)]


class WhenForm(Form):
    """From when a change holds, and why."""

    effective_on = DateField(N_("In force from"), [Filled(N_("Enter the first day."))])
    reason = wtforms.TextAreaField(
        N_("Why?"),
        [
            Filled(N_("Write why; who approves it reads it.")),
            Length(max=LONGEST_REASON),
        ],
    )

    def draft(self, after: Mapping[str, Any]) -> bool:
        """Drafts the change; what is wrong with it stands on the form then."""
        assert self.effective_on.data is not None
        wanted = Wanted(self.effective_on.data, dict(after), self.reason.data or "")
        return respond.attempt(self, draft_change, DraftChange(wanted))

    def go_on(self) -> Response:
        """To the change that was drafted, where it is handed in."""
        respond.say(_("Kept as a draft. See what it does, then hand it in."))
        ref = reader().refs.of("tc", int(self.outcome))
        return respond.redirect_to(url_for("desk_terms.show", ref=ref))


class EntryForm(Form):
    """One entry of a list of the policy; without a name it is left out."""

    rows: ClassVar[Rows]
    #: Fields without which an entry says nothing.
    needed: ClassVar[tuple[str, ...]] = ("name",)
    #: key of the policy → field of the form, where they are called otherwise.
    shown_as: ClassVar[Mapping[str, str]] = {}

    remove = wtforms.BooleanField(N_("Take it out"))

    @property
    def is_left_out(self) -> bool:
        return bool(self.remove.data) or not str(self.entry_name or "").strip()

    @property
    def entry_name(self) -> str:
        return str(self["name"].data or "").strip()

    def typed(self) -> dict[str, Any]:
        """The entry as it was typed, in the kinds of the policy."""
        raise NotImplementedError

    def read(self) -> dict[str, Any] | None:
        """The entry; None where something of it is wrong, which stands at its field then."""
        entry, wrong = read_entry(self.rows, self.typed())
        for key, broken in wrong.items():
            self.blame_key(key, broken)
        return None if wrong else entry

    def blame_key(self, key: str, broken: RuleBroken) -> None:
        """Puts what is wrong with a key beside its field."""
        field = self.shown_as.get(key, key)
        self.blame(RuleBroken(broken.code, field=field, **broken.facts))


class GradeForm(EntryForm):
    """A grade: from which score on, and what it grants."""

    rows = GRADES
    needed = ("name", "min_score")

    name = wtforms.StringField(N_("Name"), [Length(max=60)])
    min_score = wtforms.StringField(N_("Lowest score"))
    terms = wtforms.StringField(N_("Terms"), [Length(max=1000)])
    limit_cap = wtforms.TextAreaField(N_("Highest limit"), [Length(max=1000)])
    review_months = wtforms.StringField(N_("Months between reviews"))
    hold_overdue_days = wtforms.StringField(N_("Days overdue above which orders are held"))
    prepayment_only = wtforms.BooleanField(N_("Prepayment only"))

    @classmethod
    def kept(cls, entry: Mapping[str, Any]) -> dict[str, Any]:
        """What the form shows of a grade."""
        return {
            "name": entry["name"],
            "min_score": str(entry["min_score"]),
            "terms": entry["terms"],
            "limit_cap": amounts_written(entry["limit_cap"]),
            "review_months": str(entry["review_months"]),
            "hold_overdue_days": str(entry.get("hold_overdue_days", "")),
            "prepayment_only": entry["prepayment_only"],
        }

    def typed(self) -> dict[str, Any]:
        """The entry as it was typed."""
        return {
            "name": self.entry_name,
            "min_score": number_typed(self.min_score.data),
            "terms": (self.terms.data or "").strip(),
            "limit_cap": amounts_typed(self.limit_cap.data),
            "review_months": number_typed(self.review_months.data),
            "hold_overdue_days": number_typed(self.hold_overdue_days.data),
            "prepayment_only": bool(self.prepayment_only.data),
        }


class FactorForm(EntryForm):
    """A factor of the scorecard: its weight, and which figure earns how many points."""

    rows = SCORECARD
    needed = ("name", "weight", "pairs")
    shown_as: ClassVar[Mapping[str, str]] = {BANDS: "pairs", LINEAR: "pairs"}

    name = SelectField(N_("Factor"))
    weight = wtforms.StringField(N_("Weight"), [Length(max=20)])
    kind = SelectField(
        N_("How points are earned"),
        choices=[(BANDS, N_("In steps")), (LINEAR, N_("In proportion between the bounds"))],
    )
    pairs = wtforms.StringField(N_("Bounds and their points"), [Length(max=1000)])

    @classmethod
    def kept(cls, entry: Mapping[str, Any]) -> dict[str, Any]:
        """What the form shows of a factor."""
        kind = LINEAR if LINEAR in entry else BANDS
        return {
            "name": entry["name"],
            "weight": str(entry["weight"]),
            "kind": kind,
            "pairs": pairs_written(entry[kind]),
        }

    def typed(self) -> dict[str, Any]:
        """The entry as it was typed."""
        kind = self.kind.data if self.kind.data in {BANDS, LINEAR} else BANDS
        return {
            "name": self.entry_name,
            "weight": (self.weight.data or "").strip() or None,
            kind: pairs_typed(self.pairs.data),
        }


class ScoringForm(Form):
    """How a scorecard is read."""

    coverage_floor = wtforms.IntegerField(
        N_("Known weight in % below which a grade is provisional"),
        _number(0, 100, N_("Enter 0 to 100.")),
    )
    hysteresis = wtforms.IntegerField(
        N_("Points beyond a bound before a grade changes"),
        _number(0, 50, N_("Enter 0 to 50.")),
    )
    limit_factor = wtforms.StringField(
        N_("Suggested limit: times the month's sales"), [Filled(N_("Enter a number, such as 1.5."))]
    )


class PromiseRulesForm(Form):
    """How far promises and plans may go."""

    fraction_of_term = wtforms.StringField(
        N_("How far beyond the due date an item may be promised, as a part of its term"),
        [Filled(N_("Enter a part, such as 1/3."))],
    )
    max_broken = wtforms.IntegerField(
        N_("Broken promises after which the next one needs an approval"),
        _number(0, 20, N_("Enter 0 to 20.")),
    )
    promise_tolerance_days = wtforms.IntegerField(
        N_("Days that the money for a promise may be late"),
        _number(0, 30, N_("Enter 0 to 30 days.")),
    )
    max_instalments = wtforms.IntegerField(
        N_("Most instalments that a customer asks for"),
        _number(1, 120, N_("Enter 1 to 120.")),
    )
    max_months = wtforms.IntegerField(
        N_("Most months of a plan"), _number(1, 120, N_("Enter 1 to 120."))
    )
    plan_tolerance_days = wtforms.IntegerField(
        N_("Days that an instalment may be late"),
        _number(0, 60, N_("Enter 0 to 60 days.")),
    )
    needs_approval = wtforms.BooleanField(N_("A second person approves every plan"))
    interest = wtforms.DecimalField(
        N_("Interest of a plan in % a year"),
        [Optional(), NumberRange(0, 100, N_("Enter 0 to 100 per cent."))],
    )
    penalty = wtforms.DecimalField(
        N_("Penalty interest of a plan in % a year"),
        [Optional(), NumberRange(0, 100, N_("Enter 0 to 100 per cent."))],
    )


E = TypeVar("E", bound=EntryForm)


def entry_forms(
    form: type[E],
    entries: Sequence[Mapping[str, Any]],
    kept: Callable[[Mapping[str, Any]], dict[str, Any]],
) -> list[E]:
    """A form for each entry, and some empty ones; as many as were sent."""
    count = len(entries) + EMPTY_ENTRIES
    sent = request.form.get("rows", "")
    if sent.isdecimal() and len(sent) < 4:
        count = min(int(sent), form.rows.most + EMPTY_ENTRIES)
    told: list[Mapping[str, Any]] = [kept(entry) for entry in entries]
    told += [{}] * max(0, count - len(told))
    forms = [form(prefix=f"e{nth}-", **each) for nth, each in enumerate(told[:count])]
    for each in forms[: len(entries)]:
        for field in each.needed:
            each[field].flags.required = True
    return forms


def read_entries(forms: Sequence[E], in_force: Mapping[str, Any]) -> list[dict[str, Any]] | None:
    """The list that the forms say; None where something is wrong, which stands at its field."""
    kept = [form for form in forms if not form.is_left_out]
    fits = [form.validate() for form in kept]
    read = [(form, form.read()) for form in kept]
    told = [(form, entry) for form, entry in read if entry is not None]
    if not all(fits) or len(told) < len(read) or not kept:
        return None
    if "min_score" in told[0][1]:
        told.sort(key=lambda pair: -pair[1]["min_score"])
    entries = [entry for _form, entry in told]
    value = kept[0].rows.value
    found = [each for each in complaints({**in_force, value: entries}) if each.value == value]
    for each in found:
        place, key = int(each.below[0]), str((*each.below, "name")[1])
        told[place][0].blame_key(key, each.broken)
    return None if found else entries


class Together:
    """Several forms of one page, with one summary of what is wrong."""

    def __init__(self, *forms: Form) -> None:
        """Keep them in the order of the page."""
        self.forms = forms

    def told(self) -> list[tuple[str, str]]:
        """What is wrong with any of them."""
        return [each for form in self.forms for each in form.told()]

    @property
    def status(self) -> int:
        return max((form.status for form in self.forms if form.told()), default=200)
