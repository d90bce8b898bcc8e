"""What is typed to build a plan: its items, its rhythm, its rows, and what is said with it."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from itertools import islice
from typing import Any, TypeAlias

import wtforms
from flask import request
from wtforms.validators import Length, Optional

from portal.base.evidence import Surroundings
from portal.base.language import N_
from portal.base.language import gettext as _
from portal.core.errors import RuleBroken
from portal.core.instalment import MOST_INSTALMENTS, Instalment, Interval, Rhythm, split
from portal.core.money import Money
from portal.core.promise import Reason
from portal.core.workdays import Calendar
from portal.promises.facts import PartKey
from portal.promises.forms import MOST_SHOWN, Account
from portal.promises.names import reason_choices
from portal.promises.plans.items import Chosen, free_of
from portal.promises.plans.names import INTERVALS, percent
from portal.promises.plans.offering import LONGEST_NOTE, Offered
from portal.promises.plans.rows import Offer
from portal.promises.plans.signing import SignPlan
from portal.promises.promisable import PromisableRow
from portal.web.forms import DateField, Filled, Form, MoneyField, SelectField, options

TAKE, SEEN, ON, AMOUNT = "take_", "seen_", "on_", "amount_"
PART = re.compile(rf"{SEEN}(\d{{1,18}})-(\d{{1,4}})", re.ASCII)
RATE = re.compile(r"(\d{1,3})(?:[.,](\d{1,2}))?", re.ASCII)
#: A plan that nobody has said anything about yet.
NUMBER, FIRST_AFTER = 3, dt.timedelta(days=7)


class RowsForm(Form):
    """The instalments, each with its day and its amount; `rows_form` makes it of a length."""

    count = 0

    @property
    def lines(self) -> list[tuple[int, wtforms.Field, wtforms.Field]]:
        """Each row: its place, its day, its amount."""
        return [
            (nth, self._fields[f"{ON}{nth}"], self._fields[f"{AMOUNT}{nth}"])
            for nth in range(1, self.count + 1)
        ]

    def instalments(self) -> tuple[list[Instalment], list[int]]:
        """
        What is typed, without the rows that were emptied, and the place of each.

        Raises: plan.no_day, plan.no_amount.
        """
        found, places = [], []
        for nth, on, amount in self.lines:
            typed = [*(on.raw_data or ()), *(amount.raw_data or ()), on.data, amount.data]
            if not any(str(each).strip() for each in typed if each is not None):
                continue
            if on.data is None:
                raise RuleBroken("plan.no_day", field=f"{ON}{nth}", nth=nth)
            if not isinstance(amount.data, Money):
                raise RuleBroken("plan.no_amount", field=f"{AMOUNT}{nth}", nth=nth)
            found.append(Instalment(on.data, amount.data))
            places.append(nth)
        return found, places


FormOfRows: TypeAlias = type[RowsForm]


def rows_form(currency: str, rows: Sequence[Instalment] | None, count: int = 0) -> RowsForm:
    """The rows as they are given, or as many as were sent, with what was typed."""
    length = len(rows) if rows is not None else min(max(count, 0), MOST_INSTALMENTS + 1)
    fields: dict[str, Any] = {"count": length}
    for nth in range(1, length + 1):
        fields[f"{ON}{nth}"] = DateField(_("Day of instalment %(nth)s", nth=nth), [Optional()])
        fields[f"{AMOUNT}{nth}"] = MoneyField(_("Amount of instalment %(nth)s", nth=nth))
    kept: dict[str, Any] = {}
    for nth, row in enumerate(rows or (), start=1):
        kept |= {f"{ON}{nth}": row.due_on, f"{AMOUNT}{nth}": row.amount}
    kind: FormOfRows = type("RowsFormOfLength", (RowsForm,), fields)
    return kind(prefix="row-", currency=currency, is_fresh=rows is not None, **kept)


class PlanForm(Form):
    """A plan; `plan_form` adds a tick and what was seen for each item, and the rows."""

    number = wtforms.IntegerField(
        N_("Number of instalments"), [Filled(N_("Say how many instalments there shall be."))]
    )
    first_on = DateField(N_("First day"), [Filled(N_("Enter the day of the first payment."))])
    every = wtforms.IntegerField(N_("Every"), [Filled(N_("Enter a whole number, such as 1."))])
    interval = SelectField(N_("Interval"), choices=[*INTERVALS.items()])
    down = MoneyField(N_("Down payment"))
    interest = wtforms.StringField(N_("Interest a year, in per cent"))
    penalty = wtforms.StringField(N_("Penalty interest, in per cent"))
    reason = SelectField(N_("Reason"))
    note = wtforms.TextAreaField(N_("Remark"), [Length(max=LONGEST_NOTE)])
    #: What the rows were made from, so that what is typed into them stays until that changes.
    made_from = wtforms.HiddenField()
    #: Sent by the button that keeps a draft.
    later = wtforms.HiddenField()
    row_version = wtforms.IntegerField(widget=wtforms.widgets.HiddenInput(), default=0)
    account: Account
    items: Sequence[PromisableRow]
    rows: RowsForm
    is_house: bool

    def told(self) -> list[tuple[str, str]]:
        """What is wrong with the form, and with its rows."""
        return [*super().told(), *self.rows.told()]

    def blame(self, broken: RuleBroken) -> None:
        """Write a broken rule's sentence where it belongs: here, or onto a row."""
        broken = self._named(broken)
        if broken.field in self.rows._fields:
            self.rows.blame(broken)
        else:
            super().blame(broken)

    def _named(self, broken: RuleBroken) -> RuleBroken:
        """A broken rule about the nth instalment, with the field of the row that it stands in."""
        name, _sep, nth = (broken.field or "").rpartition("_")
        if name not in {"on", "amount"} or broken.field in self._fields:
            return broken
        try:
            _rows, places = self.rows.instalments()
        except RuleBroken:  # it is about a row that cannot be read, and names its field itself
            return broken
        return RuleBroken(broken.code, f"{name}_{places[int(nth) - 1]}", **broken.facts)

    @property
    def lines(self) -> list[tuple[PromisableRow, wtforms.Field]]:
        """Each item with its tick."""
        return [(row, self._fields[TAKE + row.key]) for row in self.items]

    def chosen(self) -> list[PromisableRow]:
        """The items that are ticked."""
        return [row for row, tick in self.lines if tick.data and free_of(row).minor > 0]

    def check_seen(self, made_from: str | None, *, is_fit: bool) -> None:
        """
        Refuses what has changed of a ticked item since the page was made, and rows nobody saw.

        Raises: plan.item.stale, plan.not_previewed.
        """
        for row, tick in self.lines:
            was = Money(_minor(self._fields[SEEN + row.key].data), self.account.currency)
            if tick.data and was != free_of(row):
                raise RuleBroken("plan.item.stale", number=row.number, was=was, now=free_of(row))
        if is_fit and self.made_from.data != made_from:
            raise RuleBroken("plan.not_previewed")

    @property
    def total(self) -> Money:
        """What the plan is about."""
        amounts = (free_of(row) for row in self.chosen())
        return Money.total(amounts, self.account.currency)

    @property
    def key(self) -> str:
        """What the rows are made from."""
        told = (self.number.data, self.first_on.data, self.every.data, self.interval.data)
        down = self.down.data.minor if isinstance(self.down.data, Money) else 0
        return "|".join(str(each) for each in (self.total.minor, *told, down))

    @property
    def rhythm_fields(self) -> Sequence[wtforms.Field]:
        """What the rows are made from; while one of them is wrong none are made."""
        return self.number, self.first_on, self.every, self.interval, self.down

    @property
    def rhythm(self) -> Rhythm:
        """When instalments fall due, by what is typed above the rows."""
        assert self.first_on.data is not None
        return Rhythm(self.first_on.data, self.every.data or 0, Interval(self.interval.data))

    def make_rows(self, calendar: Calendar) -> bool:
        """
        Makes the rows anew where what they were made from has changed; tells whether it did.

        Raises: as `core.instalment.split`, plan.nothing_chosen.
        """
        if self.made_from.data == self.key and self.rows.count:
            return False
        if not self.chosen():
            raise RuleBroken("plan.nothing_chosen")
        down = self.down.data if isinstance(self.down.data, Money) else None
        made = split(self.total, self.number.data or 0, self.rhythm, calendar, down)
        self.rows = rows_form(self.account.currency, made)
        self.made_from.data = self.key
        return True

    def rates(self) -> tuple[int, int]:
        """
        Interest and penalty interest in basis points a year.

        Raises: plan.rate_out_of_reach.
        """
        return rate_typed(self.interest, "interest"), rate_typed(self.penalty, "penalty")

    def offered(self, *, is_draft: bool) -> Offered:
        """
        What is offered.

        Raises: as `RowsForm.instalments` and `rates`.
        """
        rows, _places = self.rows.instalments()
        interest_bp, penalty_bp = self.rates()
        seen = {row.key: self._fields[SEEN + row.key].data for row in self.items}
        currency = self.account.currency
        return Offered(
            items=tuple(
                Chosen(row.entry_id, row.part, Money(_minor(seen[row.key]), currency))
                for row in self.chosen()
            ),
            rows=tuple(rows),
            interest_bp=interest_bp,
            penalty_bp=penalty_bp,
            reason=Reason(self.reason.data),
            note=str(self.note.data or ""),
            is_draft=is_draft,
        )


