"""
A second person approves or refuses what somebody proposed; the feature does what follows from it.

What is approved is what was seen: where the facts below a request have changed since it was asked,
it is overtaken, and what stands there now waits for a decision of its own.
"""

from __future__ import annotations

import json
from dataclasses import dataclass

from portal.approvals.kinds import KINDS, Facts
from portal.approvals.stand_ins import absent_colleagues
from portal.base.access import Permission
from portal.base.locks import lock_row
from portal.base.mail import queue_mail
from portal.base.work import Work
from portal.core.approval import Locked, Manager, Question, right_to_decide
from portal.core.errors import RuleBroken
from portal.core.readable import readable
from portal.tables.approvals import Approval
from portal.tables.people import User

LONGEST_COMMENT = 1_000


@dataclass(frozen=True)
class ApproveRequest:
    """That a request is approved, as it was shown."""

    approval_id: int
    comment: str = ""


@dataclass(frozen=True)
class RefuseRequest:
    """That a request is refused; the comment says why."""

    approval_id: int
    comment: str


def approve_request(w: Work, c: ApproveRequest) -> None:
    """
    What was proposed is done, in the same transaction; approved twice by one person, once.

    Raises: approval.already_done, approval.own, approval.role, approval.changed, and whatever
    forbids what was proposed.
    """
    row = _locked(w, c.approval_id)
    if _is_said_already(w, row, "approved"):
        return
    facts = KINDS[row.kind].facts(w, row)
    right = _right(w, row, facts)
    if facts.fingerprint != row.fingerprint:
        raise RuleBroken("approval.changed")
    _decide(w, row, "approved", right, c.comment)
    KINDS[row.kind].approve(w, row)


def refuse_request(w: Work, c: RefuseRequest) -> None:
    """
    What was proposed is not done, and the proposer reads why.

    Raises: approval.already_done, approval.own, approval.role, approval.comment_missing.
    """
    row = _locked(w, c.approval_id)
    if _is_said_already(w, row, "refused"):
        return
    right = _right(w, row, KINDS[row.kind].facts(w, row))
    if not readable(c.comment):
        raise RuleBroken("approval.comment_missing", "comment")
    _decide(w, row, "refused", right, c.comment)
    KINDS[row.kind].refuse(w, row)


def ask_anew(w: Work, approval_id: int) -> int:
    """
    The request that waits in the place of one that was overtaken; itself where nothing has changed.

    It says the same, asked by the same person at the same time, beside the facts as they are now.

    Raises: approval.already_done.
    """
    row = _locked(w, approval_id)
    _refuse_decided(w, row)
    facts = KINDS[row.kind].facts(w, row)
    if facts.fingerprint == row.fingerprint:
        return row.id
    row.state, row.decided_at = "overtaken", w.now
    w.session.flush()  # before the new one: on each subject one waits
    anew = Approval(
        customer_id=row.customer_id,
        kind=row.kind,
        subject=row.subject,
        currency=row.currency,
        amount_minor=row.amount_minor,
        before=json.dumps(dict(facts.before), ensure_ascii=False),
        after=row.after,
        fingerprint=facts.fingerprint,
        reason=row.reason,
        proposer_id=row.proposer_id,
        asked_at=row.asked_at,
        state="waiting",
    )
    w.session.add(anew)
    w.session.flush()
    _audit(w, row, "approval.overtaken", by=f"approval/{anew.id}")
    return anew.id


def makers_of(row: Approval, facts: Facts) -> frozenset[int]:
    """Who had a hand in what is to be decided: none of them decides it."""
    proposer = () if row.proposer_id is None else (row.proposer_id,)
    return frozenset({*proposer, *facts.makers})


def _locked(w: Work, approval_id: int) -> Approval:
    """The request under its lock, for who decides requests at all."""
    row = lock_row(w, Approval, approval_id)
    w.require(Permission.APPROVAL_DECIDE, row)
    return row


def _is_said_already(w: Work, row: Approval, state: str) -> bool:
    """Whether this very person has decided just so before: a second press is none."""
    if row.state == state and row.decided_by == w.actor.user_id:
        return True
    _refuse_decided(w, row)
    return False


def _refuse_decided(w: Work, row: Approval) -> None:
    if row.state == "waiting":
        return
    if row.decided_by is None:
        raise RuleBroken("approval.not_in_this_state")
    decider = w.session.get_one(User, row.decided_by)
    raise RuleBroken("approval.already_done", name=decider.name or decider.email)


def _right(w: Work, row: Approval, facts: Facts) -> Manager:
    """On whose right the actor decides; a broken rule says why they cannot."""
    assert w.actor.user_id is not None
    me = Manager(w.actor.user_id, w.actor.staff_role or "")
    absent = [one.manager for one in absent_colleagues(w)]
    found = right_to_decide(me, absent, Question(row.kind, makers_of(row, facts)))
    if isinstance(found, Locked):
        raise RuleBroken(f"approval.{found.value}")
    return found


def _decide(w: Work, row: Approval, state: str, right: Manager, comment: str) -> None:
    row.state, row.decided_at, row.decided_by = state, w.now, w.actor.user_id
    row.decided_for = None if right.user_id == w.actor.user_id else right.user_id
    row.comment = comment.strip()[:LONGEST_COMMENT]
    w.session.flush()
    _audit(w, row, f"approval.{state}", decided_for=row.decided_for, comment=row.comment)
    proposer = w.session.get(User, row.proposer_id) if row.proposer_id else None
    # Who asked for a customer hears of it from the feature, which knows what follows for them.
    if proposer is not None and proposer.staff_role is not None:
        queue_mail(
            w,
            f"approval_decided/{row.id}",
            "approval_decided",
            proposer,
            {"approval_id": row.id, "user_id": proposer.id},
            customer_id=row.customer_id,
        )


def _audit(w: Work, row: Approval, kind: str, **facts: object) -> None:
    w.audit(
        kind,
        f"approval/{row.id}",
        customer_id=row.customer_id,
        what=row.kind,
        about=row.subject,
        amount_minor=row.amount_minor,
        currency=row.currency,
        **facts,
    )
