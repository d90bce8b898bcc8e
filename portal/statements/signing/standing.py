"""What stands on a statement that waits for its answer: a passing on, a first signature."""

from __future__ import annotations

from sqlalchemy import select

from portal.base.access import NotFound, allows
from portal.base.work import Reader, Work
from portal.people.recognising import actor_of
from portal.tables.signing import Passing, Signature
from portal.tables.statements import Statement


def find_passing(r: Reader, statement_id: int) -> Passing | None:
    """Who passed a statement to whom, while it waits there; the reader may see the statement."""
    return r.session.scalars(
        select(Passing).where(Passing.statement_id == statement_id, Passing.ended_at.is_(None))
    ).first()


def find_first(r: Reader, statement_id: int) -> Signature | None:
    """The first of two signatures while it waits; the reader may see the statement."""
    return r.session.scalars(
        select(Signature).where(
            Signature.statement_id == statement_id, Signature.ended_at.is_(None)
        )
    ).first()


def can_still_sign(r: Reader, signature: Signature, statement: Statement) -> bool:
    """Whether who gave a first signature could give it now."""
    try:
        return allows(actor_of(r, signature.user_id), "statement.confirm", statement)
    except NotFound:
        return False


def end_passing(w: Work, statement: Statement, ended_as: str, answer: str | None = None) -> None:
    """The passing on of a statement, if one stands, is over and says how."""
    passing = find_passing(w, statement.id)
    if passing is not None:
        passing.ended_at, passing.ended_as = w.now, ended_as
        passing.ended_by_id, passing.answer = w.actor.user_id, answer


def end_first(
    w: Work, statement: Statement, ended_as: str, confirmation_id: int | None = None
) -> None:
    """The first signature, if one stands, is completed or void; where it is void, that is told."""
    first = find_first(w, statement.id)
    if first is None:
        return
    first.ended_at, first.ended_as = w.now, ended_as
    first.confirmation_id = confirmation_id
    if confirmation_id is None:
        subject = ("statement", statement.id)
        facts = {"because": ended_as, "evidence_sha256": first.evidence_sha256}
        w.tell(statement.customer_id, subject, "first_signature_void", **facts)
    w.session.flush()
