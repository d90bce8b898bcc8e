"""What is typed to promise: which items, how much of each, by when, and why."""

from __future__ import annotations

import datetime as dt
import re
import secrets
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import islice
from typing import Any, TypeAlias

import wtforms
from flask import request
from wtforms.validators import Length

from portal.base.evidence import Surroundings
from portal.base.language import N_
from portal.base.language import gettext as _
from portal.core.money import Money
from portal.core.promise import Limit, Reason
from portal.promises.facts import PartKey
from portal.promises.names import METHODS, reason_choices
from portal.promises.promisable import PromisableRow, common_limit
from portal.promises.wishes import LONGEST_NOTE, Wish, WishedItem
from portal.web.forms import (
    DateField,
    Form,
    MoneyField,
    SelectField,
    day_typed,
    key_of_form,
    options,
)

TAKE, AMOUNT, SEEN = "take_", "amount_", "seen_"
#: The radio beside the field in which any day can be typed.
OTHER_DAY = "other"
PART = re.compile(rf"{SEEN}(\d{{1,18}})-(\d{{1,4}})", re.ASCII)
KEY_BYTES = 16
#: No page of ours lists more items.
MOST_SHOWN = 1_000
#: From where a page is come to.
WAYS = ("portal", "statement", "phone")


@dataclass(frozen=True)
class Account:
    """Whose items in which currency are promised."""

    customer_id: int
    customer_ref: str
    customer_name: str
    currency: str


class PromiseForm(Form):
    """A promise; `promise_form` adds a tick, an amount and what was seen for each item."""

    pay_on = wtforms.StringField(N_("Day of payment"))
    other_on = DateField(N_("Another day"))
    reason = SelectField(N_("Reason"))
    note = wtforms.TextAreaField(N_("Remark"), [Length(max=LONGEST_NOTE)])
    method = SelectField(N_("How you will pay"), choices=[*METHODS.items()])
    replaces = wtforms.BooleanField(N_("This promise replaces the earlier ones on these items"))
    given_by = wtforms.StringField(N_("Who said so"), [Length(max=200)])
    key = wtforms.HiddenField()
    way = wtforms.HiddenField()
    account: Account
    rows: Sequence[PromisableRow]

    @property
    def lines(self) -> list[tuple[PromisableRow, wtforms.Field, wtforms.Field, wtforms.Field]]:
        """Each item with its three fields."""
        of = self._fields
        return [
            (row, of[TAKE + row.key], of[AMOUNT + row.key], of[SEEN + row.key]) for row in self.rows
        ]

    @property
    def day(self) -> dt.date | None:
        """The day that is chosen, in the calendar or typed."""
        chosen = str(self.pay_on.data or "")
        if chosen and chosen != OTHER_DAY:
            return day_typed(chosen)
        typed: dt.date | None = self.other_on.data
        return typed

    def chosen(self) -> list[tuple[PromisableRow, Money]]:
        """What of each item shall be promised: a tick takes what fits, an amount just that."""
        found = []
        for row, tick, amount, _seen in self.lines:
            if isinstance(amount.data, Money):
                found.append((row, amount.data))
            elif tick.data:
                is_whole = self.replaces.data or not row.room.minor
                found.append((row, row.open if is_whole else row.proposed))
        return found

    @property
    def limit(self) -> Limit | None:
        """Until when what is chosen may be promised; None while nothing is."""
        return common_limit(row for row, _ in self.chosen())

    def has_day(self) -> bool:
        """Whether a day is chosen; what is missing is told."""
        if self.day is not None:
            return True
        if not self.other_on.errors:
            self.pay_on.errors = [*self.pay_on.errors, _("Choose the day on which you will pay.")]
        return False

    def wish(self, surroundings: Surroundings) -> Wish:
        """What shall be promised."""
        assert self.day is not None
        seen = {row.key: field.data for row, _tick, _amount, field in self.lines}
        items = tuple(
            WishedItem(row.entry_id, row.part, amount, _read(seen[row.key], amount.currency))
            for row, amount in self.chosen()
        )
        return Wish(
            customer_id=self.account.customer_id,
            currency=self.account.currency,
            items=items,
            pay_on=self.day,
            reason=Reason(self.reason.data),
            note=str(self.note.data or ""),
            method=str(self.method.data or ""),
            given_by=str(self.given_by.data or ""),
            replaces=bool(self.replaces.data),
            way=self.way.data if self.way.data in WAYS else WAYS[0],
            key=key_of_form(),
            surroundings=surroundings,
        )


def _read(text: object, currency: str) -> Money | None:
    """The room that a page showed; what no page of ours sent was not seen."""
    told = str(text or "")
    return Money(int(told), currency) if re.fullmatch(r"\d{1,18}", told, re.ASCII) else None


FormOfPromise: TypeAlias = type[PromiseForm]


def promise_form(
    account: Account, rows: Sequence[PromisableRow], ticked: Sequence[str] = (), **kept: Any
) -> PromiseForm:
    """The form over an account's items; `ticked` names those that are chosen at first."""
    is_house = bool(kept.pop("is_house", False))
    fields: dict[str, Any] = {"account": account, "rows": rows}
    for row in rows:
        fields[TAKE + row.key] = wtforms.BooleanField(_("Promise %(item)s", item=row.number))
        fields[AMOUNT + row.key] = MoneyField(_("Amount for %(item)s", item=row.number))
        fields[SEEN + row.key] = wtforms.HiddenField()
    kind: FormOfPromise = type("PromiseFormWithItems", (PromiseForm,), fields)
    chosen: dict[str, Any] = {TAKE + key: True for key in ticked}
    fresh = {"key": secrets.token_hex(KEY_BYTES), "reason": Reason.UNSAID.value} | kept
    form = kind(currency=account.currency, **chosen, **fresh)
    form.reason.choices = options(reason_choices(is_house=is_house))
    return form


def shown_keys() -> set[PartKey]:
    """The parts that the page listed which was sent, paid since or not."""
    found = (PART.fullmatch(name) for name in request.form)
    named = ((int(part[1]), int(part[2])) for part in found if part)
    return set(islice(named, MOST_SHOWN))
