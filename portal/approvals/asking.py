"""A feature asks for a second person's approval; what is approved is done by the feature itself."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass

from portal.base.work import Work
from portal.core.money import Money
from portal.tables.approvals import Approval


@dataclass(frozen=True)
class Proposal:
    """What is proposed: `before` and `after` are its figures by the name of each, in plain text."""

    #: extension | plan | credit_note
    kind: str
    #: What it is about: plan/4, dispute/118; one may wait for each at a time.
    subject: str
    customer_id: int
    amount: Money
    before: Mapping[str, str]
    after: Mapping[str, str]
    #: Of what the proposal stands on; see `portal.approvals.kinds`.
    fingerprint: str
    reason: str = ""


def ask_approval(w: Work, proposal: Proposal) -> int:
    """
    The id of the request that now waits for somebody else.

    Raises: approval.waiting (by its unique key) where one on the same subject waits already.
    """
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
    return row.id
