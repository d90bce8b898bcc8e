"""
The customer's answer: which result the ticks on the lines allow, and what the differences come to.

It knows nothing of who signs, with which code, nor of the certificate; and a difference is not yet
a dispute.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from portal.core.errors import RuleBroken
from portal.core.statement import Line
from portal.core.statement_status import Act


class Reason(StrEnum):
    """Why a line differs from the customer's books, or what stands only in these."""

    WRONG_AMOUNT = "wrong_amount"
    NOT_RECEIVED = "not_received"
    ALREADY_PAID = "already_paid"
    DUPLICATE = "duplicate"
    WRONG_BRANCH = "wrong_branch"
    PRICE_OR_QUANTITY = "price_or_quantity"
    TIMING = "timing"
    NOT_IN_BOOKS = "not_in_books"
    OTHER = "other"
    MISSING_DOCUMENT = "missing_document"
    OTHER_OPENING = "other_opening"


# What only a document of the customer's own can have; a line of ours has the others.
OF_OWN_DOCUMENTS = frozenset({Reason.MISSING_DOCUMENT, Reason.OTHER_OPENING})
OF_LINES = tuple(reason for reason in Reason if reason not in OF_OWN_DOCUMENTS)
# Only these say that the line stands in the customer's books, with another amount.
NEED_AMOUNT = frozenset({Reason.WRONG_AMOUNT, Reason.PRICE_OR_QUANTITY})
NEED_NOTE = frozenset({Reason.OTHER})


class Result(StrEnum):
    """How a customer answers a statement."""

    CONFIRMED = "confirmed"
    CONFIRMED_WITH_DIFFERENCES = "confirmed_with_differences"
    REFUSED = "refused"

    @property
    def act(self) -> Act:
        """The act on the statement that gives this result."""
        return _ACTS[self]


_ACTS = {
    Result.CONFIRMED: Act.CONFIRM,
    Result.CONFIRMED_WITH_DIFFERENCES: Act.CONFIRM_WITH_DIFFERENCES,
    Result.REFUSED: Act.REFUSE,
}


@dataclass(frozen=True, slots=True)
class Difference:
    """
    What the customer's books say otherwise of a line; `own_minor` has the line's own direction.

    Without an amount of their own the line is not in their books, which counts as nothing. Without
    a line (`seq`) it is a document that only their books have: `own_minor` is signed, + raises what
    is owed.
    """

    seq: int | None
    reason: Reason
    own_minor: int | None = None
    note: str = ""
    document: str = ""
    dated_on: date | None = None


def check_own_document(difference: Difference) -> None:
    """
    Refuse a document of the customer's own books that says too little.

    Rule: R77 — a document that only the customer's books have needs its number and its amount, +
    raising what is owed, and counts with that amount (UX C5).
    Raises: difference.document_missing, difference.amount_missing, difference.note_missing.

    >>> check_own_document(Difference(None, Reason.MISSING_DOCUMENT, -5000, document="GR-7"))
    """
    if not difference.document.strip() and difference.reason is not Reason.OTHER_OPENING:
        raise RuleBroken("difference.document_missing", field="document")
    if not difference.own_minor:
        raise RuleBroken("difference.amount_missing", field="own_amount")
    if difference.reason in NEED_NOTE and not difference.note.strip():
        raise RuleBroken("difference.note_missing", field="note")


def check_difference(difference: Difference, line: Line) -> None:
    """
    Refuse a difference that says too little or no difference at all.

    Rule: R45 — a wrong amount, price or quantity needs the customer's own amount, another reason a
    note, and the amount must differ from ours (UX C4).
    Raises: difference.reason_unfit, difference.amount_missing, difference.note_missing,
    difference.amount_negative, difference.same_amount.
    """
    if difference.reason in OF_OWN_DOCUMENTS:
        raise RuleBroken("difference.reason_unfit", field="reason")
    if difference.own_minor is None and difference.reason in NEED_AMOUNT:
        raise RuleBroken("difference.amount_missing", field="own_amount")
    if difference.reason in NEED_NOTE and not difference.note.strip():
        raise RuleBroken("difference.note_missing", field="note")
    if difference.own_minor is not None and difference.own_minor < 0:
        raise RuleBroken("difference.amount_negative", field="own_amount")
    if not difference_minor(difference, line):
        raise RuleBroken("difference.same_amount", field="own_amount")


def difference_minor(difference: Difference, line: Line | None = None) -> int:
    """
    The customer's books less ours for one line; + means that they owe more by their own books.

    Rule: R46 — difference = own amount − our amount, in the line's direction; a line that is not in
    the customer's books counts as nothing there (UX C4).

    >>> from datetime import date
    >>> day = date(2026, 5, 1)
    >>> line = Line(day, 1, "INV-1", "", day, 1, 10000, 10000, late=False)
    >>> difference_minor(Difference(1, Reason.WRONG_AMOUNT, own_minor=8000), line)
    -2000
    >>> difference_minor(Difference(None, Reason.MISSING_DOCUMENT, own_minor=-500, document="GR-7"))
    -500
    """
    if line is None:
        return difference.own_minor or 0
    direction = -1 if line.amount_minor < 0 else 1
    return direction * (difference.own_minor or 0) - line.amount_minor


def own_closing_minor(
    closing_minor: int, lines: Sequence[Line], differences: Iterable[Difference]
) -> int:
    """
    The closing balance by the customer's books: ours and the sum of the differences.

    Rule: R47 — our closing + Σ differences = the customer's closing (EVIDENCE 2).
    """
    return closing_minor + sum(
        difference_minor(difference, line_of(difference, lines)) for difference in differences
    )


def line_of(difference: Difference, lines: Sequence[Line]) -> Line | None:
    """The line that a difference is about; none for a document that only their books have."""
    return None if difference.seq is None else lines[difference.seq - 1]


def fitting_result(differences: Sequence[Difference]) -> Result:
    """
    The result that the ticks suggest: lines without an answer are agreed to by confirming.

    >>> fitting_result([]).value
    'confirmed'
    """
    return Result.CONFIRMED_WITH_DIFFERENCES if differences else Result.CONFIRMED


def check_result(result: Result, differences: Sequence[Difference], remark: str = "") -> None:
    """
    Refuse a result that the answers on the lines contradict.

    Rule: R48 — confirming needs no difference, confirming with differences needs one, and who does
    not agree says why (S-078, UX C4).
    Raises: confirmation.differences_stand, confirmation.no_difference, confirmation.remark_missing.

    >>> check_result(Result.REFUSED, [], remark="This is not our account.")
    """
    if result is Result.REFUSED:
        if not remark.strip():
            raise RuleBroken("confirmation.remark_missing", field="remark")
    elif result is not fitting_result(differences):
        raise RuleBroken(
            "confirmation.differences_stand" if differences else "confirmation.no_difference",
            field="result",
        )
