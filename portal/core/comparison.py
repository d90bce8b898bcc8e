"""
The customer's own ledger beside our statement: what it says, and how the two balances meet.

Amounts of both sides count in our direction: + raises what the customer owes. It knows no files and
keeps nothing; the same statement, books and decisions give the same comparison in whatever order
the rows come.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date
from enum import StrEnum

from portal.core.statement import Line, Statement


class How(StrEnum):
    """Why rows of both sides belong together, the surest reason first."""

    PERSON = "person"
    NUMBER = "number"
    OTHER_AMOUNT = "other_amount"
    AMOUNT = "amount"
    SUM = "sum"


@dataclass(frozen=True, slots=True)
class OwnRow:
    """
    A row of the customer's ledger; `row` is its number in the file, counted from one.

    `amount_minor` has our direction: + raises what is owed.
    """

    row: int
    on: date | None
    number: str
    reference: str
    amount_minor: int
    text: str = ""


@dataclass(frozen=True, slots=True)
class OwnBooks:
    """
    The customer's ledger for a statement's period, with their balances where the file has them.

    `outside` are rows dated before or after the period; no balance counts them.
    """

    rows: tuple[OwnRow, ...]
    opening_minor: int | None = None
    closing_minor: int | None = None
    outside: tuple[OwnRow, ...] = ()


@dataclass(frozen=True, slots=True)
class Pair:
    """Lines of the statement (`ours`, counted from one) and rows of the ledger (`yours`)."""

    ours: tuple[int, ...]
    yours: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Decisions:
    """
    What a person decided against the machine, or where it could not.

    `accepted` belong together; each `(line, row)` of `refused` does not; `timing` lines and rows
    are in transit and will meet next month.
    """

    accepted: tuple[Pair, ...] = ()
    refused: frozenset[tuple[int, int]] = frozenset()
    timing_ours: frozenset[int] = frozenset()
    timing_yours: frozenset[int] = frozenset()


@dataclass(frozen=True, slots=True)
class Match:
    """Lines and rows that belong together, the reason, and what each side sums to."""

    ours: tuple[int, ...]
    yours: tuple[int, ...]
    how: How
    ours_minor: int
    yours_minor: int

    @property
    def difference_minor(self) -> int:
        """Their books less ours; 0 where the amounts agree."""
        return self.yours_minor - self.ours_minor

    @property
    def agrees(self) -> bool:
        """Whether both sides come to the same."""
        return not self.difference_minor


@dataclass(frozen=True, slots=True)
class Single:
    """
    A line or row without a counterpart: `at` is its number on its own side.

    `is_duplicate` where another of its side has the same number; `is_timing` where it is in
    transit: a person said so, or the other side has it outside the period.
    """

    at: int
    amount_minor: int
    is_duplicate: bool = False
    is_timing: bool = False


@dataclass(frozen=True, slots=True)
class Bridge:
    """
    The steps that lead from the customer's balance to ours, in minor units.

    yours + opening + only_ours - only_yours + amounts + unexplained = ours.
    """

    yours_minor: int
    #: Our opening balance less theirs.
    opening_minor: int
    only_ours_minor: int
    only_yours_minor: int
    #: Where both have a document with other amounts: ours less theirs.
    amounts_minor: int
    ours_minor: int
    #: What their own file does not explain: its rows do not lead from its opening to its closing.
    unexplained_minor: int
    #: Whether their closing balance stands in the file, or was summed from its rows.
    is_closing_told: bool = True

    @property
    def is_explained(self) -> bool:
        """Whether nothing is left to explain."""
        return not self.unexplained_minor


@dataclass(frozen=True, slots=True)
class Comparison:
    """Two sides of one account: what meets, what stands on one side only, and the bridge."""

    matches: tuple[Match, ...]
    only_ours: tuple[Single, ...]
    only_yours: tuple[Single, ...]
    bridge: Bridge

    @property
    def same(self) -> tuple[Match, ...]:
        """The matches whose amounts agree."""
        return tuple(match for match in self.matches if match.agrees)

    @property
    def differing(self) -> tuple[Match, ...]:
        """The matches whose amounts differ."""
        return tuple(match for match in self.matches if not match.agrees)


def compare(
    statement: Statement, books: OwnBooks, decisions: Decisions = Decisions()
) -> Comparison:
    """The two sides matched row by row, and the bridge between their balances."""
    raise NotImplementedError


def flipped(books: OwnBooks) -> OwnBooks:
    """The same books with debit and credit swapped."""
    raise NotImplementedError


def guess_flipped(lines: Sequence[Line], rows: Iterable[OwnRow]) -> bool:
    """Whether the rows agree better with our lines when debit and credit are swapped."""
    raise NotImplementedError
