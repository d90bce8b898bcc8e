"""
The walk from the last balance that was agreed to the closing of a statement, term by term.

Over several periods where some months were not agreed. What was agreed, and which lines stand
between, the caller knows; here they are only summed.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import NamedTuple

from portal.core.ledger import Kind
from portal.core.statement import SUMS

#: What was posted before the first period of all, and so stands in an opening balance only.
EARLIER = "earlier"
_TERM_OF = {int(kind): (term, sign) for term, (kinds, sign) in SUMS.items() for kind in kinds}


class Moved(NamedTuple):
    """Documents of one kind that stand between two balances, summed; + raises what is owed."""

    kind: int
    amount_minor: int
    documents: int
    #: How many of them are dated before the period of their statement.
    late: int


class Step(NamedTuple):
    """A term of the walk; `minor` counts with `sign`, as in the statement's equation."""

    term: str
    sign: int
    minor: int
    documents: int
    late: int


@dataclass(frozen=True, slots=True)
class Walk:
    """How one balance became another."""

    from_minor: int
    steps: tuple[Step, ...]
    to_minor: int

    @property
    def late(self) -> int:
        """How many of the documents came late."""
        return sum(step.late for step in self.steps)


def term_of(kind: int) -> str:
    """
    The term that a line counts in.

    >>> term_of(Kind.CREDIT_NOTE)
    'credited'
    """
    return _TERM_OF[int(Kind(kind).shown)][0]


def walk(agreed_minor: int, moved: Iterable[Moved], closing_minor: int) -> Walk:
    """
    The terms that lead from an agreed balance to a closing one, in the equation's order.

    Rule: R87 — agreed balance + invoiced + charged + refunded + adjusted − credited − received −
    discounted = closing, exactly; what no line says was posted before the first period, and is a
    term of its own (S-086, EVIDENCE 4).

    >>> found = walk(10000, [Moved(1, 5000, 2, 0), Moved(4, -12000, 1, 1)], 3000)
    >>> [(step.term, step.minor, step.documents, step.late) for step in found.steps]
    [('invoiced', 5000, 2, 0), ('received', 12000, 1, 1)]
    """
    found: dict[str, Step] = {}
    for each in moved:
        term, sign = _TERM_OF[int(Kind(each.kind).shown)]
        before = found.get(term, Step(term, sign, 0, 0, 0))
        found[term] = Step(
            term,
            sign,
            before.minor + sign * each.amount_minor,
            before.documents + each.documents,
            before.late + each.late,
        )
    steps = [found[term] for term in SUMS if term in found]
    rest = closing_minor - agreed_minor - sum(step.sign * step.minor for step in steps)
    if rest:
        steps.append(Step(EARLIER, 1, rest, 0, 0))
    return Walk(agreed_minor, tuple(steps), closing_minor)
