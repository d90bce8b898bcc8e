"""Proposed limits as the desk reads them: one that waits, one with what was said against it."""

from __future__ import annotations

import datetime as dt
import json
from dataclasses import dataclass

from sqlalchemy import select

from portal.base.access import NotFound, visible_to
from portal.base.work import Reader
from portal.core.limit import AskedLimit, Doubt
from portal.credit.proposing import asked_of
from portal.tables.approvals import Approval
from portal.tables.credit import LimitProposal
from portal.tables.people import User

PREFIX = "lp"
DOUBTED = frozenset(doubt.value for doubt in Doubt)


@dataclass(frozen=True, slots=True)
class ProposalView:
    """A proposed limit, by whom, and what came of it."""

    id: int
    ref: str
    customer_id: int
    asked: AskedLimit
    currency: str
    reason: str
    by: str
    at: dt.datetime
    state: str
    approval_ref: str
    application_ref: str
    decided_by: str
    decided_at: dt.datetime | None
    comment: str
    #: What was said against it when it was proposed: name and figure.
    warnings: tuple[tuple[str, str], ...]


def get_proposal(r: Reader, ref: str) -> ProposalView:
    """One proposal; `NotFound` where there is none or its customer is not the reader's to see."""
    return _one(r, ref, r.id_of(PREFIX, ref))


def _one(r: Reader, ref: str, proposal_id: int) -> ProposalView:
    columns = (LimitProposal, Approval, User.name, User.email)
    rows = (
        visible_to(select(*columns), r.actor, LimitProposal.customer_id)
        .join(User, User.id == LimitProposal.author_id)
        .join(Approval, Approval.id == LimitProposal.approval_id)
    )
    found = r.session.execute(rows.where(LimitProposal.id == proposal_id)).first()
    if found is None:
        raise NotFound(ref)
    row, approval, name, email = found
    decider = r.session.get(User, approval.decided_by) if approval.decided_by else None
    told = json.loads(approval.before)
    return ProposalView(
        row.id,
        ref,
        row.customer_id,
        asked_of(row),
        row.currency,
        row.reason,
        name or email,
        row.at,
        row.state,
        r.refs.of("ap", approval.id),
        r.refs.of("ca", row.application_id) if row.application_id else "",
        (decider.name or decider.email) if decider else "",
        approval.decided_at,
        approval.comment,
        tuple((key, value) for key, value in told.items() if key in DOUBTED),
    )


def find_waiting(r: Reader, customer_id: int) -> ProposalView | None:
    """The limit that waits for its approval at a customer."""
    waiting = visible_to(select(LimitProposal.id), r.actor, LimitProposal.customer_id).where(
        LimitProposal.customer_id == customer_id, LimitProposal.state == "waiting"
    )
    found = r.session.scalar(waiting.limit(1))
    return None if found is None else _one(r, r.refs.of(PREFIX, found), found)
