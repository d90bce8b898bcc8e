"""A statement goes from who prepared its answer to who may sign it, and comes back."""

from __future__ import annotations

from dataclasses import dataclass

from portal.base.access import Denied
from portal.base.mail import queue_mail
from portal.base.work import Work
from portal.core.errors import RuleBroken
from portal.core.statement_status import Act, Status, after
from portal.statements.answers import LONGEST_NOTE, locked, refuse_answered, refuse_signed
from portal.statements.signing.authorities import Signatory, list_signatories
from portal.statements.signing.keeping import ask_to_sign
from portal.statements.signing.standing import end_first, end_passing, find_first, find_passing
from portal.tables.people import User
from portal.tables.signing import Passing
from portal.tables.statements import Statement


@dataclass(frozen=True)
class PassStatement:
    """A statement is ready to be signed: by one signatory, or by any of them."""

    statement_id: int
    #: The signatory's user id; None is all of them.
    to_id: int | None = None
    comment: str = ""


@dataclass(frozen=True)
class TakeStatementBack:
    """Who passed a statement on, or signed it first, wants to change something."""

    statement_id: int


@dataclass(frozen=True)
class ReturnStatement:
    """A signatory gives a statement back to who prepared it, and says why."""

    statement_id: int
    comment: str


def pass_statement(w: Work, c: PassStatement) -> list[Signatory]:
    """
    The statement is with its approver, its lines locked; tells who was asked to sign.

    `RuleBroken`: statement.without_approver, statement.with_approver, and what ends answering.
    """
    statement = locked(w, c.statement_id, "statement.prepare")
    refuse_answered(statement)
    asked = [
        each
        for each in list_signatories(w, statement.customer_id)
        if each.user_id != w.actor.user_id and c.to_id in (None, each.user_id)
    ]
    if not asked:
        raise RuleBroken("statement.without_approver", field="to")
    assert w.actor.user_id is not None
    passing = Passing(
        customer_id=statement.customer_id,
        statement_id=statement.id,
        by_id=w.actor.user_id,
        to_id=c.to_id,
        comment=c.comment.strip()[:LONGEST_NOTE],
        passed_at=w.now,
    )
    w.session.add(passing)
    statement.state = after(Status(statement.state), Act.PREPARE)
    w.session.flush()
    names = [each.name for each in asked]
    _note(w, statement, "prepared", to=names, comment=passing.comment)
    for each in asked:
        ask_to_sign(w, statement, each.user_id, f"passing/{passing.id}")
    return asked


def take_statement_back(w: Work, c: TakeStatementBack) -> None:
    """
    The statement waits for answers on its lines again; a first signature on it is void.

    Who only signed first takes that signature back, and the statement stays with the approvers.
    `RuleBroken`: statement.not_in_this_state.
    """
    statement = _prepared(w, c.statement_id, "statement.prepare")
    passing, first = find_passing(w, statement.id), find_first(w, statement.id)
    is_preparer = passing is not None and passing.by_id == w.actor.user_id
    is_first = first is not None and first.user_id == w.actor.user_id
    if not is_preparer and not is_first:
        raise Denied("statement.prepare")
    end_first(w, statement, "taken_back")
    if is_preparer or passing is None:
        end_passing(w, statement, "taken_back")
        statement.state = after(Status(statement.state), Act.RETURN)
    _note(w, statement, "taken_back")


def return_statement(w: Work, c: ReturnStatement) -> None:
    """
    The statement is back with who prepared it, who is told why; a first signature is void.

    `RuleBroken`: statement.comment_missing, statement.not_in_this_state.
    """
    statement = _prepared(w, c.statement_id, "statement.confirm")
    comment = c.comment.strip()[:LONGEST_NOTE]
    if not comment:
        raise RuleBroken("statement.comment_missing", field="comment")
    passing, first = find_passing(w, statement.id), find_first(w, statement.id)
    concerned = {passing.by_id} if passing else set()
    concerned |= {first.user_id} if first else set()
    end_first(w, statement, "returned")
    end_passing(w, statement, "returned", comment)
    statement.state = after(Status(statement.state), Act.RETURN)
    _note(w, statement, "returned", comment=comment)
    for user_id in sorted(concerned - {w.actor.user_id}):
        payload = {"statement_id": statement.id, "user_id": user_id, "comment": comment}
        queue_mail(
            w,
            f"statement_returned/{statement.id}/{w.now.isoformat()}/{user_id}",
            "statement_returned",
            w.session.get_one(User, user_id),
            {**payload, "by": w.actor.name or w.actor.email},
            customer_id=statement.customer_id,
        )


def _prepared(w: Work, statement_id: int, permission: str) -> Statement:
    statement = locked(w, statement_id, permission)
    refuse_signed(statement)
    if statement.state != Status.PREPARED:
        raise RuleBroken("statement.not_in_this_state")
    return statement


def _note(w: Work, statement: Statement, kind: str, **facts: object) -> None:
    w.tell(statement.customer_id, ("statement", statement.id), kind, **facts)
    w.audit(
        f"statement.{kind}",
        f"statement/{statement.id}",
        customer_id=statement.customer_id,
        **facts,
    )
