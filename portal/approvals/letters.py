"""What the mails about approvals say: something waits, it was decided, somebody stands in."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from portal.approvals.names import kind_name, shown_changes, shown_facts
from portal.approvals.queries import WAITING, get_shown
from portal.base import formats
from portal.base.language import speaking
from portal.base.outbox import Letter, NotNeeded
from portal.base.work import Reader
from portal.tables.approvals import StandIn
from portal.tables.people import User


def asked_values(r: Reader, payload: dict[str, Any]) -> Mapping[str, Any]:
    """The mail to who may decide; `NotNeeded` once nobody has to."""
    row = get_shown(r, payload["approval_id"])
    if row.state != WAITING:
        raise NotNeeded("The request no longer waited for a decision.")
    return _about(r, payload)


def decided_values(r: Reader, payload: dict[str, Any]) -> Mapping[str, Any]:
    """The mail to who proposed: what became of it, by whom, why."""
    row = get_shown(r, payload["approval_id"])
    return {
        **_about(r, payload),
        "is_approved": row.state == "approved",
        "decider": row.decided_by,
        "decided_for": row.decided_for,
        "comment": row.comment,
    }


def _about(r: Reader, payload: dict[str, Any]) -> dict[str, Any]:
    row = get_shown(r, payload["approval_id"])
    with speaking(r.session.get_one(User, payload["user_id"]).language):
        return {
            "what": kind_name(row.kind),
            "customer_name": row.customer_name,
            "amount_text": formats.money(row.amount) if row.amount.minor else "",
            "changes": shown_changes(row.before, row.after),
            "facts": shown_facts(row.before, row.after),
            "proposer": row.proposer,
            "reason": row.reason,
            "path": f"/desk/approvals/{row.ref}",
        }


def stand_in_values(r: Reader, payload: dict[str, Any]) -> Mapping[str, Any]:
    """The mail to both: who decides for whom, from when until when."""
    row = r.session.get_one(StandIn, payload["stand_in_id"])
    absent, other = (r.session.get_one(User, each) for each in (row.user_id, row.stand_in_id))
    return {
        "absent": absent.name or absent.email,
        "stand_in": other.name or other.email,
        "from_on": row.from_on,
        "until_on": row.until_on,
        "path": "/desk/approvals/stand-ins",
    }


#: kind of mail → what it says
LETTERS = {
    "approval_asked": Letter(asked_values),
    "approval_decided": Letter(decided_values),
    "stand_in": Letter(stand_in_values),
}
