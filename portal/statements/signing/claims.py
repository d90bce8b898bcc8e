"""What differs on a signed answer becomes disputes, in the same transaction; nothing, none."""

from __future__ import annotations

from collections.abc import Iterator

from portal.base.work import Work
from portal.core.confirmation import Difference, Result
from portal.disputes.said_on_statements import Said, Signed, raise_what_was_said
from portal.statements.answers import Ticks
from portal.statements.queries import get_statement_by_id
from portal.statements.settling.settled import claims_of
from portal.statements.signing.evidence import Answered


def raise_claims(w: Work, answered: Answered, confirmation_id: int) -> None:
    """
    One dispute for each difference, and one for the balance where it was not agreed to.

    What came over from the version before with our answer to it is signed for, not said anew.
    """
    claims = list(_claims(answered))
    if claims:
        view = get_statement_by_id(w, answered.statement.id)
        said = {claim.key for claim in claims_of(w, view) if claim.is_answered}
        claims = [claim for claim in claims if claim.origin not in said]
    if not claims:
        return
    statement = answered.statement
    signed = Signed(statement.customer_id, statement.currency, statement.id, confirmation_id)
    raise_what_was_said(w, signed, claims)


def _claims(answered: Answered) -> Iterator[Said]:
    ticks = answered.ticks
    for seq in sorted(ticks.by_line):
        difference = ticks.by_line[seq].difference
        if difference is not None:
            yield _said(ticks, difference, f"line-{seq}")
    for document in ticks.documents:
        yield _said(ticks, document.difference, f"own-{document.id}")
    if answered.result is Result.REFUSED:
        yield Said("whole", "refused", answered.remark)


def _said(ticks: Ticks, difference: Difference, origin: str) -> Said:
    """A difference as a dispute: what the customer owes more by their own books is no amount."""
    text = " ".join(part for part in (difference.document, difference.note) if part)
    less = -ticks.amount_of(difference)
    return Said(origin, difference.reason.value, text, difference.seq, less)
