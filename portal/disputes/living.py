"""What a customer does to a dispute of theirs: take it back, or open it again after an answer."""

from __future__ import annotations

from dataclasses import dataclass
from zoneinfo import ZoneInfo

from portal.base.access import Permission
from portal.base.kept_files import Files
from portal.base.work import Work
from portal.core.dispute import Act, Side, State, after, check_reopening
from portal.core.errors import RuleBroken
from portal.disputes.attachments import attach
from portal.disputes.crediting import forget_requests
from portal.disputes.deciding import locked_dispute, reopen
from portal.disputes.marks import end_marks
from portal.disputes.raising import check_length
from portal.disputes.reasons import reopen_within_days
from portal.disputes.talking import keep_message
from portal.disputes.telling import printed_number
from portal.tables.disputes import Dispute


@dataclass(frozen=True)
class WithdrawDispute:
    """The customer does not dispute this any more."""

    dispute_id: int


@dataclass(frozen=True)
class ReopenDispute:
    """The customer does not agree with the answer, and says why."""

    dispute_id: int
    why: str
    files: Files | None = None


def withdraw_dispute(w: Work, c: WithdrawDispute) -> None:
    """
    What was disputed is due again from today; done again, it changes nothing.

    Raises: dispute.not_in_this_state.
    """
    dispute = locked_dispute(w, c.dispute_id, Permission.DISPUTE_RAISE)
    if dispute.state == State.WITHDRAWN:
        return
    put_away(w, dispute)
    end_marks(w, [dispute.id])
    w.audit(
        "dispute.withdrawn",
        f"dispute/{dispute.id}",
        customer_id=dispute.customer_id,
        dispute=printed_number(dispute.id),
    )


def put_away(w: Work, dispute: Dispute) -> None:
    """The dispute is withdrawn; its marks are the caller's to end."""
    dispute.state = after(State(dispute.state), Act.WITHDRAW, Side.CUSTOMER).value
    dispute.closed_at = w.now
    dispute.row_version += 1
    forget_requests(w, dispute)
    w.tell(dispute.customer_id, ("dispute", dispute.id), "withdrawn")


def reopen_dispute(w: Work, c: ReopenDispute) -> None:
    """
    The dispute is checked anew, with a new day for the answer; it is held back meanwhile.

    What a credit note has settled of it stays settled. Raises: dispute.not_in_this_state,
    dispute.reopened_too_late, dispute.why_missing, dispute.message_too_long.
    """
    dispute = locked_dispute(w, c.dispute_id, Permission.DISPUTE_RAISE)
    after(State(dispute.state), Act.REOPEN, Side.CUSTOMER)
    assert dispute.decided_at is not None
    decided_on = dispute.decided_at.astimezone(ZoneInfo(w.company.timezone)).date()
    check_reopening(decided_on, w.today, Side.CUSTOMER, reopen_within_days(w))
    if not c.why.strip():
        raise RuleBroken("dispute.why_missing", field="body")
    check_length(c.why, "body")
    reopen(w, dispute, Side.CUSTOMER)
    message = keep_message(w, dispute, c.why.strip())
    attach(w, dispute, c.files, side=message.side, message_id=message.id)
