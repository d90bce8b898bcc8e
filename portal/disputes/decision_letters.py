"""The mail that a dispute has its answer: to who raised it, and to whoever wrote in its talk."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from sqlalchemy import exists, or_

from portal.base.language import speaking
from portal.base.mail import queue_mail
from portal.base.outbox import Letter, NotNeeded
from portal.base.people import members_of
from portal.base.work import Reader, Work
from portal.core.dispute import State
from portal.core.money import Money
from portal.disputes.names import settlement_name, verdict_name
from portal.disputes.reasons import reopen_within_days
from portal.disputes.telling import about_dispute
from portal.tables.disputes import Dispute, DisputeDecision, DisputeMessage
from portal.tables.people import User

KIND = "dispute_decided"


def tell_decided(w: Work, dispute: Dispute, decision: DisputeDecision) -> None:
    """Mails the customer's people whom the dispute concerns, each once a decision."""
    for person in readers_of(w, dispute):
        queue_mail(
            w,
            f"{KIND}/{decision.id}/{person.id}",
            KIND,
            person,
            {"decision_id": decision.id, "user_id": person.id},
            customer_id=dispute.customer_id,
        )


def readers_of(w: Work, dispute: Dispute) -> list[User]:
    """Who raised it and who wrote about it at the customer; everybody there where none of them."""
    members = members_of(dispute.customer_id)
    wrote = exists().where(
        DisputeMessage.dispute_id == dispute.id, DisputeMessage.user_id == User.id
    )
    concerned = list(w.session.scalars(members.where(or_(User.id == dispute.user_id, wrote))))
    return concerned or list(w.session.scalars(members))


def decided_values(r: Reader, payload: dict[str, Any]) -> Mapping[str, Any]:
    """What was decided and why; `NotNeeded` once the dispute is open again."""
    decision = r.session.get_one(DisputeDecision, payload["decision_id"])
    dispute = r.session.get_one(Dispute, decision.dispute_id)
    if State(dispute.state) not in (State.DECIDED, State.CLOSED):
        raise NotNeeded("The dispute was opened again before it could be sent.")
    user = r.session.get_one(User, payload["user_id"])
    with speaking(user.language):
        verdict, _tone = verdict_name(decision.verdict)
        settlement = settlement_name(decision.settlement)
    return {
        **about_dispute(r, dispute, user.id),
        "verdict": verdict,
        "settlement": settlement,
        "accepted": Money(decision.accepted_minor, dispute.currency),
        "answer": decision.answer,
        "reopen_days": reopen_within_days(r),
    }


LETTERS = {KIND: Letter(decided_values)}
