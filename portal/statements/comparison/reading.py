"""The rows of a customer's ledger as documents, with what could not be read and how to mend it."""

from __future__ import annotations

from dataclasses import dataclass, field

from portal.core.comparison import OwnBooks
from portal.core.period import Period
from portal.statements.comparison.mapping import Mapping
from portal.statements.comparison.sheet import Sheet


@dataclass(frozen=True)
class RowProblem:
    """A row that is left out: where, the cell's text, and a code whose sentence says the remedy."""

    row: int
    #: The column's title, or its letter where there is none.
    column: str
    value: str
    code: str
    facts: dict[str, object] = field(default_factory=dict)

    @property
    def sentence(self) -> str:
        """What is wrong and what to do, in the language of the moment."""
        raise NotImplementedError


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

    Raises: own_ledger.no_amount_column, own_ledger.other_currency, own_ledger.no_rows.
    """
    raise NotImplementedError
