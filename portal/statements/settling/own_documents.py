"""
Differences beside the lines: documents that only the customer's books have.

They count with their signed amount, so that our closing balance and all differences make the
customer's own (R47); they can be changed and taken back until the statement is signed.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from dataclasses import dataclass

from sqlalchemy import select

from portal.base.access import NotFound
from portal.base.work import Work
from portal.core.confirmation import Difference as NamedDifference
from portal.core.confirmation import Reason, check_own_document
from portal.core.money import Money
from portal.statements.answers import (
    LONGEST_NOTE,
    kept_difference,
    locked,
    refuse_answered,
    user_id_of,
)
from portal.tables.statements import Difference, Statement

LONGEST_NUMBER = 100


@dataclass(frozen=True)
class SayOwnDocument:
    """The customer's books have a document that ours lack; + raises what is owed."""

    statement_id: int
    reason: Reason
    document: str
    dated_on: dt.date | None
    own_amount: Money
    note: str = ""


@dataclass(frozen=True)
class TakeBackOwnDocument:
    """The document is in nobody's way any more."""

    statement_id: int
    difference_id: int


def say_own_document(w: Work, c: SayOwnDocument) -> None:
    """The document stands beside the lines as a difference; said twice, it stands there once."""
    statement = locked(w, c.statement_id, "statement.answer")
    refuse_answered(statement)
    said = NamedDifference(
        seq=None,
        reason=c.reason,
        own_minor=c.own_amount.minor,
        note=c.note.strip()[:LONGEST_NOTE],
        document=c.document.strip()[:LONGEST_NUMBER],
        dated_on=c.dated_on,
    )
    check_own_document(said)
    if said in map(kept_difference, own_documents_of(w, statement.id)):
        return
    write_own_documents(w, statement, [said])
    _audit(w, statement, "statement.difference_said", said)


def take_back_own_document(w: Work, c: TakeBackOwnDocument) -> None:
    """The document is no difference any more; taken back twice, it is gone as well."""
    statement = locked(w, c.statement_id, "statement.answer")
    refuse_answered(statement)
    found = w.session.get(Difference, c.difference_id)
    if found is None:
        return
    if found.statement_id != statement.id or found.seq is not None:
        raise NotFound("difference")
    said = kept_difference(found)
    w.session.delete(found)
    _audit(w, statement, "statement.difference_taken_back", said)


def write_own_documents(w: Work, statement: Statement, said: Iterable[NamedDifference]) -> None:
    """Keeps differences beside the lines, each checked; who calls it has locked and audits."""
    for each in said:
        check_own_document(each)
        w.session.add(
            Difference(
                customer_id=statement.customer_id,
                statement_id=statement.id,
                seq=None,
                reason=each.reason,
                own_amount_minor=each.own_minor,
                note=each.note,
                document=each.document,
                dated_on=each.dated_on,
                user_id=user_id_of(w),
                said_at=w.now,
            )
        )


def own_documents_of(w: Work, statement_id: int) -> list[Difference]:
    """The differences of a statement beside its lines, as rows that may be changed."""
    found = select(Difference).where(
        Difference.statement_id == statement_id, Difference.seq.is_(None)
    )
    return list(w.session.scalars(found.order_by(Difference.id)))


def _audit(w: Work, statement: Statement, kind: str, said: NamedDifference) -> None:
    w.audit(
        kind,
        f"statement/{statement.id}",
        customer_id=statement.customer_id,
        document=said.document,
        reason=said.reason,
        difference_minor=said.own_minor,
    )
