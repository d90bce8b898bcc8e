"""Who is told of what happens to a dispute: that it was received, that the other side wrote."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from sqlalchemy import select

from portal.base.language import speaking
from portal.base.mail import queue_mail
from portal.base.outbox import Letter, NotNeeded
from portal.base.people import is_member
from portal.base.work import Reader, Work
from portal.core.dispute import Side
from portal.core.money import Money
from portal.disputes.names import reason_name
from portal.disputes.reasons import reasons_of
from portal.tables.customers import Customer
from portal.tables.disputes import Dispute, DisputeMessage
from portal.tables.invoices import Entry
from portal.tables.people import User
from portal.tables.statements import Statement


def printed_number(dispute_id: int) -> str:
    """The number of a dispute as people read it."""
    return f"DSP-{dispute_id}"


def tell_received(w: Work, dispute: Dispute) -> None:
    """Mails who raised a dispute that it is here, and until when it is answered."""
    _queue(w, dispute, "dispute_received", dispute.user_id, str(dispute.id), {})


def tell_message(w: Work, dispute: Dispute, message: DisputeMessage) -> None:
    """Mails whoever of the other side has to do with the dispute that there is a message."""
    for user_id in sorted(_readers(w, dispute, Side(message.side)) - {message.user_id}):
        _queue(w, dispute, "dispute_reply", user_id, str(message.id), {"message_id": message.id})


def _readers(w: Work, dispute: Dispute, side: Side) -> set[int]:
    """Who waits for a message of this side: who raised or has the dispute, and who wrote."""
    other = Side.HOUSE if side is Side.CUSTOMER else Side.CUSTOMER
    wrote = select(DisputeMessage.user_id).where(
        DisputeMessage.dispute_id == dispute.id, DisputeMessage.side == other.value
    )
    found = set(w.session.scalars(wrote))
    if other is Side.HOUSE:
        return found | ({dispute.owner_id} if dispute.owner_id else set())
    return found | ({dispute.user_id} if dispute.way != "phone" else set())


def _queue(
    w: Work, dispute: Dispute, kind: str, user_id: int, because: str, more: dict[str, Any]
) -> None:
    user = w.session.get_one(User, user_id)
    if user.disabled_at is not None:
        return
    queue_mail(
        w,
        f"{kind}/{because}/{user_id}",
        kind,
        user,
        {"dispute_id": dispute.id, "user_id": user_id, **more},
        customer_id=dispute.customer_id,
    )


def _received(r: Reader, payload: dict[str, Any]) -> Mapping[str, Any]:
    """What the mail says that a dispute is here; `NotNeeded` where it was withdrawn meanwhile."""
    dispute = r.session.get_one(Dispute, payload["dispute_id"])
    if dispute.state == "withdrawn":
        raise NotNeeded("The dispute was withdrawn before it could be sent.")
    return about_dispute(r, dispute, payload["user_id"])


def _reply(r: Reader, payload: dict[str, Any]) -> Mapping[str, Any]:
    """What the mail says that the other side wrote."""
    dispute = r.session.get_one(Dispute, payload["dispute_id"])
    message = r.session.get_one(DisputeMessage, payload["message_id"])
    author = r.session.get_one(User, message.user_id)
    return {
        **about_dispute(r, dispute, payload["user_id"]),
        "by": author.name or author.email,
        "body": message.body,
    }


def about_dispute(r: Reader, dispute: Dispute, user_id: int) -> dict[str, Any]:
    """What every mail about a dispute says of it; `NotNeeded` for who may not see it any more."""
    user = r.session.get_one(User, user_id)
    if user.staff_role is None and not is_member(r, user_id, dispute.customer_id):
        raise NotNeeded("Its reader no longer belongs to the customer.")
    ref = r.refs.of("di", dispute.id)
    customer = r.session.get_one(Customer, dispute.customer_id)
    return {
        "number": printed_number(dispute.id),
        "customer_name": customer.name,
        "document": _document(r, dispute),
        "reason": _reason(r, dispute, user.language),
        "amount": Money(dispute.amount_minor, dispute.currency),
        "answer_by": dispute.answer_by,
        "path": f"/desk/disputes/{ref}" if user.staff_role else f"/disputes/{ref}",
    }


def _reason(r: Reader, dispute: Dispute, language: str) -> str:
    with speaking(language):
        return reason_name(dispute.reason, reasons_of(r.policy))


def _document(r: Reader, dispute: Dispute) -> str:
    """The number of what the dispute is about."""
    if dispute.entry_id is not None:
        return r.session.get_one(Entry, dispute.entry_id).number
    if dispute.statement_id is not None:
        return r.session.get_one(Statement, dispute.statement_id).number
    return ""


LETTERS = {"dispute_received": Letter(_received), "dispute_reply": Letter(_reply)}
