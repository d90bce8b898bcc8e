"""What a customer types to compare: their ledger, which of its columns is what, and decisions."""

from __future__ import annotations

import re
from dataclasses import replace
from typing import Any

import wtforms
from flask import request
from werkzeug.datastructures import FileStorage
from wtforms.validators import Length

from portal.base.language import N_
from portal.base.language import gettext as _
from portal.base.storage import Storage
from portal.core.confirmation import NEED_NOTE, Reason
from portal.statements.answers import LONGEST_NOTE
from portal.statements.comparison.applying import ApplyComparison
from portal.statements.comparison.deciding import WORDS, Decide, reasons_for
from portal.statements.comparison.mapping import DATE_ORDERS, DECIMALS, Mapping
from portal.statements.comparison.mapping import FIELDS as COLUMNS
from portal.statements.comparison.names import FIELDS
from portal.statements.comparison.sheet import Sheet
from portal.statements.comparison.uploading import KeepLedger
from portal.statements.names import reason_name
from portal.web.forms import Form, RadioField, SelectField, options

#: How far down a header row is looked for.
HEADS = 10
LONGEST_SAMPLE = 24
#: A number that a page of ours put there.
SHORT = re.compile(r"\d{1,9}", re.ASCII)
ORDERS = {
    "ymd": N_("Year, month, day: 2026-11-05"),
    "dmy": N_("Day, month, year: 5.11.2026"),
    "mdy": N_("Month, day, year: 11/5/2026"),
}
POINTS = {".": N_("A point: 1,234.50"), ",": N_("A comma: 1.234,50")}
SIDES = (
    ("", N_("Debit, or plus, raises what you owe us")),
    ("flipped", N_("Credit, or minus, raises what you owe us, as in a ledger of suppliers")),
)


class LedgerForm(Form):
    """A ledger: a file, or rows pasted from a spreadsheet."""

    file = wtforms.FileField(N_("Your ledger as a file"), render_kw={"data-sends": ""})
    pasted = wtforms.TextAreaField(N_("Rows copied from a spreadsheet"))

    def __init__(self, **kept: Any) -> None:
        """A file is what most have; pasting stands behind a word."""
        super().__init__(**kept)
        self.file.flags.required = True

    def validate(self, extra_validators: Any = None) -> bool:
        """One of the two is there."""
        good = super().validate(extra_validators)
        if self._file() is None and not str(self.pasted.data or "").strip():
            self.file.errors = [N_("Choose a file, or paste rows.")]
            return False
        return bool(good)

    def _file(self) -> FileStorage | None:
        file = self.file.data
        return file if isinstance(file, FileStorage) and file.filename else None

    def command(self, storage: Storage, statement_id: int) -> KeepLedger:
        """The ledger to keep; a file goes before pasted rows."""
        file = self._file()
        if file is not None:
            return KeepLedger(storage, statement_id, file.filename or "", file.read())
        return KeepLedger(storage, statement_id, "", str(self.pasted.data or "").encode())


class MappingForm(Form):
    """Which column of a ledger is what, and how its days and figures are written."""

    header_row = SelectField(N_("The row with the names of the columns"))
    date_order = SelectField(N_("Dates are written"), choices=tuple(ORDERS.items()))
    decimal = SelectField(N_("Decimals are marked by"), choices=tuple(POINTS.items()))
    side = RadioField(N_("Which side raises what you owe"), choices=SIDES)

    def __init__(self, sheet: Sheet, mapping: Mapping, **kept: Any) -> None:
        """Offer the columns of the sheet; as guessed until somebody says otherwise."""
        super().__init__(
            header_row=str(mapping.header_row),
            date_order=mapping.date_order,
            decimal=mapping.decimal,
            side="flipped" if mapping.is_flipped else "",
            **kept,
        )
        self.sheet = sheet
        heads = _heads(sheet, mapping.header_row)
        self.header_row.choices = options([("0", _("There is none")), *heads])

    def mapping(self, guessed: Mapping) -> Mapping:
        """What is chosen now."""
        if not self.is_submitted:
            return guessed
        head = str(self.header_row.data or "0")
        row = int(head) if SHORT.fullmatch(head) else 0
        titles = next((cells for number, cells in self.sheet.rows if number == row), ())
        return replace(
            guessed,
            columns=_chosen_columns(_width(self.sheet)),
            header_row=row,
            titles=tuple(titles),
            date_order=self.date_order.data if self.date_order.data in DATE_ORDERS else "ymd",
            decimal=self.decimal.data if self.decimal.data in DECIMALS else ".",
            is_flipped=self.side.data == "flipped",
        )


