"""Forms: shape and syntax of what people type; whether it may be done is the command's to say."""

from __future__ import annotations

import datetime as dt
import hashlib
import re
import secrets
import unicodedata
from collections.abc import Iterable, Mapping, Sequence
from typing import Any, TypeAlias

import wtforms
from flask import request
from werkzeug.datastructures import CombinedMultiDict
from wtforms.fields.choices import Choice, SelectChoice  # type: ignore[attr-defined] # newer than its stubs
from wtforms.form import BaseForm
from wtforms.validators import StopValidation

from portal.base.language import gettext
from portal.base.language import gettext as _
from portal.base.sentences import sentence
from portal.core.errors import RuleBroken
from portal.core.money import Money
from portal.core.readable import readable
from portal.web import current

Pair: TypeAlias = tuple[str, str]

SAFE_METHODS = {"GET", "HEAD", "OPTIONS"}
#: Groups of three as most write them, or of four (万) as some Chinese sheets do.
GROUPED = re.compile(r"[+-]?(\d{1,3}(,\d{3})+|\d{1,4}(,\d{4})+)(\.\d*)?", re.ASCII)
#: What stands beside an amount → the currencies that it can mean.
SIGNS = {
    "¥": {"CNY", "JPY"},
    "元": {"CNY", "HKD", "TWD"},
    "€": {"EUR"},
    "£": {"GBP"},
    "$": {"USD", "AUD", "CAD", "HKD", "NZD", "SGD", "TWD"},
}
#: Currency → another code by which people call it.
ALSO_CALLED = {"CNY": "RMB"}
DATE_PARTS = re.compile(r"(\d{4})[-/.年](\d{1,2})[-/.月](\d{1,2})日?", re.ASCII)
#: Somebody else was faster, or a newer version is there: 409, not 422.
CONFLICTS = frozenset(
    {
        *("stale", "replaced", "already_answered", "already_done", "already_said"),
        *("not_in_this_state", "with_approver", "first_signed", "changed", "waiting"),
    }
)


class Translations:
    """WTForms' own sentences, through our catalogue."""

    def gettext(self, message: str) -> str:
        """The sentence in the language of the moment."""
        return gettext(message)

    def ngettext(self, singular: str, plural: str, n: int) -> str:
        """The sentence for a number, its other placeholders left for WTForms to fill."""
        return singular if n == 1 else plural


class Form(wtforms.Form):
    """
    A form of one page: reads the request's fields, keeps what was typed, says what is wrong.

    The token against other sites' forms is checked before any route runs (csrf.py), so that no form
    can forget it.
    """

    class Meta:
        """Our sentences instead of WTForms' catalogues."""

        def get_translations(self, form: wtforms.Form) -> Translations:
            """Asked by every field."""
            return Translations()

    def __init__(
        self, *, prefix: str = "", currency: str = "", is_fresh: bool = False, **kept: Any
    ) -> None:
        """
        Read the fields of a POST; `kept` fills them otherwise; amounts are in `currency`.

        `is_fresh`: what was posted came from another form of the page.
        """
        self.currency = currency
        self.status = 422
        self.outcome: Any = None
        super().__init__(None if is_fresh else _posted(), prefix=prefix, data=kept)
        for field in self._fields.values():
            field.label.text = gettext(field.label.text)

    @property
    def is_submitted(self) -> bool:
        """Whether the request sends the form rather than asks for it."""
        return request.method not in SAFE_METHODS

    def blame(self, broken: RuleBroken) -> None:
        """Write a broken rule's sentence onto its field, or onto the form where it has none."""
        text = sentence(broken)
        if broken.code.rpartition(".")[2] in CONFLICTS:
            self.status = 409
        field = self._fields.get(broken.field or "")
        if field is None:
            self.form_errors.append(text)
        else:
            field.errors = [*field.errors, text]

    def told(self) -> list[tuple[str, str]]:
        """What the error summary lists: the id to go to, and the sentence."""
        told = [("", text) for text in self.form_errors]
        for field in self._fields.values():
            is_group = isinstance(field, wtforms.RadioField)
            target = f"{field.id}-0" if is_group else field.id
            told += [(target, _(str(text))) for text in field.errors]
        return told


def _posted() -> CombinedMultiDict[str, Any] | None:
    if request.method in SAFE_METHODS:
        return None
    return CombinedMultiDict([request.files, request.form])


def key_of_form() -> str:
    """
    The same for one page that is sent twice as it is; what was changed meanwhile is said anew.

    A page holds a `key` of its own; what was sent without one is never the same.
    """
    if not request.form.get("key"):
        return secrets.token_hex(32)
    sent = sorted(pair for pair in request.form.items(multi=True) if pair[0] != "csrf_token")
    told = repr((current.actor().user_id, sent))
    return hashlib.sha256(told.encode()).hexdigest()


