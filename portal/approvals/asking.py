"""A feature asks for a second person's approval; what is approved is done by the feature itself."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass

from sqlalchemy import or_, select

from portal.base.mail import queue_mail
from portal.base.people import stands_in_on
from portal.base.work import Work
from portal.core.approval import deciding_roles
from portal.core.money import Money
from portal.tables.approvals import Approval, StandIn
from portal.tables.people import User


@dataclass(frozen=True)
class Proposal:
    """
    What is proposed: `before` and `after` are its figures by the name of each, in plain text.

    A name is one of `portal.approvals.names.FIGURES`; a day is written `2026-11-05`, an amount
    `CNY 1234.50`, so that each reader gets them in their own language.
    """

    #: extension | plan | credit_note
    kind: str
    #: What it is about: plan/4, dispute/118; one may wait for each at a time.
    subject: str
    #: None: the whole company.
    customer_id: int | None
    amount: Money
    before: Mapping[str, str]
    after: Mapping[str, str]
    #: Of what the proposal stands on; see `portal.approvals.kinds`.
    fingerprint: str
    reason: str = ""


def ask_approval(w: Work, proposal: Proposal) -> int:
    """
    The id of the request that now waits for somebody else; whoever may decide it is mailed.

    Raises: approval.waiting (by its unique key) where one on the same subject waits already.
    """
    row = _ask(w, proposal)
    _tell_deciders(w, row)
    return row.id


def ask_quietly(w: Work, proposal: Proposal) -> int:
    """The same where many are asked at once: they stand in the inbox, without a mail for each."""
    return _ask(w, proposal).id


def _ask(w: Work, proposal: Proposal) -> Approval:
    row = Approval(
        customer_id=proposal.customer_id,
        kind=proposal.kind,
        subject=proposal.subject,
        currency=proposal.amount.currency,
        amount_minor=proposal.amount.minor,
        before=json.dumps(proposal.before, ensure_ascii=False),
        after=json.dumps(proposal.after, ensure_ascii=False),
        fingerprint=proposal.fingerprint,
        reason=proposal.reason,
        proposer_id=w.actor.user_id,
        asked_at=w.now,
        state="waiting",
    )
    w.session.add(row)
    w.session.flush()
    w.audit(
        "approval.asked",
        f"approval/{row.id}",
        customer_id=proposal.customer_id,
        what=proposal.kind,
        about=proposal.subject,
        amount=proposal.amount.major(),
        currency=proposal.amount.currency,
    )
    return row


def _tell_deciders(w: Work, row: Approval) -> None:
    """One mail to each who has the role for it, or stands in today for somebody who has."""
    roles = sorted(deciding_roles(row.kind))
    absent = select(User.id).where(User.staff_role.in_(roles), User.disabled_at.is_(None))
    stand_ins = select(StandIn.stand_in_id).where(
        stands_in_on(w.today), StandIn.user_id.in_(absent)
    )
    wanted = select(User).where(
        or_(User.staff_role.in_(roles), User.id.in_(stand_ins)),
        User.disabled_at.is_(None),
        User.id != (row.proposer_id or 0),
    )
    for person in w.session.scalars(wanted.order_by(User.id)):
        queue_mail(
            w,
            f"approval_asked/{row.id}/{person.id}",
            "approval_asked",
            person,
            {"approval_id": row.id, "user_id": person.id},
            customer_id=row.customer_id,
        )


def withdraw_request(w: Work, kind: str, subject: str) -> None:
    """What waits on a subject is not to be decided any more: what it was about has ended."""
    waiting = select(Approval).where(
        Approval.kind == kind, Approval.subject == subject, Approval.state == "waiting"
    )
    row = w.session.scalars(waiting.with_for_update()).first()
    if row is None:
        return
    row.state, row.decided_at = "withdrawn", w.now
    w.session.flush()
    w.audit("approval.withdrawn", f"approval/{row.id}", customer_id=row.customer_id)
