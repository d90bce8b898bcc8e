"""A checked answer becomes rows: the confirmation, or the first of two signatures; and is told."""

from __future__ import annotations

from sqlalchemy import select

from portal.base.evidence import canonical_json, sha256_of_text
from portal.base.mail import queue_mail
from portal.base.work import Work
from portal.core.authority import Way
from portal.core.confirmation import Result
from portal.core.statement_status import Act, Status, after
from portal.statements.signing.authorities import list_signatories
from portal.statements.signing.claims import raise_claims
from portal.statements.signing.evidence import Answered, evidence_of
from portal.statements.signing.standing import end_first, end_passing, find_first, find_passing
from portal.tables.people import User
from portal.tables.signing import Signature
from portal.tables.statements import Confirmation, Statement


def keep_answer(w: Work, answered: Answered, grant: str, key: str) -> int | None:
    """Keeps a checked answer with its evidence; None where it waits for a second signature."""
    evidence = canonical_json(evidence_of(w, answered, grant))
    if answered.way is Way.FIRST:
        _keep_first(w, answered, evidence, key)
        return None
    statement = answered.statement
    assert w.actor.user_id is not None
    confirmation = Confirmation(
        customer_id=statement.customer_id,
        statement_id=statement.id,
        result=answered.result.value,
        user_id=w.actor.user_id,
        evidence=evidence,
        evidence_sha256=sha256_of_text(evidence),
        statement_sha256=statement.sha256,
        verify_code=answered.verify_code,
        idempotency_key=key,
        signed_at=w.now,
    )
    w.session.add(confirmation)
    statement.state = after(Status(statement.state), answered.result.act)
    w.session.flush()
    readers = _readers(w, statement, answered.first)
    _end_what_waited(w, answered, confirmation.id)
    raise_claims(w, answered, confirmation.id)
    _tell(w, statement, confirmation)
    _send_receipts(w, confirmation, readers)
    return confirmation.id


def _end_what_waited(w: Work, answered: Answered, confirmation_id: int) -> None:
    statement = answered.statement
    end_passing(w, statement, "answered")
    if answered.first is not None:
        end_first(w, statement, "completed", confirmation_id)
    else:
        end_first(w, statement, _why_void(w, answered))


def _why_void(w: Work, answered: Answered) -> str:
    """Why a first signature that still stands is not completed by this answer."""
    if answered.result is Result.REFUSED:
        return "refused"
    first = find_first(w, answered.statement.id)
    if first is not None and first.user_id == w.actor.user_id:
        return "taken_back"
    changed = first is not None and first.answers_sha256 != answered.answers_sha256
    return "answers_changed" if changed else "right_lost"


def _keep_first(w: Work, answered: Answered, evidence: str, key: str) -> None:
    """The signature waits for a second one; who can give it is told."""
    statement = answered.statement
    assert w.actor.user_id is not None
    end_first(w, statement, _why_void(w, answered))
    signature = Signature(
        customer_id=statement.customer_id,
        statement_id=statement.id,
        user_id=w.actor.user_id,
        principal_id=answered.principal_id,
        result=answered.result.value,
        remark=answered.remark,
        answers_sha256=answered.answers_sha256,
        statement_sha256=statement.sha256,
        evidence=evidence,
        evidence_sha256=sha256_of_text(evidence),
        idempotency_key=key,
        signed_at=w.now,
    )
    w.session.add(signature)
    statement.state = after(Status(statement.state), Act.PREPARE)
    w.session.flush()
    digest = signature.evidence_sha256
    subject = ("statement", statement.id)
    w.tell(statement.customer_id, subject, "signed_first", evidence_sha256=digest)
    w.audit(
        "statement.signed_first",
        f"statement/{statement.id}",
        customer_id=statement.customer_id,
        signature=signature.id,
        result=signature.result,
        evidence_sha256=digest,
        statement_sha256=statement.sha256,
    )
    for other in list_signatories(w, statement.customer_id):
        if other.user_id not in (w.actor.user_id, signature.principal_id):
            ask_to_sign(w, statement, other.user_id, f"signature/{signature.id}")


def ask_to_sign(w: Work, statement: Statement, user_id: int, because: str) -> None:
    """Mails a signatory that a statement waits for their signature; once for the same reason."""
    queue_mail(
        w,
        f"statement_prepared/{because}/{user_id}",
        "statement_prepared",
        w.session.get_one(User, user_id),
        {"statement_id": statement.id, "user_id": user_id},
        customer_id=statement.customer_id,
    )


def _tell(w: Work, statement: Statement, confirmation: Confirmation) -> None:
    """The timeline, the audit and the certificate's task, with the answer itself."""
    w.tell(
        statement.customer_id,
        ("statement", statement.id),
        confirmation.result,
        evidence_sha256=confirmation.evidence_sha256,
    )
    w.audit(
        f"statement.{confirmation.result}",
        f"statement/{statement.id}",
        customer_id=statement.customer_id,
        confirmation=confirmation.id,
        evidence_sha256=confirmation.evidence_sha256,
        statement_sha256=confirmation.statement_sha256,
    )
    payload = {"confirmation_id": confirmation.id}
    w.later(f"certificate/{confirmation.id}", "certificate", payload)


def _readers(w: Work, statement: Statement, first: Signature | None) -> list[User]:
    """Who gets the receipt: who signed, who signed first, who prepared."""
    passing = find_passing(w, statement.id)
    ids = [w.actor.user_id, first and first.user_id, passing and passing.by_id]
    wanted = select(User).where(User.id.in_([each for each in ids if each]))
    return list(w.session.scalars(wanted.where(User.disabled_at.is_(None)).order_by(User.id)))


def _send_receipts(w: Work, confirmation: Confirmation, readers: list[User]) -> None:
    for user in readers:
        queue_mail(
            w,
            f"confirmation/{confirmation.id}/{user.id}",
            "confirmation",
            user,
            {"confirmation_id": confirmation.id, "user_id": user.id},
            customer_id=confirmation.customer_id,
        )
