"""That a blacklisting is lifted: a second person agrees, and only then it holds no more."""

from __future__ import annotations

from portal.approvals.asking import Proposal, ask_approval
from portal.approvals.kinds import Facts
from portal.base.evidence import sha256_of_text
from portal.base.work import Reader, Work
from portal.core.errors import RuleBroken
from portal.core.money import Money
from portal.tables.approvals import Approval
from portal.tables.credit import CreditStanding

PREFIX = "standing/"


def is_about(approval: Approval) -> bool:
    """Whether a request to release something is about a standing, not about an order."""
    return approval.subject.startswith(PREFIX)


def ask_lifting(w: Work, row: CreditStanding, reason: str) -> int:
    """The request that waits for a second person; asked twice, the first one stands."""
    proposal = Proposal(
        kind="release",
        subject=f"{PREFIX}{row.id}",
        customer_id=row.customer_id,
        amount=Money.zero(w.company.currency),
        before=_figures(row),
        after={},
        fingerprint=_fingerprint(row),
        reason=reason,
    )
    return ask_approval(w, proposal)


def facts(r: Reader, approval: Approval) -> Facts:
    """What the request stands on: the standing as it holds."""
    row = _row(r, approval)
    return Facts(_fingerprint(row), _figures(row))


def lift(w: Work, approval: Approval) -> None:
    """It holds no more from today; orders that it refused can be asked for again."""
    row = _row(w, approval)
    end(w, row, approval.reason, approval.proposer_id)


def end(w: Work, row: CreditStanding, reason: str, user_id: int | None) -> None:
    """Ends a standing from today, with the reason."""
    if row.ended_on is not None:
        raise RuleBroken("standing.over_already")
    row.ended_on, row.ended_by, row.end_reason = w.today, user_id, reason
    w.session.flush()
    w.audit(
        "standing.ended",
        f"standing/{row.id}",
        customer_id=row.customer_id,
        what=row.kind,
        reason=reason,
    )


def _row(r: Reader, approval: Approval) -> CreditStanding:
    return r.session.get_one(
        CreditStanding, int(approval.subject.removeprefix(PREFIX)), populate_existing=True
    )


def _fingerprint(row: CreditStanding) -> str:
    return sha256_of_text(repr((row.kind, row.from_on, row.until_on, row.ended_on)))


def _figures(row: CreditStanding) -> dict[str, str]:
    return {"from": row.from_on.isoformat(), "why": row.reason}
