"""
A comparison turned into answers: the lines that agree, and the differences of the rest.

It signs nothing: the customer still reads what stands there, and changes it.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from portal.core.comparison import Comparison, Match, OwnBooks, OwnRow, Single
from portal.core.confirmation import Difference, Reason
from portal.core.ledger import Kind
from portal.core.statement import Line, Statement

# What a customer receives from us; the rest are their own acts, or the house's.
_RECEIVED = frozenset({Kind.INVOICE, Kind.CHARGE, Kind.CREDIT_NOTE, Kind.DISCOUNT})
_LONGEST = 100


@dataclass(frozen=True, slots=True)
class Answers:
    """A fully answered statement: `agreed` are line numbers, every other line has a difference."""

    agreed: tuple[int, ...]
    differences: tuple[Difference, ...]


def answers_of(statement: Statement, books: OwnBooks, comparison: Comparison) -> Answers:
    """
    Every line agreed to or with its difference, and one for each document only in their books.

    With them R47 gives the customer's own closing balance, but for what their own file does not
    explain.
    """
    rows = {row.row: row for row in (*books.rows, *books.outside)}
    found = [*_of_matches(comparison, statement.lines, rows)]
    found += [_of_line(single, statement.lines) for single in comparison.only_ours]
    found += [_of_row(single, rows[single.at]) for single in comparison.only_yours]
    opening_minor = -comparison.bridge.opening_minor
    if opening_minor:
        begins = statement.head.period.from_on
        found.append(
            Difference(None, Reason.OTHER_OPENING, own_minor=opening_minor, dated_on=begins)
        )
    differing = {each.seq for each in found}
    every = range(1, len(statement.lines) + 1)
    return Answers(tuple(seq for seq in every if seq not in differing), tuple(found))


def suggested_reason(single: Single, line: Line | None = None) -> Reason:
    """
    Why a line, or a row of the customer's ledger, may stand on one side only.

    >>> suggested_reason(Single(3, -5000)).value
    'missing_document'
    """
    if single.is_timing:
        return Reason.TIMING
    if single.is_duplicate:
        return Reason.DUPLICATE
    if line is None:
        return Reason.MISSING_DOCUMENT
    return Reason.NOT_RECEIVED if Kind(line.kind) in _RECEIVED else Reason.NOT_IN_BOOKS


def _of_line(single: Single, lines: tuple[Line, ...]) -> Difference:
    return Difference(single.at, suggested_reason(single, lines[single.at - 1]))


def _of_row(single: Single, row: OwnRow) -> Difference:
    reason = suggested_reason(single)
    return _document(row, reason, single.amount_minor)


def _document(row: OwnRow, reason: Reason, minor: int) -> Difference:
    """What only their books have, by the best name that the row has."""
    name = row.number.strip() or row.reference.strip() or row.text.strip() or str(row.row)
    return Difference(None, reason, own_minor=minor, document=name[:_LONGEST], dated_on=row.on)


def _of_matches(
    comparison: Comparison, lines: tuple[Line, ...], rows: Mapping[int, OwnRow]
) -> Iterator[Difference]:
    for match in comparison.differing:
        yield from _of_match(match, lines, rows)


def _of_match(
    match: Match, lines: tuple[Line, ...], rows: Mapping[int, OwnRow]
) -> Iterator[Difference]:
    """The difference on the one line that can bear it, else beside the lines."""
    for seq in match.ours:
        ours_minor = lines[seq - 1].amount_minor
        own_minor = ours_minor + match.difference_minor
        if own_minor * ours_minor > 0:
            yield Difference(seq, Reason.WRONG_AMOUNT, own_minor=abs(own_minor))
            return
    row = rows[match.yours[0]]
    yield _document(row, Reason.WRONG_AMOUNT, match.difference_minor)