def rate_typed(field: wtforms.Field, name: str) -> int:
    """A yearly rate in basis points; raises plan.rate_out_of_reach."""
    typed = str(field.data or "").strip().removesuffix("%").strip()
    if not typed:
        return 0
    found = RATE.fullmatch(typed)
    if found is None:
        raise RuleBroken("plan.rate_out_of_reach", field=name)
    return int(found[1]) * 100 + int((found[2] or "").ljust(2, "0"))


def _minor(text: object) -> int:
    told = str(text or "")
    return int(told) if re.fullmatch(r"\d{1,15}", told, re.ASCII) else 0


FormOfPlan: TypeAlias = type[PlanForm]


@dataclass(frozen=True)
class Setting:
    """For whom a form is: the account, its items, which side, the day."""

    account: Account
    items: Sequence[PromisableRow]
    is_house: bool
    today: dt.date
    calendar: Calendar


def plan_form(at: Setting, **kept: Any) -> PlanForm:
    """The form with the items of an account; filled from the request where one was sent."""
    fields: dict[str, Any] = {"account": at.account, "items": at.items, "is_house": at.is_house}
    for row in at.items:
        fields[TAKE + row.key] = wtforms.BooleanField(_("Include %(item)s", item=row.number))
        fields[SEEN + row.key] = wtforms.HiddenField()
    kind: FormOfPlan = type("PlanFormWithItems", (PlanForm,), fields)
    form = kind(currency=at.account.currency, **kept)
    form.reason.choices = options(reason_choices(is_house=at.is_house))
    form.rows = rows_form(at.account.currency, None, request.form.get("rows", 0, int))
    return form


