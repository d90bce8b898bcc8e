"""What the columns of a customer's ledger mean: guessed, shown, remembered for the next month."""

from __future__ import annotations

from collections.abc import Mapping as Words
from dataclasses import dataclass, field
from typing import Any

from portal.statements.comparison.sheet import Sheet

#: What a column can be.
FIELDS = (
    *("date", "number", "debit", "credit", "amount", "side", "balance"),
    *("reference", "text", "currency"),
)
DATE_ORDERS = ("ymd", "dmy", "mdy")
DECIMALS = (".", ",")


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

    def as_json(self) -> dict[str, Any]:
        """Plain data, for a row of the database."""
        raise NotImplementedError


def mapping_from_json(said: Words[str, Any]) -> Mapping:
    """The mapping that `as_json` wrote; what is unknown in it is left out."""
    raise NotImplementedError


def guess_mapping(sheet: Sheet, currency: str) -> Mapping:
    """
    What the columns seem to be, by their titles and by what stands in them.

    A sheet without an amount column gets a mapping without one: `rows_of` refuses it.
    """
    raise NotImplementedError


def refitted(mapping: Mapping, sheet: Sheet) -> Mapping | None:
    """A remembered mapping on another sheet, by its titles; None where they are not all there."""
    raise NotImplementedError
