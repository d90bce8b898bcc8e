"""A comparison turned into answers: the lines that agree, and the differences of the rest."""

from dataclasses import dataclass

from portal.core.comparison import Comparison, OwnBooks
from portal.core.confirmation import Difference
from portal.core.statement import Statement


@dataclass(frozen=True, slots=True)
class Answers:
    """A fully answered statement: `agreed` are line numbers, every other line has a difference."""

    agreed: tuple[int, ...]
    differences: tuple[Difference, ...]


def answers_of(statement: Statement, books: OwnBooks, comparison: Comparison) -> Answers:
    """
    Every line agreed to or with its difference, and one for each document only in their books.

    With them R47 gives the customer's own closing balance.
    """
    raise NotImplementedError