def fresh_form(at: Setting, ticked: Collection[str]) -> PlanForm:
    """A plan in three equal parts, over the items that are meant."""
    kept: dict[str, Any] = {TAKE + key: True for key in ticked}
    form = plan_form(
        at,
        number=NUMBER,
        first_on=at.calendar.on_or_after(at.today + FIRST_AFTER),
        every=1,
        interval=Interval.MONTHS.value,
        reason=Reason.UNSAID.value,
        **kept,
    )
    if form.chosen():
        form.make_rows(at.calendar)
    return form


def form_of(at: Setting, offer: Offer, ticked: Collection[str], row_version: int) -> PlanForm:
    """A form that begins with an offer's own rows."""
    kept: dict[str, Any] = {TAKE + key: True for key in ticked}
    form = plan_form(
        at,
        number=len(offer.rows),
        first_on=offer.first_on,
        every=1,
        interval=Interval.MONTHS.value,
        interest=percent(offer.interest_bp) if offer.interest_bp else "",
        penalty=percent(offer.penalty_bp) if offer.penalty_bp else "",
        reason=offer.reason,
        note=offer.note if offer.side == ("house" if at.is_house else "customer") else "",
        row_version=row_version,
        **kept,
    )
    if form.total == offer.total:
        form.rows = rows_form(at.account.currency, offer.rows)
        form.made_from.data = form.key
    elif form.chosen():
        form.make_rows(at.calendar)
    return form


def sent_keys() -> Iterator[PartKey]:
    """The parts that were on the page which was sent: they are shown again, paid or not."""
    found = (PART.fullmatch(name) for name in request.form)
    named = ((int(part[1]), int(part[2])) for part in found if part)
    yield from islice(named, MOST_SHOWN)


class SignPlanForm(Form):
    """The customer's signature under an offer."""

    sha256 = wtforms.HiddenField()
    typed_name = wtforms.StringField(
        N_("Your name, as your signature"),
        [Filled(N_("Type your name as your signature.")), Length(max=200)],
    )
    position = wtforms.StringField(N_("Position"), [Length(max=200)])
    agrees = wtforms.BooleanField(N_("I am authorised to sign this, and declare what stands above"))
    code = wtforms.StringField(N_("Code"), [Filled(N_("Enter the six digits of the mail."))])

    def command(self, plan_id: int, surroundings: Surroundings) -> SignPlan:
        """The signature, without its grant."""
        return SignPlan(
            plan_id=plan_id,
            sha256=str(self.sha256.data or ""),
            typed_name=str(self.typed_name.data or ""),
            title=str(self.position.data or ""),
            agrees=bool(self.agrees.data),
            surroundings=surroundings,
        )


class AnswerForm(Form):
    """What of an offer was seen when the house answered it."""

    sha256 = wtforms.HiddenField()


class ReasonForm(Form):
    """Why the house refuses a plan or ends it."""

    reason = wtforms.TextAreaField(
        N_("Reason"),
        [Filled(N_("Write the reason; the customer reads it.")), Length(max=LONGEST_NOTE)],
    )