def _heads(sheet: Sheet, chosen: int) -> list[tuple[str, str]]:
    """The first rows and the chosen one, each with what stands in it."""
    return [
        (str(number), f"{number}: {' · '.join(filter(None, cells))[:60]}")
        for at, (number, cells) in enumerate(sheet.rows)
        if at < HEADS or number == chosen
    ]


def _width(sheet: Sheet) -> int:
    return max((len(cells) for _, cells in sheet.rows), default=0)


def _chosen_columns(width: int) -> dict[str, int]:
    """Field → column, for every field that somebody chose a column for."""
    found = {}
    for name in COLUMNS:
        said = request.form.get(f"column_{name}", "")
        if SHORT.fullmatch(said) and int(said) < width:
            found[name] = int(said)
    return found


def column_choices(sheet: Sheet, mapping: Mapping) -> list[tuple[str, str]]:
    """The columns of a sheet to choose from: their title or letter, and what stands in them."""
    titles: tuple[str, ...] = ()
    samples: list[tuple[str, ...]] = []
    for number, cells in sheet.rows[: HEADS + mapping.header_row]:
        if number == mapping.header_row:
            titles = cells
        elif number > mapping.header_row:
            samples.append(cells)
    return [(str(place), _column_name(place, titles, samples)) for place in range(_width(sheet))]


def _column_name(place: int, titles: tuple[str, ...], samples: list[tuple[str, ...]]) -> str:
    title = titles[place].strip() if place < len(titles) else ""
    first = next((cells[place] for cells in samples if place < len(cells) and cells[place]), "")
    name = title or _("Column %(letter)s", letter=letter_of(place))
    return f"{name}: {first[:LONGEST_SAMPLE]}" if first else name


def letter_of(place: int) -> str:
    """
    A column's letter as spreadsheets call it, counted from 0.

    >>> letter_of(0), letter_of(27)
    ('A', 'AB')
    """
    letters = ""
    place += 1
    while place:
        place, rest = divmod(place - 1, 26)
        letters = chr(65 + rest) + letters
    return letters


def field_names() -> list[tuple[str, str]]:
    """What a column can be, in the language of the moment."""
    return [(name, _(FIELDS[name])) for name in COLUMNS]


class DecisionForm(Form):
    """What is decided about lines and rows that stand together."""

    word = wtforms.StringField()
    reason = wtforms.StringField()
    note = wtforms.StringField(validators=[Length(max=LONGEST_NOTE)])

    def command(self, comparison_id: int) -> Decide:
        """The decision."""
        word = str(self.word.data or "")
        return Decide(
            comparison_id,
            _numbers("ours"),
            _numbers("yours"),
            word if word in WORDS else "",
            str(self.reason.data or ""),
            str(self.note.data or ""),
        )


def _numbers(name: str) -> tuple[int, ...]:
    said = request.form.getlist(name)
    return tuple(int(one) for one in said if SHORT.fullmatch(one))


class ApplyForm(Form):
    """That the comparison answer the statement, and why lines are not in the ledger."""

    version = wtforms.HiddenField()
    missing = SelectField(N_("Lines that are not in your ledger"))
    overrides = wtforms.HiddenField()

    def __init__(self, **kept: Any) -> None:
        """Offer the reasons in the language of the moment."""
        super().__init__(**kept)
        self.missing.choices = options(reason_choices("ours", with_notes=False))

    def command(self, comparison_id: int) -> ApplyComparison:
        """What shall be applied."""
        version = str(self.version.data or "")
        return ApplyComparison(
            comparison_id,
            int(version) if SHORT.fullmatch(version) else -1,
            Reason(self.missing.data or Reason.NOT_RECEIVED),
            bool(self.overrides.data),
        )


def reason_choices(kind: str, *, with_notes: bool = True) -> list[tuple[str, str]]:
    """Why rows of a kind may differ, in the language of the moment."""
    return [
        (reason.value, reason_name(reason.value))
        for reason in reasons_for(kind)
        if with_notes or reason not in NEED_NOTE
    ]
