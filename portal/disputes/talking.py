"""What customer and house write to each other about a dispute; nothing of it is ever changed."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

from sqlalchemy import select

from portal.base.access import Permission
from portal.base.kept_files import Files
from portal.base.work import Work
from portal.core.dispute import Side, State
from portal.core.errors import RuleBroken
from portal.disputes.attachments import attach, lie_there
from portal.disputes.deciding import locked_dispute, take
from portal.disputes.raising import check_length
from portal.disputes.telling import tell_message
from portal.tables.disputes import Attachment, Dispute, DisputeMessage

#: The same written again so soon is a second click.
WRITTEN_JUST_NOW = dt.timedelta(minutes=1)
#: Nobody writes any more; who still has something to say opens it again.
OVER = frozenset({State.CLOSED, State.WITHDRAWN})


@dataclass(frozen=True)
class SayInDispute:
    """Words or files for the other side."""

    dispute_id: int
    body: str
    files: Files | None = None


def say_in_dispute(w: Work, c: SayInDispute) -> int:
    """
    The message's id; it is the other side's to read. The house's first one begins the checking.

    Raises: dispute.over, dispute.message_missing, dispute.message_too_long, what `attach` raises.
    """
    dispute = locked_dispute(w, c.dispute_id, Permission.DISPUTE_REPLY)
    body = c.body.strip()
    before = _written_just_now(w, dispute, body)
    if before is not None and lie_there(w, c.files, Attachment.message_id == before):
        return before
    if State(dispute.state) in OVER:
        raise RuleBroken("dispute.over")
    if not body and not (c.files and c.files.given):
        raise RuleBroken("dispute.message_missing", field="body")
    check_length(body, "body")
    message = keep_message(w, dispute, body)
    attach(w, dispute, c.files, side=message.side, message_id=message.id)
    if message.side == Side.HOUSE:
        take(w, dispute)
    return message.id


def keep_message(w: Work, dispute: Dispute, body: str) -> DisputeMessage:
    """A message in a dispute that the caller has locked; the other side is told of it."""
    assert w.actor.user_id is not None
    side = side_of(w)
    message = DisputeMessage(
        customer_id=dispute.customer_id,
        dispute_id=dispute.id,
        side=side.value,
        body=body,
        user_id=w.actor.user_id,
        at=w.now,
    )
    w.session.add(message)
    w.session.flush()
    w.tell(dispute.customer_id, ("dispute", dispute.id), "replied", side=side.value)
    w.audit(
        "dispute.replied",
        f"dispute/{dispute.id}",
        customer_id=dispute.customer_id,
        message=message.id,
        side=side.value,
    )
    tell_message(w, dispute, message)
    return message


def side_of(w: Work) -> Side:
    """On which side whoever acts stands."""
    return Side.CUSTOMER if w.actor.kind == "customer" else Side.HOUSE


def _written_just_now(w: Work, dispute: Dispute, body: str) -> int | None:
    same = select(DisputeMessage.id).where(
        DisputeMessage.dispute_id == dispute.id,
        DisputeMessage.user_id == w.actor.user_id,
        DisputeMessage.body == body,
        DisputeMessage.at > w.now - WRITTEN_JUST_NOW,
    )
    return w.session.scalar(same.order_by(DisputeMessage.id.desc()).limit(1)) if body else None
