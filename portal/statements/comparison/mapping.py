"""What the columns of a customer's ledger mean: guessed, shown, remembered for the next month."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from collections.abc import Mapping as Words
from dataclasses import asdict, dataclass, field
from itertools import islice
from typing import Any

from portal.statements.comparison.figures import amount_of, date_order_of, day_of, decimal_of
from portal.statements.comparison.sheet import Sheet
from portal.statements.comparison.split_days import Row
from portal.statements.comparison.titles import field_of, folded, special_row

#: What a column can be.
FIELDS = (
    *("date", "number", "debit", "credit", "amount", "side", "balance"),
    *("reference", "text", "currency"),
)
DATE_ORDERS = ("ymd", "dmy", "mdy")
DECIMALS = (".", ",")
#: How far down the header is looked for, and how many rows show how things are written.
HEADS = 40
SAMPLE = 300
#: Of a hundred cells, how many must look alike for a column to be what they look like.
MOST, NEARLY_ALL = 60, 80


@dataclass(frozen=True)
class Mapping:
    """
    How to read a sheet: its header row, which column (from 0) is what, and how figures are written.

    An amount is debit less credit, or the amount as it stands; `is_flipped` turns it round, as in a
    payable ledger, whose credits raise what is owed.
    """

    columns: Words[str, int] = field(default_factory=dict)
    #: The number of the header row; 0 where there is none.
    header_row: int = 0
    #: The header's cells: by them the mapping is found again in the next file.
    titles: tuple[str, ...] = ()
    date_order: str = "ymd"
    decimal: str = "."
    is_flipped: bool = False

    @property
    def has_amounts(self) -> bool:
        """Whether a column of amounts is known."""
        return not {"debit", "credit", "amount"}.isdisjoint(self.columns)

    def as_json(self) -> dict[str, Any]:
        """Plain data, for a row of the database."""
        return {**asdict(self), "columns": dict(self.columns), "titles": list(self.titles)}


def mapping_from_json(said: Words[str, Any]) -> Mapping:
    """The mapping that `as_json` wrote; what is unknown in it is left out."""
    columns = said.get("columns", {})
    order, decimal = said.get("date_order"), said.get("decimal")
    return Mapping(
        columns={name: int(columns[name]) for name in FIELDS if name in columns},
        header_row=int(said.get("header_row", 0)),
        titles=tuple(map(str, said.get("titles", ()))),
        date_order=order if order in DATE_ORDERS else "ymd",
        decimal=decimal if decimal in DECIMALS else ".",
        is_flipped=bool(said.get("is_flipped", False)),
    )


def guess_mapping(sheet: Sheet, currency: str) -> Mapping:
    """
    What the columns seem to be, by their titles and by what stands in them.

    A sheet without an amount column gets a mapping without one: `rows_of` refuses it.
    """
    header, columns = _by_titles(sheet.rows)
    if not columns:
        columns = _by_content(sheet.rows, currency)
    titles = next((cells for line, cells in sheet.rows if line == header), ())
    return _as_written(sheet, Mapping(columns, header, titles))


def refitted(mapping: Mapping, sheet: Sheet) -> Mapping | None:
    """A remembered mapping on another sheet, by its titles; None where they are not all there."""
    if not mapping.header_row:
        return _as_written(sheet, mapping, turned=False) if _fits(mapping, sheet) else None
    wanted = {
        name: (folded(mapping.titles[place]), place)
        for name, place in mapping.columns.items()
        if place < len(mapping.titles)
    }
    for line, cells in sheet.rows[:HEADS]:
        found = [folded(cell) for cell in cells]
        columns = {
            name: place if place < len(found) and found[place] == title else found.index(title)
            for name, (title, place) in wanted.items()
            if title in found
        }
        if wanted and len(columns) == len(mapping.columns):
            moved = Mapping(
                columns,
                line,
                cells,
                mapping.date_order,
                mapping.decimal,
                mapping.is_flipped,
            )
            return _as_written(sheet, moved, turned=False)
    return None


def _fits(mapping: Mapping, sheet: Sheet) -> bool:
    """Whether a mapping without titles has the columns of a sheet that has none either."""
    same = _by_content(sheet.rows, "")
    return bool(same) and all(
        same.get(name) in {place, None} for name, place in mapping.columns.items()
    )


def rows_below(sheet: Sheet, mapping: Mapping) -> Sequence[Row]:
    """The rows under the header."""
    return [row for row in sheet.rows if row[0] > mapping.header_row]


def cell_of(cells: Sequence[str], place: int | None) -> str:
    """A cell of a row, empty where the row is too short or the column is not known."""
    return cells[place] if place is not None and place < len(cells) else ""


# ── By titles ────────────────────────────────────────────────────────────────


def _by_titles(rows: Sequence[Row]) -> tuple[int, dict[str, int]]:
    """The header row and what its titles say: the row that names most, with amounts among them."""
    best: tuple[int, dict[str, int]] = (0, {})
    above: tuple[str, ...] = ()
    for line, cells in rows[:HEADS]:
        columns = _named(cells)
        if above and not any(cell[:1].isdigit() for cell in cells) and not special_row(cells):
            columns = {**_named(above), **columns}  # a header of two rows
        amounts = {"debit", "credit", "amount"} & columns.keys()
        if amounts and len(columns) > max(1, len(best[1])):
            best = (line, columns)
        above = cells if _named(cells) else ()
    return best


def _named(cells: Sequence[str]) -> dict[str, int]:
    """Field → column: of several that could be it the surest, and the first of those."""
    found: dict[str, tuple[int, int]] = {}
    for place, cell in enumerate(cells):
        said = field_of(cell)
        if said is not None:
            name, rank = said
            found[name] = min(found.get(name, (rank, place)), (rank, place))
    columns = {name: place for name, (_rank, place) in found.items()}
    if {"debit", "credit"} & columns.keys() and "amount" in columns:
        del columns["amount"]
    return columns


# ── By content ───────────────────────────────────────────────────────────────


def _by_content(rows: Sequence[Row], currency: str) -> dict[str, int]:
    """What columns without titles are: days, figures, and of the rest the one with digits."""
    width = max(len(cells) for _, cells in rows)
    sample = [cells for _, cells in rows[:SAMPLE]]
    columns: dict[str, int] = {}
    figures = []
    for place in range(width):
        cells = [cell for row in sample if (cell := cell_of(row, place))]
        if cells and "date" not in columns and _share(cells, _is_day) > MOST:
            columns["date"] = place
        elif cells and all(cell.upper() == currency for cell in cells):
            columns["currency"] = place
        elif cells and _share(cells, _is_figure) > NEARLY_ALL and not _are_numbers(cells):
            figures.append(place)
        elif cells and "number" not in columns and _share(cells, _has_digits) > MOST:
            columns["number"] = place
        elif cells and "text" not in columns:
            columns["text"] = place
    return {**columns, **_figures(figures, sample)}


def _figures(places: list[int], sample: Sequence[Sequence[str]]) -> dict[str, int]:
    """Of columns of figures: two that exclude one another are debit and credit."""
    if len(places) < 2:
        return dict(zip(("amount",), places, strict=False))
    one, two, *more = places
    apart = all(not (cell_of(row, one) and cell_of(row, two)) for row in sample)
    if apart:
        return {"debit": one, "credit": two, **({"balance": more[0]} if more else {})}
    return {"amount": one, "balance": two}


def _share(cells: Sequence[str], is_one: Callable[[str], bool]) -> int:
    """How many of a hundred cells are such."""
    return 100 * sum(map(is_one, cells)) // len(cells)


def _is_day(cell: str) -> bool:
    return len(cell) > 5 and any(_can_be_day(cell, order) for order in DATE_ORDERS)


def _can_be_day(cell: str, order: str) -> bool:
    try:
        return day_of(cell, order) is not None
    except ValueError:
        return False


def _is_figure(cell: str) -> bool:
    for decimal in DECIMALS:
        try:
            amount_of(cell, decimal)
        except ValueError:
            continue
        return True
    return False


def _are_numbers(cells: Sequence[str]) -> bool:
    """Whether figures are numbers of documents: whole, each another, and as long as the others."""
    lengths = {len(cell) for cell in cells}
    return all(map(str.isdigit, cells)) and len(set(cells)) == len(cells) and len(lengths) < 3


def _has_digits(cell: str) -> bool:
    return any(map(str.isdigit, cell))


# ── How things are written ───────────────────────────────────────────────────


def _as_written(sheet: Sheet, mapping: Mapping, *, turned: bool = True) -> Mapping:
    """The mapping with the way in which this sheet writes days and figures."""
    sample = list(islice((cells for _, cells in rows_below(sheet, mapping)), SAMPLE))
    columns = mapping.columns
    figures = [
        cell_of(row, columns.get(name))
        for row in sample
        for name in ("debit", "credit", "amount", "balance")
    ]
    days = [cell_of(row, columns.get("date")) for row in sample]
    is_payable = turned and "amount" not in columns and mapping.has_amounts
    return Mapping(
        columns,
        mapping.header_row,
        mapping.titles,
        date_order_of(days) if any(days) else mapping.date_order,
        decimal_of(figures) if any(figures) else mapping.decimal,
        is_payable if turned else mapping.is_flipped,
    )
