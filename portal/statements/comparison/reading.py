"""The rows of a customer's ledger as documents, with what could not be read and how to mend it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from portal.base.sentences import sentence
from portal.core.comparison import OwnBooks, OwnRow
from portal.core.errors import RuleBroken
from portal.core.period import Period
from portal.statements.comparison.balances import balances_of
from portal.statements.comparison.entries import Entry, EntryReader, Unclear
from portal.statements.comparison.mapping import Mapping, cell_of, rows_below
from portal.statements.comparison.sheet import Sheet


@dataclass(frozen=True)
class RowProblem:
    """A row that is left out: where, the cell's text, and a code whose sentence says the remedy."""

    row: int
    #: The column's title, or its letter where there is none.
    column: str
    value: str
    code: str
    facts: dict[str, Any] = field(default_factory=dict)

    @property
    def sentence(self) -> str:
        """What is wrong and what to do, in the language of the moment."""
        return sentence(RuleBroken(self.code, **self.facts))


@dataclass(frozen=True)
class OwnRows:
    """What a ledger says for a period, and what was not understood."""

    books: OwnBooks
    problems: tuple[RowProblem, ...] = ()
    #: Rows of other periods: kept out, and counted.
    before: int = 0
    after: int = 0
    #: Opening, closing and total rows: read as balances, not as documents.
    totals: tuple[int, ...] = ()


def rows_of(sheet: Sheet, mapping: Mapping, currency: str, period: Period) -> OwnRows:
    """
    The documents of the period in a sheet, with the balances it names.

    Raises: own_ledger.no_amount_column, own_ledger.other_currency, own_ledger.no_rows,
    own_ledger.formula_without_value.
    """
    if not mapping.has_amounts:
        raise RuleBroken("own_ledger.no_amount_column", field="amount")
    reader = EntryReader(mapping, currency)
    entries, problems = _entries(sheet, mapping, reader)
    documents = [each for each in entries if not each.special and each.amount_minor]
    if not documents:
        _refuse_nothing(sheet, reader, period, problems)
    sign = _sign(mapping)
    inside = [each for each in documents if each.on is None or _is_in(each, period)]
    outside = [each for each in documents if each.on is not None and not _is_in(each, period)]
    if not inside and not problems and not any(each.special for each in entries):
        raise RuleBroken("own_ledger.no_rows", from_on=period.from_on, to_on=period.to_on)
    before = sum(each.on is not None and each.on < period.from_on for each in outside)
    found = OwnBooks(
        rows=tuple(_own_row(each, sign) for each in inside),
        outside=tuple(_own_row(each, sign) for each in outside),
    )
    return OwnRows(
        books=_with_balances(found, entries, period, mapping),
        problems=tuple(problems),
        before=before,
        after=len(outside) - before,
        totals=tuple(each.row for each in entries if each.special),
    )


def _entries(
    sheet: Sheet, mapping: Mapping, reader: EntryReader
) -> tuple[list[Entry], list[RowProblem]]:
    entries, problems = [], []
    unread = _formula_cells(sheet)
    for row, cells in rows_below(sheet, mapping):
        try:
            _refuse_formula(unread.get(row, ()), mapping)
            entry = reader.read(row, cells)
        except Unclear as unclear:
            problems.append(_problem(row, cells, mapping, unclear))
        else:
            if entry is not None:
                entries.append(entry)
    return entries, problems


def _refuse_nothing(
    sheet: Sheet, reader: EntryReader, period: Period, problems: Sequence[RowProblem]
) -> None:
    """Nothing can be compared: says why, the surest reason first; problems say it themselves."""
    if reader.others:
        found = ", ".join(sorted(reader.others))
        raise RuleBroken("own_ledger.other_currency", found=found, currency=reader.currency)
    if sheet.formulas:
        raise RuleBroken("own_ledger.formula_without_value", cell=sheet.formulas[0])
    if not problems:
        raise RuleBroken("own_ledger.no_rows", from_on=period.from_on, to_on=period.to_on)


def _is_in(each: Entry, period: Period) -> bool:
    return each.on is not None and period.from_on <= each.on <= period.to_on


def _own_row(each: Entry, sign: int) -> OwnRow:
    return OwnRow(
        row=each.row,
        on=each.on,
        number=each.number,
        reference=each.reference,
        amount_minor=sign * (each.amount_minor or 0),
        text=each.text,
    )


def _with_balances(
    books: OwnBooks, entries: Sequence[Entry], period: Period, mapping: Mapping
) -> OwnBooks:
    """
    The books with the balances that the sheet names, in our direction.

    Where no column says the side of a balance, it says as it stands what is owed.
    """
    sign = _sign(mapping)
    has_side = "side" in mapping.columns and "amount" not in mapping.columns
    told = balances_of(entries, period, 1 if has_side else sign)
    opening, closing = told.opening_minor, told.closing_minor
    return replace(
        books,
        opening_minor=None if opening is None else sign * opening,
        closing_minor=None if closing is None else sign * closing,
    )


def _sign(mapping: Mapping) -> int:
    return -1 if mapping.is_flipped else 1


# ── Problems ─────────────────────────────────────────────────────────────────


def _problem(row: int, cells: Sequence[str], mapping: Mapping, unclear: Unclear) -> RowProblem:
    place = mapping.columns.get(unclear.name)
    if place is None and unclear.name == "amount":
        place = mapping.columns.get("debit", mapping.columns.get("credit"))
    title = cell_of(mapping.titles, place) or column_letter(place)
    value = unclear.value or cell_of(cells, place)
    return RowProblem(row, title, value[:100], unclear.code, unclear.facts)


def column_letter(place: int | None) -> str:
    """
    What a spreadsheet calls a column.

    >>> column_letter(0), column_letter(27)
    ('A', 'AB')
    """
    letters = ""
    number = -1 if place is None else place
    while number >= 0:
        letters = chr(ord("A") + number % 26) + letters
        number = number // 26 - 1
    return letters


def _formula_cells(sheet: Sheet) -> dict[int, list[str]]:
    """The formulas without a value, by their row."""
    found: dict[int, list[str]] = {}
    for cell in sheet.formulas:
        row = "".join(filter(str.isdigit, cell))
        found.setdefault(int(row), []).append(cell)
    return found


def _refuse_formula(cells: Sequence[str], mapping: Mapping) -> None:
    """A row whose day, number or amount was never worked out is told, and not read as empty."""
    known = {column_letter(place): name for name, place in mapping.columns.items()}
    for cell in cells:
        name = known.get(cell.rstrip("0123456789"), "")
        if name and name not in {"balance", "text"}:
            raise Unclear(name, cell, "own_ledger.formula_without_value", cell=cell)
