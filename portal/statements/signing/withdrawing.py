"""A signer takes the answer back while it is fresh; the statement then waits for another one."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import select

from portal.base.access import NotFound
from portal.base.mail import queue_mail
from portal.base.work import Reader, Work
from portal.core.authority import check_withdrawal
from portal.core.confirmation import Result
from portal.core.errors import RuleBroken
from portal.core.statement_status import Act, Status, after
from portal.disputes.said_on_statements import withdraw_with_signature
from portal.statements.answers import locked
from portal.tables.journal import Outbox
from portal.tables.people import User
from portal.tables.signing import Signature
from portal.tables.statements import Confirmation, Statement


@dataclass(frozen=True)
class WithdrawConfirmation:
    """This very answer, known by its certificate's code, shall count no more."""

    statement_id: int
    verify_code: str


def withdraw_confirmation(w: Work, c: WithdrawConfirmation) -> None:
    """
    The answer is withdrawn by one of its signers, and everybody who had its receipt is told.

    Done again, it changes nothing. `RuleBroken`: confirmation.not_yours,
    confirmation.withdrawn_too_late, statement.replaced.
    """
    statement = locked(w, c.statement_id, "statement.withdraw")
    confirmation = w.session.scalars(
        select(Confirmation).where(
            Confirmation.statement_id == statement.id, Confirmation.verify_code == c.verify_code
        )
    ).first()
    if confirmation is None:
        raise NotFound("confirmation")
    if w.actor.user_id not in signers_of(w, confirmation):
        raise RuleBroken("confirmation.not_yours")
    if confirmation.withdrawn_at is not None:
        return
    if not statement.in_force:
        raise RuleBroken("statement.replaced")
    check_withdrawal(confirmation.signed_at, w.now)
    confirmation.withdrawn_at = w.now
    statement.state = after(Status(statement.state), Act.WITHDRAW)
    w.session.flush()
    if confirmation.result != Result.CONFIRMED:
        withdraw_with_signature(w, statement.customer_id, confirmation.id)
    _tell(w, statement, confirmation)


def signers_of(r: Reader, confirmation: Confirmation) -> set[int]:
    """Who signed an answer: one person, or two."""
    first = select(Signature.user_id).where(Signature.confirmation_id == confirmation.id)
    return {confirmation.user_id, *r.session.scalars(first)}


def _tell(w: Work, statement: Statement, confirmation: Confirmation) -> None:
    digest = confirmation.evidence_sha256
    subject = ("statement", statement.id)
    w.tell(statement.customer_id, subject, "withdrawn", evidence_sha256=digest)
    w.audit(
        "statement.withdrawn",
        f"statement/{statement.id}",
        customer_id=statement.customer_id,
        confirmation=confirmation.id,
        evidence_sha256=digest,
    )
    for user in _who_had_the_receipt(w, confirmation):
        queue_mail(
            w,
            f"confirmation_withdrawn/{confirmation.id}/{user.id}",
            "confirmation_withdrawn",
            user,
            {
                "confirmation_id": confirmation.id,
                "user_id": user.id,
                "by": w.actor.name or w.actor.email,
            },
            customer_id=statement.customer_id,
        )


def _who_had_the_receipt(w: Work, confirmation: Confirmation) -> list[User]:
    got = select(Outbox.user_id).where(
        Outbox.customer_id == confirmation.customer_id,
        Outbox.kind == "confirmation",
        Outbox.key.startswith(f"confirmation/{confirmation.id}/", autoescape=True),
    )
    return list(w.session.scalars(select(User).where(User.id.in_(got)).order_by(User.id)))