def plain_amount(text: str, currency: str = "") -> str:
    """
    An amount as people type it, as a plain decimal where that is certain.

    The letters and signs of a currency go where they are the field's own; others are left to be
    refused.

    >>> plain_amount("１，２３４．５"), plain_amount("¥ 1,234.50"), plain_amount("CNY 1,2345.00")
    ('1234.5', '1234.50', '12345.00')
    >>> plain_amount("12,5")  # a decimal comma, or a slip: not ours to guess
    '12,5'
    """
    text = unicodedata.normalize("NFKC", text).replace("\N{MINUS SIGN}", "-")
    own = f"(?:{currency}|{ALSO_CALLED.get(currency, currency)})" if currency else "[A-Z]{3}"
    text = re.sub(rf"^{own}\b|\s", "", text.strip(), flags=re.IGNORECASE)
    text = text.strip("".join(s for s, of in SIGNS.items() if not currency or currency in of))
    return text.replace(",", "") if GROUPED.fullmatch(text) else text


class MoneyField(wtforms.StringField):
    """An amount in the form's currency, or in one of its own; `data` is Money or None."""

    data: Any

    def __init__(
        self, label: str, validators: list[Any] | None = None, *, currency: str = "", **told: Any
    ) -> None:
        """Keep the currency where it is not the form's."""
        super().__init__(label, validators, **told)
        self.currency = currency

    def process_formdata(self, valuelist: list[Any]) -> None:
        """Keep what was typed; the currency is the form's, so it is read when validating."""
        self.data = None
        self.typed = str(valuelist[0]) if valuelist else ""

    def pre_validate(self, form: BaseForm) -> None:
        """Read the amount; the sentence says what an amount looks like."""
        if not isinstance(form, Form):
            return
        currency = self.currency or form.currency
        typed = plain_amount(getattr(self, "typed", ""), currency)
        if not typed:
            return
        try:
            self.data = Money.parse(typed, currency)
        except RuleBroken as broken:
            raise StopValidation(sentence(broken)) from broken

    def _value(self) -> str:
        if self.raw_data:
            return str(self.raw_data[0])
        return self.data.major() if isinstance(self.data, Money) else ""


def day_typed(text: str) -> dt.date | None:
    """
    The day that a text writes, year first; None where there is no such day.

    >>> day_typed("2026年3月5日"), day_typed("2026/3/5"), day_typed("2026-02-30")
    (datetime.date(2026, 3, 5), datetime.date(2026, 3, 5), None)
    """
    parts = DATE_PARTS.fullmatch(text)
    try:
        return dt.date(*(int(part) for part in parts.groups())) if parts else None
    except ValueError:
        return None


class DateField(wtforms.DateField):
    """A day; reads what the browser's picker sends and what people type, also 2026年3月5日."""

    def process_formdata(self, valuelist: list[Any]) -> None:
        """Read the day, or say how a day is written."""
        self.data = None
        typed = unicodedata.normalize("NFKC", str(valuelist[0])).strip() if valuelist else ""
        if not typed:
            return
        self.data = day_typed(typed)
        if self.data is None:
            raise ValueError(_("Enter a real date, such as 2026-11-05."))


class Pairs:
    """Choices as pairs of value and label; labels marked with N_ are translated when shown."""

    choices: Any

    def __init__(
        self,
        label: str,
        validators: list[Any] | None = None,
        *,
        choices: Sequence[Pair] = (),
        **told: Any,
    ) -> None:
        """Take the pairs; `options` makes choices that only a request knows."""
        super().__init__(label, validators, choices=options(choices), **told)  # type: ignore[call-arg]

    def iter_choices(self) -> list[Choice]:
        """Translate the labels."""
        found: Iterable[Choice] = super().iter_choices()  # type: ignore[misc]
        return [choice._replace(label=_(choice.label)) for choice in found]


class SelectField(Pairs, wtforms.SelectField):  # type: ignore[misc] # wtforms is half typed
    """One of many, in a list that opens."""


class RadioField(Pairs, wtforms.RadioField):  # type: ignore[misc] # wtforms is half typed
    """One of a few, all in sight."""


class TicksField(Pairs, wtforms.SelectMultipleField):  # type: ignore[misc] # half typed
    """Some of a few, all in sight."""

    option_widget = wtforms.widgets.CheckboxInput()


def options(pairs: Sequence[Pair]) -> list[SelectChoice]:
    """Choices as WTForms wants them."""
    return [SelectChoice(value, label) for value, label in pairs]


class Filled:
    """The field must be filled; the message says with what. Shows as required."""

    field_flags: Mapping[str, Any] = {"required": True}

    def __init__(self, message: str) -> None:
        """Keep the sentence, marked with N_ where it is written."""
        self.message = message

    def __call__(self, form: wtforms.Form, field: wtforms.Field) -> None:
        """Refuse blanks."""
        if field.raw_data and any(_is_filled(value) for value in field.raw_data):
            return
        field.errors = []
        raise StopValidation(_(self.message))


def _is_filled(value: object) -> bool:
    return bool(readable(value) if isinstance(value, str) else value)
